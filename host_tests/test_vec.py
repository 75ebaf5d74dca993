"""Vec against a list, and each of its promises by name."""

import contextlib
import io
import struct
from array import array
from collections.abc import Callable, Iterator
from random import Random
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

from heapless_py import Empty, Full, SpscQueue
from heapless_py.vec import Vec
from host_tests.test_spsc_queue import (
    INTEGERS,
    RECORDS,
    bad_elements,
    elements,
    integers,
    packed,
    unpacked,
)
from host_tests.unix import Unix

HEADER = 16

AnyVec = Any  # wrong uses are tested as well


def holding(items: list[Any], capacity: int = 8, form: str = "h") -> AnyVec:
    return Vec.from_iterable(capacity, form, items)


def used_part(vec: AnyVec) -> bytes:
    """The image, less the slots that are free."""
    return bytes(vec.image[: HEADER + len(vec.view)])


class Trouble(Exception):
    """What an iterator, a predicate or a key of ours raises."""


def troubled(items: list[Any]) -> Iterator[Any]:
    """An iterator that fails after these."""
    yield from items
    raise Trouble


class VecMachine(RuleBasedStateMachine):
    """Every operation, in any order."""

    @initialize(
        form=st.sampled_from(INTEGERS + RECORDS), capacity=st.integers(1, 20), data=st.data()
    )
    def construct(self, form: str, capacity: int, data: st.DataObject) -> None:
        self.form = form
        self.size = struct.calcsize("<" + form)
        self.capacity = capacity
        self.oracle: list[Any] = self.draw(data, most=capacity)
        self.vec: AnyVec = Vec.from_iterable(capacity, form, self.oracle)

    # --- what the rules share

    def room(self) -> int:
        return self.capacity - len(self.oracle)

    def rank(self, element: Any) -> Any:
        """A key that few elements differ in."""
        field = element if self.form in INTEGERS else element[0]
        return field[:1] if isinstance(field, bytes) else field // 64

    def draw(self, data: st.DataObject, most: int | None = None) -> list[Any]:
        """Some elements, perhaps more than there is room for."""
        count = data.draw(st.integers(0, self.room() + 2 if most is None else most))
        return data.draw(st.lists(elements(self.form), min_size=count, max_size=count))

    def draw_known(self, data: st.DataObject) -> Any:
        """An element that may well be there."""
        new = elements(self.form)
        return data.draw(st.sampled_from(self.oracle) | new if self.oracle else new)

    def draw_index(self, data: st.DataObject) -> int:
        return data.draw(st.integers(-len(self.oracle), len(self.oracle) - 1))

    def draw_wrong_index(self, data: st.DataObject, beyond: int) -> int:
        """Not an index of an element, nor of the `beyond` places behind the last."""
        length = len(self.oracle)
        high = st.integers(length + beyond, 1 << 40)
        return data.draw(high | st.integers(-(1 << 40), -length - 1) | st.just(length + beyond))

    def changes_nothing(self, error: type[Exception], *call: Any) -> None:
        function, *arguments = call
        before = bytes(self.vec.image)
        with pytest.raises(error):
            function(*arguments)
        assert bytes(self.vec.image) == before

    # --- at the end

    @rule(data=st.data(), must=st.booleans())
    def push(self, data: st.DataObject, must: bool) -> None:
        x = data.draw(elements(self.form))
        if must and not self.room():
            self.changes_nothing(Full, self.vec.push, x)
        elif must:
            assert self.vec.push(x) is None
        else:
            assert self.vec.try_push(x) is (self.room() > 0)
        if self.room():
            self.oracle.append(x)

    @rule(data=st.data(), must=st.booleans(), excess=st.binary(max_size=3))
    def push_from(self, data: st.DataObject, must: bool, excess: bytes) -> None:
        x = data.draw(elements(self.form))
        buffer = packed(self.form, x) + excess
        if must and not self.room():
            self.changes_nothing(Full, self.vec.push_from, buffer)
        elif must:
            assert self.vec.push_from(buffer) is None
        else:
            assert self.vec.try_push_from(buffer) is (self.room() > 0)
        if self.room():
            self.oracle.append(x)

    @rule(must=st.booleans(), default=st.none() | st.integers())
    def pop(self, must: bool, default: int | None) -> None:
        if must and not self.oracle:
            self.changes_nothing(Empty, self.vec.pop)
        elif must:
            assert self.vec.pop() == self.oracle.pop()
        else:
            assert self.vec.try_pop(default) == (self.oracle.pop() if self.oracle else default)

    @rule(must=st.booleans(), excess=st.integers(0, 3))
    def pop_into(self, must: bool, excess: int) -> None:
        buffer = bytearray(b"\xa5" * (self.size + excess))
        if must and not self.oracle:
            self.changes_nothing(Empty, self.vec.pop_into, buffer)
        elif must:
            assert self.vec.pop_into(buffer) is None
        else:
            assert self.vec.try_pop_into(buffer) is bool(self.oracle)
        if self.oracle:
            assert unpacked(self.form, buffer[: self.size]) == self.oracle.pop()
            assert buffer[self.size :] == b"\xa5" * excess
        else:
            assert set(buffer) == {0xA5}

    # --- anywhere

    @rule(data=st.data(), must=st.booleans())
    def insert(self, data: st.DataObject, must: bool) -> None:
        index = data.draw(st.integers(-len(self.oracle), len(self.oracle)))
        x = data.draw(elements(self.form))
        if must and not self.room():
            self.changes_nothing(Full, self.vec.insert, index, x)
        elif must:
            assert self.vec.insert(index, x) is None
        else:
            assert self.vec.try_insert(index, x) is (self.room() > 0)
        if self.room():
            self.oracle.insert(index, x)

    @precondition(lambda self: self.oracle)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        index = self.draw_index(data)
        assert self.vec.remove(index) == self.oracle.pop(index)

    @precondition(lambda self: self.oracle)
    @rule(data=st.data())
    def swap_remove(self, data: st.DataObject) -> None:
        index = self.draw_index(data)
        expected = self.oracle[index]
        self.oracle[index] = self.oracle[-1]
        self.oracle.pop()
        assert self.vec.swap_remove(index) == expected

    @precondition(lambda self: self.oracle)
    @rule(data=st.data())
    def set_item(self, data: st.DataObject) -> None:
        index = self.draw_index(data)
        self.vec[index] = self.oracle[index] = data.draw(elements(self.form))

    @precondition(lambda self: self.oracle)
    @rule(data=st.data())
    def get_and_delete_item(self, data: st.DataObject) -> None:
        index = self.draw_index(data)
        assert self.vec[index] == self.oracle[index]
        del self.vec[index], self.oracle[index]

    @rule(data=st.data())
    def read_and_delete_slice(self, data: st.DataObject) -> None:
        part = data.draw(st.slices(len(self.oracle)) | st.slices(22))
        assert self.vec[part] == self.oracle[part]
        del self.vec[part], self.oracle[part]

    # --- many at once

    @rule(data=st.data(), form=st.sampled_from([list, iter, tuple]), must=st.booleans())
    def extend(self, data: st.DataObject, form: Callable[[Any], Any], must: bool) -> None:
        items = self.draw(data)
        fits = len(items) <= self.room()
        before = used_part(self.vec)
        if not must:
            assert self.vec.try_extend(form(items)) is fits
        elif fits:
            assert self.vec.extend(form(items)) is None
        else:
            with pytest.raises(Full):
                self.vec.extend(form(items))
        if fits:
            self.oracle += items
        else:
            assert used_part(self.vec) == before

    @rule(data=st.data(), ending=st.sampled_from(["bad", "trouble"]))
    def refuse_a_later_item(self, data: st.DataObject, ending: str) -> None:
        items = self.draw(data, most=self.room())
        before = used_part(self.vec)
        if ending == "trouble":
            with pytest.raises(Trouble):
                self.vec.extend(troubled(items))
        elif self.room():
            items = [*items[: self.room() - 1], data.draw(bad_elements(self.form))]
            with pytest.raises((ValueError, TypeError)):
                self.vec.extend(items)
        assert used_part(self.vec) == before

    @rule(from_view=st.booleans())
    def double(self, from_view: bool) -> None:
        fits = 2 * len(self.oracle) <= self.capacity
        if from_view:
            assert self.vec.try_extend_from(self.vec.view) is fits
        else:
            assert self.vec.try_extend(self.vec) is fits
        if fits:
            self.oracle *= 2

    @rule(data=st.data())
    def add_in_place(self, data: st.DataObject) -> None:
        items = self.draw(data, most=self.room())
        same = self.vec
        self.vec += items
        assert self.vec is same
        self.oracle += items

    @rule(data=st.data(), of_array=st.booleans(), must=st.booleans())
    def extend_from(self, data: st.DataObject, of_array: bool, must: bool) -> None:
        items = self.draw(data)
        buffer: Any = b"".join(packed(self.form, x) for x in items)
        if of_array and self.form in INTEGERS:
            buffer = array(self.form, items)
        fits = len(items) <= self.room()
        if not must:
            assert self.vec.try_extend_from(buffer) is fits
        elif fits:
            assert self.vec.extend_from(buffer) is None
        else:
            self.changes_nothing(Full, self.vec.extend_from, buffer)
        if fits:
            self.oracle += items

    @precondition(lambda self: self.size > 1)
    @rule(count=st.integers(0, 20), data=st.data())
    def refuse_a_part_of_an_element(self, count: int, data: st.DataObject) -> None:
        size = count * self.size + data.draw(st.integers(1, self.size - 1))
        self.changes_nothing(ValueError, self.vec.extend_from, bytes(size))

    @rule(data=st.data(), must=st.booleans())
    def resize(self, data: st.DataObject, must: bool) -> None:
        n = data.draw(st.integers(0, self.capacity + 2))
        x = data.draw(elements(self.form))
        fits = n <= self.capacity
        if not must:
            assert self.vec.try_resize(n, x) is fits
        elif fits:
            assert self.vec.resize(n, x) is None
        else:
            self.changes_nothing(Full, self.vec.resize, n, x)
        if fits:
            self.oracle = self.oracle[:n] + [x] * (n - len(self.oracle))

    @rule(data=st.data())
    def fill(self, data: st.DataObject) -> None:
        x = data.draw(elements(self.form))
        self.vec.fill(x)
        self.oracle = [x] * len(self.oracle)

    @rule(n=st.integers(0, 22) | st.just(1 << 40) | st.none())
    def truncate_or_clear(self, n: int | None) -> None:
        if n is None:
            self.vec.clear()
        else:
            self.vec.truncate(n)
        del self.oracle[n or 0 :]

    @rule(start=st.none() | st.integers(-22, 22), stop=st.none() | st.integers(-22, 22))
    def drain(self, start: int | None, stop: int | None) -> None:
        assert self.vec.drain(start, stop) == self.oracle[start:stop]
        del self.oracle[start:stop]

    @rule(answers=st.lists(st.booleans(), min_size=20, max_size=20))
    def retain(self, answers: list[bool]) -> None:
        asked: list[Any] = []

        def answer(element: Any) -> bool:
            asked.append(element)
            return answers[len(asked) - 1]

        self.vec.retain(answer)
        assert asked == self.oracle  # each once, in order
        self.oracle = [x for x, keep in zip(self.oracle, answers, strict=False) if keep]

    @precondition(lambda self: self.oracle)
    @rule(data=st.data(), answers=st.lists(st.booleans(), min_size=20, max_size=20))
    def retain_with_a_predicate_that_fails(self, data: st.DataObject, answers: list[bool]) -> None:
        at = data.draw(st.integers(0, len(self.oracle) - 1))
        answering = iter(answers[:at])

        def answer(element: Any) -> bool:
            for said in answering:
                return said
            raise Trouble

        self.changes_nothing(Trouble, self.vec.retain, answer)

    # --- order

    @rule(by_rank=st.booleans(), reverse=st.booleans())
    def sort(self, by_rank: bool, reverse: bool) -> None:
        key = self.rank if by_rank else None
        self.vec.sort(key=key, reverse=reverse)
        self.oracle.sort(key=key, reverse=reverse)

    @precondition(lambda self: len(self.oracle) > 1)
    @rule(data=st.data())
    def sort_with_a_key_that_fails(self, data: st.DataObject) -> None:
        calls = data.draw(st.integers(0, 2 * len(self.oracle) - 3))  # it makes one more at least

        def key(element: Any) -> Any:
            nonlocal calls
            if not calls:
                raise Trouble
            calls -= 1
            return self.rank(element)

        with pytest.raises(Trouble):
            self.vec.sort(key=key)
        self.vec.sort()
        self.oracle.sort()

    @precondition(lambda self: len(self.oracle) > 1)
    @rule()
    def reverse(self) -> None:
        self.vec.reverse()
        self.oracle.reverse()

    # --- as bytes

    @rule(data=st.data())
    def fill_in_place(self, data: st.DataObject) -> None:
        items = self.draw(data, most=self.room())
        filled = b"".join(packed(self.form, x) for x in items)
        assert len(self.vec.spare) == self.room() * self.size
        self.vec.spare[: len(filled)] = filled
        assert list(self.vec) == self.oracle
        self.vec.set_len(len(self.oracle) + len(items))
        self.oracle += items

    @rule(data=st.data())
    def set_len_back_and_forth(self, data: st.DataObject) -> None:
        n = data.draw(st.integers(0, len(self.oracle)))
        self.vec.set_len(n)
        assert self.vec == self.oracle[:n]
        self.vec.set_len(len(self.oracle))

    @precondition(lambda self: self.oracle)
    @rule(data=st.data())
    def write_through_the_view(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.oracle) - 1))
        x = self.oracle[at] = data.draw(elements(self.form))
        self.vec.view[at * self.size : (at + 1) * self.size] = packed(self.form, x)

    # --- what must be refused

    @rule(data=st.data(), verb=st.sampled_from(["push", "try_push", "fill"]))
    def refuse_a_bad_element(self, data: st.DataObject, verb: str) -> None:
        x = data.draw(bad_elements(self.form))
        errors: Any = (ValueError, TypeError)
        self.changes_nothing(errors, getattr(self.vec, verb), x)
        self.changes_nothing(errors, self.vec.try_insert, 0, x)
        self.changes_nothing(errors, self.vec.try_resize, self.capacity, x)
        if self.room():
            self.changes_nothing(errors, self.vec.try_extend, [x])
        if self.oracle:
            self.changes_nothing(errors, self.vec.__setitem__, 0, x)

    @rule(data=st.data())
    def refuse_a_wrong_index(self, data: st.DataObject) -> None:
        x = data.draw(elements(self.form))
        self.changes_nothing(IndexError, self.vec.insert, self.draw_wrong_index(data, 1), x)
        wrong = self.draw_wrong_index(data, 0)
        for verb in ("remove", "swap_remove", "__getitem__", "__delitem__"):
            self.changes_nothing(IndexError, getattr(self.vec, verb), wrong)
        self.changes_nothing(IndexError, self.vec.__setitem__, wrong, x)

    @rule(excess=st.integers(1, 1 << 40), negative=st.integers(-(1 << 40), -1))
    def refuse_a_wrong_number(self, excess: int, negative: int) -> None:
        for n in (self.capacity + excess, negative):
            self.changes_nothing(ValueError, self.vec.set_len, n)
        self.changes_nothing(ValueError, self.vec.truncate, negative)
        self.changes_nothing(ValueError, self.vec.resize, negative, 0)

    # --- what it tells

    @rule(data=st.data())
    def search(self, data: st.DataObject) -> None:
        x = self.draw_known(data)
        assert (x in self.vec) is (x in self.oracle)
        assert self.vec.count(x) == self.oracle.count(x)
        if x in self.oracle:
            assert self.vec.index(x) == self.oracle.index(x)
        else:
            self.changes_nothing(ValueError, self.vec.index, x)

    @rule(data=st.data(), at=st.integers(0, 20), cut=st.booleans())
    def compare(self, data: st.DataObject, at: int, cut: bool) -> None:
        other = self.oracle[:at] if cut else self.draw(data, most=3)
        assert (self.vec == other) is (self.oracle == other)
        assert (self.vec < other) is (self.oracle < other)
        assert (self.vec <= other) is (self.oracle <= other)
        assert (self.vec > other) is (self.oracle > other)
        assert (self.vec >= other) is (self.oracle >= other)

    @rule(data=st.data(), count=st.integers(0, 21))
    def begins_and_ends(self, data: st.DataObject, count: int) -> None:
        known = self.oracle[:count]
        other = self.draw(data, most=2)
        for items in (known, other, [*known, *other], [*known, *known]):
            assert self.vec.starts_with(items) is (self.oracle[: len(items)] == items)
            end = self.oracle[-len(items) :] if items else []
            assert self.vec.ends_with(items) is (end == items)
        assert self.vec.ends_with(self.oracle[-count:])

    @invariant()
    def tells_the_truth(self) -> None:
        if not hasattr(self, "oracle"):
            return
        self.vec._check()
        assert list(self.vec) == self.oracle
        assert len(self.vec) == len(self.oracle)
        assert bool(self.vec) is bool(self.oracle)
        assert self.vec.is_empty() is (not self.oracle)
        assert self.vec.is_full() is (self.room() == 0)
        assert self.vec.try_first(None) == (self.oracle[0] if self.oracle else None)
        assert self.vec.try_last(None) == (self.oracle[-1] if self.oracle else None)
        assert bytes(self.vec.view) == b"".join(packed(self.form, x) for x in self.oracle)
        assert list(reversed(self.vec)) == self.oracle[::-1]


