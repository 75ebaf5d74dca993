"""What raises hard interrupts on a board without PIO, shown on Picos that are denied theirs."""

import json
from typing import Any

import pytest

from firmware.board import Board

pytestmark = pytest.mark.timeout(900)

_NO_TIMER = "no timer of this firmware calls in a hard interrupt"
_TAKES_HARD = """
import machine
try:
    machine.Timer(-1, period=1, mode=machine.Timer.ONE_SHOT, callback=lambda it: None, hard=True)
    print("yes")
except TypeError:
    print("no")
"""
_WITHOUT_PIO = "import sys; sys.modules['rp2'] = None\n"
# What is taken, and how far apart its interrupts come.
_SOURCE = """
import json
from array import array
from time import ticks_diff, ticks_us
from on_board.interrupt import SOURCE, WHY_NOT, Interrupt

print(json.dumps([SOURCE, WHY_NOT]))

def came_apart():
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
    apart = [ticks_diff(times[i + 1], times[i]) for i in range(99)]
    return source.period_cycles, came[0], sum(apart)

if Interrupt:
    print(json.dumps(came_apart()))
"""
_GATE = "from on_board import gates; gates.report(gates.{verdicts})"


@pytest.fixture(scope="module", params=["pico", "pico_testing"])
def board(request: pytest.FixtureRequest) -> Board:
    board: Board = request.getfixturevalue(request.param)
    if board.platform != "rp2":
        pytest.skip("has no PIO to be denied")
    return board


@pytest.fixture(scope="module")
def takes_hard(board: Board) -> bool:
    """Whether its timers can be asked to call in a hard interrupt."""
    return board.remote.exec(_TAKES_HARD).strip() == "yes"


@pytest.fixture(scope="module")
def found(board: Board) -> list[Any]:
    return run(board, _SOURCE)


def run(board: Board, program: str) -> list[Any]:
    said = board.remote.exec(_WITHOUT_PIO + program, timeout=500)
    return [json.loads(line) for line in said.splitlines()]


def test_a_timer_is_taken_if_it_takes_hard(takes_hard: bool, found: list[Any]) -> None:
    source, why_not = found[0]
    timer = "machine.Timer(hard=True)"
    assert source == (timer if takes_hard else None)
    refused = [why.partition(":")[0] for why in why_not]
    assert refused == ["PIO", "pyb.Timer", *([] if takes_hard else [timer])]


def test_its_interrupts_come_at_their_period(
    takes_hard: bool, found: list[Any], board: Board
) -> None:
    if not takes_hard:
        pytest.skip(_NO_TIMER)
    period_cycles, came, apart = found[1]
    assert board.clock_hz
    assert came == 100
    assert apart / 99 == pytest.approx(period_cycles / board.clock_hz * 1e6, rel=0.01)


@pytest.mark.parametrize(
    ("verdicts", "is_allocating"),
    [("verdicts('exercises_spsc_queue', ['i'])", False), ("counter_verdicts()", True)],
)
def test_nothing_can_be_allocated_in_them(
    takes_hard: bool, board: Board, verdicts: str, is_allocating: bool
) -> None:
    if not takes_hard:
        pytest.skip(_NO_TIMER)
    found = run(board, _GATE.format(verdicts=verdicts))
    wrong = [verdict[4] for verdict in found if verdict[0] == "interrupt"]
    assert wrong
    assert [is_allocating] * len(wrong) == [bool(why) for why in wrong]
