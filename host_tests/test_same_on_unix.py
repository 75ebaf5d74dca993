"""CPython and MicroPython's unix port do the same, to the last byte, after every operation."""

from collections.abc import Callable
from random import Random

import pytest

from host_tests.bbqueue_scripts import bbqueue_script
from host_tests.same import difference, smallest
from host_tests.scripts import Script, queue_script
from host_tests.unix import Unix

_QUEUES = 100
_STEPS = 60  # of each queue


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("make", [queue_script, bbqueue_script])
def test_queues_do_the_same(unix: Unix, make: Callable[[Random, int], Script], seed: int) -> None:
    def on_unix(script: Script, code: str) -> str:
        begin = "import sys; from on_board import replay; lines = sys.stdin; "
        return unix.exec(begin + code, stdin="\n".join(script))

    random = Random(seed)
    script = [line for _ in range(_QUEUES) for line in make(random, _STEPS)]
    if difference(script, on_unix):
        script = smallest(script, on_unix)
        pytest.fail("\n".join([*script, "differs after", difference(script, on_unix) or ""]))
