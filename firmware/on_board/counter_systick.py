"""SysTick as a counter of cycles, where the port has no use for it: on rp2, on QEMU's of 1.25."""

import micropython
from micropython import const

_SYST = const(0xE000E010)  # CSR, RVR, CVR
_TICKINT = const(2)  # in CSR: somebody waits for its interrupts

NAME = "SysTick"
RESOLUTION = 1


@micropython.viper
def start() -> bool:
    """Let it count CPU cycles, down, 24 bits, unless it is the port's own clock."""
    systick = ptr32(_SYST)
    if systick[0] & _TICKINT:
        return False
    systick[1] = 0xFFFFFF
    systick[2] = 0
    systick[0] = 5  # on, at the CPU's clock, no interrupt
    return True


@micropython.viper
def now() -> int:
    return ptr32(_SYST)[2]


@micropython.viper
def elapsed(begin: int, end: int) -> int:
    """Cycles from `begin` to `end`, modulo 2**24."""
    return (begin - end) & 0xFFFFFF
