"""Deque: a double-ended queue, after Rust's `heapless::Deque`.

It does what `collections.deque` does, under the names of Rust, at a fixed capacity. One context at
a time may use it: not a program and an interrupt that stops it. Those share an `SpscQueue`.

Moving elements between the ends of the ring (`rotate`, `del`, `make_contiguous`) goes in place.
"""

from ._elements import LENGTH, NOTHING, exchange, found
from ._format import small_limits
from ._image import check_readable, check_writable
from ._move import move
from ._port import const, copy, int, micropython, ptr8, ptr16, ptr32
from ._ring import HEAD, Ring
from ._sequence import check_integer, checked_index
from .errors import EMPTY, FULL

# The words of the image, as `_elements` and `_ring` draw them.
_CAPACITY = const(1)
_SIZE = const(2)
_LENGTH = const(3)
_HEAD = const(4)
# Then the slots, in words and in bytes from the image's begin:
_WORDS = const(5)
_BYTES = const(20)


def _integer_back_pusher(image, layout):
    """`try_push_back` for integers: a closure, as a method would look up its attributes."""
    low, high = small_limits(layout.code)
    check = layout.check

    @micropython.viper
    def try_push_back(x) -> bool:
        """Put the integer `x` at the back: True, or False when the deque is full.

        ISR-safe: yes; an `x` of 2**30 and more, or below -2**30, is a heap object on a board, and
            comparing it with the limits takes more.
        Complexity: O(1).
        Raises: ValueError when `x` is out of the format's range; TypeError when it is no int.
        """
        value = int(x)
        if x < low or x > high:
            check(x)
        p = ptr32(image)
        length = p[_LENGTH]
        if length == p[_CAPACITY]:
            return False
        at = p[_HEAD] + length
        if at >= p[_CAPACITY]:
            at -= p[_CAPACITY]
        size = p[_SIZE]
        if size == 4:
            p[_WORDS + at] = value
        elif size == 2:
            ptr16(p)[2 * _WORDS + at] = value
        else:
            ptr8(p)[_BYTES + at] = value
        p[_LENGTH] = length + 1
        return True

    return try_push_back


def _integer_front_pusher(image, layout):
    """`try_push_front` for integers."""
    low, high = small_limits(layout.code)
    check = layout.check

    @micropython.viper
    def try_push_front(x) -> bool:
        """Put the integer `x` at the front: True, or False when the deque is full.

        ISR-safe: yes; an `x` of 2**30 and more, or below -2**30, is a heap object on a board, and
            comparing it with the limits takes more.
        Complexity: O(1).
        Raises: ValueError when `x` is out of the format's range; TypeError when it is no int.
        """
        value = int(x)
        if x < low or x > high:
            check(x)
        p = ptr32(image)
        length = p[_LENGTH]
        if length == p[_CAPACITY]:
            return False
        at = p[_HEAD]
        if at == 0:
            at = p[_CAPACITY]
        at -= 1
        size = p[_SIZE]
        if size == 4:
            p[_WORDS + at] = value
        elif size == 2:
            ptr16(p)[2 * _WORDS + at] = value
        else:
            ptr8(p)[_BYTES + at] = value
        p[_HEAD] = at
        p[_LENGTH] = length + 1
        return True

    return try_push_front


def _record_pusher(image, layout, slots, at_front):
    """`try_push_front` for records or, if `at_front` is 0, `try_push_back`."""

    def try_push(x):
        """Put the record `x`, a tuple of its fields, at this end: True, or False when full.

        ISR-safe: no (it takes a tuple apart; `try_push_back_from` and `try_push_front_from` take
            packed bytes).
        Complexity: O(fields).
        Raises: ValueError or TypeError when `x` does not fit the format.
        """
        layout.check(x)
        at = _free_slot(image, at_front)
        if at < 0:
            return False
        slots[at] = x
        _grow(image, at_front)
        return True

    return try_push


def _back_popper(image, slots):
    """`try_pop_back`, for integers and records."""

    @micropython.viper
    def try_pop_back(default):
        """Take out the last element; `default` when the deque is empty.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board (`try_pop_back_into` reads into a buffer).
        Complexity: O(1).
        """
        p = ptr32(image)
        length = p[_LENGTH] - 1
        if length < 0:
            return default
        at = p[_HEAD] + length
        if at >= p[_CAPACITY]:
            at -= p[_CAPACITY]
        element = slots[at]
        p[_LENGTH] = length
        return element

    return try_pop_back


