"""What only saves a board time: copies go by words where they may, limits are small integers.

On CPython that changes nothing that a program could see, so the stores are counted here.
"""

import struct
from typing import Any

import pytest

from heapless_py import BBQueue, RingBuffer, Vec, _port, bbqueue, ring_buffer
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
def test_bytes_go_out_of_a_ring_by_words_by_the_method(stores: list[Any], position: int) -> None:
    for length in LENGTHS:
        ring = RingBuffer(299)
        ring.write(bytes(position))
        ring.read()
        data, target = bytes(range(length)), bytearray(length)
        ring.write(data)
        stores.clear()
        ring.readinto(target)
        expected = by_words_and_bytes(length) if position % 4 == 0 else by(1, length)
        assert widths(stores, target) == expected
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
