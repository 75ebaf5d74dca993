"""What differs between two reports.

Every figure is a cost, in cycles, bytes or interrupts lost: more of it is worse.
"""

import math
from dataclasses import dataclass
from statistics import median
from typing import Literal

from board_tests.comparison import noise
from board_tests.report.schema import Report

Topic = Literal["operations", "interrupts", "rates", "memory"]
Verdict = Literal["more", "less", "same", "noise", "only in A", "only in B", "not comparable"]


@dataclass(frozen=True)
class Figure:
    """One figure of both reports; None where one has none."""

    subject: str
    name: str
    detail: str
    a: float | None
    b: float | None
    changed: bool  # by more than measuring again would change it
    comparable: bool = True
    aside: tuple[str, ...] = ()

    @property
    def ratio(self) -> float | None:
        """How many times A's B is; None where that is no number."""
        if self.a is None or self.b is None or not self.comparable:
            return None
        if self.a == self.b:
            return 1.0
        return self.b / self.a if self.a else None

    @property
    def weight(self) -> float:
        """How far the ratio is from one, whichever way; infinitely far from nothing, and to it."""
        return abs(math.log(self.ratio)) if self.ratio else math.inf

    @property
    def verdict(self) -> Verdict:
        if not self.comparable:
            return "not comparable"
        if self.a is None or self.b is None:
            return "only in B" if self.a is None else "only in A"
        if self.changed:
            return "more" if self.b > self.a else "less"
        return "noise" if noise.apart(self.a, self.b) else "same"


@dataclass(frozen=True)
class Table:
    """Figures that stand together; aside are the titles of what each has beside it."""

    topic: Topic
    title: str
    unit: str
    figures: list[Figure]
    aside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """A container, or what is used instead, with those of its operations that have a ratio."""

    name: str
    figures: list[Figure]

    @property
    def middle(self) -> float:
        return median(figure.ratio for figure in self.figures if figure.ratio)

    def count(self, *verdicts: Verdict) -> int:
        return sum(figure.verdict in verdicts for figure in self.figures)


@dataclass(frozen=True)
class Comparison:
    """Two reports, each with the name of its file, and their figures side by side."""

    names: tuple[str, str]
    a: Report
    b: Report
    tables: list[Table]

    def of(self, topic: Topic) -> list[Table]:
        return [table for table in self.tables if table.topic == topic]

    @property
    def subjects(self) -> list[Subject]:
        found: dict[str, list[Figure]] = {}
        for table in self.of("operations"):
            for figure in table.figures:
                if table.unit == "cycles" and figure.ratio:
                    found.setdefault(figure.subject, []).append(figure)
        return [Subject(*each) for each in found.items()]

    @property
    def changes(self) -> list[tuple[Figure, Table]]:
        """What changed, and where it stands: what changed most comes first."""
        found = [(figure, table) for table in self.tables for figure in table.figures]
        changed = (each for each in found if each[0].changed)
        return sorted(changed, key=lambda each: -each[0].weight)
