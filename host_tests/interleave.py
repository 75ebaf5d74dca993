"""Every interleaving of the loads and stores of two sides, on the shipped source of a container.

The source of the container is executed in fresh modules whose `ptr8`, `ptr16`, `ptr32` and `copy`
are traced: a side that comes to an access that the other side could notice, or whose outcome the
other could change, is stopped there. The explorer performs one such access at a time, of one side
or of the other, in every order (sequential consistency, words and bytes as single accesses).

A side cannot be stopped inside a Python function and gone on with twice. So it is run again from
the begin of its operation, with the values that it loaded so far, until it comes to its next
access: the functions are deterministic, so what they load decides what they do. For the same
reason a side is, between two accesses, fully told by

    what it was when its operation began (`save`), the operation, and what it has loaded since;

this is a `Point`, made once and remembered. A state is the shared memory and the two points;
states that are equal have equal futures, so each is looked at once. Nothing else that a function
could remember is shared: at rest an actor is rebuilt from what `save` told, and nothing but that.

Accesses that no order can tell apart are not interleaved. The layout of an image says who stores
and who loads a word, one letter each:

    .   nobody stores it
    P   the producer stores it, the consumer loads it      p   the producer alone knows it
    C   the consumer stores it, the producer loads it      c   the consumer alone knows it

and whatever is behind is anybody's. An access that the layout does not allow is a fault; so the
layout is not believed but checked, and the accesses to a side's own words need no stop.

That is sound. What a side does between two stops changes nothing that the other side can load, and
nothing that it loads there can be changed by the other: in any order of all their accesses, those
without a stop can be put off until right before the next stop of their side, and every side still
loads the same values. Equal states are merged, no state is hashed away: the memory is compared
byte for byte, and two points are one only if they are the same object.

Behind the image are a few bytes that are no part of the container: who waits for a word to be
stored and was woken (see `waking`), and for each side that asks how much waits, the answers that
were true since it began to ask (`Tracer.ask`). The explorer keeps those; accesses to them are
scheduled like any other, which adds orders and takes none away.
"""

import builtins
import gc
import importlib
import struct
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple, Protocol

import pytest

from heapless_py import _port

SIDES = {"P": "producer", "C": "consumer"}

Note = Any  # what an actor shows of itself to the judge


class Extra(NamedTuple):
    """Some bytes behind the image."""

    name: str
    begin: int  # counted from the image's end
    size: int


WATCH = {"P": Extra("the producer's watch", 0, 1), "C": Extra("the consumer's watch", 2, 1)}
WOKEN = {"P": Extra("who woke the producer", 1, 1), "C": Extra("who woke the consumer", 3, 1)}
MOMENTS = {"P": Extra("the producer's moments", 4, 2), "C": Extra("the consumer's moments", 6, 2)}
EXTRAS = [extra for kind in (WATCH, WOKEN, MOMENTS) for extra in kind.values()]
EXTRA_BYTES = 8
_NO_MOMENTS = bytes(4)
_ASKING = 1 << 15  # a side asks; the bits below are the numbers that were waiting meanwhile


class Access(NamedTuple):
    """One access to the shared memory, atomic."""

    verb: str  # loads, stores, swaps: loads and stores; awaits: until `data` is there; zeroes it
    offset: int
    size: int
    data: bytes = b""

    def is_possible(self, memory: bytes) -> bool:
        end = self.offset + self.size
        return self.verb != "awaits" or memory[self.offset : end] == self.data

    def perform(self, memory: bytes) -> tuple[bytes, bytes]:
        """The memory afterwards, and what was loaded, or stored."""
        end = self.offset + self.size
        before = memory[self.offset : end]
        if self.verb == "loads":
            return memory, before
        after = bytes(self.size) if self.verb == "awaits" else self.data
        told = self.data if self.verb == "stores" else before
        return memory[: self.offset] + after + memory[end:], told


class Operation(NamedTuple):
    name: str
    run: Callable[[], object]


class Actor(Protocol):
    """One side: an end of a container, and what it knows of what it has put in or taken out."""

    image: bytearray  # a copy: of it only this side's own words and the fixed ones are true

    @property
    def note(self) -> Note:
        """What the judge is to know."""

    def save(self) -> Hashable:
        """All that the operations to come depend on. Asserts what must hold at rest."""

    def restore(self, saved: Any) -> None:
        """Be again as when `save` told this."""

    def menu(self) -> Sequence[Operation]:
        """The operations that may come next."""


