"""Frames that a hard interrupt writes to a BBQueue while the program reads them.

PIO raises the interrupts. Each builds a frame in the queue's memory: its sequence number, a length
that looks random, a payload and a checksum over all of it. When there is no room it tries that
frame again at the next interrupt, so that none may be lost. The program verifies each frame, makes
garbage, and has it collected now and then, which keeps it away for many interrupts.
"""

import gc
import json
import time
from array import array
from struct import pack_into

import micropython
from micropython import const
from on_board.pio_interrupt import PioInterrupt

from heapless_py import BBQueue, bbqueue

_CAPACITY = 400  # bytes: some ten frames, so that it is full after a collection
_HEADER = const(8)  # bytes of a frame before its payload: "<IHH", number, size, checksum
_LONGEST = const(60)  # bytes of payload
_EVENTS = 1 << 29  # more than any run takes
_COLLECT_EVERY = 1000  # frames
_KEPT = 16  # copies of frames, which are garbage when the next ones replace them
_SECONDS = 5  # a run that takes longer has lost its interrupts, or has too many
_NOTHING = None  # to compare with in viper, which does not know None

# What each side knows, in an array of integers of its own.
_NUMBER = const(0)  # the sequence number of its next frame: so many are done
_LENGTH = const(1)  # of its next frame, with the header
_RANDOM = const(2)
_WANTED = const(3)  # the interrupt: how many it is to write
_REFUSED = const(4)  # the interrupt: how often there was no room
_LATE = const(5)  # the interrupt: the address of a byte that is wrong as yet, 0 for none
_BYTES = const(6)  # the program: what it has read
_WRONG = const(7)  # the program: frames that were not what they should be
_WORDS = 8

_MIX = const(0x2A5A5A5A)  # makes a payload of its own checksum


def begin(wanted):
    """What a side knows at first, when so many frames are to come."""
    state = array("i", bytes(4 * _WORDS))
    state[_NUMBER] = -1
    state[_RANDOM] = 2040
    state[_WANTED] = wanted
    advance(state)
    return state


def wrong(state):
    """How many of the verified frames were wrong."""
    return state[_WRONG]


@micropython.viper
def advance(state):
    """Go on to the next frame: its number, and its length, of 0 to 60 bytes beside the header."""
    words = ptr32(state)
    words[_NUMBER] += 1
    random = words[_RANDOM] * 1664525 + 1013904223 & 0x3FFFFFFF
    words[_RANDOM] = random
    words[_LENGTH] = _HEADER + ((random >> 15) * (_LONGEST + 1) >> 15)


@micropython.viper
def fill(frame: ptr32, size: int, value: int) -> int:
    """Write the payload of the frame of number `value`; return the checksum."""
    # The first three names of a viper function live in registers: the loops use no others.
    value = value * 69069 + size
    while size >= 4:
        frame[2] = value ^ _MIX
        value = value * 29 + (value ^ _MIX)
        frame = ptr32(int(frame) + 4)
        size -= 4
    while size > 0:
        ptr8(frame)[8] = value
        value = value * 29 + (value & 0xFF)
        frame = ptr32(int(frame) + 1)
        size -= 1
    return (value >> 16 ^ value) & 0xFFFF


@micropython.viper
def verify(frame: ptr32, size: int, value: int, state) -> int:
    """Count this frame of so many bytes; return the number that the next one has to have.

    `value` is the number that this one has to have. It is wrong if its number, its length, or its
    checksum over what lies there is another.
    """
    words = ptr32(state)
    words[_BYTES] += size
    other = size != words[_LENGTH] or frame[0] != value
    size -= _HEADER
    if other or ptr16(frame)[2] != size:
        words[_WRONG] += 1
        while words[_NUMBER] < frame[0] and words[_NUMBER] + 1 < words[_WANTED]:
            advance(state)  # those between were lost
        advance(state)
        return words[_NUMBER]
    right = int(ptr16(frame)[3])
    value = value * 69069 + size
    while size >= 4:
        value = value * 29 + frame[2]
        frame = ptr32(int(frame) + 4)
        size -= 4
    while size > 0:
        value = value * 29 + ptr8(frame)[8]
        frame = ptr32(int(frame) + 1)
        size -= 1
    if (value >> 16 ^ value) & 0xFFFF != right:
        words[_WRONG] += 1
    advance(state)
    return words[_NUMBER]