TestVec = VecMachine.TestCase
TestVec.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


# --- construction -------------------------------------------------------------------------------


def test_the_image_is_the_common_header_and_the_slots() -> None:
    vec = holding([1, -1], capacity=3)
    assert struct.unpack("<4I3hxx", vec.image) == (0x4356, 3, 2, 2, 1, -1, 0)
    assert Vec.size_of(3, "h") == len(vec.image) == 24
    assert Vec.size_of(4, "4sq") == HEADER + 4 * 12


@pytest.mark.parametrize("capacity", [0, -1, 1 << 24])
def test_a_bad_capacity_is_named_with_its_limits(capacity: int) -> None:
    with pytest.raises(ValueError, match=rf"capacity {capacity} is outside of 1 to \d+"):
        Vec(capacity, "B")


def test_a_bad_format_is_named() -> None:
    with pytest.raises(ValueError, match="'P' is none of the fields"):
        Vec(3, "P")


def test_the_image_is_in_the_callers_memory() -> None:
    memory = bytearray(b"x" * 30)
    vec = Vec.from_iterable(3, "H", [0x1234], memory)
    assert memory[HEADER:] == b"\x34\x12\0\0\0\0\0\0xxxxxx"
    assert list(vec) == [0x1234]


def test_from_iterable_of_too_many_is_full() -> None:
    with pytest.raises(Full):
        holding([1, 2, 3], capacity=2)


