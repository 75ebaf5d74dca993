"""Queues in all their states, for `cases`, and what an interrupt does to them.

All that goes into a queue is numbered: the elements are 1, 2, 3 and so on, and so are the bytes of
a stream; each frame begins with another byte.
"""

import micropython
import uctypes
from micropython import const

from heapless_py import BBQueue, RingBuffer, SpscQueue, _bip, bbqueue, ring_buffer, spsc_queue

# Functions of the library, and what has a fault and stands in for them, to be found out.
FAULTY = {}

SOME = 5  # bytes that the handler reads or writes
_SOME = const(5)  # the same, for viper
_ROOM = const(16)  # bytes of a buffer to read into
_NOTHING = None  # to compare with in viper, which does not know None


class _Bench:
    """A queue in a state, with a buffer for each side."""

    def __init__(self):
        self.mine = bytearray(_ROOM)
        self.theirs = bytearray(_ROOM)

    def windows(self):
        """The memory that tells where the views of grants look."""
        return []

    def written(self, returned):
        """What returns whether it wrote."""
        return int(returned)


# SpscQueue.


class _Elements(_Bench):
    def __init__(self, fmt, before, waiting):
        super().__init__()
        self.queue = SpscQueue(4, fmt)
        self.image = self.queue.image
        self.size = self.queue._words[2]
        self.producer, self.consumer = self.queue.split()
        for _ in range(before):
            self.producer.enqueue(0)
            self.consumer.dequeue()
        self.waiting = waiting
        for element in self.content(waiting):
            self.producer.enqueue(element)
        self.next = waiting + 1

    def content(self, count):
        return list(range(1, count + 1))

    def rest(self):
        return list(self.consumer)

    def taken(self, returned):
        return [returned] if returned else []

    def taken_into(self, returned):
        return self.drained(int(returned))

    def one_written(self, returned):
        return 1

    def drained(self, count):
        size = self.size
        return [
            int.from_bytes(self.mine[i * size : i * size + size], "little") for i in range(count)
        ]

    def looked(self, returned):
        assert returned == 1 or not (self.waiting or returned), returned
        return []

    def packed(self):
        return self.next.to_bytes(4, "little")


def enqueues(bench):
    address, x, try_enqueue = bench.queue.address, bench.next, spsc_queue.try_enqueue

    @micropython.viper
    def act() -> int:
        return int(try_enqueue(address, x))

    return act, bench.written


def enqueues_by_method(bench):
    try_enqueue, x = bench.producer.try_enqueue, bench.next

    @micropython.viper
    def act() -> int:
        return int(try_enqueue(x))

    return act, bench.written


def dequeues(bench):
    address, try_dequeue = bench.queue.address, spsc_queue.try_dequeue

    @micropython.viper
    def act() -> int:
        return int(try_dequeue(address, 0))

    return act, bench.taken


def dequeues_by_method(bench):
    try_dequeue = bench.consumer.try_dequeue

    @micropython.viper
    def act() -> int:
        return int(try_dequeue(0))

    return act, bench.taken


ELEMENTS = (
    ("empty", (_Elements, "i", 4, 0)),
    ("one, at the end", (_Elements, "H", 4, 1)),
    ("three, around the end", (_Elements, "B", 3, 3)),
    ("full", (_Elements, "i", 2, 4)),
)

# A stream of bytes: RingBuffer, and BBQueue's.


class _Stream(_Bench):
    """Bytes: some in chunks that were written and read `before`, and then `chunks` that wait."""

    def content(self, count):
        return bytes(range(1, count + 1))

    def fill(self, before, chunks):
        self.waiting = sum(chunks)
        for chunk in before:
            self.put(bytes(chunk))
            assert self.get(chunk) == bytes(chunk)
        content = self.content(self.waiting)
        for chunk in chunks:
            self.put(content[:chunk])
            content = content[chunk:]
        self.source = bytes(range(self.waiting + 1, self.waiting + 1 + _ROOM))
        self.some = self.source[:_SOME]
        self.some_of_theirs = memoryview(self.theirs)[:_SOME]
        self.some_of_mine = memoryview(self.mine)[: _SOME + 1]

    def rest(self):
        return self.get(_ROOM)

    def looked(self, returned):
        assert returned == 1 or not (self.waiting or returned), returned
        return b""

    def counted_bytes(self, returned):
        return bytes(self.mine[: max(returned or 0, 0)])

    def their_bytes(self, theirs):
        return bytes(self.theirs[:theirs])


