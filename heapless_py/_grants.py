"""Grants: a run of a BBQueue's own memory, the producer's to write to, or the consumer's to read.

A queue makes its grants when it is split, two for each side, and gives them in turn: nothing is
allocated when one is asked for. A grant that has ended is dead. Its methods raise and its view is
empty, until the grant after the next, which is the same object again.
"""

from . import _bip
from ._port import WIDE, SplitWindow, Table, Window, halves, micropython


class _Bytes:
    """What every grant tells of its view."""

    def __len__(self):
        """The bytes granted, of a frame those of the payload; 0 when this grant is dead.

        ISR-safe: yes.
        """
        return len(self.view)

    def __getitem__(self, index):
        """The byte at `index`.

        ISR-safe: yes.
        Raises: IndexError when there is none, as in a dead grant.
        """
        return self.view[index]

    def __enter__(self):
        """The grant itself. The end of the block does what was planned for it, or nothing.

        ISR-safe: yes.
        """
        return self

    def __repr__(self):
        # Dead and of no bytes look the same from here; either way there is nothing to use.
        state = f"{len(self)} bytes" if len(self) else "empty or dead"
        return f"<{type(self).__name__}, {state}>"


class WriteGrant(_Bytes, Window):
    """Bytes that the producer may write, and then commits.

        with producer.grant_exact(8) as grant:
            struct.pack_into("<II", grant.view, 0, x, y)
            grant.commit(8)

    view: a memoryview of the bytes, for `readinto`, `pack_into`, DMA. It ends with the grant: do
        not keep it.
    End: commit, commit_on_exit, leaving a `with` block
    Bytes: view, grant[i], len
    """

    def _begin(self, turn, table, word):
        self._turn = turn
        self._table = table
        self.commit = _bip.committer(table.at(word), self)

    def commit_on_exit(self, used):
        """Let the end of the `with` block commit `used` bytes, unless an exception ends it.

        used: bytes, 0 and more; more than were granted are as many as were granted.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the producer.
        Raises: ValueError when `used` is negative, or when this grant is dead.
        """
        _bip.commit_later(self._image, self._turn, used)

    def __setitem__(self, index, byte):
        """Write the byte at `index`.

        ISR-safe: yes.
        Raises: IndexError when there is none, as in a dead grant.
        """
        self.view[index] = byte

    @micropython.native
    def __exit__(self, kind, value, trace):
        """End this grant, if it did not end before.

        ISR-safe: yes.
        """
        planned = _bip.to_commit(self._image, self._turn)
        if planned > 0 and kind is None:
            self.commit(planned - 1)
        elif planned >= 0:
            _bip.drop_write(self._image, self.window)


class ReadGrant(_Bytes, SplitWindow):
    """Bytes of a stream that the consumer may read, and then releases.

    view: a memoryview of the bytes. It ends with the grant: do not keep it.
    views: after `split_read` a pair of them, the bytes before the wrap and those after it.
    End: release, release_on_exit, leaving a `with` block
    Bytes: view, views, grant[i], len

    The bytes may be changed in place.
    """

    def _begin(self, turn, table, word):
        self._turn = turn
        self._table = table
        self.release = _bip.releaser(table.at(word), self)

    def release_on_exit(self, used):
        """Let the end of the `with` block release `used` bytes, unless an exception ends it.

        used: bytes, 0 and more; more than were granted are as many as were granted.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the consumer.
        Raises: ValueError when `used` is negative, or when this grant is dead.
        """
        _bip.release_later(self._image, self._turn, used)

    def end(self):
        """Release all of it, unless this grant is dead.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the consumer.
        """
        if _bip.to_release(self._image, self._turn) >= 0:
            self.release(_bip.EVERYTHING)

    def __len__(self):
        """The bytes granted, in both views; 0 when this grant is dead.

        ISR-safe: yes.
        """
        first, second = self.views
        return len(first) + len(second)

    @micropython.native
    def __exit__(self, kind, value, trace):
        """End this grant, if it did not end before.

        ISR-safe: yes.
        """
        planned = _bip.to_release(self._image, self._turn)
        if planned >= 0:
            self.release(planned if kind is None else 0)


class Frame(_Bytes, Window):
    """A frame that the consumer may read, and then releases.

    view: a memoryview of the payload. It ends with the grant: do not keep it.
    End: release, release_on_exit, leaving a `with` block
    Bytes: view, frame[i], len

    The bytes may be changed in place.
    """

    def _begin(self, turn, table, word):
        self._turn = turn
        self._table = table
        self.release = _bip.frame_releaser(table.at(word), self)

    def release_on_exit(self):
        """Let the end of the `with` block release the frame, unless an exception ends it.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the consumer.
        Raises: ValueError when this grant is dead.
        """
        _bip.release_later(self._image, self._turn, 1)

    def end(self):
        """Release the frame, unless this grant is dead.

        ISR-safe: yes.
        Complexity: O(1).
        Called by: the consumer.
        """
        if _bip.to_release(self._image, self._turn) >= 0:
            self.release()

    @micropython.native
    def __exit__(self, kind, value, trace):
        """End this grant, if it did not end before; without a release, the frame waits on.

        ISR-safe: yes.
        """
        planned = _bip.to_release(self._image, self._turn)
        if planned > 0 and kind is None:
            self.release()
        elif planned >= 0:
            _bip.drop_read(self._image, self.window)


def two(make, image, use):
    """What `_bip` takes to give an end's grants in turn: the address of their rows, and the two.

    The use is part of their turns, so that none of them can end a grant of the other use.
    """
    turns = 1 | use << 2, 3 | use << 2
    grants = make(image), make(image)
    rows = ()
    for turn, grant in zip(turns, grants):
        (queue, above), (window, window_above) = halves(image), halves(grant.window)
        rows += queue, window, turn, WIDE, above, window_above
    table = Table(rows)
    for number, grant in enumerate(grants):
        grant._begin(turns[number], table, number * _bip.ROW)
    return (table.at(0),) + grants