def test_a_wrong_image_is_noticed() -> None:
    vec = holding([1, 2], capacity=2)
    vec._check()
    vec.image[12] = 3
    with pytest.raises(AssertionError):
        vec._check()


def test_repr_is_the_constructor_with_the_elements() -> None:
    assert repr(holding([(1, 2)], form="2H")) == "Vec(8, '2H', [(1, 2)])"


def test_it_is_mutable_and_so_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Vec(1, "B"))


# --- errors name what was wrong -----------------------------------------------------------------


@pytest.mark.parametrize("verb", ["remove", "swap_remove", "__getitem__", "__delitem__"])
@pytest.mark.parametrize("index", [2, 100, -3])
def test_an_index_without_an_element_is_named(verb: str, index: int) -> None:
    vec = holding([1, 2])
    with pytest.raises(IndexError, match=f"index {index} is outside of the 2 elements"):
        getattr(vec, verb)(index)
    with pytest.raises(IndexError, match=f"index {index} is outside of the 2 elements"):
        vec[index] = 7
    assert vec == [1, 2]


@pytest.mark.parametrize("capacity", [2, 8])
@pytest.mark.parametrize("index", [3, -3])
@pytest.mark.parametrize("verb", ["insert", "try_insert"])
def test_a_wrong_place_to_insert_is_named_also_when_full(
    verb: str, index: int, capacity: int
) -> None:
    vec = holding([1, 2], capacity)
    with pytest.raises(IndexError, match=f"index {index} is outside of -2 to 2"):
        getattr(vec, verb)(index, 7)
    assert vec == [1, 2]


