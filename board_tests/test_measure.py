"""The measurement as a user runs it, and what it has to show."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from board_tests import budgets
from board_tests.budgets import Figures
from board_tests.measure import measure
from board_tests.processes import Witness, hear_ctrl_c
from board_tests.report import files
from board_tests.report.schema import Interrupts, Operation, Report, validate
from firmware.board import Board
from firmware.deploy import REPOSITORY
from firmware.image import Image
from host_tests.containers import CONTAINERS

# All is measured in the first test, for half an hour on a busy machine.
pytestmark = pytest.mark.timeout(3600)


@pytest.fixture(scope="module")
def report(pico: Board, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Measured now, written, and read again."""
    folder = tmp_path_factory.mktemp("measure")
    files.write(measure(pico, precompile=True, console=Console(quiet=True)), folder)
    assert "EMULATED" in (folder / "report.html").read_text() or not pico.emulated
    return validate(json.loads((folder / "report.json").read_text()))


@pytest.fixture(scope="module")
def costs(pico: Board, report: Report) -> Report:
    """The report, unless the user named an image, whose cycles nobody has looked at yet."""
    if "HEAPLESS_IMAGE" in os.environ and not budgets.of_image(pico.firmware_sha256):
        pytest.skip("HEAPLESS_IMAGE names an image without budgets: no bounds are known for it")
    return report


def _operation(report: Report, subject: str, op: str, form: str) -> Operation:
    (found,) = (
        operation
        for operation in report["ops"]
        if (operation["subject"], operation["op"], operation["form"]) == (subject, op, form)
        and operation["items"] == 1
        and operation.get("job", "element") in ("element", "frame")
    )
    return found


def _through(report: Report, subject: str, into: str, out: str, form: str) -> float:
    """Median cycles of one element, or one frame, in and out again."""
    both = (_operation(report, subject, op, form)["cycles"]["median"] for op in (into, out))
    return sum(both)


# A frame with its length in front.
_RING_IO = ("RingIO", "write x2", "readinto x2", "builtin")


@pytest.mark.parametrize("container", CONTAINERS)
def test_no_isr_safe_operation_allocates(report: Report, container: str) -> None:
    safe = [op for op in report["ops"] if op["subject"] == container and op["isr_safe"]]
    assert len(safe) >= 7
    assert [op for op in safe if op["allocated_bytes"]] == []


@pytest.mark.parametrize("container", CONTAINERS)
def test_each_container_stands_beside_what_a_user_would_use_instead(
    report: Report, container: str
) -> None:
    jobs = {op.get("job") for op in report["ops"] if op["subject"] == container}
    builtin = {op.get("job") for op in report["ops"] if op["form"] == "builtin"}
    assert jobs & builtin
    memory = [it for it in report["memory"] if it["subject"].split(",")[0] == container]
    assert memory
    assert {"list", "deque"} <= {it["subject"] for it in report["memory"]}
    for it in memory:
        assert it["handle_bytes"] > 0 and it["import_bytes"] > 0


def test_nothing_that_is_done_with_a_bbqueue_allocates(report: Report) -> None:
    ours = [op for op in report["ops"] if op["subject"] == "BBQueue"]
    assert [op for op in ours if op["allocated_bytes"] or not op["isr_safe"]] == []
    steps = [(op.get("job"), op["op"]) for op in ours if op["items"] == 0]
    assert steps == [
        (job, step)
        for job, grant in (("stream grant", "grant_exact"), ("frame grant", "grant"))
        for step in (grant, "view", "commit", "read", "release")
    ]


@pytest.mark.parametrize(("form", "deques", "times"), [("function", 1.12, 11), ("method", 2.1, 6)])
def test_an_element_costs_little_more_than_through_a_deque_and_far_less_than_in_python(
    costs: Report, form: str, deques: float, times: float
) -> None:
    ours = _through(costs, "SpscQueue", "try_enqueue", "try_dequeue", form)
    assert ours <= deques * _through(costs, "deque", "append", "popleft", "builtin")
    assert ours * times <= _through(costs, "plain ring", "push", "pop", "idiom")


def test_a_captured_register_takes_half_of_a_handler_that_appends_it(costs: Report) -> None:
    took = {run["handler"]: run["handler_cycles"] for run in costs["isr"]}
    captured, appended = took["capture of a register"], took["append of a register, in bytecode"]
    assert captured and appended
    assert captured["median"] <= 0.52 * appended["median"]


