"""The bip-buffer: a ring of bytes that gives each side contiguous runs of its own memory.

After Simon Cooke, "The Bip Buffer - The Circular Buffer with a Twist" (2003), in the lock-free
form of Andrea Lattuada and James Munns (Rust's `bbqueue`), with one change: a lap bit.

The image, in 32-bit little-endian words; whoever is named is a word's only writer:

     0         1         2       3        4        5        6        7        8
    +---------+---------+-------+--------+--------+--------+--------+--------+--------+
    | kind    | capacity| use   | write  | last   | grants | start  | granted| commit |
    +---------+---------+-------+--------+--------+--------+--------+--------+--------+
      at construction    split()  --------------------- producer ---------------------

     9        10       11       12       13       14       15
    +--------+--------+--------+--------+--------+--------+------------------------------
    | refused| read   | reads  | run    | second | release| capacity bytes, 0 … 3 unused
    +--------+--------+--------+--------+--------+--------+------------------------------
     producer  ---------------- consumer ----------------

`write` and `read` are 2 * position + lap. The producer's lap bit flips when it wraps to 0, the
consumer's when it follows. Laps equal: the bytes from read to write wait. Laps differ: those from
read to `last`, then those from 0 to write; the bytes from last to the end of the ring are unused.

Why a lap. Telling the two cases apart by `write < read`, as bbqueue does, forbids write to reach
read from behind: a byte is always lost, and an empty queue at position p grants no more than
max(capacity - p, p - 1). With laps, equal positions are empty on one lap and full on two, and an
empty queue may go back to 0 and grant its whole capacity. It would run over `read`, but nobody
looks there: an empty queue has no live read grant, and the consumer, once it sees the new lap,
finds read equal to last and goes to 0 as well.

Why two stores and two loads suffice. A commit that wraps stores `last`, then `write`; the consumer
loads `write`, then `last`. If the consumer sees the new lap, `last` was stored before, and it
stays: the producer wraps next when laps are equal again, that is, after the consumer stored `read`
on this lap. If it sees the old lap, it does not use `last`. With either order swapped, a consumer
could take the `last` of an older lap for that of this one.

The producer may take a `read` that lags for true: room only grows behind its back. When laps
differ and read equals last, nothing is left before the wrap; the consumer's next step is to 0 on
this lap, so the producer counts with that already and can grant the free end of the ring.

Frames are a word with the payload's length, the payload, and 0 … 3 bytes up to the next word. A
length of one byte would take less room; but then a payload would begin anywhere, and a Cortex-M0
faults on a word that is not at a multiple of 4: no `uctypes.struct`, no DMA by words, and a copy
byte by byte, which takes longer than all the rest of a queue operation.
"""

from struct import unpack_from

from ._image import (
    check_capacity,
    check_source,
    check_target,
    check_target_or_array,
    new_image,
    refuser,
    whole_words,
)
from ._port import aim, const, copy, int, integers, micropython, ptr8, ptr32

KIND = 0x4242  # "BB": a bip-buffer

# The word `use` is 0 at first, and then which ends the queue is split into; with RELEASED added
# when they were given back.
STREAM = 1
FRAMED = 2
RELEASED = 4

# Words that others look at.
USE = 2
WRITE = 3
REFUSED = 9  # frames that a register's handler found no room for
READ = 10
WORDS = 15

# As drawn above.
_KIND = const(0)
_CAPACITY = const(1)
_USE = const(2)
_WRITE = const(3)
_LAST = const(4)
_GRANTS = const(5)  # grants begun and ended: odd while one is live
_START = const(6)  # where the latest grant begins
_GRANTED = const(7)  # bytes of it, less a frame's header
_COMMIT = const(8)  # bytes of it that the end of a `with` block commits, plus 1; 0 for none
_READ = const(10)
_READS = const(11)  # read grants begun and ended: odd while one is live
_RUN = const(12)  # bytes of the latest one, with a frame's header and padding
_SECOND = const(13)  # bytes of it that are after the wrap
_RELEASE = const(14)  # bytes of it that the end of a `with` block releases
_WORDS = const(15)
_BYTES = const(60)  # of all these words

_LARGEST = 0x00FFFFFF  # bytes of an image: as far as a board's memoryviews reach
EVERYTHING = _LARGEST  # more bytes than any grant has

_STREAM = const(1)
_FRAMED = const(2)
_BIP = const(0x4242)
_HEADER = const(4)  # bytes of a frame before its payload


# What the closures for grants find at an address, see `Table`: a row for each of the two grants
# that an end gives in turn.
#
#      0       1        2      3      4           5
#     +-------+--------+------+------+-----------+------------+
#     | image | window | turn | wide | its upper | its upper  |
#     +-------+--------+------+------+ half      | half       |
#                                    +-----------+------------+
#
# turn: the low bits of `grants`, or `reads`, while the grant is live, and above them the use.
# wide: whether the machine's words have 64 bits, so that these addresses have upper halves.
#
# Conditions there are of bits: a comparison makes a truth value first, and then looks at that.
ROW = 6
_QUEUE = const(0)
_WINDOW = const(1)
_TURN = const(2)
_WIDE = const(3)
_QUEUE_ABOVE = const(4)
_WINDOW_ABOVE = const(5)
_ROW_BYTES = const(24)