class _Stop(BaseException):
    """The running side has come to its next access."""


class _Memory:
    """The memory that a pointer of the traced source looks at, traced if it is the image."""

    def __init__(self, tracer: "Tracer", owner: object, local: memoryview) -> None:
        self._tracer = tracer
        self._owner = owner
        self._local = local

    def __len__(self) -> int:
        return len(self._local)

    def __getitem__(self, place: slice) -> bytes:
        local = bytes(self._local[place])
        if self._owner is not self._tracer.image:
            return local
        return self._tracer.load(place.start, local)

    def __setitem__(self, place: slice, data: bytes) -> None:
        if self._owner is self._tracer.image:
            self._tracer.store(place.start, data)
        self._local[place] = data


class Tracer:
    """The memory as the running side sees it."""

    def __init__(self, layout: str, by_bytes: bool) -> None:
        self.layout = layout
        self._by_bytes = by_bytes
        self.image: bytearray | None = None  # of the running side; for None, nothing is traced
        self._side = ""
        self._past: Sequence[bytes] = ()
        self._done = 0
        self.stopped_at: Access | None = None

    @property
    def side(self) -> str:
        """The letter of the running side."""
        return self._side

    @property
    def is_asleep(self) -> bool:
        """Whether what the side stopped at is that it waits to be woken."""
        return self.stopped_at is not None and self.stopped_at.verb == "awaits"

    def run(self, side: str, actor: Actor, operation: Operation, past: Sequence[bytes]) -> bool:
        """Run an operation; True if to its end, False if to the access behind the `past` ones."""
        self.image, self._side, self._past, self._done = actor.image, side, past, 0
        self.stopped_at = None
        try:
            operation.run()
            return True
        except _Stop:
            return False
        finally:
            self.image = None

    def names(self, port: Any = _port) -> dict[str, Any]:
        """What stands in, in the traced source, for the names by which it reaches memory.

        The pointers are those of `port`, on traced memory.
        """
        tracer = self
        untraced = port.ptr32

        class Traced(port._Pointer):  # type: ignore[misc]  # the library is untyped
            memory: Any

            def __init__(self, target: Any, code: str) -> None:
                super().__init__(target, code)
                if isinstance(self.memory, memoryview):
                    self.memory = _Memory(tracer, self.owner, self.memory)

        class Integers(Traced):
            def __init__(self, image: Any, offset: int, code: str, count: int) -> None:
                memory = memoryview(image).cast("B")
                super().__init__(port._Address(memory, offset, image), code)

            def __setitem__(self, index: int, value: int) -> None:  # nobody watches these
                low = value & (1 << 8 * self._size) - 1
                self.memory[self._bytes_of(index)] = low.to_bytes(self._size, "little")

        def copy(target: Any, source: Any, count: int, to: int, begin: int) -> None:
            tracer.put(target, to, tracer.get(source, begin, count))

        def unpack_from(form: str, image: Any, offset: int) -> tuple[Any, ...]:
            return struct.unpack(form, tracer.get(image, offset, struct.calcsize(form)))

        def pack_into(form: str, image: Any, offset: int, *values: Any) -> None:
            tracer.put(image, offset, struct.pack(form, *values))

        def ptr32(target: Any) -> Any:
            is_memory = isinstance(target, (bytearray, port._Pointer, port._Address))
            return Traced(target, "i") if is_memory else untraced(target)

        return {
            "ptr8": lambda target: Traced(target, "B"),
            "ptr16": lambda target: Traced(target, "H"),
            "ptr32": ptr32,
            "integers": Integers,
            "copy": copy,
            "struct": SimpleNamespace(
                **{**vars(struct), "unpack_from": unpack_from, "pack_into": pack_into}
            ),
        }

    def get(self, source: Any, begin: int, count: int) -> bytes:
        """So many bytes of an image or of any other memory."""
        if source is self.image:
            return self.load_bytes(begin, count)
        return bytes(memoryview(source).cast("B")[begin : begin + count])

    def put(self, target: Any, begin: int, data: bytes) -> None:
        if target is self.image:
            self.store_bytes(begin, data)
        else:
            memoryview(target).cast("B")[begin : begin + len(data)] = data

    def load(self, offset: int, local: bytes) -> bytes:
        """As many bytes as the running side's own copy has there, `local`."""
        owner = self.owner(offset)
        if owner in (".", self._side, self._side.lower()):
            return local
        assert owner == "*" or owner.isupper(), f"loads word {offset // 4}, not its own"
        return self._stop_at(Access("loads", offset, len(local)))

    def store(self, offset: int, data: bytes) -> None:
        owner = self.owner(offset)
        allowed = owner in ("*", self._side, self._side.lower())
        assert allowed, f"stores word {offset // 4}, not its own"
        if owner == "*" or owner.isupper():
            self._stop_at(Access("stores", offset, len(data), data))

    def load_bytes(self, begin: int, count: int) -> bytes:
        """The bytes behind the words that no word of the layout holds."""
        if self._by_bytes:
            return b"".join(self.load(begin + i, b"\0") for i in range(count))
        return self.load(begin, bytes(count)) if count else b""

    def store_bytes(self, begin: int, data: bytes) -> None:
        if self._by_bytes:
            for i in range(len(data)):
                self.store(begin + i, data[i : i + 1])
        elif data:
            self.store(begin, data)

    def access(self, verb: str, extra: Extra, data: bytes = b"") -> bytes:
        """Access bytes behind the image, `data` or as many as the `extra` has."""
        assert self.image is not None
        size = len(data) or extra.size
        return self._stop_at(Access(verb, len(self.image) + extra.begin, size, data))

    def ask(self, call: Callable[[], Any], truth: Callable[[int], object]) -> None:
        """Check what an observer tells: it is true of what waits at some moment of the call."""
        self.access("swaps", MOMENTS[self._side], _ASKING.to_bytes(2, "little"))
        told = call()
        bits = int.from_bytes(self.access("swaps", MOMENTS[self._side], bytes(2)), "little")
        waiting = [n for n in range(15) if bits >> n & 1]
        assert told in map(truth, waiting), f"told {told}, where {waiting} were waiting"

    def owner(self, offset: int) -> str:
        word = offset // 4
        return self.layout[word] if word < len(self.layout) else "*"

    def _stop_at(self, access: Access) -> bytes:
        if self._done == len(self._past):
            # What a `with` block does on the way out does not count.
            self.stopped_at = self.stopped_at or access
            raise _Stop
        self._done += 1
        return self._past[self._done - 1]


