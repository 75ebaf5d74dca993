"""Waiting to be woken, for the explorer: asyncio and the watches of `_port`, as shared memory.

On CPython a task that waits for the other side watches the word that the other side stores (see
`_waiting` and `_port.watched`). Their shipped source is run here; what it stands on is replaced:
the table of watches, and asyncio's loop and future. Who watches, and who was told, are bytes that
both sides see, and every access to them is a scheduling point:

    watch    who waits stores the word that it watches and a number, with a flag while it does;
             the other loads it when it stored a word that may be watched
    woken    the other stores that number there to tell; who waits goes on when it finds it

The number is another one each time, so that a call that comes late, for a wait that has ended,
wakes nobody. Two numbers suffice: the other side is late by one wait at most, as a wait that
comes to sleep ends only if it is told, and one that does not ends only by what was published.

`if _watches:` in `_port`, before the table is asked, needs no access of its own: the two together
tell what the table alone could tell at the first moment, or at the second.

On MicroPython there is nothing to explore: asyncio asks `ready` itself, after each interrupt.
"""

from collections.abc import Callable, Coroutine, Generator
from functools import partial
from types import SimpleNamespace
from typing import Any

from host_tests.interleave import WATCH, WOKEN, Edit, Tracer

# A watch is the offset of a word, which leaves room for a number; and a flag.
_NUMBER = 0x03
_WATCHING = 0x80
_OTHER = {"P": "C", "C": "P"}

Tell = Callable[[], object]


def stand_ins(tracer: Tracer, who: str = "PC") -> dict[str, Any]:
    """What the traced modules find instead of asyncio and of the table of watches.

    who: the sides that may wait. Nobody looks for the watch of another, as there is none.
    """
    watches = Watches(tracer, who)
    loop = SimpleNamespace(
        create_future=partial(Future, watches),
        call_soon_threadsafe=lambda callback: callback(),  # by who is woken: see Future
    )
    return {"_watches": watches, "asyncio": SimpleNamespace(get_running_loop=lambda: loop)}


def finish(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end; where it sleeps, the tracer stops it."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("awaits what nobody can tell")


class Watches:
    """The table of watches, as the running side sees it."""

    def __init__(self, tracer: Tracer, who: str) -> None:
        self._tracer = tracer
        self._who = who
        self._number = 0  # of the wait in progress
        self.tells: tuple[Tell, ...] = ()  # what it wants to be called

    def __bool__(self) -> bool:
        return self._tracer.image is not None and self._who != ""

    def get(self, key: tuple[int, int], default: tuple[Tell, ...]) -> tuple[Tell, ...]:
        """What to call when the word was stored; `default` for nothing."""
        image, offset = key
        if image != id(self._tracer.image) or self._tracer.owner(offset) != self._tracer.side:
            return default  # memory that nobody watches, or one's own watch: one task waits
        other = _OTHER[self._tracer.side]
        if other not in self._who:
            return default
        watch = self._tracer.access("loads", WATCH[other])[0]
        if watch & ~_NUMBER != _WATCHING | offset:
            return default
        return (partial(self._tell, other, watch & _NUMBER),)

    def _tell(self, other: str, number: int) -> None:
        self._tracer.access("stores", WOKEN[other], bytes([number]))

    def __setitem__(self, key: tuple[int, int], tells: tuple[Tell, ...]) -> None:
        if tells:
            mine = WATCH[self._tracer.side]
            self._number = 3 - (self._tracer.access("loads", mine)[0] & _NUMBER or 1)
            # With the watch goes the byte behind it: nobody was told yet.
            watch = _WATCHING | key[1] | self._number
            self._tracer.access("stores", mine, bytes([watch, 0]))
        self.tells = tells

    def __getitem__(self, key: tuple[int, int]) -> tuple[Tell, ...]:
        return self.tells

    def __delitem__(self, key: tuple[int, int]) -> None:
        self._tracer.access("stores", WATCH[self._tracer.side], bytes([self._number, 0]))

    def sleep(self) -> None:
        """Go on when told, and make the calls that were wished for."""
        self._tracer.access("awaits", WOKEN[self._tracer.side], bytes([self._number]))
        for tell in self.tells:
            tell()


class Future:
    """A future of the running side's loop."""

    def __init__(self, watches: Watches) -> None:
        self._watches = watches
        self._is_done = False

    def done(self) -> bool:
        return self._is_done

    def set_result(self, result: None) -> None:
        self._is_done = True

    def __await__(self) -> Generator[None, None, None]:
        while not self._is_done:
            self._watches.sleep()
        yield from ()


# Faults of what stands below all containers that wait.

_STORE_THEN_TELL = """\
            self.memory[self._bytes_of(index)] = value.to_bytes(self._size, "little")
            if _watches:
                for tell in _watches.get((id(self.owner), self.offset + index * self._size), ()):
                    tell()
"""
_STORE, _TELL = _STORE_THEN_TELL.split("\n", 1)
TELLS_FIRST = Edit("_port", "class _Pointer", _STORE_THEN_TELL, f"{_TELL}{_STORE}\n")

_WATCH = "with watched(image, word, lambda: loop.call_soon_threadsafe(wake)):"
_LOOK = "if not ready():"
LOOKS_FIRST = Edit(
    "_waiting",
    "else:",
    f"        {_WATCH}\n            {_LOOK}\n",
    f"        {_LOOK}\n            {_WATCH}\n",
)
