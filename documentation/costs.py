"""Puts what each container costs into its page, for `<!-- costs: SpscQueue -->`, as MkDocs' hook.

The figures are those of board_tests/budgets.json, which a measurement has written; nobody types
one. Each table says where its figures came from.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "board_tests/budgets.json"
NO_FIGURES = "There are no figures yet: `python -m board_tests.budgets` measures them."

# How board_tests/budgets.py names what it has measured.
_OPERATION = re.compile(
    r"cycles of (?P<subject>\w+)\.(?P<what>.+), as (?P<form>\w+), (?P<job>[a-z ]+)"
)
_INTERRUPT = re.compile(r"cycles of an interrupt, (?P<what>.+)")
_BYTES = re.compile(r"bytes of (?P<what>.+)")
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
    for title, pattern in (("cycles of a whole interrupt", _INTERRUPT), ("bytes of RAM", _BYTES)):
        rows = [
            [found["what"].removeprefix(f"{subject}: "), _number(figures[name])]
            for name in figures
            if (found := pattern.fullmatch(name)) and re.search(rf"\b{subject}\b", name)
        ]
        if rows:
            yield _table([title, ""], rows)


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
