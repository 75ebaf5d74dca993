"""RingBuffer: a stream of bytes from one writer to one reader, such as an interrupt and a program.

It does what `micropython.RingIO` does, under the same names, and on CPython too. Unlike that it
keeps its memory alive, may be larger than 64 KiB, and tells what is free and what comes next.

    ring = RingBuffer(256)
    ring.write(b"some bytes")       # -> how many found room
    ring.drain_into(buffer)         # -> how many came; or readinto, as a stream has it

The algorithm is Lamport's ring ("Proving the Correctness of Multiprocess Programs", 1977): the
writer alone stores `write`, the reader alone stores `read`, and each publishes its index only when
it is done with the bytes. Both are 2 * position + lap; the lap bit flips where the ring wraps. So
equal positions are empty on one lap and full on two, and every byte can be in use: with a power of
two as capacity what was written at a word stays at one, and is copied by words.

The hot operations come in two forms:

    ring.write(buffer)                              a method: all of the buffer
    ring_buffer.write(ring.image, buffer, size)     a function on the image: a part of it
"""

from io import IOBase

from ._image import check_capacity, check_source, check_target, new_image, refuser, whole_words
from ._port import BUFFER_TYPES, Mover, const, int, integers, micropython, ptr8, ptr32
from ._sequence import checked_index, same_elements
from ._stream import READABLE, WRITABLE, drainer, how_many, ready, writer
from .errors import FULL

# The image begins with four 32-bit words.
_KIND = const(0)  # at construction
_CAPACITY = const(1)  # at construction
_WRITE = const(2)  # written by the writer only
_READ = const(3)  # written by the reader only
_WORDS = const(4)
_BYTES = const(16)  # of all these words

_RING = const(0x4252)  # "RB"
_LARGEST = const(0x3FFFFFFF)  # bytes: a position and its lap are a positive 32-bit integer
_END_OF_LINE = const(10)


@micropython.viper
def write(image: ptr8, buffer, size: int) -> int:
    """Write of the first `size` bytes of `buffer` as many as there is room for; return how many.

    `image` is the `image` of a RingBuffer. An int in its place is taken for the address of one
    and believed, as `machine.mem32` does.
    buffer: bytes, a bytearray, a memoryview, an array of integers.
    size: bytes, 0 and more.

    ISR-safe: yes.
    Complexity: O(bytes written); by words when they begin at words, here and there.
    Called by: the writer.
    Raises: IndexError when `buffer` is shorter; ValueError when `size` is negative; TypeError when
        `buffer` is not as above and has bytes to give, or when `image` is no RingBuffer's.
    """
    # The first three names of a viper function live in registers: the loops use them.
    p = ptr32(image)
    size = int(size)
    if p[_KIND] != _RING or size < 0:
        from heapless_py._refuse import refuse_ring

        refuse_ring("write", size)
    if size:
        int(buffer[size - 1])  # raises if it is not there, or if `buffer` is an address
    source = ptr8(buffer)
    capacity = p[_CAPACITY]
    after = p[_WRITE]
    read = p[_READ]
    at = after >> 1
    free = capacity - at + (read >> 1)
    if (after ^ read) & 1:
        free -= capacity
    if size > free:
        size = free
    written = size
    after += size << 1
    rest = size - (capacity - at)
    if rest >= 0:  # up to the end of the ring, and on from its begin
        after = rest << 1 | (after & 1 ^ 1)
        size = capacity - at
    image = ptr8(int(p) + (_BYTES + at))  # from here on the place in it
    while True:
        following = int(source) + size
        if (int(image) | int(source)) & 3 == 0:
            while size >= 32:
                ptr32(image)[0] = ptr32(source)[0]
                ptr32(image)[1] = ptr32(source)[1]
                ptr32(image)[2] = ptr32(source)[2]
                ptr32(image)[3] = ptr32(source)[3]
                ptr32(image)[4] = ptr32(source)[4]
                ptr32(image)[5] = ptr32(source)[5]
                ptr32(image)[6] = ptr32(source)[6]
                ptr32(image)[7] = ptr32(source)[7]
                image = ptr8(int(image) + 32)
                source = ptr8(int(source) + 32)
                size -= 32
            while size >= 4:
                ptr32(image)[0] = ptr32(source)[0]
                image = ptr8(int(image) + 4)
                source = ptr8(int(source) + 4)
                size -= 4
        while size > 0:
            size -= 1
            image[size] = source[size]
        if rest <= 0:
            break
        source = ptr8(following)
        size = rest
        rest = 0
        image = ptr8(int(p) + _BYTES)
    p[_WRITE] = after  # published: the bytes are the reader's from here on
    return written