# Ways to write, as handlers of an interrupt.


def by_grant(producer, state):
    """In viper: `grant`, `pack_into`, `commit`."""

    @micropython.viper
    def handler(pio):
        words = ptr32(state)
        if words[_NUMBER] == words[_WANTED]:
            return
        length = words[_LENGTH]
        grant = producer.grant(length)
        if grant is _NOTHING:
            words[_REFUSED] += 1
            return
        view = grant.view
        size = length - _HEADER
        number = words[_NUMBER]
        pack_into("<IHH", view, 0, number, size, int(fill(view, size, number)))
        grant.commit(length)
        advance(state)

    return handler


def by_with_block(producer, state):
    """In bytecode: a `with` block, granted the longest, which commits what is needed."""

    def handler(pio):
        number = state[_NUMBER]
        if number == state[_WANTED]:
            return
        grant = producer.grant(_HEADER + _LONGEST)
        if grant is None:
            state[_REFUSED] += 1
            return
        with grant:
            view = grant.view
            size = state[_LENGTH] - _HEADER
            pack_into("<IHH", view, 0, number, size, fill(view, size, number))
            grant.commit_on_exit(_HEADER + size)
        advance(state)

    return handler


def by_write_frame(producer, state):
    """In viper: the method `write_frame`, from a buffer."""
    views = _views()

    @micropython.viper
    def handler(pio):
        words = ptr32(state)
        if words[_NUMBER] == words[_WANTED]:
            return
        length = words[_LENGTH]
        view = views[length]
        size = length - _HEADER
        number = words[_NUMBER]
        pack_into("<IHH", view, 0, number, size, int(fill(view, size, number)))
        if producer.write_frame(view):
            advance(state)
        else:
            words[_REFUSED] += 1

    return handler


def by_write_function(producer, state):
    """In viper: the function `write_frame`, from a buffer."""
    image = producer.image
    buffer = bytearray(_HEADER + _LONGEST)

    @micropython.viper
    def handler(pio):
        words = ptr32(state)
        if words[_NUMBER] == words[_WANTED]:
            return
        length = words[_LENGTH]
        size = length - _HEADER
        number = words[_NUMBER]
        pack_into("<IHH", buffer, 0, number, size, int(fill(buffer, size, number)))
        if bbqueue.write_frame(image, buffer, length):
            advance(state)
        else:
            words[_REFUSED] += 1

    return handler


# Ways to write that are wrong.


def torn(producer, state):
    """The last byte of a frame is written at the next interrupt, after the commit."""

    @micropython.viper
    def handler(pio):
        words = ptr32(state)
        if words[_LATE]:
            last = ptr8(words[_LATE])
            last[0] = last[0] ^ 0x55
            words[_LATE] = 0
        if words[_NUMBER] == words[_WANTED]:
            return
        length = words[_LENGTH]
        grant = producer.grant(length)
        if grant is _NOTHING:
            words[_REFUSED] += 1
            return
        view = grant.view
        size = length - _HEADER
        number = words[_NUMBER]
        pack_into("<IHH", view, 0, number, size, int(fill(view, size, number)))
        last = ptr8(int(ptr8(view)) + length - 1)
        last[0] = last[0] ^ 0x55
        words[_LATE] = int(last)
        grant.commit(length)
        advance(state)

    return handler


def wrong_checksum(producer, state):
    """The checksum is wrong by one bit."""

    @micropython.viper
    def handler(pio):
        words = ptr32(state)
        if words[_NUMBER] == words[_WANTED]:
            return
        length = words[_LENGTH]
        grant = producer.grant(length)
        if grant is _NOTHING:
            words[_REFUSED] += 1
            return
        view = grant.view
        size = length - _HEADER
        number = words[_NUMBER]
        pack_into("<IHH", view, 0, number, size, int(fill(view, size, number)) ^ 0x80)
        grant.commit(length)
        advance(state)

    return handler


def lossy(producer, state):
    """A frame for which there was no room is not tried again."""

    @micropython.viper
    def handler(pio):
        words = ptr32(state)
        if words[_NUMBER] == words[_WANTED]:
            return
        length = words[_LENGTH]
        grant = producer.grant(length)
        if grant is _NOTHING:
            words[_REFUSED] += 1
            advance(state)
            return
        view = grant.view
        size = length - _HEADER
        number = words[_NUMBER]
        pack_into("<IHH", view, 0, number, size, int(fill(view, size, number)))
        grant.commit(length)
        advance(state)

    return handler


