"""Real hard interrupts and DMA write to a BBQueue, and the program gets all of it."""

import json
from collections import defaultdict
from typing import Any

import pytest

from firmware.board import Board

pytestmark = pytest.mark.timeout(2000)

Outcome = dict[str, Any]

# One program, because importing the library takes an emulated board as long as most of it.
_SHORT_PROGRAM = """
from on_board import captures_in_interrupts as captures
from on_board import frames_in_interrupts as frames
from on_board import waiting_in_interrupts as waiting

frames.report("captures", captures.captures())
frames.report("waits", waiting.waits())
"""
_PROGRAM = f"""
{_SHORT_PROGRAM}
from on_board import dma_in_interrupts as dma

frames.report("transfers", dma.transfers())
frames.report("wrong transfers", dma.counter_runs())
frames.report("wrong frames", frames.counter_runs())
frames.report("frames", frames.frames())
"""


def run(board: Board, program: str) -> dict[str, list[Outcome]]:
    found = defaultdict(list)
    for line in board.remote.exec(program, timeout=1900).splitlines():
        what, outcome = json.loads(line)
        found[what].append(outcome)
    return found


@pytest.fixture(scope="module")
def outcomes(pico: Board) -> dict[str, list[Outcome]]:
    if pico.platform != "rp2":
        pytest.skip("only an RP2040 has interrupts that can be raised without a wire")
    return run(pico, _PROGRAM)


@pytest.fixture(scope="module", params=["pico", "pico_testing"])
def short_outcomes(request: pytest.FixtureRequest) -> dict[str, list[Outcome]]:
    """On another firmware too: those that do not take long."""
    found: dict[str, list[Outcome]]
    if request.param == "pico":
        found = request.getfixturevalue("outcomes")
    else:
        found = run(request.getfixturevalue(request.param), _SHORT_PROGRAM)
    return found


def test_no_frame_of_an_interrupt_is_lost_or_torn(outcomes: dict[str, list[Outcome]]) -> None:
    runs = outcomes["frames"]
    assert sum(run["frames"] for run in runs) >= 20_000
    assert {(run["lost"], run["wrong"]) for run in runs} == {(0, 0)}
    assert len({run["write"] for run in runs}) == 4
    assert len({run["read"] for run in runs}) == 5


def test_interrupts_came_while_garbage_was_collected(outcomes: dict[str, list[Outcome]]) -> None:
    runs = [run for run in outcomes["frames"] if run["collections"]]
    assert sum(run["collections"] for run in runs) >= 15
    assert [run for run in runs if not run["interrupts_during_collections"]] == []
    # The queue was full then: there was something to lose.
    assert [run for run in runs if not run["refused"]] == []


def test_what_an_interrupt_does_wrong_is_seen(outcomes: dict[str, list[Outcome]]) -> None:
    runs = {run["write"]: run for run in outcomes["wrong frames"]}
    assert runs["torn"]["wrong"] > 0
    assert runs["wrong_checksum"]["wrong"] == runs["wrong_checksum"]["frames"]
    assert runs["lossy"]["lost"] > 0
    assert runs["lossy"]["lost"] == runs["lossy"]["refused"]


def test_every_byte_of_dma_arrives(outcomes: dict[str, list[Outcome]]) -> None:
    runs = {run["source"]: run for run in outcomes["transfers"]}
    assert runs.keys() == {"FromMemory", "FromCounter"}
    for run in runs.values():
        assert run["transfers"] >= 1000
        assert run["bytes"] == run["written"]
        assert run["wrong"] == 0
        assert run["splits"] > 0
        assert run["restarts"] > 0
        assert run["collections"] > 0
    assert runs["FromCounter"]["transfers_during_collections"] > 0


def test_what_dma_does_wrong_is_seen(outcomes: dict[str, list[Outcome]]) -> None:
    (run,) = outcomes["wrong transfers"]
    assert run["wrong"] > 0


def test_an_interrupt_wakes_who_waits(short_outcomes: dict[str, list[Outcome]]) -> None:
    runs = {run["wait"]: run for run in short_outcomes["waits"]}
    assert runs.keys() == {"by_async_for", "by_wait_read", "readline", "poll"}
    for run in runs.values():
        assert (run["received"], run["wrong"]) == (run["wanted"], 0)
        assert run["rounds"] > 0


@pytest.mark.parametrize("capture", ["queue", "queue, with times", "frames, with times"])
def test_each_word_of_a_register_is_captured_once_or_counted(
    short_outcomes: dict[str, list[Outcome]], capture: str
) -> None:
    (run,) = (run for run in short_outcomes["captures"] if run["capture"] == capture)
    assert run["received"] + run["refused"] == run["events"] == 300
    assert run["received"] > 100 and run["refused"] > 0
    assert run["in_order"] and run["on_time"]
    assert run["collections"] > 0


def test_a_history_captures_the_last(short_outcomes: dict[str, list[Outcome]]) -> None:
    runs = [run for run in short_outcomes["captures"] if "numbers" in run]
    assert [run["capture"] for run in runs] == ["history of I", "history of HI"]
    for run in runs:
        assert run["numbers"] == list(range(31, -1, -1))


def test_as_many_bits_are_read_at_once_as_wanted(short_outcomes: dict[str, list[Outcome]]) -> None:
    runs = {run["capture"]: run for run in short_outcomes["captures"] if "late" in run}
    assert runs.keys() == {"8 bits", "16 bits", "32 bits"}
    for run in runs.values():
        assert 0 <= run["late"] <= run["most"] < 256
