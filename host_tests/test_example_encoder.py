"""How to test firmware of one's own on a computer: the encoder of firmware/examples.

Its logic is imported as it is, with the library's own queue in it. The chip is made here:
registers that say what a test wants, a knob that turns, and an interrupt that comes between any
two steps of the program. In the end faults are put into the program, to see that they are found.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.examples import encoder
from firmware.examples.encoder import GPIO_IN, TIMER, A, Encoder
from heapless_py.testing import (
    Interrupted,
    Interrupts,
    Registers,
    at_every_point,
    elements,
    interrupts,
)

ROOM = 64  # edges that fit in the encoder's queue

steps = st.sampled_from((1, -1))
other_pins = st.integers(0, (1 << A) - 1)


class Knob:
    """A knob, and the encoder that follows it: each turn changes a register, and interrupts."""

    def __init__(self, registers: Registers, pins: int = 0, moment: int = 0) -> None:
        self.position = 0
        self._registers = registers
        self._pins = pins  # others than the encoder's
        registers[TIMER] = moment
        registers[GPIO_IN] = pins
        self.encoder = Encoder(registers[GPIO_IN], registers[TIMER])

    def turn(self, step: int, pause: int = 1000) -> None:
        self.position += step
        place = self.position & 3
        gray = place ^ place >> 1  # of two neighbours one bit differs
        self._registers[GPIO_IN] = gray << A | self._pins
        self._registers[TIMER] = self._registers[TIMER] + pause & 0xFFFFFFFF
        self.encoder.on_edge(None)

    def assert_followed(self) -> None:
        self.encoder.follow()
        assert (self.encoder.position, self.encoder.missed()) == (self.position, 0)


# --- what must hold -----------------------------------------------------------------------------


@given(st.lists(st.lists(steps, max_size=ROOM)), other_pins)
def test_it_is_where_the_knob_was_turned(turns: list[list[int]], pins: int) -> None:
    """However often the program gets there, as long as the queue has room."""
    with Registers(GPIO_IN, TIMER) as registers:
        knob = Knob(registers, pins)
        for some in turns:
            for step in some:
                knob.turn(step)
            knob.assert_followed()


@given(st.lists(steps, min_size=1, max_size=ROOM), interrupts(most=ROOM - 1, steps=5000))
def test_it_may_be_turned_while_it_is_followed(turns: list[int], source: Interrupts) -> None:
    waiting = iter(turns)
    with Registers(GPIO_IN, TIMER) as registers:
        knob = Knob(registers)
        knob.turn(1)
        with source.calling(lambda: knob.turn(next(waiting, 1))):
            knob.encoder.follow()
        knob.assert_followed()


def test_it_may_be_turned_before_any_step_of_the_program() -> None:
    def run(source: Interrupts) -> None:
        with Registers(GPIO_IN, TIMER) as registers:
            knob = Knob(registers)
            knob.turn(1)
            knob.turn(1)
            with source.calling(knob.turn, -1):
                count = knob.encoder.follow()
            assert count + knob.encoder.follow() == 2 + len(source.fired)
            knob.assert_followed()

    assert at_every_point(run) > 100


@given(st.integers(0, 0xFFFFFFFF), st.lists(st.integers(1, 1 << 31), min_size=1))
def test_pauses_are_right_when_the_timer_begins_anew(moment: int, pauses: list[int]) -> None:
    with Registers(GPIO_IN, TIMER) as registers:
        knob = Knob(registers, moment=moment)
        for pause in pauses:
            knob.turn(1, pause)
            knob.assert_followed()
            assert knob.encoder.pause == pause


@given(st.lists(elements("HI"), max_size=ROOM))
def test_noise_is_a_step_at_most(edges: list[tuple[int, int]]) -> None:
    """Whatever the pins say, and whenever."""
    with Registers(GPIO_IN, TIMER) as registers:
        followed = Encoder(0, 0)
        for registers[GPIO_IN], registers[TIMER] in edges:
            followed.on_edge(None)
        assert followed.follow() == len(edges)
        assert abs(followed.position) + followed.missed() <= len(edges)


@given(st.integers(0, 3 * ROOM))
def test_edges_that_find_no_room_are_counted(count: int) -> None:
    with Registers(GPIO_IN, TIMER) as registers:
        knob = Knob(registers)
        for _ in range(count):
            knob.turn(1)
        assert knob.encoder.follow() == min(count, ROOM)
        assert knob.encoder.missed() == max(count - ROOM, 0)


# --- faults that these tests find ---------------------------------------------------------------


def follow_and_clear(self: Any) -> int:
    """Wrong: what comes after the last edge that is looked at, and before the end, is lost."""
    count = 0
    for pins, moment in self._edges.elements():
        step = encoder.place(pins) - self._place & 3
        self._place = encoder.place(pins)
        self.position += (0, 1, 0, -1)[step]
        self._moment = moment
        count += 1
    self._edges.clear()
    return count


def test_a_program_that_loses_an_edge_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Encoder, "follow", follow_and_clear)
    test_it_is_where_the_knob_was_turned()  # as nothing comes in between
    with pytest.raises(Interrupted, match="fired before"):
        test_it_may_be_turned_before_any_step_of_the_program()


def test_a_wrong_order_of_places_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "PLACES", (0, 1, 2, 3))
    with pytest.raises(AssertionError):
        test_it_is_where_the_knob_was_turned()


def test_a_wrong_pin_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "A", A - 1)
    with pytest.raises(AssertionError):
        test_it_is_where_the_knob_was_turned()
