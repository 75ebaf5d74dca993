"""Deque against `collections.deque`, and each of its promises by name."""

import collections
import struct
from array import array
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from heapless_py import Empty, Full
from heapless_py import deque as deque_module
from heapless_py.deque import Deque
from host_tests.test_spsc_queue import (
    INTEGERS,
    RECORDS,
    bad_elements,
    elements,
    packed,
    unpacked,
)

AnyDeque = Any  # wrong uses are tested as well
ENDS = st.sampled_from(["back", "front"])


class Trouble(Exception):
    """What an iterator or a predicate of ours raises."""


def troubled(items: list[Any]) -> Iterator[Any]:
    """An iterator that fails after these."""
    yield from items
    raise Trouble


def holding(items: list[Any], head: int = 0, capacity: int = 8, form: str = "h") -> AnyDeque:
    """A deque of these elements, of which the first is in slot `head`."""
    deque = Deque(capacity, form)
    for _ in range(head):
        deque.push_back(items[0])
        deque.pop_front()
    deque.extend(items)
    return deque


def changes_nothing(deque: AnyDeque, error: type[Exception], *call: Any) -> str:
    """What the call complains of, which must leave the image as it is."""
    function, *arguments = call
    before = bytes(deque.image)
    with pytest.raises(error) as raised:
        function(*arguments)
    assert bytes(deque.image) == before
    return str(raised.value)


