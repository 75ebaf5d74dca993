"""Show a report on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from board_tests.report import tables, wording
from board_tests.report.peers import Comparison, Group, comparisons, groups, rates
from board_tests.report.schema import Cycles, Interrupts, Memory, Rate, Report
from board_tests.report.wording import number

_KEY = "heap: bytes one call allocates; ISR: safe in a hard interrupt handler"
_SPREAD = ("min", "median", "p99", "max")


def show(report: Report, console: Console | None = None) -> None:
    """Print the provenance, then every table that has rows."""
    console = console or Console()
    _show_provenance(report, console)
    if report["ops"]:
        console.print(_KEY, style="dim")
        console.print()
    for group in groups(report["ops"]):
        tables.show(_operations(group), console)
    clock = report["board"]["clock_hz"]
    for comparison in comparisons(report["ops"]):
        tables.show(_ways(comparison, clock), console)
    for table in (
        _rates(rates(report), clock),
        _delivery(report["isr"], clock),
        _durations(report["isr"]),
        _memory(report["memory"]),
    ):
        if table.row_count:
            tables.show(table, console)


def _show_provenance(report: Report, console: Console) -> None:
    board = report["board"]
    console.print()
    console.print(
        Text(wording.origin(board), style="bold yellow" if board["emulated"] else "bold")
    )
    console.print(Text(wording.caution(board)))
    console.print()
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style="dim", no_wrap=True)
    lines.add_column(overflow="fold")
    for label, value in wording.provenance(report):
        lines.add_row(label, Text(value))
    console.print(lines)
    console.print()


def _operations(group: Group) -> Table:
    bulk = group.items > 1
    title = f"{group.title}, cycles"
    per_item = ("each",) if bulk else ()
    figures = ("bytes", *_SPREAD, *per_item, "heap", "ISR")
    table = tables.make(title, ("operation", "form"), figures)
    for operation in group.operations:
        cycles = operation["cycles"]
        each = (wording.rounded(cycles["median"] / group.items),) if bulk else ()
        tables.add(
            table,
            (wording.operation_name(operation), operation["form"]),
            (
                number(operation["bytes"]),
                *_spread(cycles),
                *each,
                tables.good(
                    number(operation["allocated_bytes"]), operation["allocated_bytes"] == 0
                ),
                tables.good(wording.yes(operation["isr_safe"]), operation["isr_safe"]),
            ),
        )
    return table


def _ways(comparison: Comparison, clock: int | None) -> Table:
    figures = ("in", "out", "both", "µs", f"vs {comparison.yardstick_name}")
    title = f"{comparison.title}, median cycles"
    table = tables.make(title, ("in + out", "form"), figures)
    table.caption = wording.note(comparison.job)
    for way in comparison.ways:
        tables.add(
            table,
            (way.name, way.into["form"]),
            (
                number(way.into["cycles"]["median"]),
                number(way.out["cycles"]["median"]),
                Text(number(way.median), style="bold"),
                wording.microseconds(way.median, clock),
                wording.ratio(way.ratio(comparison.yardstick)),
            ),
        )
    return table


def _rates(ways: Sequence[Rate], clock: int | None) -> Table:
    figures = ("events/s", "period", "µs", "step", "below")
    table = tables.make(wording.RATES_TITLE, ("handler", "taken by"), figures)
    table.caption = wording.rates_note(ways) if ways else None
    for rate in ways:
        tables.add(
            table,
            (wording.handler_name(rate), rate["loop"]),
            (
                Text(wording.rounded(rate["events_per_second"]), style="bold"),
                number(rate["period_cycles"]),
                wording.microseconds(rate["period_cycles"], clock),
                number(rate["resolution_cycles"]),
                number(rate["lost_below"]),
            ),
        )
    return table


def _delivery(runs: Sequence[Interrupts], clock: int | None) -> Table:
    figures = ("period", "µs", "events", "received", "lost", "in order")
    table = tables.make("Interrupts delivered", ("handler",), figures)
    for run in runs:
        tables.add(
            table,
            (wording.handler_name(run),),
            (
                number(run["period_cycles"]),
                wording.microseconds(run["period_cycles"], clock),
                number(run["events"]),
                number(run["received"]),
                tables.good(number(run["lost"]), run["lost"] == 0),
                tables.good(wording.yes(run["in_order"]), run["in_order"]),
            ),
        )
    return table


def _durations(runs: Sequence[Interrupts]) -> Table:
    table = tables.make("Interrupt handlers, cycles", ("handler",), _SPREAD)
    for run in runs:
        tables.add(table, (wording.handler_name(run),), _spread(run["handler_cycles"]))
    return table


def _memory(memory: Sequence[Memory]) -> Table:
    table = tables.make(
        "Memory, bytes", ("subject", "format"), ("capacity", "image", "handle", "import")
    )
    for entry in memory:
        tables.add(
            table,
            (entry["subject"], entry["format"] or wording.NOTHING),
            (
                number(entry["capacity"]),
                number(entry["image_bytes"]),
                number(entry["handle_bytes"]),
                number(entry["import_bytes"]),
            ),
        )
    return table


def _spread(cycles: Cycles | None) -> tuple[str | Text, ...]:
    if cycles is None:
        return (wording.NOTHING,) * len(_SPREAD)
    return (
        number(cycles["min"]),
        Text(number(cycles["median"]), style="bold"),
        number(cycles["p99"]),
        number(cycles["max"]),
    )
