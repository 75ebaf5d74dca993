"""Two reports compared: noise is no change, nothing is lost, and what has no ratio is said."""

import copy
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from board_tests.comparison import noise, terminal, wording
from board_tests.comparison.differences import Comparison, Figure
from board_tests.comparison.page import render
from board_tests.comparison.tables import compare
from board_tests.report import files
from board_tests.report.schema import Cycles, Report, validate
from firmware.deploy import REPOSITORY
from firmware.trouble import Trouble
from host_tests.test_report import HOSTILE, Page, altered, realistic, without

NAMES = ("old.json", "new.json")


def spread(least: float, median: float, p99: float) -> Cycles:
    return {"min": least, "median": median, "p99": p99, "max": p99}


def edited(change: Callable[[Any], None]) -> Report:
    """The realistic report, changed."""
    report: Any = realistic()
    change(report)
    return validate(report)


def slower(report: Any, number: int, times: float) -> None:
    """All runs of one of its operations take so many times as long."""
    cycles = report["ops"][number]["cycles"]
    report["ops"][number]["cycles"] = {name: value * times for name, value in cycles.items()}


def against(b: Report, a: Report | None = None) -> Comparison:
    return compare(NAMES, realistic() if a is None else a, b)


def figures(comparison: Comparison) -> list[Figure]:
    return [figure for table in comparison.tables for figure in table.figures]


def found(comparison: Comparison, name: str, detail: str) -> Figure:
    (figure,) = (it for it in figures(comparison) if (it.name, it.detail) == (name, detail))
    return figure


def changed(comparison: Comparison) -> list[tuple[str, str, str]]:
    return [(it.name, it.detail, it.verdict) for it, _ in comparison.changes]


def printed(comparison: Comparison, width: int, **options: Any) -> str:
    out = io.StringIO()
    terminal.show(comparison, Console(file=out, width=width, **options))
    return out.getvalue()


def words(text: str) -> str:
    return " ".join(text.split())


# What is a change, and what is noise.


@pytest.mark.parametrize(
    ("a", "b", "is_change"),
    [
        ((1000, 1000, 1000), (1010, 1010, 1010), False),
        ((1000, 1000, 1000), (1011, 1011, 1011), True),
        ((1000, 1000, 1000), (989, 989, 989), True),
        # Of one library, in two reports: it collects garbage in a run of a hundred.
        ((23718, 40809, 1233569), (24508, 55316, 1232408), False),
        # Of two kinds of runs the other has become the usual one.
        ((2373, 2806, 2806), (2373, 2373, 2806), False),
        # Runs are of many lengths, and every one has become longer.
        ((1298, 1536, 1979), (1428, 1690, 2177), True),
        # An interrupt lengthens a run in a hundred, before and after.
        ((555, 555, 2000), (380, 380, 2000), True),
        ((0, 0, 0), (0, 0, 0), False),
        ((0, 0, 0), (1, 1, 1), True),
    ],
)
def test_cycles_change_when_the_median_leaves_the_spread_or_all_of_it_moves(
    a: tuple[int, int, int], b: tuple[int, int, int], is_change: bool
) -> None:
    assert noise.cycles_changed(spread(*a), spread(*b)) is is_change
    assert noise.cycles_changed(spread(*b), spread(*a)) is is_change


@pytest.mark.parametrize(
    ("a", "b", "step", "is_change"),
    [
        (2040, 2240, 20, False),  # of one library, in two reports
        (1520, 1680, 20, True),
        (1520, 1680, 200, False),  # the limit of the longer may lie below the shorter
    ],
)
def test_a_rate_changes_when_the_period_does_by_a_tenth_and_by_its_step(
    a: int, b: int, step: int, is_change: bool
) -> None:
    def at(period: int) -> Any:
        return {**realistic()["rates"][1], "period_cycles": period, "resolution_cycles": step}

    assert noise.rate_changed(at(a), at(b)) is is_change
    assert noise.rate_changed(at(b), at(a)) is is_change


@pytest.mark.parametrize(
    ("a", "b", "is_change"), [(146, 139, False), (0, 1, True), (1, 0, True), (0, 0, False)]
)
def test_losing_some_where_none_were_lost_is_a_change(a: int, b: int, is_change: bool) -> None:
    assert noise.lost_changed(a, b) is is_change