class DequeMachine(RuleBasedStateMachine):
    """Every operation, in any order."""

    @initialize(form=st.sampled_from(INTEGERS + RECORDS), capacity=st.integers(1, 20))
    def construct(self, form: str, capacity: int) -> None:
        self.form = form
        self.size = struct.calcsize("<" + form)
        self.capacity = capacity
        self.oracle: collections.deque[Any] = collections.deque()
        self.deque: AnyDeque = Deque(capacity, form)

    # --- what the rules share

    def room(self) -> int:
        return self.capacity - len(self.oracle)

    def draw(self, data: st.DataObject, most: int | None = None) -> list[Any]:
        """Some elements, perhaps more than there is room for."""
        most = self.capacity + 2 if most is None else most
        return data.draw(st.lists(elements(self.form), max_size=most))

    def draw_known(self, data: st.DataObject) -> Any:
        """An element that may well be there."""
        new = elements(self.form)
        return data.draw(st.sampled_from(list(self.oracle)) | new if self.oracle else new)

    def draw_index(self, data: st.DataObject) -> int:
        """Of an element, mostly."""
        length = len(self.oracle)
        far = st.integers(1 << 31, 1 << 40)
        return data.draw(
            st.integers(-length, length - 1) if length else st.sampled_from([0, -1])
        ) + data.draw(st.sampled_from([0] * 9 + [length, -length]) | far | far.map(lambda n: -n))

    def is_index(self, i: int) -> bool:
        return -len(self.oracle) <= i < len(self.oracle)

    def changes_nothing(self, error: type[Exception], *call: Any) -> None:
        changes_nothing(self.deque, error, *call)

    def does(
        self, works: bool, error: type[Exception], must: bool, verb: str, argument: Any
    ) -> bool:
        """Call the raising or the trying form of a verb; whether it did its work."""
        if not must:
            assert getattr(self.deque, f"try_{verb}")(argument) is works
        elif works:
            assert getattr(self.deque, verb)(argument) is None
        else:
            self.changes_nothing(error, getattr(self.deque, verb), argument)
        return works

    # --- at the ends

    def put(self, end: str, x: Any) -> None:
        (self.oracle.append if end == "back" else self.oracle.appendleft)(x)

    def take(self, end: str) -> Any:
        return (self.oracle.pop if end == "back" else self.oracle.popleft)()

    @rule(data=st.data(), end=ENDS, must=st.booleans())
    def push(self, data: st.DataObject, end: str, must: bool) -> None:
        x = data.draw(elements(self.form))
        if self.does(self.room() > 0, Full, must, f"push_{end}", x):
            self.put(end, x)

    @rule(data=st.data(), end=ENDS, must=st.booleans(), excess=st.binary(max_size=3))
    def push_from(self, data: st.DataObject, end: str, must: bool, excess: bytes) -> None:
        x = data.draw(elements(self.form))
        buffer = packed(self.form, x) + excess
        if self.does(self.room() > 0, Full, must, f"push_{end}_from", buffer):
            self.put(end, x)

    @rule(end=ENDS, must=st.booleans(), default=st.none() | st.integers())
    def pop(self, end: str, must: bool, default: int | None) -> None:
        if not must:
            expected = self.take(end) if self.oracle else default
            assert getattr(self.deque, f"try_pop_{end}")(default) == expected
        elif self.oracle:
            assert getattr(self.deque, f"pop_{end}")() == self.take(end)
        else:
            self.changes_nothing(Empty, getattr(self.deque, f"pop_{end}"))

    @rule(end=ENDS, must=st.booleans(), excess=st.integers(0, 5))
    def pop_into(self, end: str, must: bool, excess: int) -> None:
        buffer = bytearray(b"\xa5" * (self.size + excess))
        if self.does(len(self.oracle) > 0, Empty, must, f"pop_{end}_into", buffer):
            assert unpacked(self.form, buffer[: self.size]) == self.take(end)
            assert buffer[self.size :] == b"\xa5" * excess
        else:
            assert set(buffer) == {0xA5}

    @rule(default=st.none() | st.integers())
    def look_at_the_ends(self, default: int | None) -> None:
        for end, i in (("front", 0), ("back", -1)):
            expected = self.oracle[i] if self.oracle else default
            assert getattr(self.deque, f"try_{end}")(default) == expected
            if self.oracle:
                assert getattr(self.deque, end)() == expected
            else:
                self.changes_nothing(Empty, getattr(self.deque, end))

    @rule(data=st.data(), end=ENDS, must=st.booleans(), as_iterator=st.booleans())
    def extend(self, data: st.DataObject, end: str, must: bool, as_iterator: bool) -> None:
        items = self.draw(data)
        given: Any = iter(items) if as_iterator else items
        verb = "extend" if end == "back" else "extend_front"
        if self.does(len(items) <= self.room(), Full, must, verb, given):
            for x in items:
                self.put(end, x)

    @rule(end=ENDS)
    def extend_by_itself(self, end: str) -> None:
        verb = "try_extend" if end == "back" else "try_extend_front"
        items = list(self.oracle)
        assert getattr(self.deque, verb)(self.deque) is (len(items) <= self.room())
        if len(items) <= self.room():
            for x in items:
                self.put(end, x)

    @rule(data=st.data())
    def add_in_place(self, data: st.DataObject) -> None:
        items = self.draw(data)
        if len(items) <= self.room():
            same = self.deque
            self.deque += items
            assert self.deque is same
            self.oracle += items
        else:
            self.changes_nothing(Full, self.deque.__iadd__, items)

    # --- by index

    @rule(data=st.data(), default=st.none() | st.integers())
    def look(self, data: st.DataObject, default: int | None) -> None:
        i = self.draw_index(data)
        if self.is_index(i):
            assert self.deque[i] == self.deque.get(i) == self.oracle[i]
        else:
            assert self.deque.get(i) is None
            assert self.deque.get(i, default) == default
            self.changes_nothing(IndexError, self.deque.__getitem__, i)

    @rule(data=st.data(), cut=st.slices(20) | st.slices(3))
    def look_at_a_slice(self, data: st.DataObject, cut: slice) -> None:
        assert self.deque[cut] == list(self.oracle)[cut]

    @rule(data=st.data())
    def replace(self, data: st.DataObject) -> None:
        i, x = self.draw_index(data), data.draw(elements(self.form))
        if self.is_index(i):
            self.deque[i] = self.oracle[i] = x
        else:
            self.changes_nothing(IndexError, self.deque.__setitem__, i, x)

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        i = self.draw_index(data)
        if self.is_index(i):
            del self.deque[i]
            del self.oracle[i]
        else:
            self.changes_nothing(IndexError, self.deque.__delitem__, i)

    @rule(data=st.data())
    def swap(self, data: st.DataObject) -> None:
        i, j = self.draw_index(data), self.draw_index(data)
        if self.is_index(i) and self.is_index(j):
            assert self.deque.swap(i, j) is None
            self.oracle[i], self.oracle[j] = self.oracle[j], self.oracle[i]
        else:
            self.changes_nothing(IndexError, self.deque.swap, i, j)

    @rule(data=st.data(), end=ENDS)
    def swap_remove(self, data: st.DataObject, end: str) -> None:
        i = self.draw_index(data)
        remove = getattr(self.deque, f"swap_remove_{end}")
        if not self.is_index(i):
            self.changes_nothing(IndexError, remove, i)
            return
        other = -1 if end == "back" else 0
        self.oracle[i], self.oracle[other] = self.oracle[other], self.oracle[i]
        assert remove(i) == self.take(end)

    # --- all of them

    @rule(n=st.integers(-25, 25) | st.integers(-(1 << 70), 1 << 70))
    def rotate(self, n: int) -> None:
        assert self.deque.rotate(n) is None
        self.oracle.rotate(n % (len(self.oracle) or 1))  # collections.deque takes no larger one

    @rule(kept=st.integers(0, (1 << 20) - 1))
    def retain(self, kept: int) -> None:
        asked: list[Any] = []

        def keep(element: Any) -> int:
            asked.append(element)
            return kept >> len(asked) - 1 & 1

        before = list(self.oracle)
        assert self.deque.retain(keep) is None
        assert asked == before
        self.oracle = collections.deque(x for i, x in enumerate(before) if kept >> i & 1)

    @rule(data=st.data())
    def retain_nothing_half_done(self, data: st.DataObject) -> None:
        calls = data.draw(st.integers(0, max(0, len(self.oracle) - 1)))

        def keep(element: Any) -> bool:
            nonlocal calls
            calls -= 1
            if calls < 0:
                raise Trouble
            return False

        if self.oracle:
            self.changes_nothing(Trouble, self.deque.retain, keep)

    @rule(n=st.integers(0, 25) | st.integers(1 << 31, 1 << 40))
    def truncate(self, n: int) -> None:
        assert self.deque.truncate(n) is None
        while len(self.oracle) > n:
            self.oracle.pop()

    @rule()
    def clear(self) -> None:
        assert self.deque.clear() is None
        self.oracle.clear()

    @rule()
    def make_contiguous(self) -> None:
        view = self.deque.make_contiguous()
        assert bytes(view) == b"".join(packed(self.form, x) for x in self.oracle)
        assert bytes(self.deque.as_slices()[1]) == b""

    @rule(i=st.integers(0, 19))
    def change_through_a_slice(self, i: int) -> None:
        if i < len(self.oracle):
            first, second = self.deque.as_slices()
            at = i * self.size
            view = first if at < len(first) else second
            at -= 0 if view is first else len(first)
            new = packed(self.form, self.oracle[0])
            view[at : at + self.size] = new
            self.oracle[i] = self.oracle[0]

    # --- what it refuses

    @rule(data=st.data(), end=ENDS)
    def refuse_bad_elements(self, data: st.DataObject, end: str) -> None:
        x = data.draw(bad_elements(self.form))
        good = [data.draw(elements(self.form))][: self.room() - 1]
        errors: Any = (ValueError, TypeError)
        for verb in (f"push_{end}", f"try_push_{end}"):
            self.changes_nothing(errors, getattr(self.deque, verb), x)
        for verb in ("extend", "try_extend", "extend_front", "try_extend_front"):
            self.changes_nothing(Trouble, getattr(self.deque, verb), troubled(good))
            if self.room():
                self.changes_nothing(errors, getattr(self.deque, verb), [*good, x])
        if self.oracle:
            self.changes_nothing(errors, self.deque.__setitem__, 0, x)

    @rule(end=ENDS)
    def refuse_short_buffers(self, end: str) -> None:
        short = bytearray(self.size - 1)
        for verb in (f"push_{end}_from", f"pop_{end}_into"):
            for form in (verb, f"try_{verb}"):
                self.changes_nothing(ValueError, getattr(self.deque, form), short)
                self.changes_nothing(TypeError, getattr(self.deque, form), "x" * self.size)

    @rule(n=st.integers(max_value=-1))
    def refuse_a_negative_length(self, n: int) -> None:
        self.changes_nothing(ValueError, self.deque.truncate, n)

    # --- what it tells

    @rule(data=st.data())
    def search(self, data: st.DataObject) -> None:
        x = self.draw_known(data)
        assert (x in self.deque) is (x in self.oracle)
        assert self.deque.count(x) == self.oracle.count(x)
        if x in self.oracle:
            assert self.deque.index(x) == self.oracle.index(x)
        else:
            self.changes_nothing(ValueError, self.deque.index, x)

    @rule(data=st.data(), cut=st.integers(0, 20))
    def compare(self, data: st.DataObject, cut: int) -> None:
        mine = list(self.oracle)
        for other in (mine[:cut], self.draw(data, most=3), tuple(mine), self.oracle, self.deque):
            theirs = list(other)
            assert (self.deque == other) is (mine == theirs)
            assert (self.deque < other) is (mine < theirs)
            assert (self.deque >= other) is (mine >= theirs)

    @invariant()
    def tells_the_truth(self) -> None:
        if not hasattr(self, "oracle"):
            return
        self.deque._check()
        assert list(self.deque) == list(self.oracle)
        assert list(reversed(self.deque)) == list(reversed(self.oracle))
        assert len(self.deque) == len(self.oracle)
        assert bool(self.deque) is bool(self.oracle)
        assert self.deque.is_empty() is (not self.oracle)
        assert self.deque.is_full() is (self.room() == 0)
        first, second = self.deque.as_slices()
        data = b"".join(packed(self.form, x) for x in self.oracle)
        assert bytes(first) + bytes(second) == data


