"""Puts what each container costs into its page, for `<!-- costs: SpscQueue -->`, as MkDocs' hook.

The figures are those of board_tests/budgets.json, which a measurement has written; nobody types
one. Each table says where its figures came from.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import heapless_py
from firmware.deploy import LIBRARY

FILE = Path(__file__).parent.parent / "board_tests/budgets.json"
NO_FIGURES = "There are no figures yet: `make budgets` measures them."

# How board_tests/budgets.py names what it has measured.
_OPERATION = re.compile(
    r"cycles of (?P<subject>\w+)\.(?P<what>.+), as (?P<form>\w+), (?P<job>[a-z ]+)"
)
_INTERRUPT = re.compile(r"cycles of an interrupt, (?P<what>.+)")
_BYTES = re.compile(r"bytes of a (?P<what>.+), beside its contents")
_KINDS = {"source": "as source", ".mpy": "precompiled", "frozen": "frozen into a firmware"}
_FORMS = {"function": "function", "method": "method", "bound": "looked up before"}
_MARK = re.compile(r"<!-- costs: (\w+) -->")

Figures = Mapping[str, int]


def on_page_markdown(markdown: str, **_: Any) -> str:
    """What MkDocs calls with each page."""
    if not _MARK.search(markdown):
        return markdown
    kept = json.loads(FILE.read_text()) if FILE.exists() else {}
    return _MARK.sub(lambda mark: costs(mark[1], kept), markdown)


def costs(subject: str, kept: Mapping[str, Any]) -> str:
    """Markdown of what the container of this name costs: on each firmware that was measured."""
    parts: list[str] = []
    for measured in kept.values():
        tables = list(_tables(subject, measured["budgets"]))
        if tables:
            parts += [*tables, _provenance(measured)]
    return "\n\n".join(parts) or NO_FIGURES


def _tables(subject: str, figures: Figures) -> Iterator[str]:
    operations = _operations(subject, figures)
    if operations:
        forms = [form for form in _FORMS if any(form in row for row in operations.values())]
        yield _table(
            ["cycles of one call", "job", *(_FORMS[form] for form in forms)],
            [
                [f"`{what}`", job, *(_number(row.get(form)) for form in forms)]
                for (what, job), row in operations.items()
            ],
        )
    interrupts = [
        [found["what"].removeprefix(f"{subject}: "), _number(figures[name])]
        for name in figures
        if (found := _INTERRUPT.fullmatch(name)) and re.search(rf"\b{subject}\b", name)
    ]
    if interrupts:
        yield _table(["cycles of a whole interrupt", ""], interrupts)
    memory = list(_memory(subject, figures))
    if memory:
        yield _table(["bytes of RAM", ""], memory)


def _memory(subject: str, figures: Figures) -> Iterator[list[str]]:
    for name in figures:
        found = _BYTES.fullmatch(name)
        if found and found["what"].split(",")[0] == subject:
            yield [f"a {found['what']}, beside its contents", _number(figures[name])]
    modules = _imported_with(getattr(heapless_py, subject).__module__.rpartition(".")[2])
    for kind, text in _KINDS.items():
        sizes = [figures.get(f"bytes of the import of {each}, {kind}") for each in modules]
        known = [size for size in sizes if size is not None]
        if len(known) == len(sizes):
            yield [f"its import, and of all that it imports, {text}", _number(sum(known))]


def _imported_with(module: str) -> set[str]:
    """The modules of the library that are there when this one was imported, itself among them."""
    found = {module}
    for statement in ast.parse((LIBRARY / f"{module}.py").read_text()).body:
        if isinstance(statement, ast.ImportFrom) and statement.level and statement.module:
            found |= _imported_with(statement.module)
    return found


def _operations(subject: str, figures: Figures) -> dict[tuple[str, str], dict[str, int]]:
    """(operation, job) -> its cycles in each form."""
    rows: dict[tuple[str, str], dict[str, int]] = {}
    for name, figure in figures.items():
        found = _OPERATION.fullmatch(name)
        if found and found["subject"] == subject:
            rows.setdefault((found["what"], found["job"]), {})[found["form"]] = figure
    return rows


def _provenance(measured: Mapping[str, Any]) -> str:
    return (
        "*Medians on an **emulated** Raspberry Pi Pico (RP2040), with the library "
        f"precompiled: {measured['firmware']}, {measured['origin']}. Good for comparing, not "
        "silicon's.*"
    )


def _table(titles: list[str], rows: list[list[str]]) -> str:
    places = ["---" if title and i == 0 else "--:" for i, title in enumerate(titles)]
    if "job" in titles:
        places[1] = "---"
    lines = [titles, places, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(figure: int | None) -> str:
    return "" if figure is None else f"{figure:,}"
