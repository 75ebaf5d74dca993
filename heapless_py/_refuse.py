"""The complaints of hot viper functions, each imported where it is raised.

A viper function that names any global saves and restores the interpreter's globals around every
call: 163 cycles on an emulated RP2040. An import in the failing branch costs nothing until then.

It has a price then: MicroPython takes a lock to intern a module's name, on ports whose threads
share no global lock, such as rp2. A hard interrupt handler that makes such a mistake just while
the program holds that lock, importing or compiling something, waits for ever instead of showing
its traceback. So nothing but mistakes may import: `host_tests/test_allocation.py` sees to it.
"""


def refuse_image():
    raise TypeError("this is not the image of a container of integers of this kind")


def refuse_integer(value, size, sign):
    low, high = -sign, (1 << (8 * size)) - sign - 1
    raise ValueError(f"{value} is outside of {low} to {high}, the range of an element")


def refuse_bip():
    raise TypeError("this is not the image of a BBQueue")


def refuse_ring(verb, size):
    """Of a ring: it is another image, or else the number of bytes is negative."""
    if size < 0:
        refuse_negative(verb, size)
    raise TypeError("this is not the image of a RingBuffer")


_ENDS = {1: "the ends of a stream", 2: "the ends for frames"}


def refuse_end(grant, use, now):
    """Of a bip-buffer: a grant is live, or the queue, which is in use `now`, is not in `use`."""
    if use == now:
        raise ValueError(f"a {grant} is live: end it before the next operation")
    raise ValueError(
        f"this is one of {_ENDS[use]}, and the BBQueue is split into "
        + _ENDS.get(now, "no ends: they were released")
    )


def refuse_grant(size, capacity, framed):
    if framed:
        raise ValueError(
            f"a frame of {size} bytes is outside of 0 to {(capacity & -4) - 4}, max_frame"
        )
    raise ValueError(f"a grant of {size} bytes is outside of 0 to {capacity}, the capacity")


def refuse_dead(verb, grant):
    raise ValueError(f"{verb}: this grant is dead, it was committed or released before")


def refuse_negative(verb, size):
    raise ValueError(f"{verb} of {size} bytes: a number of bytes is 0 or more")


def refuse_short(size, buffer):
    raise IndexError(f"a frame of {size} bytes is longer than the buffer, which has {len(buffer)}")


def refuse_frame(size, run):
    raise ValueError(
        f"a frame's header tells {size} bytes where at most {run} were committed: the memory was "
        "written to from elsewhere; clear() drops what waits"
    )