TestDeque = DequeMachine.TestCase
TestDeque.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)


# --- every place of the ring ---------------------------------------------------------------------

FORMS = ("B", "h", "i", "IhB")  # elements of 1, 2, 4 and 7 bytes


def everywhere(capacity: int, form: str) -> Iterator[tuple[AnyDeque, list[Any]]]:
    """A deque at every head and of every length, and what is in it."""
    for head in range(capacity):
        for length in range(1, capacity + 1):
            items: list[Any] = list(range(1, length + 1))
            if form in RECORDS:
                items = [(1 << 31 | i, -i, i) for i in items]
            yield holding(items, head, capacity, form), items


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("end", ["back", "front"])
def test_packed_elements_go_in_and_out_at_every_place(end: str, form: str) -> None:
    for deque, items in everywhere(4, form):
        data, room = packed(form, items[0]), not deque.is_full()
        assert getattr(deque, f"try_push_{end}_from")(data) is room
        if room:
            items.insert(0 if end == "front" else len(items), items[0])
        target = bytearray(len(data))
        while items:
            assert list(deque) == items
            deque._check()
            assert getattr(deque, f"try_pop_{end}_into")(target) is True
            assert unpacked(form, target) == items.pop(0 if end == "front" else -1)
        assert getattr(deque, f"try_pop_{end}_into")(target) is False
        assert deque.is_empty()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("end", ["back", "front"])
