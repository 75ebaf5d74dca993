"""What the library's docstrings say about ISR safety, operation by operation.

Each container has kinds, on which a docstring may depend, as some operations are attributes made
for it: of a SpscQueue the formats of its elements, of a BBQueue "stream" and "framed".
"""

import inspect
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from heapless_py import (
    Arena,
    BBQueue,
    Deque,
    HistoryBuf,
    RingBuffer,
    SpscQueue,
    String,
    Vec,
    _bip,
    _port,
    allocation,
    bbqueue,
    ring_buffer,
    spsc_queue,
)
from host_tests.scripts import INTEGERS

# What Python itself calls: construction, and what must work while debugging or in a `for` loop.
_NOT_OPERATIONS = {"__init__", "__new__", "__repr__", "__next__", "__anext__", "__getattr__"}

Named = Iterator[tuple[str, object]]


def operations(container: str, kind: str) -> Iterator[tuple[str, str | None]]:
    """(name, what follows "ISR-safe:" in its docstring) of each public operation."""
    for name, operation in _OPERATIONS[container](kind):
        found = re.search(r"^ISR-safe: (.+)$", inspect.getdoc(operation) or "", re.MULTILINE)
        yield name, found[1] if found else None


def safe_operations(container: str, kind: str) -> set[str]:
    """The operations of this kind of container that say they are ISR-safe."""
    return {
        name
        for name, said in operations(container, kind)
        if said is not None
        and said.startswith("yes")
        and not ("for integers" in said and kind not in INTEGERS)
    }


def _of_spsc_queue(form: str) -> Named:
    queue = SpscQueue(1, form)
    yield from of_objects(queue, *queue.split())
    if form in INTEGERS:
        yield from of_module(spsc_queue, spsc_queue)


def _of_bbqueue(use: str) -> Named:
    queue: Any = BBQueue(8)
    if use == "stream":
        producer, consumer = queue.split()
        write_grant = producer.grant_exact(1)
    else:
        producer, consumer = queue.split_framed()
        write_grant = producer.grant(1)
    write_grant.commit(1)
    yield from of_objects(queue, producer, consumer, write_grant, consumer.read())
    if use == "framed":
        yield from of_module(bbqueue, _bip)


def _of_ring_buffer(kind: str) -> Named:
    yield from of_objects(RingBuffer(8))
    yield from of_module(ring_buffer, ring_buffer)


def _of_arena(kind: str) -> Named:
    yield from of_objects(Arena(8))
    yield from of_module(allocation, allocation)


_OPERATIONS: dict[str, Callable[[str], Named]] = {
    "SpscQueue": _of_spsc_queue,
    "BBQueue": _of_bbqueue,
    "RingBuffer": _of_ring_buffer,
    "Vec": lambda form: of_objects(Vec(1, form)),
    "Deque": lambda form: of_objects(Deque(1, form)),
    "HistoryBuf": lambda form: of_objects(HistoryBuf(1, form)),
    "String": lambda kind: of_objects(String(1)),
    "Arena": _of_arena,
}


def of_objects(*owners: object) -> Named:
    """The public operations of these objects, but those that Python itself calls."""
    for owner in owners:
        for name in dir(owner):
            is_special = name.startswith("__") and name.endswith("__")
            if name in _NOT_OPERATIONS or (name.startswith("_") and not is_special):
                continue
            found = inspect.getattr_static(owner, name)
            if isinstance(found, (staticmethod, classmethod)):
                found = found.__func__
            # Functions and properties of ours; not data, nor what `object` or `IOBase` has.
            if isinstance(found, property) and found.fget.__module__ == _port.__name__:
                continue  # the view of a window: on a board it is an attribute
            if inspect.isfunction(found) or isinstance(found, property):
                yield f"{type(owner).__name__}.{name}", found


def of_module(module: ModuleType, home: ModuleType) -> Named:
    """The public functions of `module` that are defined in `home`."""
    for name, function in vars(module).items():
        is_ours = inspect.isfunction(function) and function.__module__ == home.__name__
        if is_ours and not name.startswith("_"):
            yield f"{module.__name__.rpartition('.')[2]}.{name}", function
