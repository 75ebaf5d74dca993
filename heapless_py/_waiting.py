"""Waiting in an asyncio task for the other side of a queue, woken from an interrupt or a thread.

The queue is its own flag: what wakes the task is that the other side published its index. So
nothing can be set too early, nothing is lost between a look and a wait, and the other side, a hard
interrupt perhaps, does no more than it does anyway.
"""

import asyncio

if hasattr(asyncio, "ThreadSafeFlag"):  # MicroPython
    _POLL = 3

    class _QueueFlag(asyncio.ThreadSafeFlag):
        """A flag that is set while `ready()`. asyncio asks it after each interrupt."""

        def __init__(self, ready):
            super().__init__()
            self._ready = ready

        def ioctl(self, request, flags):
            if request != _POLL:
                return -1
            return flags if self._ready() else 0

    def until(ready, image, word):
        """Wait until `ready()`, which the other side makes true by storing `word` of `image`."""
        return _QueueFlag(ready).wait()

else:
    from ._port import watched

    async def until(ready, image, word):
        """Wait until `ready()`, which the other side makes true by storing `word` of `image`."""
        loop = asyncio.get_running_loop()
        stored = loop.create_future()

        def wake():
            if not stored.done():
                stored.set_result(None)

        # Watched first, looked at then: a store between the two is seen.
        with watched(image, word, lambda: loop.call_soon_threadsafe(wake)):
            if not ready():
                await stored
