"""SpscQueue: a queue between one producer and one consumer, such as an interrupt and a program.

The algorithm is Lamport's ring ("Proving the Correctness of Multiprocess Programs", 1977), as in
Rust's `heapless::spsc`: the producer alone stores `tail`, the consumer alone stores `head`, and
each publishes its index only when it is done with the slot. Nothing is ever locked, so one side
may be a hard interrupt handler that stops the other between any two instructions, or each side
may run on its own core of an RP2040.

The hot operations come in two forms:

    producer.try_enqueue(x)                       a method: checks `x`, takes every format
    spsc_queue.try_enqueue(producer.address, x)   a function: integers, in half the cycles
"""

from ._checker import checker
from ._format import Format, limits, small_limits
from ._image import (
    check_capacity,
    check_readable,
    check_target_or_array,
    check_writable,
    elements_in,
    new_image,
    refuser,
    whole_words,
)
from ._port import (
    BUFFER_TYPES,
    Known,
    const,
    copy,
    int,
    integers,
    micropython,
    pointer,
    ptr8,
    ptr16,
    ptr32,
)
from ._sequence import description, same_elements
from .errors import EMPTY, FULL

# The image begins with eight 32-bit words. Fixed at construction:
_KIND = const(0)  # what the slots hold: _INTEGERS_1, _2, _4 or _RECORDS
_SLOTS = const(1)  # capacity + 1: one slot stays empty, so that full and empty differ
_SIZE = const(2)  # bytes of one element
_SIGN = const(3)  # the sign bit of a signed format and of all 32-bit ones, else 0
# Changing:
_TAIL = const(4)  # slot for the next element; written by the producer only
_HEAD = const(5)  # slot of the oldest element; written by the consumer only
_REFUSED = const(6)  # elements that found the queue full; written by the producer only
_SPLIT = const(7)  # 1 once split; written by SpscQueue.split only
# Then the slots, in words and in bytes from the image's begin:
_WORDS = const(8)
_BYTES = const(32)

_INTEGERS_1 = const(0x3151)  # "Q1": of one byte
_INTEGERS_2 = const(0x3251)  # "Q2"
_INTEGERS_4 = const(0x3451)  # "Q4"
_RECORDS = const(0x5251)  # "QR"
_LARGEST = const(0x07FFFFFF)  # bytes of an image: as many as a board's `uctypes` indexes

_KINDS = {1: _INTEGERS_1, 2: _INTEGERS_2, 4: _INTEGERS_4}
_SIGNS = {"b": 1 << 7, "h": 1 << 15, "i": 1 << 31, "I": 1 << 31}
_NOTHING = object()  # a default that no caller has


@micropython.viper
def try_enqueue(address: int, x: int) -> bool:
    """Enqueue the integer `x` on the queue at `address`: True, or False when it is full.

    address: `address` of a producer or a queue that is still there, and of nothing else: it is
        believed, as `machine.mem32` does.
    x: an integer in the format's range, of which the low 32 bits count, as everywhere in viper.

    ISR-safe: yes.
    Complexity: O(1).
    Called by: the producer.
    Raises: ValueError when `x` is out of range; TypeError when `address` is that of no queue of
        integers.
    """
    address = int(address)
    x = int(x)
    # The first three names of a viper function live in registers: a pointer would be the fourth.
    tail = ptr32(address)[_TAIL]
    # That slot is ours to write, of a full queue too: it is the one that stays empty.
    # In two's complement, x + sign of an x in range has no bit above the element.
    if ptr32(address)[_KIND] == _INTEGERS_4:
        ptr32(address)[_WORDS + tail] = x
    elif ptr32(address)[_KIND] == _INTEGERS_2:
        if (x + ptr32(address)[_SIGN]) >> 16:
            from heapless_py._refuse import refuse_integer

            refuse_integer(x, 2, ptr32(address)[_SIGN])
        ptr16(address)[2 * _WORDS + tail] = x
    elif ptr32(address)[_KIND] == _INTEGERS_1:
        if (x + ptr32(address)[_SIGN]) >> 8:
            from heapless_py._refuse import refuse_integer

            refuse_integer(x, 1, ptr32(address)[_SIGN])
        ptr8(address)[_BYTES + tail] = x
    else:
        from heapless_py._refuse import refuse_image

        refuse_image()
    tail += 1
    if tail == ptr32(address)[_SLOTS]:
        tail = 0
    if tail == ptr32(address)[_HEAD]:
        ptr32(address)[_REFUSED] += 1
        return False
    ptr32(address)[_TAIL] = tail  # published: the slot is the consumer's from here on
    return True


