"""Which operations stand side by side: those that do the same job on as many elements."""

from collections.abc import Iterator
from dataclasses import dataclass

from board_tests.report.schema import Operation

# What puts an element in, and what takes it out again, by the first word of an operation's name.
_PARTNERS = {
    "append": ("popleft", "pop"),
    "enqueue": ("dequeue",),
    "extend": ("drain",),
    "push": ("pop",),
    "put": ("get",),
    "write": ("readinto", "read"),
}
_INTO = frozenset(_PARTNERS)
_OUT_OF = frozenset(name for partners in _PARTNERS.values() for name in partners)

# What every other way through is compared with: the queue that MicroPython brings along.
YARDSTICK = "deque"


@dataclass(frozen=True)
class Group:
    """Operations that do the same job on as many elements, the fastest first."""

    title: str
    items: int
    operations: list[Operation]


@dataclass(frozen=True)
class Way:
    """One element in and out again, in one form of one container."""

    into: Operation
    out: Operation

    @property
    def name(self) -> str:
        return f"{self.into['subject']}.{self.into['op']} + {self.out['op']}"

    @property
    def median(self) -> float:
        return self.into["cycles"]["median"] + self.out["cycles"]["median"]

    @property
    def allocated(self) -> int:
        return self.into["allocated_bytes"] + self.out["allocated_bytes"]

    def ratio(self, yardstick: "Way | None") -> float | None:
        """How many times the yardstick's cycles this way costs."""
        return self.median / yardstick.median if yardstick and yardstick.median else None


def groups(operations: list[Operation]) -> list[Group]:
    """Every operation, in exactly one group; single elements first."""
    found: dict[tuple[int, int], list[Operation]] = {}
    for operation in operations:
        key = max(operation["items"], 1), _direction(operation["op"])
        found.setdefault(key, []).append(operation)
    return [Group(_title(*key), key[0], sorted(found[key], key=_median)) for key in sorted(found)]


def ways_through(operations: list[Operation]) -> list[Way]:
    """The pairs that move one element in and out again, the fastest first."""
    singles = [operation for operation in operations if operation["items"] == 1]
    ways = [
        Way(into, out)
        for into in singles
        for out in singles
        if out["op"] in _partners(into["op"]) and _kin(into) == _kin(out)
    ]
    return sorted(ways, key=lambda way: way.median)


def yardstick(ways: list[Way]) -> Way | None:
    return next((way for way in ways if way.into["subject"] == YARDSTICK), None)


def _split(op: str) -> tuple[str, str, str]:
    """The try_ in front, the word that says what is done, and the rest: try_ push _back."""
    bare = op.removeprefix("try_")
    word = bare.partition("_")[0]
    return op.removesuffix(bare), word, bare.removeprefix(word)


def _direction(op: str) -> int:
    word = _split(op)[1]
    return 0 if word in _INTO else 1 if word in _OUT_OF else 2


def _title(items: int, direction: int) -> str:
    elements = "One element" if items == 1 else f"{items} elements at once"
    return (
        f"{elements} in",
        f"{elements} out",
        "Other operations" if items == 1 else f"Other operations, {items} elements at once",
    )[direction]


def _partners(op: str) -> Iterator[str]:
    prefix, word, rest = _split(op)
    return (f"{prefix}{partner}{rest}" for partner in _PARTNERS.get(word, ()))


def _kin(operation: Operation) -> tuple[str, str, int]:
    return operation["subject"], operation["form"], operation["bytes"]


def _median(operation: Operation) -> float:
    return operation["cycles"]["median"]
