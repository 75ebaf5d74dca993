"""A hard interrupt at a steady period, from a PIO state machine: no wire, on silicon and emulated.

The state machine raises as many interrupts as it was told and no more, so that what its handlers
missed is known from the source.
"""

import machine
import rp2
from micropython import const

_OVERHEAD = const(4)  # steps of an event beside those that it waits


@rp2.asm_pio()
def _raise_interrupts():
    pull()  # events, less one
    mov(y, osr)
    pull()  # steps to wait, less one
    label("event")
    mov(x, osr)
    label("wait")
    jmp(x_dec, "wait")
    irq(0)
    jmp(y_dec, "event")
    push()  # finished: says so in the receive FIFO
    label("done")
    jmp("done")


class PioInterrupt:
    """Calls `handler(pio)` in a hard interrupt every `period_cycles` of the CPU.

    PROGRAM: what raises them; it pulls the events, less one, and then the steps to wait.
    STEP_CYCLES: cycles of a step of the state machine; with 4 the emulator is late by a hundredth,
        from 20 on by less than a thousandth.

    The period is rounded to whole steps of the state machine: `period_cycles` tells the real one.
    """

    PROGRAM = _raise_interrupts
    STEP_CYCLES = 50

    def __init__(self, handler, period_cycles):
        self._steps = period_cycles // self.STEP_CYCLES - _OVERHEAD
        self.period_cycles = (self._steps + _OVERHEAD) * self.STEP_CYCLES
        self._pio = rp2.PIO(0)
        self._machine = rp2.StateMachine(0)
        # `finished()`: whether all events were raised. Built in, for loops with no time to lose.
        self.finished = self._machine.rx_fifo
        self._pio.irq(handler, hard=True)

    def start(self, events, counted=True):
        """Begin to raise `events` interrupts; it counts them at no cost, wanted or not."""
        self._machine.active(0)
        while self.finished():
            self._machine.get()  # left by the run before
        self._machine.init(self.PROGRAM, freq=machine.freq() // self.STEP_CYCLES)
        self._machine.put(events - 1)
        self._machine.put(self._steps)
        self._machine.active(1)

    def pause(self):
        """Raise no more for now."""
        self._machine.active(0)

    def stop(self):
        """Raise no more, and forget the handler."""
        self._machine.active(0)
        self._pio.irq(None)
        self._pio.remove_program()