@micropython.viper
def readinto(image: ptr8, buffer, size: int) -> int:
    """Read to the begin of `buffer` as many bytes as wait, up to `size`; return how many.

    `image` as in `write`.
    buffer: a bytearray, a memoryview, an array of integers.
    size: bytes, 0 and more.

    ISR-safe: yes.
    Complexity: O(bytes read); by words when they begin at words, here and there.
    Called by: the reader.
    Raises: as `write`; TypeError also when `buffer` is not writable and bytes are asked for.
    """
    p = ptr32(image)
    size = int(size)
    if p[_KIND] != _RING or size < 0:
        from heapless_py._refuse import refuse_ring

        refuse_ring("read", size)
    if size:
        buffer[size - 1] = buffer[size - 1]  # raises if it is not there, or may not be written
    target = ptr8(buffer)
    capacity = p[_CAPACITY]
    write = p[_WRITE]
    after = p[_READ]
    at = after >> 1
    waiting = (write >> 1) - at
    if (write ^ after) & 1:
        waiting += capacity
    if size > waiting:
        size = waiting
    came = size
    after += size << 1
    rest = size - (capacity - at)
    if rest >= 0:  # up to the end of the ring, and on from its begin
        after = rest << 1 | (after & 1 ^ 1)
        size = capacity - at
    image = ptr8(int(p) + (_BYTES + at))  # from here on the place in it
    while True:
        following = int(target) + size
        if (int(image) | int(target)) & 3 == 0:
            while size >= 32:
                ptr32(target)[0] = ptr32(image)[0]
                ptr32(target)[1] = ptr32(image)[1]
                ptr32(target)[2] = ptr32(image)[2]
                ptr32(target)[3] = ptr32(image)[3]
                ptr32(target)[4] = ptr32(image)[4]
                ptr32(target)[5] = ptr32(image)[5]
                ptr32(target)[6] = ptr32(image)[6]
                ptr32(target)[7] = ptr32(image)[7]
                image = ptr8(int(image) + 32)
                target = ptr8(int(target) + 32)
                size -= 32
            while size >= 4:
                ptr32(target)[0] = ptr32(image)[0]
                image = ptr8(int(image) + 4)
                target = ptr8(int(target) + 4)
                size -= 4
        while size > 0:
            size -= 1
            target[size] = image[size]
        if rest <= 0:
            break
        target = ptr8(following)
        size = rest
        rest = 0
        image = ptr8(int(p) + _BYTES)
    p[_READ] = after  # published: the room is the writer's from here on
    return came


# What the closures find at an address: see `Known` and `Mover`.
_IMAGE = const(0)
_VARIABLE = const(1)
_BYTEARRAY = const(2)
_VIEW = const(3)
_BYTES_TYPE = const(4)
_INTO = const(6)  # behind the type of an array, which is none of those
_OUT_OF = const(7)
_LENGTH = const(2)  # of a buffer, as of a view
_ADDRESS = const(3)
# Bytes from which on a call of C's memmove takes less than a loop, by words, and by bytes.
_MANY = const(384)
_SOME = const(32)