@micropython.viper
def try_dequeue(address: int, default) -> int:
    """Dequeue the oldest integer of the queue at `address`; the integer `default` when empty.

    The result is a viper integer, signed and of 32 bits: of format I, 2**31 and more reads as a
    negative number. `address` as in `try_enqueue`.

    ISR-safe: yes; a result of 2**30 and more, or below -2**30, is a heap object on a board, and
        lost where none can be made: a hard interrupt takes those with `try_dequeue_into`.
    Complexity: O(1).
    Called by: the consumer.
    Raises: TypeError when `address` is that of no queue of integers, or `default`, if needed, no
        int.
    """
    address = int(address)
    head = ptr32(address)[_HEAD]
    if head == ptr32(address)[_TAIL]:
        kind = ptr32(address)[_KIND]
        if kind != _INTEGERS_1 and kind != _INTEGERS_2 and kind != _INTEGERS_4:
            from heapless_py._refuse import refuse_image

            refuse_image()
        return int(default)
    if ptr32(address)[_KIND] == _INTEGERS_4:
        element = ptr32(address)[_WORDS + head]
    elif ptr32(address)[_KIND] == _INTEGERS_2:
        element = ptr16(address)[2 * _WORDS + head]
    elif ptr32(address)[_KIND] == _INTEGERS_1:
        element = ptr8(address)[_BYTES + head]
    else:
        from heapless_py._refuse import refuse_image

        refuse_image()
    element = (element ^ ptr32(address)[_SIGN]) - ptr32(address)[_SIGN]
    head += 1
    if head == ptr32(address)[_SLOTS]:
        head = 0
    ptr32(address)[_HEAD] = head  # published: the slot is the producer's from here on
    return int(element)


# What the closures for integers find at an address: see `Known`.
_IMAGE = const(0)
_VARIABLE = const(1)
_BIAS = const(2)  # of what fits, and is a small integer on a board, x + bias
_BITS = const(3)  # has no bit from this one on


class _Integers:
    """Of a queue of integers: what the closures of an end look up, and what they do seldom.

    They hold on to it, so that what is `known` is there for as long as they are.
    """

    def __init__(self, image, layout, slots):
        self._low, self._high = limits(layout.code)  # which may be heap objects
        self._check = layout.check
        self._slots = slots
        low, _ = small_limits(layout.code)
        self.known = Known(image, -low, min(8 * layout.size, 31 if low else 30))

    def check(self, x):
        """Raise ValueError or TypeError unless `x` is a number that fits. Allocates nothing."""
        if x < self._low or x > self._high:
            self._check(x)

    def load(self, slot):
        """The element there, whatever it is."""
        return self._slots[slot]


def _integer_enqueuer(integers):
    """`Producer.try_enqueue` for integers."""
    check = integers.check
    address = integers.known.address
    given = integers.known
    true = True  # an object: to return viper's own takes a conversion

    @micropython.viper
    def try_enqueue(x):
        """Enqueue the integer `x`: True, or False when the queue is full.

        ISR-safe: yes; an `x` of 2**30 and more, or below -2**30, is a heap object on a board, and
            takes longer.
        Complexity: O(1).
        Called by: the producer.
        Raises: ValueError when `x` is out of the format's range; TypeError when it is no int.
        """
        nonlocal given
        given = x
        p = ptr32(int(address))
        value = ptr32(p[_VARIABLE])[0]
        if value & 1 == 0 or ((value >> 1) + p[_BIAS]) >> p[_BITS]:
            check(x)
            value = int(x)
        else:
            value >>= 1
        p = ptr32(p[_IMAGE])
        # The slot at tail is ours to write, of a full queue too: it is the one that stays empty.
        tail = p[_TAIL]
        if p[_SIZE] == 4:
            p[_WORDS + tail] = value
        elif p[_SIZE] == 2:
            ptr16(p)[2 * _WORDS + tail] = value
        else:
            ptr8(p)[_BYTES + tail] = value
        tail += 1
        if tail == p[_SLOTS]:
            tail = 0
        if tail == p[_HEAD]:
            p[_REFUSED] += 1
            return x is check  # False, as an object
        p[_TAIL] = tail  # published: the slot is the consumer's from here on
        return true

    integers.known.find(try_enqueue)
    return try_enqueue


