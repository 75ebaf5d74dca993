"""The two sides of a RingBuffer, for `stress`."""

from on_board.stress.data import Side, draw, fill, scrub, windows

from heapless_py import RingBuffer
from heapless_py.ring_buffer import readinto, write

KINDS = ("bytes",)


def sides(kind, capacity, amount, seed):
    ring = RingBuffer(capacity)

    def check():
        ring._check()
        assert ring.is_empty(), "bytes wait"

    return check, _Writing(ring, amount, seed), _Reading(ring, amount, seed)


class _Writing(Side):
    def __init__(self, ring, amount, seed):
        super().__init__(amount, seed, 0)
        self.ring = ring
        self.image = ring.image
        self.buffer = bytearray(ring.capacity + 3)
        self.windows = windows(self.buffer)

    def step(self):
        size = min(self.left, 1 + draw(self.choices, len(self.buffer)))
        fill(self.begin(), self.buffer, size)
        if draw(self.choices, 2):
            written = self.ring.write(self.windows[size])
        else:
            written = write(self.image, self.buffer, size)
        self.moved(written)
        return written


class _Reading(Side):
    def __init__(self, ring, amount, seed):
        super().__init__(amount, seed, 1)
        self.ring = ring
        self.image = ring.image
        self.buffer = bytearray(ring.capacity + 3)
        self.windows = windows(self.buffer)

    def step(self):
        size = 1 + draw(self.choices, len(self.buffer))
        way = draw(self.choices, 3)
        if way == 0:
            came = self.ring.readinto(self.windows[size])
        elif way == 1:
            came = self.ring.readinto(self.buffer, size)
        else:
            came = readinto(self.image, self.buffer, size)
        self.begin()
        self.expect(self.buffer, came)
        scrub(self.buffer, 0, came)
        self.moved(came)
        return came