def test_negative_indices_count_from_the_last_element_not_from_the_last_slot() -> None:
    vec = holding([1, 2, 3], capacity=5)
    vec._slots[4] = 9
    assert [vec[-1], vec[-2], vec[-3]] == [3, 2, 1]


@pytest.mark.parametrize("index", [1 << 32, (1 << 32) + 1, -(1 << 32), 1 - (1 << 32)])
@pytest.mark.parametrize("form", ["h", "2H"])
def test_no_bit_of_a_long_index_is_lost(form: str, index: int) -> None:
    items: list[Any] = [(1, 2), (3, 4)] if form == "2H" else [1, 2]
    vec = holding(items, form=form)
    for verb in (vec.__getitem__, vec.__delitem__, vec.remove, vec.swap_remove):
        with pytest.raises(IndexError):
            verb(index)
    for verb in (vec.__setitem__, vec.insert):
        with pytest.raises(IndexError):
            verb(index, items[0])
    assert vec == items


@pytest.mark.parametrize("index", ["1", 1.0, None, (1,)])
def test_an_index_that_is_no_int_is_a_type_error(index: object) -> None:
    vec = holding([1, 2])
    for verb in (vec.__getitem__, vec.__delitem__):
        with pytest.raises(TypeError, match="an index is an int or a slice, not"):
            verb(index)
    with pytest.raises(TypeError, match="one element is replaced at a time"):
        vec[index] = 7
    for verb in (vec.remove, vec.swap_remove, lambda index: vec.insert(index, 7)):
        with pytest.raises(TypeError):
            verb(index)
    assert vec == [1, 2]


