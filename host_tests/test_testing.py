"""`heapless_py.testing`: its strategies, against models in plain Python, and its registers."""

import json
import struct
from collections import deque
from pathlib import Path
from typing import Any

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

import heapless_py
from firmware.deploy import PACKAGE_JSON, library
from heapless_py import (
    BBQueue,
    Deque,
    Empty,
    Full,
    HistoryBuf,
    RingBuffer,
    SpscQueue,
    String,
    Vec,
)
from heapless_py._format import Format
from heapless_py.testing import (
    Interrupts,
    Operation,
    Registers,
    Room,
    containers,
    elements,
    formats,
    interrupts,
    operations,
)
from heapless_py.testing.operations import _OPERATIONS

KINDS = (SpscQueue, Vec, Deque, HistoryBuf, BBQueue, RingBuffer, String)
OF_ELEMENTS = (SpscQueue, Vec, Deque, HistoryBuf)
REPOSITORY = Path(str(heapless_py.__file__)).parent.parent

# --- models in plain Python ---------------------------------------------------------------------


class Model:
    """A list of up to so many elements."""

    def __init__(self, capacity: int) -> None:
        self.items: list[Any] = []
        self.capacity = capacity

    def __len__(self) -> int:
        return len(self.items)

    def is_empty(self) -> bool:
        return not self.items

    def is_full(self) -> bool:
        return len(self.items) == self.capacity

    def clear(self) -> None:
        self.items.clear()

    def put(self, index: int, x: Any) -> bool:
        if self.is_full():
            return False
        self.items.insert(index, x)
        return True

    def must_put(self, index: int, x: Any) -> None:
        if not self.put(index, x):
            raise Full

    def take(self, index: int, default: Any) -> Any:
        return self.items.pop(index) if self.items else default

    def must_take(self, index: int) -> Any:
        if not self.items:
            raise Empty
        return self.items.pop(index)


class QueueModel(Model):
    def try_enqueue(self, x: Any) -> bool:
        return self.put(len(self), x)

    def enqueue(self, x: Any) -> None:
        self.must_put(len(self), x)

    def try_dequeue(self, default: Any) -> Any:
        return self.take(0, default)

    def dequeue(self) -> Any:
        return self.must_take(0)

    def try_peek(self, default: Any) -> Any:
        return self.items[0] if self.items else default

    def peek(self) -> Any:
        if not self.items:
            raise Empty
        return self.items[0]


class VecModel(Model):
    def try_push(self, x: Any) -> bool:
        return self.put(len(self), x)

    def push(self, x: Any) -> None:
        self.must_put(len(self), x)

    def try_pop(self, default: Any) -> Any:
        return self.take(-1, default)

    def pop(self) -> Any:
        return self.must_take(-1)

    def remove(self, index: int) -> Any:
        return self.items.pop(index)

    def try_extend(self, items: list[Any]) -> bool:
        if len(self) + len(items) > self.capacity:
            return False
        self.items.extend(items)
        return True

    def reverse(self) -> None:
        self.items.reverse()

    def __getitem__(self, index: int) -> Any:
        return self.items[index]

    def __contains__(self, x: Any) -> bool:
        return x in self.items


class DequeModel(Model):
    def try_push_back(self, x: Any) -> bool:
        return self.put(len(self), x)

    def try_push_front(self, x: Any) -> bool:
        return self.put(0, x)

    def try_pop_back(self, default: Any) -> Any:
        return self.take(-1, default)

    def pop_front(self) -> Any:
        return self.must_take(0)

    def rotate(self, n: int) -> None:
        ring = deque(self.items)
        ring.rotate(n)
        self.items = list(ring)

    def truncate(self, length: int) -> None:
        del self.items[length:]

    def __getitem__(self, index: int) -> Any:
        return self.items[index]


class HistoryModel(Model):
    def write(self, x: Any) -> None:
        self.items = [*self.items, x][-self.capacity :]

    def recent(self) -> Any:
        return self.items[-1] if self.items else None

    def oldest(self) -> Any:
        return self.items[0] if self.items else None

    def __contains__(self, x: Any) -> bool:
        return x in self.items


class RingModel(Model):
    def write(self, data: bytes) -> int:
        taken = data[: self.capacity - len(self)]
        self.items.extend(taken)
        return len(taken)

    def read(self, size: int) -> bytes:
        taken = bytes(self.items[:size])
        del self.items[:size]
        return taken

    def readinto(self, buffer: bytearray) -> int:
        taken = self.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)

    def any(self) -> int:
        return len(self)

    def free(self) -> int:
        return self.capacity - len(self)


class FramesModel:
    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def frames(self) -> int:
        return len(self.waiting)

    def read_frame_into(self, buffer: bytearray) -> int | None:
        if not self.waiting:
            return None
        frame = self.waiting[0]
        if len(frame) > len(buffer):
            raise IndexError
        buffer[: len(frame)] = self.waiting.pop(0)
        return len(frame)