def granter(table, first, second):
    """`grant_exact` of a stream's producer, `grant` of a frames' producer.

    table: the address of its grants' rows, which they keep alive.
    """

    @micropython.viper
    def grant(n):
        """Grant `n` bytes in one piece to write to; None when there is no such room now.

        n: bytes, 0 to `capacity`, or for frames to `max_frame`: the longest payload to come. An
            empty queue grants all that it has.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the producer.
        Raises: ValueError when `n` can never be granted, when a grant is live, or when the queue
            is not split into ends of this kind.
        """
        size = int(n)
        row = ptr32(int(table))
        p = ptr32(row[_QUEUE])
        if row[_WIDE]:
            p = ptr32(row[_QUEUE] | row[_QUEUE_ABOVE] << 32)
        capacity = p[_CAPACITY]
        if (p[_USE] ^ row[_TURN] >> 2) | p[_GRANTS] & 1:
            from heapless_py._refuse import refuse_end

            refuse_end("grant", row[_TURN] >> 2, p[_USE])
        needed = size
        offset = _BYTES
        if p[_USE] & _FRAMED:
            needed = _HEADER + (size + 3 & -4)
            offset = _BYTES + _HEADER
        if (size | capacity - size | capacity - needed) < 0:  # one of them
            from heapless_py._refuse import refuse_grant

            refuse_grant(size, capacity, p[_USE] == _FRAMED)
        # The same steps as in write_frame.
        write = p[_WRITE]
        read = p[_READ]
        start = write >> 1
        end = capacity
        if (write ^ read) & 1:
            if read >> 1 == p[_LAST]:
                read = write & 1  # nothing waits before the wrap: the consumer goes on at 0
            else:
                end = read >> 1
        if needed > end - start:
            # Back to 0, unless we are a lap ahead; over what was read, if nothing waits at all.
            if (write ^ read) & 1 or (write != read and needed > read >> 1):
                return None
            start = 0
        turn = p[_GRANTS] + 1
        p[_GRANTS] = turn
        p[_START] = start
        p[_GRANTED] = size
        p[_COMMIT] = 0
        if turn & 2:
            row = ptr32(int(row) + _ROW_BYTES)
        w = ptr32(row[_WINDOW])
        if row[_WIDE]:
            w = ptr32(row[_WINDOW] | row[_WINDOW_ABOVE] << 32)
        w[0] = 0xC2 | (offset + start) << 8
        w[1] = size
        if turn & 2:
            return second
        return first

    return grant


def committer(row, grant):
    """`commit` of the write grant `grant`, by the address of its row.

    It keeps `grant` alive, and that the row, the view and the image.
    """

    @micropython.viper
    def commit(used):
        """Give the first `used` bytes to the consumer, and the rest back; this grant is dead then.

        used: bytes, 0 and more; more than were granted are as many as were granted. For frames,
            the length of the payload: 0 gives an empty frame.

        Committing nothing of a stream leaves the queue as it was before the grant.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the producer.
        Raises: ValueError when `used` is negative, or when this grant is dead.
        """
        size = int(used)
        own = ptr32(int(row))
        p = ptr32(own[_QUEUE])
        w = ptr32(own[_WINDOW])
        if own[_WIDE]:
            p = ptr32(own[_QUEUE] | own[_QUEUE_ABOVE] << 32)
            w = ptr32(own[_WINDOW] | own[_WINDOW_ABOVE] << 32)
        if (p[_GRANTS] & 3 | p[_USE] << 2) ^ own[_TURN]:
            from heapless_py._refuse import refuse_dead

            refuse_dead("commit", grant)
        if size < 0:
            from heapless_py._refuse import refuse_negative

            refuse_negative("commit", size)
        if size > p[_GRANTED]:
            size = p[_GRANTED]
        w[1] = 0  # the view of a dead grant is empty
        start = p[_START]
        if p[_USE] & _FRAMED:
            p[(_BYTES + start) >> 2] = size
            size = _HEADER + (size + 3 & -4)
        p[_GRANTS] += 1
        write = p[_WRITE]
        if size:
            pass
        else:
            return
        if start ^ write >> 1:
            p[_LAST] = write >> 1
            write = size << 1 | (write & 1 ^ 1)
        else:
            write += size << 1
        p[_WRITE] = write  # published: the bytes are the consumer's from here on

    return commit


@micropython.viper
def commit_later(image, turn: int, used: int):
    """What leaving the `with` block of the write grant of `turn` commits."""
    used = int(used)
    p = ptr32(image)
    if (p[_GRANTS] & 3 | p[_USE] << 2) != turn:
        from heapless_py._refuse import refuse_dead

        refuse_dead("commit_on_exit", None)
    if used < 0:
        from heapless_py._refuse import refuse_negative

        refuse_negative("commit", used)
    if used > p[_GRANTED]:
        used = p[_GRANTED]
    p[_COMMIT] = used + 1


