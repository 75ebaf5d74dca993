"""A board that is made up of what a test wants it to have, to import on-board programs beside.

Its clock goes on by a little whenever a program looks at it, and timers call who waits for them:
a program that waits for an interrupt gets it. In a hard one nothing can be allocated, which here
means that `bytearray` raises MemoryError.
"""

import builtins
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from firmware.deploy import REPOSITORY
from heapless_py import _port

CLOCK_HZ = 168_000_000
CORTEX_M = 7 << 10  # in sys.implementation._mpy
_LOOK_NS = 25_000  # that pass with each look at the clock

SYSTICK, DEMCR, DWT = 0xE000E010, 0xE000EDFC, 0xE0001000
OF_PORT = 7  # in SysTick's CSR: on, with interrupts, at the CPU's clock
RELOAD = CLOCK_HZ // 1000 - 1

Handler = Callable[[Any], object]


class Clock:
    """Nanoseconds, and who is to be called when."""

    def __init__(self) -> None:
        self.ns = 0
        self.timers: list[Timer] = []

    def pass_(self, ns: int) -> None:
        self.ns += ns
        for timer in self.timers:
            timer.catch_up(self.ns)

    def ticks_ms(self) -> int:
        self.pass_(_LOOK_NS)
        return self.ns // 1_000_000

    def ticks_us(self) -> int:
        return self.ns // 1000

    def cycles(self) -> int:
        return self.ns * (CLOCK_HZ // 1_000_000) // 1000


class Timer:
    """Calls a handler every so many nanoseconds, in hard interrupts or in soft ones."""

    def __init__(self, clock: Clock, hard: bool = True, comes: bool = True) -> None:
        self.clock, self.hard, self.comes = clock, hard, comes
        self.handler: Handler | None = None
        self.period = self.next = self.left = 0
        clock.timers.append(self)

    def run(self, handler: Handler | None, period: int, events: int = 1 << 30) -> None:
        self.handler, self.period, self.left = handler, period, events
        self.next = self.clock.ns + period

    def catch_up(self, now: int) -> None:
        while self.comes and self.handler and self.left and self.next <= now:
            self.next += self.period
            self.left -= 1
            with _heap_locked() if self.hard else ExitStack():
                self.handler(self)


@contextmanager
def _heap_locked() -> Iterator[None]:
    def refuse(*arguments: object) -> None:
        raise MemoryError

    kept = builtins.bytearray
    builtins.bytearray = refuse  # type: ignore[assignment, misc]
    try:
        yield
    finally:
        builtins.bytearray = kept  # type: ignore[misc]


def machine_timer(clock: Clock, *, grain_us: int = 1, **options: Any) -> type:
    """`machine.Timer` of a port that takes `hard`, and rounds periods to its grain."""

    class MachineTimer(Timer):
        PERIODIC = 1

        def __init__(self, number: int) -> None:
            assert number == -1
            super().__init__(clock, **options)

        def init(
            self, *, mode: int, period: int, tick_hz: int, callback: Handler, hard: bool
        ) -> None:
            assert mode == self.PERIODIC and hard
            grains = max(1, period * 1_000_000 // tick_hz // grain_us)
            self.run(callback, grains * grain_us * 1000)

        def deinit(self) -> None:
            self.run(None, 1)

    return MachineTimer


def soft_timer(clock: Clock) -> type:
    """`machine.Timer` of a port that does not know `hard`, as rp2's before 1.26."""

    class SoftTimer(Timer):
        PERIODIC = 1

        def __init__(self, number: int) -> None:
            super().__init__(clock, hard=False)

        def init(self, *, mode: int, period: int, tick_hz: int, callback: Handler) -> None:
            self.run(callback, period * 1_000_000_000 // tick_hz)

        def deinit(self) -> None:
            self.run(None, 1)

    return SoftTimer


def pyb(clock: Clock, numbers: tuple[int, ...] = (2, 3, 4), **options: Any) -> SimpleNamespace:
    """The module, with timers of these numbers, which count at half of the CPU's clock."""

    class PybTimer(Timer):
        def __init__(self, number: int) -> None:
            if number not in numbers:
                raise ValueError(f"Timer({number}) doesn't exist")
            super().__init__(clock, **options)

        def source_freq(self) -> int:
            return CLOCK_HZ // 2

        def init(self, *, prescaler: int, period: int) -> None:
            assert 0 <= prescaler < 1 << 16 and 0 < period < 1 << 16
            self.period = (prescaler + 1) * (period + 1) * 2_000_000_000 // CLOCK_HZ

        def callback(self, handler: Handler | None) -> None:
            self.run(handler, self.period)

        def deinit(self) -> None:
            self.run(None, 1)

    return SimpleNamespace(Timer=PybTimer)


def rp2(clock: Clock) -> SimpleNamespace:
    """The module, with a state machine that does what the program of `PioInterrupt` does."""
    timer = Timer(clock)
    handlers: list[Handler | None] = [None]

    class StateMachine:
        def __init__(self, number: int) -> None:
            self.told: list[int] = []

        def init(self, program: object, freq: int) -> None:
            self.step_ns = 1_000_000_000 / freq

        def put(self, word: int) -> None:
            self.told.append(word)

        def active(self, on: int) -> None:
            if on:
                events, steps = self.told
                timer.run(handlers[0], round((steps + 4) * self.step_ns), events + 1)
            else:
                timer.run(None, 1)
            self.told = []

        def rx_fifo(self) -> int:
            return int(timer.left == 0 and timer.handler is not None)

        def get(self) -> int:
            timer.run(None, 1)
            return 0

    class PIO:
        def __init__(self, number: int) -> None:
            pass

        def irq(self, handler: Handler | None, hard: bool = False) -> None:
            handlers[0] = handler

        def remove_program(self) -> None:
            pass

    return SimpleNamespace(PIO=PIO, StateMachine=StateMachine, asm_pio=lambda: lambda made: made)


class Registers:
    """Peripheral registers: words, of which some are what a function says when they are read."""

    def __init__(self, size: int, words: dict[int, int]) -> None:
        self.size = size
        self.words = words
        self.read: dict[int, Callable[[], int]] = {}
        self.written: list[int] = []

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, where: slice) -> bytes:
        word = where.start // 4
        value = self.read[word]() if word in self.read else self.words.get(word, 0)
        return (value & 0xFFFFFFFF).to_bytes(4, "little")

    def __setitem__(self, where: slice, value: bytes) -> None:
        self.words[where.start // 4] = int.from_bytes(value, "little")
        self.written.append(where.start // 4)


class CortexM:
    """The registers that count. Each load takes some cycles."""

    def __init__(self, clock: Clock, csr: int = 0, cyccnt: bool = True) -> None:
        self.clock = clock
        self.systick = Registers(16, {0: csr, 1: RELOAD})
        self.systick.read[2] = self._left
        self.demcr = Registers(4, {})
        self.dwt = Registers(0x1000, {})
        self.cyccnt_there = cyccnt
        self.dwt.read[1] = self._cyccnt

    def _left(self) -> int:
        if not self.systick.words[0] & 1:
            return 0
        self.clock.pass_(1000)
        period = self.systick.words[1] + 1
        return period - 1 - self.clock.cycles() % period

    def _cyccnt(self) -> int:
        on = self.demcr.words.get(0, 0) & 1 << 24 and self.dwt.words.get(0, 0) & 1
        self.clock.pass_(1000)
        return self.clock.cycles() if on and self.cyccnt_there else 0


class FakeBoard:
    """Gives on-board programs, freshly imported, what it was made of."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        self._patch = monkeypatch
        self._registers = ExitStack()
        micropython = SimpleNamespace(viper=lambda f: f, native=lambda f: f, const=lambda x: x)
        self.has(micropython=micropython, machine=SimpleNamespace(), rp2=None, pyb=None)
        for name in ("ptr8", "ptr16", "ptr32", "uint"):
            monkeypatch.setattr(builtins, name, getattr(_port, name), raising=False)
        for name in ("ticks_ms", "ticks_us"):
            monkeypatch.setattr(time, name, getattr(self.clock, name), raising=False)
        monkeypatch.setattr(time, "ticks_diff", lambda end, begin: end - begin, raising=False)
        monkeypatch.setattr(sys.implementation, "_mpy", CORTEX_M, raising=False)
        monkeypatch.syspath_prepend(str(REPOSITORY / "firmware"))

    def has(self, **modules: SimpleNamespace | None) -> None:
        """Let these modules be there, or None: not be there."""
        for name, module in modules.items():
            self._patch.setitem(sys.modules, name, module)

    def counts(self, core: CortexM) -> None:
        for address, memory in ((SYSTICK, core.systick), (DEMCR, core.demcr), (DWT, core.dwt)):
            self._registers.enter_context(_port.registers(address, memory))

    def program(self, name: str) -> ModuleType:
        self._forget()
        return importlib.import_module(f"on_board.{name}")

    def end(self) -> None:
        self._registers.close()
        self._forget()

    def _forget(self) -> None:
        for name in [name for name in sys.modules if name.partition(".")[0] == "on_board"]:
            del sys.modules[name]
