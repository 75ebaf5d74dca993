"""Where a function cannot see the words of a variable or of a buffer, it asks: the same happens.

So it is on a MicroPython of 64 bits, or whose objects are not what `_port` has drawn.
"""

import itertools
import struct
from typing import Any

import pytest

from firmware.on_board import replay
from heapless_py import _bip, _stream, bbqueue, ring_buffer, spsc_queue
from host_tests.containers import CONTAINERS
from host_tests.same import generated

_SCRIPTS = 40


@pytest.mark.parametrize("container", ["SpscQueue", "BBQueue", "RingBuffer"])
def test_all_is_the_same_without_words_to_see(
    container: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for script in generated(CONTAINERS[container].script, _SCRIPTS):
        seen = [outcome for outcome, _, _ in replay.replay(script)]
        with monkeypatch.context() as patch:
            patch.setattr(spsc_queue, "Known", None)
            patch.setattr(bbqueue, "Known", None)
            patch.setattr(ring_buffer, "Mover", None)
            asked = [outcome for outcome, _, _ in replay.replay(script)]
        assert asked == seen


@pytest.mark.parametrize("sees_words", [True, False])
@pytest.mark.parametrize("fmt", ["B", "H", "i", "IB"])
def test_elements_are_drained_in_order_around_the_end(
    fmt: str, sees_words: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not sees_words:
        monkeypatch.setattr(spsc_queue, "Known", None)
    queue: Any = spsc_queue.SpscQueue(5, fmt)
    size = struct.calcsize("<" + fmt)
    numbers = itertools.count(1)
    waiting: list[Any] = []
    for count, room in itertools.product(range(6), range(7)):
        for number in itertools.islice(numbers, min(count, 5 - len(waiting))):
            element = (number, number) if fmt == "IB" else number
            queue.enqueue(element)
            waiting.append(element)
        buffer = bytearray(b"\xee" * (room * size))
        moved = queue.drain_into(buffer)
        assert moved == min(room, len(waiting))
        drained = list(struct.iter_unpack("<" + fmt, buffer[: moved * size]))
        assert drained == [it if fmt == "IB" else (it,) for it in waiting[:moved]]
        assert buffer[moved * size :] == b"\xee" * ((room - moved) * size)
        del waiting[:moved]


@pytest.mark.parametrize("sees_words", [True, False])
def test_an_empty_buffer_is_drained_into_and_read_into(
    sees_words: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not sees_words:
        monkeypatch.setattr(spsc_queue, "Known", None)
        monkeypatch.setattr(bbqueue, "Known", None)
    assert spsc_queue.SpscQueue(5, "H").drain_into(bytearray()) == 0
    producer, consumer = bbqueue.BBQueue(8).split_framed()
    producer.write_frame(b"")
    assert consumer.read_frame_into(bytearray()) == 0


def test_a_frame_is_asked_about_that_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(bbqueue, "Known", None)
    monkeypatch.setattr(_bip, "check_source", asked.append)
    producer, _ = bbqueue.BBQueue(64).split_framed()
    first, second = bytearray(2), bytearray(3)
    for buffer in (first, first, second, second, first):
        producer.write_frame(buffer)
    assert [id(buffer) for buffer in asked] == [id(first), id(second), id(first)]


@pytest.mark.parametrize(
    ("verb", "check"), [("write", "check_source"), ("drain_into", "check_target")]
)
def test_a_ring_asks_about_a_buffer_that_is_another_one(
    verb: str, check: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(ring_buffer, "Mover", None)
    monkeypatch.setattr(_stream, check, asked.append)
    move = getattr(ring_buffer.RingBuffer(8), verb)
    first, second = bytearray(2), bytearray(3)
    for buffer in (first, first, second, second, first):
        move(buffer)
    assert [id(buffer) for buffer in asked] == [id(first), id(second), id(first)]


@pytest.mark.parametrize("verb", ["write", "drain_into", "readinto"])
def test_a_ring_takes_bytes_only(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring_buffer, "Mover", None)
    with pytest.raises(TypeError, match="not a list"):
        getattr(ring_buffer.RingBuffer(8), verb)([1])
