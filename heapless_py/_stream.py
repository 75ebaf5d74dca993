"""What streams of bytes have in common: a MicroPython stream's protocol, in Python."""

from ._image import check_source, check_target
from ._port import micropython

READABLE = 1
WRITABLE = 4

_POLL = 3  # the request of an ioctl: which of these flags are true?
_EINVAL = 22


def ready(request, flags, able):
    """What `ioctl` of a stream answers that is `able` to be read, or written, now."""
    return flags & able if request == _POLL else -_EINVAL


def how_many(size, waiting):
    """How many of the bytes that wait `read(size)` takes: all of them if it is negative."""
    if type(size) is not int:
        raise TypeError(f"a number of bytes is an int, not {size!r}")
    return waiting if size < 0 or size > waiting else size


def writer(image, length, write):
    """`write` of a stream, by the function `write` on its `image`; `length` is Python's len.

    A global would cost more than a free variable, with each call.
    """
    seen = image  # the buffer that was written last, found to be bytes: it is not asked again

    @micropython.viper
    def write_stream(buffer):
        """Write of `buffer` as many bytes as fit, around the wrap if need be; return how many.

        buffer: bytes, a bytearray or a memoryview of one. It is kept alive until another one is
            written.

        ISR-safe: yes.
        Complexity: O(bytes moved).
        Called by: the writer, or producer.
        Raises: TypeError when `buffer` is no bytes; of a BBQueue, ValueError when a grant is live,
            or when the queue is not split into ends of this kind.
        """
        nonlocal seen
        if buffer is seen:
            pass
        else:
            check_source(buffer)
            seen = buffer
        return write(image, buffer, length(buffer))

    return write_stream


def drainer(image, length, read):
    """`drain_into` of a stream, by the function `read` on its `image`; as `writer`."""
    seen = image

    @micropython.viper
    def drain_stream_into(buffer):
        """Read to the begin of `buffer` as many bytes as wait and fit; return how many.

        buffer: a bytearray or a memoryview of one. It is kept alive until another one is read
            into.

        ISR-safe: yes.
        Complexity: O(bytes read).
        Called by: the reader.
        Raises: TypeError when `buffer` is not as above.
        """
        nonlocal seen
        if buffer is seen:
            pass
        else:
            check_target(buffer)
            seen = buffer
        return read(image, buffer, length(buffer))

    return drain_stream_into
