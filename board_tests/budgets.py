"""What each operation and each import may take: as much as when somebody last agreed to it.

    python -m board_tests.budgets [--image IMAGE]

measures on an emulated Pico as `make measure MPY=1` does, shows what has changed, and writes it to
budgets.json. `make test` fails where something takes 3 % more than it says there: the emulator
repeats to 1 %. An image of MicroPython that another compiler built takes other cycles, so each has
budgets of its own.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from board_tests import measure
from board_tests.comparison.noise import BLOCK_OF_NAMES
from board_tests.report import files
from board_tests.report.schema import Memory, Operation, Report
from board_tests.report.wording import handler_name, number
from firmware.board import PICO_ARCH, emulated_rp2040
from firmware.deploy import library
from firmware.file_system import NO_FILES, Files
from firmware.image import Image, Kind, find_image
from firmware.programs import PROGRAMS, programs
from firmware.trouble import plain_errors
from host_tests.containers import CONTAINERS

FILE = Path(__file__).with_name("budgets.json")
_TOLERANCE = 3  # in a hundred
_DIGITS = 16  # of an image's SHA-256
_IMPORT = "bytes of the import"

Figures = Mapping[str, int]
Imports = Mapping[str, Mapping[str, int]]  # bytes, by how a module is deployed and by its name


@dataclass(frozen=True)
class Change:
    what: str
    before: int | None
    after: int | None

    @property
    def share(self) -> float | None:
        """By how much it has grown, as a share of what it was."""
        return self.after / self.before - 1 if self.before and self.after else None

    @property
    def is_too_much(self) -> bool:
        """Whether the budget has to be looked at: it was exceeded, or there is none, or no use."""
        if not self.before or not self.after:
            return True
        growth = self.after - self.before
        if self.what.startswith(_IMPORT) and growth <= BLOCK_OF_NAMES:
            return False
        return 100 * growth > _TOLERANCE * self.before

    def __str__(self) -> str:
        grown = "" if self.share is None else f", {100 * self.share:+.1f} %"
        return f"{self.what}: {number(self.before)} -> {number(self.after)}{grown}"


def changes(before: Figures, after: Figures) -> list[Change]:
    """What is not the same any more."""
    names = sorted(before.keys() | after.keys())
    every = (Change(name, before.get(name), after.get(name)) for name in names)
    return [change for change in every if change.before != change.after]


def of_image(sha256: str | None) -> Figures | None:
    """The budgets of that image of MicroPython; None if it has none."""
    kept = json.loads(FILE.read_text()).get((sha256 or "")[:_DIGITS])
    return kept["budgets"] if kept else None


def figures(report: Report, imports: Imports) -> Figures:
    """Cycles and bytes of what is ours: in a report, and in what the imports took."""
    found: dict[str, int] = {}
    for name, value in (*_cycles(report), *_bytes(report["memory"]), *_import_bytes(imports)):
        assert name not in found, f"two figures are called {name!r}"
        found[name] = value
    return found


def _cycles(report: Report) -> Iterator[tuple[str, int]]:
    for operation in report["ops"]:
        if operation["subject"] in CONTAINERS:
            yield _name(operation), round(operation["cycles"]["median"])
    for run in report["isr"]:
        if run["subject"] in CONTAINERS and run["handler_cycles"]:
            took = round(run["handler_cycles"]["median"])
            yield f"cycles of an interrupt, {handler_name(run)}", took


def _name(operation: Operation) -> str:
    job, items = operation.get("job", "element"), operation["items"]
    many = f" of {items}" if items > 1 else ""
    what = f"{operation['subject']}.{operation['op']}{many}"
    return f"cycles of {what}, as {operation['form']}, {job}"


def _bytes(memory: Iterable[Memory]) -> Iterator[tuple[str, int]]:
    for it in memory:
        if it["subject"].split(",")[0] in CONTAINERS:
            yield f"bytes of a {it['subject']}, beside its contents", it["handle_bytes"]


def _import_bytes(imports: Imports) -> Iterator[tuple[str, int]]:
    for kind, modules in imports.items():
        for module, size in modules.items():
            yield f"{_IMPORT} of {module}, {kind}", size


def imports_on(image: Image) -> Imports:
    """What each module takes when imported as source, as .mpy and frozen into a firmware."""
    frozen = find_image(Kind.RP2, frozen=True)
    ways: Mapping[str, tuple[Image, Files]] = {
        "source": (image, library(None)),
        ".mpy": (image, library(PICO_ARCH)),
        "frozen": (frozen, NO_FILES),
    }
    found: dict[str, dict[str, int]] = {}
    for kind, (its_image, there) in ways.items():
        with emulated_rp2040(its_image, {**there, **programs()}) as board:
            said = board.remote.run(PROGRAMS / "measure_imports.py", timeout=600)
        lines = (json.loads(line) for line in said.splitlines())
        found[kind] = {line["module"]: line["bytes"] for line in lines}
    return found


def show(all_changes: Iterable[Change], console: Console) -> None:
    table = Table("changed", box=None)
    for title in ("was", "is", ""):
        table.add_column(title, justify="right")
    for change in all_changes:
        share = "" if change.share is None else f"{100 * change.share:+.1f} %"
        style = "bold red" if change.is_too_much else None
        row = (change.what, number(change.before), number(change.after), share)
        table.add_row(*row, style=style)
    console.print(table if table.row_count else "nothing has changed")


def main(
    image: Annotated[Path | None, typer.Option(help="the firmware to emulate it with")] = None,
) -> None:
    """Measure, show what has changed, and let that be the budgets from now on."""
    console, progress = Console(), Console(stderr=True)
    with plain_errors():
        found = find_image(Kind.RP2, image)
        there = {**library(PICO_ARCH), **programs()}
        with emulated_rp2040(found, there) as board:
            report = measure.measure(board, precompile=True, console=progress)
        files.write(report, measure.FOLDER)
        now = figures(report, imports_on(found))
        show(changes(of_image(found.sha256) or {}, now), console)
        kept = json.loads(FILE.read_text()) if FILE.exists() else {}
        kept[found.sha256[:_DIGITS]] = {
            "firmware": report["board"]["firmware"],
            "origin": found.origin,
            "budgets": now,
        }
        files.put(FILE, json.dumps(kept, indent=1, sort_keys=True) + "\n")
        console.print(f"kept in {FILE.name}")


if __name__ == "__main__":
    typer.run(main)