@micropython.viper
def to_commit(image, turn: int) -> int:
    """Bytes, plus 1, that leaving the `with` block commits; 0 for none, -1 for a dead grant."""
    p = ptr32(image)
    if (p[_GRANTS] & 3 | p[_USE] << 2) != turn:
        return -1
    return p[_COMMIT]


@micropython.viper
def drop_write(image, window):
    """End the live write grant without a commit."""
    p = ptr32(image)
    p[_GRANTS] += 1
    aim(window, 0, 0)


@micropython.viper
def write_frame(image: ptr32, buffer, size: int) -> bool:
    """Write the first `size` bytes of `buffer` as one frame: True, or False if there is no room.

    `image` is the `image` of a frames' producer. An int in its place is taken for the address of
    one and believed, as `machine.mem32` does.
    buffer: bytes, a bytearray, a memoryview, an array of integers.
    size: bytes, 0 to `max_frame`.

    ISR-safe: yes.
    Complexity: O(size); by words when `buffer` begins at a multiple of 4.
    Called by: the producer.
    Raises: ValueError when `size` is out of range, when a grant is live, or when the queue is not
        split into ends for frames; IndexError when `buffer` is shorter; TypeError when `buffer` is
        not as above and has bytes to give, or when `image` is no BBQueue's.
    """
    # The first three names of a viper function live in registers: the loops use them.
    p = ptr32(image)
    size = int(size)
    if p[_KIND] != _BIP:
        from heapless_py._refuse import refuse_bip

        refuse_bip()
    if p[_USE] != _FRAMED or p[_GRANTS] & 1:
        from heapless_py._refuse import refuse_end

        refuse_end("grant", _FRAMED, p[_USE])
    capacity = p[_CAPACITY]
    needed = _HEADER + (size + 3 & -4)
    if size < 0 or size > capacity or needed > capacity:
        from heapless_py._refuse import refuse_grant

        refuse_grant(size, capacity, True)
    if size:
        int(buffer[size - 1])  # raises if it is not there, or if `buffer` is an address
    source = ptr8(buffer)
    # The same steps as in granter: to share them would cost a call, a third of this function.
    write = p[_WRITE]
    read = p[_READ]
    start = write >> 1
    end = capacity
    if (write ^ read) & 1:
        if read >> 1 == p[_LAST]:
            read = write & 1
        else:
            end = read >> 1
    after = write + (needed << 1)
    if needed > end - start:
        if (write ^ read) & 1 or (write != read and needed > read >> 1):
            return False
        p[_LAST] = start
        start = 0
        after = needed << 1 | (write & 1 ^ 1)
    image = ptr32(int(p) + (_BYTES + start))  # from here on the place in it
    image[0] = size
    image = ptr32(int(image) + _HEADER)
    if int(source) & 3 == 0:
        while size >= 32:
            image[0] = ptr32(source)[0]
            image[1] = ptr32(source)[1]
            image[2] = ptr32(source)[2]
            image[3] = ptr32(source)[3]
            image[4] = ptr32(source)[4]
            image[5] = ptr32(source)[5]
            image[6] = ptr32(source)[6]
            image[7] = ptr32(source)[7]
            image = ptr32(int(image) + 32)
            source = ptr8(int(source) + 32)
            size -= 32
        while size >= 4:
            image[0] = ptr32(source)[0]
            image = ptr32(int(image) + 4)
            source = ptr8(int(source) + 4)
            size -= 4
    while size > 0:
        size -= 1
        ptr8(image)[size] = source[size]
    p[_WRITE] = after  # published: the frame is the consumer's from here on
    return True


def frame_writer(image, length, write):
    """`write_frame` of a frames' producer, where a buffer is asked about.

    `length` and `write` are Python's len and the function above: a global costs more.
    """
    seen = image  # the buffer that was written last, found to be bytes: it is not asked again

    @micropython.viper
    def write_frame(buffer):
        """Write the bytes of `buffer` as one frame: True, or False when there is no room now.

        buffer: bytes, a bytearray or a memoryview of one; at most `max_frame` bytes. It is kept
            alive until another one is written.

        ISR-safe: yes.
        Complexity: O(length); by words when `buffer` begins at a multiple of 4.
        Called by: the producer.
        Raises: ValueError when `buffer` is longer than `max_frame`, when a grant is live, or when
            the queue is not split into ends for frames; TypeError when `buffer` is no bytes.
        """
        nonlocal seen
        if buffer is seen:
            pass
        else:
            check_source(buffer)
            seen = buffer
        return write(image, buffer, length(buffer))

    return write_frame


# What the closures for whole frames find at an address: see `Known`.
_IMAGE = const(0)
_VARIABLE = const(1)
_BYTEARRAY = const(2)
_VIEW = const(3)
_BYTES_TYPE = const(4)
_ARRAY = const(5)
_TAKEN = const(6)
_LENGTH = const(2)  # of a buffer
_ADDRESS = const(3)


