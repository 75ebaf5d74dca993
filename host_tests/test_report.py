"""The measurement report: refused when it is wrong, kept whole, shown in full."""

import copy
import io
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest
from rich.console import Console

from board_tests.report import files, terminal
from board_tests.report.page import render
from board_tests.report.peers import comparisons, groups, kinds, rates
from board_tests.report.schema import (
    Cycles,
    Form,
    Interrupts,
    Job,
    Operation,
    Rate,
    Report,
    validate,
)
from firmware.trouble import Trouble

HOSTILE = "<script>alert('x')</script> & [bold]$\\alpha$"
VOID = {"meta", "wbr"}


def cycles(median: float) -> Cycles:
    return {
        "min": median - 4,
        "median": median,
        "p99": round(median * 1.03),
        "max": round(median * 1.3) + 90,
    }


def operation(
    name: str,
    form: Form,
    median: float,
    size: int = 4,
    items: int = 1,
    heap: int = 0,
    job: Job = "element",
) -> Operation:
    subject, _, op = name.rpartition(".")
    return {
        "subject": subject,
        "op": op,
        "form": form,
        "job": job,
        "items": items,
        "bytes": size,
        "cycles": cycles(median),
        "allocated_bytes": heap,
        "isr_safe": heap == 0,
    }


def frame(name: str, form: Form, median: float) -> Operation:
    return operation(name, form, median, size=64, job="frame")


def step(job: Job, op: str, median: float) -> Operation:
    return operation(f"BBQueue.{op}", "method", median, size=64, items=0, job=job)


def interrupts(subject: str, handler: str, median: float, received: int) -> Interrupts:
    counts = [0, 3, 9120, 640, 210, 18, *[0] * 20, 6, 2, 1]
    return {
        "subject": subject,
        "handler": handler,
        "period_cycles": 12500,
        "events": 10_000,
        "received": received,
        "lost": 10_000 - received,
        "in_order": True,
        "handler_cycles": cycles(median),
        "handler_histogram": {
            "bin_cycles": 16,
            "start_cycles": median - 40,
            "counts": counts,
        },
    }


def rate(subject: str, handler: str, form: Form, loop: str, period: int, lost: int) -> Rate:
    return {
        "subject": subject,
        "handler": handler,
        "form": form,
        "loop": loop,
        "period_cycles": period,
        "resolution_cycles": 20,
        "events": 2000,
        "bursts": 3,
        "capacity": 64,
        "lost_below": lost,
        "events_per_second": 125e6 / period,
    }


