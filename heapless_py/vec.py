"""Vec: a list of fixed capacity, whose elements lie packed in one piece of memory.

    samples = Vec(64, "H")
    samples.push(adc.read_u16())        # raises Full; try_push(x) tells instead
    uart.write(samples.view)            # the elements as bytes, without a copy

    used = spi.readinto(samples.spare)  # or filled in place, by a driver or by DMA
    samples.set_len(len(samples) + used // 2)

It is `heapless::Vec` with the manners of a Python list. What it cannot do as a list does, it
refuses: it never grows, and a slice cannot be assigned to.
"""

from ._elements import NOTHING, Elements, exchange, found
from ._format import small_limits
from ._image import check_readable, check_writable
from ._move import move
from ._port import (
    SplitWindow,
    are_bytes,
    const,
    copy,
    int,
    micropython,
    ptr8,
    ptr16,
    ptr32,
    uint,
)
from ._sequence import check_integer, checked_index
from .errors import EMPTY, FULL

# As drawn in `_elements`.
_CAPACITY = const(1)
_SIZE = const(2)
_LENGTH = const(3)
# Then the slots, in words and in bytes from the image's begin:
_WORDS = const(4)
_BYTES = const(16)

# What elements of signed formats, taken as unsigned, are xored with to be in order: the sign bit.
_SIGNS = {"b": 0x80, "h": 0x8000, "i": 0x80000000}