def quick_frame_writer(known):
    """`write_frame` of a frames' producer, where a buffer's length can be seen from here."""
    address = known.address
    refuse = refuser(check_source, known)
    given = known  # from then on the buffer of the last call

    @micropython.viper
    def write_frame(buffer) -> bool:
        """Write the bytes of `buffer` as one frame: True, or False when there is no room now.

        buffer: bytes, a bytearray or a memoryview of one; at most `max_frame` bytes. It is kept
            alive until another one is written.

        ISR-safe: yes.
        Complexity: O(length); by words when `buffer` begins at a multiple of 4.
        Called by: the producer.
        Raises: ValueError when `buffer` is longer than `max_frame`, when a grant is live, or when
            the queue is not split into ends for frames; TypeError when `buffer` is no bytes.
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
        if p[_USE] != _FRAMED or p[_GRANTS] & 1:
            from heapless_py._refuse import refuse_end

            refuse_end("grant", _FRAMED, p[_USE])
        # The same steps as in the function `write_frame`: a call of it costs a third more.
        capacity = p[_CAPACITY]
        needed = _HEADER + (size + 3 & -4)
        if needed > capacity:
            from heapless_py._refuse import refuse_grant

            refuse_grant(size, capacity, True)
        write = p[_WRITE]
        read = p[_READ]
        start = write >> 1
        end = capacity
        if (write ^ read) & 1:
            if read >> 1 == p[_LAST]:
                read = write & 1
            else:
                end = read >> 1
        after = write + (needed << 1)
        if needed > end - start:
            if (write ^ read) & 1 or (write != read and needed > read >> 1):
                return False
            p[_LAST] = start
            start = 0
            after = needed << 1 | (write & 1 ^ 1)
        place = ptr32(int(p) + (_BYTES + start))
        place[0] = size
        place = ptr32(int(place) + _HEADER)
        if int(source) & 3 == 0:
            while size >= 32:
                place[0] = ptr32(source)[0]
                place[1] = ptr32(source)[1]
                place[2] = ptr32(source)[2]
                place[3] = ptr32(source)[3]
                place[4] = ptr32(source)[4]
                place[5] = ptr32(source)[5]
                place[6] = ptr32(source)[6]
                place[7] = ptr32(source)[7]
                place = ptr32(int(place) + 32)
                source = ptr8(int(source) + 32)
                size -= 32
            while size >= 4:
                place[0] = ptr32(source)[0]
                place = ptr32(int(place) + 4)
                source = ptr8(int(source) + 4)
                size -= 4
        while size > 0:
            size -= 1
            ptr8(place)[size] = source[size]
        p[_WRITE] = after  # published: the frame is the consumer's from here on
        return True

    known.find(write_frame)
    return write_frame


def reader(table, first, second):
    """`read` of a consumer of either kind; the arguments are as in `granter`."""

    @micropython.viper
    def read():
        """Grant what waits to be read: one frame, or the first run of a stream; None when empty.

        A run ends where the ring wraps; the next `read` gives what is after it.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the consumer.
        Raises: ValueError when a read grant is live, when the queue is not split into ends of this
            kind, or when a frame's header cannot be true: then its memory was written to from
            elsewhere, and `clear` is what is left.
        """
        row = ptr32(int(table))
        p = ptr32(row[_QUEUE])
        if row[_WIDE]:
            p = ptr32(row[_QUEUE] | row[_QUEUE_ABOVE] << 32)
        if (p[_USE] ^ row[_TURN] >> 2) | p[_READS] & 1:
            from heapless_py._refuse import refuse_end

            refuse_end("read grant", row[_TURN] >> 2, p[_USE])
        # The same steps as in frame_reader.
        write = p[_WRITE]
        last = p[_LAST]  # after write, or it may be that of the lap before
        read = p[_READ]
        if write ^ read:
            pass
        else:
            return None
        run = (write - read) >> 1
        if (write ^ read) & 1:
            run = last - (read >> 1)
            if run == 0:
                read = write & 1  # nothing waits before the wrap
                p[_READ] = read
                run = write >> 1
        offset = _BYTES + (read >> 1)
        size = run
        if p[_USE] & _FRAMED:
            size = p[offset >> 2]
            if (size | run - _HEADER - size) < 0:  # one of them
                from heapless_py._refuse import refuse_frame

                refuse_frame(size, run - _HEADER)
            offset += _HEADER
            run = _HEADER + (size + 3 & -4)
        turn = p[_READS] + 1
        p[_READS] = turn
        p[_RUN] = run
        p[_RELEASE] = 0
        if turn & 2:
            row = ptr32(int(row) + _ROW_BYTES)
        w = ptr32(row[_WINDOW])
        if row[_WIDE]:
            w = ptr32(row[_WINDOW] | row[_WINDOW_ABOVE] << 32)
        w[0] = 0xC2 | offset << 8
        w[1] = size
        if turn & 2:
            return second
        return first

    return read


def releaser(row, grant):
    """`release` of a stream's read grant; the arguments are as in `committer`."""

    @micropython.viper
    def release(used):
        """Give the first `used` bytes back to the producer; the rest waits on. This grant is dead.

        used: bytes, 0 and more; more than were granted are as many as were granted.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the consumer.
        Raises: ValueError when `used` is negative, or when this grant is dead.
        """
        size = int(used)
        own = ptr32(int(row))
        p = ptr32(own[_QUEUE])
        w = ptr32(own[_WINDOW])
        if own[_WIDE]:
            p = ptr32(own[_QUEUE] | own[_QUEUE_ABOVE] << 32)
            w = ptr32(own[_WINDOW] | own[_WINDOW_ABOVE] << 32)
        if (p[_READS] & 3 | p[_USE] << 2) ^ own[_TURN]:
            from heapless_py._refuse import refuse_dead

            refuse_dead("release", grant)
        if size < 0:
            from heapless_py._refuse import refuse_negative

            refuse_negative("release", size)
        if size > p[_RUN]:
            size = p[_RUN]
        w[1] = 0  # the view of a dead grant is empty
        if p[_SECOND]:
            p[_SECOND] = 0
            w = ptr32(grant.second)
            w[1] = 0
        p[_READS] += 1
        write = p[_WRITE]
        last = p[_LAST]  # after write, as in read
        read = p[_READ]
        if (write ^ read) & 1 and size >= last - (read >> 1):
            # All that was before the wrap, and what is left of `used` after it.
            size -= last - (read >> 1)
            read = write & 1
        p[_READ] = read + (size << 1)  # published: the bytes are the producer's from here on

    return release


