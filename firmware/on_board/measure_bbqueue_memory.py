"""Measure on the board what BBQueue takes from the heap: see `memory`."""

from on_board.memory import show, taken_by

_CAPACITY = 256


def _library():
    from heapless_py import BBQueue

    return BBQueue


def _split():
    queue = BBQueue(_CAPACITY, _buffer)
    queue.split()
    return queue


def _split_framed():
    queue = BBQueue(_CAPACITY, _buffer)
    queue.split_framed()
    return queue


_import_bytes = taken_by(_library)
BBQueue = _library()
_size = BBQueue.size_of(_CAPACITY)
_buffer = bytearray(_size)
for _subject, _make in (
    ("BBQueue, split", _split),
    ("BBQueue, split_framed", _split_framed),
):
    show(_subject, _CAPACITY, "", _size, taken_by(_make), _import_bytes)