class Edit(NamedTuple):
    """A change of the source: of `old` where it comes first behind the text `behind`."""

    module: str
    behind: str
    old: str
    new: str

    def apply(self, source: str) -> str:
        # Either is an error where it is not found.
        begin = source.index(self.old, source.index(self.behind))
        return source[:begin] + self.new + source[begin + len(self.old) :]


def load_modules(
    names: Sequence[str],
    tracer: Tracer,
    edits: Sequence[Edit] = (),
    stand_ins: Mapping[str, Any] | None = None,
) -> list[Any]:
    """Fresh modules of the package, traced and edited.

    Each finds those named before it where its source imports them, and a fresh `_port` before
    all. `stand_ins`: what it finds under other names, of modules or in `_port`.
    """
    assert {edit.module for edit in edits} <= {"_port", *names}
    fresh: dict[str, Any] = {}
    found = dict(stand_ins or {})

    def find(name: str, scope: Any, local: Any, wanted: Any, level: int) -> Any:
        if level == 0:
            return found.get(name) or builtins.__import__(name, scope, local, wanted, level)
        if name:
            return fresh.get(name) or importlib.import_module(f"heapless_py.{name}")
        each = {n: fresh.get(n) or importlib.import_module(f"heapless_py.{n}") for n in wanted}
        return SimpleNamespace(**each)

    for name in ("_port", *names):
        path = Path(str(importlib.import_module(f"heapless_py.{name}").__file__))
        source = path.read_text()
        for edit in edits:
            if edit.module == name:
                source = edit.apply(source)
        module = ModuleType(f"heapless_py.{name}")
        module.__package__ = "heapless_py"
        vars(module)["__builtins__"] = {**vars(builtins), "__import__": find}
        exec(compile(source, str(path), "exec"), vars(module))
        if name == "_port":
            found |= tracer.names(module)
        vars(module).update({n: v for n, v in found.items() if n in vars(module)})
        fresh[name] = module
    return [fresh[name] for name in names]


class Point:
    """Where a side stands: at rest, or before an access."""

    __slots__ = "access", "after", "fault", "left", "menu", "operation", "past", "shown", "start"

    def __init__(self, start: Hashable, left: int | None) -> None:
        self.start = start  # what the actor was when its operation began
        self.left = left  # how many operations are to come; None for any number
        self.menu: Sequence[Operation] = ()
        self.operation: Operation | None = None  # None at rest
        self.past: tuple[bytes, ...] = ()
        self.access: Access | None = None
        self.fault: Exception | None = None
        self.shown: tuple[bytes, Note] = (b"", None)  # its private words, its note
        self.after: dict[Any, Point] = {}  # by the operation chosen, or the value loaded


