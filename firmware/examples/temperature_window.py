"""Watches the chip's own temperature, and writes lines in an interrupt.

Nothing needs to be connected. It is for an RP2040, and its thermometer.

A PIO state machine raises a hard interrupt 50 times a second. It measures, and
keeps the last 32 temperatures in a HistoryBuf. Every 32 of them it builds a
line in a String: small integers all the way, in memory that is there from the
start. A queue brings the line to the program. It tells of the moment in which
it was built, however late it is printed.

Prints, with the seconds since the board was started:

    12.345 s: 27.04 C, 26.10 to 27.51 in the window, mean 26.83
"""

from time import ticks_ms

import rp2
from machine import ADC, idle

from heapless_py import BBQueue, HistoryBuf, String

WINDOW = 32  # measurements
STEPS = 1000  # of the state machine, from one interrupt to the next


@rp2.asm_pio()
def ticking():
    label("event")
    set(x, 30)
    label("wait")
    jmp(x_dec, "wait")[31]
    irq(0)
    jmp("event")[6]


def hundredths(reading):
    """Of a degree. At 27 there are 0.706 V, 1.721 mV less with each more."""
    return 43723 - (reading >> 4) * 46825 // 1000


class Watch:
    """Measures, and writes `lines`."""

    def __init__(self):
        self._thermometer = ADC(4)
        self._window = HistoryBuf(WINDOW, "h")
        self._line = String(100)
        self._producer, self.lines = BBQueue(512).split_framed()

    def measure(self, pio):  # a hard interrupt: nothing here may allocate
        self._window.write(hundredths(self._thermometer.read_u16()))
        if self._window.written % WINDOW == 0:
            self._build_line()
            self._producer.write_frame(self._line.as_bytes())

    def _build_line(self):
        line, window = self._line, self._window
        line.clear()
        line.try_push_fixed(ticks_ms(), 3)
        line.try_push_str(" s: ")
        line.try_push_fixed(window.recent(), 2)
        line.try_push_str(" C, ")
        line.try_push_fixed(window.min(), 2)
        line.try_push_str(" to ")
        line.try_push_fixed(window.max(), 2)
        line.try_push_str(" in the window, mean ")
        line.try_push_fixed(window.mean(), 2)


def main(count=None, per_second=50):
    """Print so many lines, or for ever."""
    watch = Watch()
    pio = rp2.PIO(0)
    pio.irq(watch.measure, hard=True)
    source = rp2.StateMachine(0, ticking, freq=per_second * STEPS)
    source.active(1)
    printed = 0
    try:
        while printed != count:
            line = watch.lines.read()
            if line is None:
                idle()
                continue
            print(str(line.view, "utf-8"))
            line.release()
            printed += 1
    finally:
        source.active(0)
        pio.irq(None)


if __name__ == "__main__":
    main()