def realistic() -> Report:
    return {
        "schema": 1,
        "measured_at": "2026-11-20T10:42:07+00:00",
        "board": {
            "name": "Raspberry Pi Pico",
            "emulated": True,
            "mcu": "RP2040",
            "clock_hz": 125_000_000,
            "firmware": "MicroPython v1.25.0 on 2025-04-15",
            "firmware_sha256": "8f14e45fceea167a5a36dedd4bea2543" * 2,
            "counter": "SysTick",
        },
        "library": {"version": "0.1.0", "commit": "b070107c0ffee1234567890abcdef1234567890a"},
        "empty_call_cycles": 60,
        "ops": [
            operation("SpscQueue.try_enqueue", "function", 700),
            operation("SpscQueue.try_enqueue", "method", 1330),
            operation("deque.append", "builtin", 534),
            operation("RingIO.write", "builtin", 912, size=1),
            operation("plain ring.push", "idiom", 6082),
            operation("SpscQueue.try_dequeue", "function", 660),
            operation("SpscQueue.try_dequeue", "method", 1200),
            operation("deque.popleft", "builtin", 493),
            operation("RingIO.readinto", "builtin", 1079, size=1),
            operation("plain ring.pop", "idiom", 8389, heap=16),
            operation("SpscQueue.drain_into", "method", 4000, size=256, items=64),
            operation("RingIO.readinto", "builtin", 1151, size=64, items=64),
            operation("SpscQueue.peek", "method", 1101.5),
            step("stream grant", "grant_exact", 1201),
            step("stream grant", "view", 120),
            step("stream grant", "commit", 1032),
            step("frame grant", "grant", 1810),
            step("frame grant", "view", 189),
            step("frame grant", "read", 1180),
            step("frame grant", "release", 903),
            operation("Vec.v[i]", "method", 2160, job="sequence"),
            operation("Vec.sort", "method", 20413, size=64, items=16, job="sequence"),
            operation("list.v[i]", "builtin", 217, job="sequence"),
            operation("list.sort", "builtin", 8310, size=64, items=16, job="sequence"),
            operation("BBQueue.write", "method", 2801, size=64, items=64, job="bytes"),
            operation("RingIO.write", "builtin", 1450, size=64, items=64, job="bytes"),
            frame("BBQueue.write_frame", "function", 1488),
            frame("BBQueue.read_frame_into", "function", 1751),
            frame("BBQueue.write_frame", "method", 2300),
            frame("BBQueue.read_frame_into", "method", 2550),
            frame("BBQueue.grant, commit", "method", 3900),
            frame("BBQueue.read, release", "method", 3750),
            frame("RingIO.write x2", "builtin", 2214),
            frame("RingIO.readinto x2", "builtin", 2270),
            frame("aligned RingIO.write x2", "builtin", 1850),
            frame("aligned RingIO.readinto x2", "builtin", 1898),
        ],
        "isr": [
            interrupts("SpscQueue", "SpscQueue.try_enqueue, viper handler", 742, 10_000),
            interrupts("SpscQueue", "Producer.capture, bound viper method", 1610, 10_000),
            interrupts("deque", "append, bytecode handler", 2670, 9_988),
        ],
        "rates": [
            rate("plain ring", "push, in bytecode", "idiom", "pop", 17_340, 12),
            rate("SpscQueue", "capture of a register", "function", "drain_into", 1260, 3),
            rate("deque", "append, in bytecode", "builtin", "popleft", 4980, 1),
            rate("SpscQueue", "try_enqueue, in bytecode", "bound", "drain_into", 2640, 1999),
        ],
        "memory": [
            {
                "subject": "SpscQueue",
                "capacity": 64,
                "format": "I",
                "image_bytes": 280,
                "handle_bytes": 96,
                "import_bytes": 2144,
            },
            {
                "subject": "deque",
                "capacity": 64,
                "format": "",
                "image_bytes": 260,
                "handle_bytes": 32,
                "import_bytes": 0,
            },
        ],
    }


@pytest.fixture
def report() -> Report:
    return realistic()


@pytest.fixture(scope="module")
def html() -> str:
    """The realistic report's page, drawn once."""
    return render(realistic())


def altered(report: Report, *path: str | int, value: object) -> Any:
    """A copy of the report with one value replaced."""
    changed: Any = copy.deepcopy(report)
    spot = changed
    for key in path[:-1]:
        spot = spot[key]
    spot[path[-1]] = value
    return changed


def without(report: Report, *path: str | int) -> Any:
    """A copy of the report with one key left out."""
    changed: Any = copy.deepcopy(report)
    spot = changed
    for key in path[:-1]:
        spot = spot[key]
    del spot[path[-1]]
    return changed


def printed(report: Report, width: int, **options: Any) -> str:
    out = io.StringIO()
    terminal.show(report, Console(file=out, width=width, **options))
    return out.getvalue()