def _integer_dequeuer(integers):
    """`Consumer.try_dequeue` for integers."""
    load = integers.load
    address = integers.known.address
    taken = integers.known

    @micropython.viper
    def try_dequeue(default):
        """Dequeue the oldest element; `default` when the queue is empty.

        ISR-safe: yes; one of 2**30 and more, or below -2**30, is a heap object on a board
            (`try_dequeue_into` reads into a buffer).
        Complexity: O(1).
        Called by: the consumer.
        """
        nonlocal taken
        known = ptr32(int(address))
        p = ptr32(known[_IMAGE])
        head = p[_HEAD]
        if head == p[_TAIL]:
            return default
        if p[_SIZE] == 4:
            value = p[_WORDS + head]
        elif p[_SIZE] == 2:
            value = ptr16(p)[2 * _WORDS + head]
        else:
            value = ptr8(p)[_BYTES + head]
        value = int((value ^ p[_SIGN]) - p[_SIGN])
        if (value + known[_BIAS]) >> known[_BITS]:
            taken = load(head)
        else:
            ptr32(known[_VARIABLE])[0] = value << 1 | 1
        head += 1
        if head == p[_SLOTS]:
            head = 0
        p[_HEAD] = head  # published: the slot is the producer's from here on
        return taken

    integers.known.find(try_dequeue)
    return try_dequeue


def _enqueuer(image, check, slots):
    """`Producer.try_enqueue` for elements that `check` lets pass."""

    @micropython.viper
    def try_enqueue(x) -> bool:
        """Enqueue `x`, an integer or, of records, a tuple: True, or False when the queue is full.

        ISR-safe: yes, for integers; no for records (`try_enqueue_from` takes packed bytes).
        Complexity: O(fields).
        Called by: the producer.
        Raises: ValueError or TypeError when `x` does not fit the format.
        """
        check(x)
        p = ptr32(image)
        # The slot at tail is ours to write, of a full queue too: it is the one that stays empty.
        tail = p[_TAIL]
        slots[tail] = x
        tail += 1
        if tail == p[_SLOTS]:
            tail = 0
        if tail == p[_HEAD]:
            p[_REFUSED] += 1
            return False
        p[_TAIL] = tail  # published: the slot is the consumer's from here on
        return True

    return try_enqueue


def _dequeuer(image, slots):
    """`Consumer.try_dequeue` for elements of any kind."""

    @micropython.viper
    def try_dequeue(default):
        """Dequeue the oldest element; `default` when the queue is empty.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board (`try_dequeue_into` reads into a buffer).
        Complexity: O(1).
        Called by: the consumer.
        """
        p = ptr32(image)
        head = p[_HEAD]
        if head == p[_TAIL]:
            return default
        element = slots[head]
        head += 1
        if head == p[_SLOTS]:
            head = 0
        p[_HEAD] = head  # published: the slot is the producer's from here on
        return element

    return try_dequeue


def _room_in(buffer, size):
    """How many elements of `size` bytes go into `buffer`; raise if it is nothing to drain into."""
    check_target_or_array(buffer)
    return elements_in(buffer, size)


def _drainer(image, room_in):
    """`Consumer.drain_into` for whatever `room_in` lets pass."""

    @micropython.viper
    def drain_into(buffer) -> int:
        """Dequeue into `buffer` as many elements as wait and fit; return how many.

        buffer: an `array` of the queue's own format, or bytes (a bytearray, a memoryview of one),
            in which the elements lie packed.

        ISR-safe: yes.
        Complexity: O(bytes moved).
        Called by: the consumer.
        Raises: ValueError when an array's items are narrower than an element; TypeError when
            `buffer` is not as above, or not writable.
        """
        p = ptr32(image)
        size = p[_SIZE]
        room = int(room_in(buffer, size))
        slots = p[_SLOTS]
        tail = p[_TAIL]
        head = p[_HEAD]
        moved = 0
        # One run, or two when the elements wrap around the end of the ring.
        while moved < room and head != tail:
            run = tail - head
            if run < 0:
                run = slots - head
            if run > room - moved:
                run = room - moved
            copy(buffer, image, run * size, moved * size, _BYTES + head * size)
            moved += run
            head += run
            if head == slots:
                head = 0
        p[_HEAD] = head  # published: the slots are the producer's from here on
        return moved

    return drain_into


# What `drain_into` finds at an address instead.
_BYTEARRAY = const(2)
_VIEW = const(3)
_ARRAY = const(5)
_LENGTH = const(2)  # of a buffer
_ADDRESS = const(3)


