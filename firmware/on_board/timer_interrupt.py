"""What timers have in common, which raise interrupts until they are stopped: the counting."""

from array import array

import micropython


class TimerInterrupt:
    """Calls `handler(timer)` in a hard interrupt, by a timer that a subclass knows.

    How many interrupts came is counted by a function around the handler; so one that came while
    another waited is not counted, as a timer does not tell of it. Uncounted ones have nothing
    around the handler, which takes what it takes.
    """

    def __init__(self, handler):
        self._handler = handler
        self._left = left = array("i", [0])
        self._counted = _counting(handler, left)
        self.finished = lambda: left[0] == 0

    def start(self, events, counted=True):
        """Begin to raise `events` interrupts, or if they are not `counted`, as many as come."""
        self.pause()
        self._left[0] = events
        self._call(self._counted if counted else self._handler)

    def _call(self, callback):
        """Let the timer call it from now on."""
        raise NotImplementedError

    def pause(self):
        """Raise no more for now."""
        raise NotImplementedError


def _counting(handler, left):
    @micropython.viper
    def counted(timer):
        to_come = ptr32(left)
        if to_come[0] > 0:
            handler(timer)
            to_come[0] -= 1  # now: who sees the last one finished finds what it did

    return counted
