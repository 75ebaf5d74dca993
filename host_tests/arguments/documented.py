"""Which exceptions the docstring of a public callable says that it raises."""

import inspect
import re
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

_NAME = re.compile(r"\b(?:[A-Z]\w*Error|Full|Empty)\b")
_SECTION = re.compile(r"^Raises: (.*(?:\n[ ]+.*)*)", re.MULTILINE)
_REFERENCE = re.compile(r"\b(?:as|and) (?:`(\w+)`|(the constructor))")
_FORWARDED = re.compile(r"^`(\w+)\.(\w+)`, before a split\.")


def raised(owner: Any, name: str, objects: Mapping[str, Any]) -> set[str]:
    """The names of the exceptions.

    `owner` has the callable `name`, or is itself called if that is empty; `objects` are what a
    docstring may refer to, by the names of their classes.
    """
    text = inspect.getdoc(_found(owner, name) if name else owner) or ""
    names = set(_in_section(text, owner, objects))
    forwarded = _FORWARDED.match(text)
    if forwarded and forwarded[1] in objects:
        names |= raised(objects[forwarded[1]], forwarded[2], objects)
    if "refuses to be used" in _flat(inspect.getdoc(type(owner)) or ""):
        names.add("ValueError")
    return names


def _in_section(text: str, owner: Any, objects: Mapping[str, Any]) -> Iterable[str]:
    found = _SECTION.search(text)
    if not found:
        return
    section = _flat(found[1])
    yield from _NAME.findall(section)
    for reference, _ in _REFERENCE.findall(section):
        if reference:
            homes = [each for each in (owner, *objects.values()) if hasattr(each, reference)]
            yield from raised(homes[0], reference, objects) if homes else ()
        else:
            yield from raised(owner if inspect.isclass(owner) else type(owner), "", objects)


def _found(owner: Any, name: str) -> Any:
    if isinstance(owner, ModuleType):
        return getattr(owner, name)
    found = inspect.getattr_static(owner, name)
    return found if isinstance(found, property) else getattr(owner, name)


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)
