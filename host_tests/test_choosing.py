"""What counts a board's cycles, and what raises its interrupts, is chosen by asking the board."""

import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from host_tests import fake_board
from host_tests.fake_board import CLOCK_HZ, OF_PORT, RELOAD, CortexM, FakeBoard, Timer


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBoard]:
    board = FakeBoard(monkeypatch)
    yield board
    board.end()


def with_clock(**more: object) -> SimpleNamespace:
    """The module `machine` of an STM32: it tells the clocks of its buses, too."""
    return SimpleNamespace(freq=lambda: (CLOCK_HZ, CLOCK_HZ, CLOCK_HZ // 4), **more)


# --- what counts --------------------------------------------------------------------------------


def test_a_systick_that_nobody_uses_counts(board: FakeBoard) -> None:
    core = CortexM(board.clock)
    board.counts(core)
    cycles = board.program("cycles")
    assert (cycles.COUNTER, cycles.RESOLUTION) == ("SysTick", 1)
    assert (core.systick.words[0], core.systick.words[1]) == (5, 0xFFFFFF)
    assert cycles.elapsed(cycles.now(), cycles.now()) == 168  # the fake takes a microsecond a load
    assert cycles.elapsed(5, 0xFFFFFF) == 6
    assert core.dwt.written == []


def test_a_systick_of_the_ports_is_left_alone_and_cyccnt_counts(board: FakeBoard) -> None:
    core = CortexM(board.clock, OF_PORT)
    board.counts(core)
    cycles = board.program("cycles")
    assert (cycles.COUNTER, cycles.RESOLUTION) == ("DWT CYCCNT", 1)
    assert cycles.elapsed(cycles.now(), cycles.now()) == 168
    assert cycles.elapsed(0x3FFFFFFF, 4) == 5
    assert core.systick.written == []


def test_where_cyccnt_reads_0_the_systick_of_the_port_counts(board: FakeBoard) -> None:
    core = CortexM(board.clock, OF_PORT, cyccnt=False)
    board.counts(core)
    cycles = board.program("cycles")
    assert (cycles.COUNTER, cycles.RESOLUTION) == ("SysTick of the port", 1)
    assert core.systick.written == []


def test_the_systick_of_the_port_is_right_wherever_a_millisecond_ends(board: FakeBoard) -> None:
    core = CortexM(board.clock, OF_PORT, cyccnt=False)
    board.counts(core)
    cycles = board.program("cycles")
    wrong = []
    for _ in range(2000):
        board.clock.pass_(7_777_777)
        before = board.clock.cycles() - RELOAD  # it counts from one reload before 0
        counted = cycles.now()
        after = board.clock.cycles() - RELOAD
        if cycles.elapsed(before, counted) > after - before:
            wrong.append((before, counted, after))
    assert wrong == []


@pytest.mark.parametrize("step_us", [1, 3])
def test_where_no_register_counts_microseconds_do(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch, step_us: int
) -> None:
    board.counts(CortexM(board.clock, csr=3, cyccnt=False))  # at an eighth of the CPU's clock
    board.has(machine=with_clock())

    def ticks_us() -> int:
        board.clock.pass_(400)
        return board.clock.ns // 1000 // step_us * step_us

    monkeypatch.setattr("time.ticks_us", ticks_us)
    cycles = board.program("cycles")
    assert cycles.COUNTER == "time.ticks_us"
    assert cycles.RESOLUTION / step_us == 168
    assert cycles.elapsed(10, 12) == 2 * 168


def test_no_register_is_looked_at_where_the_processor_may_have_none(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.implementation, "_mpy", 11 << 10)  # rv32imc
    board.has(machine=SimpleNamespace(freq=lambda: 150_000_000))

    def ticks_us() -> int:
        board.clock.pass_(1000)
        return board.clock.ns // 1000

    monkeypatch.setattr("time.ticks_us", ticks_us)
    cycles = board.program("cycles")
    assert (cycles.COUNTER, cycles.RESOLUTION) == ("time.ticks_us", 150)


@pytest.mark.parametrize(
    "machine", [SimpleNamespace(), SimpleNamespace(freq=lambda: 0)], ids=["unknown", "0"]
)
def test_without_a_clock_microseconds_are_no_cycles(
    board: FakeBoard, machine: SimpleNamespace
) -> None:
    board.counts(CortexM(board.clock, OF_PORT & ~4, cyccnt=False))
    board.has(machine=machine)
    with pytest.raises(ImportError, match=r"nothing counts cycles on .*, and its clock is not"):
        board.program("cycles")


def test_a_counter_that_stands_still_is_not_taken(board: FakeBoard) -> None:
    core = CortexM(board.clock)
    core.systick.read[2] = lambda: 0
    board.counts(core)
    assert board.program("cycles").COUNTER == "DWT CYCCNT"


# --- what interrupts ----------------------------------------------------------------------------


def rises(
    board: FakeBoard, events: int, *, period_cycles: int = 12500, counted: bool = True
) -> int:
    """How often the chosen source calls a handler that wants so many events, at its period."""
    interrupt = board.program("interrupt")
    times: list[int] = []

    def handler(timer: Timer) -> None:
        times.append(timer.next)

    source = interrupt.Interrupt(handler, period_cycles)
    source.start(events, counted)
    for _ in range(40 * events):
        board.clock.ticks_ms()
        if counted and source.finished():
            board.clock.pass_(5_000_000)
            break
    source.pause()
    came = len(times)
    board.clock.pass_(10_000_000)
    assert len(times) == came  # no more of them
    source.stop()
    period = (times[-1] - times[0]) / (came - 1) * CLOCK_HZ / 1e9
    assert period == pytest.approx(source.period_cycles, rel=1e-3)
    return came


def test_an_rp2_has_pio(board: FakeBoard) -> None:
    board.has(rp2=fake_board.rp2(board.clock), machine=SimpleNamespace(freq=lambda: CLOCK_HZ))
    interrupt = board.program("interrupt")
    assert (interrupt.SOURCE, interrupt.WHY_NOT) == ("PIO", [])
    assert interrupt.Interrupt.__name__ == "PioInterrupt"
    assert rises(board, 25) == 25


def test_an_stm32_has_timers(board: FakeBoard) -> None:
    board.has(pyb=fake_board.pyb(board.clock), machine=with_clock())
    interrupt = board.program("interrupt")
    assert interrupt.SOURCE == "pyb.Timer"
    (why_not,) = interrupt.WHY_NOT
    assert why_not.startswith("PIO: ")
    assert interrupt.Interrupt(lambda source: None, 12501).period_cycles == 12500
    assert interrupt.Interrupt(lambda source: None, 90_000_001).period_cycles == 89_999_748
    assert rises(board, 25) == 25
    assert rises(board, 25, counted=False) > 25


def test_a_timer_whose_interrupts_do_not_come_is_not_taken(board: FakeBoard) -> None:
    """As on QEMU's STM32, where the port's own timer does."""
    timer = fake_board.machine_timer(board.clock, grain_us=1000)
    board.has(pyb=fake_board.pyb(board.clock, comes=False), machine=with_clock(Timer=timer))
    interrupt = board.program("interrupt")
    assert interrupt.SOURCE == "machine.Timer(hard=True)"
    assert interrupt.WHY_NOT[1] == "pyb.Timer: its interrupts do not come"
    # It counts milliseconds, which nobody told.
    assert interrupt.Interrupt(lambda source: None, 12500).period_cycles == RELOAD + 1
    assert interrupt.Interrupt(lambda source: None, 3 * RELOAD).period_cycles == 3 * RELOAD + 3
    assert rises(board, 25) == 25


def test_a_timer_that_counts_microseconds_keeps_a_short_period(board: FakeBoard) -> None:
    board.has(machine=with_clock(Timer=fake_board.machine_timer(board.clock)))
    interrupt = board.program("interrupt")
    assert interrupt.SOURCE == "machine.Timer(hard=True)"
    assert interrupt.Interrupt(lambda source: None, 16_850).period_cycles == 16_800
    assert rises(board, 25, period_cycles=16_800) == 25


def test_a_timer_that_refuses_hard_is_none(board: FakeBoard) -> None:
    board.has(machine=with_clock(Timer=fake_board.soft_timer(board.clock)))
    interrupt = board.program("interrupt")
    assert (interrupt.SOURCE, interrupt.Interrupt) == (None, None)
    assert "unexpected keyword argument 'hard'" in interrupt.WHY_NOT[-1]


def test_a_timer_that_takes_hard_and_is_soft_is_none(board: FakeBoard) -> None:
    timer = fake_board.machine_timer(board.clock, hard=False)
    board.has(machine=with_clock(Timer=timer))
    interrupt = board.program("interrupt")
    assert (interrupt.SOURCE, interrupt.Interrupt) == (None, None)
    assert interrupt.WHY_NOT[-1].endswith(
        "its interrupts are not hard: the heap is not locked in them"
    )


def test_a_timer_of_which_nothing_comes_is_none(board: FakeBoard) -> None:
    timer = fake_board.machine_timer(board.clock, comes=False)
    board.has(machine=with_clock(Timer=timer))
    interrupt = board.program("interrupt")
    assert interrupt.Interrupt is None
    assert interrupt.WHY_NOT[-1].endswith("its interrupts do not come")


def test_a_board_without_any_source_says_what_was_tried(board: FakeBoard) -> None:
    interrupt = board.program("interrupt")
    assert (interrupt.SOURCE, interrupt.Interrupt) == (None, None)
    tried = [why.partition(":")[0] for why in interrupt.WHY_NOT]
    assert tried == ["PIO", "pyb.Timer", "machine.Timer(hard=True)"]


def test_a_chip_without_the_usual_timers_has_no_pyb_timer(board: FakeBoard) -> None:
    board.has(pyb=fake_board.pyb(board.clock, numbers=(3, 5)), machine=with_clock())
    interrupt = board.program("interrupt")
    assert interrupt.SOURCE is None
    assert "pyb.Timer: none of the timers" in interrupt.WHY_NOT[1]
