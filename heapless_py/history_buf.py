"""HistoryBuf: the last values that were written, after Rust's `heapless::HistoryBuf`.

A new element overwrites the oldest one when there is no room: what a filter, a moving average or a
trace of events wants.

    history = HistoryBuf(64, "h")
    history.write(sample)           # in a hard interrupt
    history.recent()                # in the program
    history.mean()

One context writes, such as a hard interrupt. Another one may read at the same time. What it is
told then:

recent() is an element that was the newest one at some time during the call, as until the ring is
    full only `length` changes, and from then on only `head`. (But a record can be a mix of two, if
    as many writes as there are slots come while it is read.)
len, is_empty, is_full were true at some time during the call.
oldest(), h[i], iteration, ==, as_slices() may find some elements overwritten by newer ones:
    integers are old or new, a record may be a mix.
sum(), mean(), min(), max() take each slot once: the window's elements, some of them perhaps old
    and some new.
copy_into(buffer) always gives elements that were in the history together, in a row, up to one that
    was the newest: those that were overwritten meanwhile are left out.

That is so while it writes. `clear` and `clear_with` are not to come in between.

So a program that wants many elements that belong together copies them. And whatever else it read
was undisturbed if `written` is the same after as before, provided that a write is never stopped by
the one who reads: that a hard interrupt writes and the program reads.
"""

from ._elements import LENGTH, NOTHING, found
from ._format import small_limits
from ._image import check_readable, elements_in
from ._port import aim, const, copy, int, micropython, ptr8, ptr16, ptr32
from ._ring import HEAD, Ring

# The words of the image, as `_elements` and `_ring` draw them.
_CAPACITY = const(1)
_SIZE = const(2)
_LENGTH = const(3)
_HEAD = const(4)
_WRITES = const(5)  # twice the elements written, and odd while one is being written
# Then the slots, in words and in bytes from the image's begin:
_WORDS = const(6)
_BYTES = const(24)


def _integer_writer(image, layout):
    """`write` for integers: a closure, as a method would look up its attributes."""
    low, high = small_limits(layout.code)
    check = layout.check

    @micropython.viper
    def write(x):
        """Write the integer `x`, over the oldest element when the buffer is full.

        ISR-safe: yes; an `x` of 2**30 and more, or below -2**30, is a heap object on a board, and
            comparing it with the limits takes more.
        Complexity: O(1).
        Called by: the writer.
        Raises: ValueError when `x` is out of the format's range; TypeError when it is no int.
        """
        value = int(x)
        if x < low or x > high:
            check(x)
        p = ptr32(image)
        length = p[_LENGTH]
        capacity = p[_CAPACITY]
        at = length
        if length == capacity:
            at = p[_HEAD]
        p[_WRITES] = p[_WRITES] | 1
        size = p[_SIZE]
        if size == 4:
            p[_WORDS + at] = value
        elif size == 2:
            ptr16(p)[2 * _WORDS + at] = value
        else:
            ptr8(p)[_BYTES + at] = value
        if length < capacity:
            p[_LENGTH] = length + 1
        else:
            at += 1
            if at == capacity:
                at = 0
            p[_HEAD] = at
        p[_WRITES] += 1

    return write


def _record_writer(image, layout, slots):
    """`write` for records."""

    def write(x):
        """Write the record `x`, a tuple of its fields, over the oldest when the buffer is full.

        ISR-safe: no (it takes a tuple apart; `write_from` takes packed bytes).
        Complexity: O(fields).
        Called by: the writer.
        Raises: ValueError or TypeError when `x` does not fit the format.
        """
        layout.check(x)
        slots[_begin_write(image)] = x
        _end_write(image)

    return write


@micropython.viper
def _begin_write(image) -> int:
    """The slot to write next: a free one, or that of the oldest element."""
    p = ptr32(image)
    p[_WRITES] = p[_WRITES] | 1
    if p[_LENGTH] < p[_CAPACITY]:
        return p[_LENGTH]
    return p[_HEAD]


@micropython.viper
def _end_write(image):
    """That slot's element is the newest from here on."""
    p = ptr32(image)
    length = p[_LENGTH]
    if length < p[_CAPACITY]:
        p[_LENGTH] = length + 1
    else:
        head = p[_HEAD] + 1
        if head == p[_CAPACITY]:
            head = 0
        p[_HEAD] = head
    p[_WRITES] += 1


