"""What says it is ISR-safe allocates nothing, on MicroPython, through both gates."""

import json

import pytest

from host_tests.isr_safety import operations, safe_operations
from host_tests.unix import Unix

FORMATS = ("b", "B", "h", "H", "i", "I", "IhB", "4sf")
BOTH = ("heap_lock", "mem_total")

# Gate, operation, format, elements waiting, and what was wrong.
Verdict = tuple[str, str, str, int, str | None]


def verdicts(unix: Unix, of_what: str) -> list[Verdict]:
    said = unix.exec(f"from on_board import gates; gates.report(gates.{of_what}())")
    return [tuple(json.loads(line)) for line in said.splitlines()]


@pytest.fixture(scope="module")
def found(unix: Unix) -> list[Verdict]:
    return verdicts(unix, "verdicts")


@pytest.mark.parametrize("form", FORMATS)
def test_every_public_operation_says_whether_it_is_isr_safe(form: str) -> None:
    silent = [name for name, said in operations(form) if not said]
    assert not silent
    assert all(said and said.startswith(("yes", "no")) for _, said in operations(form))


@pytest.mark.parametrize("gate", BOTH)
@pytest.mark.parametrize("form", FORMATS)
def test_exactly_what_says_it_is_isr_safe_is_exercised(
    found: list[Verdict], form: str, gate: str
) -> None:
    exercised = {verdict[1] for verdict in found if verdict[0] == gate and verdict[2] == form}
    assert exercised == safe_operations(form)


@pytest.mark.parametrize("gate", BOTH)
@pytest.mark.parametrize(
    "operation", sorted({name for form in FORMATS for name in safe_operations(form)})
)
def test_what_says_it_is_isr_safe_allocates_nothing(
    found: list[Verdict], operation: str, gate: str
) -> None:
    tried = [verdict for verdict in found if verdict[:2] == (gate, operation)]
    assert {verdict[3] for verdict in tried} == {0, 2, 3}  # empty, neither, full
    assert [verdict for verdict in tried if verdict[4]] == []


def test_what_allocates_is_caught(unix: Unix) -> None:
    counter = verdicts(unix, "counter_verdicts")
    assert {verdict[0] for verdict in counter} == set(BOTH)
    assert [verdict for verdict in counter if not verdict[4]] == []