def test_elements_go_in_and_out_at_every_place(end: str, form: str) -> None:
    nothing = object()
    for deque, items in everywhere(4, form):
        room = not deque.is_full()
        assert getattr(deque, f"try_push_{end}")(items[0]) is room
        if room:
            items.insert(0 if end == "front" else len(items), items[0])
        while items:
            assert list(deque) == items
            deque._check()
            element = items.pop(0 if end == "front" else -1)
            assert getattr(deque, f"try_pop_{end}")(nothing) == element
        assert getattr(deque, f"try_pop_{end}")(nothing) is nothing


@pytest.mark.parametrize("form", FORMS)
def test_an_element_is_got_by_every_index(form: str) -> None:
    for deque, items in everywhere(4, form):
        for index in range(-6, 6):
            there = -len(items) <= index < len(items)
            assert deque.get(index) == (items[index] if there else None)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("capacity", range(1, 10))
def test_make_contiguous_at_every_place(capacity: int, form: str) -> None:
    for deque, items in everywhere(capacity, form):
        view = deque.make_contiguous()
        assert bytes(view) == b"".join(packed(form, x) for x in items)
        assert [bytes(run) for run in deque.as_slices()] == [bytes(view), b""]
        assert list(deque) == items
        deque._check()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("capacity", range(1, 8))
def test_rotate_by_every_number_at_every_place(capacity: int, form: str) -> None:
    for n in range(-capacity - 1, capacity + 2):
        for deque, items in everywhere(capacity, form):
            deque.rotate(n)
            oracle = collections.deque(items)
            oracle.rotate(n)
            assert list(deque) == list(oracle)
            deque._check()