# Ways to read, as generators: of views of the frames, and None when there is none.


@micropython.native
def by_read(consumer):
    read = consumer.read
    while True:
        frame = read()
        if frame is None:
            yield None
        else:
            yield frame.view
            frame.release()


@micropython.native
def by_iteration(consumer):
    while True:
        for frame in consumer:
            yield frame.view
        yield None


@micropython.native
def in_with_block(consumer):
    while True:
        frame = consumer.read()
        if frame is None:
            yield None
        else:
            with frame:
                frame.release_on_exit()
                yield frame.view


@micropython.native
def by_read_frame_into(consumer):
    views = _views()
    buffer = views[-1]
    read = consumer.read_frame_into
    while True:
        length = read(buffer)
        yield None if length is None else views[length]


@micropython.native
def by_read_function(consumer):
    views = _views()
    buffer = views[-1]
    read = bbqueue.read_frame_into
    image = consumer.image
    while True:
        length = read(image, buffer)
        yield None if length < 0 else views[length]


def _views():
    """Views of one buffer, of each length up to that of the longest frame."""
    buffer = memoryview(bytearray(_HEADER + _LONGEST))
    return [buffer[:length] for length in range(len(buffer) + 1)]


def run(write, read, frames, period_cycles):
    """Send so many frames; return what came of them."""
    producer, consumer = BBQueue(_CAPACITY).split_framed()
    sent = begin(frames)
    got = begin(frames)
    source = PioInterrupt(write(producer, sent), period_cycles)
    gc.collect()
    began = time.ticks_ms()
    source.start(_EVENTS)
    try:
        received, collections, during = _receive(read(consumer), sent, got)
    finally:
        source.stop()
    return {
        "write": write.__name__,
        "read": read.__name__,
        "frames": frames,
        "bytes": got[_BYTES],
        "lost": frames - received,
        "wrong": wrong(got),
        "refused": sent[_REFUSED],
        "collections": collections,
        "interrupts_during_collections": during,
        "period_cycles": source.period_cycles,
        "milliseconds": time.ticks_diff(time.ticks_ms(), began),
    }


@micropython.native
def _receive(views, sent, got):
    """Verify what comes until there is no more: how many frames, collections, and so on."""
    number = received = collections = during = 0
    kept = [None] * _KEPT
    deadline = time.ticks_add(time.ticks_ms(), 1000 * _SECONDS)
    finished = False
    for view in views:
        if view is None:
            if finished:
                break
            # Looked at while the queue is empty: what came before the end is taken after it.
            finished = sent[_NUMBER] == sent[_WANTED]
            _check_time(deadline, sent, received)
            continue
        received += 1
        if received & 7 == 0:
            _check_time(deadline, sent, received)
            kept[received // 8 % _KEPT] = view = bytes(view)
        if received % _COLLECT_EVERY == 0:
            # With a frame in hand, whose bytes are looked at afterwards.
            before = sent[_NUMBER] + sent[_REFUSED]
            gc.collect()
            during += sent[_NUMBER] + sent[_REFUSED] - before
            collections += 1
        number = verify(view, len(view), number, got)
    return received, collections, during


def _check_time(deadline, sent, received):
    if time.ticks_diff(deadline, time.ticks_ms()) < 0:
        raise OSError(f"{sent[_NUMBER]} frames written and {received} read in {_SECONDS} s")


def frames():
    """Yield what came of 20,000 frames, written and read in various ways."""
    # The periods leave a handler half of the time at most: else the program would get none.
    yield run(by_grant, by_read, 9000, 20000)
    yield run(by_grant, by_iteration, 500, 30000)
    yield run(by_with_block, in_with_block, 300, 60000)
    yield run(by_write_frame, by_read_frame_into, 500, 30000)
    yield run(by_write_function, by_read_function, 10000, 17000)


def counter_runs():
    """The same of handlers that do it wrong: a check that finds nothing here is broken."""
    yield run(torn, by_read, 300, 40000)
    yield run(wrong_checksum, by_read, 300, 40000)
    yield run(lossy, by_read, 1200, 18000)  # with a collection, so that there is no room


def report(what, outcomes):
    """Print a line of JSON for each, as soon as it is there."""
    for outcome in outcomes:
        print(json.dumps([what, outcome]))
