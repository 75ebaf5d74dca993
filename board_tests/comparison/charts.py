"""The charts of a comparison: how many times A's cost B's is."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from board_tests.comparison.differences import Figure, Subject
from board_tests.comparison.wording import STYLES
from board_tests.report import drawing
from board_tests.report.wording import ratio

# Nothing narrower is drawn, so that a hundredth does not look like a landslide.
_LEAST, _MOST = 0.9, 1.1
_FARTHEST = 1000  # nor anything farther, so that the rest can be told apart
_AXIS = "B's cost, as a multiple of A's"


def ratios(figures: Sequence[Figure]) -> str:
    """A bar for each figure, from 1 to its ratio."""
    with drawing.sheet(drawing.bars_height(len(figures))) as (figure, axes):
        found = [_place(each) for each in figures]
        _prepare(axes, len(figures), found)
        for row, (each, times) in enumerate(zip(figures, found, strict=True)):
            axes.barh(row, times - 1, left=1, height=0.36, color=_colour(each))
            drawing.name(axes, row, f"{each.name}  ·  {each.detail}")
            drawing.value(axes, row, max(times, 1), ratio(each.ratio))
        return drawing.as_svg(figure)


def subjects(subjects: Sequence[Subject]) -> str:
    """For each subject a dot for the ratio of each of its operations."""
    with drawing.sheet(drawing.bars_height(len(subjects))) as (figure, axes):
        found = [_place(each) for subject in subjects for each in subject.figures]
        _prepare(axes, len(subjects), found)
        for row, subject in enumerate(subjects):
            axes.scatter(
                [_place(each) for each in subject.figures],
                [row] * len(subject.figures),
                s=34,
                c=[_colour(each) for each in subject.figures],
                alpha=0.6,
                linewidths=0,
            )
            drawing.name(axes, row, subject.name)
        return drawing.as_svg(figure)


def _prepare(axes: Axes, rows: int, found: Sequence[float]) -> None:
    least, most = min(_LEAST, *found) / 1.05, max(_MOST, *found)
    most *= max(1.05, (most / least) ** 0.3)  # room for what is written behind a bar
    drawing.prepare_bars(axes, rows, 1, _AXIS)
    axes.set_xscale("log")  # half is as far from one as twice
    axes.set_xlim(least, most)
    places = MaxNLocator(4).tick_values(least, most)
    axes.set_xticks(sorted({1, *(place for place in places if least < place < most)}))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    # Beside the bars only, where it crosses no name.
    edges = [row - 0.22 for row in range(rows)], [row + 0.22 for row in range(rows)]
    axes.vlines([1] * rows, *edges, color=drawing.COLOURS["mark"], linewidth=1)


def _place(figure: Figure) -> float:
    return min(max(figure.ratio or 1, 1 / _FARTHEST), _FARTHEST)


def _colour(figure: Figure) -> str:
    return drawing.COLOURS[STYLES.get(figure.verdict, "muted")]
