"""Every container of the library, and what the tests know of it.

Whoever adds one adds it here, and all that is done with each container is done with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from host_tests.bbqueue_scripts import bbqueue_script
from host_tests.ring_buffer_scripts import ring_buffer_script
from host_tests.scripts import Script, queue_script

Make = Callable[[Random, int], Script]


@dataclass(frozen=True)
class Container:
    """What is done with a container on more than one interpreter.

    kinds: those that its docstrings tell apart, as `isr_safety` names them.
    some_kinds: those of them that are tried on an emulated board, which takes its time.
    script: makes up operations on it, for `same`.
    exercises: the module of its ISR-safe operations, for `on_board.gates`; handlers: those of
        whole handlers.
    """

    script: Make
    exercises: str
    kinds: tuple[str, ...]
    some_kinds: tuple[str, ...]
    handlers: tuple[str, ...] = ()


CONTAINERS = {
    "SpscQueue": Container(
        queue_script,
        "exercises_spsc_queue",
        kinds=("b", "B", "h", "H", "i", "I", "IhB", "4sf"),
        some_kinds=("b", "H", "i", "IhB"),
    ),
    "BBQueue": Container(
        bbqueue_script,
        "exercises_bbqueue",
        kinds=("stream", "framed"),
        some_kinds=("stream", "framed"),
        handlers=("handlers_bbqueue",),
    ),
    "RingBuffer": Container(
        ring_buffer_script,
        "exercises_ring_buffer",
        kinds=("bytes",),
        some_kinds=("bytes",),
    ),
}