def frame_releaser(row, grant):
    """`release` of a frame; the arguments are as in `committer`."""

    @micropython.viper
    def release():
        """Give the frame's memory back to the producer. This grant is dead then.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the consumer.
        Raises: ValueError when this grant is dead.
        """
        own = ptr32(int(row))
        p = ptr32(own[_QUEUE])
        w = ptr32(own[_WINDOW])
        if own[_WIDE]:
            p = ptr32(own[_QUEUE] | own[_QUEUE_ABOVE] << 32)
            w = ptr32(own[_WINDOW] | own[_WINDOW_ABOVE] << 32)
        if (p[_READS] & 3 | p[_USE] << 2) ^ own[_TURN]:
            from heapless_py._refuse import refuse_dead

            refuse_dead("release", grant)
        w[1] = 0
        p[_READS] += 1
        # A frame does not wrap. When it was the last before the wrap, `read` finds that.
        p[_READ] += p[_RUN] << 1  # published: the bytes are the producer's from here on

    return release


@micropython.viper
def release_later(image, turn: int, used: int):
    """What leaving the `with` block of the read grant of `turn` releases."""
    used = int(used)
    p = ptr32(image)
    if (p[_READS] & 3 | p[_USE] << 2) != turn:
        from heapless_py._refuse import refuse_dead

        refuse_dead("release_on_exit", None)
    if used < 0:
        from heapless_py._refuse import refuse_negative

        refuse_negative("release", used)
    p[_RELEASE] = used


@micropython.viper
def to_release(image, turn: int) -> int:
    """Bytes that leaving the `with` block releases; -1 for dead grants."""
    p = ptr32(image)
    if (p[_READS] & 3 | p[_USE] << 2) != turn:
        return -1
    return p[_RELEASE]


@micropython.viper
def drop_read(image, window):
    """End the live read grant of a frame without a release."""
    p = ptr32(image)
    p[_READS] += 1
    aim(window, 0, 0)


@micropython.viper
def add_second_run(image, second):
    """Add to the live read grant what waits after the wrap, if it goes up to the wrap."""
    p = ptr32(image)
    write = p[_WRITE]
    last = p[_LAST]
    read = p[_READ]
    if (write ^ read) & 1 and p[_RUN] == last - (read >> 1):
        p[_SECOND] = write >> 1
        p[_RUN] += write >> 1
        aim(second, _BYTES, write >> 1)


