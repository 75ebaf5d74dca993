"""A user's handler that is wrong is found by the fake interrupts, and one that is right passes."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings

from heapless_py import BBQueue, SpscQueue, Vec
from heapless_py.testing import Interrupted, Interrupts, at_every_point, interrupts
from host_tests import rings
from host_tests.rings import Counts, CountsWithInterruptsOff, PublishesFirst, Ring


def taken_from(ring: Any) -> list[int]:
    taken = []
    while (x := ring.get()) is not None:
        taken.append(x)
    return taken


def a_handler_puts(make: Any) -> Any:
    """The program takes out what it had put in, while a handler puts more."""

    def run(source: Interrupts) -> None:
        ring = make(source)
        sent, refused = [1, 2, 3], list[int]()
        for x in sent:
            ring.put(x)
        waiting = iter((10, 11, 12))

        def handler(pin: str) -> None:
            assert pin == "pin"
            x = next(waiting)
            (sent if ring.put(x) else refused).append(x)

        with source.calling(handler, "pin"):
            taken = [ring.get() for _ in range(5)]
        assert [x for x in taken if x is not None] + taken_from(ring) == sent

    return run


def a_handler_gets(make: Any) -> Any:
    """The program puts in, while a handler takes out what it finds."""

    def run(source: Interrupts) -> None:
        ring = make(source)
        sent: list[int] = []
        taken: list[int] = []
        with source.calling(lambda: taken.extend(taken_from(ring))):
            for x in range(1, 6):
                if ring.put(x):
                    sent.append(x)
        assert taken + taken_from(ring) == sent

    return run


def masked(source: Interrupts) -> CountsWithInterruptsOff:
    ring = CountsWithInterruptsOff()
    ring.disable_irq, ring.enable_irq = source.disable_irq, source.enable_irq
    return ring


class LibraryRing:
    """A queue of the library, by the names of the rings."""

    def __init__(self) -> None:
        self.producer, self.consumer = SpscQueue(3, "i").split()

    def put(self, x: int) -> bool:
        return bool(self.producer.try_enqueue(x))

    def get(self) -> int | None:
        found: int | None = self.consumer.try_dequeue(None)
        return found


RIGHT: dict[str, Any] = {
    "a ring": lambda source: Ring(),
    "a count, with interrupts off": masked,
    "a queue of the library": lambda source: LibraryRing(),
}


@pytest.mark.parametrize("scenario", [a_handler_puts, a_handler_gets])
@pytest.mark.parametrize("make", RIGHT.values(), ids=RIGHT)
def test_what_is_right_passes_at_every_point(make: Any, scenario: Any) -> None:
    assert at_every_point(scenario(make)) > 100


def test_what_is_right_passes_at_every_pair_of_points() -> None:
    def run(source: Interrupts) -> None:
        ring = Ring(3)
        sent, taken = [1], []
        ring.put(1)
        waiting = iter((2, 3))

        def handler() -> None:
            x = next(waiting)
            if ring.put(x):
                sent.append(x)

        with source.calling(handler):
            taken.append(ring.get())
        assert taken + taken_from(ring) == sent

    assert at_every_point(run, times=2) > 500


@pytest.mark.parametrize(
    ("make", "scenario", "line"),
    [
        (PublishesFirst, a_handler_gets, "self.slots[at] = x"),
        (Counts, a_handler_puts, "self.count -= 1"),
        (Counts, a_handler_gets, "self.count += 1"),
    ],
)
def test_what_is_wrong_is_found_and_the_line_is_told(make: Any, scenario: Any, line: str) -> None:
    with pytest.raises(Interrupted) as found:
        at_every_point(scenario(lambda source: make()))
    place = str(found.value).partition("fired before ")[2].partition(">")[0]
    name, _, number = place.partition(":")
    assert name == "rings.py"
    with open(str(rings.__file__)) as file:  # noqa: PTH123
        assert line in file.readlines()[int(number) - 1]


def test_a_handlers_own_steps_are_in_no_danger() -> None:
    """What a handler does is done before the program goes on, in whatever order."""
    at_every_point(a_handler_puts(lambda source: PublishesFirst()))


def test_hypothesis_finds_it_too() -> None:
    @settings(max_examples=2000, database=None, derandomize=True)
    @given(interrupts(most=2, steps=200))
    def find(source: Interrupts) -> None:
        a_handler_gets(lambda source: PublishesFirst())(source)

    with pytest.raises(AssertionError):
        find()


@settings(max_examples=200)
@given(interrupts())
def test_what_is_right_passes_at_random_points(source: Interrupts) -> None:
    a_handler_gets(RIGHT["a queue of the library"])(source)


def test_what_is_not_for_two_contexts_is_found_in_the_library() -> None:
    def run(source: Interrupts) -> None:
        samples = Vec(8, "H")
        with source.calling(samples.try_push, 7):
            samples.try_push(1)
            samples.try_push(2)
        assert sorted(samples) == sorted([1, 2, *[7] * len(source.fired)])

    with pytest.raises(Interrupted, match=r"fired before vec\.py:"):
        at_every_point(run)


def test_the_example_of_the_module() -> None:
    def run(source: Interrupts) -> None:
        queue = Ring(4)
        with source.calling(queue.put, 7):
            taken = [queue.get(), queue.get()]
        assert taken in ([7, None], [None, 7], [None, None])

    at_every_point(run)


def test_frames_pass_at_every_point() -> None:
    def run(source: Interrupts) -> None:
        producer, consumer = BBQueue(20).split_framed()
        producer.write_frame(b"one")
        sent, taken = [b"one"], []

        def handler() -> None:
            grant = producer.grant(5)
            if grant is not None:
                grant.view[:5] = b"other"
                grant.commit(5)
                sent.append(b"other")

        with source.calling(handler):
            frame = consumer.read()
            assert frame is not None
            taken.append(bytes(frame.view))
            frame.release()
        taken.extend(bytes(frame.view) for frame in consumer)
        assert taken == sent

    assert at_every_point(run) > 50


def test_every_step_is_a_point_once() -> None:
    def program() -> int:
        x = 1
        x += 1
        return x

    seen = []

    def run(source: Interrupts) -> None:
        with source.calling(lambda: seen.append(source.steps)):
            program()

    runs = at_every_point(run)
    assert seen == list(range(1, runs))
    assert runs > 10


def test_two_interrupts_come_at_each_pair_of_points() -> None:
    seen = set()
    total = 0

    def run(source: Interrupts) -> None:
        nonlocal total
        with source.calling(lambda: None):
            pass
        seen.add(source.points)
        total = source.steps

    runs = at_every_point(run, 2)
    pairs = {(i, j) for i in range(total) for j in range(i, total)}
    assert pairs <= seen
    assert runs == len(seen) == len(pairs) + total + 1


def test_a_program_that_waits_for_the_interrupt() -> None:
    def run(source: Interrupts) -> None:
        ring = Ring()
        with source.calling(ring.put, 7):
            while (taken := ring.get()) is None:
                pass
        assert taken == 7

    assert at_every_point(run, steps=20) == 20
    assert 20 < at_every_point(run, 2, steps=20) <= 20 * 21 / 2


def test_a_handler_is_not_interrupted() -> None:
    depth = 0

    def handler() -> None:
        nonlocal depth
        depth += 1
        assert depth == 1
        taken_from(Ring())
        depth -= 1

    source = Interrupts(*range(50))
    with source.calling(handler):
        taken_from(Ring())
    assert len(source.fired) == min(50, source.steps)
    assert depth == 0


def test_interrupts_that_are_off_come_when_they_are_on_again() -> None:
    source, log = Interrupts(0, 1, 5), list[str]()
    with source.calling(log.append, "interrupt"):
        taken_from(Ring())
        before = source.disable_irq()
        log.append("off")
        inner = source.disable_irq()
        taken_from(Ring())
        source.enable_irq(inner)
        log.append("still off")
        source.enable_irq(before)
        log.append("on")
    assert log == ["interrupt"] * 3 + ["off", "still off", "on"]
    assert (before, inner) == (True, False)

    source, log = Interrupts(0), []
    before = source.disable_irq()
    with source.calling(log.append, "interrupt"):
        taken_from(Ring())
        log.append("off")
        source.enable_irq(before)
        log.append("on")
    assert log == ["off", "interrupt", "on"]
    assert source.fired == ["enable_irq"]


def test_what_a_handler_raises_is_raised_at_the_end_of_the_block() -> None:
    log = []

    def handler() -> None:
        raise LookupError("in the handler")

    source = Interrupts(3, 4)
    with pytest.raises(LookupError, match="in the handler"), source.calling(handler):
        try:
            taken_from(Ring())
        except Exception:  # a program may do so: the test is to know all the same
            log.append("caught")
        log.append("end")
    assert log == ["end"]
    assert len(source.fired) == 1


def test_nothing_is_interrupted_outside_of_the_block() -> None:
    source = Interrupts(0)
    taken_from(Ring())
    with source.calling(lambda: None):
        pass
    steps = source.steps
    taken_from(Ring())
    assert (source.steps, len(source.fired)) == (steps, 1)


def test_a_program_is_interrupted_within_the_modules_that_are_named() -> None:
    wide, narrow = Interrupts(), Interrupts(within=(rings,))
    for source in (wide, narrow):
        with source.calling(lambda: None):
            SpscQueue(3, "i").try_enqueue(3)
    assert 0 < narrow.steps < wide.steps / 10  # the block itself


def test_whoever_watched_before_watches_on() -> None:
    def watch(frame: Any, event: str, argument: Any) -> None:
        pass

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        with Interrupts().calling(lambda: None):
            pass
        assert sys.gettrace() is watch
    finally:
        sys.settrace(before)


def test_a_second_source_at_once_is_refused() -> None:
    source = Interrupts()
    with (
        source.calling(lambda: None),
        pytest.raises(RuntimeError, match="one source at a time"),
        Interrupts().calling(lambda: None),
    ):
        pass


@pytest.mark.parametrize("point", [-1, 1.5, "1", True])
def test_what_is_no_point(point: Any) -> None:
    with pytest.raises(ValueError, match="points are numbers of steps, 0 and more"):
        Interrupts(point)


def test_a_fake_machine_has_interrupts_to_turn_off() -> None:
    """How a program that calls `machine.disable_irq` is tested."""

    def run(source: Interrupts) -> None:
        machine = SimpleNamespace(disable_irq=source.disable_irq, enable_irq=source.enable_irq)
        count = 0

        def pressed() -> None:
            nonlocal count
            count += 1

        with source.calling(pressed):
            state = machine.disable_irq()
            count = count + 1
            machine.enable_irq(state)
        assert count == 1 + len(source.fired)

    assert at_every_point(run) > 5
