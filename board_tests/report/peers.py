"""What stands side by side: operations that do the same job on as many elements, and rates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from board_tests.report.schema import Form, Job, Operation, Rate, Report

# What puts something in, and what takes it out again: an operation's name, or its first word.
_PARTNERS = {
    "append": ("popleft", "pop"),
    "enqueue": ("dequeue",),
    "extend": ("drain",),
    "grant, commit": ("read, release",),
    "push": ("pop",),
    "put": ("get",),
    "write": ("readinto", "read", "drain_into"),
    "write_frame": ("read_frame_into",),
}
_INTO = frozenset(_PARTNERS)
_OUT_OF = frozenset(name for partners in _PARTNERS.values() for name in partners)

# What is no way in and out again stands in one table.
_TITLES: dict[Job, str] = {
    "stream grant": "Grants of a stream, step by step",
    "frame grant": "Grants of frames, step by step",
    "sequence": "Sequences",
    "both ends": "Sequences with two ends",
    "window": "Windows of the last values",
    "text": "Text",
}

_JOBS: tuple[Job, ...] = get_args(Job)

# What every other way through is compared with: what MicroPython brings along for the same job.
_YARDSTICKS: dict[Job, str] = {"element": "deque", "bytes": "RingIO", "frame": "RingIO"}


@dataclass(frozen=True)
class Group:
    """Operations that do the same job on as many elements, the fastest first; steps in order."""

    title: str
    items: int
    operations: list[Operation]


@dataclass(frozen=True)
class Way:
    """In and out again, in one form of one container."""

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


@dataclass(frozen=True)
class Comparison:
    """The ways through for one job, the fastest first."""

    job: Job
    title: str
    ways: list[Way]

    @property
    def yardstick_name(self) -> str:
        return _YARDSTICKS[self.job]

    @property
    def yardstick(self) -> Way | None:
        return next((way for way in self.ways if way.into["subject"] == self.yardstick_name), None)


def groups(operations: list[Operation]) -> list[Group]:
    """Every operation, in exactly one group; single elements first."""
    found: dict[tuple[int, int, int, str], list[Operation]] = {}
    order: dict[tuple[Job, str], int] = {}  # of an operation, whoever does it
    for operation in operations:
        job = _job(operation)
        order.setdefault((job, operation["op"]), len(order))
        items = max(operation["items"], 1) if job in _YARDSTICKS else 1
        direction = _direction(operation["op"]) if job in _YARDSTICKS else 0
        title = _group_title(operation, items, direction)
        key = _JOBS.index(job), items, direction, title
        found.setdefault(key, []).append(operation)

    def rank(operation: Operation) -> tuple[int, float]:
        """Where it stands in its group: the fastest first, unless it has steps, or many kinds."""
        job = _job(operation)
        place = 0 if job in _YARDSTICKS else order[job, operation["op"]]
        return place, operation["cycles"]["median"]

    return [
        Group(title, items, sorted(operations, key=rank))
        for (_, items, _, title), operations in sorted(found.items())
    ]


def comparisons(operations: list[Operation]) -> list[Comparison]:
    """The pairs that move the same in and out again: one element, bytes, or a frame."""
    found: dict[tuple[int, int, str], list[Way]] = {}
    for into in operations:
        job = _job(into)
        if job in _TITLES or (job == "element" and into["items"] != 1):
            continue
        for out in operations:
            if out["op"] in _partners(into["op"]) and _kin(into) == _kin(out):
                key = _JOBS.index(job), into["items"], f"{_moved(into, into['items'])} through"
                found.setdefault(key, []).append(Way(into, out))
    return [
        Comparison(_JOBS[job], title, sorted(ways, key=lambda way: way.median))
        for (job, _, title), ways in sorted(found.items())
    ]


def rates(report: Report) -> list[Rate]:
    """The rates that were measured, the highest first; none in a report older than they are."""
    return sorted(report.get("rates", []), key=lambda rate: -rate["events_per_second"])


def kinds(operations: list[Operation]) -> dict[str, Form]:
    """For each subject what it is: the form of its operations, and function for all of ours."""
    return {
        operation["subject"]: operation["form"]
        if operation["form"] in ("builtin", "idiom")
        else "function"
        for operation in operations
    }


def _job(operation: Operation) -> Job:
    return operation.get("job", "element")


def _split(op: str) -> tuple[str, str, str]:
    """The try_ in front, the word that says what is done, and the rest: try_ push _back."""
    found = re.fullmatch(r"(try_)?([^_ ,]*)(.*)", op, re.DOTALL)
    assert found
    return found[1] or "", found[2], found[3]


def _direction(op: str) -> int:
    names = {op, _split(op)[1]}
    return 0 if names & _INTO else 1 if names & _OUT_OF else 2


def _moved(operation: Operation, items: int) -> str:
    job = _job(operation)
    if job == "frame":
        return f"A frame of {operation['bytes']} bytes"
    if job == "bytes":
        return f"{items} bytes"
    return "One element" if items == 1 else f"{items} elements at once"


def _group_title(operation: Operation, items: int, direction: int) -> str:
    job = _job(operation)
    if job in _TITLES:
        return _TITLES[job]
    moved = _moved(operation, items)
    others = "Other operations" if items == 1 else f"Other operations, {items} elements at once"
    return (f"{moved} in", f"{moved} out", others)[direction]


def _partners(op: str) -> Iterator[str]:
    yield from _PARTNERS.get(op, ())
    prefix, word, rest = _split(op)
    for partner in _PARTNERS.get(word, ()):
        yield f"{prefix}{partner}{rest}"


def _kin(operation: Operation) -> tuple[str, str, Job, int, int]:
    return (
        operation["subject"],
        operation["form"],
        _job(operation),
        operation["items"],
        operation["bytes"],
    )
