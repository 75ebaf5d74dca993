"""BBQueue: a queue of bytes, or of frames, that is written and read in place.

A producer is granted a run of the queue's own memory, as a memoryview that a driver's `readinto`,
a DMA channel or `struct.pack_into` fills, and commits what it filled; a consumer is granted what
was committed, and releases what it has read. Nothing is copied, nothing is allocated, and nothing
is ever locked: one side may be a hard interrupt handler that stops the other between any two
instructions, or each side may run on its own core of an RP2040.

    producer, consumer = BBQueue(1024).split()
    grant = producer.grant_exact(64)        # None when there is no room
    used = uart.readinto(grant.view)
    grant.commit(used)

    grant = consumer.read()                 # None when nothing waits
    file.write(grant.view)
    grant.release(len(grant))

`split_framed()` gives ends that keep frames apart: what one commit put in, one read takes out. Who
has the bytes in a buffer already writes and reads it with one call: `write` and `readinto`, or
`write_frame` and `read_frame_into`. Those for frames come in two forms:

    producer.write_frame(buffer)                        a method: all of the buffer
    bbqueue.write_frame(producer.image, buffer, size)   a function on the image: a part of it

Numbers of bytes are 32-bit integers on a board: of a larger one the low 32 bits count.

The algorithm and its argument are in `_bip`.
"""

from io import IOBase

from . import _bip
from ._bip import read_frame_into, write_frame
from ._grants import Frame, ReadGrant, WriteGrant, two
from ._image import check_source
from ._port import BUFFER_TYPES, Known, integers, micropython
from ._sequence import same_elements
from ._stream import READABLE, WRITABLE, ready, writer
from .errors import FULL


class _End(IOBase):
    """What the four ends have in common."""

    def __init__(self, image, capacity):
        self.image = image
        self.capacity = capacity

    def is_empty(self):
        """Whether nothing waits to be read.

        ISR-safe: yes.
        Complexity: O(1).
        """
        return _bip.is_empty(self.image)

    def __repr__(self):
        return (
            f"<{type(self).__name__} of BBQueue({self.capacity}), {_bip.waiting(self.image)} used>"
        )


class Producer(_End):
    """The end of a BBQueue that writes a stream. One context at a time may use it.

    Grants: grant_exact, grant_max, wait_grant
    From a buffer: write; and as a stream: print(…, file=producer), asyncio.StreamWriter
    Ask: max_guaranteed_grant, free, is_full, is_empty, len, capacity

    `grant_exact` and `write` are attributes, so that looking them up in a handler allocates
    nothing. One grant may be live at a time.
    """

    def __init__(self, image, capacity):
        super().__init__(image, capacity)
        self.grant_exact = _bip.granter(*two(WriteGrant, image, _bip.STREAM))
        self.write = writer(image, len, _bip.write_bytes)

    @micropython.native
    def grant_max(self, n):
        """Grant up to `n` bytes in one piece to write to; None when there is no room.

        n: bytes, 0 and more. The grant has as many if they fit before the wrap; else what is left
            there, so that a stream wastes no byte; after the wrap if nothing is. `grant_exact` is
            for who needs so many in one piece. An empty queue grants all that it has.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the producer.
        Raises: ValueError when `n` is negative, when a grant is live, or when the queue is not
            split into ends of this kind.
        """
        n = _bip.largest_grant(self.image, n)
        return self.grant_exact(n) if n else None

    async def wait_grant(self, n):
        """Wait until `grant_exact(n)` gives a grant, and return it.

        ISR-safe: no.
        Called by: the producer, in an asyncio task; one task at a time.
        Raises: ValueError as `grant_exact`.
        """
        if not 0 <= n <= self.capacity:  # a grant would look at 32 bits of it
            from ._refuse import refuse_grant

            refuse_grant(n, self.capacity, False)
        while True:
            grant = self.grant_exact(n)
            if grant is not None:
                return grant
            from ._waiting import until

            await until(lambda: self.max_guaranteed_grant() >= n, self.image, _bip.READ)

    @micropython.native
    def max_guaranteed_grant(self):
        """The largest `n` for which `grant_exact` is certain to give a grant now.

        Of an empty queue it is the capacity.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the producer.
        """
        return max(_bip.room_behind(self.image), _bip.room_at_zero(self.image))

    def free(self):
        """Bytes that `write` is certain to take now.

        It is `capacity - len` unless a grant had to skip bytes before the wrap.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the producer.
        """
        return _bip.room(self.image)

    def is_full(self):
        """Whether there is no room for one more byte.

        ISR-safe: yes.
        Complexity: O(1).
        """
        return _bip.room(self.image) == 0

    def __len__(self):
        """The bytes that wait to be read.

        ISR-safe: yes.
        Complexity: O(1).
        """
        return _bip.waiting(self.image)

    def ioctl(self, request, argument):
        """The stream protocol: whether there is room, for `select.poll` and asyncio.

        ISR-safe: yes.
        Called by: the producer.
        """
        return ready(request, argument, 0 if self.is_full() else WRITABLE)


