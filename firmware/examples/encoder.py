"""Follows a rotary encoder: each edge of its switches, with its microsecond.

Connect the encoder's two outputs, A and B, to GP14 and GP15, and the pin
between them to ground.

The interrupt is `capture`'s, all machine code: it reads two registers of an
RP2040, what its pins are at and what time it is, and puts both into a queue.
What the edges mean, the program finds out when it gets there. Bounces do no
harm: they go back and forth, and cancel out.

Prints, each time that it has turned:

    at 12, 2041 microseconds after the edge before; 0 edges missed
"""

from heapless_py import SpscQueue

A = 14  # B is the pin behind it
GPIO_IN = 0xD0000004  # an RP2040's register of its pins,
TIMER = 0x40054028  # and of its microseconds

# The switches B and A go through 00, 01, 11, 10 and so on. For each of these
# four numbers, its place in that row:
PLACES = (0, 1, 3, 2)


def place(pins):
    return PLACES[pins >> A & 3]


class Encoder:
    """Where it is, in steps from where it was with these `pins`."""

    def __init__(self, pins, moment):
        queue = SpscQueue(64, "HI")  # pins 0 to 15, and the moment
        self._producer, self._edges = queue.split()
        self.on_edge = self._producer.capture(GPIO_IN, TIMER)
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
            self.pause = moment - self._moment & 0xFFFFFFFF  # it wraps
            self._moment = moment
            count += 1
        return count

    def missed(self):
        """Edges without room in the queue, or too close to tell apart."""
        return self._producer.refused + self._doubled


def main(edges=None):
    """Follow so many edges, or for ever."""
    # Imported here, so that a computer, which has none, can test the rest.
    from machine import Pin, idle, mem32

    switches = [Pin(pin, Pin.IN, Pin.PULL_UP) for pin in (A, A + 1)]
    encoder = Encoder(mem32[GPIO_IN], mem32[TIMER])
    for switch in switches:
        edge = Pin.IRQ_RISING | Pin.IRQ_FALLING
        switch.irq(encoder.on_edge, edge, hard=True)
    followed = 0
    try:
        while edges is None or followed < edges:
            count = encoder.follow()
            followed += count
            if count:
                print(f"at {encoder.position},", end=" ")
                print(f"{encoder.pause} microseconds after", end=" ")
                print(f"the edge before; {encoder.missed()} edges missed")
            else:
                idle()
    finally:
        for switch in switches:
            switch.irq(None)


if __name__ == "__main__":
    main()
