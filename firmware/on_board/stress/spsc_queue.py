"""The two sides of an SpscQueue, of integers or of records, for `stress`."""

import struct
from array import array

from on_board.stress.data import Side, draw, element, fill, scrub

from heapless_py import SpscQueue
from heapless_py.spsc_queue import try_dequeue, try_enqueue

KINDS = ("B", "h", "i", "I", "IhB")

# Of an integer: how far the stream's 30 bits are shifted down, and what is taken away then. None
# is so large that it takes memory on a board.
_RANGES = {"B": (22, 0), "h": (14, 1 << 15), "i": (0, 1 << 29), "I": (0, 0)}
_NOTHING = -(1 << 30)  # which is none of them
_BURST = 8  # elements in a step


def sides(kind, capacity, amount, seed):
    queue = SpscQueue(capacity, kind)
    producer, consumer = queue.split()
    integers = kind in _RANGES
    writing = (_Enqueuing if integers else _EnqueuingRecords)(producer, amount, seed)
    reading = (_Dequeuing if integers else _DequeuingRecords)(consumer, amount, seed)

    def check():
        queue._check()
        assert consumer.is_empty(), "elements wait"
        assert producer.refused == writing.refused, "the refusals were miscounted"

    return check, writing, reading


class _Side(Side):
    """Moves some elements in each step; `move` moves a few, and says how many."""

    unit = "elements"

    def __init__(self, end, amount, seed, choices):
        super().__init__(amount, seed, choices)
        self.end = end
        self.address = end.address
        self.refused = 0
        self.buffer = bytearray(struct.calcsize("<" + end.format))

    def step(self):
        before = self.left
        burst = 1 + draw(self.choices, _BURST)
        while burst and self.left:
            moved = self.move(draw(self.choices, 4))
            if not moved:
                self.refused += 1
                break
            self.left -= moved
            burst -= 1
        return before - self.left

    def expect_element(self, value, expected):
        if value != expected:
            raise ValueError(f"element {self.amount - self.left} is {value}, not {expected}")


class _Integers(_Side):
    def __init__(self, end, amount, seed, choices):
        super().__init__(end, amount, seed, choices)
        self.shift, self.offset = _RANGES[end.format]
        self.packing = "<" + end.format
        self.value = self.following()

    def following(self):
        return element(self.stream, self.shift, self.offset)


class _Enqueuing(_Integers):
    def __init__(self, end, amount, seed):
        super().__init__(end, amount, seed, 0)

    def move(self, way):
        if way == 0:
            struct.pack_into(self.packing, self.buffer, 0, self.value)
            done = self.end.try_enqueue_from(self.buffer)
        elif way == 1:
            done = self.end.try_enqueue(self.value)
        else:
            done = try_enqueue(self.address, self.value)
        if done:
            self.value = self.following()
        return done


class _Dequeuing(_Integers):
    def __init__(self, end, amount, seed):
        super().__init__(end, amount, seed, 1)
        self.some = array(end.format, [0] * 5)

    def move(self, way):
        if way == 0:
            came = self.end.drain_into(self.some)
            for index in range(came):
                self.expect_element(self.some[index], self.value)
                self.value = self.following()
            return came
        if way == 1:
            value = self.end.try_peek(_NOTHING)
            if value == _NOTHING:
                return 0
            self.expect_element(value, self.value)
            value = self.end.try_dequeue(_NOTHING)
        else:
            value = try_dequeue(self.address, _NOTHING)
            if value == _NOTHING:
                return 0
        self.expect_element(value, self.value)
        self.value = self.following()
        return 1


class _EnqueuingRecords(_Side):
    def __init__(self, end, amount, seed):
        super().__init__(end, amount, seed, 0)

    def move(self, way):
        size = len(self.buffer)
        fill(self.begin(), self.buffer, size)
        if way == 0:
            done = self.end.try_enqueue(struct.unpack("<" + self.end.format, self.buffer))
        else:
            done = self.end.try_enqueue_from(self.buffer)
        if done:
            self.stream[0] = self.ahead[0]
        return done


class _DequeuingRecords(_Side):
    def __init__(self, end, amount, seed):
        super().__init__(end, amount, seed, 1)
        self.expected = bytearray(len(self.buffer))
        self.some = bytearray(3 * len(self.buffer))

    def move(self, way):
        size = len(self.buffer)
        self.begin()
        if way == 0:
            came = self.end.drain_into(self.some)
            self.expect(self.some, came * size)
            scrub(self.some, 0, came * size)
        elif way == 1:
            record = self.end.try_dequeue(None)
            came = record is not None
            if came:
                fill(self.ahead, self.expected, size)
                self.expect_element(record, struct.unpack("<" + self.end.format, self.expected))
        else:
            came = self.end.try_dequeue_into(self.buffer)
            if came:
                self.expect(self.buffer, size)
                scrub(self.buffer, 0, size)
        if came:
            self.stream[0] = self.ahead[0]
        return came