class _Reading(_End):
    """What both consumers do in the same way; each has `read` and `_use`."""

    def clear(self):
        """Drop what waits to be read.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the consumer.
        Raises: ValueError when a read grant is live, or when the queue is not split into ends of
            this kind.
        """
        _bip.clear(self.image, self._use)

    async def wait_read(self):
        """Wait until `read` gives a grant, and return it.

        ISR-safe: no.
        Called by: the consumer, in an asyncio task; one task at a time.
        Raises: ValueError as `read`.
        """
        while True:
            grant = self.read()
            if grant is not None:
                return grant
            from ._waiting import until

            await until(lambda: not self.is_empty(), self.image, _bip.WRITE)

    def __iter__(self):
        """Iterate over what waits, a grant at a time, until the queue is found empty.

        A grant that the loop's body did not end is released before the next.

        ISR-safe: no (the end of an iteration is an exception).
        Called by: the consumer.
        """
        self._given = None
        return self

    def __next__(self):
        """The next grant.

        Raises: as `read`.
        """
        self._end_given()
        self._given = grant = self.read()
        if grant is None:
            raise StopIteration
        return grant

    def __aiter__(self):
        """Iterate over what comes, a grant at a time, and wait for it; there is no end.

        A grant that the loop's body did not end is released before the next.

        ISR-safe: no.
        Called by: the consumer, in an asyncio task; one task at a time.
        """
        self._given = None
        return self

    async def __anext__(self):
        """The next grant.

        Raises: as `read`.
        """
        self._end_given()
        self._given = grant = await self.wait_read()
        return grant

    def _end_given(self):
        if self._given is not None:
            self._given.end()
            self._given = None


class Consumer(_Reading):
    """The end of a BBQueue that reads a stream. One context at a time may use it.

    Grants: read, split_read, wait_read, iteration, async iteration
    Into a buffer: readinto; and as a stream: select.poll, asyncio.StreamReader(consumer.stream())
    Ask: any, len, is_empty, capacity
    Drop: clear

    `read` and `readinto` are attributes, so that looking them up in a handler allocates nothing.
    One grant may be live at a time.
    """

    def __init__(self, image, capacity):
        super().__init__(image, capacity)
        self._use = _bip.STREAM
        self._given = None  # by an iteration
        self.read = _bip.reader(*two(ReadGrant, image, self._use))
        self.readinto = _bip.stream_reader(image, len, _bip.read_bytes)

    @micropython.native
    def split_read(self):
        """Grant all that waits, in the two pieces `grant.views`; None when nothing waits.

        The second piece is empty when what waits does not wrap. A release counts through both.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the consumer.
        Raises: ValueError as `read`.
        """
        grant = self.read()
        if grant is not None:
            _bip.add_second_run(self.image, grant.second)
        return grant

    def any(self):
        """The bytes that wait to be read, as of every MicroPython stream.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the consumer.
        """
        return _bip.waiting(self.image)

    def __len__(self):
        """The bytes that wait to be read.

        ISR-safe: yes.
        Complexity: O(1).
        """
        return _bip.waiting(self.image)

    def ioctl(self, request, argument):
        """The stream protocol: whether anything waits, for `select.poll` and asyncio.

        ISR-safe: yes.
        Called by: the consumer.
        """
        return ready(request, argument, 0 if self.is_empty() else READABLE)

    def stream(self):
        """This consumer as a stream whose `read(n)` and `readline()` give bytes.

        `read` of the consumer itself gives grants, so asyncio.StreamReader takes this instead.

        ISR-safe: no.
        Called by: the consumer.
        """
        from ._consumer_stream import Stream

        return Stream(self)


