"""How the tables on a terminal are made: as narrow as it is, with nothing cut off."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_UNLIMITED = 10_000


def fits(table: Table, console: Console) -> bool:
    """Whether no name must be broken in two."""
    unlimited = console.options.update(width=_UNLIMITED)
    return console.measure(table, options=unlimited).maximum <= console.width


def show(table: Table, console: Console) -> None:
    if not fits(table, console):
        table.padding = 0  # rather a tight table than a name broken in two
    console.print(table)
    console.print()


def make(title: str, names: Sequence[str], figures: Sequence[str]) -> Table:
    """A table whose columns of names may wrap and whose columns of figures may not."""
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
    )
    for name in names:
        table.add_column(name, overflow="fold")
    for figure in figures:
        table.add_column(figure, justify="right", no_wrap=True)
    return table


def add(table: Table, names: Sequence[str], figures: Sequence[str | Text]) -> None:
    # Text, not str: rich would read a name's square brackets as markup.
    table.add_row(*map(Text, names), *figures)


def good(figure: str, good: bool) -> Text:
    return Text(figure, style="green" if good else "red")