def _writer(mover):
    """`write` of a ring."""
    address = mover.address
    refuse = refuser(check_source, mover)
    move = mover.move
    given = mover  # from then on the buffer of the last call

    @micropython.viper
    def write(buffer) -> int:
        """Write of `buffer` as many bytes as fit, around the wrap if need be; return how many.

        buffer: bytes, a bytearray or a memoryview of one. It is kept alive until another one is
            written.

        ISR-safe: yes.
        Complexity: O(bytes written); by words when they begin at words, here and there.
        Called by: the writer.
        Raises: TypeError when `buffer` is not as above.
        """
        nonlocal given
        given = buffer
        known = ptr32(int(address))
        p = ptr32(known[_IMAGE])
        word = ptr32(known[_VARIABLE])[0]
        if word & 3:  # no address
            refuse(buffer)
        words = ptr32(word)
        kind = words[0]
        source = ptr8(words[_ADDRESS])
        if kind == known[_VIEW]:
            code = words[1] & 0x7F
            if code == 0x42 or code == 0x62 or code == 1:  # as in `are_bytes`
                kind = known[_BYTEARRAY]
                source = ptr8(int(source) + (words[1] >> 8 & 0xFFFFFF))
        if kind != known[_BYTEARRAY] and kind != known[_BYTES_TYPE]:
            refuse(buffer)
        size = words[_LENGTH]
        # The same steps as in the function `write`: a call of it costs a third more.
        capacity = p[_CAPACITY]
        after = p[_WRITE]
        read = p[_READ]
        at = after >> 1
        free = capacity - at + (read >> 1)
        if (after ^ read) & 1:
            free -= capacity
        if size > free:
            size = free
        written = size
        after += size << 1
        rest = size - (capacity - at)
        if rest >= 0:  # up to the end of the ring, and on from its begin
            after = rest << 1 | (after & 1 ^ 1)
            size = capacity - at
        place = ptr8(int(p) + (_BYTES + at))  # from here on the place in it
        while True:
            following = int(source) + size
            narrow = (int(place) | int(source)) & 3  # the bits that keep us from words
            if size >= _MANY or (narrow and size >= _SOME):
                ptr32(known[_INTO])[_LENGTH] = size
                ptr32(known[_INTO])[_ADDRESS] = int(place)
                ptr32(known[_OUT_OF])[_LENGTH] = size
                ptr32(known[_OUT_OF])[_ADDRESS] = int(source)
                move()
                size = 0
            if narrow == 0:
                while size >= 32:
                    ptr32(place)[0] = ptr32(source)[0]
                    ptr32(place)[1] = ptr32(source)[1]
                    ptr32(place)[2] = ptr32(source)[2]
                    ptr32(place)[3] = ptr32(source)[3]
                    ptr32(place)[4] = ptr32(source)[4]
                    ptr32(place)[5] = ptr32(source)[5]
                    ptr32(place)[6] = ptr32(source)[6]
                    ptr32(place)[7] = ptr32(source)[7]
                    place = ptr8(int(place) + 32)
                    source = ptr8(int(source) + 32)
                    size -= 32
                while size >= 4:
                    ptr32(place)[0] = ptr32(source)[0]
                    place = ptr8(int(place) + 4)
                    source = ptr8(int(source) + 4)
                    size -= 4
            while size > 0:
                size -= 1
                place[size] = source[size]
            if rest <= 0:
                break
            source = ptr8(following)
            size = rest
            rest = 0
            place = ptr8(int(p) + _BYTES)
        p[_WRITE] = after  # published: the bytes are the reader's from here on
        return written

    mover.find(write)
    return write


def _reader(image, read, drain_into):
    """`readinto` of a ring; `read` is the function above, `drain_into` is for whole buffers.

    In two parts, as viper knows no argument left out, and a closure that has more than five
    variables, arguments included, allocates when it is called.
    """

    @micropython.native
    def readinto(buffer, size=None):
        """Read to the begin of `buffer` as many bytes as wait, up to `size`; return how many.

        buffer: a bytearray or a memoryview of one. It is kept alive until another one is read
            into.
        size: bytes; negative, or none, for as many as `buffer` has, as is more than that.

        ISR-safe: yes.
        Complexity: O(bytes read); by words when they begin at words, here and there.
        Called by: the reader.
        Raises: TypeError when `buffer` is not as above.
        """
        if size is None or size | 0 < 0 or size >= len(buffer):  # | raises, of a float
            return drain_into(buffer)
        check_target(buffer)
        return read(image, buffer, size)

    return readinto


