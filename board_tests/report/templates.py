"""What pages are made with: their templates, and what these need."""

import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

Rows = TypeVar("Rows", bound=Collection[object])


def templates(*folders: Path) -> Environment:
    """The templates of these folders, around which stands the one that all pages share."""
    environment = Environment(
        loader=FileSystemLoader([*folders, Path(__file__).parent]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = _breakable
    return environment


def _breakable(name: str) -> Markup:
    """The name, which a narrow page may break behind each of its words."""
    return Markup(re.sub(r"(?<=[._])(?=\w)", "<wbr>", str(escape(name))))


def drawn(chart: Callable[[Rows], str], rows: Rows) -> Markup | None:
    """A chart of what there is; of nothing there is none."""
    # Markup: a drawing is SVG, in which matplotlib has escaped every name already.
    return Markup(chart(rows)) if rows else None