class _Ring(_Stream):
    def __init__(self, before, *chunks):
        super().__init__()
        self.queue = RingBuffer(16)
        self.image = self.queue.image
        self.writer = self.reader = self.queue
        self.fill(before, chunks)

    def put(self, data):
        assert self.queue.write(data) == len(data)

    def get(self, count):
        return self.queue.read(count)


RINGS = (
    ("empty", (_Ring, (0,))),
    ("empty, near the end", (_Ring, (13,))),
    ("six, near the end", (_Ring, (8,), 6)),
    ("six, around the end", (_Ring, (13,), 6)),
    ("full", (_Ring, (7,), 16)),
)


def writes(bench):
    """By the method, from a buffer."""
    write, some = bench.writer.write, bench.some

    @micropython.viper
    def act() -> int:
        return int(write(some))

    return act, bench.written


def reads(bench):
    """By the method, into a buffer."""
    readinto, buffer = bench.reader.readinto, bench.some_of_theirs

    @micropython.viper
    def act() -> int:
        came = readinto(buffer)
        if came is _NOTHING:
            return 0
        return int(came)

    return act, bench.their_bytes


def writes_ring(bench):
    write, image, some = ring_buffer.write, bench.image, bench.some

    @micropython.viper
    def act() -> int:
        return int(write(image, some, _SOME))

    return act, bench.written


def reads_ring(bench):
    readinto, image, buffer = ring_buffer.readinto, bench.image, bench.theirs

    @micropython.viper
    def act() -> int:
        return int(readinto(image, buffer, _SOME))

    return act, bench.their_bytes


# BBQueue.


class _Granted(_Bench):
    """What streams and frames have in common."""

    def windows(self):
        return self._windows

    def warm_up(self, grant):
        """Have all grants been given once, to know them."""
        grants = []
        for _ in range(2):
            write_grant = grant(1)
            write_grant.commit(1)
            read_grant = self.consumer.read()
            read_grant.end()
            grants += [write_grant, read_grant]
        self._read_grants = grants[1::2]
        self._windows = [_memory(each.window) for each in grants]
        self._windows += [_memory(each.second) for each in grants if hasattr(each, "second")]
        _bip.begin_anew(self.image)

    def reader_of_grants(self):
        """`consumer.read`, or a faulty one in its place."""
        make = FAULTY.get(_bip.reader)
        if make is None:
            return self.consumer.read
        first, second = self._read_grants
        return make(first._table.at(0), first, second)

    def ender(self, grant, make, right):
        """`commit` or `release` of a grant, or a faulty one that `make` makes in its place."""
        make = FAULTY.get(make)
        if make is None:
            return right
        is_second = grant._turn >> 1 & 1
        return make(grant._table.at(is_second * _bip.ROW), grant)

    def released(self, grant):
        """Everything that was granted."""
        if grant is None:
            return self.content(0)
        came = self.granted(grant)
        grant.end()
        return came


def _memory(window):
    # Two words; where views are slices, their own memory.
    return uctypes.bytearray_at(window, 8) if isinstance(window, int) else window


class _Bytes(_Granted, _Stream):
    def __init__(self, before, *chunks):
        super().__init__()
        self.queue = BBQueue(16)
        self.image = self.queue.image
        self.producer, self.consumer = self.queue.split()
        self.writer, self.reader = self.producer, self.consumer
        self.grant = self.producer.grant_exact
        self.warm_up(self.grant)
        self.fill(before, chunks)

    def put(self, data):
        if data:
            grant = self.grant(len(data))
            grant.view[:] = data
            grant.commit(len(data))

    def get(self, count):
        got = b""
        while len(got) < count:
            grant = self.consumer.read()
            if grant is None:
                break
            more = bytes(grant.view)[: count - len(got)]
            grant.release(len(more))
            got += more
        return got

    def granted(self, grant):
        first, second = grant.views
        return bytes(first) + bytes(second)

    def filled(self, grant):
        """All of what was granted to the program, filled by it and committed."""
        if grant is None:
            return 0
        size = len(grant.view)
        grant.view[:] = self.source[:size]
        grant.commit(size)
        return size


