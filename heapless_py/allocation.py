"""no_alloc: a stretch of a program that takes no memory, as a hard interrupt does not.

    with no_alloc():
        while True:
            for event in events:
                handle(event)

On a board the heap is locked meanwhile: what allocates raises MemoryError where it does. That goes
for everything that runs meanwhile: what `micropython.schedule` and soft interrupts run, too.

CPython cannot lock its heap, and could not run anything if it did: it makes an object for almost
every value. There nothing is refused. What can be told is how many blocks of memory are in use
afterwards that were not before, which is what a program that grows has more and more of:

    handle(event)  # once before: code that runs for the first time keeps some blocks

    with no_alloc() as stretch:
        for _ in range(1000):
            handle(event)
    assert stretch.kept < 100  # 0 on a board

Temporary objects are not seen so, and other threads' are. Whether a board would raise MemoryError
is known on a board, or on MicroPython's unix port.
"""

from ._port import lock_heap, unlock_heap


class _Stretch:
    """What `with no_alloc()` gives.

    kept: how many blocks of memory the last such stretch kept, or fewer than none if it freed
        some, told by CPython; 0 on a board.
    """

    def __init__(self):
        self.kept = 0

    def __enter__(self):
        lock_heap()
        return self

    def __exit__(self, kind, error, trace):
        self.kept = unlock_heap()


_STRETCH = _Stretch()  # the one there is: to make another would allocate


def no_alloc():
    """What to put behind `with`: on a board nothing can be allocated in there.

    Such stretches may be within one another. On CPython nothing is refused; what they give has an
    attribute `kept`, for which see the begin of this module.

    ISR-safe: yes.
    Complexity: O(1).
    Raises: MemoryError, on a board, from what allocates within.
    """
    return _STRETCH
