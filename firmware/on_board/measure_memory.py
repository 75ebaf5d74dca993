"""Measure on the board what each container takes from the heap.

Prints a line of JSON for each: the bytes of its contents' memory (the image), of the objects
around it (the handle), and of the modules that its import loads, compiled on the board if they
are deployed as source. Run it first after a reset: what is imported already costs nothing.
"""

import gc
import json
from collections import deque

import micropython
from on_board.plain_ring import PlainRing

_CAPACITY = 64
_FORMAT = "i"
_IMAGE = 4 * _CAPACITY


def _used():
    gc.collect()
    return gc.mem_alloc()


def _taken_by(make):
    """The bytes that stay taken for as long as what `make()` returns is kept."""
    before = _used()
    kept = make()
    return _used() - before if kept is not None else 0


def _show(subject, image_bytes, handle_bytes, import_bytes):
    print(
        json.dumps(
            {
                "subject": subject,
                "capacity": _CAPACITY,
                "format": _FORMAT,
                "image_bytes": image_bytes,
                "handle_bytes": handle_bytes,
                "import_bytes": import_bytes,
            }
        )
    )


def _library():
    from heapless_py import SpscQueue

    return SpscQueue


_import_bytes = _taken_by(_library)
SpscQueue = _library()
_size = SpscQueue.size_of(_CAPACITY, _FORMAT)
_buffer = bytearray(_size)
_handle_bytes = _taken_by(lambda: SpscQueue(_CAPACITY, _FORMAT, _buffer))
_show("SpscQueue", _size, _handle_bytes, _import_bytes)
_show("deque", _IMAGE, _taken_by(lambda: deque((), _CAPACITY)) - _IMAGE, 0)
_show("RingIO", _IMAGE, _taken_by(lambda: micropython.RingIO(_IMAGE)) - _IMAGE, 0)
_show("plain ring", _IMAGE, _taken_by(lambda: PlainRing(_CAPACITY + 1)) - _IMAGE, 0)
