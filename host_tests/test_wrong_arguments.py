"""Every public callable, given every kind of wrong argument, refuses it and changes nothing.

The same calls are made on CPython and on MicroPython. Each returns, or raises what its docstring
tells, or TypeError; what is around the image is as before, and so is the image if it raised. Both
interpreters come to the same, and neither crashes or hangs, but for what `arguments.known` says.
"""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

import heapless_py
from firmware.on_board.arguments.situations import Situation, states
from host_tests.arguments.answers import cpython, micropython
from host_tests.arguments.known import known_of
from host_tests.arguments.plan import Group, callables, plan
from host_tests.arguments.verdicts import findings
from host_tests.containers import CONTAINERS
from host_tests.edited import edited_library
from host_tests.evidence import FULL
from host_tests.interleave import Edit
from host_tests.isr_safety import operations
from host_tests.unix import Unix

pytestmark = pytest.mark.proof("arguments")

# Of all that has operations: the kinds of it, and those that are looked at first.
_KINDS_OF = {name: (it.kinds, it.some_kinds) for name, it in CONTAINERS.items()}
_KINDS_OF["Arena"] = ("bytes",), ("bytes",)
KINDS = [(name, kind) for name, (kinds, _) in _KINDS_OF.items() for kind in kinds]

_SECONDS = 300  # for each interpreter
_SHOWN = 20  # of what is wrong


def plans(container: str) -> Iterator[Group]:
    kinds, some_kinds = _KINDS_OF[container]
    for kind in kinds if FULL else some_kinds:
        further = FULL and kind in some_kinds
        yield from plan(container, kind, in_all_states=further, in_pairs=further)


@pytest.mark.parametrize("container", _KINDS_OF)
def test_no_argument_does_harm(
    unix: Unix, container: str, record_property: Callable[[str, object], None]
) -> None:
    known = known_of(container)
    found = findings(list(plans(container)), known, cpython(), micropython(unix.binary), _SECONDS)
    assert not found.wrong, "\n".join([f"{len(found.wrong)} calls", *found.wrong[:_SHOWN]])
    unneeded = [each.reason for each in known if each not in found.needed]
    assert not (FULL and unneeded), "known, and no longer so: strike it out"
    record_property("explored", {"calls": found.calls, "callables": len(found.callables)})


@pytest.mark.parametrize(("container", "kind"), KINDS)
def test_no_operation_is_left_out(container: str, kind: str) -> None:
    assert {name for name, _ in operations(container, kind)} <= paths(container, kind)


def test_no_class_or_function_is_left_out() -> None:
    """Whatever says in its docstring whether it is ISR-safe is for users to call."""
    called = set[str]()
    have_operations = set[type]()
    for container, kind in KINDS:
        called |= paths(container, kind)
        for state in states(container):
            have_operations |= set(map(type, Situation(container, kind, state).objects.values()))
    for _, name, _ in pkgutil.iter_modules(heapless_py.__path__):
        module = import_module(f"heapless_py.{name}")
        for each in vars(module).values():
            if inspect.isclass(each) and any(map(is_operation, vars(each).values())):
                assert any(issubclass(owner, each) for owner in have_operations), each
            is_here = getattr(each, "__module__", None) == module.__name__
            if is_operation(each) and is_here and not name.startswith("_"):
                assert f"{name}.{each.__name__}" in called


def is_operation(found: object) -> bool:
    return inspect.isfunction(found) and "ISR-safe:" in (found.__doc__ or "")


def paths(container: str, kind: str) -> set[str]:
    """Those of all that is called."""
    found = {path for each in states(container) for path, _ in callables(container, kind, each)}
    return {path.removeprefix("await ") for path in found}


@dataclass(frozen=True)
class Fault:
    """A change of the library, the calls that show it, and what is then said to be wrong."""

    name: str
    container: str
    kind: str
    path: str
    said: str
    edits: tuple[Edit, ...]
    seconds: float = 60