class Side:
    """All points of one side, each made when it is first come to."""

    def __init__(self, letter: str, tracer: Tracer, actor: Actor, operations: int | None) -> None:
        self.letter = letter
        self._tracer = tracer
        self._actor = actor
        self._shows: dict[tuple[bytes, Note], tuple[bytes, Note]] = {}
        self._rests: dict[tuple[Hashable, int | None], Point] = {}
        layout = tracer.layout
        self.private = slice(4 * layout.find(letter.lower()), 4 * layout.rfind(letter.lower()) + 4)
        self.first = self._at_rest(actor.save(), operations)

    def choose(self, rest: Point, operation: Operation) -> Point:
        """The point at which `operation` makes its first access."""
        if operation.name not in rest.after:
            rest.after[operation.name] = self._run(rest, operation, ())
        return rest.after[operation.name]

    def go_on(self, point: Point, value: bytes) -> Point:
        """The point after an access that gave this value."""
        after = point.after.get(value)
        if after is None:
            assert point.operation
            after = self._run(point, point.operation, (*point.past, value))
            point.after[value] = after
        return after

    def _run(self, begin: Point, operation: Operation, past: tuple[bytes, ...]) -> Point:
        self._actor.restore(begin.start)
        point = Point(begin.start, begin.left)
        point.operation, point.past = operation, past
        try:
            if self._tracer.run(self.letter, self._actor, operation, past):
                left = None if begin.left is None else begin.left - 1
                return self._at_rest(self._actor.save(), left)
            point.access = self._tracer.stopped_at
        except (NameError, AttributeError):
            raise  # of an edit that makes no sense: it must not pass for a fault that was found
        except Exception as fault:
            point.fault = fault
        point.shown = self._shown()
        return point

    def _at_rest(self, saved: Hashable, left: int | None) -> Point:
        if (saved, left) not in self._rests:
            # What is not in `saved` must not matter: forget it before anybody looks.
            self._actor.restore(saved)
            point = self._rests[saved, left] = Point(saved, left)
            point.shown = self._shown()
            if left != 0:
                point.menu = self._actor.menu()
        return self._rests[saved, left]

    def _shown(self) -> tuple[bytes, Note]:
        """Equal ones are one object."""
        shown = bytes(self._actor.image[self.private]), self._actor.note
        return self._shows.setdefault(shown, shown)


State = tuple[bytes, Point, Point]  # the shared memory, the producer, the consumer
# Asserts what must hold of an image, of the two notes, and of two sides at rest if they are. Who
# waits to be woken is at rest, too.
Judge = Callable[[bytes, tuple[Note, Note], bool], None]


class Counterexample(AssertionError):
    """A schedule that ends in a fault."""