class StringModel(Model):
    """Its items are characters; capacity and length are in bytes."""

    def __len__(self) -> int:
        return len(str(self).encode())

    def __str__(self) -> str:
        return "".join(self.items)

    def is_full(self) -> bool:
        return len(self) == self.capacity

    def try_push_str(self, text: str) -> bool:
        if len(self) + len(text.encode()) > self.capacity:
            return False
        self.items.extend(text)
        return True

    def push_int(self, n: int) -> None:
        if not self.try_push_str(str(n)):
            raise Full

    def pop(self) -> Any:
        return self.must_take(-1)

    def startswith(self, text: str) -> bool:
        return str(self).startswith(text)


MODELS: dict[Any, Any] = {
    SpscQueue: QueueModel,
    Vec: VecModel,
    Deque: DequeModel,
    HistoryBuf: HistoryModel,
    RingBuffer: RingModel,
    String: StringModel,
}


def known(kind: Any) -> set[str]:
    """The operations that the strategy makes up."""
    return {name for names in _OPERATIONS[kind].values() for name in names.split()}


SHARED = {kind: sorted(known(kind) & set(dir(model))) for kind, model in MODELS.items()}


@pytest.mark.parametrize("kind", MODELS)
@given(st.data())
def test_a_container_does_what_its_model_does(kind: Any, data: st.DataObject) -> None:
    capacity = data.draw(st.integers(1, 12))
    form = data.draw(formats()) if kind in OF_ELEMENTS else "B"
    container = kind(capacity, form) if kind in OF_ELEMENTS else kind(capacity)
    model = MODELS[kind](capacity)
    for step in data.draw(operations(kind, capacity, form, verbs=SHARED[kind])):
        assert step.run(container) == step.run(model), step
        container._check()
    if kind is String:
        assert str(container) == str(model)
    else:
        assert list(container) == model.items


def test_the_models_are_asked_for_all_that_they_know() -> None:
    for kind, model in MODELS.items():
        own = {name for name in dir(model) if name[0] != "_"}
        assert own - {"put", "must_put", "take", "must_take"} <= set(SHARED[kind]), kind


@given(operations(BBQueue, 30, framed=True))
def test_both_ends_together_have_what_a_queue_of_frames_does(steps: list[Operation]) -> None:
    producer, consumer = BBQueue(30).split_framed()
    model = FramesModel()
    for step in steps:
        came = step.run(producer, consumer)
        if step.name == "write_frame":
            if came is True:
                model.waiting.append(step.arguments[0])
            else:
                assert came in (False, ValueError)
        elif step.name == "read_frame_into" or step.name == "frames":
            assert came == step.run(model)
        elif step.name == "clear":
            model.waiting.clear()
        else:
            assert came == (not model.waiting)


@given(operations(BBQueue, 9))
def test_both_ends_together_have_what_a_stream_does(steps: list[Operation]) -> None:
    producer, consumer = BBQueue(9).split()
    written, read = b"", b""
    for step in steps:
        came = step.run(producer, consumer)
        if step.name == "write":
            written += step.arguments[0][: came or 0]
        elif step.name == "readinto":
            read += came[1][: came[0] or 0]
        elif step.name == "clear":
            read = written
        assert written.startswith(read)
        assert producer.is_empty() == (read == written)


# --- strategies ---------------------------------------------------------------------------------


@given(formats(), st.data())
def test_elements_read_as_they_were_written(form: str, data: st.DataObject) -> None:
    items = data.draw(st.lists(elements(form), max_size=5))
    assert list(Vec.from_iterable(5, form, items)) == items


def test_elements_reach_their_limits() -> None:
    for form, limit in (("b", -128), ("B", 255), ("h", 32767), ("I", (1 << 32) - 1)):
        assert find(elements(form), limit.__eq__) == limit


@given(formats(records=False))
def test_formats_of_integers(form: str) -> None:
    assert Format(form).code == form


def test_formats_are_of_every_kind() -> None:
    for wanted in ("x", "f", "q", "3s"):

        def has_it(form: str, wanted: str = wanted) -> bool:
            return wanted in form

        assert has_it(find(formats(), has_it))
    assert find(formats(), lambda form: struct.calcsize("<" + form) % 4 == 3)


@given(containers())
def test_containers_are_sound_and_their_own_kind(container: Any) -> None:
    container._check()
    assert isinstance(container, KINDS)
    assert len(container) <= container.capacity


@pytest.mark.parametrize("kind", KINDS)
def test_containers_are_empty_full_and_of_the_kind_asked_for(kind: Any) -> None:
    few = st.integers(1, 3)
    assert type(find(containers(kind, capacity=few), lambda it: it.is_full())) is kind
    assert type(find(containers(kind, capacity=few), lambda it: it.is_empty())) is kind


def test_what_is_in_a_ring_goes_around_its_end() -> None:
    def goes_around(it: Any) -> bool:
        return all(len(view) for view in it.as_slices())

    small = containers(Deque, capacity=st.just(3), fmt=st.just("B"))
    assert len(find(small, goes_around)) >= 2


