"""Measure what one operation costs: cycles, and bytes of heap. For the programs `measure_…`.

An operation is a line of statements on local variables, run once between two looks at the cycle
counter; before each of many runs everything is set up, and after it the effect is checked, so that
nothing is timed that did not happen.
"""

import gc
import json
from array import array

import micropython
from on_board.cycles import elapsed, now, tally

_RUNS = 100


def measure(facts, statements, operands, prepare, happened):
    """Print, with the `facts`, what `statements` cost, whose variables a, b, c are the `operands`.

    `prepare()` sets up; `happened()` tells afterwards whether the statements did their work.
    """
    timed = _compile(statements)
    timed_warm = _compile(statements, _look_ups(statements))
    durations = {}
    a, b, c = operands + (None,) * (3 - len(operands))
    cycles = array("i", bytes(4 * _RUNS))
    for run in range(_RUNS):
        prepare()
        cycles[run] = timed_warm(now, elapsed, a, b, c) - empty_call_cycles
        if not happened():
            raise AssertionError(f"no effect: {facts}")
    tally(cycles, durations)
    facts["durations"] = durations
    facts["allocated_bytes"] = _allocated(timed, prepare, a, b, c)
    facts["heap_locked"] = _runs_locked(timed, prepare, a, b, c)
    print(json.dumps(facts))


def _look_ups(statements):
    """The operands' attributes that `statements` look up, each looked up once more.

    The interpreter remembers where it found a name, at one of 128 places that names share; which
    of them the preparation took is chance. A program's loop finds a name where it found it last.
    """
    found = []
    for operand in "abc":
        for rest in statements.split(operand + ".")[1:]:
            end = 0
            while end < len(rest) and (rest[end].isalpha() or rest[end] == "_"):
                end += 1
            found.append(f"{operand}.{rest[:end]}")
    return "; ".join(found) or "pass"


def _compile(statements, before="pass"):
    """A function that times `statements`. Locals only: what a global costs depends on its name."""
    names = {}
    exec(
        "def timed(now, elapsed, a, b, c):\n"
        f"    {before}\n"
        "    begin = now()\n"
        f"    {statements}\n"
        "    return elapsed(begin, now())\n",
        names,
    )
    return names["timed"]


def _allocated(timed, prepare, a, b, c):
    """Bytes that the heap lost to one run, beyond those that timing nothing takes."""
    prepare()
    gc.collect()
    gc.disable()
    begin = gc.mem_alloc()
    _empty(now, elapsed, a, b, c)
    middle = gc.mem_alloc()
    timed(now, elapsed, a, b, c)
    end = gc.mem_alloc()
    gc.enable()
    return (end - middle) - (middle - begin)


def _runs_locked(timed, prepare, a, b, c):
    """Whether one run succeeds while nothing can be allocated."""
    prepare()
    micropython.heap_lock()
    try:
        timed(now, elapsed, a, b, c)
        return True
    except MemoryError:
        return False
    finally:
        micropython.heap_unlock()


_empty = _compile("pass")
empty_call_cycles = sorted(_empty(now, elapsed, None, None, None) for _ in range(_RUNS))[
    _RUNS // 2
]