@pytest.mark.parametrize(
    ("part", "more", "verdict"),
    [
        ("image", 4, "more"),
        ("handle", 16, "more"),
        ("handle", -16, "less"),
        ("import", 256, "noise"),  # a block of names
        ("import", 257, "more"),
    ],
)
def test_bytes_are_exact_but_for_a_block_of_names(part: str, more: int, verdict: str) -> None:
    def grow(report: Any) -> None:
        report["memory"][0][f"{part}_bytes"] += more

    assert found(against(edited(grow)), "SpscQueue, 64 of I", part).verdict == verdict


def test_a_report_compared_with_itself_has_no_change() -> None:
    comparison = against(realistic())
    assert comparison.changes == []
    assert wording.obstacles(comparison) == []
    assert list(wording.promises(comparison)) == []
    assert {(figure.ratio, figure.verdict) for figure in figures(comparison)} == {(1, "same")}
    assert wording.summary(comparison) == (
        "Of 36 operations, 0 cost more cycles in B than in A, 0 fewer, and 36 as many. "
        "The middle one of their ratios is 1.00 x."
    )
    for text in (printed(comparison, 80), Page(render(comparison)).text):
        assert wording.NO_CHANGES in words(text)
        assert wording.NO_OBSTACLES in words(text)


# What is said.


def test_what_changed_most_comes_first_whichever_way() -> None:
    def change(report: Any) -> None:
        slower(report, 0, 1.2)
        slower(report, 2, 0.5)
        slower(report, 12, 1.004)
        report["ops"][6]["allocated_bytes"] = 16
        report["isr"][0]["handler_cycles"]["median"] += 10
        report["rates"][1].update(period_cycles=1600, events_per_second=78125.0)
        report["memory"][0]["import_bytes"] += 500

    comparison = against(edited(change))
    assert changed(comparison) == [
        ("SpscQueue.try_dequeue", "method", "more"),  # from no heap at all
        ("deque.append", "builtin", "less"),
        ("SpscQueue: capture of a register", "drain_into", "more"),
        ("SpscQueue, 64 of I", "import", "more"),
        ("SpscQueue.try_enqueue", "function", "more"),
    ]
    assert [table.unit for _, table in comparison.changes] == [
        "bytes of heap",
        "cycles",
        "cycles",
        "bytes",
        "cycles",
    ]
    assert "1 cost more cycles in B than in A, 1 fewer, and 34 as many" in wording.summary(
        comparison
    )


def test_every_operation_has_both_medians_and_their_ratio() -> None:
    def change(report: Any) -> None:
        for number in range(len(report["ops"])):
            slower(report, number, 1.5)

    comparison = against(edited(change))
    shown = [it for table in comparison.of("operations") for it in table.figures]
    cycles = [it for it in shown if it.a and it.ratio == 1.5]
    assert len(cycles) == len(realistic()["ops"])
    page = words(Page(render(comparison)).text)
    for text in (words(printed(comparison, 120)), page):
        assert "SpscQueue.try_enqueue function 700 1,050 1.50 x more" in text
        assert "Of 36 operations, 36 cost more" in text
        assert "The middle one of their ratios is 1.50 x." in text
        assert "16 more have changed less; they are in the tables." in text


def test_a_promise_that_is_kept_in_one_only_is_said() -> None:
    def change(report: Any) -> None:
        report["ops"][1]["isr_safe"] = False
        report["isr"][0]["in_order"] = False

    there, back = against(edited(change)), against(realistic(), edited(change))
    assert list(wording.promises(there)) == [
        "SpscQueue.try_enqueue (method) is ISR-safe in A, and not in B.",
        "SpscQueue.try_enqueue, viper handler: all came in order in A, and not in B.",
    ]
    assert next(wording.promises(back)).endswith("is ISR-safe in B, and not in A.")
    for text in (printed(there, 80), Page(render(there)).text):
        assert "is ISR-safe in A, and not in B." in words(text)


# What is missing, or is not the same.


def test_what_only_one_has_is_said_and_stands_in_its_table() -> None:
    def change(report: Any) -> None:
        del report["ops"][12], report["memory"][1]
        del report["rates"]

    comparison = against(edited(change))
    assert wording.obstacles(comparison) == [
        "Only A has these operations: SpscQueue.peek (method).",
        "Only A has these event rates: plain ring: push, in bytecode (pop), "
        "SpscQueue: capture of a register (drain_into), deque: append, in bytecode (popleft), "
        "SpscQueue: try_enqueue, in bytecode (drain_into).",
        "Only A has the memory of these containers: deque, 64 bytes.",
    ]
    peek = found(comparison, "SpscQueue.peek", "method")
    assert (peek.a, peek.b, peek.ratio, peek.verdict) == (1101.5, None, None, "only in A")
    assert comparison.changes == []
    assert "SpscQueue.peek method 1,101.5 - - only in A" in words(printed(comparison, 120))
    back = against(realistic(), edited(change))
    assert found(back, "SpscQueue.peek", "method").verdict == "only in B"
    assert "Only B has these operations: SpscQueue.peek (method)." in words(
        Page(render(back)).text
    )


