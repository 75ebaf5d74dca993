"""What tests of your own programs need, on CPython; none of it goes on a board.

    pip install heapless_py[testing]

formats, elements, containers, operations, interrupts   strategies for Hypothesis
Interrupts, at_every_point                              an interrupt between any two steps
Registers                                               peripherals to `capture` from
"""

from .interrupts import Interrupted, Interrupts, at_every_point
from .operations import Operation, Room, operations
from .registers import Registers
from .strategies import containers, elements, formats, interrupts

__all__ = [
    "Interrupted",
    "Interrupts",
    "Operation",
    "Registers",
    "Room",
    "at_every_point",
    "containers",
    "elements",
    "formats",
    "interrupts",
    "operations",
]
