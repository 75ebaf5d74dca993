"""SysTick as the port's own clock, read without disturbing it: for QEMU's STM32, with -icount.

It begins anew with each millisecond, which `time.ticks_ms` counts.
"""

from time import ticks_ms

import micropython
from micropython import const

_SYST = const(0xE000E010)  # CSR, RVR, CVR
_RUNNING = const(7)  # in CSR: on, with interrupts, at the CPU's clock

NAME = "SysTick of the port"
RESOLUTION = 1


@micropython.viper
def start() -> bool:
    """Whether it runs, and at the CPU's clock."""
    return ptr32(_SYST)[0] & _RUNNING == _RUNNING


@micropython.viper
def now() -> int:
    systick = ptr32(_SYST)
    left = systick[2]
    milliseconds = int(ticks_ms())
    again = systick[2]
    if again > left:  # a millisecond ended, before it was asked for or after
        left = again
        milliseconds = int(ticks_ms())
    return (milliseconds * (systick[1] + 1) - left) & 0x3FFFFFFF


@micropython.viper
def elapsed(begin: int, end: int) -> int:
    """Cycles from `begin` to `end`, modulo 2**30."""
    return (end - begin) & 0x3FFFFFFF
