"""SpscQueue against a plain oracle, and each of its promises by name."""

import struct
import subprocess
import sys
from array import array
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from heapless_py import CapacityError, Empty, Full, SpscQueue, _port, spsc_queue
from heapless_py._format import Format

INTEGERS = ("b", "B", "h", "H", "i", "I")
RECORDS = ("IhB", "4sq", "f", "2H", "bxi")
_BITS = {"b": 8, "h": 16, "i": 32, "q": 64}

Queue = Any  # wrong uses are tested as well


def limits(code: str) -> tuple[int, int]:
    bits = _BITS[code.lower()]
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if code.islower() else (0, (1 << bits) - 1)


def integers(code: str) -> st.SearchStrategy[int]:
    return st.integers(*limits(code))


def elements(form: str) -> st.SearchStrategy[Any]:
    """What a queue of this format takes, just as it gives it back."""
    if form in INTEGERS:
        return integers(form)
    return {
        "IhB": st.tuples(integers("I"), integers("h"), integers("B")),
        "4sq": st.tuples(st.binary(min_size=4, max_size=4), integers("q")),
        "f": st.tuples(st.floats(width=32, allow_nan=False)),
        "2H": st.tuples(integers("H"), integers("H")),
        "bxi": st.tuples(integers("b"), integers("i")),
    }[form]


def bad_elements(form: str) -> st.SearchStrategy[Any]:
    """What a queue of this format must refuse."""
    if form in INTEGERS:
        low, high = limits(form)
        return st.sampled_from([low - 1, high + 1, "1", 1.0, None, (1,), b"\0"])
    wrong: dict[str, list[Any]] = {
        "IhB": [(1 << 32, 0, 0), (0, -(1 << 15) - 1, 0), (0, 0, -1), (0, 0)],
        "4sq": [(b"12345", 0), ("1234", 0), (b"1234", 1 << 63), (b"1234", 0, 0)],
        "f": [(3.5e38,), ("1",), (None,), ()],
        "2H": [(0, 1 << 16), (-1, 0), (0, 0, 0), (0, 1.0)],
        "bxi": [(128, 0), (0, 1 << 31), (0, 0, 0)],
    }
    return st.sampled_from([*wrong[form], 7, None, "x"])


def packed(form: str, element: Any) -> bytes:
    return struct.pack("<" + form, *(element if form in RECORDS else (element,)))


def unpacked(form: str, data: bytearray) -> Any:
    element = struct.unpack("<" + form, data)
    return element if form in RECORDS else element[0]


