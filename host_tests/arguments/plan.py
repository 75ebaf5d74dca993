"""Makes up calls for `on_board.arguments`: every public callable, every kind of argument.

The callables and their parameters are found by introspection of all that a situation has. What a
parameter is called tells what it takes: whoever adds one of a new name says it here, or no plan
can be made.
"""

import inspect
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from firmware.on_board.arguments.situations import Situation, states
from firmware.on_board.arguments.values import VALUES
from heapless_py import _bip, allocation, bbqueue, ring_buffer, spsc_queue
from host_tests.isr_safety import of_module, of_objects

# Kinds of values: the first words of their names in `on_board.arguments.values`.
_ANYTHING = " ".join(sorted({name.split()[0] for name in VALUES}))
_INTEGER = "int bool legal pretender"
_ELEMENT = "list tuple " + _INTEGER
_WRITABLE = "bytearray view array own liar"
_MEMORY = "bytes frozen " + _WRITABLE
_BYTES = "bytes bytearray frozen view own"
_TEXT = "str self " + _BYTES
_SEQUENCE = "end legal list tuple dict set range generator self other str pretender " + _MEMORY

NONSENSE = "nonsense"  # no parameter is called so

# Parameter -> a legal value for it, and what kinds of values it may accept. One that stands for
# different things in different callables has the name of those before it; "new" is whatever makes
# a container.
_PARAMETERS = {
    "arguments": ("int 5", "int legal"),
    "argument": ("int 5", _INTEGER),
    "base": ("int 10", _INTEGER),
    "buffer": ("bytearray long", _MEMORY),
    "new.buffer": ("none", "none " + _WRITABLE),
    "byte": ("int 7", _INTEGER),
    "capacity": ("int 5", "int legal"),
    "RingBuffer.capacity": ("int 5", "int legal " + _WRITABLE),
    "char": ("str letter", "str"),
    "consumer": ("end consumer", "end"),
    "data": ("bytes one", _BYTES),
    "decimals": ("int 2", _INTEGER),
    "default": ("int 7", _ANYTHING),
    "fill": ("str digit", "str"),
    "resize.fill": ("legal element", _ELEMENT),
    "try_resize.fill": ("legal element", _ELEMENT),
    "fmt": ("str format", "str"),
    "i": ("int 0", _INTEGER),
    "address": ("own address", _MEMORY),
    "capture.address": ("int 32", _INTEGER),
    "stamp": ("none", _INTEGER),
    "capture.width": ("int 32", _INTEGER),
    "image": ("own image", _MEMORY),
    "index": ("int 0", _INTEGER),
    "__getitem__.index": ("int 0", "slice " + _INTEGER),
    "__delitem__.index": ("int 0", "slice " + _INTEGER),
    "items": ("list elements", _SEQUENCE),
    "j": ("int 1", _INTEGER),
    "keep": ("function", "function class"),
    "key": ("function", "function class none"),
    "kind": ("none", _ANYTHING),
    "place.kind": ("class of bytes", "class"),
    "length": ("int 1", _INTEGER),
    "memory": ("int 32", "int legal " + _WRITABLE),
    "n": ("int 2", _INTEGER),
    "other": ("list elements", _SEQUENCE),
    "__eq__.other": ("list elements", _ANYTHING),
    "producer": ("end producer", "end"),
    "request": ("int 3", _ANYTHING),
    "reverse": ("bool True", _ANYTHING),
    "take.size": ("int 3", "int legal"),
    "size": ("int 3", "none " + _INTEGER),
    "start": ("int 0", "none " + _INTEGER),
    "stop": ("int 2", "none " + _INTEGER),
    "text": ("str letter", _TEXT),
    "trace": ("none", _ANYTHING),
    "used": ("int 2", _INTEGER),
    "value": ("none", _ANYTHING),
    "width": ("int 4", _INTEGER),
    NONSENSE: ("int 0", ""),
    "x": ("legal element", _ELEMENT),
    "__contains__.x": ("legal element", _ANYTHING),
    "count.x": ("legal element", _ANYTHING),
    "index.x": ("legal element", _ANYTHING),
}
# Values that are tried in pairs: some of each sort.
_IN_PAIRS = (
    "none",
    "pretender",
    "float nan",
    "int -1",
    "int 0",
    "int 1",
    "int 32",
    "int 2**30",
    "int 2**32+1",
    "bool True",
    "str umlaut",
    "bytes one",
    "bytearray empty",
    "bytearray long",
    "view odd",
    "array H",
    "liar",
    "own image",
    "self",
    "slice all",
)

