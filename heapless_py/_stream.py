"""What streams of bytes have in common: a MicroPython stream's protocol, in Python."""

from io import IOBase

from ._image import check_source
from ._port import micropython

READABLE = 1
WRITABLE = 4

_POLL = 3  # the request of an ioctl: which of these flags are true?
_EINVAL = 22
_END_OF_LINE = 10


def ready(request, flags, able):
    """What `ioctl` of a stream answers that is `able` to be read, or written, now."""
    return flags & able if request == _POLL else -_EINVAL


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


class Stream(IOBase):
    """Reads from `source`, which has `readinto`, `any` and `ioctl`. It never waits."""

    def __init__(self, source):
        self._source = source
        self.readinto = source.readinto
        self.any = source.any
        self.ioctl = source.ioctl

    def read(self, size=-1):
        """Up to `size` bytes of those that wait, -1 for all of them; None when none wait."""
        waiting = self.any()
        if size < 0 or size > waiting:
            size = waiting
        if not size:
            return None if not waiting else b""
        taken = bytearray(size)
        self.readinto(taken)
        return bytes(taken)

    def readline(self):
        """The bytes up to the end of a line, or all if there is none yet; None when none wait."""
        line = bytearray()
        byte = bytearray(1)
        while self.readinto(byte):
            line.append(byte[0])
            if byte[0] == _END_OF_LINE:
                break
        return bytes(line) if line else None