class QueueMachine(RuleBasedStateMachine):
    """Every verb of the queue, of its ends and of the function form, in any order."""

    @initialize(form=st.sampled_from(INTEGERS + RECORDS), capacity=st.integers(1, 40))
    def construct(self, form: str, capacity: int) -> None:
        self.form = form
        self.size = struct.calcsize("<" + form)
        self.capacity = capacity
        self.oracle: deque[Any] = deque()
        self.refused = 0
        self.queue: Queue = SpscQueue(capacity, form)
        self.producer: Any = self.queue
        self.consumer: Any = self.queue

    def is_full(self) -> bool:
        return len(self.oracle) == self.capacity

    def is_split(self) -> bool:
        return self.producer is not self.queue

    def of_integers(self) -> bool:
        return self.form in INTEGERS

    @precondition(lambda self: not self.is_split())
    @rule()
    def split(self) -> None:
        self.producer, self.consumer = self.queue.split()

    def accept(self, element: Any) -> bool:
        """Note what the queue must now have done with the element: True when it took it."""
        if self.is_full():
            self.refused += 1
            return False
        self.oracle.append(element)
        return True

    @rule(data=st.data())
    def try_enqueue(self, data: st.DataObject) -> None:
        element = data.draw(elements(self.form))
        assert self.producer.try_enqueue(element) is self.accept(element)

    @rule(data=st.data())
    def enqueue(self, data: st.DataObject) -> None:
        element = data.draw(elements(self.form))
        if self.accept(element):
            self.producer.enqueue(element)
        else:
            with pytest.raises(Full):
                self.producer.enqueue(element)

    @rule(data=st.data(), excess=st.binary(max_size=3))
    def try_enqueue_from(self, data: st.DataObject, excess: bytes) -> None:
        element = data.draw(elements(self.form))
        buffer = packed(self.form, element) + excess
        assert self.producer.try_enqueue_from(buffer) is self.accept(element)

    @rule(data=st.data())
    def enqueue_from(self, data: st.DataObject) -> None:
        element = data.draw(elements(self.form))
        if self.accept(element):
            self.producer.enqueue_from(packed(self.form, element))
        else:
            with pytest.raises(Full):
                self.producer.enqueue_from(packed(self.form, element))

    @precondition(of_integers)
    @rule(data=st.data())
    def try_enqueue_function(self, data: st.DataObject) -> None:
        element = data.draw(elements(self.form))
        assert spsc_queue.try_enqueue(self.producer.address, element) is self.accept(element)

    @rule(count=st.integers(1, 40), data=st.data())
    def enqueue_many(self, count: int, data: st.DataObject) -> None:
        element = data.draw(elements(self.form))
        for _ in range(count):
            assert self.producer.try_enqueue(element) is self.accept(element)

    @rule(data=st.data(), verb=st.sampled_from(["try_enqueue", "enqueue"]))
    def refuse_bad_element(self, data: st.DataObject, verb: str) -> None:
        before = bytes(self.queue.image)
        with pytest.raises((ValueError, TypeError)):
            getattr(self.producer, verb)(data.draw(bad_elements(self.form)))
        assert bytes(self.queue.image) == before

    @rule(verb=st.sampled_from(["try_enqueue_from", "try_dequeue_into", "dequeue_into"]))
    def refuse_short_buffer(self, verb: str) -> None:
        before = bytes(self.queue.image)
        end = self.producer if "enqueue" in verb else self.consumer
        with pytest.raises(ValueError, match=f"shorter than the {self.size} bytes"):
            getattr(end, verb)(bytearray(self.size - 1))
        assert bytes(self.queue.image) == before

    @precondition(lambda self: self.form in ("b", "B", "h", "H"))  # of i and I all words are good
    @rule(data=st.data())
    def refuse_bad_integer_function(self, data: st.DataObject) -> None:
        low, high = limits(self.form)
        value = data.draw(st.integers(-(1 << 31), low - 1) | st.integers(high + 1, (1 << 31) - 1))
        before = bytes(self.queue.image)
        with pytest.raises(ValueError, match=f"{value} is outside of {low} to {high}"):
            spsc_queue.try_enqueue(self.queue.address, value)
        assert bytes(self.queue.image) == before

    @rule(default=st.none() | st.integers())
    def try_dequeue(self, default: int | None) -> None:
        expected = self.oracle.popleft() if self.oracle else default
        assert self.consumer.try_dequeue(default) == expected

    @rule()
    def dequeue(self) -> None:
        if self.oracle:
            assert self.consumer.dequeue() == self.oracle.popleft()
        else:
            with pytest.raises(Empty):
                self.consumer.dequeue()

    @precondition(of_integers)
    @rule(default=st.integers(-(1 << 31), (1 << 31) - 1))
    def try_dequeue_function(self, default: int) -> None:
        expected = self.oracle.popleft() if self.oracle else default
        # The function's results are signed words.
        signed = (expected + (1 << 31)) % (1 << 32) - (1 << 31)
        assert spsc_queue.try_dequeue(self.consumer.address, default) == signed

    @rule(excess=st.integers(0, 5), must=st.booleans())
    def dequeue_into(self, excess: int, must: bool) -> None:
        buffer = bytearray(b"\xa5" * (self.size + excess))
        if must and not self.oracle:
            with pytest.raises(Empty):
                self.consumer.dequeue_into(buffer)
        elif must:
            self.consumer.dequeue_into(buffer)
        else:
            assert self.consumer.try_dequeue_into(buffer) is bool(self.oracle)
        if self.oracle:
            assert unpacked(self.form, buffer[: self.size]) == self.oracle.popleft()
            assert buffer[self.size :] == b"\xa5" * excess
        else:
            assert buffer == b"\xa5" * len(buffer)

    @rule(room=st.integers(0, 45), excess=st.integers(0, 7))
    def drain_into_bytes(self, room: int, excess: int) -> None:
        excess %= self.size
        buffer = bytearray(b"\xa5" * (room * self.size + excess))
        count = min(room, len(self.oracle))
        assert self.consumer.drain_into(buffer) == count
        for i in range(count):
            element = buffer[i * self.size : (i + 1) * self.size]
            assert unpacked(self.form, element) == self.oracle.popleft()
        assert set(buffer[count * self.size :]) <= {0xA5}

    @precondition(of_integers)
    @rule(room=st.integers(0, 45))
    def drain_into_array(self, room: int) -> None:
        items = array(self.form, [99] * room)
        count = min(room, len(self.oracle))
        assert self.consumer.drain_into(items) == count
        assert list(items) == [self.oracle.popleft() for _ in range(count)] + [99] * (room - count)

    @rule(default=st.none() | st.integers())
    def peek(self, default: int | None) -> None:
        before = bytes(self.queue.image)
        if self.oracle:
            assert self.consumer.peek() == self.consumer.try_peek(default) == self.oracle[0]
        else:
            assert self.consumer.try_peek(default) == default
            with pytest.raises(Empty):
                self.consumer.peek()
        assert bytes(self.queue.image) == before

    @rule()
    def clear(self) -> None:
        self.consumer.clear()
        self.oracle.clear()

    @precondition(is_split)
    @rule()
    def iterate_consuming(self) -> None:
        assert list(self.consumer) == list(self.oracle)
        self.oracle.clear()

    @rule()
    def look_at_all(self) -> None:
        elements = self.consumer.elements() if self.is_split() else iter(self.queue)
        assert list(elements) == list(self.oracle)

    @precondition(is_split)
    @rule()
    def refuse_the_split_queue(self) -> None:
        for use in (self.queue.dequeue, self.queue.split, self.queue.is_full, self.queue.clear):
            with pytest.raises(ValueError, match="split"):
                use()

    @invariant()
    def tells_the_truth(self) -> None:
        if not hasattr(self, "oracle"):
            return
        self.queue._check()
        for end in {self.producer, self.consumer} if self.is_split() else [self.queue]:
            assert len(end) == len(self.oracle)
            assert bool(end) is bool(self.oracle)
            assert end.is_empty() is (not self.oracle)
            assert end.is_full() is self.is_full()
            assert end.capacity == self.capacity
        assert self.producer.refused == self.refused
        if self.is_split():
            assert self.producer.ready() is not self.is_full()
            assert self.consumer.ready() is bool(self.oracle)