_FAULTS = (
    Fault(
        "an operation changes the image, and refuses then",
        "HistoryBuf",
        "IhB",
        "HistoryBuf.write",
        "left something changed",
        (
            Edit(
                "history_buf",
                "def _record_writer",
                "layout.check(x)\n        slots[_begin_write(image)] = x",
                "at = _begin_write(image)\n        layout.check(x)\n        slots[at] = x",
            ),
        ),
    ),
    Fault(
        "a full container writes on, outside of its image",
        "Vec",
        "i",
        "Vec.try_push",
        "!outside True there",
        (Edit("vec", "def _integer_pusher", "length == p[_CAPACITY]", "length > p[_CAPACITY]"),),
    ),
    Fault(
        "a float is accepted silently",
        "Deque",
        "h",
        "Deque.truncate",
        "accepts 'float 1e9' for 'length'",
        (Edit("deque", "def truncate", 'check_integer(length, "a length")', "pass"),),
    ),
    Fault(
        "what is no memory reaches the cast to a pointer",
        "BBQueue",
        "stream",
        "Consumer.readinto",
        "MicroPython ended with -11",
        (Edit("_bip", "def stream_reader", "check_target(buffer)", "pass"),),
    ),
    Fault(
        "the length that an object tells is believed",
        "RingBuffer",
        "bytes",
        "RingBuffer.readinto",
        "(liar",
        (
            Edit(
                "_port",
                "kind is memoryview",
                "return False",
                "return bool(isinstance(buffer, (bytes, bytearray)))",
            ),
            Edit(
                "_port",
                "buffer.c_contiguous",
                "type(buffer) in (bytes, bytearray)",
                "isinstance(buffer, (bytes, bytearray))",
            ),
        ),
    ),
    Fault(
        "the header is overwritten by who reads into it, and then used",
        "Deque",
        "IhB",
        "Deque.pop_back_into",
        "MicroPython ended with -11",
        (
            Edit("deque", "def _pop_into", "_remove(image, at, is_last)", "pass"),
            Edit("deque", "def _pop_into", "return True", "_remove(image, at, is_last)"),
        ),
    ),
    Fault(
        "an exception is not the documented one",
        "Vec",
        "h",
        "Vec.__getitem__",
        "raised what its docstring does not tell",
        (Edit("_sequence", "def checked_index", "raise IndexError", "raise KeyError"),),
    ),
    Fault(
        "the two interpreters raise different exceptions",
        "Vec",
        "h",
        "Vec.try_push_from",
        "differs",
        (Edit("_image", "def check_readable", "if isinstance(buffer, str)", "if False"),),
    ),
    Fault(
        "an arena has taken what it then does not place",
        "Arena",
        "bytes",
        "Arena.place",
        "left something changed",
        (
            Edit(
                "arena",
                "def place",
                "made = kind(*arguments, buffer=self._next(size), **others)\n"
                "        self._give(size, (kind,) + arguments)",
                "memory = self._next(size)\n"
                "        self._give(size, (kind,) + arguments)\n"
                "        made = kind(*arguments, buffer=memory, **others)",
            ),
        ),
    ),
    Fault(
        "a task never waits, so that no other one runs",
        "BBQueue",
        "stream",
        "await Producer.wait_grant",
        "CPython had not ended",
        (Edit("bbqueue", "async def wait_grant", "not 0 <= n <= self.capacity", "False"),),
        seconds=5,
    ),
)


@pytest.mark.parametrize("fault", _FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found(
    unix: Unix, fault: Fault, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    library = edited_library(tmp_path, *fault.edits)
    groups = [
        group
        for group in plan(fault.container, fault.kind, in_all_states=True)
        if group.path == fault.path
    ]
    known = known_of(fault.container)
    interpreters = cpython(library), micropython(unix.binary, library)
    found = findings(groups, known, *interpreters, fault.seconds)
    assert any(fault.said in each for each in found.wrong), "\n".join(found.wrong[:_SHOWN])
    record_property("caught", fault.name)
