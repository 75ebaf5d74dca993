"""RingBuffer: every interleaving of its two sides, on the shipped source, and faults it must show.

Each side takes any operation of its menu, any number of times, until no new state is found: all
the states that there are, of two cores. Every byte that is copied, or word where the copy goes by
words, is a scheduling point. Groups of operations:

    core     `write` and `readinto`, by method (`drain_into`) and by function, of some lengths, and
             clear
    more     what makes bytes, looks, iterates; what `free` and `any` promise
    asks     all that tells of the ring's state, checked against every moment of the call; and why
             a side is refused

With interrupts one side runs each operation whole, anywhere inside the other's: see SpscQueue's.

HEAPLESS_PROOF in the environment looks at larger rings, at all lengths, and at all groups at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from host_tests import lamport
from host_tests.evidence import FULL
from host_tests.interleave import (
    Edit,
    Explorer,
    Record,
    Tracer,
    load_modules,
    must_hold,
    must_show,
)
from host_tests.lamport import Actor, End, Judge

LAYOUT = "..PC"
NAMES = ["kind", "capacity", "write", "read"]
WRITE, READ = 2, 3
BYTES = 4 * len(LAYOUT)
END_OF_LINE = 10
POLL, READABLE, WRITABLE = 3, 1, 4

Library = Any


@dataclass(frozen=True)
class Setting(lamport.Setting):
    all_lengths: bool = False

    @property
    def period(self) -> int:
        return 2 * self.capacity

    @property
    def modulus(self) -> int:
        return 2 * self.capacity

    def index(self, count: int) -> int:
        return count % self.capacity << 1 | count // self.capacity % 2

    def count(self, index: int) -> int:
        return (index >> 1) + (index & 1) * self.capacity

    def place(self, count: int) -> int:
        return BYTES + count % self.capacity

    def element(self, count: int) -> bytes:
        return bytes([END_OF_LINE + count])

    def lengths(self) -> list[int]:
        """Bytes that are written, or read, at once; the last is one too many."""
        if self.all_lengths:
            return list(range(1, self.capacity + 2))
        return sorted({1, self.capacity // 2 + 1, self.capacity, self.capacity + 1})


class Writer(Actor):
    word = WRITE

    def __init__(self, setting: Setting, tracer: Tracer, ring: End, library: Library) -> None:
        super().__init__(setting, tracer, ring, ring.image)
        self.library = library

    def groups(self) -> dict[str, dict[str, Callable[[], object]]]:
        ring, capacity, lengths = self.end, self.setting.capacity, self.setting.lengths()
        by_function = partial(self.library.write, self.image)
        return {
            "core": {
                **{f"write {n}": partial(self.write, ring.write, n) for n in lengths[::2]},
                **{
                    f"write {n}, function": partial(
                        self.write, lambda data: by_function(data, len(data)), n
                    )
                    for n in lengths[1::2]
                },
            },
            "more": {"free, write": self.write_what_is_free},
            "asks": {
                "free?": partial(self.tracer.ask, ring.free, lambda n: capacity - n),
                **asks(self, ring),
                "poll?": partial(
                    self.tracer.ask,
                    partial(ring.ioctl, POLL, WRITABLE),
                    lambda n: WRITABLE * (n < capacity),
                ),
                "write 1?": self.write_with_reason,
            },
        }

    def write(self, verb: Callable[[bytes], int], length: int) -> int:
        self.may_move(length)
        written = verb(self.setting.data(self.known, length))
        assert 0 <= written <= length
        self.moved(written)
        return written

    def write_what_is_free(self) -> None:
        free = self.end.free()
        written = self.write(self.end.write, free)
        assert written == free, f"{written} written, {free} free"

    def write_with_reason(self) -> None:
        capacity = self.setting.capacity
        self.tracer.ask(partial(self.write, self.end.write, 1), lambda n: int(n < capacity))


class Reader(Actor):
    word = READ

    def __init__(self, setting: Setting, tracer: Tracer, ring: End, library: Library) -> None:
        super().__init__(setting, tracer, ring, ring.image)
        self.library = library

    def groups(self) -> dict[str, dict[str, Callable[[], object]]]:
        ring, capacity, lengths = self.end, self.setting.capacity, self.setting.lengths()
        by_function = partial(self.library.readinto, self.image)
        return {
            "core": {
                **{
                    f"readinto {n}": partial(self.read_into, ring.readinto, n)
                    for n in lengths[::2]
                },
                **{
                    f"readinto {n}, function": partial(self.read_into, by_function, n, n)
                    for n in lengths[1::2]
                },
                "clear": self.clear,
            },
            "more": {
                "readinto, some of a buffer": partial(
                    self.read_into, ring.readinto, capacity + 1, lengths[1]
                ),
                "read": partial(self.read, ring.read),
                "read 1": partial(self.read, partial(ring.read, 1)),
                "readline": partial(self.read, ring.readline, by_line=True),
                "any, readinto": self.read_what_waits,
                "peek": partial(self.look, ring.peek, 0),
                f"peek {capacity - 1}": partial(
                    self.look, partial(ring.peek, capacity - 1), capacity - 1
                ),
                "[-1]": self.look_at_newest,
                "iterate": lambda: self.see(bytes(ring)),
            },
            "asks": {
                "any?": partial(self.tracer.ask, ring.any, int),
                **asks(self, ring),
                "poll?": partial(
                    self.tracer.ask,
                    partial(ring.ioctl, POLL, READABLE),
                    lambda n: READABLE * (n > 0),
                ),
                "peek?": partial(self.tracer.ask, lambda: ring.peek() is None, lambda n: n == 0),
                "readinto 1?": partial(
                    self.tracer.ask,
                    partial(self.read_into, ring.readinto, 1),
                    lambda n: int(n > 0),
                ),
            },
        }

    def see(self, data: bytes) -> None:
        """Check what was read."""
        expected = self.setting.data(self.known, len(data))
        assert data == expected, f"read {list(data)} instead of {list(expected)}"

    def read_into(self, verb: Callable[..., int], length: int, *size: int) -> int:
        most = size[0] if size else length
        self.may_move(most)
        buffer = bytearray(length)
        came = verb(buffer, *size)
        assert 0 <= came <= most
        self.see(bytes(buffer[:came]))
        self.moved(came)
        return came

    def read(self, verb: Callable[[], bytes], by_line: bool = False) -> None:
        self.may_move(self.setting.capacity)
        data = verb()
        self.see(data)
        assert not by_line or END_OF_LINE not in data[:-1], f"the line {list(data)}"
        self.moved(len(data))

    def read_what_waits(self) -> None:
        told = self.end.any()
        came = self.read_into(self.end.readinto, told)
        assert came == told, f"{came} came of {told}"

    def clear(self) -> None:
        self.may_move(self.setting.capacity)
        self.end.clear()
        # How many were dropped, its own index tells.
        self.moved((self.setting.count(self._words[READ]) - self.known) % self.setting.period)

    def look(self, verb: Callable[[], int | None], index: int) -> None:
        byte = verb()
        if byte is not None:
            self.known_plus(index, byte)

    def known_plus(self, index: int, byte: int) -> None:
        """Check the byte that is so many after the oldest."""
        (expected,) = self.setting.data((self.known + index) % self.setting.modulus, 1)
        assert byte == expected, f"byte {index} is {byte} instead of {expected}"

    def look_at_newest(self) -> None:
        """It may not be the newest any more, but no older than was known before."""
        told = len(self.end)
        if told:
            byte = self.end[-1]
            index = (byte - END_OF_LINE - self.known) % self.setting.modulus
            assert told - 1 <= index < self.setting.capacity, f"byte {index} of {told}"


def asks(side: Actor, ring: End) -> dict[str, Callable[[], object]]:
    """What both sides may ask, each of them when it likes."""
    capacity = side.setting.capacity
    return {
        "len?": partial(side.tracer.ask, partial(len, ring), int),
        "bool?": partial(side.tracer.ask, partial(bool, ring), lambda n: n > 0),
        "is_empty?": partial(side.tracer.ask, ring.is_empty, lambda n: n == 0),
        "is_full?": partial(side.tracer.ask, ring.is_full, lambda n: n == capacity),
    }


class AtRest:
    """Asks a ring of its own, in which it puts an image, everything."""

    def __init__(self, setting: Setting, ring: Library) -> None:
        self.setting = setting
        self._ring = ring

    def __call__(self, image: bytes, waiting: int) -> None:
        ring, capacity = self._ring, self.setting.capacity
        ring.image[:] = image
        ring._check()
        assert ring.any() == len(ring) == waiting, f"any is {ring.any()} of {waiting}"
        assert ring.free() == capacity - waiting, f"free is {ring.free()} with {waiting}"
        assert ring.is_empty() == (waiting == 0), f"is_empty is wrong of {waiting}"
        assert ring.is_full() == (waiting == capacity), f"is_full is wrong of {waiting}"
        assert (ring.peek() is None) == (waiting == 0), f"peek, {waiting} waiting"
        written = ring.write(bytes(capacity))
        assert written == capacity - waiting, f"{written} written, {waiting} waiting"
        ring.image[:] = image
        came = ring.readinto(bytearray(capacity))
        assert came == waiting, f"{came} came of {waiting}"


def explorer(setting: Setting, edits: Sequence[Edit] = ()) -> Explorer:
    tracer = Tracer(LAYOUT, by_bytes=True)
    library = load_modules(("_stream", "ring_buffer"), tracer, edits)[-1]

    def ring() -> Library:
        return library.RingBuffer(setting.capacity)

    actors = (
        Writer(setting, tracer, ring(), library),
        Reader(setting, tracer, ring(), library),
    )
    judge = Judge(setting, WRITE, READ, AtRest(setting, ring()))
    return lamport.explorer(setting, tracer, actors, judge, NAMES)


# --- the ring as it is ---------------------------------------------------------------------------

VERBS = "core", "more"
ASKS = "core", "asks"

TWO_CORES = [
    *(Setting(capacity, VERBS, all_lengths=True) for capacity in (1, 2)),
    Setting(3, VERBS),
    *(Setting(capacity, ("core",)) for capacity in (4, 5, 6)),
    *(Setting(capacity, ASKS) for capacity in (1, 2)),
]
INTERRUPTS = [
    setting
    for whole in ("P", "C")
    for setting in (
        Setting(2, (*VERBS, "asks"), whole=whole),
        Setting(4, VERBS, whole=whole),
        Setting(6, ("core",), whole=whole),
    )
]
if FULL:
    TWO_CORES += [
        *(Setting(capacity, (*VERBS, "asks"), all_lengths=True) for capacity in (1, 2, 3)),
        *(Setting(capacity, VERBS, all_lengths=True) for capacity in (4, 5)),
        Setting(6, VERBS),
    ]
    INTERRUPTS += [
        setting
        for whole in ("P", "C")
        for setting in (
            Setting(4, (*VERBS, "asks"), whole=whole),
            Setting(6, VERBS, all_lengths=True, whole=whole),
            Setting(8, VERBS, whole=whole),
        )
    ]


@pytest.mark.proof("interleavings")
@pytest.mark.parametrize("setting", TWO_CORES + INTERRUPTS, ids=str)
def test_no_interleaving_is_wrong(setting: Setting, record_property: Record) -> None:
    must_hold(explorer(setting), record_property)


def ring(behind: str, old: str, new: str) -> Edit:
    return Edit("ring_buffer", behind, old, new)


# On a board C's memmove does only what is long. Here it does all, and the words and bytes it moves
# are scheduling points, too.
BY_C = [
    ring("", "_MANY = const(384)", "_MANY = const(1)"),
    ring("", "_SOME = const(32)", "_SOME = const(1)"),
]
MOVED_BY_C = [Setting(capacity, ("core",)) for capacity in (2, 3, 4, 5)]


@pytest.mark.proof("interleavings")
@pytest.mark.parametrize("setting", MOVED_BY_C, ids=str)
def test_no_interleaving_is_wrong_where_c_moves_the_bytes(
    setting: Setting, record_property: Record
) -> None:
    must_hold(explorer(setting, BY_C), record_property)


# --- faults that must show -----------------------------------------------------------------------


WRITER, READER = "def write(image", "def readinto(image"  # the functions
WRITE_ALL, READ_ALL = "def write(buffer)", "def drain_into(buffer)"  # the methods
IN_ORDER = [Setting(capacity, VERBS) for capacity in (1, 2, 3)]
BY_WORDS = [Setting(4, ("core",))]
ASKING = [Setting(capacity, ASKS) for capacity in (1, 2)]
LAP = "(after & 1 ^ 1)"

# What is wrong: the change, and where to look for it, the smallest ring first.
MUTANTS: dict[str, tuple[Edit, Sequence[Setting]]] = {
    "write publishes before it copies": (
        ring(WRITER, "    while True:", "    p[_WRITE] = after\n    while True:"),
        IN_ORDER,
    ),
    "write publishes before the bytes after the wrap": (
        ring(WRITER, "        size = rest", "        p[_WRITE] = after\n        size = rest"),
        IN_ORDER,
    ),
    "write publishes before it copies a word": (
        ring(
            WRITER,
            "            while size >= 4:",
            "            p[_WRITE] = after\n            while size >= 4:",
        ),
        BY_WORDS,
    ),
    "write, the method, publishes before it copies": (
        ring(WRITE_ALL, "        while True:", "        p[_WRITE] = after\n        while True:"),
        IN_ORDER,
    ),
    "write, the method, publishes before the bytes after the wrap": (
        ring(
            WRITE_ALL,
            "            size = rest",
            "            p[_WRITE] = after\n            size = rest",
        ),
        IN_ORDER,
    ),
    "write, the method, flips no lap": (ring(WRITE_ALL, LAP, "(after & 1)"), IN_ORDER),
    "write, the method, wraps a byte late": (
        ring(WRITE_ALL, "if rest >= 0:", "if rest > 0:"),
        IN_ORDER,
    ),
    "write, the method, takes a byte more than is free": (
        ring(WRITE_ALL, "if size > free:", "free += 1\n        if size > free:"),
        IN_ORDER,
    ),
    "write, the method, takes a full ring for an empty one": (
        ring(
            WRITE_ALL,
            "if (after ^ read) & 1:",
            "if (after ^ read) & 1 and after >> 1 != read >> 1:",
        ),
        IN_ORDER,
    ),
    "write, the method, loads the index of the reader twice": (
        ring(
            WRITE_ALL,
            "free = capacity - at + (read >> 1)",
            "free = capacity - at + (p[_READ] >> 1)",
        ),
        IN_ORDER,
    ),
    "readinto releases before it copies": (
        ring(READ_ALL, "        while True:", "        p[_READ] = after\n        while True:"),
        IN_ORDER,
    ),
    "readinto, the function, releases before it copies": (
        ring(READER, "    while True:", "    p[_READ] = after\n    while True:"),
        IN_ORDER,
    ),
    "readinto releases before the bytes after the wrap": (
        ring(
            READ_ALL,
            "            size = rest",
            "            p[_READ] = after\n            size = rest",
        ),
        IN_ORDER,
    ),
    "write flips no lap": (ring(WRITER, LAP, "(after & 1)"), IN_ORDER),
    "readinto flips no lap": (ring(READ_ALL, LAP, "(after & 1)"), IN_ORDER),
    "readinto, the function, flips no lap": (ring(READER, LAP, "(after & 1)"), IN_ORDER),
    "write wraps a byte late": (ring(WRITER, "if rest >= 0:", "if rest > 0:"), IN_ORDER),
    "readinto wraps a byte late": (ring(READ_ALL, "if rest >= 0:", "if rest > 0:"), IN_ORDER),
    "write wraps a byte early": (
        ring(WRITER, "rest = size - (capacity - at)", "rest = size - (capacity - at) + 1"),
        IN_ORDER,
    ),
    "readinto, the function, goes on at the second byte": (
        ring(READER, "image = ptr8(int(p) + _BYTES)", "image = ptr8(int(p) + _BYTES + 1)"),
        IN_ORDER,
    ),
    "write takes a byte more than is free": (
        ring(
            WRITER,
            "if size > free:\n        size = free",
            "if size > free + 1:\n        size = free + 1",
        ),
        IN_ORDER,
    ),
    "write takes a byte less than is free": (
        ring(WRITER, "free = capacity - at", "free = capacity - 1 - at"),
        IN_ORDER,
    ),
    "write takes a full ring for an empty one": (
        ring(
            WRITER, "if (after ^ read) & 1:", "if (after ^ read) & 1 and after >> 1 != read >> 1:"
        ),
        IN_ORDER,
    ),
    "readinto takes an empty ring for a full one": (
        ring(READ_ALL, "if (write ^ after) & 1:", "if (write ^ after) & 1 or write == after:"),
        IN_ORDER,
    ),
    "readinto, the function, takes a full ring for an empty one": (
        ring(
            READER,
            "if (write ^ after) & 1:",
            "if (write ^ after) & 1 and write >> 1 != after >> 1:",
        ),
        IN_ORDER,
    ),
    "readinto takes a byte more than waits": (
        ring(READ_ALL, "if size > waiting:", "waiting += 1\n        if size > waiting:"),
        IN_ORDER,
    ),
    "write loads the index of the reader twice": (
        ring(
            WRITER, "free = capacity - at + (read >> 1)", "free = capacity - at + (p[_READ] >> 1)"
        ),
        IN_ORDER,
    ),
    "readinto loads the index of the writer twice": (
        ring(READ_ALL, "waiting = (write >> 1) - at", "waiting = (p[_WRITE] >> 1) - at"),
        IN_ORDER,
    ),
    "the writer stores a word of the reader's": (
        ring(WRITER, "p[_WRITE] = after", "p[_READ] = read; p[_WRITE] = after"),
        IN_ORDER,
    ),
    "the reader stores a word of the writer's": (
        ring("def _clear", "p[_READ] = p[_WRITE]", "p[_WRITE] = p[_READ]"),
        IN_ORDER,
    ),
    "what waits is counted without the lap": (
        ring("def _waiting", "if (write ^ read) & 1:", "if write < read:"),
        ASKING,
    ),
    "what waits is counted by two loads of the writer's index": (
        ring("def _waiting", "if (write ^ read) & 1:", "if (p[_WRITE] ^ read) & 1:"),
        ASKING,
    ),
    "what waits is counted by two loads of the reader's index": (
        ring("def _waiting", "if (write ^ read) & 1:", "if (write ^ p[_READ]) & 1:"),
        ASKING,
    ),
    "free tells of a byte more": (
        ring("def free", "self.capacity - _waiting", "self.capacity + 1 - _waiting"),
        IN_ORDER,
    ),
    "peek does not wrap": (ring("def _byte", "at >= p[_CAPACITY]", "at > p[_CAPACITY]"), IN_ORDER),
    "peek does not look whether the byte waits": (
        ring("def _byte", "index >= int(_waiting(image))", "index >= p[_CAPACITY]"),
        IN_ORDER,
    ),
    "readline does not wrap": (
        ring("def _line_length", "if at == p[_CAPACITY]:", "if at > p[_CAPACITY]:"),
        IN_ORDER,
    ),
    "readline goes on behind a line": (ring("def _line_length", "break", "pass"), IN_ORDER),
    "the ring says that it can be written to when it is full": (
        ring("def ioctl", "able if self.is_full()", "able if self.is_empty()"),
        ASKING,
    ),
}


@pytest.mark.proof("interleavings")
@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_shows(name: str, record_property: Record) -> None:
    edit, settings = MUTANTS[name]
    explorers = (explorer(setting, [edit]) for setting in settings)
    must_show(f"RingBuffer: {name}", explorers, record_property)
