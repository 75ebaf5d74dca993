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
"""

import importlib
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, Protocol

from heapless_py import _port

SIDES = {"P": "producer", "C": "consumer"}

Note = Any  # what an actor shows of itself to the judge


class Access(NamedTuple):
    """One load or store of the shared memory."""

    stores: bool
    offset: int
    size: int
    signed: bool
    value: int = 0  # what it stores

    def perform(self, memory: bytes) -> tuple[bytes, int]:
        """The memory afterwards, and the value loaded or stored."""
        end = self.offset + self.size
        if not self.stores:
            loaded = int.from_bytes(memory[self.offset : end], "little", signed=self.signed)
            return memory, loaded
        low = self.value & (1 << 8 * self.size) - 1
        return memory[: self.offset] + low.to_bytes(self.size, "little") + memory[end:], self.value


class Operation(NamedTuple):
    name: str
    run: Callable[[], None]


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


class Tracer:
    """The memory as the running side sees it."""

    def __init__(self, layout: str, by_bytes: bool) -> None:
        self.layout = layout
        self._by_bytes = by_bytes
        self.image: bytearray | None = None  # of the running side; for None, nothing is traced
        self._side = ""
        self._past: Sequence[int] = ()
        self._done = 0
        self.stopped_at: Access | None = None

    def run(self, side: str, actor: Actor, operation: Operation, past: Sequence[int]) -> bool:
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

    def names(self) -> dict[str, Any]:
        """What the traced source finds under the names of chip pointers."""
        tracer = self

        class Traced(_port._Pointer):  # type: ignore[misc]  # the library is untyped
            def __getitem__(self, index: int) -> int:
                if self.owner is not tracer.image:
                    return int(super().__getitem__(index))
                begin = self._bytes_of(index).start
                local = super().__getitem__(index)
                return tracer.load(Access(False, begin, self._size, self._signed), local)

            def __setitem__(self, index: int, value: int) -> None:
                if self.owner is tracer.image:
                    begin = self._bytes_of(index).start
                    tracer.store(Access(True, begin, self._size, self._signed, value))
                super().__setitem__(index, value)

        def ptr8(target: Any) -> Traced:
            return Traced(target, "B")

        def copy(target: Any, source: Any, count: int, to: int, begin: int) -> None:
            if source is tracer.image:
                data = tracer.load_bytes(begin, count)
            else:
                data = bytes(memoryview(source)[begin : begin + count])
            if target is tracer.image:
                tracer.store_bytes(to, data)
            else:
                memoryview(target)[to : to + count] = data

        return {
            "ptr8": ptr8,
            "ptr16": lambda target: Traced(target, "H"),
            "ptr32": lambda target: Traced(target, "i"),
            "copy": copy,
        }

    def load(self, access: Access, local: int) -> int:
        owner = self._owner(access)
        if owner in (".", self._side, self._side.lower()):
            return local
        assert owner == "*" or owner.isupper(), f"loads word {access.offset // 4}, not its own"
        return self._stop_at(access)

    def store(self, access: Access) -> None:
        owner = self._owner(access)
        allowed = owner in ("*", self._side, self._side.lower())
        assert allowed, f"stores word {access.offset // 4}, not its own"
        if owner == "*" or owner.isupper():
            self._stop_at(access)

    def load_bytes(self, begin: int, count: int) -> bytes:
        """The bytes behind the words that no word of the layout holds."""
        if self._by_bytes:
            return bytes(self.load(Access(False, begin + i, 1, False), 0) for i in range(count))
        if not count:
            return b""
        return self.load(Access(False, begin, count, False), 0).to_bytes(count, "little")

    def store_bytes(self, begin: int, data: bytes) -> None:
        if self._by_bytes:
            for i, byte in enumerate(data):
                self.store(Access(True, begin + i, 1, False, byte))
        elif data:
            self.store(Access(True, begin, len(data), False, int.from_bytes(data, "little")))

    def _owner(self, access: Access) -> str:
        word = access.offset // 4
        return self.layout[word] if word < len(self.layout) else "*"

    def _stop_at(self, access: Access) -> int:
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


def load_modules(names: Sequence[str], tracer: Tracer, edits: Sequence[Edit] = ()) -> list[Any]:
    """Fresh modules of the package, traced and edited.

    Each finds those named before it where its source imports them.
    """
    assert {edit.module for edit in edits} <= set(names)
    fresh: list[ModuleType] = []
    for name in names:
        real = importlib.import_module(f"heapless_py.{name}")
        source = Path(str(real.__file__)).read_text()
        for edit in edits:
            if edit.module == name:
                source = edit.apply(source)
        module = ModuleType(real.__name__)
        module.__package__ = "heapless_py"
        exec(compile(source, str(real.__file__), "exec"), vars(module))
        for other in fresh:
            _replace(vars(module), other, importlib.import_module(other.__name__))
        vars(module).update({n: v for n, v in tracer.names().items() if n in vars(module)})
        fresh.append(module)
    return fresh


def _replace(found: dict[str, Any], fresh: ModuleType, real: ModuleType) -> None:
    """Put `fresh` and what is in it where `real` and what is in that were imported."""
    for name, value in found.items():
        if value is real:
            found[name] = fresh
        elif not name.startswith("__") and value is vars(real).get(name, fresh):
            found[name] = vars(fresh)[name]


class Point:
    """Where a side stands: at rest, or before an access."""

    __slots__ = "access", "after", "fault", "left", "menu", "operation", "past", "shown", "start"

    def __init__(self, start: Hashable, left: int | None) -> None:
        self.start = start  # what the actor was when its operation began
        self.left = left  # how many operations are to come; None for any number
        self.menu: Sequence[Operation] = ()
        self.operation: Operation | None = None  # None at rest
        self.past: tuple[int, ...] = ()
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
        self._rests: dict[tuple[Hashable, int | None], Point] = {}
        layout = tracer.layout
        self.private = slice(4 * layout.find(letter.lower()), 4 * layout.rfind(letter.lower()) + 4)
        self.first = self._at_rest(actor.save(), operations)

    def choose(self, rest: Point, operation: Operation) -> Point:
        """The point at which `operation` makes its first access."""
        if operation.name not in rest.after:
            rest.after[operation.name] = self._run(rest, operation, ())
        return rest.after[operation.name]

    def go_on(self, point: Point, value: int) -> Point:
        """The point after an access that gave this value."""
        if value not in point.after:
            assert point.operation
            point.after[value] = self._run(point, point.operation, (*point.past, value))
        return point.after[value]

    def _run(self, begin: Point, operation: Operation, past: tuple[int, ...]) -> Point:
        self._actor.restore(begin.start)
        point = Point(begin.start, begin.left)
        point.operation, point.past = operation, past
        try:
            if self._tracer.run(self.letter, self._actor, operation, past):
                left = None if begin.left is None else begin.left - 1
                return self._at_rest(self._actor.save(), left)
            point.access = self._tracer.stopped_at
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
        return bytes(self._actor.image[self.private]), self._actor.note


State = tuple[bytes, Point, Point]  # the shared memory, the producer, the consumer
# Asserts what must hold of an image, of the two notes, and of two sides at rest if they are.
Judge = Callable[[bytes, tuple[Note, Note], bool], None]


class Counterexample(AssertionError):
    """A schedule that ends in a fault."""


class Explorer:
    """All states that two sides can come to, the nearest first: a counterexample is shortest.

    whole: "P" or "C" for a side that is an interrupt handler: once it has begun an operation, the
        other side waits for the end of it. Else "". These schedules are among all the others, but
        they are few, so they reach further.
    names: of the words, for a schedule.
    """

    def __init__(
        self,
        memory: bytes,
        sides: tuple[Side, Side],
        judge: Judge,
        names: Sequence[str],
        whole: str = "",
    ) -> None:
        self._sides = sides
        self._judge = judge
        self._judged: set[Hashable] = set()
        self._names = names
        self._whole = next((i for i, side in enumerate(sides) if side.letter == whole), None)
        self._first: State = (memory, sides[0].first, sides[1].first)
        self._reached_by: dict[State, tuple[State, int, Operation | None] | None] = {}

    def explore(self) -> int:
        """The number of states; raises Counterexample if one of them is wrong."""
        self._reached_by = {self._first: None}
        waiting = deque([self._first])
        while waiting:
            state = waiting.popleft()
            self._look_at(state)
            for successor, side, operation in self._successors(state):
                if successor not in self._reached_by:
                    self._reached_by[successor] = (state, side, operation)
                    waiting.append(successor)
        return len(self._reached_by)

    def _successors(self, state: State) -> Iterator[tuple[State, int, Operation | None]]:
        memory, *points = state
        for i, side in enumerate(self._sides):
            point, other = points[i], points[1 - i]
            if self._whole == 1 - i and other.access:
                continue  # this side is interrupted
            if point.access:
                memory_after, value = point.access.perform(memory)
                yield _state(memory_after, i, side.go_on(point, value), other), i, None
            else:
                for operation in point.menu:
                    yield _state(memory, i, side.choose(point, operation), other), i, operation

    def _look_at(self, state: State) -> None:
        memory, *points = state
        at_rest = not (points[0].operation or points[1].operation)
        key = memory, points[0].shown, points[1].shown, at_rest
        try:
            for side, point in zip(self._sides, points, strict=True):
                if point.fault:
                    raise AssertionError(f"the {SIDES[side.letter]}: {point.fault!r}")
            if key not in self._judged:
                self._judged.add(key)
                image = bytearray(memory)
                for side, point in zip(self._sides, points, strict=True):
                    image[side.private] = point.shown[0]
                self._judge(bytes(image), (points[0].shown[1], points[1].shown[1]), at_rest)
        except AssertionError as fault:
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
        _, value = access.perform(state[0])
        verb = "stores" if access.stores else "loads"
        word = access.offset // 4
        begin = access.offset - 4 * len(self._names)
        if word < len(self._names):
            place = self._names[word]
        elif access.size == 1:
            place = f"byte {begin}"
        else:
            place = f"bytes {begin} to {begin + access.size - 1}"
            value &= (1 << 8 * access.size) - 1
            return f"    {verb} {place} = {list(value.to_bytes(access.size, 'little'))}"
        return f"    {verb} {place} = {value}"


def _state(memory: bytes, side: int, point: Point, other: Point) -> State:
    return (memory, other, point) if side else (memory, point, other)
