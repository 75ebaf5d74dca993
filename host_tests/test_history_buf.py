"""HistoryBuf against `collections.deque` with a `maxlen`, and each of its promises by name."""

import struct
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
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

from heapless_py import Empty, history_buf
from heapless_py.history_buf import HistoryBuf
from host_tests.interleave import (
    Counterexample,
    Edit,
    Explorer,
    Note,
    Operation,
    Side,
    Tracer,
    load_modules,
)
from host_tests.test_spsc_queue import (
    INTEGERS,
    RECORDS,
    bad_elements,
    elements,
    integers,
    limits,
    packed,
)

History = Any  # wrong uses are tested as well


class Trouble(Exception):
    """What an iterator of ours raises."""


def troubled(items: list[Any]) -> Iterator[Any]:
    """An iterator that fails after these."""
    yield from items
    raise Trouble


def holding(items: list[Any], capacity: int = 4, form: str = "h") -> History:
    return HistoryBuf.from_iterable(capacity, form, items)


def changes_nothing(history: History, error: type[Exception], *call: Any) -> str:
    """What the call complains of, which must leave the image as it is."""
    function, *arguments = call
    before = bytes(history.image)
    with pytest.raises(error) as raised:
        function(*arguments)
    assert bytes(history.image) == before
    return str(raised.value)