class Explorer:
    """All states that two sides can come to, the nearest first: a counterexample is shortest.

    whole: "P" or "C" for a side that is an interrupt handler: once it has begun an operation, the
        other side waits for the end of it. Else "". These schedules are among all the others, but
        they are few, so they reach further.
    names: of the words, for a schedule.
    waiting: how much waits in an image, for `Tracer.ask`.

    After `explore`, `transitions` is the number of steps from a state to a state.
    """

    def __init__(
        self,
        memory: bytes,
        sides: tuple[Side, Side],
        judge: Judge,
        names: Sequence[str],
        whole: str = "",
        waiting: Callable[[bytes], int] | None = None,
    ) -> None:
        self.transitions = 0
        self._size = len(memory)
        self._waiting = waiting
        self._sides = sides
        self._judge = judge
        self._judged: set[Hashable] = set()
        self._names = names
        self._whole = next((i for i, side in enumerate(sides) if side.letter == whole), None)
        first = memory + bytes(EXTRA_BYTES)
        self._first: State = (first, sides[0].first, sides[1].first)
        self._reached_by: dict[State, tuple[State, int, Operation | None] | None] = {}

    def explore(self) -> int:
        """The number of states; raises Counterexample if one of them is wrong."""
        gc.disable()  # it would look at all the states again and again, and find nothing
        try:
            return self._explore()
        finally:
            gc.enable()

    def _explore(self) -> int:
        self._reached_by = {self._first: None}
        waiting = deque([self._first])
        while waiting:
            state = waiting.popleft()
            self._look_at(state)
            for successor, side, operation in self._successors(state):
                self.transitions += 1
                if successor not in self._reached_by:
                    self._reached_by[successor] = (state, side, operation)
                    waiting.append(successor)
        states = len(self._reached_by)
        self._reached_by.clear()  # gigabytes, which points in cycles would keep until who knows
        self._judged.clear()
        return states

    def _successors(self, state: State) -> Iterator[tuple[State, int, Operation | None]]:
        memory, *points = state
        for i, side in enumerate(self._sides):
            point, other = points[i], points[1 - i]
            if self._whole == 1 - i and other.access:
                continue  # this side is interrupted
            access = point.access
            if access is None:
                for operation in point.menu:
                    yield _state(memory, i, side.choose(point, operation), other), i, operation
            elif access.verb != "awaits" or access.is_possible(memory):
                memory_after, value = access.perform(memory)
                if not memory_after.endswith(_NO_MOMENTS):
                    memory_after = self._with_moment(memory_after)
                yield _state(memory_after, i, side.go_on(point, value), other), i, None

    def _with_moment(self, memory: bytes) -> bytes:
        """Tell the sides that ask how much is waiting now."""
        assert self._waiting
        bit = 1 << self._waiting(memory)
        asked = b""
        for extra in MOMENTS.values():
            begin = self._size + extra.begin
            bits = int.from_bytes(memory[begin : begin + extra.size], "little")
            asked += (bits | bit if bits else 0).to_bytes(extra.size, "little")
        return memory[: -len(asked)] + asked

    def _look_at(self, state: State) -> None:
        memory, *points = state
        at_rest = _is_at_rest(points[0], memory) and _is_at_rest(points[1], memory)
        key = memory, id(points[0].shown), id(points[1].shown), at_rest
        try:
            for side, point in zip(self._sides, points, strict=True):
                if point.fault:
                    raise AssertionError(f"the {SIDES[side.letter]}: {point.fault!r}")
            if key not in self._judged:
                self._judged.add(key)
                image = bytearray(memory[: self._size])
                for side, point in zip(self._sides, points, strict=True):
                    image[side.private] = point.shown[0]
                self._judge(bytes(image), (points[0].shown[1], points[1].shown[1]), at_rest)
        except (AssertionError, ValueError) as fault:  # or the library finds its memory damaged
            schedule = "\n".join(self._schedule(state))
            raise Counterexample(f"{schedule}\n=> {fault}") from None

    def _schedule(self, state: State) -> list[str]:
        """What led to this state, a line for each step."""
        lines: list[str] = []
        reached = self._reached_by[state]
        while reached:
            state, side, operation = reached
            who = SIDES[self._sides[side].letter]
            lines.append(f"{who}: {operation.name if operation else self._told(state, side)}")
            reached = self._reached_by[state]
        return lines[::-1]

    def _told(self, state: State, side: int) -> str:
        access = (state[1], state[2])[side].access
        assert access
        _, told = access.perform(state[0])
        after = access.data or told
        begin = access.offset - 4 * len(self._names)
        extra = next((e for e in EXTRAS if self._size + e.begin == access.offset), None)
        value: object = list(after)
        if extra:
            place = extra.name
        elif begin < 0:
            place = self._names[access.offset // 4]
            value = int.from_bytes(after, "little", signed=True)
        elif access.size == 1:
            place, value = f"byte {begin}", after[0]
        else:
            place = f"bytes {begin} to {begin + access.size - 1}"
        return f"    {access.verb} {place} = {value}"


def _is_at_rest(point: Point, memory: bytes) -> bool:
    if point.operation is None:
        return True
    access = point.access
    return access is not None and access.verb == "awaits" and not access.is_possible(memory)


def _state(memory: bytes, side: int, point: Point, other: Point) -> State:
    return (memory, other, point) if side else (memory, point, other)


# What the tests of every container ask. `record` is pytest's `record_property`.
Record = Callable[[str, object], None]


def must_hold(explorer: Explorer, record: Record) -> None:
    """No state is wrong, and there are many."""
    states = explorer.explore()
    assert states > 500
    record("explored", {"states": states, "transitions": explorer.transitions})


def must_show(fault: str, explorers: Iterable[Explorer], record: Record) -> None:
    """One of them finds a state that is wrong."""
    with pytest.raises(Counterexample):
        for explorer in explorers:
            explorer.explore()
    record("caught", fault)