@pytest.mark.parametrize(("form", "ratio"), [("bound", 0.6), ("method", 0.7), ("function", 0.8)])
def test_a_frame_costs_less_than_through_ring_io(costs: Report, form: str, ratio: float) -> None:
    ours = _through(costs, "BBQueue", "write_frame", "read_frame_into", form)
    assert ours <= ratio * _through(costs, *_RING_IO)


def test_a_frame_by_grants_costs_less_than_one_and_a_half_through_ring_io(costs: Report) -> None:
    grants = _through(costs, "BBQueue", "grant, commit", "read, release", "method")
    assert grants <= 1.4 * _through(costs, *_RING_IO)


@pytest.mark.parametrize("form", ["method", "bound"])
def test_many_elements_in_one_call_cost_an_eighth_of_each(costs: Report, form: str) -> None:
    (drained,) = (
        op["cycles"]["median"]
        for op in costs["ops"]
        if (op["op"], op["form"], op["items"]) == ("drain_into", form, 32)
    )
    each = _operation(costs, "deque", "popleft", "builtin")["cycles"]["median"]
    assert drained <= 0.12 * 32 * each


def _bytes_through(report: Report, subject: str, form: str, size: int = 64) -> float:
    """Median cycles of so many bytes in and out again."""
    both = [
        op["cycles"]["median"]
        for op in report["ops"]
        if (op["subject"], op["form"]) == (subject, form)
        and op["op"] in ("write", "drain_into" if form == "bound" else "readinto")
        and (op.get("job"), op["items"]) == ("bytes", size)
    ]
    assert len(both) == 2
    return sum(both)


@pytest.mark.parametrize(("form", "ratio"), [("bound", 1), ("function", 1.3), ("method", 1.7)])
def test_bytes_through_a_ring_buffer_cost_little_more_than_through_ring_io(
    costs: Report, form: str, ratio: float
) -> None:
    ring_io = _bytes_through(costs, "RingIO", "builtin")
    assert _bytes_through(costs, "RingBuffer", form) <= ratio * ring_io


def test_many_bytes_cost_less_than_through_ring_io(costs: Report) -> None:
    ours = _bytes_through(costs, "RingBuffer", "bound", 1024)
    assert ours <= _bytes_through(costs, "RingIO", "builtin", 1024)


def test_ring_io_takes_longer_with_frames_that_are_not_aligned(costs: Report) -> None:
    """So a fair comparison lets its frames lie anywhere; aligned ones are the fastest of them."""
    for op in ("write x2", "readinto x2"):
        anywhere = _operation(costs, "RingIO", op, "builtin")["cycles"]
        aligned = _operation(costs, "aligned RingIO", op, "builtin")["cycles"]
        assert aligned["max"] < anywhere["median"]
        assert anywhere["min"] <= aligned["max"]


def test_no_interrupt_is_lost_and_all_arrive_in_order(report: Report) -> None:
    ours = [run for run in report["isr"] if run["subject"] == "SpscQueue"]
    assert len(ours) == 4

    def fate(run: Interrupts) -> tuple[bool, int, bool]:
        return run["events"] >= 10_000, run["lost"], run["in_order"]

    assert {fate(run) for run in ours} == {(True, 0, True)}


def test_the_source_counts_what_a_slow_handler_loses(report: Report) -> None:
    (slow,) = (run for run in report["isr"] if run["subject"] == "plain ring")
    assert slow["lost"] > 0


def test_a_handler_is_gone_for_longer_than_its_operation(report: Report) -> None:
    """Its cycles hold the entry and the exit too, or the interrupt was not seen at all."""
    run = next(run for run in report["isr"] if run["subject"] == "SpscQueue")
    inside = _operation(report, "SpscQueue", "try_enqueue", "function")["cycles"]["median"]
    handler = run["handler_cycles"]
    assert handler is not None
    assert inside < handler["min"] < 4 * inside


def _rate(report: Report, subject: str, handler: str, loop: str) -> float:
    (found,) = (
        rate["events_per_second"]
        for rate in report.get("rates", [])
        if (rate["subject"], rate["handler"], rate["loop"]) == (subject, handler, loop)
    )
    return found