@micropython.viper
def read_frame_into(image: ptr32, buffer) -> int:
    """Copy the next frame to the begin of `buffer`, release it; its length, or -1 when empty.

    `image` is the `image` of a frames' consumer; else as in `write_frame`.
    buffer: a bytearray, a memoryview, an array of integers.

    ISR-safe: yes.
    Complexity: O(length); by words when `buffer` begins at a multiple of 4.
    Called by: the consumer.
    Raises: IndexError when the frame is longer than `buffer`: it waits on. ValueError when a read
        grant is live, when the queue is not split into ends for frames, or when a frame's header
        cannot be true. TypeError when `image` is no BBQueue's, or when `buffer` is not writable
        and bytes are to come.
    """
    p = ptr32(image)
    if p[_KIND] != _BIP:
        from heapless_py._refuse import refuse_bip

        refuse_bip()
    if p[_USE] != _FRAMED or p[_READS] & 1:
        from heapless_py._refuse import refuse_end

        refuse_end("read grant", _FRAMED, p[_USE])
    # The same steps as in reader.
    write = p[_WRITE]
    last = p[_LAST]
    read = p[_READ]
    if write == read:
        return -1
    run = (write - read) >> 1
    if (write ^ read) & 1:
        run = last - (read >> 1)
        if run == 0:
            read = write & 1
            run = write >> 1
    target = ptr8(buffer)
    image = ptr32(int(p) + (_BYTES + (read >> 1)))  # from here on the place in it
    size = image[0]
    if size < 0 or size > run - _HEADER:
        from heapless_py._refuse import refuse_frame

        refuse_frame(size, run - _HEADER)
    if size:
        buffer[size - 1] = buffer[size - 1]  # raises if it is not there, or may not be written
    length = size
    image = ptr32(int(image) + _HEADER)
    if int(target) & 3 == 0:
        while size >= 32:
            ptr32(target)[0] = image[0]
            ptr32(target)[1] = image[1]
            ptr32(target)[2] = image[2]
            ptr32(target)[3] = image[3]
            ptr32(target)[4] = image[4]
            ptr32(target)[5] = image[5]
            ptr32(target)[6] = image[6]
            ptr32(target)[7] = image[7]
            image = ptr32(int(image) + 32)
            target = ptr8(int(target) + 32)
            size -= 32
        while size >= 4:
            ptr32(target)[0] = image[0]
            image = ptr32(int(image) + 4)
            target = ptr8(int(target) + 4)
            size -= 4
    while size > 0:
        size -= 1
        target[size] = ptr8(image)[size]
    p[_READ] = read + ((_HEADER + (length + 3 & -4)) << 1)  # published: released to the producer
    return length


def frame_reader(image, read):
    """`read_frame_into` of a frames' consumer, where a buffer is asked about.

    `read` is the function above.
    """
    seen = image  # the buffer that was read into last, found to be memory: it is not asked again

    @micropython.viper
    def read_frame_into(buffer):
        """Copy the next frame to the begin of `buffer`, release it; its length, None when empty.

        buffer: a bytearray, a memoryview of bytes, an array of integers; as long as the frame at
            least. It is kept alive until another one is read into.

        ISR-safe: yes.
        Complexity: O(length); by words when `buffer` begins at a multiple of 4.
        Called by: the consumer.
        Raises: IndexError when the frame is longer than `buffer`: it waits on. ValueError when a
            read grant is live, when the queue is not split into ends for frames, or when a frame's
            header cannot be true. TypeError when `buffer` is not as above.
        """
        nonlocal seen
        if buffer is seen:
            pass
        else:
            check_target_or_array(buffer)
            seen = buffer
        length = read(image, buffer)
        if int(length) < 0:
            return None
        return length

    return read_frame_into


def quick_frame_reader(known):
    """`read_frame_into` of a frames' consumer, where a buffer's length can be seen from here.

    `known` has one more word, for the variable that is returned.
    """
    address = known.address
    refuse = refuser(check_target_or_array, known)
    given = known  # from then on the buffer of the last call
    length = object()  # and then what is returned, made by storing its word: else it takes a call

    @micropython.viper
    def read_frame_into(buffer):
        """Copy the next frame to the begin of `buffer`, release it; its length, None when empty.

        buffer: a bytearray, a memoryview of bytes, an array of integers; as long as the frame at
            least. It is kept alive until another one is read into.

        ISR-safe: yes.
        Complexity: O(length); by words when `buffer` begins at a multiple of 4.
        Called by: the consumer.
        Raises: IndexError when the frame is longer than `buffer`: it waits on. ValueError when a
            read grant is live, when the queue is not split into ends for frames, or when a frame's
            header cannot be true. TypeError when `buffer` is not as above.
        """
        nonlocal given, length
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
        if kind != known[_BYTEARRAY] and kind != known[_ARRAY]:
            refuse(buffer)
        if p[_USE] != _FRAMED or p[_READS] & 1:
            from heapless_py._refuse import refuse_end

            refuse_end("read grant", _FRAMED, p[_USE])
        # The same steps as in the function `read_frame_into`.
        write = p[_WRITE]
        last = p[_LAST]  # after write, or it may be that of the lap before
        read = p[_READ]
        if write == read:
            return None
        run = (write - read) >> 1
        if (write ^ read) & 1:
            run = last - (read >> 1)
            if run == 0:
                read = write & 1
                run = write >> 1
        place = ptr32(int(p) + (_BYTES + (read >> 1)))
        size = place[0]
        if size < 0 or size > run - _HEADER:
            from heapless_py._refuse import refuse_frame

            refuse_frame(size, run - _HEADER)
        if size > words[_LENGTH]:
            from heapless_py._refuse import refuse_short

            refuse_short(size, buffer)
        ptr32(known[_TAKEN])[0] = size << 1 | 1
        read += (_HEADER + (size + 3 & -4)) << 1
        place = ptr32(int(place) + _HEADER)
        if int(target) & 3 == 0:
            while size >= 32:
                ptr32(target)[0] = place[0]
                ptr32(target)[1] = place[1]
                ptr32(target)[2] = place[2]
                ptr32(target)[3] = place[3]
                ptr32(target)[4] = place[4]
                ptr32(target)[5] = place[5]
                ptr32(target)[6] = place[6]
                ptr32(target)[7] = place[7]
                place = ptr32(int(place) + 32)
                target = ptr8(int(target) + 32)
                size -= 32
            while size >= 4:
                ptr32(target)[0] = place[0]
                place = ptr32(int(place) + 4)
                target = ptr8(int(target) + 4)
                size -= 4
        while size > 0:
            size -= 1
            target[size] = ptr8(place)[size]
        p[_READ] = read  # published: released to the producer
        return length

    known.find(read_frame_into)
    known.find(read_frame_into, length, _TAKEN)
    return read_frame_into


