"""When two figures differ by more than measuring them again would make them differ.

Nothing else is called a change. What is here of an emulated board was seen in two reports of one
library: of 178 medians two were more than 1 % apart, of operations that take a thousand times
longer when they collect garbage; of nine highest rates one was, by 10 %.
"""

from board_tests.report.schema import Cycles, Memory, Rate

_CYCLES = 0.01  # of a median
_RATES = 0.10  # of a period found by bisection: whether a burst loses one event hangs on a moment
# MicroPython keeps names in blocks, which fall to the module that needs the next one: two runs of
# the same modules, in which a line had changed elsewhere, differed by 128 bytes.
BLOCK_OF_NAMES = 256


def apart(a: float, b: float, share: float = _CYCLES) -> bool:
    """Whether the larger is more than that share above the smaller."""
    return max(a, b) > (1 + share) * min(a, b)


def cycles_changed(a: Cycles, b: Cycles) -> bool:
    """Whether the medians are apart, and not only because single runs are.

    They are if one median is where the other report has no runs; or else if fast, usual and slow
    runs have all moved the same way.
    """
    if not apart(a["median"], b["median"]):
        return False
    if not (_reaches(a, b["median"]) and _reaches(b, a["median"])):
        return True
    moves = [(a["min"], b["min"]), (a["median"], b["median"]), (a["p99"], b["p99"])]
    return all(apart(*move) for move in moves) and len({was < now for was, now in moves}) == 1


def _reaches(cycles: Cycles, value: float) -> bool:
    return cycles["min"] <= value <= cycles["p99"]


def rate_changed(a: Rate, b: Rate) -> bool:
    """Whether the limits are apart: each lies within one step below the period that was found."""
    slow, fast = sorted((a, b), key=lambda rate: rate["period_cycles"], reverse=True)
    overlap = slow["period_cycles"] - slow["resolution_cycles"] < fast["period_cycles"]
    return not overlap and apart(a["period_cycles"], b["period_cycles"], _RATES)


def lost_changed(a: int, b: int) -> bool:
    """Whether one loses interrupts and the other does not, or far more of them."""
    return apart(a, b, _RATES)


def import_changed(a: Memory, b: Memory) -> bool:
    return abs(a["import_bytes"] - b["import_bytes"]) > BLOCK_OF_NAMES
