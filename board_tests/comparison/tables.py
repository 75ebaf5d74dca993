"""The figures of two reports, in the tables that a comparison shows."""

from collections.abc import Callable, Iterator

from board_tests.comparison import noise, pairs
from board_tests.comparison.differences import Comparison, Figure, Table
from board_tests.comparison.pairs import Clocks, Entry, Pair, other_clocks
from board_tests.report import wording
from board_tests.report.peers import groups
from board_tests.report.schema import Interrupts, Memory, Operation, Rate, Report
from board_tests.report.wording import number


def compare(names: tuple[str, str], a: Report, b: Report) -> Comparison:
    """All that the two reports have, side by side."""
    tables = (*_operations(a, b), *_interrupts(a, b), *_rates(a, b), *_memory(a, b))
    return Comparison(names, a, b, [table for table in tables if table.figures])


def _operations(a: Report, b: Report) -> Iterator[Table]:
    found = pairs.operations(a, b)
    of_operation = {id(pair.either): pair for pair in found}
    clocks = other_clocks(a["board"], b["board"])
    aside = ("µs A", "µs B", "time") if clocks else ()
    for group in groups([pair.either for pair in found]):
        members = [of_operation[id(operation)] for operation in group.operations]
        figures = [_operation(pair, clocks) for pair in members]
        yield Table("operations", group.title, "cycles", figures, aside)
    takers = [pair for pair in found if any(pair.each(lambda it: it["allocated_bytes"]))]
    yield Table("operations", "Taken by one call", "bytes of heap", [_heap(it) for it in takers])


def _operation(pair: Pair[Operation], clocks: Clocks | None) -> Figure:
    return _figure(
        pair,
        _operation_name(pair.either),
        value=lambda operation: operation["cycles"]["median"],
        changed=lambda a, b: noise.cycles_changed(a["cycles"], b["cycles"]),
        aside=_times(pair, clocks) if clocks else (),
    )


def _operation_name(operation: Operation) -> tuple[str, str]:
    """With the size of what moves many at once, so that it is told from its namesakes."""
    many = f", {number(operation['bytes'])} bytes" if operation["items"] > 1 else ""
    return wording.operation_name(operation), f"{operation['form']}{many}"


def _times(pair: Pair[Operation], clocks: Clocks) -> tuple[str, str, str]:
    """Both medians in microseconds, and how many times A's B's is."""
    medians = pair.each(lambda operation: operation["cycles"]["median"])
    a, b = (
        None if cycles is None else cycles / clock
        for cycles, clock in zip(medians, clocks, strict=True)
    )
    ratio = b / a if a and b is not None else None
    return _seconds(a), _seconds(b), wording.ratio(ratio)


def _seconds(seconds: float | None) -> str:
    return wording.NOTHING if seconds is None else f"{seconds * 1e6:,.2f}"


def _heap(pair: Pair[Operation]) -> Figure:
    return _figure(
        pair,
        _operation_name(pair.either),
        value=lambda operation: operation["allocated_bytes"],
        changed=lambda a, b: a["allocated_bytes"] != b["allocated_bytes"],
    )


def _interrupts(a: Report, b: Report) -> Iterator[Table]:
    found = pairs.interrupts(a, b)
    timed = [pair for pair in found if any(pair.each(lambda run: run["handler_cycles"]))]
    handlers, lost = [_handler(pair) for pair in timed], [_lost(pair) for pair in found]
    yield Table("interrupts", "Interrupt handlers", "cycles", handlers)
    yield Table("interrupts", "Interrupts, so many at a period of so many cycles", "lost", lost)


def _handler(pair: Pair[Interrupts]) -> Figure:
    def median(run: Interrupts) -> float | None:
        return run["handler_cycles"]["median"] if run["handler_cycles"] else None

    def changed(a: Interrupts, b: Interrupts) -> bool:
        took, takes = a["handler_cycles"], b["handler_cycles"]
        return took is not None and takes is not None and noise.cycles_changed(took, takes)

    name = wording.handler_name(pair.either), "handler"
    return _figure(pair, name, value=median, changed=changed)


def _lost(pair: Pair[Interrupts]) -> Figure:
    return _figure(
        pair,
        (wording.handler_name(pair.either), _either_of(pair, _source)),
        value=lambda run: run["lost"],
        changed=lambda a, b: noise.lost_changed(a["lost"], b["lost"]),
        comparable=pairs.same_source(pair),
    )


def _source(run: Interrupts) -> str:
    return f"{number(run['events'])} at {number(run['period_cycles'])}"


def _rates(a: Report, b: Report) -> Iterator[Table]:
    figures = [_rate(pair) for pair in pairs.rates(a, b)]
    title = "Event rates: the shortest period of which none is lost"
    yield Table("rates", title, "cycles", figures, ("events/s A", "events/s B"))


def _rate(pair: Pair[Rate]) -> Figure:
    return _figure(
        pair,
        (wording.handler_name(pair.either), pair.either["loop"]),
        value=lambda rate: rate["period_cycles"],
        changed=noise.rate_changed,
        comparable=pairs.same_bursts(pair),
        aside=tuple(
            wording.NOTHING if each is None else wording.rounded(each)
            for each in pair.each(lambda rate: rate["events_per_second"])
        ),
    )


def _memory(a: Report, b: Report) -> Iterator[Table]:
    figures = [figure for pair in pairs.memory(a, b) for figure in _parts(pair)]
    yield Table("memory", "Memory", "bytes", figures)


def _parts(pair: Pair[Memory]) -> Iterator[Figure]:
    name = _either_of(pair, wording.memory_name)
    yield _figure(
        pair,
        (name, "image"),
        value=lambda entry: entry["image_bytes"],
        changed=lambda a, b: a["image_bytes"] != b["image_bytes"],
        comparable=pairs.same_capacity(pair),
    )
    yield _figure(
        pair,
        (name, "handle"),
        value=lambda entry: entry["handle_bytes"],
        changed=lambda a, b: a["handle_bytes"] != b["handle_bytes"],
    )
    yield _figure(
        pair,
        (name, "import"),
        value=lambda entry: entry["import_bytes"],
        changed=noise.import_changed,
    )


def _either_of(pair: Pair[Entry], words: Callable[[Entry], str]) -> str:
    """What is said of both; of either, where that differs."""
    return " / ".join(dict.fromkeys(said for said in pair.each(words) if said is not None))


def _figure(
    pair: Pair[Entry],
    name: tuple[str, str],
    *,
    value: Callable[[Entry], float | None],
    changed: Callable[[Entry, Entry], bool],
    comparable: bool = True,
    aside: tuple[str, ...] = (),
) -> Figure:
    a, b = pair.each(value)
    comparable = comparable and pair.same(lambda entry: value(entry) is None)
    return Figure(
        pair.either["subject"],
        *name,
        a,
        b,
        changed=comparable and pair.both is not None and changed(*pair.both),
        comparable=comparable,
        aside=aside,
    )
