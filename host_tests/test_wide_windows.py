"""Views where machine words have 64 bits: aimed by the same stores, tried without such a port.

On CPython a window is of two 32-bit words. Here it is as on a 64-bit MicroPython: four, of which
the second and the fourth stay, and the first has bits of its own. Whatever a script of operations
makes of a container must be the same with both.
"""

import struct

import pytest

from firmware.on_board import replay
from heapless_py import _port
from host_tests.containers import CONTAINERS
from host_tests.same import generated

_SCRIPTS = 12
_OWN_BITS = 0xC3  # the code of its items; the lowest one tells the width of a word


def new_window() -> bytearray:
    return bytearray(struct.pack("<4I", _OWN_BITS, 0, 0, 0))


def seen_through(image: bytearray, window: bytearray) -> memoryview:
    first, high, length, rest = struct.unpack("<4I", window)
    assert (first & 0xFF, high, rest) == (_OWN_BITS, 0, 0)
    return memoryview(image)[first >> 8 :][:length]


def make_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    def one(self: _port.SlicedWindow, image: bytearray) -> None:
        self._image = image
        self.window = new_window()

    def two(self: _port.SplitSlicedWindow, image: bytearray) -> None:
        one(self, image)
        self.second = new_window()

    monkeypatch.setattr(_port.SlicedWindow, "__init__", one)
    monkeypatch.setattr(_port.SplitSlicedWindow, "__init__", two)
    monkeypatch.setattr(_port, "_slice", seen_through)


@pytest.mark.parametrize("container", CONTAINERS)
def test_views_are_the_same_where_words_have_64_bits(
    container: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for script in generated(CONTAINERS[container].script, _SCRIPTS):
        narrow = [outcome for outcome, _, _ in replay.replay(script)]
        with monkeypatch.context() as patch:
            make_wide(patch)
            wide = [outcome for outcome, _, _ in replay.replay(script)]
        assert wide == narrow