class FramedProducer(_End):
    """The end of a BBQueue that writes frames. One context at a time may use it.

    Grants: grant, wait_grant
    From a buffer: write_frame
    In a hard interrupt, from a register: capture
    Ask: max_frame, frames, is_full, is_empty, len, capacity, refused

    `grant` and `write_frame` are attributes, so that looking them up in a handler allocates
    nothing. One grant may be live at a time.
    """

    def __init__(self, image, capacity):
        super().__init__(image, capacity)
        self.max_frame = _bip.max_frame(capacity)
        self._words = integers(image, 0, "I", _bip.WORDS)
        self.grant = _bip.granter(*two(WriteGrant, image, _bip.FRAMED))
        if Known:
            self.write_frame = _bip.quick_frame_writer(Known(image, *BUFFER_TYPES))
        else:
            self.write_frame = _bip.frame_writer(image, len, write_frame)

    def capture(self, address, stamp=None, width=32):
        """A handler for `irq(handler, hard=True)` that frames what a peripheral's register says.

        Each interrupt reads it once, of a full queue too (then `refused` counts on), and runs no
        bytecode. A frame is a 32-bit little-endian word, or two with a stamp.

        address: of the register, a multiple of the bytes that are read at once. It is believed:
            whatever is there is read, with every interrupt.
        stamp: the address of a second register, of 32 bits, that is read after the first, such as
            a timer's.
        width: bits of the register that are read at once: 8, 16 or 32.

        ISR-safe: no; the handler is.
        Complexity: O(1), the handler too.
        Called by: the producer, which the handler is from then on.
        Raises: ValueError or TypeError when an argument is not as above, or `max_frame` is less
            than such a frame; NotImplementedError on a port without such registers.
        """
        from ._capture import into_frames

        return into_frames(self, address, stamp, width)

    @property
    def refused(self):
        """How many frames of `capture` found no room, modulo 2**32.

        ISR-safe: yes, below 2**30.
        Complexity: O(1).
        Called by: anyone.
        """
        return self._words[_bip.REFUSED]

    async def wait_grant(self, n):
        """Wait until `grant(n)` gives a grant, and return it.

        ISR-safe: no.
        Called by: the producer, in an asyncio task; one task at a time.
        Raises: ValueError as `grant`.
        """
        if not 0 <= n <= self.max_frame:  # a grant would look at 32 bits of it
            from ._refuse import refuse_grant

            refuse_grant(n, self.capacity, True)
        while True:
            grant = self.grant(n)
            if grant is not None:
                return grant
            from ._waiting import until

            await until(lambda: self._fits(n), self.image, _bip.READ)

    def is_full(self):
        """Whether there is no room for one more frame, not even for an empty one.

        ISR-safe: yes.
        Complexity: O(1).
        """
        return not self._fits(0)

    def _fits(self, n):
        room = max(_bip.room_behind(self.image), _bip.room_at_zero(self.image))
        return _bip.max_frame(room) >= n

    @micropython.native
    def frames(self):
        """The frames that wait to be read.

        ISR-safe: yes.
        Complexity: O(frames).
        """
        return _bip.frames_waiting(self.image)

    def __len__(self):
        """The frames that wait to be read.

        ISR-safe: yes.
        Complexity: O(frames).
        """
        return _bip.frames_waiting(self.image)


class FramedConsumer(_Reading):
    """The end of a BBQueue that reads frames. One context at a time may use it.

    Grants: read, wait_read, iteration, async iteration
    Into a buffer: read_frame_into
    Ask: max_frame, frames, len, is_empty, capacity
    Drop: clear

    `read` and `read_frame_into` are attributes, so that looking them up in a handler allocates
    nothing. One grant may be live at a time.
    """

    def __init__(self, image, capacity):
        super().__init__(image, capacity)
        self._use = _bip.FRAMED
        self._given = None  # by an iteration
        self.max_frame = _bip.max_frame(capacity)
        self.read = _bip.reader(*two(Frame, image, self._use))
        if Known:
            self.read_frame_into = _bip.quick_frame_reader(Known(image, *BUFFER_TYPES, 0))
        else:
            self.read_frame_into = _bip.frame_reader(image, read_frame_into)

    def frames(self):
        """The frames that wait to be read.

        ISR-safe: yes.
        Complexity: O(frames).
        """
        return _bip.frames_waiting(self.image)

    def __len__(self):
        """The frames that wait to be read.

        ISR-safe: yes.
        Complexity: O(frames).
        """
        return _bip.frames_waiting(self.image)


