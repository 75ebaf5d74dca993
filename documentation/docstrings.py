"""Our docstrings as Markdown: lines such as "n: bytes, 0 and more" become lists of definitions."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from textwrap import indent

_ENTRY = re.compile(r"([^\s:`(][^:`(]{0,59}): (.*)")
_SECTIONS = {"ISR-safe", "Complexity", "Called by", "Raises"}
_PARAMETERS = re.compile(r"[a-z_]+(, [a-z_]+)*")
_CODE_SPAN = re.compile(r"(`[^`]+`)")
_NAME = re.compile(r"\b[a-z_]+\b(?!\()")
_COLUMNS = re.compile(r"\S {3,}\S")

Link = Callable[[str], str]


def as_markdown(docstring: str, link: Link | None = None) -> str:
    """The docstring as Markdown; `link` says of a name in an index of operations what it is."""
    summary, *blocks = re.split(r"\n\s*\n", docstring)
    return "\n\n".join(
        [_escaped(summary), *(part for block in blocks for part in _parts(block, link))]
    )


def _parts(block: str, link: Link | None) -> Iterator[str]:
    """A block of lines without an empty one, as paragraphs and lists of definitions."""
    if all(line.startswith("    ") for line in block.splitlines()):
        yield block  # a drawing or an example, as in Markdown
        return
    if _COLUMNS.search(block):
        yield indent(block, "    ")
        return
    lines = _joined(block)
    entries = zip(lines, _entries(lines), strict=True)
    for is_list, pairs in groupby(entries, lambda pair: pair[1] is not None):
        if is_list:
            yield "\n\n".join(_definition(entry[1], entry[2], link) for _, entry in pairs if entry)
        else:
            yield _escaped("\n".join(line for line, _ in pairs))


def _entries(lines: list[str]) -> list[re.Match[str] | None]:
    """For each line its label and what it says of that; None if it is no such line."""
    entries = [_ENTRY.fullmatch(line) for line in lines]
    # An index of operations, such as "At the end: push, pop", and so on.
    if len([entry for entry in entries if entry and entry[1][0].isupper()]) > 1:
        return entries
    known = [entry if entry and _is_known(entry[1]) else None for entry in entries]
    begin = next((i for i, entry in enumerate(known) if entry), 0)
    is_in_a_sentence = begin > 0 and not lines[begin - 1].endswith(".")
    if None in known[begin:] or is_in_a_sentence:
        return [None] * len(lines)
    return known


def _joined(block: str) -> list[str]:
    """The block's lines, of which an indented one goes on with what is before it."""
    return re.sub(r"\n +", " ", block.strip("\n")).splitlines()


def _is_known(label: str) -> bool:
    return label in _SECTIONS or _PARAMETERS.fullmatch(label) is not None


def _definition(label: str, text: str, link: Link | None) -> str:
    if _PARAMETERS.fullmatch(label):
        label = ", ".join(f"`{name}`" for name in label.split(", "))
    elif link and label not in _SECTIONS:
        return f"{_escaped(label)}\n:   {_linked(text, link)}"
    return f"{_escaped(label)}\n:   {_escaped(text)}"


def _linked(text: str, link: Link) -> str:
    """What an index of operations lists, with its names as links."""
    found: list[str] = []
    end = 0
    for name in _NAME.finditer(text):
        found += [_escaped(text[end : name.start()]), link(name[0])]
        end = name.end()
    return "".join((*found, _escaped(text[end:])))


def _escaped(text: str) -> str:
    """The text with what Markdown would take for its own marks, but for spans of code."""
    parts = _CODE_SPAN.split(text)
    parts[::2] = [re.sub(r"([*_<\[\]\\])", r"\\\1", part) for part in parts[::2]]
    return "".join(parts)
