"""The memory image: the one block of bytes that is the whole state of a container."""

from array import array as _array
from struct import pack_into as _pack_into
from struct import unpack_from as _unpack_from

from ._port import are_bytes, as_bytes, is_aligned, micropython

_BYTES = (bytearray, memoryview)


def new_image(size, buffer):
    """An image of `size` zero bytes: in the caller's `buffer`, or in fresh memory for None.

    Raises TypeError when `buffer` is not writable memory, ValueError when it is shorter than
    `size` bytes or does not begin at a multiple of four.
    """
    if buffer is None:
        return bytearray(size)
    check_writable(buffer, size)
    if not is_aligned(buffer):
        raise ValueError("the buffer does not begin at a multiple of 4 bytes")
    image = as_bytes(buffer, size)
    for i in range(size):
        image[i] = 0
    return image


def whole_words(size):
    """`size` bytes and those up to the next word: every image is of whole words."""
    return (size + 3) & ~3


def check_capacity(capacity, largest):
    """Raise unless `capacity` is a number of elements from 1 to `largest`."""
    if type(capacity) is not int:  # a bool is one on CPython, and none on MicroPython
        raise TypeError(f"a capacity is an int, not {capacity!r}")
    if not 1 <= capacity <= largest:
        raise ValueError(f"capacity {capacity} is outside of 1 to {largest}")


@micropython.viper
def check_writable(buffer, size):
    """Raise unless `buffer` is writable memory of at least `size` bytes. Allocates nothing."""
    try:
        _pack_into("", buffer, size)  # packs nothing, but looks at the end of the buffer
    except TypeError:
        raise TypeError(f"writable memory is needed (a bytearray), not a {type(buffer).__name__}")
    except Exception:  # ValueError or struct.error
        raise ValueError(f"the buffer is shorter than the {size} bytes needed")


@micropython.viper
def check_readable(buffer, size):
    """Raise unless `buffer` is memory of at least `size` bytes. Allocates nothing."""
    try:
        if isinstance(buffer, str):  # memory to MicroPython
            raise TypeError
        _unpack_from("", buffer, size)  # unpacks nothing, but looks at the end
    except TypeError:
        raise TypeError(f"memory is needed (bytes, an array), not a {type(buffer).__name__}")
    except Exception:  # ValueError or struct.error
        raise ValueError(f"the buffer is shorter than the {size} bytes needed")


@micropython.viper
def elements_in(buffer, size: int) -> int:
    """How many elements of `size` bytes go into `buffer`. Allocates nothing.

    Bytes (a bytearray or a memoryview) take as many as fit; an array of the elements' own format
    takes one in each item. Raises TypeError when `buffer` is not writable memory, ValueError when
    the array's items are narrower than an element.
    """
    count = int(len(buffer))
    if isinstance(buffer, _BYTES):
        count = count // size
    check_writable(buffer, count * size)
    return count


@micropython.viper
def check_source(buffer):
    """Raise unless `buffer` is bytes, as many as its length. Allocates nothing."""
    if not are_bytes(buffer):
        name = type(buffer).__name__
        raise TypeError(f"bytes, a bytearray or a memoryview of one is needed, not a {name}")


@micropython.viper
def check_target(buffer):
    """Raise unless `buffer` is writable bytes, as many as its length. Allocates nothing."""
    check_source(buffer)
    check_writable(buffer, 0)


@micropython.viper
def check_target_or_array(buffer):
    """Raise unless `buffer` is writable bytes or an array. Allocates nothing."""
    if type(buffer) is not _array:
        check_source(buffer)
    check_writable(buffer, 0)


def refuser(check, known):
    """What refuses a buffer for a function that sees the words of buffers.

    `check` says why. `known` is kept alive by this: the function has no more of it than its
    address.
    """

    def refuse(buffer):
        check(buffer)
        raise TypeError(f"{known}: a {type(buffer).__name__} is not what it should be")

    return refuse