class BBQueue:
    """A first-in first-out queue of `capacity` bytes, written and read in place.

    capacity: bytes, 1 and more, up to 16 MiB less the header; all of them can be in use.
    buffer: writable memory for the image, of `size_of(capacity)` bytes or more, beginning at a
        multiple of 4: a bytearray, a memoryview of bytes, an array. So much of it is cleared; do
        not resize it any more. None for fresh memory.

    Raises: ValueError or TypeError when an argument is not as above.

    Split: split, split_framed, release
    Look: iteration, ==, len, bool, is_empty, is_full, capacity
    Drop: clear
    Plan: size_of, from_bytes

    `split()` gives the ends of a stream, `split_framed()` ends that keep frames apart. While the
    queue is split it refuses to be used itself (ValueError). `release(producer, consumer)` ends
    that; what waits then stays, and can be read after the next split of the same kind.
    """

    def __init__(self, capacity, buffer=None):
        self.image = _bip.new_queue_image(capacity, buffer)
        self.capacity = capacity
        self._words = integers(self.image, 0, "i", _bip.WORDS)
        self._ends = {}  # of either use, made when they are first asked for

    @staticmethod
    def size_of(capacity):
        """The bytes of the image of a queue of `capacity` bytes.

        ISR-safe: no.
        Raises: as the constructor.
        """
        _bip.check_bytes(capacity)
        return _bip.image_size(capacity)

    @classmethod
    def from_bytes(cls, capacity, data, buffer=None):
        """A queue that holds the bytes `data`, for `split`.

        ISR-safe: no.
        Raises: Full when there are more than `capacity`; else as the constructor and `write`.
        """
        check_source(data)
        _bip.check_bytes(capacity)
        if len(data) > capacity:
            raise FULL
        queue = cls(capacity, buffer)
        producer, consumer = queue.split()
        producer.write(data)
        queue.release(producer, consumer)
        return queue

    def split(self):
        """Give the ends of a stream, `(Producer, Consumer)`. From now on use them, not the queue.

        ISR-safe: no.
        Raises: ValueError when the queue is split already, or when frames wait in it.
        """
        return self._split(_bip.STREAM, Producer, Consumer)

    def split_framed(self):
        """Give the ends for frames, `(FramedProducer, FramedConsumer)`, to use instead of this.

        ISR-safe: no.
        Raises: ValueError when the queue is split already, when bytes of a stream wait in it, or
            when its capacity is less than the 4 bytes of an empty frame.
        """
        if _bip.max_frame(self.capacity) < 0:
            raise ValueError(f"capacity {self.capacity} is less than 4, the bytes of a frame")
        return self._split(_bip.FRAMED, FramedProducer, FramedConsumer)

    def _split(self, use, make_producer, make_consumer):
        self._check_whole()
        if _bip.is_empty(self.image):
            _bip.begin_anew(self.image)
        elif self._words[_bip.USE] != use | _bip.RELEASED:
            kind = "frames" if use == _bip.STREAM else "bytes of a stream"
            raise ValueError(f"{kind} wait in this BBQueue: read or clear them first")
        if use not in self._ends:
            self._ends[use] = (
                make_producer(self.image, self.capacity),
                make_consumer(self.image, self.capacity),
            )
        self._words[_bip.USE] = use
        return self._ends[use]

    def release(self, producer, consumer):
        """Take the ends back. They refuse to be used then; what waits stays in the queue.

        ISR-safe: no.
        Called by: whoever has both ends.
        Raises: ValueError when the queue is not split, when these are not its ends, or when a
            grant is live.
        """
        use = self._words[_bip.USE]
        if not self._is_split():
            raise ValueError("this BBQueue is not split")
        ends = self._ends[use]
        if producer is not ends[0] or consumer is not ends[1]:
            raise ValueError("these are not the Producer and the Consumer of this BBQueue")
        if _bip.has_grant(self.image):
            raise ValueError("a grant is live: end it before the ends are released")
        self._words[_bip.USE] = use | _bip.RELEASED

    def _is_split(self):
        return 0 < self._words[_bip.USE] < _bip.RELEASED

    def _holds_frames(self):
        return self._words[_bip.USE] == _bip.FRAMED | _bip.RELEASED

    def _check_whole(self):
        if self._is_split():
            raise ValueError("this BBQueue is split: use its Producer and its Consumer")

    def clear(self):
        """Drop what waits, before a split or after a release.

        ISR-safe: yes.
        """
        self._check_whole()
        _bip.clear(self.image, self._words[_bip.USE])

    def is_empty(self):
        """Whether nothing waits, before a split or after a release.

        ISR-safe: yes.
        """
        self._check_whole()
        return _bip.is_empty(self.image)

    def is_full(self):
        """Whether there is no room for one more byte, before a split or after a release.

        ISR-safe: yes.
        """
        self._check_whole()
        return _bip.room(self.image) == 0

    def __len__(self):
        """The bytes that wait, or the frames if it had ends for those.

        ISR-safe: yes.
        """
        self._check_whole()
        if self._holds_frames():
            return _bip.frames_waiting(self.image)
        return _bip.waiting(self.image)

    def __bool__(self):
        """Whether anything waits.

        ISR-safe: yes.
        """
        return not self.is_empty()

    def __iter__(self):
        """Iterate over the bytes that wait, or the frames, as bytes; they stay in the queue.

        ISR-safe: no.
        """
        self._check_whole()
        if self._holds_frames():
            return _bip.each_frame(self.image)
        return _bip.each_byte(self.image)

    def __eq__(self, other):
        """Whether `other`, a queue or a sequence, holds equal bytes, or frames, in the same order.

        ISR-safe: no.
        """
        return same_elements(self, other)

    def __repr__(self):
        if self._is_split():
            return f"<BBQueue({self.capacity}), split>"
        return f"<BBQueue({self.capacity}), {len(self)} waiting>"

    def _check(self):
        """Assert every invariant of the image."""
        _bip.check(self.image, self.capacity)
