"""Compare two reports of `make measure`: show what differs, and keep it as a page.

    python -m board_tests.compare OLD NEW [--folder FOLDER]

Old against new, or emulated against real: where both come from stands first, then what cannot be
compared, then what changed most. What differs no more than measuring again would is no change.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from board_tests.comparison import page, terminal
from board_tests.comparison.tables import compare
from board_tests.report import files
from firmware.trouble import Trouble, plain_errors


def main(
    a: Annotated[str, typer.Argument(help="a report.json")] = "",
    b: Annotated[str, typer.Argument(help="another, that is compared with it")] = "",
    folder: Annotated[Path, typer.Option(help="where the page goes")] = Path("build/compare"),
) -> None:
    """Compare two reports of `make measure` and show what differs."""
    console = Console()
    with plain_errors():
        if not (a and b):
            raise Trouble("it takes two reports: make compare A=old/report.json B=new/report.json")
        comparison = compare((a, b), files.read(Path(a)), files.read(Path(b)))
        files.keep({"report.html": page.render(comparison)}, folder)
        terminal.show(comparison, console)
        console.print(f"\nThe same as a page: {folder / 'report.html'}", markup=False)


if __name__ == "__main__":
    typer.run(main)
