"""What only saves a board time: copies go by words where they may, limits are small integers.

On CPython that changes nothing that a program could see, so the stores are counted here.
"""

import random
import struct
from typing import Any

import pytest

from heapless_py import BBQueue, RingBuffer, SpscQueue, Vec, _port, bbqueue, ring_buffer
from heapless_py._format import limits, small_limits
from heapless_py._move import move

LENGTHS = (*range(70), 160, 255)  # two rounds of the loops that are unrolled, and many


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, int, int]]:
    """What is stored to: the memory, the byte in it, and the width."""
    made: list[tuple[object, int, int]] = []
    store = _port._Pointer.__setitem__

    def noted(pointer: Any, index: int, value: int) -> None:
        made.append((pointer.owner, pointer.offset + index * pointer._size, pointer._size))
        store(pointer, index, value)

    monkeypatch.setattr(_port._Pointer, "__setitem__", noted)
    return made


def widths(stores: list[tuple[object, int, int]], memory: object, begin: int = 0) -> list[int]:
    """Of the stores to this memory from there on, the widest first."""
    found = [size for owner, at, size in stores if owner is memory and at >= begin]
    stores.clear()
    return sorted(found, reverse=True)


def by(width: int, length: int) -> list[int]:
    """As many of this width as there are, and of the lesser ones the fewest."""
    rest = length % width
    return [width] * (length // width) + (by(width // 2, rest) if rest else [])


def by_words_and_bytes(length: int) -> list[int]:
    return [4] * (length // 4) + [1] * (length % 4)


@pytest.mark.parametrize("position", range(5))
def test_bytes_go_into_a_ring_and_out_by_words(stores: list[Any], position: int) -> None:
    for length in LENGTHS:
        ring = RingBuffer(299)
        ring.write(bytes(position))
        ring.read()
        data, target = bytes(range(length)), bytearray(length)
        expected = by_words_and_bytes(length) if position % 4 == 0 else by(1, length)
        stores.clear()
        ring_buffer.write(ring.image, data, length)
        assert widths(stores, ring.image, begin=16) == expected
        ring_buffer.readinto(ring.image, target, length)
        assert widths(stores, target) == expected
        assert target == data


@pytest.mark.parametrize("position", range(5))
def test_bytes_go_into_a_ring_and_out_by_the_methods(stores: list[Any], position: int) -> None:
    """By words, or where those would be bytes, by C's memmove if there are many."""
    for length in (*LENGTHS, 383, 384, 400):
        ring = RingBuffer(499)
        ring.write(bytes(position))
        ring.read()
        data, target = random.randbytes(length), bytearray(length)
        stores.clear()
        assert ring.write(data) == length
        if position % 4 == 0:
            expected = by_words_and_bytes(length) if length < 384 else []
        else:
            expected = by(1, length) if length < 32 else []
        assert widths(stores, ring.image, begin=16) == expected
        assert ring.drain_into(target) == length
        assert widths(stores, target) == expected
        assert target == data


@pytest.mark.parametrize("where", [0, 300, 498])
@pytest.mark.parametrize("form", [bytes, bytearray, memoryview])
def test_much_goes_around_the_end_of_a_ring(where: int, form: Any) -> None:
    """In two pieces, of which C moves either or both."""
    ring = RingBuffer(499)
    ring.write(bytes(where))
    ring.read()
    for length in (499, 200, 32, 31, 1):
        data = random.randbytes(length)
        assert ring.write(form(data)) == length
        assert ring.write(b"") == 0
        target = bytearray(length + 3)
        assert ring.drain_into(memoryview(target)[2:]) == length
        assert target == b"\0\0" + data + b"\0"


@pytest.mark.parametrize("form", ["B", "H", "i", "BH", "q"])
@pytest.mark.parametrize("position", range(5))
def test_elements_are_drained_by_words_or_halfwords(
    stores: list[Any], form: str, position: int
) -> None:
    size = struct.calcsize(f"<{form}")
    for length in (*range(20), 40):
        producer, consumer = SpscQueue(41, form).split()
        for _ in range(position):
            producer.try_enqueue_from(bytes(size))
        consumer.clear()
        data = random.randbytes(length * size)
        for begin in range(0, len(data), size):
            producer.try_enqueue_from(data[begin : begin + size])
        target = bytearray(len(data))
        stores.clear()
        assert consumer.drain_into(target) == length
        before_wrap = min(length, 42 - position) * size
        width = 4 if position * size % 4 == 0 else 2 if position * size % 2 == 0 else 1
        if before_wrap == len(data):
            assert widths(stores, target) == by(width, len(data))
        assert target == data


def test_frames_go_in_and_out_by_words(stores: list[Any]) -> None:
    payload = BBQueue.size_of(4)  # where it is in the image, behind four bytes of its length
    for length in LENGTHS:
        producer, consumer = BBQueue(299).split_framed()
        data, target = bytes(range(length)), bytearray(length)
        stores.clear()
        bbqueue.write_frame(producer.image, data, length)
        assert widths(stores, producer.image, payload) == by_words_and_bytes(length)
        bbqueue.read_frame_into(consumer.image, target)
        assert widths(stores, target) == by_words_and_bytes(length)
        assert target == data


def test_frames_go_in_and_out_by_words_by_the_methods(stores: list[Any]) -> None:
    payload = BBQueue.size_of(4)
    for length in LENGTHS:
        producer, consumer = BBQueue(299).split_framed()
        data, target = bytes(range(length)), bytearray(length)
        stores.clear()
        assert producer.write_frame(data)
        assert widths(stores, producer.image, payload) == by_words_and_bytes(length)
        assert consumer.read_frame_into(target) == length
        assert widths(stores, target) == by_words_and_bytes(length)
        assert target == data


@pytest.mark.parametrize("width", [4, 2, 1])
@pytest.mark.parametrize("distance", [-8, 8, 0])
def test_bytes_move_by_words_or_halfwords(stores: list[Any], distance: int, width: int) -> None:
    for length in LENGTHS:
        image = bytearray(i % 251 for i in range(300))
        source = 8 + width % 4
        moved = image[source : source + length]
        move(image, source + distance, source, length)
        assert widths(stores, image) == by(width, length)
        assert image[source + distance :][:length] == moved


@pytest.mark.parametrize("form", ["B", "H", "B2s", "i", "iH", "q", "iq", "5i"])
def test_elements_change_places_by_words(stores: list[Any], form: str) -> None:
    size = struct.calcsize(f"<{form}")
    for length in range(6):
        vec = Vec(5, form)
        data = bytes(range(1, length * size + 1))
        vec.extend_from(data)
        stores.clear()
        vec.reverse()
        each = by(4, size) if size % 4 == 0 else by(1, size)
        expected = sorted(each * 2 * (length // 2), reverse=True)
        assert widths(stores, vec.image, begin=16) == expected
        elements = [data[i * size :][:size] for i in range(length)]
        assert bytes(vec.view) == b"".join(reversed(elements))


@pytest.mark.parametrize("code", "bBhHiIlLqQ")
def test_integers_are_compared_with_what_no_board_has_on_its_heap(code: str) -> None:
    """What is beyond these limits is compared with the true ones, which takes a board longer."""
    low, high = limits(code)
    assert small_limits(code) == (max(low, -(1 << 30)), min(high, (1 << 30) - 1))
