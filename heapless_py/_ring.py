"""Deque and HistoryBuf have this in common: their elements lie in a ring of slots.

Behind the words that all containers of elements have, their images have the word

     4
    +--------+
    | head   |
    +--------+

which is the slot of the first element. Element i is in slot head + i, around the end of the ring.
So the elements lie in one run of slots, or in two, of which the second begins at slot 0.
"""

from ._elements import Elements
from ._port import SplitWindow, aim, const, int, micropython, ptr32
from ._sequence import checked_index

HEAD = 4

_CAPACITY = const(1)
_SIZE = const(2)
_LENGTH = const(3)
_HEAD = const(4)


class Ring(Elements):
    """Elements in a ring.

    For the class itself, besides those of Elements:
        _slot: the slot of the element at an index, from the end if it is negative; -1 for none.
    """

    def __init__(self, capacity, fmt, buffer=None):
        super().__init__(capacity, fmt, buffer)
        self._slot = _slot_finder(self.image, capacity)
        self._runs = SplitWindow(self.image)

    @micropython.native
    def get(self, index, default=None):
        """The element at `index`, from the end if it is negative; `default` if there is none.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board (`as_slices` shows their bytes).
        Complexity: O(1).
        Raises: TypeError when `index` is no int.
        """
        at = self._slot(index)
        return default if at < 0 else self._slots[at]

    @micropython.native
    def __getitem__(self, index):
        """The element at `index`, from the end if it is negative; of a slice, a list of them.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, a record, and the list
            are heap objects on a board (`as_slices` shows their bytes).
        Complexity: O(1); of a slice O(n).
        Raises: IndexError when there is none; TypeError when `index` is neither int nor slice;
            ValueError when the step of a slice is 0.
        """
        if isinstance(index, slice):
            return self._part(index)
        at = self._slot(index)
        if at < 0:
            checked_index(index, len(self))
        return self._slots[at]

    def _part(self, part):
        return [self[i] for i in range(*part.indices(len(self)))]

    @micropython.viper
    def as_slices(self):
        """Two memoryviews of the elements' packed bytes: up to the wrap, and those after it.

        The first is empty only if there are no elements; the second if they do not wrap. On
        MicroPython they are the same two objects each time, which look at the elements of the
        latest call; so do not keep them.

        ISR-safe: yes.
        Complexity: O(1).
        """
        p = ptr32(self.image)
        size = p[_SIZE]
        head = p[_HEAD]
        length = p[_LENGTH]
        before = p[_CAPACITY] - head
        if before > length:
            before = length
        begin = int(self.WORDS) << 2
        runs = self._runs
        aim(runs.window, begin + head * size, before * size)
        aim(runs.second, begin, (length - before) * size)
        return runs.views

    def _check(self):
        """Assert every invariant of the image."""
        super()._check()
        assert self._words[HEAD] < self.capacity, self._words[HEAD]


def _slot_finder(image, capacity):
    least = -capacity

    @micropython.viper
    def slot(index) -> int:
        """The slot of the element at `index`, from the end if it is negative; -1 for none."""
        i = int(index)  # the low 32 bits of it, if it is an integer
        if index < least or index >= capacity:
            return -1
        p = ptr32(image)
        length = p[_LENGTH]
        if i < 0:
            i += length
        if i < 0 or i >= length:
            return -1
        i += p[_HEAD]
        if i >= p[_CAPACITY]:
            i -= p[_CAPACITY]
        return i

    return slot
