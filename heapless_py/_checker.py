"""Tells whether something is an element of a format; of integers, without allocating."""

from ._format import small_limits
from ._port import int, micropython


def checker(layout):
    """`layout.check`; for integers a faster one, which a hard interrupt may call too."""
    check = layout.check
    if not layout.code:
        return check
    low, high = small_limits(layout.code)

    @micropython.viper
    def check_integer(x):
        """Raise ValueError or TypeError unless `x` is an integer that fits."""
        if x < low or x > high:
            check(x)
        else:
            int(x)  # raises, of a float between them

    return check_integer
