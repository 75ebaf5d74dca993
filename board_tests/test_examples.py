"""The examples do on a board what they say, as they are: wires at its pins feed them."""

import re
from itertools import pairwise
from statistics import median

import pytest

from board_tests.wires import FALLING, RISING
from firmware.board import Board
from firmware.programs import EXAMPLES

pytestmark = pytest.mark.timeout(900)


# A soft interrupt gives an example its input, one by one, once that has begun.
_FEED = """
from machine import Timer
def feed(row, give, period):
    row = 100 // period * [None] + row
    def give_next(timer):
        if row:
            next = row.pop(0)
            if next is not None:
                give(next)
    Timer(period=period, callback=give_next)
    return row
"""


def printed(board: Board, program: str) -> list[str]:
    return board.remote.exec(_FEED + program, timeout=200).splitlines()


def numbers(pattern: str, lines: list[str]) -> list[tuple[int, ...]]:
    """The numbers in each of these lines, all of which have the pattern's form."""
    found = [re.fullmatch(pattern, line) for line in lines]
    assert None not in found, lines
    return [tuple(map(int, match.groups())) for match in found if match]


# --- UART line logger ---------------------------------------------------------------------------

_LONGEST = 120
_SENDS = """
from examples import uart_line_logger
from machine import UART
import time
uart = UART(0)
pieces = feed({pieces}, uart.write, {period})
"""


def test_the_logger_writes_a_line_for_each_with_its_time(wired_pico: Board) -> None:
    long = "x" * 100, "y" * 100 + "\n"
    pieces = ["$GPGGA,1\r\n", "two\nthree\n", "in ", "pieces", "\n\n", *long, "z\n"]
    program = _SENDS.format(pieces=pieces, period=10) + "print(uart_line_logger.main(7))"
    *lines, lost = printed(wired_pico, program)
    moments, texts = zip(*(line.split(" ", 1) for line in lines), strict=True)
    whole = "".join(long)[:_LONGEST]
    assert texts == ("$GPGGA,1", "two", "three", "in pieces", "", whole, "z")
    assert list(map(int, moments)) == sorted(map(int, moments))
    assert lost == "0"


# The first line takes it so long to write that there is no room for the last ones.
_SLOW_LOG = """
class SlowLog:
    def write(self, text):
        while pieces or uart.any():
            time.sleep_ms(1)
        print(str(text, "utf-8"), end="")
print(uart_line_logger.main({count}, SlowLog()))
"""


def test_a_line_without_room_is_lost_as_a_whole_and_counted(wired_pico: Board) -> None:
    sent = [f"{number:02}" * 50 for number in range(24)]
    pieces = ["\n".join(sent[at : at + 4]) + "\n" for at in range(0, len(sent), 4)]
    kept = 18  # 2048 bytes // (4 for its length + 4 for its time + 100), less what a grant needs
    program = _SENDS.format(pieces=pieces, period=40) + _SLOW_LOG.format(count=kept)
    *lines, lost = printed(wired_pico, program)
    assert [line.split(" ", 1)[1] for line in lines] == sent[:kept]
    assert int(lost) == len(sent) - kept


# --- ADC by DMA ---------------------------------------------------------------------------------

_BLOCK = 200
_SUMMARY = r"200 samples from (\d+) to (\d+), mean (\d+); (\d+) blocks missed"


def summary(first: int) -> tuple[int, ...]:
    """Lowest, highest and mean of a block that begins with this sample."""
    row = [voltage >> 4 for voltage in RISING]
    block = [row[(first + at) % len(row)] for at in range(_BLOCK)]
    return min(block), max(block), sum(block) // _BLOCK


def test_dma_samples_without_a_gap(wired_pico: Board) -> None:
    found = numbers(
        _SUMMARY, printed(wired_pico, "from examples import adc_by_dma as it; it.main(10)")
    )
    assert {missed for *_, missed in found} == {0}
    blocks = [block for *block, _ in found]
    expected = [[list(summary(first + _BLOCK * at)) for at in range(10)] for first in range(256)]
    assert blocks in expected


