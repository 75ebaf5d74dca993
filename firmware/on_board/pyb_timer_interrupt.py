"""A hard interrupt at a steady period, from one of an STM32's timers."""

import pyb
from on_board.clock import clock_hz
from on_board.timer_interrupt import TimerInterrupt

_NUMBERS = (4, 2, 8, 1, 12, 13, 16, 17)  # the others have other work, on one board or another
_BITS = 16  # of its counter, and of the one before it


def _timer():
    for number in _NUMBERS:
        try:
            return pyb.Timer(number)
        except ValueError:  # this chip has none of that number
            pass
    raise ValueError(f"none of the timers {_NUMBERS} is there")


class PybTimerInterrupt(TimerInterrupt):
    """Calls `handler(timer)` in a hard interrupt every `period_cycles` of the CPU.

    The period is rounded to what the timer can: `period_cycles` tells the real one.
    """

    def __init__(self, handler, period_cycles):
        super().__init__(handler)
        self._timer = _timer()
        frequency = self._timer.source_freq()
        clock = clock_hz()
        ticks = frequency * period_cycles // clock
        divisor = (ticks >> _BITS) + 1
        period = ticks // divisor
        self.period_cycles = period * divisor * clock // frequency
        self._timer.init(prescaler=divisor - 1, period=period - 1)

    def _call(self, callback):
        self._timer.callback(callback)

    def pause(self):
        self._timer.callback(None)

    def stop(self):
        """Raise no more, and forget the handler."""
        self._timer.deinit()