@pytest.mark.parametrize("store", ["push", "insert", "set", "extend", "resize", "fill"])
def test_an_element_out_of_range_is_named_with_the_range(store: str) -> None:
    vec = holding([1, 2])
    stores: dict[str, Callable[[int], Any]] = {
        "push": vec.push,
        "insert": lambda x: vec.insert(0, x),
        "set": lambda x: vec.__setitem__(0, x),
        "extend": lambda x: vec.extend([x]),
        "resize": lambda x: vec.resize(3, x),
        "fill": vec.fill,
    }
    with pytest.raises(ValueError, match="40000 is outside of -32768 to 32767"):
        stores[store](40000)
    assert vec == [1, 2]


def test_a_wrong_number_of_elements_is_named() -> None:
    vec = holding([1, 2])
    for verb in (vec.truncate, vec.set_len, lambda n: vec.resize(n, 0)):
        with pytest.raises(ValueError, match="-1 elements: a number of elements is 0 or more"):
            verb(-1)
        with pytest.raises(TypeError, match=r"a number of elements is an int, not 1\.0"):
            verb(1.0)
    with pytest.raises(ValueError, match="9 elements are more than 8, the capacity"):
        vec.set_len(9)
    assert vec == [1, 2]


def test_a_slice_is_not_assigned_to() -> None:
    vec = holding([1, 2])
    with pytest.raises(TypeError, match=r"one element is replaced at a time, .* not slice"):
        vec[0:1] = [3]
    assert vec == [1, 2]


