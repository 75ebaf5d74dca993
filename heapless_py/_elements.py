"""Vec, Deque and HistoryBuf have this in common: elements of one format, and how many there are.

Their images begin alike, in 32-bit little-endian words:

     0        1         2        3
    +--------+---------+--------+--------+----------------------+---------------------------
    | kind   | capacity| size   | length | words of each its own| capacity x size bytes,
    +--------+---------+--------+--------+----------------------+  packed; 0 … 3 unused
      ----- at construction ----
"""

from ._checker import checker
from ._format import Format
from ._image import check_capacity, new_image, whole_words
from ._port import const, int, integers, micropython, ptr8, ptr32
from ._sequence import Sequence
from .errors import EMPTY

LENGTH = 3
COMMON = 4  # words that all of them have
NOTHING = object()  # a default that no caller has

_KIND = const(0)
_CAPACITY = const(1)
_SIZE = const(2)
_LENGTH = const(3)

_LARGEST = const(0x00FFFFFF)  # bytes of an image: as far as a board's memoryviews reach


class Elements(Sequence):
    """Up to `capacity` elements of format `fmt`.

    A class of this kind has KIND, two letters that mark its images, and WORDS, of their headers.

    For the class itself:
        _words: the header, to read and write by index.
        _layout: the format.
        _slots: the slots, to read and write by index.
        _check_element: raises unless what it is given is an element.
    """

    def __init__(self, capacity, fmt, buffer=None):
        self._layout = layout = _checked_layout(capacity, fmt, self.WORDS)
        self.image = new_image(_image_size(capacity, layout, self.WORDS), buffer)
        self.capacity = capacity
        self.format = layout.text
        self._words = words = integers(self.image, 0, "I", self.WORDS)
        words[_KIND] = self.KIND
        words[_CAPACITY] = capacity
        words[_SIZE] = layout.size
        self._slots = layout.slots(self.image, 4 * self.WORDS, capacity)
        self._check_element = checker(layout)

    @classmethod
    def size_of(cls, capacity, fmt):
        """The bytes of the image of `capacity` elements of format `fmt`.

        ISR-safe: no.
        Raises: as the constructor.
        """
        return _image_size(capacity, _checked_layout(capacity, fmt, cls.WORDS), cls.WORDS)

    @classmethod
    def from_iterable(cls, capacity, fmt, items, buffer=None):
        """One that holds `items`, in their order.

        ISR-safe: no.
        Raises: as the constructor and `extend`.
        """
        made = cls(capacity, fmt, buffer)
        made.extend(items)
        return made

    @micropython.viper
    def __len__(self) -> int:
        """The number of elements.

        ISR-safe: yes.
        Complexity: O(1).
        """
        p = ptr32(self.image)
        return p[_LENGTH]

    @micropython.viper
    def is_empty(self) -> bool:
        """Whether there is no element.

        ISR-safe: yes.
        Complexity: O(1).
        """
        p = ptr32(self.image)
        return p[_LENGTH] == 0

    @micropython.viper
    def is_full(self) -> bool:
        """Whether there is no room for one more element.

        ISR-safe: yes.
        Complexity: O(1).
        """
        p = ptr32(self.image)
        return p[_LENGTH] == p[_CAPACITY]

    def _check(self):
        """Assert every invariant of the image."""
        words = [self._words[i] for i in range(COMMON)]
        assert words == [self.KIND, self.capacity, self._layout.size, len(self)], words
        assert len(self) <= self.capacity, words
        size = _image_size(self.capacity, self._layout, self.WORDS)
        assert len(self.image) == size, len(self.image)


@micropython.viper
def exchange(image, slots: int, low: int, high: int, pairs: int):
    """Exchange the elements in slots `low` and `high`, then those between: so many pairs.

    The slots begin at the byte `slots` of the image.
    """
    p = ptr32(image)
    size = p[_SIZE]
    by_words = size & 3 == 0
    first = slots + low * size
    second = slots + high * size
    while pairs > 0:
        i = 0
        while i < size:
            if by_words:
                at = first + i >> 2
                other = second + i >> 2
                kept = p[at]
                p[at] = p[other]
                p[other] = kept
                i += 4
            else:
                at = first + i
                other = second + i
                kept = ptr8(p)[at]
                ptr8(p)[at] = ptr8(p)[other]
                ptr8(p)[other] = kept
                i += 1
        first += size
        second -= size
        pairs -= 1


@micropython.native
def found(element):
    """`element`, unless it is NOTHING: then raise Empty."""
    if element is NOTHING:
        raise EMPTY
    return element


def _checked_layout(capacity, fmt, words):
    """The layout of `fmt`, of which one may have `capacity` elements; else raise."""
    layout = Format(fmt)
    check_capacity(capacity, (_LARGEST - 4 * words) // layout.size)
    return layout


def _image_size(capacity, layout, words):
    return whole_words(4 * words + capacity * layout.size)