TestSpscQueue = QueueMachine.TestCase
TestSpscQueue.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


# --- construction -----------------------------------------------------------------------------


@pytest.mark.parametrize("form", INTEGERS + RECORDS)
@given(capacity=st.integers(1, 100))
def test_size_of_is_the_bytes_of_the_image(form: str, capacity: int) -> None:
    assert SpscQueue.size_of(capacity, form) == len(SpscQueue(capacity, form).image)


def test_size_of_is_as_documented() -> None:
    assert SpscQueue.size_of(3, "B") == 32 + 4
    assert SpscQueue.size_of(4, "B") == 32 + 8
    assert SpscQueue.size_of(64, "I") == 32 + 65 * 4


@pytest.mark.parametrize(
    ("form", "kind", "size", "sign"),
    [
        ("b", b"Q1", 1, 1 << 7),
        ("B", b"Q1", 1, 0),
        ("h", b"Q2", 2, 1 << 15),
        ("H", b"Q2", 2, 0),
        ("i", b"Q4", 4, 1 << 31),
        ("I", b"Q4", 4, 1 << 31),
        ("IhB", b"QR", 7, 0),
    ],
)
def test_an_image_begins_with_what_it_holds(form: str, kind: bytes, size: int, sign: int) -> None:
    queue = SpscQueue(3, form)
    assert struct.unpack_from("<2sxxIII", queue.image) == (kind, 4, size, sign)


