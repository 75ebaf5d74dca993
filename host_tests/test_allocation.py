"""What says it is ISR-safe allocates nothing, on MicroPython, through both gates; nor imports."""

import ast
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import heapless_py
from host_tests.containers import CONTAINERS
from host_tests.isr_safety import operations, safe_operations
from host_tests.unix import Unix

KINDS = tuple((name, kind) for name, it in CONTAINERS.items() for kind in it.kinds)
SAFE = sorted({(name, safe) for name, kind in KINDS for safe in safe_operations(name, kind)})
BOTH = ("heap_lock", "mem_total")

# Gate, operation, kind of container, its state, and what was wrong.
Verdict = tuple[str, str, str, str, str | None]

# A full queue has no grant to write to, and an empty one none to read.
_STATES_OF_GRANTS = {
    "WriteGrant": {"empty", "partly full"},
    "ReadGrant": {"partly full", "full"},
    "Frame": {"partly full", "full"},
}
# An index that is not there is an error, so nothing is exercised without elements.
_STATES_OF = {"RingBuffer.__getitem__": {"partly full", "full"}}
_STATES = {"empty", "partly full", "full"}


def verdicts(unix: Unix, of_what: str) -> list[Verdict]:
    said = unix.exec(f"from on_board import gates; gates.report(gates.{of_what})")
    return [tuple(json.loads(line)) for line in said.splitlines()]


pytestmark = pytest.mark.proof("allocation")


@pytest.fixture(scope="module")
def found(unix: Unix) -> dict[str, list[Verdict]]:
    """The verdicts on each container."""
    return {name: verdicts(unix, f"verdicts({it.exercises!r})") for name, it in CONTAINERS.items()}


@pytest.mark.parametrize(("container", "kind"), KINDS)
def test_every_public_operation_says_whether_it_is_isr_safe(container: str, kind: str) -> None:
    silent = [name for name, said in operations(container, kind) if not said]
    assert not silent
    assert all(said and said.startswith(("yes", "no")) for _, said in operations(container, kind))


@pytest.mark.parametrize("gate", BOTH)
@pytest.mark.parametrize(("container", "kind"), KINDS)
def test_exactly_what_says_it_is_isr_safe_is_exercised(
    found: dict[str, list[Verdict]], container: str, kind: str, gate: str
) -> None:
    exercised = {
        verdict[1] for verdict in found[container] if (verdict[0], verdict[2]) == (gate, kind)
    }
    assert exercised == safe_operations(container, kind)


@pytest.mark.parametrize("gate", BOTH)
@pytest.mark.parametrize(("container", "operation"), SAFE)
def test_what_says_it_is_isr_safe_allocates_nothing(
    found: dict[str, list[Verdict]],
    container: str,
    operation: str,
    gate: str,
    record_property: Callable[[str, object], None],
) -> None:
    tried = [verdict for verdict in found[container] if verdict[:2] == (gate, operation)]
    owner = operation.split(".")[0]
    states = _STATES_OF.get(operation, _STATES_OF_GRANTS.get(owner, _STATES))
    assert {verdict[3] for verdict in tried} == states
    assert [verdict for verdict in tried if verdict[4]] == []
    record_property("explored", {f"calls through {gate}": len(tried)})


def test_whole_handlers_allocate_nothing(unix: Unix) -> None:
    tried = verdicts(unix, 'verdicts("handlers_bbqueue")')
    assert {(verdict[0], *verdict[2:4]) for verdict in tried} == {
        (gate, use, state) for gate in BOTH for use in ("stream", "framed") for state in _STATES
    }
    assert [verdict for verdict in tried if verdict[4]] == []


def test_what_allocates_is_caught(
    unix: Unix, record_property: Callable[[str, object], None]
) -> None:
    counter = verdicts(unix, "counter_verdicts()")
    assert {verdict[0] for verdict in counter} == set(BOTH)
    assert [verdict for verdict in counter if not verdict[4]] == []
    for gate, allocates, *_ in counter:
        record_property("caught", f"{allocates}, by {gate} on the unix port")


# --- an import takes a lock, for which a hard interrupt may wait for ever ------------------------


def imports_in_functions(source: str) -> Iterator[tuple[str, str]]:
    """(function, module) of each import at run time that is not in what says "ISR-safe: no".

    Complaints may import: they are for programs that are wrong.
    """
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if "ISR-safe: no" in (ast.get_docstring(function) or ""):
            continue
        for node in ast.walk(function):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else ["__import__"]
                if isinstance(node, ast.Name) and node.id == "__import__"
                else []
            )
            for name in names:
                if name not in ("heapless_py._refuse", "heapless_py._unsupported"):
                    yield function.name, name


def test_what_an_interrupt_may_call_imports_nothing() -> None:
    library = Path(heapless_py.__file__).parent
    found = {
        (path.name, *each)
        for path in library.glob("*.py")
        for each in imports_in_functions(path.read_text())
    }
    # Called when a name of the package is looked up for the first time.
    assert found == {("__init__.py", "__getattr__", "__import__")}


@pytest.mark.parametrize("line", ["import a.b as b", "from . import b", "__import__('b')"])
def test_an_import_that_an_interrupt_may_run_is_found(line: str) -> None:
    assert list(imports_in_functions(f"def f():\n    def g():\n        {line}"))
    assert not list(imports_in_functions(f'def f():\n    """ISR-safe: no."""\n    {line}'))
