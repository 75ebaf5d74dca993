"""Microseconds in place of cycles, where nothing counts those: each as many as the clock has."""

from time import ticks_diff, ticks_us

from on_board.clock import clock_hz

_CHANGES = 20  # of `ticks_us`, of which the smallest is its step
_LOOKS = 1000  # for each

now = ticks_us


def _cycles_of_a_step():
    """0 where the clock is unknown, or `ticks_us` stands still."""
    steps = [_step() for _ in range(_CHANGES)]
    return min(steps) * _CYCLES


def _step():
    begin = now()
    for _ in range(_LOOKS):
        step = ticks_diff(now(), begin)
        if step:
            return step
    return 0


def start():
    """Whether it can be told how many cycles there are to a microsecond."""
    return RESOLUTION > 0


def elapsed(begin, end):
    """Cycles from `begin` to `end`."""
    return ticks_diff(end, begin) * _CYCLES


_CYCLES = (clock_hz() or 0) // 1000000  # in a microsecond
NAME = "time.ticks_us"
RESOLUTION = _cycles_of_a_step()