@pytest.mark.parametrize("capacity", [0, -1, 1 << 27])
def test_a_bad_capacity_is_named_with_its_limits(capacity: int) -> None:
    with pytest.raises(ValueError, match=rf"capacity {capacity} is outside of 1 to \d+"):
        SpscQueue(capacity, "B")


@pytest.mark.parametrize("capacity", [None, "3", 3.0])
def test_a_capacity_that_is_no_int_is_named(capacity: Any) -> None:
    with pytest.raises(TypeError, match=f"a capacity is an int, not {capacity!r}"):
        SpscQueue(capacity, "B")


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ("", "names no field"),
        ("3", "names no field after 3"),
        ("H3", "names no field after 3"),
        ("x", "names no field"),
        (">H", "leave '>' out"),
        ("@H", "leave '@' out"),
        ("P", "'P' is none of the fields"),
        ("H H", "' ' is none of the fields"),
        ("0s", "no bytes"),
    ],
)
def test_a_bad_format_is_named(form: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as raised:
        SpscQueue(3, form)
    assert repr(form) in str(raised.value)


@pytest.mark.parametrize("code", "bBhHiIlLqQ")
def test_a_field_of_a_record_takes_its_range_and_no_more(code: str) -> None:
    bits = 8 * struct.calcsize("<" + code)
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if code.islower() else (0, (1 << bits) - 1)
    queue = SpscQueue.from_iterable(3, code + "B", [(low, 0), (high, 255)])
    assert list(queue) == [(low, 0), (high, 255)]
    for value in (low - 1, high + 1):
        with pytest.raises(ValueError, match=f"^{value} is outside of {low} to {high}, "):
            queue.enqueue((value, 0))
    assert len(queue) == 2


def test_a_format_that_is_no_str_is_named() -> None:
    with pytest.raises(TypeError, match="not 5"):
        SpscQueue(3, 5)  # type: ignore[call-overload]


def test_the_byte_order_that_all_have_may_be_said() -> None:
    assert SpscQueue(3, "<IhB").format == "IhB"


def test_from_iterable_enqueues_in_order() -> None:
    queue = SpscQueue.from_iterable(3, "B", iter([1, 2]))
    assert list(queue) == [1, 2]
    assert queue.capacity == 3


def test_from_iterable_of_too_many_is_full() -> None:
    with pytest.raises(Full):
        SpscQueue.from_iterable(2, "B", [1, 2, 3])


# --- the caller's memory ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "memory", [bytearray(b"x" * 40), bytearray(b"x" * 47), memoryview(bytearray(41))]
)
def test_the_image_is_in_the_callers_memory(memory: bytearray) -> None:
    behind = bytes(memory)[40:]
    queue = SpscQueue(4, "B", memory)
    assert len(queue.image) == SpscQueue.size_of(4, "B") == 40
    assert list(queue) == []
    queue.enqueue(0xEE)
    assert memory[32] == 0xEE
    assert bytes(memory)[40:] == behind


def test_the_memory_can_be_an_array() -> None:
    words = array("I", [99] * 12)
    queue = SpscQueue.from_iterable(3, "I", [7, 8], words)
    assert list(words) == [*words[:4], 2, 0, 0, 0, 7, 8, 0, 0]
    assert list(queue) == [7, 8]


def test_a_memoryview_of_wider_items_is_refused() -> None:
    words = array("I", [99] * 12)
    with pytest.raises(TypeError, match="items of a memoryview must be bytes"):
        SpscQueue(3, "I", memoryview(words))
    assert list(words) == [99] * 12


def test_memory_that_is_too_short_is_refused_with_the_size() -> None:
    memory = bytearray(b"x" * 39)
    with pytest.raises(ValueError, match="shorter than the 40 bytes"):
        SpscQueue(4, "B", memory)
    assert memory == b"x" * 39


@pytest.mark.parametrize("memory", [bytes(40), memoryview(bytes(40)), "x" * 40, 40])
def test_memory_that_is_not_writable_is_refused(memory: Any) -> None:
    with pytest.raises(TypeError, match="writable memory is needed"):
        SpscQueue(4, "B", memory)


