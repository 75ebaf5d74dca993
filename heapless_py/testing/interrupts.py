"""An interrupt source for tests: it calls a handler between any two steps of a program.

    def run(interrupts):
        queue = Ring(4)                             # your own, or one of the library's
        with interrupts.calling(queue.put, 7):      # the handler, and what it is given
            taken = [queue.get(), queue.get()]      # the program that is interrupted
        assert taken in ([7, None], [None, 7], [None, None])

    at_every_point(run)

A step is one of CPython's bytecode instructions, of which a line has several. So a value that was
loaded and is not stored yet, or an index that is published before what it points to, is found in
between, in the library's own operations too: what is machine code on a board is Python here.

Not everything that a board can do is done. What C does in one call, as `pack_into` or a slice, is
one step; a hard interrupt on a board may come in the middle of the library's copying of bytes. The
heap is not locked. And the program has one thread: this is about interrupts, not a second core.
"""

import sys
import sysconfig
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from types import FrameType, ModuleType, TracebackType
from typing import Any

_LIBRARY = Path(__file__).parent.parent
_NO_PROGRAM = (str(_LIBRARY / "_port.py"), str(_LIBRARY / "testing"))  # what imitates the chip
_PATHS = sysconfig.get_paths()
_OTHERS = tuple({_PATHS[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")})


class Interrupted(AssertionError):
    """A program that was interrupted there did not do what it should."""


class Interrupts:
    """Interrupts before these steps of a program; the first step is 0.

    points: each once, or several times for as many interrupts in a row. Those behind the end of
        the program do not come.
    within: modules; only their code is interrupted, and that of the `with` block. Without any it
        is all Python code but that of installed packages other than this one.

    steps: how many the program has made so far.
    fired: for each interrupt that came, the place before which it did: "ring.py:12".
    """

    def __init__(self, *points: int, within: Collection[ModuleType] = ()) -> None:
        if any(type(point) is not int or point < 0 for point in points):
            raise ValueError(f"points are numbers of steps, 0 and more, not {points!r}")
        self.points = tuple(sorted(points))
        self.steps = 0
        self.fired: list[str] = []
        self._files = {module.__file__ for module in within}
        self._is_off = False
        self._is_handling = False
        self._error: BaseException | None = None
        self._handle: Callable[[], object] | None = None

    def __repr__(self) -> str:
        fired = f", fired before {', '.join(self.fired)}" if self.fired else ""
        return f"<Interrupts at {', '.join(map(str, self.points)) or 'no point'}{fired}>"

    def calling(self, handler: Callable[..., object], *arguments: object) -> "_Calling":
        """For `with`: the code in there, and all that it calls, is interrupted by the handler.

        As on a chip the handler is not interrupted itself. What it raises is raised at the end of
        the block, and it is not called any more.
        """
        return _Calling(self, lambda: handler(*arguments))

    def disable_irq(self) -> bool:
        """Hold them back, as `machine.disable_irq`; give what is returned to `enable_irq`."""
        before, self._is_off = self._is_off, True
        return not before

    def enable_irq(self, state: bool = True) -> None:
        """Let them come again, as `machine.enable_irq`; those that were held back come at once."""
        self._is_off = not state
        self._fire("enable_irq")

    def _begin(self, frame: FrameType, event: str, argument: Any) -> Any:
        """What CPython calls when a function begins; it returns what follows the function."""
        if self._is_handling or not self._is_program(frame.f_code.co_filename):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return self._step

    def _step(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "opcode" and not self._is_handling:
            self.steps += 1
            self._fire(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
        return self._step

    def _is_program(self, file: str) -> bool:
        return file in self._files if self._files else _is_program(file)

    def _fire(self, place: str) -> None:
        """Call the handler for each interrupt that is due."""
        if self._is_off or self._is_handling or not self._handle:
            return
        while len(self.fired) < len(self.points) and not self._error:
            if self.points[len(self.fired)] >= self.steps:
                return
            self.fired.append(place)
            self._is_handling = True
            try:
                self._handle()
            except BaseException as error:  # which CPython would raise within the program
                self._error = error
            finally:
                self._is_handling = False


class _Calling:
    """A `with` block whose code is interrupted."""

    def __init__(self, interrupts: Interrupts, handle: Callable[[], object]) -> None:
        self._interrupts = interrupts
        self._handle = handle

    def __enter__(self) -> Interrupts:
        it = self._interrupts
        self._before = sys.gettrace()
        if isinstance(getattr(self._before, "__self__", None), Interrupts):
            raise RuntimeError("there are interrupts already: one source at a time")
        it._handle = self._handle
        self._frame = frame = sys._getframe(1)
        self._traced = frame.f_trace, frame.f_trace_opcodes, frame.f_trace_lines
        sys.settrace(it._begin)
        frame.f_trace, frame.f_trace_opcodes, frame.f_trace_lines = it._step, True, False
        return it

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        it, frame = self._interrupts, self._frame
        sys.settrace(self._before)
        frame.f_trace, frame.f_trace_opcodes, frame.f_trace_lines = self._traced
        it._handle = None
        if it._error:
            raise it._error


def at_every_point(
    run: Callable[[Interrupts], object],
    times: int = 1,
    *,
    steps: int | None = None,
    within: Collection[ModuleType] = (),
) -> int:
    """Call `run` with an interrupt at each point of its program in turn; return how many runs.

    run: makes everything anew, has `interrupts.calling(…)` interrupt it, and asserts what must
        hold. The last run is one in which the program ends before the interrupt comes.
    times: so many interrupts in one run, at each combination of points; 2 takes the square of
        the runs.
    steps: only at points below it; for a program that waits for the interrupt, and so never ends
        before it comes.
    within: as of Interrupts.

    Raises: Interrupted, where that was and what `run` raised.
    """
    points = [0] * times
    runs = 0
    while True:
        interrupts = Interrupts(*points, within=within)
        try:
            run(interrupts)
        except Exception as error:
            raise Interrupted(f"{interrupts}: {error!r}") from error
        runs += 1
        # The last that came, one step later; those behind it, not before it.
        last = len(interrupts.fired) - 1
        while last >= 0 and steps is not None and points[last] + 1 >= steps:
            last -= 1
        if last < 0:
            return runs
        points[last:] = [points[last] + 1] * (times - last)


@cache
def _is_program(file: str) -> bool:
    if file.startswith(str(_LIBRARY)):
        return not file.startswith(_NO_PROGRAM)
    return not file.startswith((*_OTHERS, "<"))
