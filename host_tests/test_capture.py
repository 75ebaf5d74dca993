"""Handlers that read registers: driven on CPython, with memory in the registers' place."""

import struct
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapless_py import BBQueue, HistoryBuf, SpscQueue
from heapless_py.testing import Registers

PIN, REGISTER, TIMER, FIFO = object(), 0x50200020, 0x40054028, 0x50300020
WORDS = st.integers(0, (1 << 32) - 1)


@pytest.fixture(scope="module")
def registers() -> Iterator[Registers]:
    with Registers(REGISTER, TIMER) as bank:
        yield bank


def say(registers: Registers, value: int, time: int = 0) -> None:
    registers[REGISTER] = value
    registers[TIMER] = time


def low(value: int, code: str) -> int:
    """What is left of a register's value in a field."""
    packed = struct.pack("<I", value)[: struct.calcsize(code)]
    (kept,) = struct.unpack("<" + code, packed)
    return int(kept)


@given(st.sampled_from("bBhHiI"), st.sampled_from((8, 16, 32)), st.lists(WORDS, max_size=9))
def test_a_queue_keeps_what_the_register_said(
    registers: Registers, code: str, width: int, values: list[int]
) -> None:
    queue: SpscQueue[int] = SpscQueue(5, code)
    producer, consumer = queue.split()
    handler = producer.capture(REGISTER, width=width)
    for value in values:
        say(registers, value)
        handler(PIN)
    wide = [value & (1 << width) - 1 for value in values]
    assert producer.refused == max(0, len(values) - 5)
    assert list(consumer) == [low(value, code) for value in wide[:5]]


@given(st.sampled_from("bBhHiI"), st.sampled_from("bBhHiI"), st.lists(st.tuples(WORDS, WORDS)))
def test_a_queue_keeps_when_it_was_said(
    registers: Registers, first: str, second: str, values: list[tuple[int, int]]
) -> None:
    producer, consumer = SpscQueue(3, first + second).split()
    handler = producer.capture(REGISTER, TIMER)
    waiting: deque[tuple[int, int]] = deque()
    for i, (value, time) in enumerate(values):
        say(registers, value, time)
        handler(PIN)
        if len(waiting) < 3:
            waiting.append((low(value, first), low(time, second)))
        if i % 3 == 2:
            assert consumer.dequeue() == waiting.popleft()
    assert list(consumer) == list(waiting)


@given(st.sampled_from("bBhHiI"), st.sampled_from((8, 16, 32)), st.lists(WORDS, max_size=9))
def test_a_history_keeps_the_last(
    registers: Registers, code: str, width: int, values: list[int]
) -> None:
    history: HistoryBuf[int] = HistoryBuf(4, code)
    handler = history.capture(REGISTER, width=width)
    for value in values:
        say(registers, value)
        handler(PIN)
        history._check()
    wide = [value & (1 << width) - 1 for value in values]
    assert list(history) == [low(value, code) for value in wide[-4:]]
    assert history.written == len(values)
    (writes,) = struct.unpack_from("<I", history.image, 20)
    assert writes == 2 * len(values)  # even: none is being written


@pytest.mark.parametrize("form", ["HI", "II", "bB", "Bi"])
def test_a_history_keeps_the_last_and_when(registers: Registers, form: str) -> None:
    history = HistoryBuf(3, form)
    handler = history.capture(REGISTER, TIMER)
    said = [(0x81828384 + i, 0xF1F2F3F4 - i) for i in range(5)]
    for value, time in said:
        say(registers, value, time)
        handler(PIN)
    assert list(history) == [(low(v, form[0]), low(t, form[1])) for v, t in said[-3:]]


@pytest.mark.parametrize("stamp", [None, TIMER])
@pytest.mark.parametrize("width", [8, 16, 32])
def test_a_queue_of_frames_keeps_words(
    registers: Registers, stamp: int | None, width: int
) -> None:
    producer, consumer = BBQueue(24).split_framed()
    handler = producer.capture(REGISTER, stamp, width)
    room = 2 if stamp else 3
    for i in range(5):
        say(registers, 0x81828384 + i, 0xF1F2F3F4 - i)
        handler(PIN)
    assert producer.refused == 5 - room
    expected = []
    for i in range(room):
        words = (0x81828384 + i & (1 << width) - 1, 0xF1F2F3F4 - i)[: 2 if stamp else 1]
        expected.append(struct.pack(f"<{len(words)}I", *words))
    assert [bytes(frame.view) for frame in consumer] == expected


