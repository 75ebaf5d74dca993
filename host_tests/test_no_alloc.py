"""`no_alloc` locks MicroPython's heap; CPython's it only watches, and it tells what was kept."""

from collections.abc import Callable

import pytest

from heapless_py import SpscQueue, Vec, allocation, no_alloc
from host_tests.test_allocation import verdicts
from host_tests.unix import Unix

_TIMES = 1000
_NOISE = 50  # blocks that CPython keeps for itself; an element kept each time is _TIMES of them


def kept(work: Callable[[int], object]) -> int:
    work(0)
    with no_alloc() as stretch:
        for i in range(_TIMES):
            work(i + 0x40000000)  # no integer that CPython has anyway
    found: int = stretch.kept
    return found


def test_what_grows_is_told_on_cpython() -> None:
    log: list[int] = []
    assert abs(kept(log.append) - _TIMES) < _NOISE


def test_what_goes_around_keeps_nothing_on_cpython() -> None:
    queue, samples = SpscQueue(8, "I"), Vec(8, "I")

    def work(i: int) -> None:
        queue.enqueue(i)
        samples.push(queue.dequeue())
        samples.clear()

    assert abs(kept(work)) < _NOISE


def test_what_is_freed_is_told_on_cpython() -> None:
    log = list(range(0x40000000, 0x40000000 + 2 * _TIMES))
    assert abs(kept(lambda i: log.pop()) + _TIMES) < _NOISE


def test_each_of_two_tells_its_own_on_cpython() -> None:
    log: list[int] = []
    with no_alloc() as stretch:
        log.extend(range(0x40000000, 0x40000000 + _TIMES))
        with no_alloc():
            pass
        assert abs(stretch.kept) < _NOISE  # of the inner one
    assert abs(stretch.kept - _TIMES) < _NOISE


def test_before_the_first_nothing_was_kept() -> None:
    assert allocation._Stretch().kept == 0


def test_an_exception_goes_through() -> None:
    with pytest.raises(LookupError), no_alloc():
        raise LookupError
    with no_alloc() as stretch:
        pass
    assert abs(stretch.kept) < _NOISE


_MICROPYTHON = """
import micropython
from heapless_py import SpscQueue, no_alloc

def refused(work):
    try:
        work()
    except MemoryError:
        return True
    return False

def allocate():
    bytearray(10)

class Stretches:
    def __init__(self):
        self.queue = SpscQueue(8, "h")
        self.soft = None

    def enqueue(self):
        with no_alloc():
            self.queue.try_enqueue(5)

    def nest(self):
        with no_alloc():
            with no_alloc():
                self.queue.try_enqueue(6)
            allocate()

    def fail(self):
        with no_alloc():
            self.queue.try_enqueue(7)
            raise LookupError

    def tell(self):
        with no_alloc() as stretch:
            self.queue.try_enqueue(8)
        return stretch.kept

    def measure(self):
        before = micropython.mem_total()
        with no_alloc() as stretch:
            self.queue.try_enqueue(9)
        return micropython.mem_total() - before

    def schedule(self):
        with no_alloc():
            micropython.schedule(self.scheduled, 0)
            for _ in range(100):
                pass

    def scheduled(self, _):
        self.soft = refused(allocate)

it = Stretches()
scheduled = it.scheduled
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("it.enqueue(); print(list(it.queue))", "[5]"),
        ("print(refused(it.nest), list(it.queue), refused(allocate))", "True [6] False"),
        (
            "try:\n    it.fail()\nexcept LookupError: print(list(it.queue), refused(allocate))",
            "[7] False",
        ),
        ("print(it.tell())", "0"),
        ("print(it.measure())", "0"),
        # Soft interrupts are refused memory, too. (To make a bound method takes some.)
        (
            "it.scheduled = scheduled; it.schedule(); print(it.soft, refused(allocate))",
            "True False",
        ),
    ],
    ids=["within", "nested", "exception", "kept", "itself", "scheduled"],
)
def test_micropythons_heap_is_locked(unix: Unix, code: str, said: str) -> None:
    assert unix.exec(_MICROPYTHON + code) == said + "\n"


@pytest.mark.proof("allocation")
def test_it_allocates_nothing_itself(unix: Unix) -> None:
    found = verdicts(unix, "verdicts('exercises_no_alloc')")
    assert len(found) == 12  # two exercises in three states through two gates
    assert [verdict for verdict in found if verdict[4]] == []
