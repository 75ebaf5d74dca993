"""Measure on the board what each module of the library takes from the heap when it is imported.

Prints a line of JSON for each: its bytes, without those of the modules that it imports. What
several containers share is imported first, and stays; the others are forgotten one after the
other, as a small heap has no room for all of them.
"""

import gc
import json
import sys

from on_board.small_heap import collect_often

import heapless_py

_SHARED = "errors _port _image _format _sequence _checker _stream _elements _move _ring"
_OTHERS = (
    "spsc_queue",
    "ring_buffer",
    "_bip _grants bbqueue",
    "vec",
    "deque",
    "history_buf",
    "string",
    "plan arena",
    "allocation",
    "_capture",
    "_refuse",
)


def _used():
    gc.collect()
    return gc.mem_alloc()


def _measure(module):
    before = _used()
    __import__(f"heapless_py.{module}")
    print(json.dumps({"module": module, "bytes": _used() - before}))


def _forget(module):
    del sys.modules[f"heapless_py.{module}"]
    delattr(heapless_py, module)


collect_often()
for _module in _SHARED.split():
    _measure(_module)
for _together in _OTHERS:
    _modules = _together.split()
    for _module in _modules:
        _measure(_module)
    for _module in _modules:
        _forget(_module)