def test_the_register_is_read_once_in_each_interrupt_even_if_the_queue_is_full() -> None:
    producer, consumer = SpscQueue(2, "I").split()
    handler = producer.capture(FIFO)
    with Registers(FIFO) as registers:
        registers.say(FIFO, 1, 2, 3, 4)  # another word each time it is looked at
        for _ in range(4):
            handler(PIN)
    assert registers.reads == {FIFO: 4}
    assert (list(consumer), producer.refused) == ([1, 2], 2)


MAKERS = {
    "a queue": lambda: SpscQueue(3, "H").split()[0],
    "a history": lambda: HistoryBuf(3, "H"),
    "a queue of frames": lambda: BBQueue(24).split_framed()[0],
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ((REGISTER, None, 12), ValueError, "a register of 12 bits: 8, 16 or 32 can be read"),
        ((REGISTER, None, "16"), ValueError, "a register of '16' bits"),
        (("x",), TypeError, "the address of a register is an int, not 'x'"),
        ((True,), TypeError, "the address of a register is an int, not True"),
        ((REGISTER, 1.5), TypeError, "the address of a register is an int, not 1.5"),
        ((-4,), ValueError, "address -0x4 is outside of 0 to 0x"),
        ((-1, None, 8), ValueError, "address -0x1 is outside of 0 to 0x"),
        ((1 << 64,), ValueError, "address 0x10000000000000000 is outside of 0 to 0xf{16},"),
        ((REGISTER + 2,), ValueError, "address 0x50200022 is .* no multiple of 4"),
        ((REGISTER + 1, None, 16), ValueError, "address 0x50200021 is .* no multiple of 2"),
        ((REGISTER, TIMER + 1), ValueError, "address 0x40054029 is .* no multiple of 4"),
    ],
)
def test_what_cannot_be_captured(
    make: Any, arguments: tuple[Any, ...], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        make().capture(*arguments)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("width", [8, 16, 32])
def test_the_first_and_the_last_address(make: Any, width: int) -> None:
    for address in (0, (1 << 64) - (width >> 3)):
        assert callable(make().capture(address, width=width))


@pytest.mark.parametrize("address", [REGISTER + 1, REGISTER + 2, REGISTER + 3])
def test_a_byte_may_be_anywhere(registers: Registers, address: int) -> None:
    history = HistoryBuf(3, "B")
    say(registers, 0x04030201)
    history.capture(address, width=8)(PIN)
    assert list(history) == [address - REGISTER + 1]


@pytest.mark.parametrize(
    "make", [lambda form: SpscQueue(3, form).split()[0], lambda form: HistoryBuf(3, form)]
)
@pytest.mark.parametrize(
    ("form", "stamp", "said"),
    [
        ("HI", None, "an element is 1 integer, .* not a 'HI'"),
        ("f", None, "an element is 1 integer, .* not a 'f'"),
        ("H", TIMER, "an element is 2 integers, .* not a 'H'"),
        ("HIB", TIMER, "an element is 2 integers, .* not a 'HIB'"),
        ("Hf", TIMER, "an element is 2 integers, .* not a 'Hf'"),
    ],
)
def test_elements_that_are_not_the_registers(
    make: Any, form: str, stamp: int | None, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        make(form).capture(REGISTER, stamp)


def test_frames_that_no_queue_of_this_size_takes() -> None:
    producer, _ = BBQueue(8).split_framed()
    producer.capture(REGISTER)
    with pytest.raises(ValueError, match="a frame of 8 bytes is longer than 4, max_frame"):
        producer.capture(REGISTER, TIMER)


def test_nothing_is_at_an_address_where_no_register_is() -> None:
    handler = SpscQueue(3, "H").split()[0].capture(FIFO)
    with pytest.raises(TypeError, match="is no memory"):
        handler(PIN)