def test_what_a_later_iterator_hides_is_found_out() -> None:
    vec = holding([1, 2], capacity=4)
    assert not vec.try_extend(iter([3, 4, 5]))
    with pytest.raises(Full):
        vec.extend(x for x in (3, 4, 5))
    with pytest.raises(TypeError):
        vec.extend(5)
    assert vec == [1, 2]


def test_what_knows_its_length_keeps_all_when_there_is_no_room() -> None:
    _, consumer = SpscQueue.from_iterable(4, "h", [3, 4, 5]).split()
    vec = holding([1, 2], capacity=4)
    assert not vec.try_extend(consumer)
    assert len(consumer) == 3
    vec.pop()
    assert vec.try_extend(consumer)
    assert vec == [1, 3, 4, 5]
    assert len(consumer) == 0


@pytest.mark.parametrize(
    ("buffer", "error", "complaint"),
    [
        (b"123", ValueError, "3 bytes are no whole number of elements of 2 bytes"),
        (array("B", [1, 2]), ValueError, "shorter than the 4 bytes"),
        ([1, 2], TypeError, "memory is needed"),
        (5, TypeError, "len"),
    ],
)
def test_a_wrong_buffer_to_extend_from_is_refused(
    buffer: object, error: type[Exception], complaint: str
) -> None:
    vec = holding([1, 2])
    with pytest.raises(error, match=complaint):
        vec.extend_from(buffer)
    assert vec == [1, 2]


def test_buffers_for_one_element_are_checked() -> None:
    vec = holding([1, 2])
    with pytest.raises(ValueError, match="shorter than the 2 bytes"):
        vec.push_from(b"1")
    with pytest.raises(ValueError, match="shorter than the 2 bytes"):
        vec.pop_into(bytearray(1))
    with pytest.raises(TypeError, match="writable memory is needed"):
        vec.pop_into(bytes(2))
    with pytest.raises(TypeError, match="memory is needed"):
        vec.push_from(5)
    assert vec == [1, 2]


# --- up to the last slot and no further ---------------------------------------------------------

LENGTHS = range(6)  # of a Vec with a capacity of 5


@pytest.mark.parametrize("form", [*INTEGERS, "bxi"])
@pytest.mark.parametrize("at", ["the end", "the begin"])
def test_elements_go_in_and_out_one_by_one(form: str, at: str) -> None:
    items: list[Any] = [(i, -i) if form == "bxi" else i for i in range(7)]
    vec = Vec(5, form)
    for i, x in enumerate(items):
        assert (vec.try_push(x) if at == "the end" else vec.try_insert(0, x)) is (i < 5)
        vec._check()
    assert vec == (items[:5] if at == "the end" else items[4::-1])
    for i in reversed(range(5)):
        assert (vec.pop() if at == "the end" else vec.remove(0)) == items[i]
        vec._check()
    assert vec.try_pop(None) is None
    assert set(vec.image[HEADER + len(vec.spare) :]) <= {0}


@pytest.mark.parametrize("form", ["B", "H", "i", "bxi"])
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("count", range(7))
def test_as_many_go_in_as_there_is_room_for(form: str, length: int, count: int) -> None:
    new: list[Any] = [(i, -i) if form == "bxi" else i for i in range(20)]
    items, more = new[:length], new[10 : 10 + count]
    fits = length + count <= 5
    ways: list[Callable[[AnyVec], bool]] = [
        lambda vec: vec.try_extend(more),
        lambda vec: vec.try_extend(iter(more)),
        lambda vec: vec.try_extend_from(b"".join(packed(form, x) for x in more)),
    ]
    for extend in ways:
        vec = holding(items, 5, form)
        assert extend(vec) is fits
        assert vec == (items + more if fits else items)
        vec._check()
    vec = holding(items, 5, form)
    before = bytes(vec.image)
    assert vec.try_resize(count, new[-1]) is (count <= 5)
    if count <= 5:
        assert vec == items[:count] + [new[-1]] * (count - length)
    else:
        assert bytes(vec.image) == before
    vec._check()


@pytest.mark.parametrize("form", ["B", "H", "i", "bxi"])
@pytest.mark.parametrize("length", LENGTHS)
def test_all_elements_are_filled_and_nothing_behind_them(form: str, length: int) -> None:
    old, new = ((1, 2), (3, 4)) if form == "bxi" else (1, 3)
    vec = holding([old] * length, 5, form)
    behind = bytes(vec.spare)
    vec.fill(new)
    assert vec == [new] * length
    assert bytes(vec.spare) == behind


# --- as a list ----------------------------------------------------------------------------------