STREAMS = (
    ("empty", (_Bytes, (0,))),
    ("empty, near the end", (_Bytes, (13,))),
    ("six, near the end, a lap later", (_Bytes, (16, 8), 6)),
    ("six, around an unused end", (_Bytes, (12,), 2, 4)),
    ("six, none before the end", (_Bytes, (13,), 6)),
    ("full", (_Bytes, (7,), 9, 7)),
)


def commits(bench):
    """By a grant, filled in place."""
    grant_exact, some, copy = bench.grant, bench.some, _copy

    @micropython.viper
    def act() -> int:
        grant = grant_exact(_SOME)
        if grant is _NOTHING:
            return 0
        copy(grant.view, some, _SOME)
        grant.commit(_SOME)
        return _SOME

    return act, bench.written


def releases(bench):
    """By a grant, looked at in place."""
    read, buffer, copy, length = bench.consumer.read, bench.theirs, _copy, len

    @micropython.viper
    def act() -> int:
        grant = read()
        if grant is _NOTHING:
            return 0
        view = grant.view
        size = int(length(view))
        copy(buffer, view, size)
        grant.release(size)
        return size

    return act, bench.their_bytes


@micropython.viper
def _copy(to: ptr8, source: ptr8, count: int):
    while count:
        count -= 1
        to[count] = source[count]


# BBQueue's frames.

_LENGTHS = (5, 2, 9)  # in bytes: 12, 8 and 16 with their headers


class _Frames(_Granted):
    def __init__(self, before, waiting):
        super().__init__()
        self.queue = BBQueue(40)
        self.image = self.queue.image
        self.producer, self.consumer = self.queue.split_framed()
        self.grant = self.producer.grant
        self.warm_up(self.grant)
        for _ in range(before):
            self.producer.write_frame(b"12345")
            self.consumer.clear()
        self.waiting = waiting
        for payload in self.content(waiting):
            assert self.producer.write_frame(payload)
        self.source = self.content(waiting + 1)[-1]

    def content(self, count):
        return [
            bytes(range(16 * i + 1, 16 * i + 1 + _LENGTHS[i % len(_LENGTHS)]))
            for i in range(count)
        ]

    def rest(self):
        frames = []
        for frame in self.consumer:
            frames.append(bytes(frame.view))
        return frames

    def granted(self, frame):
        return [bytes(frame.view)]

    def filled(self, grant):
        if grant is None:
            return 0
        grant.view[:] = self.source
        grant.commit(len(self.source))
        return 1

    def first(self, returned):
        return self.content(1)

    def counted_bytes(self, returned):
        return self._frame(self.mine, returned)

    def their_bytes(self, theirs):
        return self._frame(self.theirs, theirs)

    def _frame(self, buffer, size):
        return [bytes(buffer[:size])] if size is not None and size > 0 else []


FRAMES = (
    ("empty", (_Frames, 0, 0)),
    ("empty, near the end", (_Frames, 3, 0)),
    ("two, near the end", (_Frames, 1, 2)),
    ("two, around the end", (_Frames, 2, 2)),
    ("full", (_Frames, 0, 3)),
)


def writes_frame(bench):
    write_frame, source = bench.producer.write_frame, bench.source

    @micropython.viper
    def act() -> int:
        return int(write_frame(source))

    return act, bench.written


def commits_frame(bench):
    grant_frame, source, copy = bench.grant, bench.source, _copy
    size = len(source)

    @micropython.viper
    def act() -> int:
        grant = grant_frame(size)
        if grant is _NOTHING:
            return 0
        copy(grant.view, source, size)
        grant.commit(size)
        return 1

    return act, bench.written


def reads_frame(bench):
    read_frame_into, buffer, image = bbqueue.read_frame_into, bench.theirs, bench.image

    @micropython.viper
    def act() -> int:
        size = int(read_frame_into(image, buffer))
        return size if size > 0 else 0  # none of these frames is empty: there was none

    return act, bench.their_bytes


def releases_frame(bench):
    read, buffer, copy, length = bench.consumer.read, bench.theirs, _copy, len

    @micropython.viper
    def act() -> int:
        frame = read()
        if frame is _NOTHING:
            return 0
        view = frame.view
        size = int(length(view))
        copy(buffer, view, size)
        frame.release()
        return size

    return act, bench.their_bytes
