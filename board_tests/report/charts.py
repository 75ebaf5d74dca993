"""The page's charts, as SVG. Text stays text, and a colour is a name the page's style sheet fills,
so that one drawing serves light and dark.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, FuncFormatter, MaxNLocator

from board_tests.report.peers import Way
from board_tests.report.schema import Cycles, Histogram, Operation, Rate
from board_tests.report.wording import handler_name, number, operation_name, ratio, rounded

# Matplotlib wants real colours: each of these stands for a CSS variable of the page.
_COLOURS = {
    "ink": "#000001",
    "muted": "#000002",
    "rule": "#000003",
    "function": "#000004",
    "method": "#000005",
    "bound": "#00000a",
    "builtin": "#000006",
    "idiom": "#000007",
    "mark": "#000008",
    "paper": "#000009",
}
# Narrow enough for a phone, so that a drawing is never shrunk until nobody can read it.
_WIDTH = 4.0
_ROW = 0.52
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "font.family": "sans-serif",
    "font.size": 10.5,
    "text.color": _COLOURS["ink"],
    "axes.labelcolor": _COLOURS["muted"],
    "axes.edgecolor": _COLOURS["rule"],
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": _COLOURS["rule"],
    "grid.linewidth": 0.6,
    "xtick.color": _COLOURS["rule"],
    "xtick.labelcolor": _COLOURS["muted"],
    "ytick.color": _COLOURS["rule"],
    "ytick.labelcolor": _COLOURS["muted"],
}


def operations(peers: Sequence[Operation]) -> str:
    """A bar for each operation's median, a whisker to its p99."""
    with _drawing(_bars_height(len(peers))) as (figure, axes):
        reach = max(operation["cycles"]["p99"] for operation in peers)
        _prepare_bars(axes, len(peers), reach * 1.25)
        for row, operation in enumerate(peers):
            cycles, form = operation["cycles"], operation["form"]
            _bar(axes, row, 0, cycles["median"], form)
            _whisker(axes, row, cycles)
            _name(axes, row, f"{operation_name(operation)}  ·  {form}")
            _value(axes, row, cycles["p99"], number(cycles["median"]))
        return _svg(figure)


def ways_through(ways: Sequence[Way], yardstick: Way | None) -> str:
    """A bar for each way, in and then out, with how it compares to the yardstick."""
    with _drawing(_bars_height(len(ways))) as (figure, axes):
        reach = max(way.median for way in ways)
        _prepare_bars(axes, len(ways), reach * 1.6)
        for row, way in enumerate(ways):
            into, form = way.into["cycles"]["median"], way.into["form"]
            _bar(axes, row, 0, into, form)
            _bar(axes, row, into, way.out["cycles"]["median"], form, opacity=0.55)
            _name(axes, row, f"{way.name}  ·  {form}")
            compared = "" if yardstick is None else f"  ·  {ratio(way.ratio(yardstick))}"
            _value(axes, row, way.median, number(way.median) + compared)
        return _svg(figure)


def rates(ways: Sequence[Rate]) -> str:
    """A bar for how many events a second each way takes."""
    with _drawing(_bars_height(len(ways))) as (figure, axes):
        reach = max(rate["events_per_second"] for rate in ways)
        _prepare_bars(axes, len(ways), reach * 1.25, "events a second")
        for row, rate in enumerate(ways):
            each = rate["events_per_second"]
            _bar(axes, row, 0, each, rate["form"])
            _name(axes, row, f"{handler_name(rate)}  ·  {rate['loop']}")
            _value(axes, row, each, rounded(each))
        return _svg(figure)


def durations(histogram: Histogram, cycles: Cycles | None) -> str:
    """How often a handler took how long; on a log scale, where one slow run in 10,000 shows."""
    width = histogram["bin_cycles"]
    bins = [
        (histogram["start_cycles"] + index * width, count)
        for index, count in enumerate(histogram["counts"])
        if count
    ]
    with _drawing(2.5) as (figure, axes):
        axes.bar(
            [start for start, _ in bins],
            [count for _, count in bins],
            width=width,
            align="edge",
            color=_COLOURS["function"],
            edgecolor=_COLOURS["paper"],
            linewidth=0.5,
        )
        axes.set_yscale("log")
        axes.set_ylim(bottom=0.7)
        axes.yaxis.set_major_formatter(EngFormatter(sep=""))
        axes.minorticks_off()
        axes.grid(axis="y")
        axes.tick_params(length=0)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.xaxis.set_major_formatter(_thousands())
        axes.set_xlabel("cycles in the handler")
        axes.set_ylabel("interrupts (log scale)")
        if cycles is not None:
            axes.axvline(cycles["median"], color=_COLOURS["mark"], linewidth=1.4)
            axes.axvline(
                cycles["p99"], color=_COLOURS["mark"], linewidth=1.4, linestyle=(0, (3, 2))
            )
        return _svg(figure)


@contextmanager
def _drawing(height: float) -> Iterator[tuple[Figure, Axes]]:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        FigureCanvasSVG(figure)
        yield figure, figure.add_subplot()


def _svg(figure: Figure) -> str:
    """The drawing alone, without a word about who made it when, ready to stand inside a page."""
    text = io.StringIO()
    unsaid = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(text, format="svg", transparent=True, metadata=unsaid)
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    # Matplotlib numbers its groups from one in every drawing, and a page's ids must be unique.
    svg = re.sub(r'<g id="\w+">', "<g>", svg)
    for name, colour in _COLOURS.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg


def _bars_height(rows: int) -> float:
    return rows * _ROW + 0.45


def _prepare_bars(axes: Axes, rows: int, width: float, unit: str = "cycles") -> None:
    axes.set_xlim(0, width or 1)
    axes.set_ylim(rows - 0.4, -0.75)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="x")
    axes.tick_params(length=0)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(_thousands())
    axes.set_xlabel(unit)


def _bar(
    axes: Axes, row: int, start: float, length: float, form: str, opacity: float = 1.0
) -> None:
    axes.barh(row, length, left=start, height=0.36, color=_COLOURS[form], alpha=opacity)


def _whisker(axes: Axes, row: int, cycles: Cycles) -> None:
    upwards = [[0.0], [cycles["p99"] - cycles["median"]]]
    axes.errorbar(
        cycles["median"],
        row,
        xerr=upwards,
        color=_COLOURS["mark"],
        capsize=4,
        linewidth=1.2,
    )


def _name(axes: Axes, row: int, name: str) -> None:
    """Above the bar, where a long name has the whole width."""
    text = axes.text(0, row - 0.26, name, va="bottom", ha="left", size=9.5)
    # A name beyond all measure is cut at the edge, and does not squeeze the bars to nothing.
    text.set_in_layout(False)


def _value(axes: Axes, row: int, end: float, value: str) -> None:
    """Just after the bar, clear of the whisker's end."""
    axes.annotate(
        value,
        (end, row),
        xytext=(7, 0),
        textcoords="offset points",
        va="center_baseline",
        weight="bold",
    )


def _thousands() -> FuncFormatter:
    return FuncFormatter(lambda value, _: number(value))
