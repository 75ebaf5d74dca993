"""What has the same name in two reports, side by side."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from board_tests.report.schema import Board, Interrupts, Memory, Operation, Rate, Report

Entry = TypeVar("Entry", Operation, Interrupts, Rate, Memory)
Value = TypeVar("Value")
Clocks = tuple[int, int]


@dataclass(frozen=True)
class Pair(Generic[Entry]):
    """An entry of A and one of B; None where that report has none of this name."""

    a: Entry | None
    b: Entry | None

    @property
    def either(self) -> Entry:
        found = self.a if self.b is None else self.b
        assert found is not None
        return found

    @property
    def both(self) -> tuple[Entry, Entry] | None:
        return None if self.a is None or self.b is None else (self.a, self.b)

    def each(self, value: Callable[[Entry], Value]) -> tuple[Value | None, Value | None]:
        """A value of either side, where there is one."""
        return (
            None if self.a is None else value(self.a),
            None if self.b is None else value(self.b),
        )

    def same(self, value: Callable[[Entry], object]) -> bool:
        """Whether it is not so that both have one, and another one."""
        return self.both is None or value(self.both[0]) == value(self.both[1])


def operations(a: Report, b: Report) -> list[Pair[Operation]]:
    def key(it: Operation) -> Hashable:
        job = it.get("job", "element")
        return it["subject"], it["op"], it["form"], job, it["items"], it["bytes"]

    return _paired(a["ops"], b["ops"], key)


def interrupts(a: Report, b: Report) -> list[Pair[Interrupts]]:
    return _paired(a["isr"], b["isr"], lambda run: (run["subject"], run["handler"]))


def same_source(pair: Pair[Interrupts]) -> bool:
    """Whether as many interrupts came, as fast."""
    return pair.same(lambda run: (run["period_cycles"], run["events"]))


def rates(a: Report, b: Report) -> list[Pair[Rate]]:
    def key(it: Rate) -> Hashable:
        return it["subject"], it["handler"], it["form"], it["loop"]

    return _paired(a.get("rates", []), b.get("rates", []), key)


def same_bursts(pair: Pair[Rate]) -> bool:
    """Whether both were found with bursts as long, through a queue of the same capacity."""
    return pair.same(lambda rate: (rate["capacity"], rate["events"], rate["bursts"]))


def memory(a: Report, b: Report) -> list[Pair[Memory]]:
    return _paired(a["memory"], b["memory"], lambda it: (it["subject"], it["format"]))


def same_capacity(pair: Pair[Memory]) -> bool:
    return pair.same(lambda entry: entry["capacity"])


def other_clocks(a: Board, b: Board) -> Clocks | None:
    """Both clocks, where they are known and differ: then cycles say nothing about time."""
    one, other = a["clock_hz"], b["clock_hz"]
    return (one, other) if one and other and one != other else None


def _paired(
    a: Sequence[Entry], b: Sequence[Entry], key: Callable[[Entry], Hashable]
) -> list[Pair[Entry]]:
    """In A's order; then what only B has."""
    of_a, of_b = _keyed(a, key), _keyed(b, key)
    return [Pair(of_a.get(name), of_b.get(name)) for name in {**of_a, **of_b}]


def _keyed(
    entries: Sequence[Entry], key: Callable[[Entry], Hashable]
) -> dict[tuple[Hashable, int], Entry]:
    """By key, and by how many of that key were before, so that none is lost to a namesake."""
    before: Counter[Hashable] = Counter()
    found = {}
    for entry in entries:
        name = key(entry)
        found[name, before[name]] = entry
        before[name] += 1
    return found
