"""What is said of a comparison as a whole, on a terminal and on a page."""

from collections.abc import Iterator, Sequence

from board_tests.comparison import pairs
from board_tests.comparison.differences import Comparison, Subject, Topic, Verdict
from board_tests.comparison.pairs import other_clocks
from board_tests.report.schema import Board
from board_tests.report.wording import (
    caution,
    handler_name,
    megahertz,
    number,
    operation_name,
    origin,
    provenance,
    ratio,
)

OBSTACLES_TITLE = "What cannot be compared"
CHANGES_TITLE = "What changed most"
SUBJECTS_TITLE = "Operations of each container, and of what is used instead"
RATIO_NOTE = (
    "Ratio is how many times A's cost B's is. What measuring again would change as much is no "
    "change: medians must be more than 1 % apart, and are “noise” if each is where the other "
    "report has single runs, unless all of these have moved the same way. Periods of event rates "
    "must be more than 10 % apart, imports more than 256 bytes."
)
NO_OBSTACLES = "Nothing: board, firmware and clock are the same, and so is what was measured."
TOPICS: dict[Topic, str] = {
    "operations": "Operations",
    "interrupts": "Interrupts",
    "rates": "Event rates",
    "memory": "Memory",
}
NO_CHANGES = "Nothing changed by more than measuring again would change it."
UNCHANGED: tuple[Verdict, Verdict] = ("same", "noise")
# Which verdict is a good one, and which a bad.
STYLES: dict[Verdict, str] = {"more": "bad", "less": "good"}
SHOWN = 20  # of what changed most
_NAMES = 6  # so many of what only one has are named; the tables have all
_SIDES: dict[str, Verdict] = {"A": "only in A", "B": "only in B"}
_THINGS: dict[Topic, str] = {
    "operations": "these operations",
    "interrupts": "these interrupt handlers",
    "rates": "these event rates",
    "memory": "the memory of these containers",
}
_NOT_COMPARABLE: dict[Topic, str] = {
    "interrupts": "Raised at other periods or in other numbers, or timed in one only, so without "
    "a ratio:",
    "rates": "The bursts or the queues were of other sizes, so these rates have no ratio:",
    "memory": "The capacities are others, so these images have no ratio:",
}


def sources(comparison: Comparison) -> Iterator[tuple[str, str, str]]:
    """Where the figures of both come from: a label, and what stands for A and for B."""
    a, b = comparison.a, comparison.b
    yield ("Report", *comparison.names)
    for (label, of_a), (_, of_b) in zip(provenance(a), provenance(b), strict=True):
        yield label, of_a, of_b


def origins(comparison: Comparison) -> str:
    """Whether each was emulated; what matters most of where they come from."""
    a, b = (origin(report["board"]) for report in (comparison.a, comparison.b))
    return f"BOTH: {a}" if a == b else f"A: {a}, B: {b}"


def cautions(comparison: Comparison) -> list[str]:
    """What that means; once, where it is the same of both."""
    a, b = (caution(report["board"]) for report in (comparison.a, comparison.b))
    return [a] if a == b else [f"A: {a}", f"B: {b}"]


def further(changes: int) -> str:
    return f"{number(changes)} more have changed less; they are in the tables."


def obstacles(comparison: Comparison) -> list[str]:
    """What must be known before a ratio is believed, and what has none: a sentence each."""
    a, b = comparison.a, comparison.b
    return [*_of_boards(a["board"], b["board"]), *_of_what_is_there(comparison)]


def _of_boards(a: Board, b: Board) -> Iterator[str]:
    if a["emulated"] != b["emulated"]:
        emulated, real = ("A", "B") if a["emulated"] else ("B", "A")
        yield (
            f"{emulated} is emulated and {real} is real hardware: what an emulator does not "
            "model, such as flash-cache misses, cannot be told from what else differs."
        )
    if (a["name"], a["mcu"]) != (b["name"], b["mcu"]):
        yield "The boards differ: a ratio tells as much of them as of the library."
    if _differ(a["firmware_sha256"], b["firmware_sha256"]) or a["firmware"] != b["firmware"]:
        yield "The firmware differs: a ratio tells of MicroPython as well as of the library."
    if _differ(a.get("counter"), b.get("counter")):
        yield f"The cycles were counted by {a['counter']} in A, by {b['counter']} in B."
    unknown = [name for name, board in (("A", a), ("B", b)) if board["clock_hz"] is None]
    if unknown:
        yield (
            f"The clock of {' and of '.join(unknown)} is unknown: cycles are compared with "
            "cycles, times cannot be."
        )
    if clocks := other_clocks(a, b):
        yield (
            f"The clocks differ, {' and '.join(map(megahertz, clocks))}: cycles are compared "
            "with cycles, and times stand beside them."
        )


def _differ(a: str | None, b: str | None) -> bool:
    return a is not None and b is not None and a != b


def _of_what_is_there(comparison: Comparison) -> Iterator[str]:
    for side, verdict in _SIDES.items():
        for topic, what in _THINGS.items():
            names = _names(comparison, topic, verdict)
            if names:
                yield f"Only {side} has {what}: {_some(names)}."
    for topic, why in _NOT_COMPARABLE.items():
        names = _names(comparison, topic, "not comparable")
        if names:
            yield f"{why} {_some(names)}."


def _names(comparison: Comparison, topic: Topic, verdict: Verdict) -> list[str]:
    """Of what that is said, each once."""
    figures = (figure for table in comparison.of(topic) for figure in table.figures)
    of_form = topic in ("operations", "rates")
    found = (
        f"{figure.name} ({figure.detail})" if of_form else figure.name
        for figure in figures
        if figure.verdict == verdict
    )
    return list(dict.fromkeys(found))


def _some(names: Sequence[str]) -> str:
    shown, rest = names[:_NAMES], len(names) - _NAMES
    return ", ".join(shown) + (f", and {number(rest)} more" if rest > 0 else "")


def promises(comparison: Comparison) -> Iterator[str]:
    """What holds in one report and not in the other: a sentence each."""
    for operation in pairs.operations(comparison.a, comparison.b):
        if not operation.same(lambda it: it["isr_safe"]):
            name = f"{operation_name(operation.either)} ({operation.either['form']})"
            yield f"{name} is ISR-safe in {_where(operation.each(lambda it: it['isr_safe']))}."
    for run in pairs.interrupts(comparison.a, comparison.b):
        if not run.same(lambda it: it["in_order"]):
            name = handler_name(run.either)
            yield f"{name}: all came in order in {_where(run.each(lambda it: it['in_order']))}."


def _where(holds: tuple[bool | None, bool | None]) -> str:
    return "A, and not in B" if holds[0] else "B, and not in A"


def summary(comparison: Comparison) -> str:
    """How many operations cost more, and how many less."""
    figures = [figure for subject in comparison.subjects for figure in subject.figures]
    if not figures:
        return "No operation is in both reports."
    every = Subject("every", figures)
    return (
        f"Of {number(len(figures))} operations, {number(every.count('more'))} cost more cycles in "
        f"B than in A, {number(every.count('less'))} fewer, and {number(every.count(*UNCHANGED))} "
        f"as many. The middle one of their ratios is {ratio(every.middle)}."
    )
