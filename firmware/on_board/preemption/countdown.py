"""One hard interrupt after so many steps of a PIO state machine, begun by a single store.

At the CPU's own clock the state machine steps once per cycle on silicon, and in the emulator once
per instruction: counting down from one more each time moves the interrupt over every instruction
of what runs meanwhile.
"""

import machine
import rp2

FIFO = 0x50200010  # PIO0's TXF0: a number stored here is counted down


@rp2.asm_pio()
def _count_down():
    pull()
    mov(x, osr)
    label("step")
    jmp(x_dec, "step")
    irq(0)


class PioCountdown:
    """Calls a handler, in a hard interrupt, some steps after their number was stored to FIFO."""

    def __init__(self):
        self._pio = rp2.PIO(0)
        self._machine = rp2.StateMachine(0)

    def start(self, handler):
        """From now on count down for `handler(pio)`."""
        self._machine.active(0)
        self._pio.irq(handler, hard=True)
        self._machine.init(_count_down, freq=machine.freq())
        self._machine.active(1)

    def stop(self):
        """Count no more, and forget the handler."""
        self._machine.active(0)
        self._pio.irq(None)
        self._pio.remove_program()
