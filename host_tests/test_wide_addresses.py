"""Grants where machine words have 64 bits: each address in two halves, tried without such a port.

Whatever a script of operations makes of a queue must be the same as where words have 32 bits.
"""

from typing import Any

import pytest

from firmware.on_board import replay
from heapless_py import _grants
from host_tests.containers import CONTAINERS
from host_tests.same import generated

_SCRIPTS = 12
_UPPER = 0x7F42


class _LowerHalf(int):
    """Of the address of `target`; there is nothing at it without its upper half."""

    target: Any

    def __or__(self, upper: int) -> Any:
        assert upper == _UPPER << 32, upper
        return self.target


def wide_halves(target: Any) -> tuple[_LowerHalf, int]:
    low = _LowerHalf(0x1000)
    low.target = target
    return low, _UPPER


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