@given(interrupts(most=2, steps=10))
def test_interrupts_are_within_what_was_asked_for(source: Interrupts) -> None:
    assert len(source.points) <= 2
    assert all(0 <= point < 10 for point in source.points)
    assert list(source.points) == sorted(source.points)


def test_an_operation_tells_what_came_of_it() -> None:
    ring = RingBuffer(4)
    assert Operation("write", (b"abcdef",)).run(ring) == 4
    assert Operation("readinto", (Room(2),)).run(ring) == (2, b"ab")
    assert Operation("readinto", (Room(3),)).run(ring) == (2, b"cd\0")
    assert Operation("pop", ()).run(Vec(1, "B")) is Empty
    assert Operation("capacity").run(ring) == 4
    assert Operation("view").run(Vec.from_iterable(3, "B", b"ab")) == b"ab"
    producer, consumer = SpscQueue(3, "B").split()
    assert Operation("enqueue", (7,)).run(producer, consumer) is None
    assert Operation("dequeue").run(producer, consumer) == 7
    with pytest.raises(AttributeError, match="fly"):
        Operation("fly").run(producer, consumer)


def test_operations_that_are_not_known() -> None:
    with pytest.raises(ValueError, match=r"\['fly'\] are not among the operations \['__cont"):
        operations(Vec, 3, verbs=["push", "fly"])
    with pytest.raises(TypeError, match="no operations are known of <class 'int'>"):
        operations(int, 3)


# --- registers ----------------------------------------------------------------------------------

FIFO, TIMER = 0x50200020, 0x40054028


def test_registers_say_what_they_are_told_and_count_who_asks() -> None:
    producer, consumer = SpscQueue(5, "HI").split()
    handler = producer.capture(FIFO, TIMER)
    with Registers(FIFO, TIMER) as registers:
        registers.say(FIFO, 1, 2, 0x12345)
        for time in range(4):
            registers[TIMER] = time
            handler(None)
    assert list(consumer) == [(1, 0), (2, 1), (0x2345, 2), (0x2345, 3)]
    assert registers.reads == {FIFO: 4, TIMER: 4}


def test_registers_stand_for_mem32() -> None:
    mem32 = Registers(FIFO)
    assert mem32[FIFO] == 0
    mem32[FIFO] = -1
    assert mem32[FIFO] == 0xFFFFFFFF
    mem32.say(FIFO, 5, 6)
    assert [mem32[FIFO] for _ in range(3)] == [5, 6, 6]
    with pytest.raises(KeyError):
        mem32[TIMER]


@pytest.mark.parametrize(
    ("address", "width", "said"), [(FIFO + 1, 8, 0x33), (FIFO + 2, 16, 0x1122)]
)
def test_part_of_a_register(address: int, width: int, said: int) -> None:
    history = HistoryBuf(1, "H")
    with Registers(FIFO) as registers:
        registers[FIFO] = 0x11223344
        history.capture(address, width=width)(None)
    assert list(history) == [said]


def test_where_no_register_is_any_more() -> None:
    handler = SpscQueue(3, "H").split()[0].capture(FIFO)
    with Registers(FIFO):
        handler(None)
    with pytest.raises(TypeError, match="is no memory"):
        handler(None)


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        ((FIFO + 2,), "is no address of a word"),
        ((-4,), "-4 is no address of a word"),
        (("x",), "'x' is no address of a word"),
        ((FIFO, FIFO), "an address comes twice"),
    ],
)
def test_what_is_no_register(addresses: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Registers(*addresses)


@pytest.mark.parametrize("value", [1 << 32, -(1 << 31) - 1, 1.5, True])
def test_what_no_register_says(value: Any) -> None:
    registers = Registers(FIFO)
    with pytest.raises(ValueError, match=f"{value!r} is no value of 32 bits"):
        registers[FIFO] = value
    with pytest.raises(ValueError, match="at least one value"):
        registers.say(FIFO)
    assert registers[FIFO] == 0


# --- none of it goes on a board -----------------------------------------------------------------


def test_it_is_not_deployed() -> None:
    modules = {f"heapless_py/{path.name}" for path in (REPOSITORY / "heapless_py").glob("*.py")}
    assert set(library(None)) == modules
    assert not any("testing" in name for name in library(None))
    assert not any("testing" in name for name, _ in json.loads(PACKAGE_JSON.read_text())["urls"])


def test_it_is_not_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen: list[str] = []

    def package(name: str, files: list[str], base_path: str) -> None:
        frozen.extend((Path(base_path) / name / file).resolve().name for file in files)

    manifest = REPOSITORY / "firmware/manifest.py"
    monkeypatch.chdir(manifest.parent)  # where MicroPython's build runs it
    exec(manifest.read_text(), {"metadata": lambda **_: None, "package": package})
    assert frozen == sorted(path.name for path in (REPOSITORY / "heapless_py").glob("*.py"))