def _quick_drainer(image, size):
    """`Consumer.drain_into`, where a buffer's words can be seen from here."""
    known = Known(image, *BUFFER_TYPES)
    address = known.address
    refuse = refuser(lambda buffer: _room_in(buffer, size), known)
    given = known  # from then on the buffer of the last call

    @micropython.viper
    def drain_into(buffer) -> int:
        """Dequeue into `buffer` as many elements as wait and fit; return how many.

        buffer: an `array` of the queue's own format, or bytes (a bytearray, a memoryview of one),
            in which the elements lie packed. It is kept alive until another one is drained into.

        ISR-safe: yes.
        Complexity: O(bytes moved); by words or halfwords where they begin at such.
        Called by: the consumer.
        Raises: ValueError when an array's items are narrower than an element; TypeError when
            `buffer` is not as above, or not writable.
        """
        nonlocal given
        given = buffer
        known = ptr32(int(address))
        p = ptr32(known[_IMAGE])
        size = p[_SIZE]
        word = ptr32(known[_VARIABLE])[0]
        if word & 3:  # no address
            refuse(buffer)
        words = ptr32(word)
        kind = words[0]
        target = ptr8(words[_ADDRESS])
        if kind == known[_VIEW] and words[1] & 0x80:  # it may be written
            code = words[1] & 0x7F
            if code == 0x42 or code == 0x62 or code == 1:  # as in `are_bytes`
                kind = known[_BYTEARRAY]
                target = ptr8(int(target) + (words[1] >> 8 & 0xFFFFFF))
        room = words[_LENGTH]
        if kind == known[_ARRAY]:
            code = words[1] & 0x5F  # in capitals
            width = 4
            if code == 0x42:  # B
                width = 1
            elif code == 0x48:  # H
                width = 2
            elif code == 0x51 or code == 0x44:  # Q, D
                width = 8
            if size > width and room > 0:
                refuse(buffer)
        elif kind == known[_BYTEARRAY]:
            if size > 1:
                room = room // size
        else:
            refuse(buffer)
        # One run, or two when the elements wrap around the end of the ring.
        after = p[_TAIL]
        head = p[_HEAD]
        run = after - head
        rest = 0
        if run < 0:
            run = p[_SLOTS] - head
            rest = after
        if run + rest > room:
            rest = room - run  # which may be negative
            after = rest
            if rest < 0:
                run = room
                after = head + room
        moved = run
        if rest > 0:
            moved += rest
        place = ptr8(int(p) + (_BYTES + head * size))
        run = run * size  # in bytes, from here on
        while True:
            following = int(target) + run
            narrow = (int(place) | int(target)) & 3  # the bits that keep us from words
            if narrow == 0:
                while run >= 32:
                    ptr32(target)[0] = ptr32(place)[0]
                    ptr32(target)[1] = ptr32(place)[1]
                    ptr32(target)[2] = ptr32(place)[2]
                    ptr32(target)[3] = ptr32(place)[3]
                    ptr32(target)[4] = ptr32(place)[4]
                    ptr32(target)[5] = ptr32(place)[5]
                    ptr32(target)[6] = ptr32(place)[6]
                    ptr32(target)[7] = ptr32(place)[7]
                    place = ptr8(int(place) + 32)
                    target = ptr8(int(target) + 32)
                    run -= 32
                while run >= 4:
                    ptr32(target)[0] = ptr32(place)[0]
                    place = ptr8(int(place) + 4)
                    target = ptr8(int(target) + 4)
                    run -= 4
            if narrow & 1 == 0:
                while run >= 16:
                    ptr16(target)[0] = ptr16(place)[0]
                    ptr16(target)[1] = ptr16(place)[1]
                    ptr16(target)[2] = ptr16(place)[2]
                    ptr16(target)[3] = ptr16(place)[3]
                    ptr16(target)[4] = ptr16(place)[4]
                    ptr16(target)[5] = ptr16(place)[5]
                    ptr16(target)[6] = ptr16(place)[6]
                    ptr16(target)[7] = ptr16(place)[7]
                    place = ptr8(int(place) + 16)
                    target = ptr8(int(target) + 16)
                    run -= 16
                while run >= 2:
                    ptr16(target)[0] = ptr16(place)[0]
                    place = ptr8(int(place) + 2)
                    target = ptr8(int(target) + 2)
                    run -= 2
            while run > 0:
                run -= 1
                target[run] = place[run]
            if rest <= 0:
                break
            target = ptr8(following)
            run = rest * size
            rest = 0
            place = ptr8(int(p) + _BYTES)
        p[_HEAD] = after  # published: the slots are the producer's from here on
        return moved

    known.find(drain_into)
    return drain_into


def _kind(layout):
    return _KINDS[layout.size] if layout.code else _RECORDS