@micropython.viper
def _written(image) -> int:
    p = ptr32(image)
    return p[_WRITES] >> 1 & 0x3FFFFFFF


@micropython.viper
def _total(image, flip: int, back: int, mean: int):
    """The sum of the elements or, if `mean` is 1, their mean, rounded toward minus infinity.

    An element's bits x become a signed word: (x ^ flip) - back. `flip` and `back` are the sign bit
    of a signed format; of the others 0; but of format I `back` is 2**31, so that the word is 2**31
    less than the element.
    """
    p = ptr32(image)
    flip = int(flip)
    back = int(back)
    size = p[_SIZE]
    length = p[_LENGTH]
    high_byte = 0  # of the 2**31 to make up for
    if flip != back:
        high_byte = 128
    # The sum is high * 2**24 + low. There are less than 2**22 words, so neither part overflows.
    high = 0
    low = 0
    at = 0
    while at < length:
        if size == 4:
            x = p[_WORDS + at]
        elif size == 2:
            x = ptr16(p)[2 * _WORDS + at]
        else:
            x = ptr8(p)[_BYTES + at]
        x = int((x ^ flip) - back)
        low += x & 0xFFFFFF
        high += (x >> 24) + high_byte + (low >> 24)
        low &= 0xFFFFFF
        at += 1
    if mean and length:
        # Long division: of the high part at once, and then bit by bit.
        quotient = high // length
        rest = high - quotient * length
        high = quotient
        quotient = 0
        bit = 23
        while bit >= 0:
            rest = rest << 1 | (low >> bit & 1)
            quotient <<= 1
            if rest >= length:
                rest -= length
                quotient |= 1
            bit -= 1
        low = quotient
    return _joined(high, low)


@micropython.viper
def _extreme(image, flip: int, back: int, largest: int):
    """The smallest element or, if `largest` is 1, the largest; the others as in `_total`."""
    p = ptr32(image)
    flip = int(flip)
    back = int(back)
    size = p[_SIZE]
    length = p[_LENGTH]
    turn = 0 - largest  # of all words' bits turned over, the smallest is the largest
    best = 0
    at = 0
    while at < length:
        if size == 4:
            x = p[_WORDS + at]
        elif size == 2:
            x = ptr16(p)[2 * _WORDS + at]
        else:
            x = ptr8(p)[_BYTES + at]
        x = int((x ^ flip) - back) ^ turn
        if at == 0 or x < best:
            best = x
        at += 1
    best ^= turn
    high = best >> 24
    if flip != back:
        high += 128
    return _joined(high, best & 0xFFFFFF)


def _joined(high, low):
    return (high << 24) + low


