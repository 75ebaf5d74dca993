"""Show a comparison on a terminal."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table as Rows
from rich.text import Text

from board_tests.comparison import wording
from board_tests.comparison.differences import Comparison, Figure, Table
from board_tests.report import tables
from board_tests.report.wording import number, ratio

_COLOURS = {"bad": "red", "good": "green", "": ""}


def show(comparison: Comparison, console: Console) -> None:
    """Print where both come from, what cannot be compared, what changed most, and then all."""
    _print_sources(comparison, console)
    _print_sentences(
        wording.OBSTACLES_TITLE,
        wording.obstacles(comparison) or [wording.NO_OBSTACLES],
        console,
    )
    _print_sentences(
        wording.CHANGES_TITLE,
        [wording.summary(comparison), *wording.promises(comparison)],
        console,
    )
    _print_changes(comparison, console)
    if comparison.subjects:
        tables.show(_subjects(comparison), console)
    for table in comparison.tables:
        _print_table(table, console)
    console.print(Text(wording.RATIO_NOTE, style="dim"))


def _print_sources(comparison: Comparison, console: Console) -> None:
    emulated = any(report["board"]["emulated"] for report in (comparison.a, comparison.b))
    console.print()
    style = "bold yellow" if emulated else "bold"
    console.print(Text(wording.origins(comparison), style=style))
    console.print()
    lines = Rows.grid(padding=(0, 2))
    lines.add_column(style="dim", no_wrap=True)
    lines.add_column(overflow="fold", ratio=1)
    lines.add_column(overflow="fold", ratio=1)
    lines.add_row("", "A", "B")
    for label, a, b in wording.sources(comparison):
        style = "bold" if a != b else ""
        lines.add_row(label, Text(a, style=style), Text(b, style=style))
    console.print(lines)
    console.print()


def _print_sentences(title: str, sentences: Iterable[str], console: Console) -> None:
    console.print(Text(title, style="bold"))
    for sentence in sentences:
        console.print(Text(sentence))
    console.print()


def _print_changes(comparison: Comparison, console: Console) -> None:
    changes = comparison.changes
    shown = changes[: wording.SHOWN]
    if not shown:
        console.print(f"{wording.NO_CHANGES}\n")
        return
    figures = [(figure, (table.unit, *_both(figure))) for figure, table in shown]
    further = len(changes) - len(shown)
    caption = wording.further(further) if further else None
    _print_figures(figures, ("unit", "A", "B", "ratio", ""), console, caption=caption)


def _subjects(comparison: Comparison) -> Rows:
    titles = ("operations", "more", "less", "as many", "middle ratio")
    rows = tables.make(wording.SUBJECTS_TITLE, ("",), titles)
    for subject in comparison.subjects:
        unchanged = subject.count(*wording.UNCHANGED)
        counts = (len(subject.figures), subject.count("more"), subject.count("less"), unchanged)
        figures = (*map(number, counts), ratio(subject.middle))
        tables.add(rows, (subject.name,), figures)
    return rows


def _print_table(table: Table, console: Console) -> None:
    figures = [(figure, (*_both(figure), *figure.aside)) for figure in table.figures]
    titles = ("A", "B", "ratio", "", *table.aside)
    _print_figures(figures, titles, console, title=f"{table.title}, {table.unit}")


def _print_figures(
    figures: Iterable[tuple[Figure, tuple[str | Text, ...]]],
    titles: Sequence[str],
    console: Console,
    title: str | None = None,
    caption: str | None = None,
) -> None:
    """With names and details in columns of their own, or in one where there is no room for two."""
    two, one = tables.make("", ("", ""), titles), tables.make("", ("",), titles)
    for figure, cells in figures:
        tables.add(two, (figure.name, figure.detail), cells)
        tables.add(one, (f"{figure.name} · {figure.detail}",), cells)
    rows = two if tables.fits(two, console) else one
    rows.title, rows.caption = title, caption
    tables.show(rows, console)


def _both(figure: Figure) -> tuple[str | Text, ...]:
    style = _COLOURS[wording.STYLES.get(figure.verdict, "")]
    return (
        number(figure.a),
        number(figure.b),
        Text(ratio(figure.ratio), style=style),
        Text(figure.verdict, style=style),
    )