def test_of_many_that_only_one_has_some_are_named() -> None:
    def change(report: Any) -> None:
        del report["ops"][6:]

    (sentence,) = wording.obstacles(against(edited(change)))
    assert sentence.endswith(", and 23 more.")
    assert sentence.count("(") == 6


def test_namesakes_are_compared_one_by_one() -> None:
    def change(report: Any) -> None:
        report["ops"] += [copy.deepcopy(report["ops"][0]) for _ in range(2)]
        slower(report, len(report["ops"]) - 1, 2)

    comparison = against(edited(change), edited(change))
    namesakes = [
        it
        for it in figures(comparison)
        if (it.name, it.detail) == ("SpscQueue.try_enqueue", "function")
    ]
    assert sorted(it.a or 0 for it in namesakes) == [700, 700, 1400]
    assert {it.ratio for it in namesakes} == {1}


def test_an_operation_on_another_number_of_elements_is_another_one() -> None:
    def change(report: Any) -> None:
        report["ops"][10].update(items=32, bytes=128)

    drained = [
        (it.a, it.b)
        for it in figures(against(edited(change)))
        if it.name == "SpscQueue.drain_into"
    ]
    assert sorted(drained, key=str) == [(4000, None), (None, 4000)]


def test_images_of_other_capacities_have_no_ratio_but_handles_have() -> None:
    def change(report: Any) -> None:
        report["memory"][0].update(capacity=128, image_bytes=536)

    comparison = against(edited(change))
    name = "SpscQueue, 64 of I / SpscQueue, 128 of I"
    image, handle = (found(comparison, name, part) for part in ("image", "handle"))
    assert (image.ratio, image.verdict) == (None, "not comparable")
    assert (handle.ratio, handle.verdict) == (1, "same")
    assert wording.obstacles(comparison) == [
        f"The capacities are others, so these images have no ratio: {name}."
    ]
    assert comparison.changes == []


def test_interrupts_at_another_period_have_a_duration_but_no_loss_to_compare() -> None:
    def change(report: Any) -> None:
        report["isr"][2].update(period_cycles=15000, received=9_000, lost=1_000)

    comparison = against(edited(change))
    name = "deque: append, bytecode handler"
    assert found(comparison, name, "handler").verdict == "same"
    lost = found(comparison, name, "10,000 at 12,500 / 10,000 at 15,000")
    assert (lost.a, lost.b, lost.verdict) == (12, 1000, "not comparable")
    assert wording.obstacles(comparison) == [
        "Raised at other periods or in other numbers, or timed in one only, so without a ratio: "
        f"{name}."
    ]


def test_rates_through_other_queues_have_no_ratio() -> None:
    def change(report: Any) -> None:
        report["rates"][1].update(capacity=16, period_cycles=9000)

    comparison = against(edited(change))
    rate = found(comparison, "SpscQueue: capture of a register", "drain_into")
    assert (rate.ratio, rate.verdict) == (None, "not comparable")
    assert comparison.changes == []
    assert wording.obstacles(comparison)[0].startswith("The bursts or the queues were of other")


def test_a_handler_that_one_report_could_not_time_is_not_compared() -> None:
    def change(report: Any) -> None:
        report["isr"][0]["handler_cycles"] = None

    handler = found(against(edited(change)), "SpscQueue.try_enqueue, viper handler", "handler")
    assert (handler.b, handler.verdict) == (None, "not comparable")


# Other boards.


def real() -> Report:
    def change(report: Any) -> None:
        report["board"].update(
            name="Pico 2",
            mcu="RP2350",
            emulated=False,
            clock_hz=150_000_000,
            firmware="MicroPython v1.26.1",
            firmware_sha256=None,
            counter="DWT CYCCNT",
        )
        slower(report, 0, 1.2)

    return edited(change)


