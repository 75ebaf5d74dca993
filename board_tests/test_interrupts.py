"""Real hard interrupts and DMA write to a BBQueue, and the program gets all of it."""

import json
from collections import defaultdict
from typing import Any

import pytest

from firmware.board import Board
from firmware.programs import put_programs

pytestmark = pytest.mark.timeout(2000)

Outcome = dict[str, Any]

# One program, because importing the library takes an emulated board as long as most of it.
_PROGRAM = """
from on_board import dma_in_interrupts as dma
from on_board import frames_in_interrupts as frames
from on_board import waiting_in_interrupts as waiting

frames.report("waits", waiting.waits())
frames.report("transfers", dma.transfers())
frames.report("wrong transfers", dma.counter_runs())
frames.report("wrong frames", frames.counter_runs())
frames.report("frames", frames.frames())
"""


@pytest.fixture(scope="module")
def outcomes(pico: Board) -> dict[str, list[Outcome]]:
    if pico.platform != "rp2":
        pytest.skip("only an RP2040 has interrupts that can be raised without a wire")
    put_programs(pico)
    found = defaultdict(list)
    for line in pico.remote.exec(_PROGRAM, timeout=1900).splitlines():
        what, outcome = json.loads(line)
        found[what].append(outcome)
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


def test_an_interrupt_wakes_who_waits(outcomes: dict[str, list[Outcome]]) -> None:
    runs = {run["wait"]: run for run in outcomes["waits"]}
    assert runs.keys() == {"by_async_for", "by_wait_read", "readline", "poll"}
    for run in runs.values():
        assert (run["received"], run["wrong"]) == (run["wanted"], 0)
        assert run["rounds"] > 0
