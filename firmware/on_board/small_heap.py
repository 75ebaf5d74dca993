"""Room for the compiler on a small heap, where garbage between what stays leaves it too little.

How often garbage is collected outlives a soft reset.
"""

import gc

_BETWEEN_COLLECTIONS = 4096  # bytes


def collect_often():
    """Before an import that is compiled here."""
    gc.threshold(_BETWEEN_COLLECTIONS)


def collect_when_full():
    """As MicroPython does unless told."""
    gc.threshold(-1)
