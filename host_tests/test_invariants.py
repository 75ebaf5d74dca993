"""The image of each container: what it begins with, how large it may be, and what damages it."""

import struct
from collections.abc import Callable
from typing import Any

import pytest

from heapless_py import BBQueue, Deque, HistoryBuf, RingBuffer, SpscQueue, String, Vec

Container = Any  # of any kind
Words = dict[int, int]  # the number of a word -> what it is


def spsc_queue() -> Container:
    return SpscQueue(3, "h")


def vec() -> Container:
    return Vec.from_iterable(3, "h", [7])


def deque() -> Container:
    return Deque.from_iterable(3, "h", [7])


def history_buf() -> Container:
    return HistoryBuf(3, "h")


def full_history_buf() -> Container:
    return HistoryBuf.from_iterable(3, "h", [7, 8, 9])


def ring_buffer() -> Container:
    return RingBuffer(3)


def string() -> Container:
    return String(4, "aé")


def bbqueue() -> Container:
    return BBQueue(8)


def stream() -> Container:
    queue = BBQueue(8)
    queue.split()
    return queue


def frames() -> Container:
    queue = BBQueue(8)
    queue.split_framed()
    return queue


Make = Callable[[], Container]


def changed(make: Make, words: Words) -> Container:
    container = make()
    for word, value in words.items():
        struct.pack_into("<I", container.image, 4 * word, value % (1 << 32))
    return container


@pytest.mark.parametrize(
    ("make", "begin"),
    [
        (spsc_queue, (b"Q2", 4, 2, 1 << 15)),
        (vec, (b"VC", 3, 2, 1)),
        (deque, (b"DQ", 3, 2, 1)),
        (history_buf, (b"HB", 3, 2, 0)),
        (ring_buffer, (b"RB", 3, 0, 0)),
        (string, (b"ST", 4, 3, 0)),
        (bbqueue, (b"BB", 8, 0, 0)),
        (stream, (b"BB", 8, 1, 0)),
        (frames, (b"BB", 8, 2, 0)),
    ],
)
def test_an_image_begins_with_what_it_is(make: Make, begin: tuple[Any, ...]) -> None:
    assert struct.unpack_from("<2sxxIII", make().image) == begin


