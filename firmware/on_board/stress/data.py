"""Data that looks random, for one side to write and the other to check, without allocating.

A state is an array of one integer, a linear congruential generator of 30 bits. Both sides begin
with the same one, so each knows every byte and every element of the stream.
"""

from array import array

from heapless_py._port import const, int, micropython, ptr8, ptr32

_FACTOR = const(1664525)
_SUM = const(1013904223)
_MASK = const(0x3FFFFFFF)  # so that it stays a small integer on a board
JUNK = const(0xA5)  # what was not committed, and what was released


def state(seed):
    return array("i", [seed & _MASK])


@micropython.viper
def draw(state, below: int) -> int:
    """The next number, from 0 up to `below`, which is 2**15 at most."""
    words = ptr32(state)
    random = words[0] * _FACTOR + _SUM & _MASK
    words[0] = random
    return (random >> 15) * below >> 15


@micropython.viper
def element(state, shift: int, offset: int) -> int:
    """The next number, of 30 - `shift` bits, less `offset`."""
    words = ptr32(state)
    random = words[0] * _FACTOR + _SUM & _MASK
    words[0] = random
    return (random >> shift) - offset


@micropython.viper
def fill(state, buffer, size: int):
    """Write the next `size` bytes of the stream."""
    words = ptr32(state)
    target = ptr8(buffer)
    random = words[0]
    at = 0
    while at < size:
        random = random * _FACTOR + _SUM & _MASK
        target[at] = random >> 22
        at += 1
    words[0] = random


@micropython.viper
def differs(state, buffer, size: int) -> int:
    """Where the `size` bytes are not the next ones of the stream; -1 if they are."""
    words = ptr32(state)
    source = ptr8(buffer)
    random = words[0]
    at = 0
    while at < size:
        random = random * _FACTOR + _SUM & _MASK
        if source[at] != random >> 22:
            return at
        at += 1
    words[0] = random
    return -1


@micropython.viper
def skip(state, size: int):
    """Go on by `size` bytes of the stream."""
    words = ptr32(state)
    random = words[0]
    while size > 0:
        random = random * _FACTOR + _SUM & _MASK
        size -= 1
    words[0] = random


@micropython.viper
def scrub(buffer, begin: int, end: int):
    """Write junk over the bytes from `begin` up to `end`."""
    target = ptr8(buffer)
    while begin < end:
        target[begin] = JUNK
        begin += 1


class Side:
    """One side of a container. Whoever has it may go a step; it may change threads in between.

    left: bytes, or elements, that it has still to move.
    """

    unit = "bytes"

    def __init__(self, amount, seed, choices):
        self.amount = self.left = amount
        self.stream = state(seed)  # up to what was moved
        self.ahead = state(0)  # of the bytes in work
        self.choices = state(seed * 2 + choices)

    def is_done(self):
        return self.left == 0

    def begin(self):
        """The stream from here on, to use and perhaps to take back: nothing is moved as yet."""
        self.ahead[0] = self.stream[0]
        return self.ahead

    def moved(self, size):
        skip(self.stream, size)
        self.left -= size

    def expect(self, buffer, size):
        """Check the next `size` bytes in work."""
        at = differs(self.ahead, buffer, size)
        if at >= 0:
            raise ValueError(
                f"byte {self.amount - self.left + at} is wrong, the {at + 1}. of {size}"
            )


def windows(buffer):
    """The first n bytes of it for every n, so that none has to be made later."""
    view = memoryview(buffer)
    return [view[:size] for size in range(len(view) + 1)]