@micropython.viper
def largest_grant(image, n: int) -> int:
    """Bytes that `grant_max(n)` of a stream's producer grants."""
    n = int(n)
    p = ptr32(image)
    if p[_USE] != _STREAM or p[_GRANTS] & 1:
        from heapless_py._refuse import refuse_end

        refuse_end("grant", _STREAM, p[_USE])
    if n < 0:
        from heapless_py._refuse import refuse_grant

        refuse_grant(n, p[_CAPACITY], False)
    room = int(room_behind(image))
    if n > room and (room == 0 or p[_WRITE] == p[_READ]):
        room = int(room_at_zero(image))
    return n if n < room else room


@micropython.viper
def room_behind(image) -> int:
    """Free bytes in one piece at `write`. Called by the producer."""
    p = ptr32(image)
    write = p[_WRITE]
    read = p[_READ]
    if (write ^ read) & 1 and read >> 1 != p[_LAST]:
        return (read >> 1) - (write >> 1)
    return p[_CAPACITY] - (write >> 1)


@micropython.viper
def room_at_zero(image) -> int:
    """Free bytes in one piece from 0 on, for a write that wraps. Called by the producer."""
    p = ptr32(image)
    write = p[_WRITE]
    read = p[_READ]
    if write == read:
        return p[_CAPACITY]
    if (write ^ read) & 1:
        return 0
    return read >> 1


@micropython.viper
def waiting(image) -> int:
    """Bytes that wait to be read. Called by either side."""
    p = ptr32(image)
    write = p[_WRITE]
    last = p[_LAST]  # after write, as in read
    read = p[_READ]
    if (write ^ read) & 1:
        return last - (read >> 1) + (write >> 1)
    return (write - read) >> 1


@micropython.viper
def frames_waiting(image) -> int:
    """Frames that wait to be read, counted one by one. Called by either side."""
    p = ptr32(image)
    write = p[_WRITE]
    last = p[_LAST]  # after write, as in read
    read = p[_READ]
    at = read >> 1
    end = write >> 1
    before_wrap = (write ^ read) & 1
    if before_wrap:
        end = last
    frames = 0
    while at < end or before_wrap:
        if at == end:
            before_wrap = 0
            at = 0
            end = write >> 1
        else:
            size = p[(_BYTES + at) >> 2]
            if size < 0 or size > end - at - _HEADER:
                return frames  # what follows cannot be told: `read` will say so
            at += _HEADER + (size + 3 & -4)
            frames += 1
    return frames


@micropython.viper
def is_empty(image) -> bool:
    """Whether nothing waits to be read. Called by either side."""
    p = ptr32(image)
    return p[_WRITE] == p[_READ]


@micropython.viper
def write_bytes(image, source, size: int) -> int:
    """Write to a stream of the `size` bytes at `source` as many as fit, around the wrap too."""
    p = ptr32(image)
    if p[_USE] != _STREAM or p[_GRANTS] & 1:
        from heapless_py._refuse import refuse_end

        refuse_end("grant", _STREAM, p[_USE])
    write = p[_WRITE]
    read = p[_READ]
    first = int(room_behind(image))
    second = 0
    if (write ^ read) & 1 == 0:
        second = read >> 1
    if first > size:
        first = size
    if second > size - first:
        second = size - first
    copy(image, source, first, _BYTES + (write >> 1), 0)
    if second:
        copy(image, source, second, _BYTES, first)
        p[_LAST] = (write >> 1) + first
        write = second << 1 | (write & 1 ^ 1)
    else:
        write += first << 1
    p[_WRITE] = write  # published: the bytes are the consumer's from here on
    return first + second


@micropython.viper
def read_bytes(image, target, size: int) -> int:
    """Read from a stream as many bytes as wait and go into the `size` of `target`.

    -1 when none wait, unless `size` is 0.
    """
    p = ptr32(image)
    if p[_USE] != _STREAM or p[_READS] & 1:
        from heapless_py._refuse import refuse_end

        refuse_end("read grant", _STREAM, p[_USE])
    write = p[_WRITE]
    last = p[_LAST]  # after write, as in read
    read = p[_READ]
    if write == read and size:
        return -1
    first = (write - read) >> 1
    second = 0
    if (write ^ read) & 1:
        first = last - (read >> 1)
        second = write >> 1
    if first > size:
        first = size
        second = 0
    if second > size - first:
        second = size - first
    copy(target, image, first, 0, _BYTES + (read >> 1))
    if second:
        copy(target, image, second, first, _BYTES)
        read = second << 1 | (write & 1)
    else:
        read += first << 1
    p[_READ] = read  # published: the bytes are the producer's from here on
    return first + second


