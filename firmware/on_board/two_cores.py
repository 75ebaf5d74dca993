"""Containers between the two cores of an RP2040: each side on a core, or handed to and fro.

    two_cores.apart("bbqueue", "stream", 4000, 50000, seed)    the writing side on core 1, then the
                                                               reading one
    two_cores.around("bbqueue", "framed", 64, 5000, seed)      both sides go from core to core

It is `on_board.stress` that does it, see there, with what this chip wants: its threads are its
cores, and garbage is collected between two runs, never in one. For the port finds what the other
core uses on that one's stack, but not in its registers. So a run must end before memory does.
"""

import _thread
import gc
import time
from array import array

from on_board import stress

_CPUID = 0xD0000000  # which core reads this
_STACK_BYTES = 8192
_WRITING, _READING = 0, 1
_BETWEEN_LOOKS = 1000  # turns with nothing to do; each look whether anything moves takes memory
_REST_MS = 20  # in which the other core has ended its thread


def cores():
    """The cores that this thread and a new one run on: [0, 1] on an RP2040 whose cores both work.

    On a chip, or an emulator, without a second core it never comes back.
    """
    from machine import mem32

    found = array("i", [mem32[_CPUID], -1])

    def look():
        found[1] = mem32[_CPUID]

    _thread.start_new_thread(look, ())
    begin = time.ticks_ms()
    while found[1] < 0 and time.ticks_diff(time.ticks_ms(), begin) < 1000:
        pass
    return list(found)


def apart(name, kind, capacity, amount, seed):
    """Each side on a core of its own, and then each on the other one."""
    for away in (_WRITING, _READING):
        _run(stress.apart, name, kind, capacity, amount, seed, away)


def around(name, kind, capacity, amount, seed):
    """Both sides handed from core to core, for a step each."""
    _run(stress.around, name, kind, capacity, amount, seed, 2)


def _run(way, name, *arguments):
    __import__("on_board.stress." + name)  # now: what it leaves can be collected
    time.sleep_ms(_REST_MS)
    gc.collect()
    gc.disable()
    try:
        way(name, *arguments)
    except SystemExit:  # which would end the REPL, too
        raise OSError("the line before tells what was wrong")
    finally:
        gc.enable()


_thread.stack_size(_STACK_BYTES)
stress.SPINS = _BETWEEN_LOOKS
