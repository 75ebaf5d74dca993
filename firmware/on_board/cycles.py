"""Count the CPU's cycles: SysTick on an RP2040, DWT's CYCCNT on an STM32.

    begin = now()
    ...
    cycles = elapsed(begin, now())

Each look costs what a call costs; time nothing between two looks and subtract it.
"""

import sys

import micropython
from micropython import const

_SYST = const(0xE000E010)  # CSR, RVR, CVR
_DEMCR = const(0xE000EDFC)
_DWT = const(0xE0001000)  # CTRL, CYCCNT

if sys.platform == "rp2":
    COUNTER = "SysTick"

    @micropython.viper
    def start():
        """Let SysTick count CPU cycles, down, 24 bits; the rp2 port leaves it alone."""
        systick = ptr32(_SYST)
        systick[1] = 0xFFFFFF
        systick[2] = 0
        systick[0] = 5  # on, at the CPU's clock, no interrupt

    @micropython.viper
    def now() -> int:
        return ptr32(_SYST)[2]

    @micropython.viper
    def elapsed(begin: int, end: int) -> int:
        """Cycles from `begin` to `end`, modulo 2**24."""
        return (begin - end) & 0xFFFFFF

elif sys.platform == "pyboard":  # every STM32 calls itself that
    COUNTER = "DWT CYCCNT"

    @micropython.viper
    def start():
        """Let CYCCNT count CPU cycles, up; SysTick is the port's own clock there."""
        demcr = ptr32(_DEMCR)
        demcr[0] = demcr[0] | 0x1000000  # TRCENA
        dwt = ptr32(_DWT)
        dwt[0] = dwt[0] | 1

    @micropython.viper
    def now() -> int:
        return ptr32(_DWT)[1] & 0x3FFFFFFF

    @micropython.viper
    def elapsed(begin: int, end: int) -> int:
        """Cycles from `begin` to `end`, modulo 2**30."""
        return (end - begin) & 0x3FFFFFFF

else:
    raise ImportError(f"no cycle counter is known for {sys.platform}")


def tally(durations, counts):
    """Count in the dictionary `counts` how often each of the durations, in cycles, occurs."""
    for cycles in durations:
        counts[cycles] = counts.get(cycles, 0) + 1


start()
_begin = now()
if elapsed(_begin, now()) == 0:
    raise ImportError(f"{COUNTER} does not count on this board")