def _drainer(mover):
    """`drain_into` of a ring."""
    address = mover.address
    refuse = refuser(check_target, mover)
    move = mover.move
    given = mover  # from then on the buffer of the last call

    @micropython.viper
    def drain_into(buffer) -> int:
        """Read to the begin of `buffer` as many bytes as wait and fit; return how many.

        It is `readinto` without a size, in half the time.

        buffer: a bytearray or a memoryview of one. It is kept alive until another one is read
            into.

        ISR-safe: yes.
        Complexity: O(bytes read); by words when they begin at words, here and there.
        Called by: the reader.
        Raises: TypeError when `buffer` is not as above.
        """
        nonlocal given
        given = buffer
        known = ptr32(int(address))
        p = ptr32(known[_IMAGE])
        word = ptr32(known[_VARIABLE])[0]
        if word & 3:  # no address
            refuse(buffer)
        words = ptr32(word)
        kind = words[0]
        target = ptr8(words[_ADDRESS])
        if kind == known[_VIEW] and words[1] & 0x80:  # it may be written
            code = words[1] & 0x7F
            if code == 0x42 or code == 0x62 or code == 1:  # as in `are_bytes`
                kind = known[_BYTEARRAY]
                target = ptr8(int(target) + (words[1] >> 8 & 0xFFFFFF))
        if kind != known[_BYTEARRAY]:
            refuse(buffer)
        size = words[_LENGTH]
        # The same steps as in the function `readinto`: a call of it costs a third more.
        capacity = p[_CAPACITY]
        write = p[_WRITE]
        after = p[_READ]
        at = after >> 1
        waiting = (write >> 1) - at
        if (write ^ after) & 1:
            waiting += capacity
        if size > waiting:
            size = waiting
        came = size
        after += size << 1
        rest = size - (capacity - at)
        if rest >= 0:  # up to the end of the ring, and on from its begin
            after = rest << 1 | (after & 1 ^ 1)
            size = capacity - at
        place = ptr8(int(p) + (_BYTES + at))  # from here on the place in it
        while True:
            following = int(target) + size
            narrow = (int(place) | int(target)) & 3  # the bits that keep us from words
            if size >= _MANY or (narrow and size >= _SOME):
                ptr32(known[_INTO])[_LENGTH] = size
                ptr32(known[_INTO])[_ADDRESS] = int(target)
                ptr32(known[_OUT_OF])[_LENGTH] = size
                ptr32(known[_OUT_OF])[_ADDRESS] = int(place)
                move()
                size = 0
            if narrow == 0:
                while size >= 32:
                    ptr32(target)[0] = ptr32(place)[0]
                    ptr32(target)[1] = ptr32(place)[1]
                    ptr32(target)[2] = ptr32(place)[2]
                    ptr32(target)[3] = ptr32(place)[3]
                    ptr32(target)[4] = ptr32(place)[4]
                    ptr32(target)[5] = ptr32(place)[5]
                    ptr32(target)[6] = ptr32(place)[6]
                    ptr32(target)[7] = ptr32(place)[7]
                    place = ptr8(int(place) + 32)
                    target = ptr8(int(target) + 32)
                    size -= 32
                while size >= 4:
                    ptr32(target)[0] = ptr32(place)[0]
                    place = ptr8(int(place) + 4)
                    target = ptr8(int(target) + 4)
                    size -= 4
            while size > 0:
                size -= 1
                target[size] = place[size]
            if rest <= 0:
                break
            target = ptr8(following)
            size = rest
            rest = 0
            place = ptr8(int(p) + _BYTES)
        p[_READ] = after  # published: the room is the writer's from here on
        return came

    mover.find(drain_into)
    return drain_into


@micropython.viper
def _waiting(image) -> int:
    """Bytes that wait. Called by either side."""
    p = ptr32(image)
    write = p[_WRITE]
    read = p[_READ]
    waiting = (write >> 1) - (read >> 1)
    if (write ^ read) & 1:
        waiting += p[_CAPACITY]
    return waiting


