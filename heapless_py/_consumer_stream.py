"""A consumer as a MicroPython stream: what `asyncio.StreamReader`, `json.load` and others take."""

from io import IOBase

from ._stream import how_many

_END_OF_LINE = 10


class Stream(IOBase):
    """Reads from `source`, which has `readinto`, `any` and `ioctl`. It never waits."""

    def __init__(self, source):
        self._source = source
        self.readinto = source.readinto
        self.any = source.any
        self.ioctl = source.ioctl

    def read(self, size=-1):
        """Up to `size` bytes of those that wait, -1 for all of them; None when none wait.

        Raises: ValueError when a read grant is live; TypeError when `size` is no int.
        """
        waiting = self.any()
        size = how_many(size, waiting)
        if not size:
            return None if not waiting else b""
        taken = bytearray(size)
        self.readinto(taken)
        return bytes(taken)

    def readline(self):
        """The bytes up to the end of a line, or all if there is none yet; None when none wait.

        Raises: ValueError when a read grant is live.
        """
        line = bytearray()
        byte = bytearray(1)
        while self.readinto(byte):
            line.append(byte[0])
            if byte[0] == _END_OF_LINE:
                break
        return bytes(line) if line else None