def stream_reader(image, length, read):
    """`readinto` of a stream's consumer; `length` is Python's len, `read` the function above."""
    seen = image

    @micropython.viper
    def readinto(buffer):
        """Read into `buffer` as many bytes as wait and fit; return how many, None if none wait.

        buffer: a bytearray or a memoryview of one. It is kept alive until another one is read
            into.

        ISR-safe: yes.
        Complexity: O(bytes moved).
        Called by: the consumer.
        Raises: TypeError when `buffer` is no writable bytes; ValueError when a read grant is live,
            or when the queue is not split into ends of this kind.
        """
        nonlocal seen
        if buffer is seen:
            pass
        else:
            check_target(buffer)
            seen = buffer
        count = read(image, buffer, length(buffer))
        if int(count) < 0:
            return None
        return count

    return readinto


@micropython.viper
def clear(image, use: int):
    """Drop what waits to be read. Called by the consumer of a queue in this use."""
    p = ptr32(image)
    if p[_USE] != use or p[_READS] & 1:
        from heapless_py._refuse import refuse_end

        refuse_end("read grant", use, p[_USE])
    p[_READ] = p[_WRITE]


@micropython.viper
def room(image) -> int:
    """Free bytes of a stream, in one piece or two. Called by the producer."""
    p = ptr32(image)
    write = p[_WRITE]
    read = p[_READ]
    free = int(room_behind(image))
    if (write ^ read) & 1 == 0:
        free += read >> 1
    return free


def max_frame(room):
    """The longest payload of a frame in so many bytes; negative when there is none."""
    return (room & -4) - _HEADER


def image_size(capacity):
    return whole_words(_BYTES + capacity)


def check_bytes(capacity):
    """Raise unless a queue may have a capacity of so many bytes."""
    check_capacity(capacity, _LARGEST - _BYTES - 3)


def new_queue_image(capacity, buffer):
    """The image of an empty queue."""
    check_bytes(capacity)
    image = new_image(image_size(capacity), buffer)
    words = integers(image, 0, "I", _WORDS)
    words[_KIND] = KIND
    words[_CAPACITY] = capacity
    return image


@micropython.viper
def begin_anew(image):
    """Let an empty queue begin at 0 again. Called by who has both sides."""
    p = ptr32(image)
    p[_WRITE] = 0
    p[_LAST] = 0
    p[_READ] = 0


@micropython.viper
def has_grant(image) -> bool:
    p = ptr32(image)
    return (p[_GRANTS] | p[_READS]) & 1 != 0


def _runs(image):
    """(begin, end) in the image of each run that waits."""
    words = integers(image, 0, "i", _WORDS)
    write, last, read = words[_WRITE], words[_LAST], words[_READ]
    if (write ^ read) & 1:
        return (_BYTES + (read >> 1), _BYTES + last), (_BYTES, _BYTES + (write >> 1))
    return ((_BYTES + (read >> 1), _BYTES + (write >> 1)),)


def each_byte(image):
    """Iterate over the bytes that wait."""
    for begin, end in _runs(image):
        for at in range(begin, end):
            yield image[at]


def each_frame(image):
    """Iterate over the payloads that wait, each as bytes."""
    for at, end in _runs(image):
        while at < end:
            (size,) = unpack_from("<i", image, at)
            at += _HEADER
            if not 0 <= size <= end - at:
                from heapless_py._refuse import refuse_frame

                refuse_frame(size, end - at)
            yield bytes(image[at : at + size])
            at += (size + 3) & -4


def check(image, capacity):
    """Assert every invariant of the image."""
    words = [integers(image, 0, "i", _WORDS)[i] for i in range(_WORDS)]
    write, last, read = words[_WRITE], words[_LAST], words[_READ]
    assert words[_KIND] == KIND, words
    assert words[_CAPACITY] == capacity, words
    assert words[_USE] & ~RELEASED in (0, STREAM, FRAMED), words
    assert 0 <= write >> 1 <= capacity, words
    assert 0 <= read >> 1 <= capacity, words
    assert 0 <= last <= capacity, words
    if (write ^ read) & 1:
        assert read >> 1 <= last, words
        # The producer does not overtake the consumer, unless that is to follow it to 0.
        assert write >> 1 <= read >> 1 or read >> 1 == last, words
        assert write >> 1, words
    else:
        assert read <= write, words
    if words[_GRANTS] & 1:
        framing = _HEADER if words[_USE] & ~RELEASED == FRAMED else 0
        begin = words[_START]
        assert begin in (write >> 1, 0), words
        assert 0 <= words[_COMMIT] <= words[_GRANTED] + 1, words
        assert begin + framing + words[_GRANTED] <= capacity, words
    if words[_READS] & 1:
        assert words[_RUN] > 0, words
        assert 0 <= words[_SECOND] <= words[_RUN], words
    if words[_USE] & ~RELEASED == FRAMED:
        assert (write >> 1) % 4 == (read >> 1) % 4 == last % 4 == 0, words
    assert len(image) == image_size(capacity), len(image)