def _checked_layout(capacity, fmt):
    """The layout of `fmt`, of which a queue may have `capacity` elements; else raise."""
    layout = Format(fmt)
    check_capacity(capacity, (_LARGEST - _BYTES) // layout.size - 1)
    return layout


def _image_size(capacity, layout):
    return whole_words(_BYTES + (capacity + 1) * layout.size)


class _End:
    """What either end of a queue tells about it."""

    def __init__(self, image, words, layout, slots):
        self.image = image
        self.address = pointer(image)
        self.format = layout.text
        self.capacity = words[_SLOTS] - 1
        self._words = words
        self._slots = slots

    @micropython.viper
    def __len__(self) -> int:
        """The number of elements waiting.

        While the other side works, a producer's count may already be too high and a consumer's too
        low: each can rely on the room, or the elements, that it was told of.

        ISR-safe: yes.
        Complexity: O(1).
        """
        p = ptr32(self.image)
        waiting = p[_TAIL] - p[_HEAD]
        if waiting < 0:
            waiting += p[_SLOTS]
        return waiting

    @micropython.viper
    def is_empty(self) -> bool:
        """Whether no element is waiting.

        ISR-safe: yes.
        Complexity: O(1).
        """
        p = ptr32(self.image)
        return p[_TAIL] == p[_HEAD]

    @micropython.viper
    def is_full(self) -> bool:
        """Whether there is no room for one more element.

        ISR-safe: yes.
        Complexity: O(1).
        """
        p = ptr32(self.image)
        after = p[_TAIL] + 1
        if after == p[_SLOTS]:
            after = 0
        return after == p[_HEAD]


class Producer(_End):
    """The end of a split SpscQueue that enqueues. One context at a time may use it.

    Enqueue: try_enqueue, enqueue, try_enqueue_from, enqueue_from
    In a hard interrupt, from a register: capture
    Ask: ready, len, capacity, is_full, is_empty, refused
    In an asyncio task: wait_ready
    For the function form: address

    `try_enqueue` is an attribute, so that looking it up in a handler allocates nothing.
    """

    def __init__(self, image, words, layout, slots):
        super().__init__(image, words, layout, slots)
        if layout.code and Known:
            self.try_enqueue = _integer_enqueuer(_Integers(image, layout, slots))
        else:
            self.try_enqueue = _enqueuer(image, checker(layout), slots)

    @micropython.native
    def enqueue(self, x):
        """Enqueue `x`.

        ISR-safe: no (it raises; `try_enqueue` does not).
        Complexity: O(1).
        Called by: the producer.
        Raises: Full; ValueError or TypeError when `x` does not fit the format.
        """
        if not self.try_enqueue(x):
            raise FULL

    @micropython.viper
    def try_enqueue_from(self, buffer) -> bool:
        """Enqueue the element packed at the begin of `buffer`: True, or False when full.

        `buffer` is any memory; an element is `struct.calcsize("<" + format)` bytes of it.

        ISR-safe: yes.
        Complexity: O(element size).
        Called by: the producer.
        Raises: ValueError when `buffer` is shorter than an element; TypeError when no memory.
        """
        image = self.image
        p = ptr32(image)
        size = p[_SIZE]
        check_readable(buffer, size)
        tail = p[_TAIL]
        after = tail + 1
        if after == p[_SLOTS]:
            after = 0
        if after == p[_HEAD]:
            p[_REFUSED] += 1
            return False
        copy(image, buffer, size, _BYTES + tail * size, 0)
        p[_TAIL] = after  # published: the slot is the consumer's from here on
        return True

    def capture(self, address, stamp=None, width=32):
        """A handler for `irq(handler, hard=True)` that enqueues what a peripheral's register says.

        Each interrupt reads it once, of a full queue too (then `refused` counts on), and runs no
        bytecode. The queue is of integers, and keeps as many of the low bits as an element has.

        address: of the register, a multiple of the bytes that are read at once. It is believed:
            whatever is there is read, with every interrupt.
        stamp: the address of a second register, of 32 bits, that is read after the first, such as
            a timer's. The queue is of records of two integers then, such as "HI".
        width: bits of the register that are read at once: 8, 16 or 32.

        ISR-safe: no; the handler is.
        Complexity: O(1), the handler too.
        Called by: the producer, which the handler is from then on.
        Raises: ValueError or TypeError when an argument is not as above or the format is another;
            NotImplementedError on a port without such registers.
        """
        from ._capture import into_queue

        return into_queue(self.image, self.format, address, stamp, width)

    def enqueue_from(self, buffer):
        """Enqueue the element packed at the begin of `buffer`.

        ISR-safe: no (it raises; `try_enqueue_from` does not).
        Complexity: O(element size).
        Called by: the producer.
        Raises: Full; ValueError when `buffer` is shorter than an element; TypeError when it is no
            memory.
        """
        if not self.try_enqueue_from(buffer):
            raise FULL

    @micropython.viper
    def ready(self) -> bool:
        """Whether the next `enqueue` is certain to find room.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the producer.
        """
        p = ptr32(self.image)
        after = p[_TAIL] + 1
        if after == p[_SLOTS]:
            after = 0
        return after != p[_HEAD]

    async def wait_ready(self):
        """Wait until the next `enqueue` is certain to find room.

        ISR-safe: no.
        Called by: the producer, in an asyncio task; one task at a time.
        """
        from ._waiting import until

        while not self.ready():
            await until(self.ready, self.image, _HEAD)

    @property
    def refused(self):
        """How many elements found the queue full, modulo 2**32.

        ISR-safe: yes, below 2**30.
        Complexity: O(1).
        Called by: anyone.
        """
        return self._words[_REFUSED]

    def __repr__(self):
        return f"<Producer of SpscQueue({self.capacity}, {self.format!r}), {len(self)} waiting>"


class Consumer(_End):
    """The end of a split SpscQueue that dequeues. One context at a time may use it.

    Dequeue: try_dequeue, dequeue, try_dequeue_into, dequeue_into, drain_into, iteration, clear
    Look: try_peek, peek
    Ask: ready, len, capacity, is_full, is_empty
    In an asyncio task: wait, async iteration
    For the function form: address

    `try_dequeue` and `drain_into` are attributes, so that looking them up in a handler allocates
    nothing.
    """

    def __init__(self, image, words, layout, slots):
        super().__init__(image, words, layout, slots)
        if layout.code and Known:
            self.try_dequeue = _integer_dequeuer(_Integers(image, layout, slots))
        else:
            self.try_dequeue = _dequeuer(image, slots)
        if Known:
            self.drain_into = _quick_drainer(image, layout.size)
        else:
            self.drain_into = _drainer(image, _room_in)

    @micropython.native
    def dequeue(self):
        """Dequeue the oldest element.

        ISR-safe: no (it raises; `try_dequeue` does not).
        Complexity: O(1).
        Called by: the consumer.
        Raises: Empty.
        """
        element = self.try_dequeue(_NOTHING)
        if element is _NOTHING:
            raise EMPTY
        return element

    @micropython.viper
    def try_dequeue_into(self, buffer) -> bool:
        """Dequeue the oldest element, packed, to the begin of `buffer`: True, or False when empty.

        ISR-safe: yes.
        Complexity: O(element size).
        Called by: the consumer.
        Raises: ValueError when `buffer` is shorter than an element; TypeError when not writable.
        """
        image = self.image
        p = ptr32(image)
        size = p[_SIZE]
        check_writable(buffer, size)
        head = p[_HEAD]
        if head == p[_TAIL]:
            return False
        copy(buffer, image, size, 0, _BYTES + head * size)
        head += 1
        if head == p[_SLOTS]:
            head = 0
        p[_HEAD] = head  # published: the slot is the producer's from here on
        return True

    def dequeue_into(self, buffer):
        """Dequeue the oldest element, packed, to the begin of `buffer`.

        ISR-safe: no (it raises; `try_dequeue_into` does not).
        Complexity: O(element size).
        Called by: the consumer.
        Raises: Empty; ValueError when `buffer` is shorter than an element; TypeError when not
            writable.
        """
        if not self.try_dequeue_into(buffer):
            raise EMPTY

    @micropython.native
    def try_peek(self, default):
        """The oldest element, which stays in the queue; `default` when the queue is empty.

        ISR-safe: yes, for integers; one of 2**30 and more, or below -2**30, and a record are heap
            objects on a board.
        Complexity: O(1).
        Called by: the consumer.
        """
        head = self._words[_HEAD]
        if head == self._words[_TAIL]:
            return default
        return self._slots[head]

    def peek(self):
        """The oldest element, which stays in the queue.

        ISR-safe: no (it raises; `try_peek` does not).
        Complexity: O(1).
        Called by: the consumer.
        Raises: Empty.
        """
        element = self.try_peek(_NOTHING)
        if element is _NOTHING:
            raise EMPTY
        return element

    @micropython.viper
    def ready(self) -> bool:
        """Whether the next `dequeue` is certain to find an element.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the consumer.
        """
        p = ptr32(self.image)
        return p[_TAIL] != p[_HEAD]

    async def wait(self):
        """Wait until the next `dequeue` is certain to find an element.

        Either form of enqueuing ends the wait, from an interrupt or a thread as well.

        ISR-safe: no.
        Called by: the consumer, in an asyncio task; one task at a time.
        """
        from ._waiting import until

        while not self.ready():
            await until(self.ready, self.image, _TAIL)

    def __aiter__(self):
        """Iterate by dequeuing, and wait for elements to come; there is no end.

        ISR-safe: no.
        Called by: the consumer, in an asyncio task; one task at a time.
        """
        return self

    async def __anext__(self):
        await self.wait()
        return self.dequeue()

    @micropython.viper
    def clear(self):
        """Drop the elements that wait.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the consumer.
        """
        p = ptr32(self.image)
        p[_HEAD] = p[_TAIL]

    def elements(self):
        """Iterate over the elements, the oldest first, without dequeuing them.

        ISR-safe: no.
        Called by: the consumer.
        """
        head = self._words[_HEAD]
        for _ in range(len(self)):
            yield self._slots[head]
            head = (head + 1) % self._words[_SLOTS]

    def __iter__(self):
        """Iterate by dequeuing, until the queue is found empty.

        ISR-safe: no (the end of an iteration is an exception).
        Called by: the consumer.
        """
        return self

    def __next__(self):
        element = self.try_dequeue(_NOTHING)
        if element is _NOTHING:
            raise StopIteration
        return element

    def __repr__(self):
        return f"<Consumer of SpscQueue({self.capacity}, {self.format!r}), {len(self)} waiting>"


class SpscQueue:
    """A first-in first-out queue of `capacity` elements of format `fmt`.

    capacity: elements, 1 and more; all of them can be in use.
    fmt: a `struct` format: one integer of b B h H i I, or a record such as "IhB".
    buffer: writable memory for the image, of `size_of(capacity, fmt)` bytes or more, beginning at
        a multiple of 4: a bytearray, a memoryview of bytes, an array. So much of it is cleared; do
        not resize it any more. None for fresh memory.

    Raises: ValueError or TypeError when an argument is not as above.

    Split: split
    Enqueue: try_enqueue, enqueue, try_enqueue_from, enqueue_from
    Dequeue: try_dequeue, dequeue, try_dequeue_into, dequeue_into, drain_into, clear
    Look: try_peek, peek, iteration, ==
    Ask: len, bool, capacity, format, is_full, is_empty, refused
    Plan: size_of, from_iterable
    For the function form: address

    `split()` gives the queue's two ends, once; from then on the queue itself refuses to be used
    (ValueError). Until then it does what both ends do, for the one context that has it.

    The image, in 32-bit little-endian words; whoever is named is a word's only writer:

         0        1        2        3        4        5        6        7        8
        +--------+--------+--------+--------+--------+--------+--------+--------+----------------
        | kind   | slots  | size   | sign   | tail   | head   | refused| split  | slots x size
        +--------+--------+--------+--------+--------+--------+--------+--------+  bytes, packed;
          -------- at construction -------- producer consumer producer  split()    0 … 3 unused

    The elements that wait are in the slots from head to before tail, around the end; the consumer
    only reads them. The others are the producer's, which writes the one at tail.
    """

    def __init__(self, capacity, fmt, buffer=None):
        layout = _checked_layout(capacity, fmt)
        self.image = new_image(_image_size(capacity, layout), buffer)
        self.address = pointer(self.image)
        self.capacity = capacity
        self.format = layout.text
        self._words = words = integers(self.image, 0, "I", _WORDS)
        words[_KIND] = _kind(layout)
        words[_SLOTS] = capacity + 1
        words[_SIZE] = layout.size
        words[_SIGN] = _SIGNS.get(layout.code, 0)
        slots = layout.slots(self.image, _BYTES, capacity + 1)
        self._producer = Producer(self.image, words, layout, slots)
        self._consumer = Consumer(self.image, words, layout, slots)

    @staticmethod
    def size_of(capacity, fmt):
        """The bytes of the image of a queue of `capacity` elements of format `fmt`.

        ISR-safe: no.
        Raises: as the constructor.
        """
        return _image_size(capacity, _checked_layout(capacity, fmt))

    @classmethod
    def from_iterable(cls, capacity, fmt, items, buffer=None):
        """A queue that holds `items`, the first of them the oldest.

        ISR-safe: no.
        Raises: Full when there are more than `capacity`; else as the constructor and `enqueue`.
        """
        queue = cls(capacity, fmt, buffer)
        for item in items:
            queue.enqueue(item)
        return queue

    def split(self):
        """Give the queue's two ends, `(Producer, Consumer)`. From now on use them, not the queue.

        ISR-safe: no.
        Raises: ValueError when the queue was split before.
        """
        ends = self._whole(self._producer), self._whole(self._consumer)
        self._words[_SPLIT] = 1
        return ends

    def _whole(self, end):
        """One of the ends, for the queue's own use; ValueError once they were given away."""
        if self._words[_SPLIT]:
            raise ValueError("this SpscQueue is split: use its Producer and its Consumer")
        return end

    def try_enqueue(self, x):
        """`Producer.try_enqueue`, before a split.

        ISR-safe: yes, for integers.
        """
        return self._whole(self._producer).try_enqueue(x)

    def enqueue(self, x):
        """`Producer.enqueue`, before a split.

        ISR-safe: no.
        """
        self._whole(self._producer).enqueue(x)

    def try_enqueue_from(self, buffer):
        """`Producer.try_enqueue_from`, before a split.

        ISR-safe: yes.
        """
        return self._whole(self._producer).try_enqueue_from(buffer)

    def enqueue_from(self, buffer):
        """`Producer.enqueue_from`, before a split.

        ISR-safe: no.
        """
        self._whole(self._producer).enqueue_from(buffer)

    @property
    def refused(self):
        """`Producer.refused`, before a split.

        ISR-safe: yes, below 2**30.
        """
        return self._whole(self._producer).refused

    def try_dequeue(self, default):
        """`Consumer.try_dequeue`, before a split.

        ISR-safe: yes, for integers.
        """
        return self._whole(self._consumer).try_dequeue(default)

    def dequeue(self):
        """`Consumer.dequeue`, before a split.

        ISR-safe: no.
        """
        return self._whole(self._consumer).dequeue()

    def try_dequeue_into(self, buffer):
        """`Consumer.try_dequeue_into`, before a split.

        ISR-safe: yes.
        """
        return self._whole(self._consumer).try_dequeue_into(buffer)

    def dequeue_into(self, buffer):
        """`Consumer.dequeue_into`, before a split.

        ISR-safe: no.
        """
        self._whole(self._consumer).dequeue_into(buffer)

    def drain_into(self, buffer):
        """`Consumer.drain_into`, before a split.

        ISR-safe: yes.
        """
        return self._whole(self._consumer).drain_into(buffer)

    def try_peek(self, default):
        """`Consumer.try_peek`, before a split.

        ISR-safe: yes, for integers.
        """
        return self._whole(self._consumer).try_peek(default)

    def peek(self):
        """`Consumer.peek`, before a split.

        ISR-safe: no.
        """
        return self._whole(self._consumer).peek()

    def clear(self):
        """`Consumer.clear`, before a split.

        ISR-safe: yes.
        """
        self._whole(self._consumer).clear()

    def is_empty(self):
        """Whether no element is waiting.

        ISR-safe: yes.
        """
        return self._whole(self._consumer).is_empty()

    def is_full(self):
        """Whether there is no room for one more element.

        ISR-safe: yes.
        """
        return self._whole(self._consumer).is_full()

    def __len__(self):
        """The number of elements waiting.

        ISR-safe: yes.
        """
        return len(self._whole(self._consumer))

    def __bool__(self):
        """Whether an element is waiting.

        ISR-safe: yes.
        """
        return bool(self._whole(self._consumer))

    def __iter__(self):
        """Iterate over the elements, the oldest first; they stay in the queue.

        ISR-safe: no.
        """
        return self._whole(self._consumer).elements()

    def __eq__(self, other):
        """Whether `other`, a queue or a sequence, holds equal elements in the same order.

        ISR-safe: no.
        """
        return same_elements(self, other)

    def __repr__(self):
        if self._words[_SPLIT]:
            return f"<SpscQueue({self.capacity}, {self.format!r}), split>"
        return description(self)

    def _check(self):
        """Assert every invariant of the image."""
        layout = Format(self.format)
        words = [self._words[i] for i in range(_WORDS)]
        assert words[_KIND] == _kind(layout), words
        assert words[_SLOTS] == self.capacity + 1, words
        assert words[_SIZE] == layout.size, words
        assert words[_SIGN] == _SIGNS.get(layout.code, 0), words
        assert words[_TAIL] < words[_SLOTS], words
        assert words[_HEAD] < words[_SLOTS], words
        assert words[_SPLIT] < 2, words
        assert len(self.image) == _image_size(self.capacity, layout), len(self.image)