class HistoryBuf(Ring):
    """The last `capacity` elements of format `fmt` that were written.

    capacity: elements, 1 and more.
    fmt: a `struct` format: one integer of b B h H i I, or a record such as "IhB".
    buffer: writable memory for the image, of `size_of(capacity, fmt)` bytes or more, beginning at
        a multiple of 4: a bytearray, a memoryview of bytes, an array. So much of it is cleared; do
        not resize it any more. None for fresh memory.

    Raises: ValueError or TypeError when an argument is not as above.

    The writer's: write, write_from, extend, clear, clear_with
    In a hard interrupt, from a register: capture
    One element: recent, oldest, h[i], h[i:j] (a list), get
    All of them, oldest to newest: iteration, reversed, in, index, count, ==, <, copy_into,
        as_slices; in no order: as_unordered_bytes
    Of the window, for integers: sum, mean, try_mean, min, try_min, max, try_max
    Ask: len, bool, capacity, format, is_full, is_empty, written
    Plan: size_of, from_iterable (of too many it keeps the last)

    `write` is an attribute, so that looking it up in a handler allocates nothing.

    One context at a time may write, and another one read, a hard interrupt perhaps or the other
    core: see the module for what the reader may count on.

    The image, in 32-bit little-endian words:

         0        1         2        3        4        5        6
        +--------+---------+--------+--------+--------+--------+-----------------------------
        | kind   | capacity| size   | length | head   | writes | capacity x size bytes,
        +--------+---------+--------+--------+--------+--------+  packed; 0 … 3 unused
          ---- at construction ----   -------- writer --------

    Until it is full, the elements are in the slots from 0 on, and head is 0. From then on head is
    the slot of the oldest one, which the next write takes.
    """

    KIND = 0x4248  # "HB"
    WORDS = 6

    def __init__(self, capacity, fmt, buffer=None):
        super().__init__(capacity, fmt, buffer)
        layout = self._layout
        if layout.code:
            self.write = _integer_writer(self.image, layout)
            self._flip, self._back = _signs(layout.code, layout.size)
        else:
            self.write = _record_writer(self.image, layout, self._slots)

    @micropython.viper
    def write_from(self, buffer):
        """Write the element packed at the begin of `buffer`, as `write` does.

        `buffer` is any memory; an element is `struct.calcsize("<" + format)` bytes of it.

        ISR-safe: yes.
        Complexity: O(element size).
        Called by: the writer.
        Raises: ValueError when `buffer` is shorter than an element; TypeError when no memory.
        """
        image = self.image
        p = ptr32(image)
        size = p[_SIZE]
        check_readable(buffer, size)
        at = int(_begin_write(image))
        copy(image, buffer, size, _BYTES + at * size, 0)
        _end_write(image)

    def capture(self, address, stamp=None, width=32):
        """A handler for `irq(handler, hard=True)` that writes what a peripheral's register says.

        Each interrupt reads it once, and runs no bytecode. The elements are integers, and have as
        many of the register's low bits as they hold.

        address: of the register, a multiple of the bytes that are read at once. It is believed:
            whatever is there is read, with every interrupt.
        stamp: the address of a second register, of 32 bits, that is read after the first, such as
            a timer's. The elements are records of two integers then, such as "HI".
        width: bits of the register that are read at once: 8, 16 or 32.

        ISR-safe: no; the handler is.
        Complexity: O(1), the handler too.
        Called by: the writer, which the handler is from then on.
        Raises: ValueError or TypeError when an argument is not as above or the format is another;
            NotImplementedError on a port without such registers.
        """
        from ._capture import into_history

        return into_history(self.image, self.format, address, stamp, width)

    def extend(self, items):
        """Write all of `items`, any number, in their order; or none, if anything is raised.

        ISR-safe: no (it makes a list of them first).
        Complexity: O(items).
        Called by: the writer.
        Raises: ValueError or TypeError when one does not fit the format; what `items` raise.
        """
        items = list(items)
        for x in items:
            self._check_element(x)
        for x in items:
            self.write(x)

    @micropython.viper
    def clear(self):
        """Drop all elements.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the writer.
        """
        p = ptr32(self.image)
        p[_LENGTH] = 0
        p[_HEAD] = 0

    @micropython.native
    def clear_with(self, x):
        """Let all elements be `x`, as many as there is room for.

        ISR-safe: yes, for integers; an `x` of 2**30 and more, or below -2**30, is a heap object
            on a board, and comparing it with the limits takes more.
        Complexity: O(capacity).
        Called by: the writer.
        Raises: ValueError or TypeError when `x` does not fit the format.
        """
        self._check_element(x)
        slots = self._slots
        for at in range(self.capacity):
            slots[at] = x
        self._words[LENGTH] = self.capacity

    @micropython.native
    def recent(self):
        """The newest element; None when there is none.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board (`copy_into` a buffer for one element).
        Complexity: O(1).
        """
        at = self._slot(-1)
        return None if at < 0 else self._slots[at]

    @micropython.native
    def oldest(self):
        """The oldest element; None when there is none.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board (`as_slices` shows their bytes).
        Complexity: O(1).
        """
        at = self._slot(0)
        return None if at < 0 else self._slots[at]

    @micropython.viper
    def copy_into(self, buffer) -> int:
        """Copy the newest elements, as many as fit, to the begin of `buffer`, the oldest of them
        first; return how many.

        `buffer` is an `array` of the history's own format, or bytes (a bytearray, a memoryview of
        one), in which the elements lie packed.

        They are a part of the history as it was, also when it is written to meanwhile. Only then
        are there fewer of them than there are elements and room: without the oldest ones, which
        were overwritten.

        ISR-safe: yes.
        Complexity: O(bytes moved).
        Raises: ValueError when an array's items are narrower than an element; TypeError when
            `buffer` is not writable memory.
        """
        image = self.image
        p = ptr32(image)
        size = p[_SIZE]
        capacity = p[_CAPACITY]
        count = int(elements_in(buffer, size))
        before = p[_WRITES]  # first, so that no write remains uncounted
        head = p[_HEAD]
        length = p[_LENGTH]
        if count > length:
            count = length
        left_out = length - count
        at = head + left_out
        if at >= capacity:
            at -= capacity
        run = capacity - at
        if run > count:
            run = count
        copy(buffer, image, run * size, 0, _BYTES + at * size)
        copy(buffer, image, (count - run) * size, run * size, _BYTES)
        # Writes that were not over before all this, and have begun: each took a free slot or else
        # that of the oldest element.
        writes = ((p[_WRITES] + 1 >> 1) - (before >> 1)) & 0x3FFFFFFF
        lost = writes - (capacity - length) - left_out
        if lost > count:
            lost = count
        if lost > 0:
            count -= lost
            copy(buffer, buffer, count * size, 0, lost * size)
        return count

    @micropython.viper
    def as_unordered_bytes(self):
        """A memoryview of the elements' packed bytes, in no order: the newest may be anywhere.

        On MicroPython it is the first view of `as_slices`, which looks elsewhere from then on.

        ISR-safe: yes.
        Complexity: O(1).
        """
        p = ptr32(self.image)
        runs = self._runs
        aim(runs.window, _BYTES, p[_LENGTH] * p[_SIZE])
        return runs.view

    @property
    def written(self):
        """How many elements were ever written, modulo 2**30.

        ISR-safe: yes.
        Complexity: O(1).
        """
        return _written(self.image)

    def sum(self):
        """The sum of the elements; 0 when there are none.

        ISR-safe: yes, for integers; a sum of 2**30 and more, or below -2**30, is a heap object on
            a board.
        Complexity: O(n).
        Raises: TypeError when the elements are records.
        """
        return self._statistic(_total, 0, 0)

    def mean(self):
        """The mean of the elements, an integer: rounded toward minus infinity, as `//` does.

        ISR-safe: no (it raises; `try_mean` does not).
        Complexity: O(n).
        Raises: Empty; TypeError when the elements are records.
        """
        return found(self._statistic(_total, 1, NOTHING))

    def try_mean(self, default):
        """The mean of the elements, rounded as `mean` does; `default` when there are none.

        ISR-safe: yes, for integers; a mean of 2**30 and more, or below -2**30, is a heap object on
            a board. The sum may be any.
        Complexity: O(n).
        Raises: TypeError when the elements are records.
        """
        return self._statistic(_total, 1, default)

    def min(self):
        """The smallest element.

        ISR-safe: no (it raises; `try_min` does not).
        Complexity: O(n).
        Raises: Empty; TypeError when the elements are records.
        """
        return found(self._statistic(_extreme, 0, NOTHING))

    def try_min(self, default):
        """The smallest element; `default` when there are none.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, is a heap object on a
            board.
        Complexity: O(n).
        Raises: TypeError when the elements are records.
        """
        return self._statistic(_extreme, 0, default)

    def max(self):
        """The largest element.

        ISR-safe: no (it raises; `try_max` does not).
        Complexity: O(n).
        Raises: Empty; TypeError when the elements are records.
        """
        return found(self._statistic(_extreme, 1, NOTHING))

    def try_max(self, default):
        """The largest element; `default` when there are none.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, is a heap object on a
            board.
        Complexity: O(n).
        Raises: TypeError when the elements are records.
        """
        return self._statistic(_extreme, 1, default)

    @micropython.native
    def _statistic(self, function, which, default):
        if not self._layout.code:
            raise TypeError(f"records {self.format!r} have no sum, mean, minimum or maximum")
        if self.is_empty():
            return default
        return function(self.image, self._flip, self._back, which)

    def _check(self):
        """Assert every invariant of the image."""
        super()._check()
        assert self._words[HEAD] == 0 or self.is_full(), (self._words[HEAD], len(self))


def _signs(code, size):
    """What makes a signed word of an element's bits: see `_total`."""
    top = 1 << (8 * size - 1)
    if code.islower():
        return top, top
    return 0, top if size == 4 else 0