@micropython.viper
def _byte(image, index: int) -> int:
    """The byte `index` after the oldest; -1 when there is none."""
    index = int(index)  # raises, of a float
    p = ptr32(image)
    if index < 0 or index >= int(_waiting(image)):
        return -1
    at = (p[_READ] >> 1) + index
    if at >= p[_CAPACITY]:
        at -= p[_CAPACITY]
    return ptr8(p)[_BYTES + at]


@micropython.viper
def _line_length(image, limit: int) -> int:
    """Bytes up to the end of the line, or of what waits if there is none, but at most `limit`."""
    p = ptr32(image)
    waiting = int(_waiting(image))
    if limit > waiting:
        limit = waiting
    at = p[_READ] >> 1
    length = 0
    while length < limit:
        byte = ptr8(p)[_BYTES + at]
        length += 1
        if byte == _END_OF_LINE:
            break
        at += 1
        if at == p[_CAPACITY]:
            at = 0
    return length


@micropython.viper
def _clear(image):
    p = ptr32(image)
    p[_READ] = p[_WRITE]


def _image_size(capacity):
    return whole_words(_BYTES + capacity)


def _capacity_of(buffer):
    """The bytes of the ring that fills `buffer`."""
    capacity = (len(buffer) & ~3) - _BYTES
    if capacity < 1:
        raise ValueError(
            f"a buffer of {len(buffer)} bytes leaves none beside the 16 of the header"
        )
    return capacity