# Container -> the module of its functions on images, and where they are defined.
MODULES = {
    "SpscQueue": (spsc_queue, spsc_queue),
    "BBQueue": (bbqueue, _bip),
    "RingBuffer": (ring_buffer, ring_buffer),
    "Arena": (allocation, allocation),
}
_ALSO = ("__repr__", "__next__", "__anext__")  # operations that only Python itself calls

# Parameters, and the values that they have instead of legal ones.
Odd = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Call:
    arguments: list[str]
    odd: Odd = ()


@dataclass(frozen=True)
class Group:
    """Calls of one callable, at `path`, in one situation."""

    container: str
    kind: str
    state: str
    path: str
    calls: list[Call]

    def line(self) -> str:
        arguments = [call.arguments for call in self.calls]
        return json.dumps([self.container, self.kind, self.state, self.path, arguments])


def plan(
    container: str, kind: str, *, in_all_states: bool = False, in_pairs: bool = False
) -> Iterator[Group]:
    """Each callable with legal arguments in each state; with an odd one in the states in turn.

    in_all_states: with an odd one in each state, too; in_pairs: with two at once, in turn.
    """
    names = states(container)
    for place, state in enumerate(names):
        for path, function in callables(container, kind, state):
            calls = [
                call
                for number, call in enumerate(_calls(path, function, in_pairs))
                if not call.odd
                or (in_all_states and len(call.odd) == 1)
                or number % len(names) == place
            ]
            yield Group(container, kind, state, path, calls)


def callables(container: str, kind: str, state: str) -> Iterator[tuple[str, Any]]:
    """The path to each public callable, and itself; of a property None."""
    situation = Situation(container, kind, state)
    yield container, type(situation.container)
    for owner_name, owner in situation.objects.items():
        also = [name for name in _ALSO if inspect.isfunction(getattr(type(owner), name, None))]
        for name in [_last(path) for path, _ in of_objects(owner)] + also:
            path = f"{owner_name}.{name}"
            if isinstance(inspect.getattr_static(owner, name), property):
                yield path, None
                yield path + "=", None
            else:
                function = getattr(owner, name)
                waits = inspect.iscoroutinefunction(function)
                yield ("await " if waits else "") + path, function
    if container in MODULES:
        yield from of_module(*MODULES[container])


def accepts(path: str, parameter: str, value: str) -> bool:
    """Whether `parameter` of the callable at `path` may accept a value of this kind."""
    return value.split()[0] in _parameter(path, parameter)[1].split()


def _parameter(path: str, name: str) -> tuple[str, str]:
    makes = "." not in path or ".from_" in path
    keys = (f"{_last(path)}.{name}", f"new.{name}" if makes else name, name)
    return next(_PARAMETERS[key] for key in keys if key in _PARAMETERS)


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _calls(path: str, function: Any, in_pairs: bool) -> Iterator[Call]:
    if function is None:
        yield Call(["none"] if path.endswith("=") else [])
        return
    parameters = [
        each
        for each in inspect.signature(function).parameters.values()
        if each.kind is not each.VAR_KEYWORD
    ]
    named = {each.name for each in parameters if each.kind is each.KEYWORD_ONLY}
    given = [each.name for each in parameters if each.name not in named]
    needed = sum(each.default is each.empty for each in parameters if each.name in given)
    legal = [_parameter(path, name)[0] for name in given]

    def with_odd(odd: Odd) -> Call:
        last = max([given.index(name) + 1 for name, _ in odd if name in given] + [needed])
        values = dict(odd)
        arguments = [values.get(name, it) for name, it in zip(given, legal, strict=True)][:last]
        return Call(arguments + [f"{name}={values[name]}" for name in named & set(values)], odd)

    yield Call(legal)
    yield Call(legal[:needed])
    if needed:
        yield Call(legal[: needed - 1])
    yield Call([*legal, "int 0"])
    yield Call([*legal, f"{NONSENSE}=int 0"], ((NONSENSE, "int 0"),))
    for each in parameters:
        for value in VALUES:
            yield with_odd(((each.name, value),))
    if in_pairs:
        for first, second in combinations([each.name for each in parameters], 2):
            for one, other in product(_IN_PAIRS, _IN_PAIRS):
                yield with_odd(((first, one), (second, other)))