def test_a_bool_is_an_integer() -> None:
    vec = holding([True, 7, 8])
    vec[1] = False
    vec.insert(False, True)
    assert vec == [1, 1, 0, 8]
    assert vec[True] == 1


def test_first_and_last_of_nothing_are_empty() -> None:
    vec = Vec(3, "B")
    for look in (vec.first, vec.last, vec.pop):
        with pytest.raises(Empty):
            look()
    assert vec.try_first(9) == vec.try_last(9) == 9
    vec.extend([1, 2])
    assert (vec.first(), vec.last()) == (1, 2)


def test_it_compares_with_any_sequence() -> None:
    vec = holding([1, 2])
    assert vec == (1, 2) == vec == Vec.from_iterable(2, "i", [1, 2])
    assert holding([104, 105], form="B") == b"hi"
    assert vec < holding([1, 3]) and vec <= (1, 2) and vec > [1] and vec >= ()
    assert vec != 5 and vec != [1] and vec != [1, 3]
    with pytest.raises(TypeError):
        vec < 5  # noqa: B015


def test_starts_with_and_ends_with_take_sequences() -> None:
    vec = holding([104, 105], form="B")
    assert vec.starts_with(b"h") and vec.ends_with((105,)) and vec.ends_with(vec)
    assert vec.starts_with([]) and vec.ends_with([])
    assert not vec.starts_with(b"hi!") and not vec.ends_with(b"!hi")
    for verb in (vec.starts_with, vec.ends_with):
        with pytest.raises(TypeError):
            verb(5)


# --- sorting ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", INTEGERS)
@given(data=st.data(), reverse=st.booleans())
def test_integers_are_sorted(form: str, data: st.DataObject, reverse: bool) -> None:
    items = data.draw(st.lists(integers(form), max_size=60))
    vec: Vec[int] = Vec(61, form)
    vec.extend(items)
    vec.sort(reverse=reverse)
    assert vec == sorted(items, reverse=reverse)
    vec._check()


@pytest.mark.parametrize("form", INTEGERS)
def test_many_integers_are_sorted(form: str) -> None:
    data = Random(1).randbytes(4000)
    items = array(form, data[: 600 * struct.calcsize(form)])
    vec = Vec(602, form)
    vec.extend_from(items)
    vec.spare[:] = b"\xa5" * len(vec.spare)
    vec.sort()
    assert vec == sorted(items)
    assert set(vec.spare) == {0xA5}


def test_equal_elements_keep_their_order() -> None:
    pairs = [(2, 1), (1, 2), (2, 3), (1, 4), (0, 5), (2, 6)]
    for reverse in (False, True):
        vec = holding(pairs, form="2H")
        vec.sort(key=lambda pair: pair[0], reverse=reverse)
        assert vec == sorted(pairs, key=lambda pair: pair[0], reverse=reverse)


@pytest.mark.parametrize("form", INTEGERS)
def test_neighbours_are_sorted_apart(form: str) -> None:
    low = 0 if form.isupper() else -20
    numbers = [*range(20, low - 1, -1), 3, 3]
    vec = Vec.from_iterable(50, form, numbers)
    vec.sort()
    assert vec == sorted(numbers)


def test_what_is_longer_is_neither_begin_nor_end() -> None:
    vec = Vec.from_iterable(2, "h", [1, 2])
    for items in ([2, 1, 2], [1, 2, 1], [1, 2, 2]):
        assert not vec.starts_with(items)
        assert not vec.ends_with(items)


def test_unless_told_all_is_drained() -> None:
    vec = holding([1, 2, 3])
    assert vec.drain() == [1, 2, 3]
    assert vec == []


def test_integers_are_sorted_by_a_key() -> None:
    vec = holding([3, -2, 1, -3])
    vec.sort(key=abs)
    assert vec == [1, -2, 3, -3]


def test_sorting_moves_records_as_they_are() -> None:
    """A board's floats would not keep all bits of a double, nor a padding byte anything."""
    packed_records = [struct.pack("<Bd", 2, 0.1), struct.pack("<Bd", 1, 0.2)]
    for form, records in (("Bd", packed_records), ("Bxh", [b"\2\xa5\0\0", b"\1\x5a\0\0"])):
        vec = Vec(2, form)
        vec.extend_from(b"".join(records))
        vec.sort()
        assert bytes(vec.view) == b"".join(reversed(records))


# --- as bytes -----------------------------------------------------------------------------------


def test_the_view_is_the_elements_themselves() -> None:
    vec = holding([1, 2])
    assert bytes(vec.view) == b"\1\0\2\0"
    vec.view[2] = 9
    struct.pack_into("<h", vec.view, 0, -1)
    assert vec == [-1, 9]
    vec.push(3)
    assert len(vec.view) == 6


