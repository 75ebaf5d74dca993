"""A hard interrupt at a steady period, from `machine.Timer`, where it takes `hard=True`."""

import time
from array import array

import machine
from on_board.clock import clock_hz
from on_board.timer_interrupt import TimerInterrupt

_MICROSECONDS = 1000000  # in a second
_SHORT = 300  # microseconds
_TRIED = 4  # interrupts


class _Timer(TimerInterrupt):
    """Calls `handler(timer)` in a hard interrupt every so many microseconds, if the port can."""

    def __init__(self, handler, microseconds):
        super().__init__(handler)
        self._microseconds = microseconds
        self._timer = machine.Timer(-1)

    def _call(self, callback):
        self._timer.init(
            mode=machine.Timer.PERIODIC,
            period=self._microseconds,
            tick_hz=_MICROSECONDS,
            callback=callback,
            hard=True,
        )

    def pause(self):
        self._timer.deinit()

    def stop(self):
        """Raise no more, and forget the handler."""
        self._timer.deinit()


def _grain():
    """To how many microseconds this port rounds a period: 1, or where milliseconds count, 1000.

    No port tells; so a short period is tried, and what comes of it is timed.
    """
    first_and_last = array("i", [0, 0])

    def handler(timer):
        first_and_last[1] = time.ticks_us()
        first_and_last[0] = first_and_last[0] or first_and_last[1]

    timer = _Timer(handler, _SHORT)
    begin = time.ticks_ms()
    try:
        timer.start(_TRIED)
        while not timer.finished():
            if time.ticks_diff(time.ticks_ms(), begin) > 100:
                raise OSError("its interrupts do not come")
    finally:
        timer.stop()
    took = time.ticks_diff(first_and_last[1], first_and_last[0]) // (_TRIED - 1)
    return 1 if took < 2 * _SHORT else 1000


_GRAIN = _grain()


class MachineTimerInterrupt(_Timer):
    """Calls `handler(timer)` in a hard interrupt every `period_cycles` of the CPU.

    The period is rounded to what the port can: `period_cycles` tells the real one.
    """

    def __init__(self, handler, period_cycles):
        clock = clock_hz()
        grain = clock * _GRAIN // _MICROSECONDS
        grains = max(1, (period_cycles + grain // 2) // grain)
        self.period_cycles = grains * _GRAIN * clock // _MICROSECONDS
        super().__init__(handler, grains * _GRAIN)
