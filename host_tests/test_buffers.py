"""Which buffers the verbs take that see the words of buffers, which not, and what moves then."""

from array import array
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from heapless_py import BBQueue, RingBuffer, SpscQueue

DATA = bytes(range(1, 7))

Verb = Callable[[Any], Any]


def writers() -> Iterator[tuple[str, Verb, Callable[[], bytes]]]:
    ring = RingBuffer(8)
    yield "write", ring.write, ring.read
    producer, consumer = BBQueue(16).split_framed()
    yield "write_frame", producer.write_frame, lambda: bytes(next(consumer).view)


def readers() -> Iterator[tuple[str, Verb]]:
    yield "drain_into", RingBuffer.from_bytes(8, DATA).drain_into
    producer, consumer = BBQueue(16).split_framed()
    producer.write_frame(DATA)
    yield "read_frame_into", consumer.read_frame_into
    yield "drain_into of elements", SpscQueue.from_iterable(8, "B", DATA).drain_into


def halves() -> "SpscQueue[int]":
    return SpscQueue.from_iterable(8, "H", array("H", list(DATA)))


WRITERS, READERS = range(2), range(3)
OF_BYTES = [
    bytes,
    bytearray,
    memoryview,
    lambda data: memoryview(bytearray(data)),
    lambda data: memoryview(array("b", data)),
    lambda data: memoryview(array("B", data)),
    lambda data: memoryview(b"xy" + data + b"z")[2:-1],
]
NO_BYTES = [
    *(0, 1, 2, 3, -1, 1 << 40, None, True, 1.5, "text", (1, 2), [1], {}, object()),
    array("B", DATA),
    memoryview(array("H", [1, 2])),
    memoryview(array("i", [1])),
    memoryview(bytes(8))[::2],
    type("Liar", (bytearray,), {})(DATA),
]
WRITABLE = OF_BYTES[1:2] + OF_BYTES[3:6]
READ_ONLY = [DATA, memoryview(DATA), memoryview(bytearray(DATA)).toreadonly()]


@pytest.mark.parametrize("number", WRITERS)
@pytest.mark.parametrize("make", OF_BYTES)
def test_any_bytes_are_written(make: Any, number: int) -> None:
    _, write, content = list(writers())[number]
    assert write(make(DATA)) in (True, len(DATA))
    assert content() == DATA


@pytest.mark.parametrize("number", WRITERS)
@pytest.mark.parametrize("buffer", NO_BYTES)
def test_nothing_else_is_written(buffer: object, number: int) -> None:
    _, write, _ = list(writers())[number]
    with pytest.raises(TypeError, match=f"is needed, not a {type(buffer).__name__}"):
        write(buffer)


@pytest.mark.parametrize("number", READERS)
@pytest.mark.parametrize("make", WRITABLE)
def test_any_writable_bytes_are_read_into(make: Any, number: int) -> None:
    _, read = list(readers())[number]
    buffer = make(bytes(len(DATA) + 1))
    assert read(buffer) == len(DATA)
    assert bytes(buffer) == DATA + b"\0"


@pytest.mark.parametrize("number", READERS)
@pytest.mark.parametrize("buffer", [*NO_BYTES, *READ_ONLY])
def test_nothing_else_is_read_into(buffer: object, number: int) -> None:
    name, read = list(readers())[number]
    if type(buffer) is array and name != "drain_into":
        assert read(buffer) == len(DATA)
    else:
        with pytest.raises(TypeError, match=f"needed.*, not a {type(buffer).__name__}"):
            read(buffer)


@pytest.mark.parametrize("code", "hHiIlLqQd")
def test_elements_are_drained_into_the_items_of_an_array(code: str) -> None:
    items = array(code, [0] * 9)
    assert halves().drain_into(items) == len(DATA)
    assert items.tobytes()[: 2 * len(DATA)] == array("H", list(DATA)).tobytes()


@pytest.mark.parametrize(
    ("form", "code"), [("H", "b"), ("H", "B"), ("I", "H"), ("BH", "h"), ("q", "i")]
)
def test_no_element_is_drained_into_narrower_items(form: str, code: str) -> None:
    queue: SpscQueue = SpscQueue(4, form)
    with pytest.raises(ValueError, match="shorter than the"):
        queue.drain_into(array(code, [1, 2, 3]))
    with pytest.raises(ValueError, match="shorter than the"):
        queue.drain_into(array(code, [1]))
    assert queue.drain_into(array(code)) == 0


def test_as_many_elements_as_fit_are_drained() -> None:
    queue = halves()
    assert queue.drain_into(bytearray(5)) == 2
    assert queue.drain_into(array("H", [0])) == 1
    assert queue.drain_into(bytearray(1)) == 0
    assert queue.drain_into(array("H")) == 0
    assert list(queue) == list(DATA[3:])
