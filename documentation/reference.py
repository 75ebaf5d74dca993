"""What mkdocstrings is told of the library: signatures from the stubs, words from the docstrings.

Griffe reads the source and the stubs without running them. Many verbs are closures, which
`__init__` sets: their stubs are methods, and their docstrings are found here, on live objects.
"""

import inspect
from collections.abc import Iterator
from typing import Any

import griffe

from documentation.docstrings import Link, as_markdown
from heapless_py import Deque, HistoryBuf, SpscQueue, Vec
from host_tests.instances import instances

_OF_RECORDS = "If the elements are records:"


class Docstrings(griffe.Extension):
    """Gives each object of the package its docstring as Markdown."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        live = _live_docstrings()
        for each in _objects(pkg):
            if isinstance(each, griffe.Class) and _has_no_constructor(each):
                del each.members["__init__"]
            if each.docstring:
                found = [inspect.cleandoc(each.docstring.value)]
            else:
                found = live.get((each.parent.name if each.parent else "", each.name), [])
            if found:
                link = _links(each) if isinstance(each, griffe.Class) else None
                text = f"\n\n{_OF_RECORDS}\n\n".join(as_markdown(one, link) for one in found)
                each.docstring = griffe.Docstring("", parent=each)
                each.docstring.value = text  # which the constructor would unindent


def _has_no_constructor(kind: griffe.Class) -> bool:
    """Whether no caller can make one: such as an end, of which the stub says it takes a Never."""
    init = kind.members.get("__init__")
    return isinstance(init, griffe.Function) and any(
        str(each.annotation) == "Never" for each in init.parameters
    )


def _live_docstrings() -> dict[tuple[str, str], list[str]]:
    """Of each public attribute that is a function, by its class and its name.

    There are two where it has another for elements that are records.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for owner in (*instances(), *_of_records()):
        for name, value in vars(owner).items():
            docstring = inspect.getdoc(value) if inspect.isfunction(value) else None
            if docstring and not name.startswith("_"):
                known = found.setdefault((type(owner).__name__, name), [])
                if docstring not in known:
                    known.append(docstring)
    return found


def _of_records() -> Iterator[object]:
    yield from (Vec(4, "HH"), Deque(4, "HH"), HistoryBuf(4, "HH"))
    yield from SpscQueue(4, "HH").split()


def _objects(owner: griffe.Object) -> Iterator[griffe.Object]:
    """All that is in the owner, but what it only imports, and then the owner itself."""
    for member in owner.members.values():
        if isinstance(member, griffe.Object):
            yield from _objects(member)
    yield owner


def _links(kind: griffe.Class) -> Link:
    """Links to the operations of this class that the reference shows: those with a docstring."""

    def link(name: str) -> str:
        member = kind.all_members.get(name)
        return f"[`{name}`][{kind.path}.{name}]" if member and member.docstring else name

    return link