def test_the_spare_capacity_is_filled_in_place() -> None:
    vec = holding([1], capacity=3)
    read = io.BytesIO(b"\2\0\3\0\4\0").readinto(vec.spare)
    assert read == 4
    vec.set_len(len(vec) + read // 2)
    assert vec == [1, 2, 3]
    assert len(vec.spare) == 0


_VIEWS = """
from heapless_py.vec import Vec
vec = Vec.from_iterable(4, "h", [1, 2])
view, spare = vec.view, vec.spare
print(bytes(view), len(spare))
vec.push(3)
print(bytes(vec.view), len(vec.spare), vec.view is view, vec.spare is spare, view is spare)
spare[0] = 4
vec.set_len(4)
print(vec, bytes(view), len(vec.view), len(view))
"""


def test_a_board_has_one_view_that_moves_when_it_is_asked_for(unix: Unix) -> None:
    assert unix.exec(_VIEWS).splitlines() == [
        r"b'\x01\x00\x02\x00' 4",
        r"b'\x01\x00\x02\x00\x03\x00' 2 True True False",
        r"Vec(4, 'h', [1, 2, 3, 4]) b'\x01\x00\x02\x00\x03\x00' 8 8",
    ]


# A script has no slices and no keyword arguments: they are compared between interpreters here.


def said_here(code: str) -> str:
    here = io.StringIO()
    with contextlib.redirect_stdout(here):
        exec(code, {})
    return here.getvalue()


_SLICES = """
from heapless_py.vec import Vec
indexes = (None, 0, 1, 3, 4, 9, -1, -3, -4, -9)
for form, items in (("B", [7, 8, 9, 10]), ("2H", [(1, 2), (3, 4), (5, 6), (7, 8)])):
    for start in indexes:
        for stop in indexes:
            for step in (None, 1, 2, 3, -1, -2, -5):
                vec = Vec.from_iterable(5, form, items)
                gone = range(len(items))[start:stop:step]
                rest = [items[i] for i in range(len(items)) if i not in gone]
                part = vec[start:stop:step]
                del vec[start:stop:step]
                vec._check()
                assert part == items[start:stop:step] and vec == rest
                print(part, list(vec), bytes(vec.image[12:]))
for bad in ("vec[::0]", "vec['a':]", "vec[1.5:]", "vec[:None:'a']"):
    for code in (bad, "del " + bad, bad + " = [1]"):
        try:
            exec(code, {"vec": vec})
        except Exception as error:
            print(code, type(error).__name__, list(vec))
"""


def test_slices_do_the_same_on_unix(unix: Unix) -> None:
    here = said_here(_SLICES)
    assert here.count("\n") == 2 * 700 + 4 * 3
    assert unix.exec(_SLICES) == here


_SORTS = """
from heapless_py.vec import Vec
seed = 1
def number():
    global seed
    seed = seed * 69069 + 1 & 0xFFFFFFFF
    return seed >> 8
for form in ("b", "B", "h", "H", "i", "I", "2h", "bi", "3s"):
    for length in (0, 1, 2, 9, 30, 90):
        vec = Vec(length + 1, form)
        vec.extend_from(bytes([number() & 0xFF for _ in range(len(vec.spare))]))
        for key in (None, lambda x: x if type(x) is int else x[0], lambda x: 0):
            for reverse in (False, True):
                vec.set_len(length)
                vec.sort(key=key, reverse=reverse)
                print(bytes(vec.image))
"""


def test_sorts_do_the_same_on_unix(unix: Unix) -> None:
    here = said_here(_SORTS)
    assert here.count("\n") == 9 * 6 * 6
    assert unix.exec(_SORTS) == here


# --- moves within an image ----------------------------------------------------------------------

_MOVES = """
from heapless_py._move import move
for target in range(12):
    for source in range(12):
        for count in (0, 1, 2, 3, 4, 5, 6, 7, 31, 32, 33, 34, 35, 36, 40, 64, 67, 68, 71):
            image = bytearray(range(100))
            expected = bytearray(image)
            expected[target:target + count] = bytes(image[source:source + count])
            move(image, target, source, count)
            assert image == expected, (target, source, count)
print("moved")
"""


def test_moves_may_overlap_in_either_direction() -> None:
    assert said_here(_MOVES) == "moved\n"


def test_moves_on_unix_may_too(unix: Unix) -> None:
    assert unix.exec(_MOVES) == "moved\n"


@pytest.mark.parametrize("sign", [1, -1])
def test_the_least_float_that_is_no_single_is_refused(sign: int) -> None:
    largest = float.fromhex("0x1.fffffep127")
    least = float.fromhex("0x1.ffffffp127")  # rounds up, to what no single is
    vec = Vec(2, "f")
    vec.push((sign * largest,))
    with pytest.raises(ValueError, match="the range of 'f'"):
        vec.push((sign * least,))
    assert vec == [(sign * largest,)]