def test_each_way_to_take_events_has_a_highest_rate_that_loses_none(report: Report) -> None:
    rates = report.get("rates", [])
    assert {(rate["subject"], rate["handler"]) for rate in rates} == {
        ("SpscQueue", "capture of a register"),
        ("SpscQueue", "try_enqueue, in viper"),
        ("SpscQueue", "try_enqueue, in bytecode"),
        ("deque", "append, in viper"),
        ("deque", "append, in bytecode"),
        ("RingIO", "write, in viper"),
        ("RingIO", "write, in bytecode"),
        ("plain ring", "push, in bytecode"),
    }
    clock = report["board"]["clock_hz"]
    assert clock
    for rate in rates:
        assert rate["events"] >= 30 * rate["capacity"], "the queue must not absorb a burst"
        assert rate["bursts"] >= 3
        assert rate["lost_below"] > 0
        assert rate["resolution_cycles"] <= max(20, rate["period_cycles"] / 64)
        assert rate["events_per_second"] == pytest.approx(clock / rate["period_cycles"])


def test_captured_events_may_come_faster_than_those_that_a_handler_appends(costs: Report) -> None:
    captured = _rate(costs, "SpscQueue", "capture of a register", "drain_into")
    assert captured >= 1.5 * _rate(costs, "deque", "append, in bytecode", "popleft")


def test_events_may_come_slowest_where_the_ring_is_in_python(report: Report) -> None:
    plain = _rate(report, "plain ring", "push, in bytecode", "pop")
    assert plain == min(rate["events_per_second"] for rate in report.get("rates", []))


def test_an_image_is_what_size_of_says(report: Report) -> None:
    (ours,) = (memory for memory in report["memory"] if memory["subject"] == "SpscQueue")
    assert ours["image_bytes"] == 32 + 4 * (ours["capacity"] + 1)
    assert ours["handle_bytes"] > 0 and ours["import_bytes"] > 0


def test_a_bbqueue_of_either_use_takes_60_bytes_beside_its_capacity(report: Report) -> None:
    ours = [memory for memory in report["memory"] if memory["subject"].startswith("BBQueue, ")]
    assert len(ours) == 2
    for memory in ours:
        assert memory["image_bytes"] == 60 + memory["capacity"]
        assert memory["handle_bytes"] > 0 and memory["import_bytes"] > 0


# Budgets


@pytest.fixture(scope="module")
def budget(pico: Board) -> Figures:
    if not pico.emulated:
        pytest.skip("the budgets are an emulated board's: what a real one takes, nobody knows yet")
    found = budgets.of_image(pico.firmware_sha256)
    if found is None:
        pytest.skip("this image has no budgets: another compiler made it, or it is a user's own")
    return found


def test_nothing_takes_more_than_its_budget(
    report: Report, budget: Figures, rp2_image: Image
) -> None:
    now = budgets.figures(report, budgets.imports_on(rp2_image))
    too_much = [str(change) for change in budgets.changes(budget, now) if change.is_too_much]
    assert too_much == [], "look why, mend it, or have it in the budgets by: make budgets"


# What goes wrong


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "board_tests.measure", *options]


def test_a_board_without_interrupts_has_all_else_measured_and_the_gap_told(
    qemu_image: Image, tmp_path: Path, witness: Witness
) -> None:
    options = ("--board", "qemu", "--image", str(qemu_image.path), "--folder", str(tmp_path))
    done = subprocess.run(
        command(*options), cwd=REPOSITORY, capture_output=True, text=True, timeout=1800
    )
    assert done.returncode == 0, done.stderr
    report = validate(json.loads((tmp_path / "report.json").read_text()))
    assert {op["subject"] for op in report["ops"]} >= set(CONTAINERS)
    assert len(report["memory"]) > len(CONTAINERS)
    board = report["board"]
    assert (board["platform"], board["interrupt_source"]) == ("qemu", None)
    assert board["counter_resolution"] == 1
    (gap,) = report["gaps"]
    assert gap.startswith("hard interrupts: no interrupt source (PIO: no module named 'rp2'; ")
    assert report["isr"] == [] and report["rates"] == []
    for shown in (done.stdout, (tmp_path / "report.html").read_text()):
        assert "no interrupt source" in shown


def test_an_interrupted_measurement_leaves_nothing_behind(
    rp2_image: Image, tmp_path: Path, witness: Witness
) -> None:
    options = ("--image", str(rp2_image.path), "--folder", str(tmp_path))
    with subprocess.Popen(
        command(*options),
        cwd=REPOSITORY,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_ctrl_c,
    ) as measuring:
        assert measuring.stderr
        witness.wait_for("rp2040py")
        witness.wait_for("mpremote")
        measuring.send_signal(signal.SIGINT)
        assert measuring.wait(10) == 130
        assert measuring.stderr.read().endswith("error: interrupted\n")
    assert list(tmp_path.iterdir()) == []
