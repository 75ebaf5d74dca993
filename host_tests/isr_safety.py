"""What the library's docstrings say about ISR safety, operation by operation."""

import inspect
import re
from collections.abc import Iterator

from heapless_py import SpscQueue, spsc_queue

# What Python itself calls: construction, and what must work while debugging or in a `for` loop.
_NOT_OPERATIONS = {"__init__", "__new__", "__repr__", "__next__", "__getattr__"}


def operations(form: str) -> Iterator[tuple[str, str | None]]:
    """(name, what follows "ISR-safe:" in its docstring) of each public operation.

    Some docstrings depend on the element format, as some operations are attributes made for it.
    """
    queue = SpscQueue(1, form)
    producer, consumer = queue.split()
    for owner in (queue, producer, consumer):
        for name, operation in _of_object(owner):
            yield f"{type(owner).__name__}.{name}", _said(operation)
    for name, function in vars(spsc_queue).items():
        is_ours = inspect.isfunction(function) and function.__module__ == spsc_queue.__name__
        if is_ours and not name.startswith("_"):
            yield f"spsc_queue.{name}", _said(function)


def safe_operations(form: str) -> set[str]:
    """The operations on elements of this format that say they are ISR-safe."""
    is_record = len(form) > 1
    return {
        name
        for name, said in operations(form)
        if said is not None
        and said.startswith("yes")
        and not (is_record and (name.startswith("spsc_queue.") or "for integers" in said))
    }


def _of_object(owner: object) -> Iterator[tuple[str, object]]:
    for name in dir(owner):
        is_special = name.startswith("__") and name.endswith("__")
        if name in _NOT_OPERATIONS or (name.startswith("_") and not is_special):
            continue
        found = inspect.getattr_static(owner, name)
        if isinstance(found, (staticmethod, classmethod)):
            found = found.__func__
        # Functions and properties of ours; not data, nor what `object` has.
        if inspect.isfunction(found) or isinstance(found, property):
            yield name, found


def _said(operation: object) -> str | None:
    found = re.search(r"^ISR-safe: (.+)$", inspect.getdoc(operation) or "", re.MULTILINE)
    return found[1] if found else None
