"""What the charts of a report show."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, MaxNLocator

from board_tests.report import drawing
from board_tests.report.peers import Way
from board_tests.report.schema import (
    Cycles,
    Form,
    Histogram,
    Interrupts,
    Memory,
    Operation,
    Rate,
)
from board_tests.report.wording import (
    handler_name,
    memory_name,
    number,
    operation_name,
    ratio,
    rounded,
)

_UNKNOWN = "mark"  # the colour of a subject of which no operation was measured


def operations(peers: Sequence[Operation]) -> str:
    """A bar for each operation's median, a whisker to its p99."""
    with drawing.sheet(drawing.bars_height(len(peers))) as (figure, axes):
        reach = max(operation["cycles"]["p99"] for operation in peers)
        drawing.prepare_bars(axes, len(peers), reach * 1.25)
        for row, operation in enumerate(peers):
            cycles, form = operation["cycles"], operation["form"]
            drawing.bar(axes, row, 0, cycles["median"], form)
            _whisker(axes, row, cycles)
            drawing.name(axes, row, f"{operation_name(operation)}  ·  {form}")
            drawing.value(axes, row, cycles["p99"], number(cycles["median"]))
        return drawing.as_svg(figure)


def ways_through(ways: Sequence[Way], yardstick: Way | None) -> str:
    """A bar for each way, in and then out, with how it compares to the yardstick."""
    with drawing.sheet(drawing.bars_height(len(ways))) as (figure, axes):
        reach = max(way.median for way in ways)
        drawing.prepare_bars(axes, len(ways), reach * 1.6)
        for row, way in enumerate(ways):
            into, form = way.into["cycles"]["median"], way.into["form"]
            drawing.bar(axes, row, 0, into, form)
            drawing.bar(axes, row, into, way.out["cycles"]["median"], form, opacity=0.55)
            drawing.name(axes, row, f"{way.name}  ·  {form}")
            compared = "" if yardstick is None else f"  ·  {ratio(way.ratio(yardstick))}"
            drawing.value(axes, row, way.median, number(way.median) + compared)
        return drawing.as_svg(figure)


def rates(ways: Sequence[Rate]) -> str:
    """A bar for how many events a second each way takes."""
    with drawing.sheet(drawing.bars_height(len(ways))) as (figure, axes):
        reach = max(rate["events_per_second"] for rate in ways)
        drawing.prepare_bars(axes, len(ways), reach * 1.25, "events a second")
        for row, rate in enumerate(ways):
            each = rate["events_per_second"]
            drawing.bar(axes, row, 0, each, rate["form"])
            drawing.name(axes, row, f"{handler_name(rate)}  ·  {rate['loop']}")
            drawing.value(axes, row, each, rounded(each))
        return drawing.as_svg(figure)


def handlers(runs: Sequence[Interrupts], kinds: Mapping[str, Form]) -> str:
    """A bar for each handler's median, a whisker to its p99, the shortest first."""
    spreads = [(run, run["handler_cycles"]) for run in runs]
    timed = [(run, cycles) for run, cycles in spreads if cycles is not None]
    timed.sort(key=lambda each: each[1]["median"])
    with drawing.sheet(drawing.bars_height(len(timed))) as (figure, axes):
        reach = max(cycles["p99"] for _, cycles in timed)
        drawing.prepare_bars(axes, len(timed), reach * 1.25)
        for row, (run, cycles) in enumerate(timed):
            drawing.bar(axes, row, 0, cycles["median"], kinds.get(run["subject"], _UNKNOWN))
            _whisker(axes, row, cycles)
            drawing.name(axes, row, handler_name(run))
            drawing.value(axes, row, cycles["p99"], number(cycles["median"]))
        return drawing.as_svg(figure)


def memory(entries: Sequence[Memory], kinds: Mapping[str, Form]) -> str:
    """A bar for each container: its handle, and then its image."""
    with drawing.sheet(drawing.bars_height(len(entries))) as (figure, axes):
        sizes = [(entry["handle_bytes"], entry["image_bytes"]) for entry in entries]
        drawing.prepare_bars(axes, len(entries), max(map(sum, sizes)) * 1.25, "bytes")
        for row, (entry, (handle, image)) in enumerate(zip(entries, sizes, strict=True)):
            colour = kinds.get(entry["subject"].split(",")[0], _UNKNOWN)
            drawing.bar(axes, row, 0, handle, colour)
            drawing.bar(axes, row, handle, image, colour, opacity=0.55)
            drawing.name(axes, row, memory_name(entry))
            drawing.value(axes, row, handle + image, number(handle + image))
        return drawing.as_svg(figure)


def durations(histogram: Histogram, cycles: Cycles | None) -> str:
    """How often a handler took how long; on a log scale, where one slow run in 10,000 shows."""
    width = histogram["bin_cycles"]
    bins = [
        (histogram["start_cycles"] + index * width, count)
        for index, count in enumerate(histogram["counts"])
        if count
    ]
    with drawing.sheet(2.5) as (figure, axes):
        axes.bar(
            [start for start, _ in bins],
            [count for _, count in bins],
            width=width,
            align="edge",
            color=drawing.COLOURS["function"],
            edgecolor=drawing.COLOURS["paper"],
            linewidth=0.5,
        )
        axes.set_yscale("log")
        axes.set_ylim(bottom=0.7)
        axes.yaxis.set_major_formatter(EngFormatter(sep=""))
        axes.minorticks_off()
        axes.grid(axis="y")
        axes.tick_params(length=0)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.xaxis.set_major_formatter(drawing.thousands())
        axes.set_xlabel("cycles in the handler")
        axes.set_ylabel("interrupts (log scale)")
        if cycles is not None:
            axes.axvline(cycles["median"], color=drawing.COLOURS["mark"], linewidth=1.4)
            axes.axvline(
                cycles["p99"], color=drawing.COLOURS["mark"], linewidth=1.4, linestyle=(0, (3, 2))
            )
        return drawing.as_svg(figure)


def _whisker(axes: Axes, row: int, cycles: Cycles) -> None:
    upwards = [[0.0], [cycles["p99"] - cycles["median"]]]
    axes.errorbar(
        cycles["median"],
        row,
        xerr=upwards,
        color=drawing.COLOURS["mark"],
        capsize=4,
        linewidth=1.2,
    )