@pytest.mark.parametrize(
    ("make", "most"),
    [
        (lambda n: SpscQueue.size_of(n, "B"), 0x7FFFFFF - 32 - 1),
        (lambda n: SpscQueue.size_of(n, "I"), (0x7FFFFFF - 32) // 4 - 1),
        (lambda n: Vec(n, "B"), 0xFFFFFF - 16),
        (lambda n: Vec(n, "I"), (0xFFFFFF - 16) // 4),
        (lambda n: Deque(n, "B"), 0xFFFFFF - 20),
        (lambda n: HistoryBuf(n, "I"), (0xFFFFFF - 24) // 4),
        (RingBuffer.size_of, 0x3FFFFFFF),
        (lambda n: String(n), 0xFFFFFF - 16),
        (String.size_of, 0xFFFFFF - 16),
        (lambda n: Vec.size_of(n, "h"), (0xFFFFFF - 16) // 2),
        (BBQueue.size_of, 0xFFFFFF - 60 - 3),
    ],
)
def test_an_image_is_no_larger_than_a_board_can_point_into(
    make: Callable[[int], Any], most: int
) -> None:
    make(most)
    with pytest.raises(ValueError, match=f"capacity {most + 1} is outside of 1 to {most}$"):
        make(most + 1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (spsc_queue, {4: 3, 5: 3, 7: 1}),
        (vec, {3: 3}),
        (deque, {3: 3, 4: 2}),
        (full_history_buf, {4: 2}),
        (ring_buffer, {2: 4, 3: 4}),
        (ring_buffer, {2: 5, 3: 4}),
        (string, {2: 4}),
        (string, {3: 0xC3}),
        (string, {3: 0x82E2}),
        (string, {3: 0x9F98F0 & 0xFF | 0x989F00}),
        (bbqueue, {3: 16}),
        (bbqueue, {3: 8, 10: 8, 4: 8}),
        (stream, {3: 5, 4: 8, 10: 4}),  # a lap ahead, and close behind
        (stream, {3: 9, 4: 4, 10: 8}),  # after the consumer, which goes on at 0
        (stream, {3: 8, 5: 1, 6: 4, 7: 4}),  # a grant up to the end
        (stream, {3: 8, 5: 1, 6: 0, 7: 4, 8: 5}),
        (stream, {3: 8, 11: 1, 12: 1, 13: 1}),
        (frames, {3: 8, 5: 1, 6: 4, 7: 0}),
    ],
)
def test_a_sound_image_passes_its_check(make: Make, words: Words) -> None:
    changed(make, words)._check()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        *((make, {0: 0}) for make in (spsc_queue, vec, deque, ring_buffer, string, bbqueue)),
        *((make, {1: 2}) for make in (spsc_queue, vec, deque, ring_buffer, string, bbqueue)),
        *((make, {1: 9}) for make in (spsc_queue, vec, deque, ring_buffer, string, bbqueue)),
        *((make, {2: 1}) for make in (spsc_queue, vec, deque, history_buf)),
        *((make, {3: 4}) for make in (vec, deque, history_buf)),
        (spsc_queue, {3: 0}),
        (spsc_queue, {4: 4}),
        (spsc_queue, {5: 4}),
        (spsc_queue, {7: 2}),
        (deque, {4: 3}),
        (history_buf, {4: 1}),
        (full_history_buf, {4: 3}),
        (ring_buffer, {2: 6, 3: 6}),
        (ring_buffer, {2: 6}),
        (ring_buffer, {3: 6}),
        (ring_buffer, {2: -2, 3: -2}),
        (ring_buffer, {2: 4, 3: 7}),
        (ring_buffer, {2: 3}),  # more waits than there is room for
        (ring_buffer, {3: 2}),  # less than nothing waits
        (string, {2: 5}),
        (string, {2: 2}),  # half a character
        (string, {3: 0x41}),  # a whole one is not kept
        (string, {3: 0xA9C3}),
        (string, {3: 0x80}),
        (bbqueue, {2: 3}),
        (bbqueue, {3: 18}),
        (bbqueue, {3: -2}),
        (bbqueue, {10: 18, 3: 18}),
        (bbqueue, {10: -2}),
        (bbqueue, {4: 9}),
        (bbqueue, {4: -1}),
        (bbqueue, {10: 2}),  # the consumer is ahead
        (stream, {3: 5, 4: 2, 10: 6}),  # it waits behind the end
        (stream, {3: 7, 4: 8, 10: 4}),  # the producer is ahead of the lap
        (stream, {3: 1, 4: 8, 10: 4}),
        (stream, {3: 8, 5: 1, 6: 3, 7: 1}),
        (stream, {3: 8, 5: 1, 6: 4, 7: 5}),
        (stream, {3: 8, 5: 1, 6: 0, 7: 4, 8: 6}),
        (stream, {3: 8, 5: 1, 6: 0, 7: 4, 8: -1}),
        (stream, {3: 8, 11: 1, 12: 0}),
        (stream, {3: 8, 11: 1, 12: 1, 13: 2}),
        (stream, {3: 8, 11: 1, 12: 1, 13: -1}),
        (frames, {3: 8, 5: 1, 6: 4, 7: 1}),
        (frames, {3: 4}),
        (frames, {4: 2}),
        (frames, {10: 4, 3: 8}),
    ],
)
def test_a_damaged_image_fails_its_check(make: Make, words: Words) -> None:
    with pytest.raises(AssertionError):
        changed(make, words)._check()


@pytest.mark.parametrize("make", [spsc_queue, vec, deque, history_buf, string, bbqueue])
def test_an_image_of_another_size_fails_its_check(make: Make) -> None:
    container = make()
    container.image = container.image[:-4]
    with pytest.raises(AssertionError):
        container._check()
