"""Find on the board how many events a second a program takes from a hard interrupt, losing none.

Prints a line of JSON for each of the ways. By bisection it finds the shortest period at which all
events of a burst arrive, in order: three bursts in a row, while of one a little faster some are
lost. A burst is many times what the queue holds, so that a main loop that is too slow shows. The
source raises a number of events and ends, whatever the handler makes of them: so an interrupt
that came while another waited counts as lost, and a program without a cycle left for it gets the
CPU back in the end. On a board without PIO it prints nothing.
"""

import gc
import json
from array import array

import machine
import micropython
from micropython import const
from on_board.small_heap import collect_when_full

try:
    from on_board.event_ways import WAYS
    from on_board.pio_interrupt import PioInterrupt
except ImportError:
    PioInterrupt = None  # no RP2040: nothing here that raises interrupts

_EVENTS = const(1000)
_CAPACITY = const(32)
_BURSTS = const(3)
_RESOLUTION = const(64)  # so many parts of a period are not told apart: about an emulator's noise
_STEP_CYCLES = const(20)  # a finer one is not kept by the emulator to a thousandth
_TOO_SHORT = const(25)  # steps: an interrupt that does nothing takes longer
_TOLERATED = const(100)  # a period may differ from its measure by one in so many
_BROKEN = (IndexError, TypeError)  # what a deque raises that overflowed while it was taken from

_kept = array("i", bytes(4 * _EVENTS))


def measure(subject, handler, form, loop, way):
    """Print the highest rate of one of the ways."""
    failing, passing, lost_below = _between(way)
    period_cycles = passing * _STEP_CYCLES
    print(
        json.dumps(
            {
                "subject": subject,
                "handler": handler,
                "form": form,
                "loop": loop,
                "period_cycles": period_cycles,
                "resolution_cycles": (passing - failing) * _STEP_CYCLES,
                "events": _EVENTS,
                "bursts": _BURSTS,
                "capacity": _CAPACITY,
                "lost_below": lost_below,
                "events_per_second": machine.freq() / period_cycles,
            }
        )
    )


def _between(way):
    """A period that loses events, one a little longer that does not, and how many the first lost.

    Both in steps of the source.
    """
    failing = passing = _TOO_SHORT
    lost_below = lost = _lost(way, passing)
    if not lost:
        raise OSError(f"no event is lost, one every {passing * _STEP_CYCLES} cycles")
    while lost:
        failing, lost_below = passing, lost
        passing += passing >> 1
        lost = _lost(way, passing)
    while passing - failing > max(1, passing // _RESOLUTION):
        middle = (failing + passing) >> 1
        lost = _lost(way, middle)
        if lost:
            failing, lost_below = middle, lost
        else:
            passing = middle
    bursts = 1
    while bursts < _BURSTS:
        lost = _lost(way, passing)
        if lost:  # the burst before was lucky
            failing, passing, lost_below = passing, 2 * passing - failing, lost
            bursts = 0
        else:
            bursts += 1
    return failing, passing, lost_below


def _lost(way, steps):
    """How many events of a burst did not arrive in their place, one every so many `steps`.

    All of them, if the queue broke. The source ends by itself, so this does.
    """
    gc.collect()  # now, and not while they come
    handler, receive, queue = way(_CAPACITY)
    source = _Source(handler, steps * _STEP_CYCLES)
    try:
        received = receive(queue, _kept, source)
    except _BROKEN:
        while not source.finished():
            pass
        return _EVENTS
    finally:
        source.stop()
    lost = _EVENTS - received + _out_of_order(_kept, received)
    if not lost:
        period = _span(_kept, received) // (received - 1)
        if abs(period - source.period_cycles) * _TOLERATED > period:
            raise OSError(f"events come every {period} cycles, not {source.period_cycles}")
    return lost


@micropython.viper
def _out_of_order(kept, count: int) -> int:
    """How many were captured before the one in front of them; the counter of 24 bits runs down."""
    counters = ptr32(kept)
    wrong = 0
    for i in range(1, count):
        elapsed = (counters[i - 1] - counters[i]) & 0xFFFFFF
        if elapsed == 0 or elapsed > 0x7FFFFF:
            wrong += 1
    return wrong


@micropython.viper
def _span(kept, count: int) -> int:
    """Cycles from the first to the last of them."""
    counters = ptr32(kept)
    cycles = 0
    for i in range(1, count):
        cycles += (counters[i - 1] - counters[i]) & 0xFFFFFF
    return cycles


if PioInterrupt:
    collect_when_full()  # a soft reset leaves this as the program before had it

    class _Source(PioInterrupt):
        STEP_CYCLES = _STEP_CYCLES

    for way in WAYS:
        measure(*way)
