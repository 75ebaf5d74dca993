"""Follows a rotary encoder: each edge of its two switches is kept, with its microsecond.

Connect the encoder's two outputs, A and B, to GP14 and GP15, and the pin between them to ground.

The interrupt is `capture`'s, which is all machine code: it reads two registers of the RP2040, what
all pins are at and what time it is, and puts both into the queue. What the edges mean the program
finds out when it gets there. Bounces do no harm: they go back and forth, and cancel out.

Prints, each time that it has turned:

    at 12, 2041 microseconds after the edge before; 0 edges missed
"""

from heapless_py import SpscQueue

A = 14  # B is the pin behind it
GPIO_IN = 0xD0000004  # an RP2040's register of its pins,
TIMER = 0x40054028  # and of its microseconds

# The switches B and A go through 00, 01, 11, 10 and so on: the place of each of these in the row.
PLACES = (0, 1, 3, 2)


def place(pins):
    return PLACES[pins >> A & 3]


class Encoder:
    """Where it is, in steps from where it began, with its switches as `pins` at that `moment`."""

    def __init__(self, pins, moment):
        self._producer, self._edges = SpscQueue(64, "HI").split()  # pins 0 to 15, the moment
        self.on_edge = self._producer.capture(GPIO_IN, TIMER)  # for a hard interrupt
        self._place = place(pins)
        self._moment = moment
        self._doubled = 0  # steps of two at once, and nobody knows which way
        self.position = 0
        self.pause = 0  # microseconds before the last edge

    def follow(self):
        """Take in the edges since the last time; return how many."""
        count = 0
        for pins, moment in self._edges:
            steps = place(pins) - self._place & 3
            self._place = place(pins)
            self.position += (0, 1, 0, -1)[steps]
            self._doubled += steps == 2
            self.pause = moment - self._moment & 0xFFFFFFFF  # it begins anew after 71 minutes
            self._moment = moment
            count += 1
        return count

    def missed(self):
        """Edges that the queue had no room for, or that came too close to tell apart."""
        return self._producer.refused + self._doubled


def main(edges=None):
    """Follow so many edges; without a number, for ever."""
    from machine import Pin, idle, mem32  # here, as a computer on which we test has none

    switches = [Pin(pin, Pin.IN, Pin.PULL_UP) for pin in (A, A + 1)]
    encoder = Encoder(mem32[GPIO_IN], mem32[TIMER])
    for switch in switches:
        switch.irq(encoder.on_edge, Pin.IRQ_RISING | Pin.IRQ_FALLING, hard=True)
    followed = 0
    try:
        while edges is None or followed < edges:
            count = encoder.follow()
            followed += count
            if count:
                print(f"at {encoder.position}, {encoder.pause} microseconds", end=" ")
                print(f"after the edge before; {encoder.missed()} edges missed")
            else:
                idle()
    finally:
        for switch in switches:
            switch.irq(None)


if __name__ == "__main__":
    main()