class RingBuffer(IOBase):
    """A ring of `capacity` bytes with the interface of a MicroPython stream.

    capacity: bytes, 1 and more, up to 1 GiB; all of them can be in use. Or, as for RingIO, memory
        as `buffer` describes it: all of that, less the header of 16 bytes, becomes the ring.
    buffer: writable memory for the image, of `size_of(capacity)` bytes or more, beginning at a
        multiple of 4: a bytearray, a memoryview of bytes, an array. So much of it is cleared; do
        not resize it any more. None for fresh memory.

    Raises: ValueError or TypeError when an argument is not as above.

    The writer's: write, free, is_full
    The reader's: drain_into, readinto, read, readline, any, peek, clear
    As a stream: print(…, file=ring), select.poll, json.load, asyncio.StreamReader and StreamWriter
    Look: iteration, ==, len, bool, is_empty, capacity
    Plan: size_of, from_bytes

    One context at a time may write, and one may read, a hard interrupt perhaps or the other core.
    `write`, `drain_into` and `readinto` are attributes, so that looking them up in a handler
    allocates nothing.

    The image, in 32-bit little-endian words; whoever is named is a word's only writer:

         0         1         2        3        4
        +---------+---------+--------+--------+------------------------------
        | kind    | capacity| write  | read   | capacity bytes, 0 … 3 unused
        +---------+---------+--------+--------+------------------------------
          at construction     writer   reader
    """

    def __init__(self, capacity, buffer=None):
        if isinstance(capacity, (bytearray, memoryview)):
            buffer, capacity = capacity, _capacity_of(capacity)
        check_capacity(capacity, _LARGEST)
        self.image = new_image(_image_size(capacity), buffer)
        self.capacity = capacity
        words = integers(self.image, 0, "I", _WORDS)
        words[_KIND] = _RING
        words[_CAPACITY] = capacity
        if Mover:
            self.write = _writer(Mover(self.image, *BUFFER_TYPES))
            self.drain_into = _drainer(Mover(self.image, *BUFFER_TYPES))
        else:
            self.write = writer(self.image, len, write)
            self.drain_into = drainer(self.image, len, readinto)
        self.readinto = _reader(self.image, readinto, self.drain_into)

    @staticmethod
    def size_of(capacity):
        """The bytes of the image of a ring of `capacity` bytes.

        ISR-safe: no.
        Raises: as the constructor.
        """
        check_capacity(capacity, _LARGEST)
        return _image_size(capacity)

    @classmethod
    def from_bytes(cls, capacity, data, buffer=None):
        """A ring in which the bytes `data` wait.

        ISR-safe: no.
        Raises: Full when there are more than `capacity`; else as the constructor and `write`.
        """
        check_source(data)
        check_capacity(capacity, _LARGEST)
        if len(data) > capacity:
            raise FULL
        ring = cls(capacity, buffer)
        ring.write(data)
        return ring

    def read(self, size=-1):
        """Up to `size` bytes of those that wait, negative for all of them; b"" when none wait.

        ISR-safe: no (it makes bytes; `readinto` does not).
        Complexity: O(bytes read).
        Called by: the reader.
        """
        return self._taken(how_many(size, _waiting(self.image)))

    def readline(self, size=-1):
        """The bytes up to the end of a line, or all that wait if there is none; at most `size`.

        size: bytes; negative for a line of any length.

        ISR-safe: no (it makes bytes).
        Complexity: O(bytes read).
        Called by: the reader.
        """
        return self._taken(_line_length(self.image, how_many(size, self.capacity)))

    def _taken(self, size):
        taken = bytearray(size)
        readinto(self.image, taken, size)
        return bytes(taken)

    @micropython.native
    def peek(self, index=0):
        """The byte `index` after the oldest, which stays in the ring; None when there is none.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the reader.
        """
        byte = _byte(self.image, index)
        return byte if byte >= 0 else None

    def any(self):
        """The bytes that wait to be read.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: either; the writer may be told too many, and the reader too few.
        """
        return _waiting(self.image)

    def free(self):
        """Bytes that `write` is certain to take now.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the writer.
        """
        return self.capacity - _waiting(self.image)

    def clear(self):
        """Drop the bytes that wait.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the reader.
        """
        _clear(self.image)

    def is_empty(self):
        """Whether no byte waits.

        ISR-safe: yes.
        Complexity: O(1).
        """
        return _waiting(self.image) == 0

    def is_full(self):
        """Whether there is no room for one more byte.

        ISR-safe: yes.
        Complexity: O(1).
        """
        return _waiting(self.image) == self.capacity

    def ioctl(self, request, argument):
        """The stream protocol: what it is ready for, for `select.poll` and asyncio.

        ISR-safe: yes.
        """
        able = 0 if self.is_empty() else READABLE
        return ready(request, argument, able if self.is_full() else able | WRITABLE)

    def close(self):
        """Do nothing, as there is nothing to close.

        ISR-safe: yes.
        """

    def __len__(self):
        """The bytes that wait to be read.

        ISR-safe: yes.
        Complexity: O(1).
        """
        return _waiting(self.image)

    def __bool__(self):
        """Whether a byte waits.

        ISR-safe: yes.
        """
        return _waiting(self.image) != 0

    def __getitem__(self, index):
        """The byte `index` after the oldest, or from the newest if negative, which stays.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the reader.
        Raises: IndexError when there is none.
        """
        return _byte(self.image, checked_index(index, _waiting(self.image)))

    def __iter__(self):
        """Iterate over the bytes, the oldest first; they stay in the ring.

        ISR-safe: no.
        Called by: the reader.
        """
        for index in range(_waiting(self.image)):
            yield _byte(self.image, index)

    def __eq__(self, other):
        """Whether `other`, a ring or a sequence, holds equal bytes in the same order.

        ISR-safe: no.
        """
        return same_elements(self, other)

    def __repr__(self):
        return f"<RingBuffer({self.capacity}), {_waiting(self.image)} waiting>"

    def _check(self):
        """Assert every invariant of the image."""
        words = [integers(self.image, 0, "I", _WORDS)[i] for i in range(_WORDS)]
        write, read = words[_WRITE], words[_READ]
        assert words[:2] == [_RING, self.capacity], words
        assert 0 <= write >> 1 < self.capacity, words
        assert 0 <= read >> 1 < self.capacity, words
        assert 0 <= _waiting(self.image) <= self.capacity, words
        assert len(self.image) == _image_size(self.capacity), len(self.image)