@pytest.mark.parametrize(
    ("length", "n", "moves"),
    [(6, 1, 1), (6, 3, 3), (6, 5, 1), (6, -1, 1), (6, 6, 0), (1, 1, 0), (8, 3, 0)],
)
def test_rotate_moves_the_fewer_elements_and_none_of_a_full_deque(
    length: int, n: int, moves: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = []
    deque = holding([7] * length, capacity=8)
    monkeypatch.setattr(deque_module, "move", lambda *arguments: moved.append(arguments))
    deque.rotate(n)
    assert len(moved) == moves


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("verb", ["swap_remove_front", "swap_remove_back", "__delitem__"])
def test_remove_every_element_at_every_place(verb: str, form: str) -> None:
    for i in range(7):
        for deque, items in everywhere(7, form):
            if i >= len(items):
                continue
            left = collections.deque(items)
            if verb == "swap_remove_front":
                left[i], left[0] = left[0], left[i]
                removed = left.popleft()
            elif verb == "swap_remove_back":
                left[i], left[-1] = left[-1], left[i]
                removed = left.pop()
            else:
                removed = None
                del left[i]
            assert getattr(deque, verb)(i) == removed
            assert list(deque) == list(left)
            deque._check()


@pytest.mark.parametrize("form", FORMS)
def test_swap_every_two_elements_at_every_place(form: str) -> None:
    for i in range(5):
        for j in range(5):
            for deque, items in everywhere(5, form):
                if max(i, j) < len(items):
                    deque.swap(i, j)
                    items[i], items[j] = items[j], items[i]
                    assert list(deque) == items


@pytest.mark.parametrize("form", FORMS)
def test_retain_every_choice_at_every_place(form: str) -> None:
    for chosen in range(1 << 5):
        for deque, items in everywhere(5, form):
            kept = [x for i, x in enumerate(items) if chosen >> i & 1]
            deque.retain(lambda x, kept=kept: x in kept)
            assert list(deque) == kept
            deque._check()


# --- construction --------------------------------------------------------------------------------


def test_size_of_is_as_documented() -> None:
    assert Deque.size_of(3, "B") == 20 + 4
    assert Deque.size_of(64, "I") == 20 + 64 * 4
    assert Deque.size_of(3, "IhB") == 20 + 24


@pytest.mark.parametrize("form", INTEGERS + RECORDS)
@given(capacity=st.integers(1, 100))
def test_size_of_is_the_bytes_of_the_image(form: str, capacity: int) -> None:
    assert Deque.size_of(capacity, form) == len(Deque(capacity, form).image)


@pytest.mark.parametrize("capacity", [0, -1, 1 << 24])
def test_a_bad_capacity_is_named_with_its_limits(capacity: int) -> None:
    with pytest.raises(ValueError, match=rf"capacity {capacity} is outside of 1 to \d+"):
        Deque(capacity, "B")


def test_the_image_is_as_drawn_and_in_the_callers_memory() -> None:
    words = array("I", [99] * 10)
    deque = Deque(4, "I", words)
    deque.extend([7, 8, 9])
    deque.pop_front()
    assert list(words[:9]) == [0x5144, 4, 4, 2, 1, 7, 8, 9, 0]
    assert words[9] == 99
    assert bytes(words)[:2] == b"DQ"


def test_from_iterable_keeps_the_order() -> None:
    deque = Deque.from_iterable(3, "B", iter([1, 2]))
    assert list(deque) == [1, 2]
    assert deque.capacity == 3
    assert repr(deque) == "Deque(3, 'B', [1, 2])"


def test_from_iterable_of_too_many_is_full() -> None:
    with pytest.raises(Full):
        Deque.from_iterable(2, "B", [1, 2, 3])


# --- errors name the value and the limit, and change nothing -------------------------------------

Act = Callable[[AnyDeque], object]


@pytest.mark.parametrize(
    ("act", "error", "complaint"),
    [
        (lambda d: d[3], IndexError, "index 3 is outside of the 3 elements"),
        (lambda d: d[-4], IndexError, "index -4 is outside of the 3 elements"),
        (lambda d: d[1 << 32], IndexError, "index 4294967296 is outside of the 3 elements"),
        (lambda d: d[-1 - (1 << 32)], IndexError, "index -4294967297 is outside of the 3"),
        (lambda d: d.swap(0, 3), IndexError, "index 3 is outside of the 3 elements"),
        (lambda d: d.swap(-4, 0), IndexError, "index -4 is outside of the 3 elements"),
        (lambda d: d.swap_remove_front(3), IndexError, "index 3 is outside of the 3 elements"),
        (lambda d: d.swap_remove_back(-4), IndexError, "index -4 is outside of the 3 elements"),
        (lambda d: d.__delitem__(3), IndexError, "index 3 is outside of the 3 elements"),
        (lambda d: d.__setitem__(3, 0), IndexError, "index 3 is outside of the 3 elements"),
        (lambda d: d.push_back(40000), ValueError, "40000 is outside of -32768 to 32767"),
        (lambda d: d.push_front(-40000), ValueError, "-40000 is outside of -32768 to 32767"),
        (lambda d: d.__setitem__(0, 1 << 32), ValueError, "outside of -32768 to 32767"),
        (lambda d: d.extend([1, 40000]), ValueError, "40000 is outside of -32768 to 32767"),
        (lambda d: d.truncate(-1), ValueError, "-1"),
        (lambda d: d.push_back_from(b"1"), ValueError, "shorter than the 2 bytes"),
        (lambda d: d.pop_front_into(bytearray(1)), ValueError, "shorter than the 2 bytes"),
        (lambda d: d.pop_front_into(b"12"), TypeError, "writable memory is needed"),
        (lambda d: d.push_back_from(12), TypeError, "memory is needed"),
    ],
)
def test_a_complaint_names_the_value_and_the_limit(
    act: Act, error: type[Exception], complaint: str
) -> None:
    deque = holding([1, 2, 3], head=6)
    assert complaint in changes_nothing(deque, error, act, deque)


@pytest.mark.parametrize("index", [None, "0", 0.0, 1.5, (0,)])
def test_an_index_is_an_integer(index: object) -> None:
    deque = holding([1, 2, 3], head=6)
    for verb in ("get", "__getitem__", "__delitem__", "swap_remove_front", "swap_remove_back"):
        changes_nothing(deque, TypeError, getattr(deque, verb), index)
    changes_nothing(deque, TypeError, deque.swap, index, 0)
    changes_nothing(deque, TypeError, deque.swap, 0, index)
    changes_nothing(deque, TypeError, deque.__setitem__, index, 0)


@pytest.mark.parametrize("number", [None, "1", 1.5, (0,)])
@pytest.mark.parametrize("length", [2, 8])
def test_a_number_is_an_integer(number: object, length: int) -> None:
    deque = holding([5] * length, head=6)
    changes_nothing(deque, TypeError, deque.rotate, number)
    changes_nothing(deque, TypeError, deque.truncate, number)


def test_a_slice_is_only_looked_at() -> None:
    deque = holding([1, 2, 3], head=6)
    changes_nothing(deque, TypeError, deque.__setitem__, slice(0, 2), [7, 8])
    changes_nothing(deque, TypeError, deque.__delitem__, slice(0, 2))


def test_extend_is_full_before_an_endless_iterator_ends() -> None:
    taken = 0

    def endless() -> Iterator[int]:
        nonlocal taken
        while True:
            taken += 1
            yield 1

    deque = holding([1, 2, 3], capacity=8)
    changes_nothing(deque, Full, deque.extend, endless())
    assert deque.try_extend_front(endless()) is False
    assert taken <= 2 * (8 + 1)


def test_extend_counts_the_room_when_the_items_are_there() -> None:
    # They may come out of the deque itself.
    deque = holding([1, 2, 3], capacity=3)
    deque.extend(deque.pop_front() + 10 for _ in range(3))
    assert list(deque) == [11, 12, 13]


def test_extend_of_no_iterable_is_refused() -> None:
    deque = holding([1])
    changes_nothing(deque, TypeError, deque.extend, 5)


def test_a_packed_element_leaves_by_the_other_end_as_it_came() -> None:
    deque = Deque(2, "IhB")
    deque.push_back_from(b"\x01\0\0\0\x02\0\x03 and more")
    deque.push_front_from(memoryview(b"\xff" * 7))
    into = bytearray(7)
    deque.pop_back_into(into)
    assert into == b"\x01\0\0\0\x02\0\x03"
    assert deque.pop_front() == (0xFFFFFFFF, -1, 0xFF)


def test_full_and_empty_are_index_errors_as_of_a_collections_deque() -> None:
    for error in (Full, Empty):
        assert issubclass(error, IndexError)


def test_it_cannot_be_hashed() -> None:
    with pytest.raises(TypeError):
        hash(Deque(3, "B"))


def test_clear_begins_anew() -> None:
    deque = holding([1, 2, 3], head=7)
    deque.clear()
    assert list(deque.image[:20]) == list(Deque(8, "h").image[:20])


def test_truncate_to_every_length() -> None:
    for length in range(7):
        deque = holding([1, 2, 3, 4])
        deque.truncate(length)
        assert deque == [1, 2, 3, 4][:length]
        deque._check()
