"""Measure on the board what SpscQueue and its peers take from the heap: see `memory`."""

from array import array
from collections import deque

import micropython
from on_board.memory import show, taken_by
from on_board.plain_ring import PlainRing

_CAPACITY = 64
_FORMAT = "i"
_IMAGE = 4 * _CAPACITY


def _library():
    from heapless_py import SpscQueue

    return SpscQueue


_import_bytes = taken_by(_library)
SpscQueue = _library()
_size = SpscQueue.size_of(_CAPACITY, _FORMAT)
_buffer = bytearray(_size)
# Its ends are part of it from the start.
_handle_bytes = taken_by(lambda: SpscQueue(_CAPACITY, _FORMAT, _buffer))
show("SpscQueue", _CAPACITY, _FORMAT, _size, _handle_bytes, _import_bytes)
for _subject, _make in (
    ("list", lambda: [0] * _CAPACITY),
    ("array", lambda: array(_FORMAT, bytes(_IMAGE))),
    ("deque", lambda: deque((), _CAPACITY)),
    ("RingIO", lambda: micropython.RingIO(_IMAGE)),
    ("plain ring", lambda: PlainRing(_CAPACITY + 1)),
):
    show(_subject, _CAPACITY, _FORMAT, _IMAGE, taken_by(_make) - _IMAGE, 0)