class Page(HTMLParser):
    """A page taken apart; it fails on a tag that is not closed where it should be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


# What is accepted, and what is refused.


def test_a_report_with_unknown_keys_is_accepted_as_it_is(report: Report) -> None:
    extended = altered(report, "board", "serial", value="E6605")
    assert validate(extended) is extended


@pytest.mark.parametrize(
    "path",
    [
        ("board", "clock_hz"),
        ("board", "firmware_sha256"),
        ("library", "commit"),
        ("isr", 0, "handler_cycles"),
    ],
)
def test_what_may_be_unknown_may_be_none_everywhere(
    report: Report, path: tuple[str | int, ...]
) -> None:
    unknown = validate(altered(report, *path, value=None))
    assert "Raspberry Pi Pico" in Page(render(unknown)).text
    assert "Raspberry Pi Pico" in printed(unknown, 80)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), 2),
        (("board", "emulated"), "yes"),
        (("board", "name"), ""),
        (("board", "name"), "Pico\x1b[31m"),
        (("board", "clock_hz"), 0),
        (("empty_call_cycles",), -1),
        (("ops",), None),
        (("ops", 0, "form"), "macro"),
        (("ops", 0, "items"), True),
        (("ops", 0, "job"), "juggling"),
        (("ops", 0, "cycles", "min"), 701),
        (("ops", 0, "cycles", "median"), 5000),
        (("ops", 0, "cycles", "p99"), 5000),
        (("ops", 0, "cycles", "max"), float("nan")),
        (("ops", 0, "allocated_bytes"), -16),
        (("isr", 0, "lost"), 1),
        (("isr", 0, "received"), 10_001),
        (("isr", 0, "handler_cycles", "median"), 1),
        (("isr", 0, "handler_histogram", "bin_cycles"), 0),
        (("isr", 0, "handler_histogram", "counts"), [1, -1]),
        (("rates",), None),
        (("rates", 0, "form"), "macro"),
        (("rates", 0, "period_cycles"), 0),
        (("rates", 0, "lost_below"), 0),
        (("rates", 0, "lost_below"), 2001),
        (("rates", 0, "events_per_second"), float("inf")),
        (("memory", 0, "image_bytes"), 1.5),
    ],
)
def test_a_wrong_value_is_refused_in_one_line_that_says_where(
    report: Report, path: tuple[str | int, ...], value: object
) -> None:
    with pytest.raises(Trouble) as refusal:
        validate(altered(report, *path, value=value))
    message = str(refusal.value)
    assert str(path[0]) in message
    assert message.isprintable()


@pytest.mark.parametrize(
    "path",
    [
        ("schema",),
        ("board",),
        ("board", "firmware"),
        ("board", "firmware_sha256"),
        ("library", "commit"),
        ("empty_call_cycles",),
        ("ops", 3, "isr_safe"),
        ("ops", 3, "cycles", "p99"),
        ("isr", 1, "handler_cycles"),
        ("rates", 1, "resolution_cycles"),
        ("memory", 0, "import_bytes"),
    ],
)
def test_a_missing_key_is_refused_by_its_name(report: Report, path: tuple[str | int, ...]) -> None:
    with pytest.raises(Trouble, match=str(path[-1])):
        validate(without(report, *path))


def test_something_that_is_no_report_at_all_is_refused() -> None:
    with pytest.raises(Trouble, match="at the top"):
        validate(["not", "a", "report"])


# Who stands beside whom.


def test_every_operation_is_in_exactly_one_group(report: Report) -> None:
    grouped = [entry for group in groups(report["ops"]) for entry in group.operations]
    assert len(grouped) == len(report["ops"])
    assert all(entry in grouped for entry in report["ops"])


def test_peers_stand_together_the_fastest_first_and_steps_in_their_order(report: Report) -> None:
    titles = {
        group.title: [f"{entry['subject']}.{entry['op']}" for entry in group.operations]
        for group in groups(report["ops"])
    }
    assert titles == {
        "One element in": [
            "deque.append",
            "SpscQueue.try_enqueue",
            "RingIO.write",
            "SpscQueue.try_enqueue",
            "plain ring.push",
        ],
        "One element out": [
            "deque.popleft",
            "SpscQueue.try_dequeue",
            "RingIO.readinto",
            "SpscQueue.try_dequeue",
            "plain ring.pop",
        ],
        "Other operations": ["SpscQueue.peek"],
        "64 elements at once out": ["RingIO.readinto", "SpscQueue.drain_into"],
        "64 bytes in": ["RingIO.write", "BBQueue.write"],
        "A frame of 64 bytes in": [
            "BBQueue.write_frame",
            "aligned RingIO.write x2",
            "RingIO.write x2",
            "BBQueue.write_frame",
            "BBQueue.grant, commit",
        ],
        "A frame of 64 bytes out": [
            "BBQueue.read_frame_into",
            "aligned RingIO.readinto x2",
            "RingIO.readinto x2",
            "BBQueue.read_frame_into",
            "BBQueue.read, release",
        ],
        "Grants of a stream, step by step": [
            "BBQueue.grant_exact",
            "BBQueue.view",
            "BBQueue.commit",
        ],
        "Grants of frames, step by step": [
            "BBQueue.grant",
            "BBQueue.view",
            "BBQueue.read",
            "BBQueue.release",
        ],
        "Sequences": ["list.v[i]", "Vec.v[i]", "list.sort", "Vec.sort"],
    }


def test_a_way_through_is_compared_with_the_deque(report: Report) -> None:
    elements = comparisons(report["ops"])[0]
    assert elements.title == "One element through"
    deque = elements.yardstick
    found = {(way.into["subject"], way.into["form"]): way for way in elements.ways}
    assert found["SpscQueue", "function"].median == 700 + 660
    assert found["SpscQueue", "function"].ratio(deque) == pytest.approx(1360 / 1027)
    assert found["deque", "builtin"].ratio(deque) == 1
    assert found["deque", "builtin"].ratio(None) is None


def test_a_way_of_a_frame_is_compared_with_ring_io(report: Report) -> None:
    frames = comparisons(report["ops"])[1]
    assert frames.title == "A frame of 64 bytes through"
    assert {way.name: way.ratio(frames.yardstick) for way in frames.ways[2:]} == {
        "RingIO.write x2 + readinto x2": 1,
        "BBQueue.write_frame + read_frame_into": 4850 / 4484,
        "BBQueue.grant, commit + read, release": 7650 / 4484,
    }
    assert frames.ways[0].median == 1488 + 1751
    assert frames.ways[1].name == "aligned RingIO.write x2 + readinto x2"


def test_the_ways_through_stand_from_few_bytes_to_many() -> None:
    ways = [
        operation(f"RingIO.{op}", "builtin", 1000, size=size, items=size, job="bytes")
        for size in (1024, 64)
        for op in ("write", "readinto")
    ]
    assert [it.title for it in comparisons(ways)] == ["64 bytes through", "1024 bytes through"]


def test_both_ends_of_a_deque_find_their_partners() -> None:
    ends = [operation(f"Deque.{op}", "method", 900) for op in ("push_back", "pop_back", "pop")]
    (found,) = comparisons(ends)
    assert [way.name for way in found.ways] == ["Deque.push_back + pop_back"]


def test_rates_stand_from_the_highest_to_the_lowest(report: Report) -> None:
    assert [(way["subject"], way["loop"]) for way in rates(report)] == [
        ("SpscQueue", "drain_into"),
        ("SpscQueue", "drain_into"),
        ("deque", "popleft"),
        ("plain ring", "pop"),
    ]


# What is kept.


def test_a_report_comes_back_from_its_file_as_it_was(report: Report, tmp_path: Path) -> None:
    files.write(report, tmp_path / "build" / "measure")
    kept = json.loads((tmp_path / "build" / "measure" / "report.json").read_text("utf-8"))
    assert validate(kept) == report


def test_a_wrong_report_replaces_nothing(report: Report, tmp_path: Path) -> None:
    files.write(report, tmp_path)
    before = contents(tmp_path)
    with pytest.raises(Trouble):
        files.write(altered(report, "ops", 0, "form", value="macro"), tmp_path)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(("owner", "step"), [(os, "fsync"), (Path, "replace")])
@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_write_leaves_the_old_files_and_no_other(
    report: Report,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    step: str,
    failure: BaseException,
) -> None:
    monkeypatch.setattr(files, "render", json.dumps)  # any text will do for a page here
    files.write(report, tmp_path)
    before = contents(tmp_path)

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(owner, step, fail)
    with pytest.raises((Trouble, KeyboardInterrupt)):
        files.write(altered(report, "library", "version", value="9.9.9"), tmp_path)
    assert contents(tmp_path) == before


def test_a_folder_that_cannot_be_made_is_said_plainly(report: Report, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(Trouble, match="cannot write the report to"):
        files.write(report, tmp_path / "taken")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# What is shown: the page.


def test_the_page_needs_nothing_but_itself(html: str) -> None:
    tags = Page(html).tags
    assert not {"script", "link", "iframe", "img", "object", "base"} & {tag for tag, _ in tags}
    references = [
        value or ""
        for _, attributes in tags
        for name, value in attributes.items()
        if name in {"src", "href", "xlink:href", "srcset", "action"}
    ]
    assert all(reference.startswith("#") for reference in references)
    assert all(address.startswith("#") for address in re.findall(r"url\(([^)]*)\)", html))
    assert "@import" not in html


@pytest.mark.parametrize("emulated", [True, False])
def test_the_page_says_where_its_figures_come_from(report: Report, emulated: bool) -> None:
    text = Page(render(altered(report, "board", "emulated", value=emulated))).text
    assert ("EMULATED BOARD" in text, "REAL HARDWARE" in text) == (emulated, not emulated)
    assert ("not silicon's" in text.replace("\n", " ")) == emulated
    board = report["board"]
    for fact in (board["name"], board["mcu"], board["firmware"], "125 MHz", "SysTick", "0.1.0"):
        assert fact in text
    assert str(board["firmware_sha256"]) in text
    assert "b070107c0ffe" in text


def test_the_page_has_a_chart_for_each_group_and_each_handler_the_rates_and_memory(
    report: Report, html: str
) -> None:
    drawings = [attributes for tag, attributes in Page(html).tags if tag == "svg"]
    of_operations = len(groups(report["ops"])) + len(comparisons(report["ops"]))
    together = 3  # the rates, the handlers side by side, the memory
    assert len(drawings) == together + of_operations + len(report["isr"])


def test_what_tells_whether_to_use_it_stands_before_all_the_rest(html: str) -> None:
    text = " ".join(Page(html).text.split())
    order = (
        "EMULATED BOARD",
        "8f14e45fceea167a5a36dedd4bea2543",
        "The highest rate of hard interrupts",
        "One element through",
        "A frame of 64 bytes through",
        "CPU cycles that the program misses for one interrupt",
        "The image is the one buffer",
        "Every operation CPU cycles of one call",
        "How often a handler took how long",
    )
    places = [text.index(it) for it in order]
    assert places == sorted(places)


def test_each_link_on_the_page_leads_somewhere(html: str) -> None:
    tags = Page(html).tags
    ids = [of["id"] for tag, of in tags if tag == "section"]
    assert [of["href"] for tag, of in tags if tag == "a"] == [f"#{name}" for name in ids]


def test_handlers_stand_from_the_shortest_to_the_longest_those_without_a_time_left_out(
    report: Report,
) -> None:
    untimed = altered(report, "isr", 1, "handler_cycles", value=None)
    html = render(untimed)
    drawing = html[html.index("Median cycles of each handler") :]
    names = re.findall(r">([^<>]*handler)</text>", drawing[: drawing.index("</svg>")])
    assert names == ["SpscQueue.try_enqueue, viper handler", "deque: append, bytecode handler"]


def test_a_container_has_one_colour_whatever_form_it_was_used_in(report: Report) -> None:
    assert kinds(report["ops"]) == {
        "SpscQueue": "function",
        "BBQueue": "function",
        "Vec": "function",
        "deque": "builtin",
        "list": "builtin",
        "RingIO": "builtin",
        "aligned RingIO": "builtin",
        "plain ring": "idiom",
    }


def test_the_page_answers_how_many_events_a_second_and_says_how_it_knows(html: str) -> None:
    text = " ".join(Page(html).text.split())
    begin = text.index("The highest rate of hard interrupts")
    answer = text[begin : text.index("What does it cost", begin)]
    assert "in 3 bursts of 2,000 in a row, through a queue of 64" in answer
    for figure in ("99,206", "1,260", "10.08", "20", "1,999", "25,100", "7,209"):
        assert figure in answer
    drawing = html[html.index("Events a second of each way") :]
    names = re.findall(r">([^<]*  ·  [^<]*)</text>", drawing[: drawing.index("</svg>")])
    assert names[0] == "SpscQueue: capture of a register  ·  drain_into"
    assert len(names) == 4
    assert answer.count("method of one") == 0, "the key tells only the colours that are there"


def test_a_report_from_before_the_rates_is_shown_without_them(report: Report) -> None:
    older = validate(without(report, "rates"))
    assert rates(older) == []
    assert "How many events a second?" not in Page(render(older)).text
    assert "How many events a second?" not in printed(older, 80)


def test_no_two_things_on_the_page_have_one_id_but_different_shapes(html: str) -> None:
    shapes: dict[str, set[str]] = {}
    for shape, name in re.findall(r'<(?:path|clipPath) id="(\w+)"([^>]*>[^>]*>)', html):
        shapes.setdefault(shape, set()).add(name)
    assert all(len(found) == 1 for found in shapes.values())


def test_a_chart_leaves_its_colours_to_the_page(html: str) -> None:
    drawings = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    for name in set(re.findall(r"var\(--([\w-]+)\)", "".join(drawings))):
        assert html.count(f"--{name}:") == 2, "one colour for light, one for dark"
    assert "#0000" not in "".join(drawings)


def test_a_name_may_break_behind_its_words_and_is_whole_when_read(html: str) -> None:
    assert "SpscQueue.<wbr>try_<wbr>enqueue" in html
    assert "SpscQueue.try_enqueue function" in Page(html).text


def test_hostile_names_stay_text_everywhere(report: Report) -> None:
    hostile = copy.deepcopy(report)
    hostile["board"]["name"] = hostile["board"]["firmware"] = HOSTILE
    hostile["library"]["version"] = hostile["measured_at"] = HOSTILE
    hostile["ops"][0]["subject"] = hostile["ops"][5]["subject"] = HOSTILE
    hostile["isr"][0]["handler"] = hostile["memory"][0]["format"] = HOSTILE
    hostile["rates"][0]["handler"] = hostile["rates"][0]["loop"] = HOSTILE
    html = render(hostile)
    page = Page(html)
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.text.count(HOSTILE) >= 14
    assert HOSTILE in printed(hostile, 200)


def test_a_report_of_nothing_still_makes_a_page(report: Report) -> None:
    empty = copy.deepcopy(report)
    empty["ops"], empty["isr"], empty["rates"], empty["memory"] = [], [], [], []
    assert "EMULATED BOARD" in Page(render(empty)).text
    assert "EMULATED BOARD" in printed(empty, 80)


def test_operations_that_take_no_time_can_be_drawn(report: Report) -> None:
    still: Cycles = {"min": 0, "median": 0, "p99": 0, "max": 0}
    idle = copy.deepcopy(report)
    for entry in idle["ops"]:
        entry["cycles"] = still
    Page(render(idle))
    printed(idle, 80)


def test_every_form_has_a_colour_and_a_word_in_the_key(html: str) -> None:
    for form in get_args(Form):
        assert f"var(--{form})" in html


# What is shown: the terminal.


@pytest.mark.parametrize("width", [80, 100])
def test_the_terminal_shows_every_name_and_figure_within_its_width(
    report: Report, width: int
) -> None:
    lines = printed(report, width).splitlines()
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    for entry in report["ops"]:
        assert f"{entry['subject']}.{entry['op']}" in text
        assert f"{entry['cycles']['max']:,}" in text
    for run in report["isr"]:
        assert run["handler"] in text
    for way in report["rates"]:
        assert f"{way['subject']}: {way['handler']}" in text
        assert way["loop"] in text
        assert f"{way['period_cycles']:,}" in text
    assert "…" not in text
    assert "EMULATED BOARD" in text


def test_the_terminal_gets_no_colour_codes_unless_it_is_one(report: Report) -> None:
    assert "\x1b" not in printed(report, 100)
    assert "\x1b[" in printed(report, 100, force_terminal=True, color_system="standard")