# --- the two ends -------------------------------------------------------------------------------


def test_a_queue_is_split_once() -> None:
    queue = SpscQueue(3, "B")
    queue.split()
    with pytest.raises(ValueError, match="is split"):
        queue.split()


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("try_enqueue", (1,)),
        ("enqueue", (1,)),
        ("try_enqueue_from", (b"1",)),
        ("enqueue_from", (b"1",)),
        ("try_dequeue", (None,)),
        ("dequeue", ()),
        ("try_dequeue_into", (bytearray(1),)),
        ("dequeue_into", (bytearray(1),)),
        ("drain_into", (bytearray(1),)),
        ("try_peek", (None,)),
        ("peek", ()),
        ("clear", ()),
        ("is_empty", ()),
        ("is_full", ()),
        ("__len__", ()),
        ("__bool__", ()),
        ("__iter__", ()),
    ],
)
def test_a_split_queue_refuses_to_be_used(verb: str, arguments: tuple[Any, ...]) -> None:
    queue = SpscQueue.from_iterable(3, "B", [1])
    queue.split()
    before = bytes(queue.image)
    with pytest.raises(ValueError, match="is split: use its Producer and its Consumer"):
        getattr(queue, verb)(*arguments)
    with pytest.raises(ValueError, match="is split"):
        queue.refused  # noqa: B018
    assert bytes(queue.image) == before


@pytest.mark.parametrize("position", range(4))
def test_each_end_knows_when_it_is_ready_at_every_place(position: int) -> None:
    producer, consumer = SpscQueue(3, "B").split()
    for _ in range(position):
        producer.enqueue(0)
        consumer.dequeue()
    for waiting in range(4):
        assert (producer.ready(), producer.is_full()) == (waiting < 3, waiting == 3)
        assert (consumer.ready(), consumer.is_empty()) == (waiting > 0, waiting == 0)
        assert producer.try_enqueue(waiting) is (waiting < 3)


def test_what_waits_at_a_split_is_the_consumers() -> None:
    queue = SpscQueue.from_iterable(3, "B", [1, 2])
    producer, consumer = queue.split()
    producer.enqueue(3)
    assert list(consumer) == [1, 2, 3]


def test_full_and_empty_are_index_errors_of_one_kind() -> None:
    for error in (Full, Empty):
        assert issubclass(error, CapacityError)
        assert issubclass(error, IndexError)


def test_refused_wraps_around() -> None:
    queue = SpscQueue.from_iterable(1, "B", [1])
    queue.image[24:28] = b"\xff" * 4
    assert queue.refused == 0xFFFFFFFF
    queue.try_enqueue(2)
    assert queue.refused == 0


def test_a_bool_is_an_integer() -> None:
    queue = SpscQueue(3, "B")
    queue.enqueue(True)
    assert list(queue) == [1]
    records = SpscQueue(3, "Bf")
    records.enqueue((True, False))
    assert list(records) == [(1, 0.0)]


# --- as a sequence ------------------------------------------------------------------------------


def test_iterating_a_queue_leaves_its_elements() -> None:
    queue = SpscQueue.from_iterable(3, "B", [1, 2, 3])
    queue.dequeue()
    queue.enqueue(4)
    assert list(queue) == list(queue) == [2, 3, 4]


def test_iterating_a_consumer_can_stop_in_the_middle() -> None:
    _, consumer = SpscQueue.from_iterable(3, "B", [1, 2, 3]).split()
    for element in consumer:
        if element == 2:
            break
    assert list(consumer.elements()) == [3]


def test_equal_elements_in_the_same_order_are_equal() -> None:
    queue = SpscQueue.from_iterable(3, "B", [1, 2])
    assert queue == SpscQueue.from_iterable(9, "i", [1, 2])
    assert queue == [1, 2]
    assert queue != [2, 1]
    assert queue != [1]
    assert queue != [1, 2, 3]
    assert queue != 5
    assert SpscQueue(3, "B") == []