def _front_popper(image, slots):
    """`try_pop_front`, for integers and records."""

    @micropython.viper
    def try_pop_front(default):
        """Take out the first element; `default` when the deque is empty.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board (`try_pop_front_into` reads into a buffer).
        Complexity: O(1).
        """
        p = ptr32(image)
        length = p[_LENGTH] - 1
        if length < 0:
            return default
        head = p[_HEAD]
        element = slots[head]
        head += 1
        if head == p[_CAPACITY]:
            head = 0
        p[_HEAD] = head
        p[_LENGTH] = length
        return element

    return try_pop_front


@micropython.viper
def _free_slot(image, at_front: int) -> int:
    """The slot for a new first element, or else for a new last one; -1 when the deque is full."""
    p = ptr32(image)
    capacity = p[_CAPACITY]
    length = p[_LENGTH]
    if length == capacity:
        return -1
    if at_front:
        length = capacity - 1  # so many slots on is one back
    at = p[_HEAD] + length
    if at >= capacity:
        at -= capacity
    return at


@micropython.viper
def _grow(image, at_front: int):
    """Let what is in the slot that `_free_slot` told be an element."""
    p = ptr32(image)
    if at_front:
        p[_HEAD] = int(_free_slot(image, 1))
    p[_LENGTH] += 1


@micropython.viper
def _push_from(image, buffer, at_front: int) -> bool:
    p = ptr32(image)
    size = p[_SIZE]
    check_readable(buffer, size)
    at = int(_free_slot(image, at_front))
    if at < 0:
        return False
    copy(image, buffer, size, _BYTES + at * size, 0)
    _grow(image, at_front)
    return True


@micropython.viper
def _pop_into(image, buffer, at: int, is_last: int) -> bool:
    """Take the element out of slot `at`, which is the last one's or else the first one's."""
    p = ptr32(image)
    size = p[_SIZE]
    check_writable(buffer, size)
    if at < 0:
        return False
    _remove(image, at, is_last)  # first, as `buffer` may be memory of this very image
    copy(buffer, image, size, 0, _BYTES + at * size)
    return True


@micropython.viper
def _remove(image, at: int, by_last: int):
    """Drop the element in slot `at`; the last element takes its place, or else the first."""
    p = ptr32(image)
    size = p[_SIZE]
    head = p[_HEAD]
    length = p[_LENGTH] - 1
    source = head
    if by_last:
        source += length
        if source >= p[_CAPACITY]:
            source -= p[_CAPACITY]
    else:
        head += 1
        if head == p[_CAPACITY]:
            head = 0
    move(image, _BYTES + at * size, _BYTES + source * size, size)
    p[_HEAD] = head
    p[_LENGTH] = length


@micropython.viper
def _keep(image, marks, count: int):
    """Keep the elements whose byte in `marks`, one for each of the `count` elements, is not 0."""
    p = ptr32(image)
    mark = ptr8(marks)
    size = p[_SIZE]
    source = p[_HEAD]
    target = source
    kept = 0
    i = 0
    while i < count:
        if mark[i]:
            move(image, _BYTES + target * size, _BYTES + source * size, size)
            kept += 1
            target += 1
            if target == p[_CAPACITY]:
                target = 0
        source += 1
        if source == p[_CAPACITY]:
            source = 0
        i += 1
    p[_LENGTH] = kept


@micropython.viper
def _rotate(image, count: int):
    """Move the last `count` elements before the first; `count` is less than their number."""
    count = int(count)  # raises, of a float
    p = ptr32(image)
    size = p[_SIZE]
    capacity = p[_CAPACITY]
    length = p[_LENGTH]
    head = p[_HEAD]
    if length == capacity:
        # The slot before the first element is that of the last: all are where they belong.
        head -= count
        if head < 0:
            head += capacity
    elif 2 * count <= length:
        while count > 0:
            if head == 0:
                head = capacity
            head -= 1
            source = head + length
            if source >= capacity:
                source -= capacity
            move(image, _BYTES + head * size, _BYTES + source * size, size)
            count -= 1
    else:
        # The shorter way: the others go behind the last.
        count = length - count
        while count > 0:
            target = head + length
            if target >= capacity:
                target -= capacity
            move(image, _BYTES + target * size, _BYTES + head * size, size)
            head += 1
            if head == capacity:
                head = 0
            count -= 1
    p[_HEAD] = head