def test_emulated_against_real_says_what_a_ratio_is_worth() -> None:
    comparison = against(real())
    assert wording.obstacles(comparison) == [
        "A is emulated and B is real hardware: what an emulator does not model, such as "
        "flash-cache misses, cannot be told from what else differs.",
        "The boards differ: a ratio tells as much of them as of the library.",
        "The firmware differs: a ratio tells of MicroPython as well as of the library.",
        "The cycles were counted by SysTick in A, by DWT CYCCNT in B.",
        "The clocks differ, 125 MHz and 150 MHz: cycles are compared with cycles, and times stand "
        "beside them.",
    ]
    for text in (printed(comparison, 80), Page(render(comparison)).text):
        assert "A: EMULATED BOARD, B: REAL HARDWARE" in text
        for sentence in wording.obstacles(comparison):
            assert sentence in words(text)


def test_cycles_are_compared_with_cycles_and_times_stand_beside_where_clocks_differ() -> None:
    figure = found(against(real()), "SpscQueue.try_enqueue", "function")
    assert (figure.a, figure.b, figure.ratio) == (700, 840, 1.2)
    assert figure.aside == ("5.60", "5.60", "1.00 x")
    assert found(against(realistic()), "SpscQueue.try_enqueue", "function").aside == ()


@pytest.mark.parametrize(
    ("of_a", "of_b", "whose"),
    [(None, 125_000_000, "A"), (125_000_000, None, "B"), (None, None, "A and of B")],
)
def test_an_unknown_clock_is_said_and_no_time_made_up(
    of_a: int | None, of_b: int | None, whose: str
) -> None:
    a, b = (altered(realistic(), "board", "clock_hz", value=clock) for clock in (of_a, of_b))
    comparison = against(b, a)
    assert wording.obstacles(comparison) == [
        f"The clock of {whose} is unknown: cycles are compared with cycles, times cannot be."
    ]
    assert {figure.aside for figure in comparison.of("operations")[0].figures} == {()}


def test_both_real_is_not_called_emulated() -> None:
    comparison = against(real(), real())
    assert wording.origins(comparison) == "BOTH: REAL HARDWARE"
    assert wording.obstacles(comparison) == []
    assert "EMULATED" not in printed(comparison, 80) + render(comparison)


# What is shown.


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """With changes of every kind, from an emulated board to a real one."""
    return against(real())


@pytest.fixture(scope="module")
def html(comparison: Comparison) -> str:
    return render(comparison)


def test_the_page_needs_nothing_but_itself(html: str) -> None:
    tags = Page(html).tags
    assert not {"script", "link", "iframe", "img", "object", "base"} & {tag for tag, _ in tags}
    links = [of["href"] or "" for _, of in tags if "href" in of]
    ids = {of["id"] for _, of in tags if "id" in of}
    assert links and all(link[1:] in ids for link in links if link.startswith("#"))
    assert all(link.startswith("#") for link in links)
    assert "@import" not in html


def test_the_page_begins_with_where_both_come_from_and_then_what_changed_most(
    html: str,
) -> None:
    text = words(Page(html).text)
    order = [
        "A: EMULATED BOARD, B: REAL HARDWARE",
        "8f14e45fceea167a5a36dedd4bea2543",
        "heapless_py 0.1.0, commit b070107c0ffe",
        "A is emulated and B is real hardware",
        "Of 36 operations, 1 cost more",
        "SpscQueue.try_enqueue function, cycles 700 840 1.20 x more",
        "One element in, cycles",
        "Interrupt handlers, cycles",
        "Event rates: the shortest period",
        "Memory, bytes",
    ]
    places = [text.index(it) for it in order]
    assert places == sorted(places)
    for fact in (*NAMES, "Raspberry Pi Pico", "Pico 2", "150 MHz", "DWT CYCCNT", "SysTick"):
        assert fact in text
    drawings = [tag for tag, _ in Page(html).tags if tag == "svg"]
    assert len(drawings) == 2, "what changed most, and the ratios of all"


def test_a_chart_leaves_its_colours_to_the_page(html: str) -> None:
    drawings = "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    for name in set(re.findall(r"var\(--([\w-]+)\)", drawings)):
        assert html.count(f"--{name}:") == 2, "one colour for light, one for dark"
    assert "#0000" not in drawings


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_shows_every_name_and_figure_within_its_width(
    comparison: Comparison, width: int
) -> None:
    lines = printed(comparison, width).splitlines()
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    assert "…" not in text
    for operation in realistic()["ops"]:
        assert f"{operation['subject']}.{operation['op']}" in text
    for rate in realistic()["rates"]:
        assert f"{rate['events_per_second']:,.0f}" in text


def test_the_terminal_gets_no_colour_codes_unless_it_is_one(comparison: Comparison) -> None:
    assert "\x1b" not in printed(comparison, 100)
    assert "\x1b[" in printed(comparison, 100, force_terminal=True, color_system="standard")


