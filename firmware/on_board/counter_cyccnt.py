"""DWT's CYCCNT, the counter of cycles that a Cortex-M3 or larger may have beside SysTick."""

import micropython
from micropython import const

_DEMCR = const(0xE000EDFC)
_TRCENA = const(0x1000000)
_DWT = const(0xE0001000)  # CTRL, CYCCNT
_LAR = const(0x3EC)  # words from there: a Cortex-M7 wants this key before it listens
_KEY = 0xC5ACCE55

NAME = "DWT CYCCNT"
RESOLUTION = 1


@micropython.viper
def start() -> bool:
    """Let it count CPU cycles, up."""
    demcr = ptr32(_DEMCR)
    demcr[0] = demcr[0] | _TRCENA
    dwt = ptr32(_DWT)
    dwt[_LAR] = int(_KEY)
    dwt[0] = dwt[0] | 1
    return True


@micropython.viper
def now() -> int:
    return ptr32(_DWT)[1] & 0x3FFFFFFF


@micropython.viper
def elapsed(begin: int, end: int) -> int:
    """Cycles from `begin` to `end`, modulo 2**30."""
    return (end - begin) & 0x3FFFFFFF
