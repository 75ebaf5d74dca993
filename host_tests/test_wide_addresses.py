"""Grants where machine words have 64 bits: each address in two halves, tried without such a port.

Whatever a script of operations makes of a queue must be the same as where words have 32 bits.
"""

import itertools
from typing import Any

import pytest

from firmware.on_board import replay
from heapless_py import _grants, _port
from host_tests.containers import CONTAINERS
from host_tests.same import generated

_SCRIPTS = 12


class _LowerHalf(int):
    """Of the address of `target`; there is nothing at it without its upper half."""

    target: Any
    upper: int

    def __or__(self, shifted: int) -> Any:
        assert shifted == self.upper << 32, shifted
        return self.target


# One address has nothing in its upper half, where words are as wide; the others have each another.
_uppers = itertools.cycle((0, 0x7F42, 0x7F43))


def wide_halves(target: Any) -> tuple[_LowerHalf, int]:
    low = _LowerHalf(0x1000)
    low.target, low.upper = target, next(_uppers)
    return low, low.upper


def test_on_cpython_an_address_has_no_upper_half() -> None:
    assert _port.halves(bytearray(8))[1] == 0


def test_grants_are_the_same_where_addresses_have_two_halves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for script in generated(CONTAINERS["BBQueue"].script, _SCRIPTS):
        narrow = [outcome for outcome, _, _ in replay.replay(script)]
        with monkeypatch.context() as patch:
            patch.setattr(_grants, "WIDE", 1)
            patch.setattr(_grants, "halves", wide_halves)
            wide = [outcome for outcome, _, _ in replay.replay(script)]
        assert wide == narrow