def test_hostile_names_stay_text_everywhere() -> None:
    def change(report: Any) -> None:
        report["board"]["name"] = report["library"]["version"] = HOSTILE
        report["ops"][0]["subject"] = report["ops"][5]["subject"] = HOSTILE
        report["isr"][0]["handler"] = report["memory"][0]["format"] = HOSTILE
        report["rates"][0]["handler"] = report["rates"][0]["loop"] = HOSTILE

    def slow(report: Any) -> None:
        change(report)
        slower(report, 0, 2)

    comparison = compare((HOSTILE, HOSTILE), edited(change), edited(slow))
    page = Page(render(comparison))
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.text.count(HOSTILE) >= 14
    assert HOSTILE in printed(comparison, 300)


def test_reports_of_nothing_and_figures_beyond_all_measure_still_make_a_page() -> None:
    def nothing(report: Any) -> None:
        report.update(ops=[], isr=[], rates=[], memory=[])

    def extreme(report: Any) -> None:
        report["ops"][0]["cycles"] = spread(0, 0, 0)
        report["ops"][1]["cycles"] = spread(1e-300, 1e-300, 1e-300)
        report["ops"][2]["cycles"] = spread(2**53, 2**53, 2**53)

    for a, b in ((nothing, nothing), (nothing, extreme), (extreme, lambda _: None)):
        comparison = against(edited(b), edited(a))
        assert "BOTH: EMULATED BOARD" in Page(render(comparison)).text
        assert "BOTH: EMULATED BOARD" in printed(comparison, 80)


# The files.


def kept(report: object, path: Path) -> str:
    path.write_text(json.dumps(report))
    return str(path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is no report: it holds no JSON"),
        (b"{", "is no report: it holds no JSON"),
        (b"\xff\xfe", "is no report: it holds no JSON"),
        (b"[" * 100_000, "is no report: it holds no JSON"),
        (b"[]", "is no report of `make measure`: the report is wrong at the top"),
        (b'{"schema": 1, "items": {}}', "is no report of `make measure`: .* at board"),
    ],
)
def test_a_file_that_is_no_report_is_refused_in_one_line(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(Trouble, match=complaint) as refusal:
        files.read(path)
    assert str(path) in str(refusal.value)
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    "wrong",
    [
        altered(realistic(), "schema", value=2),
        without(realistic(), "ops"),
        altered(realistic(), "ops", 0, "bytes", value=10**400),
        altered(realistic(), "ops", 0, "cycles", "max", value=10**400),
        altered(realistic(), "memory", 0, "format", value="\ud800"),
    ],
)
def test_a_report_of_another_schema_is_refused(tmp_path: Path, wrong: object) -> None:
    with pytest.raises(Trouble, match="is no report of `make measure`: the report is wrong at"):
        files.read(Path(kept(wrong, tmp_path / "report.json")))


def test_what_is_not_there_or_is_no_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"cannot read .*no\.json: No such file or directory"):
        files.read(tmp_path / "no.json")
    with pytest.raises(Trouble, match=r"cannot read .*: Is a directory"):
        files.read(tmp_path)


def command(*arguments: str) -> "subprocess.CompletedProcess[str]":
    whole = [sys.executable, "-m", "board_tests.compare", *arguments]
    return subprocess.run(whole, cwd=REPOSITORY, capture_output=True, text=True, timeout=120)


def test_the_command_shows_the_comparison_and_keeps_its_page(tmp_path: Path) -> None:
    a, b = kept(realistic(), tmp_path / "a.json"), kept(real(), tmp_path / "b.json")
    done = command(a, b, "--folder", str(tmp_path / "build" / "compare"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Of 36 operations, 1 cost more cycles in B than in A" in words(done.stdout)
    page = (tmp_path / "build" / "compare" / "report.html").read_text("utf-8")
    assert a in Page(page).text and b in Page(page).text
    assert [path.name for path in (tmp_path / "build" / "compare").iterdir()] == ["report.html"]


def test_the_command_ends_with_one_plain_line_and_leaves_the_last_page(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("the last one")
    a = kept(realistic(), tmp_path / "a.json")
    for arguments, complaint in (
        ((a, str(tmp_path / "no.json")), "cannot read"),
        ((a,), "it takes two reports: make compare A=old/report.json B=new/report.json"),
    ):
        done = command(*arguments, "--folder", str(tmp_path))
        assert (done.returncode, done.stdout) == (1, "")
        assert re.fullmatch(rf"error: {complaint}.*\n", done.stderr)
    assert (tmp_path / "report.html").read_text() == "the last one"