class HistoryMachine(RuleBasedStateMachine):
    """Every operation, in any order."""

    @initialize(form=st.sampled_from(INTEGERS + RECORDS), capacity=st.integers(1, 20))
    def construct(self, form: str, capacity: int) -> None:
        self.form = form
        self.size = struct.calcsize("<" + form)
        self.capacity = capacity
        self.oracle: deque[Any] = deque(maxlen=capacity)
        self.written = 0
        self.history: History = HistoryBuf(capacity, form)

    def of_integers(self) -> bool:
        return self.form in INTEGERS

    def packed(self, items: Any) -> bytes:
        return b"".join(packed(self.form, x) for x in items)

    def draw_index(self, data: st.DataObject) -> int:
        """Of an element, or just beyond, or far."""
        length = len(self.oracle)
        far = st.integers(1 << 31, 1 << 40)
        return data.draw(st.integers(-length - 1, length) | far | far.map(lambda n: -n))

    def is_index(self, i: int) -> bool:
        return -len(self.oracle) <= i < len(self.oracle)

    def changes_nothing(self, error: type[Exception], *call: Any) -> None:
        changes_nothing(self.history, error, *call)

    # --- the writer's

    @rule(data=st.data())
    def write(self, data: st.DataObject) -> None:
        x = data.draw(elements(self.form))
        assert self.history.write(x) is None
        self.oracle.append(x)
        self.written += 1

    @rule(data=st.data(), count=st.integers(1, 25))
    def write_many(self, data: st.DataObject, count: int) -> None:
        x, y = data.draw(elements(self.form)), data.draw(elements(self.form))
        for i in range(count):
            self.history.write(y if i % 3 else x)
            self.oracle.append(y if i % 3 else x)
        self.written += count

    @rule(data=st.data(), excess=st.binary(max_size=3))
    def write_from(self, data: st.DataObject, excess: bytes) -> None:
        x = data.draw(elements(self.form))
        assert self.history.write_from(packed(self.form, x) + excess) is None
        self.oracle.append(x)
        self.written += 1

    @rule(data=st.data(), as_iterator=st.booleans())
    def extend(self, data: st.DataObject, as_iterator: bool) -> None:
        items = data.draw(st.lists(elements(self.form), max_size=self.capacity + 2))
        assert self.history.extend(iter(items) if as_iterator else items) is None
        self.oracle.extend(items)
        self.written += len(items)

    @rule()
    def extend_by_itself(self) -> None:
        self.history.extend(self.history)
        self.written += len(self.oracle)
        self.oracle.extend(list(self.oracle))

    @rule()
    def clear(self) -> None:
        assert self.history.clear() is None
        self.oracle.clear()

    @rule(data=st.data())
    def clear_with(self, data: st.DataObject) -> None:
        x = data.draw(elements(self.form))
        assert self.history.clear_with(x) is None
        self.oracle.extend([x] * self.capacity)

    # --- what it refuses

    @rule(data=st.data())
    def refuse_bad_elements(self, data: st.DataObject) -> None:
        x = data.draw(bad_elements(self.form))
        good = data.draw(st.lists(elements(self.form), max_size=3))
        errors: Any = (ValueError, TypeError)
        self.changes_nothing(errors, self.history.write, x)
        self.changes_nothing(errors, self.history.clear_with, x)
        self.changes_nothing(errors, self.history.extend, [*good, x])
        self.changes_nothing(Trouble, self.history.extend, troubled(good))

    @rule()
    def refuse_short_buffers(self) -> None:
        self.changes_nothing(ValueError, self.history.write_from, bytearray(self.size - 1))
        self.changes_nothing(TypeError, self.history.write_from, "x" * self.size)
        self.changes_nothing(TypeError, self.history.copy_into, bytes(self.size))

    @precondition(lambda self: not self.of_integers())
    @rule(default=st.none() | st.integers())
    def refuse_statistics_of_records(self, default: int | None) -> None:
        for name in ("sum", "mean", "min", "max"):
            self.changes_nothing(TypeError, getattr(self.history, name))
        for name in ("try_mean", "try_min", "try_max"):
            self.changes_nothing(TypeError, getattr(self.history, name), default)

    # --- the reader's

    @rule(data=st.data(), default=st.none() | st.integers())
    def look(self, data: st.DataObject, default: int | None) -> None:
        i = self.draw_index(data)
        if self.is_index(i):
            assert self.history[i] == self.history.get(i) == self.oracle[i]
        else:
            assert self.history.get(i) is None
            assert self.history.get(i, default) == default
            self.changes_nothing(IndexError, self.history.__getitem__, i)

    @rule(cut=st.slices(20) | st.slices(3))
    def look_at_a_slice(self, cut: slice) -> None:
        assert self.history[cut] == list(self.oracle)[cut]

    @rule(room=st.integers(0, 22), excess=st.integers(0, 7))
    def copy_into_bytes(self, room: int, excess: int) -> None:
        excess %= self.size
        buffer = bytearray(b"\xa5" * (room * self.size + excess))
        count = min(room, len(self.oracle))
        assert self.history.copy_into(buffer) == count
        newest = list(self.oracle)[len(self.oracle) - count :]
        assert buffer[: count * self.size] == self.packed(newest)
        assert set(buffer[count * self.size :]) <= {0xA5}

    @precondition(of_integers)
    @rule(room=st.integers(0, 22))
    def copy_into_array(self, room: int) -> None:
        items = array(self.form, [99] * room)
        count = min(room, len(self.oracle))
        assert self.history.copy_into(items) == count
        newest = list(self.oracle)[len(self.oracle) - count :]
        assert list(items) == newest + [99] * (room - count)

    @rule(data=st.data())
    def search(self, data: st.DataObject) -> None:
        new = elements(self.form)
        x = data.draw(st.sampled_from(list(self.oracle)) | new if self.oracle else new)
        assert (x in self.history) is (x in self.oracle)
        assert self.history.count(x) == self.oracle.count(x)
        if x in self.oracle:
            assert self.history.index(x) == self.oracle.index(x)

    @rule(data=st.data(), cut=st.integers(0, 20))
    def compare(self, data: st.DataObject, cut: int) -> None:
        mine = list(self.oracle)
        new = data.draw(st.lists(elements(self.form), max_size=3))
        for other in (mine[:cut], new, tuple(mine), self.oracle, self.history):
            theirs = list(other)
            assert (self.history == other) is (mine == theirs)
            assert (self.history < other) is (mine < theirs)

    @precondition(of_integers)
    @rule(default=st.none() | st.integers())
    def statistics(self, default: int | None) -> None:
        window = list(self.oracle)
        assert self.history.sum() == sum(window)
        if window:
            mean = sum(window) // len(window)
            assert self.history.mean() == self.history.try_mean(default) == mean
            assert self.history.min() == self.history.try_min(default) == min(window)
            assert self.history.max() == self.history.try_max(default) == max(window)
            return
        for name in ("mean", "min", "max"):
            assert getattr(self.history, f"try_{name}")(default) == default
            self.changes_nothing(Empty, getattr(self.history, name))

    @invariant()
    def tells_the_truth(self) -> None:
        if not hasattr(self, "oracle"):
            return
        self.history._check()
        assert list(self.history) == list(self.oracle)
        assert list(reversed(self.history)) == list(reversed(self.oracle))
        assert len(self.history) == len(self.oracle)
        assert bool(self.history) is bool(self.oracle)
        assert self.history.is_empty() is (not self.oracle)
        assert self.history.is_full() is (len(self.oracle) == self.capacity)
        assert self.history.recent() == (self.oracle[-1] if self.oracle else None)
        assert self.history.oldest() == (self.oracle[0] if self.oracle else None)
        assert self.history.written == self.written
        first, second = self.history.as_slices()
        assert bytes(first) + bytes(second) == self.packed(self.oracle)
        unordered = bytes(self.history.as_unordered_bytes())
        slots = [unordered[i : i + self.size] for i in range(0, len(unordered), self.size)]
        assert sorted(slots) == sorted(packed(self.form, x) for x in self.oracle)


