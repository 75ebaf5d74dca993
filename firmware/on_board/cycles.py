"""Count the CPU's cycles, with the best that the board has for it.

    begin = now()
    ...
    cycles = elapsed(begin, now())

Each look costs what a call costs; time nothing between two looks and subtract it.

COUNTER: what counts
RESOLUTION: how many cycles its smallest step is

What is there is found out by asking the board, and by looking whether it counts: an emulator may
have a register that stands still. A counter is a module with NAME, RESOLUTION, `start()`, which
tells whether it can be had, `now()` and `elapsed()`.
"""

import sys

_LOOKS = 1000  # until which something that counts has changed, be it a microsecond at a time
_COUNTERS = ("counter_systick", "counter_cyccnt", "counter_systick_of_port", "counter_ticks_us")
# sys.implementation._mpy's number of armv6m, and of the armv7… of microcontrollers: of all that
# has its SysTick where the others have it.
_CORTEX_M = (4, 5, 6, 7, 8)


def _first_that_counts():
    is_cortex_m = getattr(sys.implementation, "_mpy", 0) >> 10 & 15 in _CORTEX_M
    for name in _COUNTERS if is_cortex_m else _COUNTERS[-1:]:
        counter = __import__("on_board." + name, None, None, (name,))
        if counter.start() and _counts(counter):
            return counter
    raise ImportError(f"nothing counts cycles on {sys.platform}, and its clock is not known")


def _counts(counter):
    begin = counter.now()
    return any(counter.elapsed(begin, counter.now()) for _ in range(_LOOKS))


def tally(durations, counts):
    """Count in the dictionary `counts` how often each of the durations, in cycles, occurs."""
    for cycles in durations:
        counts[cycles] = counts.get(cycles, 0) + 1


_counter = _first_that_counts()
COUNTER = _counter.NAME
RESOLUTION = _counter.RESOLUTION
now = _counter.now
elapsed = _counter.elapsed
