"""Every container of the library, and what the tests know of it.

Whoever adds one adds it here, and all that is done with each container is done with it.
"""

from dataclasses import dataclass

from host_tests.bbqueue_scripts import bbqueue_script
from host_tests.deque_scripts import deque_script
from host_tests.history_buf_scripts import history_buf_script
from host_tests.ring_buffer_scripts import ring_buffer_script
from host_tests.scripts import Make, queue_script
from host_tests.string_scripts import string_script
from host_tests.vec_scripts import vec_script

# Formats of elements: all that are integers, and two records; and one of either.
_FORMATS = ("b", "B", "h", "H", "i", "I", "IhB", "4sf")
_SOME_FORMATS = ("h", "IhB")


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
        kinds=_FORMATS,
        some_kinds=_SOME_FORMATS,
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
    "Vec": Container(
        vec_script,
        "exercises_vec",
        kinds=_FORMATS,
        some_kinds=_SOME_FORMATS,
    ),
    "Deque": Container(
        deque_script,
        "exercises_deque",
        kinds=_FORMATS,
        some_kinds=_SOME_FORMATS,
    ),
    "HistoryBuf": Container(
        history_buf_script,
        "exercises_history_buf",
        kinds=_FORMATS,
        some_kinds=_SOME_FORMATS,
    ),
    "String": Container(
        string_script,
        "exercises_string",
        kinds=("text",),
        some_kinds=("text",),
    ),
}