def test_repr_is_the_constructor_with_the_elements() -> None:
    queue = SpscQueue.from_iterable(3, "2H", [(1, 2)])
    assert repr(queue) == "SpscQueue(3, '2H', [(1, 2)])"
    producer, consumer = queue.split()
    assert repr(queue) == "<SpscQueue(3, '2H'), split>"
    assert repr(producer) == "<Producer of SpscQueue(3, '2H'), 1 waiting>"
    assert repr(consumer) == "<Consumer of SpscQueue(3, '2H'), 1 waiting>"


# --- into buffers -------------------------------------------------------------------------------


def test_drain_into_takes_no_part_of_an_element() -> None:
    queue = SpscQueue.from_iterable(3, "I", [1, 2])
    buffer = bytearray(7)
    assert queue.drain_into(buffer) == 1
    assert buffer == b"\1\0\0\0\0\0\0"
    assert list(queue) == [2]


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("count", [1, 3, 7, 15, 16, 17, 31, 32, 33])
def test_bytes_are_drained_to_the_last_one_and_no_further(before: int, count: int) -> None:
    queue = SpscQueue.from_iterable(40, "B", range(40))
    for _ in range(before):  # what is left begins at any byte of a word
        queue.dequeue()
    buffer = bytearray(count)
    assert queue.drain_into(buffer) == count
    assert list(buffer) == list(range(before, before + count))
    assert list(queue) == list(range(before + count, 40))


def test_elements_are_taken_into_a_buffer_around_the_end() -> None:
    queue = SpscQueue(2, "H")
    buffer = bytearray(2)
    for number in range(10):
        queue.enqueue(number)
        assert queue.try_dequeue_into(buffer)
        assert int.from_bytes(buffer, "little") == number


@pytest.mark.parametrize("code", ["q", "Q", "d"])
def test_an_array_of_eight_bytes_takes_elements_of_eight_and_no_larger_ones(code: str) -> None:
    queue = SpscQueue(2, "II")
    queue.enqueue((1, 2))
    drained = array(code, [0])
    assert queue.drain_into(drained) == 1
    assert drained.tobytes() == struct.pack("<II", 1, 2)
    with pytest.raises(ValueError, match="shorter than the 9 bytes"):
        SpscQueue(2, "IIB").drain_into(array(code, [0]))


def test_an_array_of_four_bytes_takes_no_elements_of_five() -> None:
    with pytest.raises(ValueError, match="shorter than the 5 bytes"):
        SpscQueue(2, "IB").drain_into(array("I", [0]))


def test_drain_into_refuses_an_array_of_narrower_items() -> None:
    queue = SpscQueue.from_iterable(3, "I", [1, 2])
    with pytest.raises(ValueError, match="shorter"):
        queue.drain_into(array("H", [0, 0]))
    assert list(queue) == [1, 2]


@pytest.mark.parametrize("verb", ["try_dequeue_into", "dequeue_into", "drain_into"])
@pytest.mark.parametrize("buffer", [bytes(8), memoryview(bytes(8))])
def test_a_buffer_to_write_to_must_be_writable(verb: str, buffer: object) -> None:
    queue = SpscQueue.from_iterable(3, "I", [1, 2])
    with pytest.raises(TypeError, match="writable memory is needed"):
        getattr(queue, verb)(buffer)
    assert list(queue) == [1, 2]


def test_what_is_enqueued_from_must_be_memory() -> None:
    queue = SpscQueue(3, "I")
    with pytest.raises(TypeError, match="memory is needed"):
        queue.try_enqueue_from(5)  # type: ignore[arg-type]


# --- what is fast -------------------------------------------------------------------------------