@micropython.viper
def _unwrap(image):
    """Move the elements to the begin of the ring, unless they are in one run.

    Two runs change places by three reversals: of each of them, and then of both together.
    (Jon Bentley, "Programming Pearls", 1986, column 2.)
    """
    p = ptr32(image)
    size = p[_SIZE]
    head = p[_HEAD]
    length = p[_LENGTH]
    before = p[_CAPACITY] - head  # elements up to the wrap
    after = length - before
    if after > 0:
        # The first run comes down to the end of the second: no free slots are between them.
        move(image, _BYTES + after * size, _BYTES + head * size, before * size)
        exchange(image, _BYTES, 0, after - 1, after >> 1)
        exchange(image, _BYTES, after, length - 1, before >> 1)
        exchange(image, _BYTES, 0, length - 1, length >> 1)
        p[_HEAD] = 0


class Deque(Ring):
    """A double-ended queue of up to `capacity` elements of format `fmt`.

    capacity: elements, 1 and more.
    fmt: a `struct` format: one integer of b B h H i I, or a record such as "IhB".
    buffer: writable memory for the image, of `size_of(capacity, fmt)` bytes or more, beginning at
        a multiple of 4: a bytearray, a memoryview of bytes, an array. So much of it is cleared; do
        not resize it any more. None for fresh memory.

    Raises: ValueError or TypeError when an argument is not as above.

    At the back: push_back, pop_back, back, extend, +=; packed: push_back_from, pop_back_into
    At the front: push_front, pop_front, front, extend_front; packed: push_front_from,
        pop_front_into
    All of these but += also with try_ before the name.
    By index: d[i], d[i] = x, d[i:j] (a list), get, swap, del d[i], swap_remove_front,
        swap_remove_back
    All of them: rotate, retain, truncate, clear, make_contiguous, as_slices
    Look: iteration, reversed, in, index, count, ==, <
    Ask: len, bool, capacity, format, is_full, is_empty
    Plan: size_of, from_iterable

    `try_push_back`, `try_push_front`, `try_pop_back` and `try_pop_front` are attributes, so that
    looking them up in a handler allocates nothing.

    One context at a time may use it: a program and an interrupt handler must not both do so.

    The image, in 32-bit little-endian words:

         0        1         2        3        4        5
        +--------+---------+--------+--------+--------+----------------------------------
        | kind   | capacity| size   | length | head   | capacity x size bytes, packed;
        +--------+---------+--------+--------+--------+  0 … 3 unused
          ---- at construction ----

    The elements are in the `length` slots from `head` on, the front first, around the end.
    """

    KIND = 0x5144  # "DQ"
    WORDS = 5

    def __init__(self, capacity, fmt, buffer=None):
        super().__init__(capacity, fmt, buffer)
        image, layout, slots = self.image, self._layout, self._slots
        if layout.code:
            self.try_push_back = _integer_back_pusher(image, layout)
            self.try_push_front = _integer_front_pusher(image, layout)
        else:
            self.try_push_back = _record_pusher(image, layout, slots, 0)
            self.try_push_front = _record_pusher(image, layout, slots, 1)
        self.try_pop_back = _back_popper(image, slots)
        self.try_pop_front = _front_popper(image, slots)

    @micropython.native
    def push_back(self, x):
        """Put `x` at the back.

        ISR-safe: no (it raises; `try_push_back` does not).
        Complexity: O(1).
        Raises: Full; ValueError or TypeError when `x` does not fit the format.
        """
        if not self.try_push_back(x):
            raise FULL

    @micropython.native
    def push_front(self, x):
        """Put `x` at the front.

        ISR-safe: no (it raises; `try_push_front` does not).
        Complexity: O(1).
        Raises: Full; ValueError or TypeError when `x` does not fit the format.
        """
        if not self.try_push_front(x):
            raise FULL

    @micropython.native
    def pop_back(self):
        """Take out the last element.

        ISR-safe: no (it raises; `try_pop_back` does not).
        Complexity: O(1).
        Raises: Empty.
        """
        return found(self.try_pop_back(NOTHING))

    @micropython.native
    def pop_front(self):
        """Take out the first element.

        ISR-safe: no (it raises; `try_pop_front` does not).
        Complexity: O(1).
        Raises: Empty.
        """
        return found(self.try_pop_front(NOTHING))

    @micropython.native
    def try_back(self, default):
        """The last element, which stays; `default` when the deque is empty.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board (`as_slices` shows their bytes).
        Complexity: O(1).
        """
        return self.get(-1, default)

    @micropython.native
    def try_front(self, default):
        """The first element, which stays; `default` when the deque is empty.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board (`as_slices` shows their bytes).
        Complexity: O(1).
        """
        return self.get(0, default)

    def back(self):
        """The last element, which stays.

        ISR-safe: no (it raises; `try_back` does not).
        Complexity: O(1).
        Raises: Empty.
        """
        return found(self.get(-1, NOTHING))

    def front(self):
        """The first element, which stays.

        ISR-safe: no (it raises; `try_front` does not).
        Complexity: O(1).
        Raises: Empty.
        """
        return found(self.get(0, NOTHING))

    def try_push_back_from(self, buffer):
        """Put the element packed at the begin of `buffer` at the back: True, or False when full.

        `buffer` is any memory; an element is `struct.calcsize("<" + format)` bytes of it.

        ISR-safe: yes.
        Complexity: O(element size).
        Raises: ValueError when `buffer` is shorter than an element; TypeError when no memory.
        """
        return _push_from(self.image, buffer, 0)

    def try_push_front_from(self, buffer):
        """Put the element packed at the begin of `buffer` at the front: True, or False when full.

        `buffer` is any memory; an element is `struct.calcsize("<" + format)` bytes of it.

        ISR-safe: yes.
        Complexity: O(element size).
        Raises: ValueError when `buffer` is shorter than an element; TypeError when no memory.
        """
        return _push_from(self.image, buffer, 1)

    def push_back_from(self, buffer):
        """Put the element packed at the begin of `buffer` at the back.

        ISR-safe: no (it raises; `try_push_back_from` does not).
        Complexity: O(element size).
        Raises: Full; else as `try_push_back_from`.
        """
        if not self.try_push_back_from(buffer):
            raise FULL

    def push_front_from(self, buffer):
        """Put the element packed at the begin of `buffer` at the front.

        ISR-safe: no (it raises; `try_push_front_from` does not).
        Complexity: O(element size).
        Raises: Full; else as `try_push_front_from`.
        """
        if not self.try_push_front_from(buffer):
            raise FULL

    def try_pop_back_into(self, buffer):
        """Take out the last element, packed, to the begin of `buffer`: True, or False when empty.

        ISR-safe: yes.
        Complexity: O(element size).
        Raises: ValueError when `buffer` is shorter than an element; TypeError when not writable.
        """
        return _pop_into(self.image, buffer, self._slot(-1), 1)

    def try_pop_front_into(self, buffer):
        """Take out the first element, packed, to the begin of `buffer`: True, or False when empty.

        ISR-safe: yes.
        Complexity: O(element size).
        Raises: ValueError when `buffer` is shorter than an element; TypeError when not writable.
        """
        return _pop_into(self.image, buffer, self._slot(0), 0)

    def pop_back_into(self, buffer):
        """Take out the last element, packed, to the begin of `buffer`.

        ISR-safe: no (it raises; `try_pop_back_into` does not).
        Complexity: O(element size).
        Raises: Empty; else as `try_pop_back_into`.
        """
        if not self.try_pop_back_into(buffer):
            raise EMPTY

    def pop_front_into(self, buffer):
        """Take out the first element, packed, to the begin of `buffer`.

        ISR-safe: no (it raises; `try_pop_front_into` does not).
        Complexity: O(element size).
        Raises: Empty; else as `try_pop_front_into`.
        """
        if not self.try_pop_front_into(buffer):
            raise EMPTY

    def try_extend(self, items):
        """Put all of `items` at the back, in their order: True, or False when there is no room for
        them all. It is all or nothing, also when anything is raised.

        ISR-safe: no (it makes a list of them first).
        Complexity: O(items).
        Raises: ValueError or TypeError when one does not fit the format; what `items` raise.
        """
        return self._push_all(items, self.try_push_back)

    def try_extend_front(self, items):
        """Put all of `items` at the front, one before the other: True, or False when there is no
        room for them all. It is all or nothing, also when anything is raised.

        The last of them will be the first, as with `collections.deque.extendleft`.

        ISR-safe: no (it makes a list of them first).
        Complexity: O(items).
        Raises: ValueError or TypeError when one does not fit the format; what `items` raise.
        """
        return self._push_all(items, self.try_push_front)

    def _push_all(self, items, push):
        checked = []
        for x in items:
            if len(checked) == self.capacity:
                return False  # they may have no end
            self._check_element(x)
            checked.append(x)
        if len(checked) > self.capacity - len(self):
            return False
        for x in checked:
            push(x)
        return True

    def extend(self, items):
        """Put all of `items` at the back, in their order.

        ISR-safe: no (it makes a list of them first).
        Complexity: O(items).
        Raises: Full when there is no room for them all; else as `try_extend`.
        """
        if not self.try_extend(items):
            raise FULL

    def extend_front(self, items):
        """Put all of `items` at the front, one before the other.

        ISR-safe: no (it makes a list of them first).
        Complexity: O(items).
        Raises: Full when there is no room for them all; else as `try_extend_front`.
        """
        if not self.try_extend_front(items):
            raise FULL

    def __iadd__(self, items):
        """Put all of `items` at the back, as `extend` does.

        ISR-safe: no.
        Complexity: O(items).
        Raises: as `extend`.
        """
        self.extend(items)
        return self

    @micropython.native
    def __setitem__(self, index, x):
        """Replace the element at `index`, from the end if it is negative, by `x`.

        ISR-safe: yes, for integers; an `x` of 2**30 and more, or below -2**30, is a heap object
            on a board, and comparing it with the limits takes more.
        Complexity: O(1).
        Raises: IndexError when there is none; TypeError when `index` is no int, such as a slice;
            ValueError or TypeError when `x` does not fit the format.
        """
        at = self._at(index)
        self._check_element(x)
        self._slots[at] = x

    def __delitem__(self, index):
        """Drop the element at `index`, from the end if negative; the others keep their order.

        ISR-safe: yes.
        Complexity: O(elements to its nearer end).
        Raises: IndexError when there is none; TypeError when `index` is no int, such as a slice.
        """
        at = checked_index(index, len(self))
        self.rotate(-at)
        _remove(self.image, self._words[HEAD], 0)
        self.rotate(at)

    @micropython.native
    def _at(self, index):
        """The slot of the element at `index`; IndexError when there is none."""
        at = self._slot(index)
        if at < 0:
            checked_index(index, len(self))
        return at

    @micropython.native
    def swap(self, i, j):
        """Exchange the elements at the indices `i` and `j`, from the end if they are negative.

        ISR-safe: yes.
        Complexity: O(element size).
        Raises: IndexError when there is none; TypeError when an index is no int.
        """
        exchange(self.image, _BYTES, self._at(i), self._at(j), 1)

    @micropython.native
    def swap_remove_front(self, index):
        """Take out the element at `index`, from the end if it is negative; the first element takes
        its place.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board.
        Complexity: O(element size).
        Raises: IndexError when there is none; TypeError when `index` is no int.
        """
        at = self._at(index)
        element = self._slots[at]
        _remove(self.image, at, 0)
        return element

    @micropython.native
    def swap_remove_back(self, index):
        """Take out the element at `index`, from the end if it is negative; the last element takes
        its place.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board.
        Complexity: O(element size).
        Raises: IndexError when there is none; TypeError when `index` is no int.
        """
        at = self._at(index)
        element = self._slots[at]
        _remove(self.image, at, 1)
        return element

    def rotate(self, n):
        """Move the last `n` elements, one by one, before the first; of a negative `n`, the first
        ones behind the last.

        ISR-safe: yes.
        Complexity: O(elements to move, the shorter way); of a full deque O(1).
        Raises: TypeError when `n` is no int.
        """
        _rotate(self.image, n % (len(self) or 1))

    def retain(self, keep):
        """Keep the elements of which `keep(element)` is true, in their order; drop the others.

        `keep` is called once for each of them, in order, before any is dropped; so all stay if it
        raises. It must not change the deque.

        ISR-safe: no (it takes a byte for each element).
        Complexity: O(n).
        Raises: what `keep` raises.
        """
        marks = bytearray(len(self))
        for i, element in enumerate(self):
            if keep(element):
                marks[i] = 1
        _keep(self.image, marks, len(marks))

    def truncate(self, length):
        """Keep the first `length` elements; all of them if there are no more.

        ISR-safe: yes.
        Complexity: O(1).
        Raises: ValueError when `length` is negative; TypeError when it is no int.
        """
        check_integer(length, "a length")
        if length < 0:
            raise ValueError(f"a length of {length} elements: it is 0 or more")
        if length < len(self):
            self._words[LENGTH] = length

    @micropython.viper
    def clear(self):
        """Drop all elements.

        ISR-safe: yes.
        Complexity: O(1).
        """
        p = ptr32(self.image)
        p[_LENGTH] = 0
        p[_HEAD] = 0

    def make_contiguous(self):
        """Move the elements so that they do not wrap around the end of the ring; a memoryview of
        their packed bytes, the first of `as_slices`.

        ISR-safe: yes.
        Complexity: O(n), in place; O(1) when they do not wrap.
        """
        _unwrap(self.image)
        return self.as_slices()[0]