# A soft interrupt keeps the program away, once, for longer than its queue lasts.
_PAUSES = """
from examples import adc_by_dma
from machine import Timer
import time
Timer(mode=Timer.ONE_SHOT, period=25, callback=lambda timer: time.sleep_ms(70))
adc_by_dma.main(12)
"""


def test_blocks_for_which_there_was_no_room_are_counted(wired_pico: Board) -> None:
    found = numbers(_SUMMARY, printed(wired_pico, _PAUSES))
    missed = found[-1][-1]
    assert found[0][-1] == 0 < missed
    # Somewhere there is a gap, of as many blocks as were missed.
    blocks = [tuple(block) for *block, _ in found]
    expected = [
        [summary(first + _BLOCK * (at + missed * (at >= gap))) for at in range(len(blocks))]
        for first in range(256)
        for gap in range(1, len(blocks))
    ]
    assert blocks in expected


# --- encoder ------------------------------------------------------------------------------------

_TURNS = """
from examples import encoder
from machine import Pin
a, b = Pin(12, Pin.OUT, value=1), Pin(13, Pin.OUT, value=1)
feed(9 * [a, b] + 3 * [b, a], Pin.toggle, 2)
encoder.main(24)
"""
_POSITION = r"at (-?\d+), (\d+) microseconds after the edge before; (\d+) edges missed"


def test_the_encoder_is_followed_there_and_back(wired_pico: Board) -> None:
    found = numbers(_POSITION, printed(wired_pico, _TURNS))
    positions, pauses, missed = zip(*found, strict=True)
    # What came while it printed it takes in at once, so that a line may be left out, but the last.
    way = iter([*range(1, 19), *range(17, 11, -1)])
    assert all(position in way for position in positions)
    assert positions[-1] == 12 and len(positions) > 12
    assert median(pauses) == pytest.approx(2000, rel=0.1)
    assert set(missed) == {0}


# --- temperature window -------------------------------------------------------------------------

_WINDOW = 32
_DEGREES = r"(\d+)\.(\d\d)"
_LINE = (
    rf"(\d+)\.(\d\d\d) s: {_DEGREES} C, {_DEGREES} to {_DEGREES} in the window, mean {_DEGREES}"
)


def test_the_window_is_what_was_measured_last(wired_pico: Board) -> None:
    lines = printed(wired_pico, "from examples import temperature_window as it; it.main(4, 500)")
    found = numbers(_LINE, lines)
    moments = [1000 * seconds + thousandths for seconds, thousandths, *_ in found]
    pauses = [after - before for before, after in pairwise(moments)]
    assert all(abs(pause - 1000 * _WINDOW / 500) <= 2 for pause in pauses)

    degrees = [43723 - n * 46825 // 1000 for n in FALLING]

    def window(last: int) -> tuple[int, int, int, int]:
        kept = [degrees[(last - at) % len(degrees)] for at in range(_WINDOW)]
        return kept[0], min(kept), max(kept), sum(kept) // _WINDOW

    said = [
        tuple(100 * whole + part for whole, part in zip(line[2::2], line[3::2], strict=True))
        for line in found
    ]
    expected = [
        [window(last + _WINDOW * at) for at in range(len(said))] for last in range(len(degrees))
    ]
    assert said in expected


# --- fan speed ----------------------------------------------------------------------------------

_PULSES = """
import asyncio
from examples import fan_speed
from machine import Pin, Timer
tachometer = Pin(13, Pin.OUT, value=1)
Timer(period=2, callback=lambda timer: tachometer.toggle())
asyncio.run(fan_speed.main(3, 100))
"""
_SPEED = r"(\d+) turns a minute, (\d+) pulses"


def test_the_speed_is_that_of_the_pulses(wired_pico: Board) -> None:
    found = numbers(_SPEED, printed(wired_pico, _PULSES))
    assert len(found) == 3
    for speed, pulses in found:
        assert speed == pytest.approx(7500, rel=0.1)  # a pulse each 4 ms, two of them a turn
        assert pulses == pytest.approx(25, abs=3)


def test_all_examples_are_tested() -> None:
    text = (EXAMPLES.parents[1] / "board_tests/test_examples.py").read_text()
    names = [path.stem for path in EXAMPLES.glob("[!_]*.py")]
    assert len(names) == 5
    assert [name for name in names if f"from examples import {name}" not in text] == []
