"""The two sides of a BBQueue, of either kind, for `stress`.

A grant is live from one step to the next, and the next one may be another thread's.
"""

from on_board.stress.data import Side, draw, fill, scrub, windows

from heapless_py import BBQueue
from heapless_py.bbqueue import read_frame_into, write_frame

KINDS = ("stream", "framed")


def sides(kind, capacity, amount, seed):
    queue = BBQueue(capacity)
    framed = kind == "framed"
    producer, consumer = queue.split_framed() if framed else queue.split()

    def check():
        queue._check()
        queue.release(producer, consumer)
        assert queue.is_empty(), "something waits"

    if framed:
        return check, _Framing(producer, amount, seed), _Unframing(consumer, amount, seed)
    return check, _Writing(producer, amount, seed), _Reading(consumer, amount, seed)


class _OfGrants(Side):
    """Goes on with what `next` is: asks for a grant, works on it, ends it."""

    def __init__(self, end, amount, seed, choices):
        super().__init__(amount, seed, choices)
        self.end = end
        self.image = end.image
        self.grant = None
        self.size = 0  # bytes of the grant that will count
        self.buffer = bytearray(end.capacity)
        self.windows = windows(self.buffer)
        self.next = self.ask

    def step(self):
        return self.next()

    def is_done(self):
        return self.left == 0 and self.grant is None

    def got(self, grant):
        self.grant = grant
        if grant is None:
            return False
        self.next = self.work
        return True

    def commit(self):
        """End a write grant."""
        if draw(self.choices, 4):
            self.grant.commit(self.size)
        else:
            self.grant.commit_on_exit(self.size)
            self.grant.__exit__(None, None, None)
        return self.ended(self.size)

    def ended(self, size):
        self.grant = None
        self.next = self.ask
        self.moved(size)
        return True


class _Writing(_OfGrants):
    """Writes a stream."""

    def __init__(self, end, amount, seed):
        super().__init__(end, amount, seed, 0)

    def ask(self):
        size = 1 + draw(self.choices, self.end.capacity)
        way = draw(self.choices, 4)
        if way == 0:
            return self.got(self.end.grant_exact(size))
        if way < 3:
            return self.got(self.end.grant_max(size))
        size = min(size, self.left)
        fill(self.begin(), self.buffer, size)
        written = self.end.write(self.windows[size])
        self.moved(written)
        return written

    def work(self):
        """Fill what will be committed; the rest is not to be seen."""
        granted = len(self.grant)
        self.size = size = min(draw(self.choices, granted + 1), self.left)
        fill(self.begin(), self.grant.view, size)
        scrub(self.grant.view, size, granted)
        self.next = self.commit
        return True


class _Reading(_OfGrants):
    """Reads a stream."""

    def __init__(self, end, amount, seed):
        super().__init__(end, amount, seed, 1)
        self.second = 0  # bytes of the grant after the wrap

    def ask(self):
        way = draw(self.choices, 4)
        if way == 0:
            return self.got(self.end.split_read())
        if way < 3:
            return self.got(self.end.read())
        came = self.end.readinto(self.windows[1 + draw(self.choices, self.end.capacity)])
        if came is None:
            return False
        self.begin()
        self.expect(self.buffer, came)
        scrub(self.buffer, 0, came)
        self.moved(came)
        return True

    def work(self):
        """Check all, and scrub what will be released."""
        first, second = self.grant.views
        before = len(first)
        self.begin()
        self.expect(first, before)
        self.expect(second, len(second))
        self.size = size = draw(self.choices, len(self.grant) + 1)
        scrub(first, 0, min(size, before))
        scrub(second, 0, size - before)
        self.next = self.release
        return True

    def release(self):
        if draw(self.choices, 4):
            self.grant.release(self.size)
        else:
            self.grant.release_on_exit(self.size)
            self.grant.__exit__(None, None, None)
        return self.ended(self.size)


class _OfFrames(_OfGrants):
    """Knows the length of the next frame's payload, which the stream tells before it."""

    def begin(self):
        ahead = super().begin()
        self.size = min(draw(ahead, self.end.max_frame + 1), self.left)
        return ahead

    def moved(self, size):
        self.stream[0] = self.ahead[0]
        self.left -= size


class _Framing(_OfFrames):
    """Writes frames."""

    def __init__(self, end, amount, seed):
        super().__init__(end, amount, seed, 0)

    def ask(self):
        ahead = self.begin()
        size = self.size
        way = draw(self.choices, 4)
        if way < 2:
            return self.got(
                self.end.grant(size + draw(self.choices, self.end.max_frame + 1 - size))
            )
        fill(ahead, self.buffer, size)
        if way == 2:
            written = self.end.write_frame(self.windows[size])
        else:
            written = write_frame(self.image, self.buffer, size)
        return written and self.ended(size)

    def work(self):
        """Fill what will be committed; the rest is not to be seen."""
        fill(self.ahead, self.grant.view, self.size)
        scrub(self.grant.view, self.size, len(self.grant))
        self.next = self.commit
        return True


class _Unframing(_OfFrames):
    """Reads frames."""

    def __init__(self, end, amount, seed):
        super().__init__(end, amount, seed, 1)

    def ask(self):
        self.begin()
        way = draw(self.choices, 4)
        if way < 2:
            return self.got(self.end.read())
        if way == 2:
            length = self.end.read_frame_into(self.buffer)
            if length is None:
                return False
        else:
            length = read_frame_into(self.image, self.buffer)
            if length < 0:
                return False
        self.compare(self.buffer, length)
        scrub(self.buffer, 0, length)
        return self.ended(length)

    def work(self):
        self.compare(self.grant.view, len(self.grant))
        # Left without a release, the frame waits on.
        self.next = self.release if draw(self.choices, 4) else self.drop
        return True

    def compare(self, payload, length):
        if length != self.size:
            raise ValueError(f"a frame has {length} bytes, not {self.size}")
        self.expect(payload, length)

    def release(self):
        scrub(self.grant.view, 0, self.size)
        way = draw(self.choices, 4)
        if way == 0:
            self.grant.release_on_exit()
            self.grant.__exit__(None, None, None)
        elif way == 1:
            self.grant.end()
        else:
            self.grant.release()
        return self.ended(self.size)

    def drop(self):
        self.grant.__exit__(None, None, None)
        self.grant = None
        self.next = self.ask
        return True