def _integer_pusher(image, layout):
    """`Vec.try_push` for integers: a closure, as a method would look up its attributes."""
    check = layout.check
    low, high = small_limits(layout.code)

    @micropython.viper
    def try_push(x) -> bool:
        """Append the integer `x`: True, or False when the Vec is full.

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
        size = p[_SIZE]
        if size == 4:
            p[_WORDS + length] = value
        elif size == 2:
            ptr16(p)[2 * _WORDS + length] = value
        else:
            ptr8(p)[_BYTES + length] = value
        p[_LENGTH] = length + 1
        return True

    return try_push


def _record_pusher(image, layout, slots):
    """`Vec.try_push` for records."""

    @micropython.viper
    def try_push(x) -> bool:
        """Append the record `x`, a tuple of its fields: True, or False when the Vec is full.

        ISR-safe: no (it takes a tuple apart; `try_push_from` takes packed bytes).
        Complexity: O(fields).
        Raises: ValueError or TypeError when `x` does not fit the format.
        """
        layout.check(x)
        p = ptr32(image)
        length = p[_LENGTH]
        if length == p[_CAPACITY]:
            return False
        slots[length] = x
        p[_LENGTH] = length + 1
        return True

    return try_push


def _popper(image, slots):
    """`Vec.try_pop`, for integers and records."""

    @micropython.viper
    def try_pop(default):
        """Take the last element out; `default` when the Vec is empty.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board (`try_pop_into` reads into a buffer).
        Complexity: O(1).
        """
        p = ptr32(image)
        last = p[_LENGTH] - 1
        if last < 0:
            return default
        element = slots[last]
        p[_LENGTH] = last
        return element

    return try_pop


class Vec(Elements):
    """A list of up to `capacity` elements of format `fmt`. One context at a time may use it.

    capacity: elements, 1 and more; all of them can be in use.
    fmt: a `struct` format: one integer of b B h H i I, or a record such as "IhB".
    buffer: writable memory for the image, of `size_of(capacity, fmt)` bytes or more, beginning at
        a multiple of 4: a bytearray, a memoryview of bytes, an array. So much of it is cleared; do
        not resize it any more. None for fresh memory.

    Raises: ValueError or TypeError when an argument is not as above.

    At the end: try_push, push, try_push_from, push_from, try_pop, pop, try_pop_into, pop_into
    Anywhere: try_insert, insert, remove, swap_remove, v[i], v[i] = x, del v[i]
    Many at once: try_extend, extend, +=, try_extend_from, extend_from, try_resize, resize, fill,
        truncate, clear, drain, retain, del v[i:j]
    Order: sort, reverse
    Look: try_first, first, try_last, last, v[i:j], iteration, in, index, count, starts_with,
        ends_with, == != < <= > >=
    As bytes: view; to be filled in place: spare, set_len
    Ask: len, bool, capacity, format, is_empty, is_full
    Plan: size_of, from_iterable

    `try_push` and `try_pop` are attributes, so that looking them up in a handler allocates
    nothing. If a hard interrupt handler uses a Vec, the program may do so only while that
    interrupt is off.

    An index counts from the end if it is negative, as everywhere in Python. `remove(i)`, unlike a
    list's, takes an index, as in Rust.

    The image, in 32-bit little-endian words:

         0        1         2        3        4
        +--------+---------+--------+--------+---------------------------------------------
        | kind   | capacity| size   | length | capacity x size bytes, packed; 0 … 3 unused
        +--------+---------+--------+--------+---------------------------------------------
          ----- at construction ---- changing

    The elements are in the first `length` slots; what the others hold has no meaning.
    """

    KIND = 0x4356  # "VC"
    WORDS = _WORDS

    def __init__(self, capacity, fmt, buffer=None):
        super().__init__(capacity, fmt, buffer)
        image, layout, slots = self.image, self._layout, self._slots
        if layout.code:
            self.try_push = _integer_pusher(image, layout)
        else:
            self.try_push = _record_pusher(image, layout, slots)
        self.try_pop = _popper(image, slots)
        self._windows = SplitWindow(image)

    # --- at the end -----------------------------------------------------------------------------

    @micropython.native
    def push(self, x):
        """Append `x`.

        ISR-safe: no (it raises; `try_push` does not).
        Complexity: O(1).
        Raises: Full; ValueError or TypeError when `x` does not fit the format.
        """
        if not self.try_push(x):
            raise FULL

    @micropython.viper
    def try_push_from(self, buffer) -> bool:
        """Append the element packed at the begin of `buffer`: True, or False when full.

        `buffer` is any memory; an element is `struct.calcsize("<" + format)` bytes of it.

        ISR-safe: yes.
        Complexity: O(element size).
        Raises: ValueError when `buffer` is shorter than an element; TypeError when no memory.
        """
        image = self.image
        p = ptr32(image)
        size = p[_SIZE]
        check_readable(buffer, size)
        length = p[_LENGTH]
        if length == p[_CAPACITY]:
            return False
        copy(image, buffer, size, _BYTES + length * size, 0)
        p[_LENGTH] = length + 1
        return True

    def push_from(self, buffer):
        """Append the element packed at the begin of `buffer`.

        ISR-safe: no (it raises; `try_push_from` does not).
        Complexity: O(element size).
        Raises: Full; else as `try_push_from`.
        """
        if not self.try_push_from(buffer):
            raise FULL

    @micropython.native
    def pop(self):
        """Take the last element out.

        ISR-safe: no (it raises; `try_pop` does not).
        Complexity: O(1).
        Raises: Empty.
        """
        return found(self.try_pop(NOTHING))

    @micropython.viper
    def try_pop_into(self, buffer) -> bool:
        """Take the last element out, packed, to the begin of `buffer`: True, or False when empty.

        ISR-safe: yes.
        Complexity: O(element size).
        Raises: ValueError when `buffer` is shorter than an element; TypeError when not writable.
        """
        image = self.image
        p = ptr32(image)
        size = p[_SIZE]
        check_writable(buffer, size)
        last = p[_LENGTH] - 1
        if last < 0:
            return False
        copy(buffer, image, size, 0, _BYTES + last * size)
        p[_LENGTH] = last
        return True

    def pop_into(self, buffer):
        """Take the last element out, packed, to the begin of `buffer`.

        ISR-safe: no (it raises; `try_pop_into` does not).
        Complexity: O(element size).
        Raises: Empty; else as `try_pop_into`.
        """
        if not self.try_pop_into(buffer):
            raise EMPTY

    # --- anywhere -------------------------------------------------------------------------------

    @micropython.viper
    def try_insert(self, index, x) -> bool:
        """Insert `x` before the element at `index`: True, or False when the Vec is full.

        index: 0 to `len`, which is behind the last element; or -1, before the last one, to -`len`.

        ISR-safe: yes, for integers.
        Complexity: O(n) for the elements behind it, which move by words where they can.
        Raises: IndexError when `index` is not as above, also when full; ValueError or TypeError
            when `x` does not fit the format.
        """
        image = self.image
        p = ptr32(image)
        length = p[_LENGTH]
        at = int(index)
        if at < 0:
            at += length
        if at < 0 or at > length:
            raise IndexError(f"index {index} is outside of {-length} to {length}")
        int(image[index])  # see _place
        self._check_element(x)
        if length == p[_CAPACITY]:
            return False
        size = p[_SIZE]
        begin = _BYTES + at * size
        move(image, begin + size, begin, (length - at) * size)
        self._slots[at] = x
        p[_LENGTH] = length + 1
        return True

    def insert(self, index, x):
        """Insert `x` before the element at `index`.

        ISR-safe: no (it raises; `try_insert` does not when full).
        Complexity: O(n) for the elements behind it.
        Raises: Full; else as `try_insert`.
        """
        if not self.try_insert(index, x):
            raise FULL

    @micropython.viper
    def remove(self, index):
        """Take out the element at `index`; those behind it move up.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board (`del v[index]` makes none).
        Complexity: O(n) for the elements behind it.
        Raises: IndexError when there is none.
        """
        image = self.image
        at = int(_place(image, index))
        element = self._slots[at]
        p = ptr32(image)
        size = p[_SIZE]
        begin = _BYTES + at * size
        length = p[_LENGTH] - 1
        move(image, begin, begin + size, (length - at) * size)
        p[_LENGTH] = length
        return element

    @micropython.viper
    def swap_remove(self, index):
        """Take out the element at `index`; the last element takes its place.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board.
        Complexity: O(1).
        Raises: IndexError when there is none.
        """
        image = self.image
        at = int(_place(image, index))
        element = self._slots[at]
        p = ptr32(image)
        size = p[_SIZE]
        length = p[_LENGTH] - 1
        move(image, _BYTES + at * size, _BYTES + length * size, size)
        p[_LENGTH] = length
        return element

    @micropython.viper
    def __getitem__(self, index):
        """The element at `index`; of a slice a list.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, a record and a list
            are heap objects on a board.
        Complexity: O(1).
        Raises: IndexError when there is none; TypeError when `index` is neither int nor slice;
            ValueError when the step of a slice is 0.
        """
        try:
            at = int(index)
        except TypeError:
            return self._slice(index)
        # The same steps as in _place: a call of it would cost more than they do.
        image = self.image
        length = ptr32(image)[_LENGTH]
        if at < 0:
            at += length
        if at < 0 or at >= length:
            checked_index(index, length)  # raises
        int(image[index])
        return self._slots[at]

    @micropython.viper
    def __setitem__(self, index, x):
        """Replace the element at `index` by `x`.

        ISR-safe: yes, for integers.
        Complexity: O(1).
        Raises: IndexError when there is none; ValueError or TypeError when `x` does not fit the
            format; TypeError when `index` is a slice, or no int.
        """
        try:
            at = int(index)
        except TypeError:
            raise TypeError(f"one element is replaced at a time, by its index, not {index!r}")
        # The same steps as in _place: a call of it would cost more than they do.
        image = self.image
        length = ptr32(image)[_LENGTH]
        if at < 0:
            at += length
        if at < 0 or at >= length:
            checked_index(index, length)  # raises
        int(image[index])
        self._check_element(x)
        self._slots[at] = x

    @micropython.viper
    def __delitem__(self, index):
        """Drop the element at `index`, or those of a slice; those behind move up.

        ISR-safe: yes, for an index; a slice is a heap object.
        Complexity: O(n) for the elements behind; of a slice with a step, for each of its elements.
        Raises: IndexError when there is none; TypeError when `index` is neither int nor slice;
            ValueError when the step of a slice is 0.
        """
        try:
            int(index)
        except TypeError:
            self._delete_slice(index)
            return
        image = self.image
        _delete(image, _place(image, index), 1)

    def _slice(self, index):
        return [self._slots[i] for i in self._places(index)]

    def _delete_slice(self, index):
        places = self._places(index)
        if not places:
            return
        first, last = places[0], places[-1]
        if last - first == len(places) - 1:
            _delete(self.image, first, len(places))
            return
        # One by one from the end, so that none of those still to go moves.
        for at in reversed(places) if first < last else places:
            _delete(self.image, at, 1)

    def _places(self, index):
        """The places of a slice, as a range."""
        if not isinstance(index, slice):
            raise TypeError(f"an index is an int or a slice, not {index!r}")
        return range(*index.indices(len(self)))

    # --- many at once ---------------------------------------------------------------------------

    @micropython.native
    def try_extend(self, items):
        """Append all `items`, in their order: True, or False when there is no room for them all.

        items: anything to iterate over. Of what knows its length none is taken if there is no
            room; of an iterator as many as there is room for, and one.

        All of them are appended or none; what is in the free slots may change in either case.

        ISR-safe: no (`try_extend_from` takes packed bytes).
        Complexity: O(number of items).
        Raises: ValueError or TypeError when one of them does not fit the format, and what `items`
            raises.
        """
        room = self.capacity - self._words[_LENGTH]
        try:
            if len(items) > room:
                return False
        except TypeError:
            pass  # it does not know
        end = begin = self._words[_LENGTH]
        for x in items:
            if end - begin == room:
                return False
            self._check_element(x)
            self._slots[end] = x
            end += 1
        self._words[_LENGTH] = end
        return True

    def extend(self, items):
        """Append all `items`, in their order.

        ISR-safe: no.
        Complexity: O(number of items).
        Raises: Full when there is no room for them all; else as `try_extend`.
        """
        if not self.try_extend(items):
            raise FULL

    def __iadd__(self, items):
        """Append all `items`, as `extend`.

        ISR-safe: no.
        Complexity: O(number of items).
        Raises: as `extend`.
        """
        self.extend(items)
        return self

    @micropython.viper
    def try_extend_from(self, buffer) -> bool:
        """Append the elements packed in `buffer`: True, or False when there is no room for all.

        `buffer` is bytes (a bytearray, a memoryview of bytes), all of them elements; or an `array`
        of the Vec's own format.

        ISR-safe: yes.
        Complexity: O(bytes); by words where they begin at words, here and there.
        Raises: ValueError when `buffer` ends within an element, or the array's items are narrower
            than one; TypeError when no memory.
        """
        image = self.image
        p = ptr32(image)
        size = p[_SIZE]
        count = int(_elements_in(buffer, size))
        length = p[_LENGTH]
        if count > p[_CAPACITY] - length:
            return False
        copy(image, buffer, count * size, _BYTES + length * size, 0)
        p[_LENGTH] = length + count
        return True

    def extend_from(self, buffer):
        """Append the elements packed in `buffer`.

        ISR-safe: no (it raises; `try_extend_from` does not).
        Complexity: O(bytes).
        Raises: Full when there is no room for them all; else as `try_extend_from`.
        """
        if not self.try_extend_from(buffer):
            raise FULL

    @micropython.native
    def try_resize(self, n, fill):
        """Make it `n` elements: True, or False when that is more than the capacity.

        The last ones are dropped, or as many of `fill` appended.

        ISR-safe: yes, for integers.
        Complexity: O(elements appended).
        Raises: ValueError when `n` is negative; ValueError or TypeError when `fill` does not fit
            the format; TypeError when `n` is no int.
        """
        _check_count(n)
        self._check_element(fill)
        if n > self.capacity:
            return False
        begin = self._words[_LENGTH]
        self._words[_LENGTH] = n
        if n > begin:
            self._slots[begin] = fill
            _repeat(self.image, begin, n)
        return True

    def resize(self, n, fill):
        """Make it `n` elements: the last ones are dropped, or as many of `fill` appended.

        ISR-safe: no (it raises; `try_resize` does not).
        Complexity: O(elements appended).
        Raises: Full when `n` is more than the capacity; else as `try_resize`.
        """
        if not self.try_resize(n, fill):
            raise FULL

    @micropython.native
    def fill(self, x):
        """Replace every element by `x`.

        ISR-safe: yes, for integers.
        Complexity: O(n).
        Raises: ValueError or TypeError when `x` does not fit the format.
        """
        self._check_element(x)
        length = self._words[_LENGTH]
        if length:
            self._slots[0] = x
            _repeat(self.image, 0, length)

    @micropython.native
    def truncate(self, n):
        """Keep the first `n` elements; nothing changes when there are no more.

        ISR-safe: yes.
        Complexity: O(1).
        Raises: ValueError when `n` is negative; TypeError when it is no int.
        """
        _check_count(n)
        if n < self._words[_LENGTH]:
            self._words[_LENGTH] = n

    @micropython.viper
    def clear(self):
        """Drop all elements.

        ISR-safe: yes.
        Complexity: O(1).
        """
        p = ptr32(self.image)
        p[_LENGTH] = 0

    def drain(self, start=0, stop=None):
        """Take out the elements that the slice `[start:stop]` names; return them as a list.

        ISR-safe: no (it makes a list; `del v[i]` and `view` make none).
        Complexity: O(n).
        Raises: TypeError when one of the two is neither int nor None.
        """
        taken = self[start:stop]
        del self[start:stop]
        return taken

    def retain(self, keep):
        """Keep the elements of which `keep(element)` is true, in their order; drop the others.

        `keep` is called once for each of them, in order, before any is dropped: so all stay if it
        raises. It must not change the Vec.

        ISR-safe: no (it takes a byte for each element).
        Complexity: O(n).
        Raises: what `keep` raises.
        """
        marks = bytearray(len(self))
        for i in range(len(marks)):
            if keep(self._slots[i]):
                marks[i] = 1
        self._words[_LENGTH] = _keep(self.image, marks, len(marks))

    # --- order ----------------------------------------------------------------------------------

    def sort(self, *, key=None, reverse=False):
        """Sort the elements in place; `key` and `reverse` as of a list's.

        Integers without a key are sorted as Donald Shell did ("A High-Speed Sorting Procedure",
        1959), with the gaps of Robert Sedgewick ("A New Upper Bound for Shellsort", 1986), for
        which O(n ** (4/3)) is proven; up to 16,000 random elements it makes fewer comparisons
        than a heap sort. Others are sorted by binary insertion, which, as a list's sort, leaves
        equal ones in their order, and needs memory for one element only.

        ISR-safe: yes, for integers without a key.
        Complexity: O(n ** (4/3)); of records or with a key O(n log n) comparisons, each with a
            call of `key`, and O(n ** 2) bytes moved.
        Raises: what `key` or a comparison raises; then all elements are there, in some order.
        """
        if key is not None or not self._layout.code:
            self._insertion_sort(_itself if key is None else key, reverse)
            return
        _sort_integers(self.image, _SIGNS.get(self.format, 0))
        if reverse:
            self.reverse()

    def _insertion_sort(self, key, reverse):
        image, slots, size = self.image, self._slots, self._layout.size
        held = bytearray(size)
        for i in range(1, len(self)):
            x = key(slots[i])
            low, high = 0, i
            while low < high:
                middle = (low + high) // 2
                y = key(slots[middle])
                if (y < x) if reverse else (x < y):
                    high = middle
                else:
                    low = middle + 1
            begin, end = _BYTES + low * size, _BYTES + i * size
            copy(held, image, size, 0, end)
            move(image, begin + size, begin, end - begin)
            copy(image, held, size, begin, 0)

    @micropython.native
    def reverse(self):
        """Reverse the order of the elements.

        ISR-safe: yes.
        Complexity: O(n).
        """
        length = self._words[_LENGTH]
        exchange(self.image, _BYTES, 0, length - 1, length // 2)

    # --- look -----------------------------------------------------------------------------------

    @micropython.native
    def try_first(self, default):
        """The first element; `default` when the Vec is empty.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board.
        Complexity: O(1).
        """
        if self._words[_LENGTH] == 0:
            return default
        return self._slots[0]

    def first(self):
        """The first element.

        ISR-safe: no (it raises; `try_first` does not).
        Complexity: O(1).
        Raises: Empty.
        """
        return found(self.try_first(NOTHING))

    @micropython.native
    def try_last(self, default):
        """The last element; `default` when the Vec is empty.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board.
        Complexity: O(1).
        """
        length = self._words[_LENGTH]
        if length == 0:
            return default
        return self._slots[length - 1]

    def last(self):
        """The last element.

        ISR-safe: no (it raises; `try_last` does not).
        Complexity: O(1).
        Raises: Empty.
        """
        return found(self.try_last(NOTHING))

    def starts_with(self, items):
        """Whether the first elements equal `items`, a sequence.

        ISR-safe: no.
        Complexity: O(number of items).
        Raises: TypeError when `items` is no sequence.
        """
        return self._has_at(0, items)

    def ends_with(self, items):
        """Whether the last elements equal `items`, a sequence.

        ISR-safe: no.
        Complexity: O(number of items).
        Raises: TypeError when `items` is no sequence.
        """
        return self._has_at(len(self) - len(items), items)

    def _has_at(self, begin, items):
        if not 0 <= begin <= len(self) - len(items):
            return False
        return all(self._slots[begin + i] == x for i, x in enumerate(items))

    # --- as bytes -------------------------------------------------------------------------------

    @property
    @micropython.viper
    def view(self):
        """The elements as bytes: a memoryview of the image itself, for `write` and others.

        On a board it is the same memoryview each time, which moves when it is asked for: ask again
        after a change of `len`. The bytes may be changed in place.

        ISR-safe: yes; where the import said that memoryviews cannot be moved, each is a new one.
        Complexity: O(1).
        """
        windows = self._windows
        p = ptr32(self.image)
        w = ptr32(windows.window)
        w[0] = 0xC2 | _BYTES << 8
        w[1] = p[_LENGTH] * p[_SIZE]
        return windows.view

    @property
    @micropython.viper
    def spare(self):
        """The free slots as bytes: a memoryview to fill, for `readinto` and others; see `set_len`.

        On a board it is the same memoryview each time, as is `view`.

        ISR-safe: yes; where the import said that memoryviews cannot be moved, each is a new one.
        Complexity: O(1).
        """
        windows = self._windows
        p = ptr32(self.image)
        w = ptr32(windows.second)
        used = p[_LENGTH] * p[_SIZE]
        w[0] = 0xC2 | _BYTES + used << 8
        w[1] = p[_CAPACITY] * p[_SIZE] - used
        return windows.views[1]

    @micropython.native
    def set_len(self, n):
        """Let the first `n` slots be the elements, as they are: after `spare` was filled.

        n: elements, 0 to `capacity`; not bytes.

        ISR-safe: yes.
        Complexity: O(1).
        Raises: ValueError when `n` is not as above; TypeError when it is no int.
        """
        _check_count(n)
        if n > self.capacity:
            raise ValueError(f"{n} elements are more than {self.capacity}, the capacity")
        self._words[_LENGTH] = n


def _itself(element):
    return element


@micropython.native
def _check_count(n):
    """Raise unless `n` is a number of elements, whatever the capacity."""
    check_integer(n, "a number of elements")
    if n < 0:
        raise ValueError(f"{n} elements: a number of elements is 0 or more")


@micropython.viper
def _elements_in(buffer, size: int) -> int:
    """How many elements of `size` bytes are in `buffer`, all of it; see `try_extend_from`."""
    count = int(len(buffer))
    if are_bytes(buffer):
        whole = count // size
        if whole * size != count:
            raise ValueError(f"{count} bytes are no whole number of elements of {size} bytes")
        count = whole
    check_readable(buffer, count * size)
    return count


@micropython.viper
def _place(image, index) -> int:
    """The slot of the element at `index`; IndexError when there is none."""
    length = ptr32(image)[_LENGTH]
    at = int(index)
    if at < 0:
        at += length
    if at < 0 or at >= length:
        checked_index(index, length)  # raises
    # `int` cut off the high bits of an index, and what was left may have been a right one. To use
    # the whole index on the image, which is long enough for all right ones, raises then.
    int(image[index])
    return at


@micropython.viper
def _delete(image, at: int, count: int):
    """Drop `count` elements from `at` on; those behind move up."""
    p = ptr32(image)
    size = p[_SIZE]
    begin = _BYTES + at * size
    length = p[_LENGTH] - count
    move(image, begin, begin + count * size, (length - at) * size)
    p[_LENGTH] = length


@micropython.viper
def _keep(image, marks, count: int) -> int:
    """Move up, of the first `count` elements, those whose mark is not 0; return how many."""
    mark = ptr8(marks)
    size = ptr32(image)[_SIZE]
    source = target = _BYTES
    kept = 0
    i = 0
    while i < count:
        if mark[i]:
            if source != target:
                move(image, target, source, size)
            target += size
            kept += 1
        source += size
        i += 1
    return kept


@micropython.viper
def _repeat(image, begin: int, end: int):
    """Copy the element in slot `begin` to all slots from there to before `end`."""
    size = ptr32(image)[_SIZE]
    first = _BYTES + begin * size
    wanted = (end - begin) * size
    done = size
    while done < wanted:
        count = done
        if count > wanted - done:
            count = wanted - done
        move(image, first + done, first, count)
        done += count


@micropython.viper
def _sort_integers(image: ptr32, sign: int):
    """Sort the elements; `sign` is in _SIGNS."""
    p = ptr32(image)
    size = p[_SIZE]
    length = p[_LENGTH]
    step = 12  # the gap is 1 at step 0, and at others 4**step + 3 * 2**(step - 1) + 1
    while step >= 0:
        gap = 1
        if step > 0:
            gap = (1 << 2 * step) + (3 << step - 1) + 1
        step -= 1
        i = gap
        while i < length:
            # Sort the element at i into those before it at this distance of each other.
            if size == 4:
                x = p[_WORDS + i]
            elif size == 2:
                x = ptr16(p)[2 * _WORDS + i]
            else:
                x = ptr8(p)[_BYTES + i]
            rank = uint(x ^ sign)
            hole = i
            while hole >= gap:
                before = hole - gap
                if size == 4:
                    y = p[_WORDS + before]
                    if uint(y ^ sign) <= rank:
                        break
                    p[_WORDS + hole] = y
                elif size == 2:
                    y = ptr16(p)[2 * _WORDS + before]
                    if uint(y ^ sign) <= rank:
                        break
                    ptr16(p)[2 * _WORDS + hole] = y
                else:
                    y = ptr8(p)[_BYTES + before]
                    if uint(y ^ sign) <= rank:
                        break
                    ptr8(p)[_BYTES + hole] = y
                hole = before
            if size == 4:
                p[_WORDS + hole] = x
            elif size == 2:
                ptr16(p)[2 * _WORDS + hole] = x
            else:
                ptr8(p)[_BYTES + hole] = x
            i += 1
