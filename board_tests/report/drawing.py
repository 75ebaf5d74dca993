"""How the charts are drawn, as SVG. Text stays text, and a colour is a name the page's style sheet
fills, so that one drawing serves light and dark.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from board_tests.report.wording import number

# Matplotlib wants real colours: each of these stands for a CSS variable of the page.
COLOURS = {
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
    "good": "#00000b",
    "bad": "#00000c",
}
# Narrow enough for a phone, so that a drawing is never shrunk until nobody can read it.
_WIDTH = 4.0
_ROW = 0.52
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "font.family": "sans-serif",
    "font.size": 10.5,
    "text.color": COLOURS["ink"],
    "axes.labelcolor": COLOURS["muted"],
    "axes.edgecolor": COLOURS["rule"],
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": COLOURS["rule"],
    "grid.linewidth": 0.6,
    "xtick.color": COLOURS["rule"],
    "xtick.labelcolor": COLOURS["muted"],
    "ytick.color": COLOURS["rule"],
    "ytick.labelcolor": COLOURS["muted"],
}


@contextmanager
def sheet(height: float) -> Iterator[tuple[Figure, Axes]]:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        FigureCanvasSVG(figure)
        yield figure, figure.add_subplot()


def as_svg(figure: Figure) -> str:
    """The drawing alone, without a word about who made it when, ready to stand inside a page."""
    text = io.StringIO()
    unsaid = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(text, format="svg", transparent=True, metadata=unsaid)
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    # Matplotlib numbers its groups from one in every drawing, and a page's ids must be unique.
    svg = re.sub(r'<g id="\w+">', "<g>", svg)
    for name, colour in COLOURS.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg


def bars_height(rows: int) -> float:
    return rows * _ROW + 0.45


def prepare_bars(axes: Axes, rows: int, width: float, unit: str = "cycles") -> None:
    axes.set_xlim(0, width or 1)
    axes.set_ylim(rows - 0.4, -0.75)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="x")
    axes.tick_params(length=0)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(thousands())
    axes.set_xlabel(unit)


def bar(
    axes: Axes, row: int, start: float, length: float, form: str, opacity: float = 1.0
) -> None:
    axes.barh(row, length, left=start, height=0.36, color=COLOURS[form], alpha=opacity)


def name(axes: Axes, row: int, name: str) -> None:
    """Above the bar, where a long name has the whole width."""
    edge = axes.get_yaxis_transform()  # of it 0 is the left edge, whatever the scale
    text = axes.text(0, row - 0.26, name, va="bottom", ha="left", size=9.5, transform=edge)
    # A name beyond all measure is cut at the edge, and does not squeeze the bars to nothing.
    text.set_in_layout(False)


def value(axes: Axes, row: int, end: float, value: str) -> None:
    """Just after the bar, clear of the whisker's end."""
    axes.annotate(
        value,
        (end, row),
        xytext=(7, 0),
        textcoords="offset points",
        va="center_baseline",
        weight="bold",
    )


def thousands() -> FuncFormatter:
    return FuncFormatter(lambda value, _: number(value))
