"""Our docstrings as Markdown: lines such as "n: bytes, 0 and more" become lists of definitions."""

import re
from collections.abc import Callable, Iterator
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
    blocks = re.split(r"\n\s*\n", docstring)
    return "\n\n".join("\n\n".join(_parts(block, link)) for block in blocks)


def _parts(block: str, link: Link | None) -> Iterator[str]:
    """A block of lines without an empty one, as paragraphs and lists of definitions."""
    if all(line.startswith("    ") for line in block.splitlines()):
        yield block  # a drawing or an example, as in Markdown
        return
    if _COLUMNS.search(block):
        yield indent(block, "    ")
        return
    lines = _joined(block)
    entries = _entries(lines)
    if entries[0] and None in entries and not _is_index(entries):
        entries = [None] * len(lines)  # a sentence with a colon in its first line
    text: list[str] = []
    definitions: list[str] = []
    for line, entry in zip(lines, entries, strict=True):
        if entry:
            if text:
                yield "\n".join(text)
                text = []
            definitions.append(_definition(entry[1], entry[2], link))
        else:
            if definitions:
                yield "\n\n".join(definitions)
                definitions = []
            text.append(_escaped(line))
    if text:
        yield "\n".join(text)
    if definitions:
        yield "\n\n".join(definitions)


def _entries(lines: list[str]) -> list[re.Match[str] | None]:
    """For each line its label and what it says of that; None if it is no such line."""
    entries = [_ENTRY.fullmatch(line) for line in lines]
    if _is_index(entries):
        return entries
    return [entry if entry and _is_known(entry[1]) else None for entry in entries]


def _is_index(entries: list[re.Match[str] | None]) -> bool:
    """Whether this is an index of operations, such as "At the end: push, pop", and so on."""
    return sum(entry is not None and entry[1][0].isupper() for entry in entries) > 1


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