@pytest.mark.parametrize("form", INTEGERS)
def test_small_integers_go_through_without_a_call(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number is small that is no heap object on a board."""
    seldom: Any = spsc_queue._Integers  # type: ignore[attr-defined]
    calls: list[tuple[str, int]] = []

    def counted(name: str) -> Callable[[Any, Any], Any]:
        plain = getattr(seldom, name)

        def call(self: Any, value: Any) -> Any:
            calls.append((name, value))
            return plain(self, value)

        return call

    for name in ("check", "load"):
        monkeypatch.setattr(seldom, name, counted(name))
    low, high = limits(form)
    small_low, small_high = max(low, -(1 << 30)), min(high, (1 << 30) - 1)
    queue: SpscQueue[int] = SpscQueue(3, form)
    producer, consumer = queue.split()
    for x in (small_low, small_low + 1, 0, 1, 2, 3, small_high - 1, small_high):
        assert producer.try_enqueue(x)
        assert consumer.try_dequeue(None) == x
    assert calls == []
    for x in (low, small_low - 1, small_high + 1, high):
        if low <= x < small_low or small_high < x <= high:
            assert producer.try_enqueue(x)
            assert calls == [("check", x)]
            assert consumer.try_dequeue(None) == x
            assert [name for name, _ in calls] == ["check", "load"]
            calls.clear()


@pytest.mark.parametrize("form", INTEGERS)
def test_a_number_that_fits_is_looked_at_once(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Format, "check", lambda self, x: pytest.fail(f"{x} was checked again"))
    queue: SpscQueue[int] = SpscQueue(4, form)
    producer, _ = queue.split()
    for x in (*limits(form), 0, 1):
        assert producer.try_enqueue(x)


# --- the functions on an address ----------------------------------------------------------------


@pytest.mark.parametrize("image", [bytearray(40), SpscQueue(3, "IhB").image])
def test_the_functions_refuse_what_is_no_queue_of_integers(image: bytearray) -> None:
    before = bytes(image)
    with pytest.raises(TypeError, match="not the image of a container of integers"):
        spsc_queue.try_enqueue(_port.pointer(image), 1)
    with pytest.raises(TypeError, match="not the image of a container of integers"):
        spsc_queue.try_dequeue(_port.pointer(image), 1)
    assert bytes(image) == before


@pytest.mark.parametrize("kind", ["Q1", "Q2", "Q4", "QR", "RB", "Q3"])
def test_an_empty_queue_of_integers_is_told_from_what_looks_like_one(kind: str) -> None:
    queue = SpscQueue(3, "H")
    queue.image[:2] = kind.encode()
    if kind in ("Q1", "Q2", "Q4"):
        assert spsc_queue.try_dequeue(queue.address, 7) == 7
    else:
        with pytest.raises(TypeError, match="not the image of a container of integers"):
            spsc_queue.try_dequeue(queue.address, 7)


@pytest.mark.parametrize("form", INTEGERS)
def test_the_functions_do_not_take_an_image_for_its_address(form: str) -> None:
    image: Any = SpscQueue(3, form).image
    before = bytes(image)
    with pytest.raises(TypeError):
        spsc_queue.try_enqueue(image, 1)
    with pytest.raises(TypeError):
        spsc_queue.try_dequeue(image, 1)
    assert bytes(image) == before


@pytest.mark.parametrize("form", INTEGERS)
def test_the_functions_take_every_value_around_the_ring(form: str) -> None:
    low, high = limits(form)
    queue: SpscQueue[int] = SpscQueue(3, form)
    waiting: deque[int] = deque()
    for i, x in enumerate([low, high, 0, low + 1, 1, high - 1] * 3):
        assert spsc_queue.try_enqueue(queue.address, x) is True
        waiting.append(x)
        assert list(queue) == list(waiting)
        if i >= 2:
            signed = (waiting.popleft() + (1 << 31)) % (1 << 32) - (1 << 31)
            assert spsc_queue.try_dequeue(queue.address, 5) == signed
    assert spsc_queue.try_enqueue(queue.address, 0) is True
    assert spsc_queue.try_enqueue(queue.address, 0) is False
    assert (len(queue), queue.refused) == (3, 1)


@pytest.mark.parametrize("form", ["b", "B", "h", "H"])
def test_the_function_refuses_what_is_just_out_of_range(form: str) -> None:
    low, high = limits(form)
    queue = SpscQueue(3, form)
    for value in (low - 1, high + 1, 2 * low - 1, 2 * high + 2, -(1 << 31), (1 << 31) - 1):
        with pytest.raises(ValueError, match=f"^{value} is outside of {low} to {high}, "):
            spsc_queue.try_enqueue(queue.address, value)
    assert list(queue) == []


def test_the_function_gives_the_default_of_an_empty_queue() -> None:
    queue = SpscQueue(3, "h")
    assert spsc_queue.try_dequeue(queue.address, -7) == -7
    queue.enqueue(1)
    assert spsc_queue.try_dequeue(queue.address, -7) == 1
    assert spsc_queue.try_dequeue(queue.address, -7) == -7


def test_a_large_unsigned_word_is_negative_to_the_function() -> None:
    queue = SpscQueue.from_iterable(3, "I", [(1 << 32) - 1])
    assert spsc_queue.try_dequeue(queue.address, 0) == -1


def test_of_a_long_integer_the_low_32_bits_count_to_the_function() -> None:
    queue = SpscQueue(3, "I")
    assert spsc_queue.try_enqueue(queue.address, (1 << 32) + 5)
    assert list(queue) == [5]


# --- the package, and the imitation of a chip ---------------------------------------------------


def test_importing_the_package_loads_no_container() -> None:
    code = "import sys, heapless_py; print([m for m in sys.modules if 'heapless_py.' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_name_that_the_package_lacks_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'heapless_py' has no attribute 'Nonsense'"):
        __import__("heapless_py").Nonsense  # noqa: B018


@given(value=st.integers())
def test_int_and_uint_keep_32_bits(value: int) -> None:
    assert -(1 << 31) <= _port.int(value) < 1 << 31
    assert 0 <= _port.uint(value) < 1 << 32
    assert _port.int(value) % (1 << 32) == _port.uint(value) == value % (1 << 32)


@pytest.mark.parametrize("value", ["1", 1.0, None])
def test_int_and_uint_take_only_integers(value: object) -> None:
    for cast in (_port.int, _port.uint):
        with pytest.raises(TypeError):
            cast(value)


@pytest.mark.parametrize(("cast", "form"), [("ptr8", "B"), ("ptr16", "H"), ("ptr32", "i")])
@given(value=st.integers(), memory=st.binary(min_size=8, max_size=8))
def test_a_pointer_loads_and_stores_its_width(
    cast: str, form: str, value: int, memory: bytes
) -> None:
    size = struct.calcsize(form)
    changed = bytearray(memory)
    pointer = getattr(_port, cast)(changed)
    assert pointer[1] == struct.unpack_from("<" + form, memory, size)[0]
    pointer[1] = value
    low_bytes = (value % (1 << 8 * size)).to_bytes(size, "little")
    assert bytes(changed) == memory[:size] + low_bytes + memory[2 * size :]


def test_a_pointer_can_be_cast_again() -> None:
    memory = bytearray(b"\x01\xff\xff\xff")
    assert _port.ptr8(_port.ptr32(memory))[1] == 0xFF
    assert _port.ptr32(_port.ptr8(memory))[0] == -255


@pytest.mark.parametrize("index", [-1, 2])
def test_a_pointer_outside_of_the_memory_is_a_bug_that_shows(index: int) -> None:
    pointer = _port.ptr32(bytearray(11))
    with pytest.raises(AssertionError, match="outside"):
        pointer[index]
    with pytest.raises(AssertionError, match="outside"):
        pointer[index] = 0


@pytest.mark.parametrize("head", range(6))
@pytest.mark.parametrize("room", range(7))
def test_a_buffer_takes_of_both_runs_what_it_has_room_for(head: int, room: int) -> None:
    for count in range(6):
        queue = SpscQueue(5, "h")
        for _ in range(head):
            queue.enqueue(0)
            queue.dequeue()
        for i in range(count):
            queue.enqueue(i + 1)
        taken = array("h", [-1] * room)
        moved = min(count, room)
        assert queue.drain_into(taken) == moved
        assert list(taken) == [*range(1, moved + 1), *[-1] * (room - moved)]
        assert list(queue) == list(range(moved + 1, count + 1))
