"""CPython and MicroPython's unix port do the same, to the last byte, after every operation."""

from random import Random

import pytest

from host_tests.containers import CONTAINERS
from host_tests.same import difference, smallest
from host_tests.scripts import Script
from host_tests.unix import Unix

_SCRIPTS = 100
_STEPS = 60  # of each


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("container", CONTAINERS)
def test_containers_do_the_same(unix: Unix, container: str, seed: int) -> None:
    def on_unix(script: Script, code: str) -> str:
        begin = "import sys; from on_board import replay; lines = sys.stdin; "
        return unix.exec(begin + code, stdin="\n".join(script))

    random, make = Random(seed), CONTAINERS[container].script
    script = [line for _ in range(_SCRIPTS) for line in make(random, _STEPS)]
    if difference(script, on_unix):
        script = smallest(script, on_unix)
        pytest.fail("\n".join([*script, "differs after", difference(script, on_unix) or ""]))
