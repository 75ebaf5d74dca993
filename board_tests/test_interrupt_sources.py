"""What raises hard interrupts on a board without PIO, shown on Picos that are denied theirs."""

import json
from typing import Any

import pytest

from firmware.board import Board
from firmware.programs import put_programs

pytestmark = pytest.mark.timeout(900)

_TAKES_HARD = """
import machine
try:
    machine.Timer(-1, period=1, mode=machine.Timer.ONE_SHOT, callback=lambda it: None, hard=True)
    print("yes")
except TypeError:
    print("no")
"""
_WITHOUT_PIO = """
import json, sys
from array import array
from time import ticks_diff, ticks_us

sys.modules["rp2"] = None
from on_board.interrupt import SOURCE, WHY_NOT, Interrupt

print(json.dumps([SOURCE, WHY_NOT]))
"""
# How far apart they came, of as many as were asked for.
_STEADY = """
times = array("i", bytes(4 * 100))
came = array("i", [0])

def handler(timer):
    if came[0] < 100:
        times[came[0]] = ticks_us()
    came[0] += 1

source = Interrupt(handler, 50000)
source.start(100)
while not source.finished():
    pass
source.stop()
took = [ticks_diff(times[i + 1], times[i]) for i in range(99)]
print(json.dumps([source.period_cycles, came[0], sum(took)]))
"""
_GATE = """
from on_board import gates

for verdicts in gates.verdicts("exercises_spsc_queue", ["i"]), gates.counter_verdicts():
    print(json.dumps([verdict for verdict in verdicts if verdict[0] == "interrupt"]))
"""


@pytest.fixture(params=["pico", "pico_testing"])
def board(request: pytest.FixtureRequest) -> Board:
    board: Board = request.getfixturevalue(request.param)
    if board.platform != "rp2":
        pytest.skip("has no PIO to be denied")
    put_programs(board)
    return board


@pytest.fixture
def has_hard_timers(board: Board) -> bool:
    return board.remote.exec(_TAKES_HARD).strip() == "yes"


def run(board: Board, program: str) -> list[Any]:
    said = board.remote.exec(_WITHOUT_PIO + program, timeout=500)
    return [json.loads(line) for line in said.splitlines()]


def test_a_timer_is_taken_if_it_takes_hard(board: Board, has_hard_timers: bool) -> None:
    ((source, why_not),) = run(board, "")
    assert source == ("machine.Timer(hard=True)" if has_hard_timers else None)
    refused = [why.partition(":")[0] for why in why_not]
    assert refused == ["PIO", "pyb.Timer", *([] if source else ["machine.Timer(hard=True)"])]


def test_its_interrupts_come_at_their_period(board: Board, has_hard_timers: bool) -> None:
    if not has_hard_timers:
        pytest.skip("no timer of this firmware calls in a hard interrupt")
    _, (period_cycles, came, took) = run(board, _STEADY)
    assert board.clock_hz
    assert came == 100
    assert took / 99 == pytest.approx(period_cycles / board.clock_hz * 1e6, rel=0.01)


def test_nothing_can_be_allocated_in_them(board: Board, has_hard_timers: bool) -> None:
    if not has_hard_timers:
        pytest.skip("no timer of this firmware calls in a hard interrupt")
    _, safe, allocating = run(board, _GATE)
    assert safe and [verdict for verdict in safe if verdict[-1]] == []
    assert allocating and [verdict for verdict in allocating if not verdict[-1]] == []
