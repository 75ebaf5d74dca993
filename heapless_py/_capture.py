"""Hard interrupt handlers, all in machine code, that read a peripheral's register and keep it.

Each is a closure that `irq(handler, hard=True)` takes as it is. It names no global and makes no
object: from the interrupt to the element in the ring no bytecode runs.
"""

import sys
from struct import calcsize

from ._port import Known, const, int, micropython, pointer, ptr8, ptr16, ptr32

# What a handler finds at an address: see `Known`.
_IMAGE = const(0)
_REGISTER = const(2)
_STAMP = const(3)
_WIDTH = const(4)  # bits of the register to read
_FIRST = const(5)  # bytes of the element that are the register's; the others are the stamp's
_FRAME = const(5)  # or the address of the frame

# Of a queue's image.
_SLOTS = const(1)
_SIZE = const(2)
_TAIL = const(4)
_HEAD = const(5)
_REFUSED = const(6)
_QUEUE_BYTES = const(32)

# Of a BBQueue's image.
_FRAMES_REFUSED = const(9)

# Of a history's image, which has its size in word 2, too.
_CAPACITY = const(1)
_LENGTH = const(3)
_OLDEST = const(4)
_WRITES = const(5)
_HISTORY_BYTES = const(24)


_LAST_ADDRESS = 2 * sys.maxsize + 1


def check_registers(address, stamp, width):
    """Raise unless `width` bits can be read at `address`, and 32 at `stamp`; whatever is there."""
    if width not in (8, 16, 32):
        raise ValueError(f"a register of {width!r} bits: 8, 16 or 32 can be read at once")
    for it, size in ((address, width >> 3), (0 if stamp is None else stamp, 4)):
        if type(it) is not type(size):
            raise TypeError(f"the address of a register is an int, not {it!r}")
        if not 0 <= it <= _LAST_ADDRESS or it % size:
            raise ValueError(
                f"address {it:#x} is outside of 0 to {_LAST_ADDRESS:#x}, or no multiple of {size}"
            )
    if Known is None:
        raise NotImplementedError("this port has no peripherals that a 32-bit address reaches")


def _of_elements(image, form, address, stamp, width):
    """What a handler knows that writes elements of the format `form`."""
    check_registers(address, stamp, width)
    registers = 1 if stamp is None else 2
    if len(form) != registers or any(field not in "bBhHiIlL" for field in form):
        raise ValueError(
            f"an element is {registers} integer{'s'[: registers - 1]}, as many as the registers "
            f"that are read, not a {form!r}"
        )
    return Known(image, address, stamp or 0, width, calcsize("<" + form[0]))


def into_queue(image, form, address, stamp, width):
    """The handler of a queue's producer."""
    known = _of_elements(image, form, address, stamp, width)
    place = known.address

    @micropython.viper
    def capture(source):
        known  # noqa: B018  to be held: or what is at its address might not be there any more
        k = ptr32(int(place))
        p = ptr32(k[_IMAGE])
        tail = p[_TAIL]
        size = p[_SIZE]
        left = k[_FIRST]
        at = int(p) + (_QUEUE_BYTES + tail * size)
        if k[_WIDTH] == 32:
            value = ptr32(k[_REGISTER])[0]
        elif k[_WIDTH] == 16:
            value = ptr16(k[_REGISTER])[0]
        else:
            value = ptr8(k[_REGISTER])[0]
        while True:
            # The slot at tail is the producer's to write, of a full queue too.
            size -= left
            if left == 4 and at & 3 == 0:
                ptr32(at)[0] = value
                at = at + 4
            else:
                while left > 0:
                    ptr8(at)[0] = value
                    value >>= 8
                    at = at + 1
                    left -= 1
            if size == 0:
                break
            value = ptr32(k[_STAMP])[0]
            left = size
        tail += 1
        if tail == p[_SLOTS]:
            tail = 0
        if tail == p[_HEAD]:
            p[_REFUSED] += 1
        else:
            p[_TAIL] = tail  # published: the slot is the consumer's from here on

    return capture


def into_history(image, form, address, stamp, width):
    """The handler of a history."""
    known = _of_elements(image, form, address, stamp, width)
    place = known.address

    @micropython.viper
    def capture(source):
        known  # noqa: B018
        # Steps as in into_queue: to share them is a call, a third of what an interrupt takes.
        k = ptr32(int(place))
        p = ptr32(k[_IMAGE])
        slot = p[_LENGTH]
        if slot == p[_CAPACITY]:
            slot = p[_OLDEST]
        size = p[_SIZE]
        left = k[_FIRST]
        at = int(p) + (_HISTORY_BYTES + slot * size)
        p[_WRITES] = p[_WRITES] | 1
        if k[_WIDTH] == 32:
            value = ptr32(k[_REGISTER])[0]
        elif k[_WIDTH] == 16:
            value = ptr16(k[_REGISTER])[0]
        else:
            value = ptr8(k[_REGISTER])[0]
        while True:
            size -= left
            if left == 4 and at & 3 == 0:
                ptr32(at)[0] = value
                at = at + 4
            else:
                while left > 0:
                    ptr8(at)[0] = value
                    value >>= 8
                    at = at + 1
                    left -= 1
            if size == 0:
                break
            value = ptr32(k[_STAMP])[0]
            left = size
        if p[_LENGTH] < p[_CAPACITY]:
            p[_LENGTH] = p[_LENGTH] + 1
        else:
            slot += 1
            if slot == p[_CAPACITY]:
                slot = 0
            p[_OLDEST] = slot
        p[_WRITES] += 1

    return capture


def into_frames(producer, address, stamp, width):
    """The handler of a frames' producer, which writes frames of one word or two."""
    check_registers(address, stamp, width)
    size = 4 if stamp is None else 8
    if size > producer.max_frame:
        raise ValueError(f"a frame of {size} bytes is longer than {producer.max_frame}, max_frame")
    write_frame = producer.write_frame
    frame = bytearray(size)
    known = Known(producer.image, address, stamp or 0, width, pointer(frame))
    place = known.address

    @micropython.viper
    def capture(source):
        known  # noqa: B018
        k = ptr32(int(place))
        words = ptr32(k[_FRAME])
        if k[_WIDTH] == 32:
            words[0] = ptr32(k[_REGISTER])[0]
        elif k[_WIDTH] == 16:
            words[0] = ptr16(k[_REGISTER])[0]
        else:
            words[0] = ptr8(k[_REGISTER])[0]
        if k[_STAMP] != 0:
            words[1] = ptr32(k[_STAMP])[0]
        if write_frame(frame):
            pass
        else:
            words = ptr32(k[_IMAGE])
            words[_FRAMES_REFUSED] += 1

    return capture