TestHistoryBuf = HistoryMachine.TestCase
TestHistoryBuf.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)


# --- statistics ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", INTEGERS)
@given(data=st.data())
def test_statistics_are_those_of_unlimited_integers(form: str, data: st.DataObject) -> None:
    extremes = st.sampled_from([*limits(form), limits(form)[1] // 2, limits(form)[1] // 2 + 1])
    window = data.draw(st.lists(integers(form) | extremes, min_size=1, max_size=60))
    history = holding(window, 60, form)
    assert history.sum() == sum(window)
    assert history.mean() == sum(window) // len(window)
    assert history.min() == min(window)
    assert history.max() == max(window)


@pytest.mark.parametrize("form", INTEGERS)
def test_statistics_of_many_extreme_elements(form: str) -> None:
    for extreme in limits(form):
        history: HistoryBuf[int] = HistoryBuf(33_000, form)
        history.clear_with(extreme)
        assert history.sum() == 33_000 * extreme
        assert history.mean() == extreme


@pytest.mark.parametrize(
    ("window", "mean"), [([-1, 0], -1), ([1, 0], 0), ([-3, -4], -4), ([-1, -1, 1], -1), ([-7], -7)]
)
def test_the_mean_rounds_toward_minus_infinity(window: list[int], mean: int) -> None:
    assert holding(window, form="b").mean() == mean


def test_the_statistics_are_of_the_window_only() -> None:
    history = holding([100, -100, 1, 2], capacity=2)
    assert (history.sum(), history.mean(), history.min(), history.max()) == (3, 1, 1, 2)
    history.clear()
    history.write(7)
    assert (history.sum(), history.mean(), history.min(), history.max()) == (7, 7, 7, 7)


# --- construction --------------------------------------------------------------------------------


def test_size_of_is_as_documented() -> None:
    assert HistoryBuf.size_of(3, "B") == 24 + 4
    assert HistoryBuf.size_of(64, "I") == 24 + 64 * 4
    assert HistoryBuf.size_of(3, "IhB") == 24 + 24


@pytest.mark.parametrize("form", INTEGERS + RECORDS)
@given(capacity=st.integers(1, 100))
def test_size_of_is_the_bytes_of_the_image(form: str, capacity: int) -> None:
    assert HistoryBuf.size_of(capacity, form) == len(HistoryBuf(capacity, form).image)


@pytest.mark.parametrize("capacity", [0, -1, 1 << 24])
def test_a_bad_capacity_is_named_with_its_limits(capacity: int) -> None:
    with pytest.raises(ValueError, match=rf"capacity {capacity} is outside of 1 to \d+"):
        HistoryBuf(capacity, "B")


def test_the_image_is_as_drawn_and_in_the_callers_memory() -> None:
    words = array("I", [99] * 10)
    history = HistoryBuf(3, "I", words)
    history.extend([6, 7, 8, 9])
    assert list(words) == [0x4248, 3, 4, 3, 1, 8, 9, 7, 8, 99]
    assert bytes(words)[:2] == b"HB"


def test_from_iterable_keeps_the_last() -> None:
    history = HistoryBuf.from_iterable(3, "B", iter(range(9)))
    assert list(history) == [6, 7, 8]
    assert repr(history) == "HistoryBuf(3, 'B', [6, 7, 8])"


# --- errors name the value and the limit, and change nothing -------------------------------------


@pytest.mark.parametrize(
    ("act", "error", "complaint"),
    [
        (lambda h: h.write(40000), ValueError, "40000 is outside of -32768 to 32767"),
        (lambda h: h.write(1 << 32), ValueError, f"{1 << 32} is outside of -32768 to 32767"),
        (lambda h: h.clear_with(-40000), ValueError, "-40000 is outside of -32768 to 32767"),
        (lambda h: h.extend([1, 40000]), ValueError, "40000 is outside of -32768 to 32767"),
        (lambda h: h.write_from(b"1"), ValueError, "shorter than the 2 bytes"),
        (lambda h: h.write_from(12), TypeError, "memory is needed"),
        (lambda h: h.copy_into(b"12"), TypeError, "writable memory is needed"),
        (lambda h: h.copy_into(array("b", [0] * 4)), ValueError, "shorter than the 8 bytes"),
        (lambda h: h[4], IndexError, "index 4 is outside of the 4 elements"),
        (lambda h: h[-5], IndexError, "index -5 is outside of the 4 elements"),
    ],
)
def test_a_complaint_names_the_value_and_the_limit(
    act: Callable[[History], object], error: type[Exception], complaint: str
) -> None:
    history = holding([1, 2, 3, 4, 5, 6])
    assert complaint in changes_nothing(history, error, act, history)


@pytest.mark.parametrize("index", [None, "0", 0.0, 1.5, (0,)])
def test_an_index_is_an_integer(index: object) -> None:
    history = holding([1, 2, 3, 4, 5])
    changes_nothing(history, TypeError, history.get, index)
    changes_nothing(history, TypeError, history.__getitem__, index)


def test_what_was_written_is_not_changed() -> None:
    history = holding([1, 2, 3, 4, 5])
    with pytest.raises((TypeError, AttributeError)):
        history[0] = 1


def test_the_count_of_elements_written_begins_again_at_2_to_the_30() -> None:
    history = holding([1, 2])
    history._words[5] = 2 * (1 << 30) - 2
    history.write(3)
    assert history.written == 0
    history.write(4)
    assert history.written == 1
    history._words[5] = 0xFFFFFFFE  # the word itself begins again
    history.write(5)
    assert history.written == 0
    assert history.copy_into(bytearray(8)) == 4


@pytest.mark.parametrize("writes", [0, 0x7FFFFFFC, 0x7FFFFFFE, 0xFFFFFFFC, 0xFFFFFFFE])
def test_a_copy_notices_what_was_written_meanwhile_at_any_count(
    writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = holding([1, 2, 3, 4])
    history._words[5] = writes

    def copy_late(*arguments: Any) -> None:
        monkeypatch.undo()
        history.write(5)
        history.write(6)
        history_buf.copy(*arguments)  # type: ignore[attr-defined]

    monkeypatch.setattr(history_buf, "copy", copy_late)
    copied = array("h", [0] * 4)
    assert history.copy_into(copied) == 2
    assert list(copied[:2]) == [3, 4]


@pytest.mark.parametrize("written", [0, 1])
def test_a_copy_leaves_out_what_a_write_is_about_to_change(
    written: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = holding([1, 2, 3, 4])

    def copy_late(*arguments: Any) -> None:
        monkeypatch.undo()
        for _ in range(written):
            history.write(5)
        history._words[5] |= 1  # the next one has begun
        history_buf.copy(*arguments)  # type: ignore[attr-defined]

    monkeypatch.setattr(history_buf, "copy", copy_late)
    copied = array("h", [0] * 4)
    assert history.copy_into(copied) == 3 - written
    assert list(copied[: 3 - written]) == [2, 3, 4][written:]


# --- what a reader may count on while another context writes -------------------------------------

LENGTH, HEAD, WRITES = 3, 4, 5
LAYOUT = "...PPP"
NAMES = ("kind", "capacity", "size", "length", "head", "writes")


class Writer:
    """Writes 1, 2, 3, …; an element of two bytes has its number in both."""

    def __init__(self, history: History, before: int) -> None:
        self.history = history
        self.image: bytearray = history.image
        self.note: Note = None
        self.number = 0
        for _ in range(before):
            self.write()

    def write(self) -> None:
        self.number += 1
        if self.history.format == "B":
            self.history.write(self.number)
        else:
            self.history.write_from(bytes([self.number] * 2))

    def save(self) -> Any:
        return self.number, bytes(self.image[12:24])

    def restore(self, saved: Any) -> None:
        self.number, self.image[12:24] = saved

    def menu(self) -> list[Operation]:
        return [Operation("write", self.write)]


class Reader:
    """Reads, and asserts that it was told what was there during the call."""

    def __init__(self, history: History, pointer: Callable[[bytearray], Any], room: int) -> None:
        self.history = history
        self.image: bytearray = history.image
        self.note: Note = None
        self.pointer = pointer
        self.room = room

    def save(self) -> Any:
        return None

    def restore(self, saved: Any) -> None:
        pass

    def menu(self) -> list[Operation]:
        copy = Operation("copy_into", self.copy)
        # A record of several bytes may be written anew while they are read.
        return [copy, Operation("recent", self.recent)] if self.history.format == "B" else [copy]

    def writes(self) -> int:
        return int(self.pointer(self.image)[WRITES])

    def copy(self) -> None:
        size = len(self.history.format)
        before = self.writes()
        buffer = bytearray(self.room * size)
        count = self.history.copy_into(buffer)
        after = self.writes()
        numbers = list(buffer[: count * size : size])
        assert numbers == list(buffer[size - 1 : count * size : size]), f"torn: {buffer}"
        assert numbers == sorted(numbers), f"disordered: {numbers}"
        if numbers:
            assert numbers[-1] - numbers[0] == count - 1, f"not in a row: {numbers}"
            assert before >> 1 <= numbers[-1] <= after + 1 >> 1, f"not the newest: {numbers}"
        # Nothing is left out but what may have been overwritten.
        there = min(before >> 1, self.history.capacity)
        writes = (after + 1 >> 1) - (before >> 1)
        assert count >= min(there, self.room, self.history.capacity - writes), f"only {numbers}"

    def recent(self) -> None:
        before = self.writes()
        number = self.history.recent()
        after = self.writes()
        assert before >> 1 <= (number or 0) <= after + 1 >> 1, f"not recent: {number}"


class TracedBytes:
    """The elements, as the tracer lets the running side see them."""

    def __init__(self, bytes_of_image: Any) -> None:
        self.bytes_of_image = bytes_of_image

    def __getitem__(self, at: int) -> Any:
        return self.bytes_of_image[24 + at]


def explore(
    form: str,
    capacity: int,
    before: int,
    writes: int,
    room: int,
    whole: str = "",
    edits: Sequence[Edit] = (),
) -> None:
    """Every order of so many writes and one read, after so many writes `before`."""
    tracer = Tracer(LAYOUT, by_bytes=True)
    ring, traced = load_modules(("_ring", "history_buf"), tracer, edits)
    writer = Writer(traced.HistoryBuf(capacity, form), before)
    history = traced.HistoryBuf(capacity, form)
    names = tracer.names()
    history._slot = ring._slot_finder(history.image, capacity)
    history._slots = TracedBytes(names["ptr8"](history.image))
    reader = Reader(history, names["ptr32"], room)
    sides = Side("P", tracer, writer, writes), Side("C", tracer, reader, 1)
    memory = bytes(writer.image)
    Explorer(memory, sides, lambda image, notes, at_rest: None, NAMES, whole).explore()


@pytest.mark.parametrize("form", ["B", "2B"])
@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_a_reader_is_told_what_was_there_whatever_comes_between(capacity: int, form: str) -> None:
    for before in range(capacity + 2):
        for room in {1, capacity, capacity + 1}:
            explore(form, capacity, before, 3 if form == "B" else 2, room)


@pytest.mark.parametrize("whole", ["P", "C"])
@pytest.mark.parametrize("form", ["B", "2B"])
def test_a_reader_is_told_what_was_there_when_either_is_an_interrupt(
    form: str, whole: str
) -> None:
    for before in (0, 3, 6):
        for room in (2, 4):
            explore(form, 4, before, 5, room, whole)


@pytest.mark.parametrize(
    ("edit", "whole"),
    [
        # The reader counts the writes from too late on,
        (Edit("history_buf", "def copy_into", "p[_WRITES] + 1", "before + 1"), "P"),
        # or takes for untouched what a write that has begun is about to change.
        (Edit("history_buf", "def copy_into", "p[_WRITES] + 1", "p[_WRITES]"), ""),
        (Edit("history_buf", "def copy_into", "- (before >> 1)", "- (before + 1 >> 1)"), ""),
        # The writer says so too late.
        (Edit("history_buf", "def _integer_writer", "p[_WRITES] | 1", "p[_WRITES]"), ""),
        # It publishes before the element is there.
        (
            Edit(
                "history_buf",
                "def _integer_writer",
                "size = p[_SIZE]",
                "size, p[_LENGTH] = p[_SIZE], min(length + 1, capacity)",
            ),
            "",
        ),
        (
            Edit(
                "history_buf",
                "def _integer_writer",
                "size = p[_SIZE]",
                "size, p[_HEAD] = p[_SIZE], (at + 1) % capacity if length == capacity else 0",
            ),
            "",
        ),
    ],
)
def test_a_fault_in_the_order_shows(edit: Edit, whole: str) -> None:
    with pytest.raises(Counterexample, match=r"torn|disordered|not |only "):
        for capacity in (2, 3):
            for before in range(capacity + 2):
                explore("B", capacity, before, 5 if whole else 3, capacity, whole, [edit])


@pytest.mark.parametrize("form", ["b", "B", "h", "H", "i", "I"])
def test_neighbours_are_told_apart(form: str) -> None:
    for values in ([4, 5], [5, 4], [6, 5], [5, 6], [7, 6, 5, 4]):
        history: HistoryBuf[int] = HistoryBuf(4, form)
        history.extend(values)
        assert (history.min(), history.try_min(None)) == (min(values), min(values))
        assert (history.max(), history.try_max(None)) == (max(values), max(values))


def test_the_newest_are_copied_from_every_place() -> None:
    for written in range(13):
        history = HistoryBuf(4, "B")
        history.extend(range(written))
        for room in range(7):
            copied = bytearray(room)
            kept = min(written, 4, room)
            assert history.copy_into(copied) == kept
            expected = bytes(range(written - kept, written))
            assert copied == expected + bytes(room - kept)
