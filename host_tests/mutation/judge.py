"""Runs the tests against each mutant, in a process of its own; the verdicts, a line of JSON each.

    python -m host_tests.mutation.judge --modules MODULE … --tests FILE …

The tests are collected and run once as they are, while it is noted which lines each of them runs,
and how long it takes. Then for each mutant a fork of this process grafts it into the library and
runs the tests that run its lines, the shortest first, until one of them fails. Those of which it
is explained why no test can find them are not tried.
"""

import argparse
import functools
import gc
import importlib
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import coverage
import hypothesis
import pytest

import heapless_py
from host_tests.mutation.graft import graft, twins
from host_tests.mutation.mutants import Mutant, Source
from host_tests.mutation.survivors import explained

_LIBRARY = Path(str(heapless_py.__file__)).parent

# Plugins of pytest that would look at the clock, at the terminal or at other processes.
_WITHOUT = ("cacheprovider", "xdist", "timeout", "terminal", "faulthandler")
# These look at copies of the library of their own, which no mutant is in.
_WITH_COPIES = "test_a_reader_is_told"
# What Hypothesis makes up is less than in `make test`, always the same, and not made smaller.
_SEARCH = hypothesis.settings(
    max_examples=30,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
    suppress_health_check=list(hypothesis.HealthCheck),
)

# A test hangs that takes so many times as long as with the sound library, and so many seconds
# more: of the processor's time; or by the clock, where others may take the processor away.
_TIMES, _SECONDS = 5, 0.5
_CLOCK_TIMES, _CLOCK_SECONDS = 20, 5
_MEMORY = 2 << 30  # bytes

# How a process ends that tried a mutant, if no signal ends it.
_SURVIVED, _KILLED, _BROKEN = 0, 1, 2


class Test(NamedTuple):
    item: pytest.Item
    seconds: float  # of the processor


class Judge:
    """A plugin of pytest that judges mutants with the tests, instead of running them."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._sources = [_source(path.stem) for path in sorted(_LIBRARY.glob("*.py"))]
        self._modules = modules
        self._tests: dict[str, Test] = {}
        self._runs: dict[str, dict[int, set[str]]] = {}  # module -> line -> tests that run it
        self._failed = ""  # the last test that did

    def pytest_configure(self, config: pytest.Config) -> None:
        config.option.tbstyle = "value"  # nobody reads a traceback

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if _sees_mutants(item)]
        for item in items:
            machine: Any = getattr(item, "cls", None)  # of Hypothesis, with settings of its own
            if hasattr(machine, "settings"):
                machine.settings = hypothesis.settings(
                    machine.settings, max_examples=_SEARCH.max_examples
                )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed = report.nodeid

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._look(session.items)
        gc.freeze()  # so that the forks need no copy of it
        if self._failed:
            raise pytest.UsageError(f"{self._failed} fails as it is")
        if code := self._code(self._nothing()):
            raise pytest.UsageError(f"a mutant that is none does not survive ({code})")
        reasons = explained()
        for mutant in self._mutants():
            verdict = "explained" if mutant.name in reasons else self._verdict(mutant)
            line = {"module": mutant.module, "line": mutant.lines[0], "mutant": mutant.name}
            print(json.dumps({**line, "verdict": verdict}), flush=True)
        return True

    def _look(self, items: list[pytest.Item]) -> None:
        """Run the tests as they are."""
        seen = coverage.Coverage(data_file=None, config_file=False, source=[str(_LIBRARY)])
        seen.start()
        for item in items:
            seen.switch_context(item.nodeid)
            began = time.process_time()
            self._run(item)
            self._tests[item.nodeid] = Test(item, time.process_time() - began)
        seen.stop()
        data = seen.get_data()
        for source in self._sources:  # and not `testing`, which has an __init__ as well
            contexts = data.contexts_by_lineno(str(_LIBRARY / f"{source.name}.py"))
            self._runs[source.name] = {n: set(names) - {""} for n, names in contexts.items()}

    def _run(self, item: pytest.Item) -> None:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)

    def _nothing(self) -> Mutant:
        """A mutant that is none: by it the graft itself is judged."""
        source = self._sources[0]
        return Mutant(source.name, "", range(0), "", "", source.text, defines="")

    def _mutants(self) -> Iterator[Mutant]:
        for source in self._sources:
            if source.name in self._modules:
                yield from source.mutants()

    def _verdict(self, mutant: Mutant) -> str:
        code = self._code(mutant)
        if code == _BROKEN:
            raise RuntimeError(f"cannot be tried: {mutant.name}")
        if code in (-signal.SIGPROF, -signal.SIGALRM):
            return "timeout"
        return "survived" if code == _SURVIVED else "killed"

    def _code(self, mutant: Mutant) -> int:
        """How a process that tries it ends."""
        pid = os.fork()
        if pid == 0:
            code = _BROKEN
            try:
                code = self._try(mutant)
            finally:
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        return os.waitstatus_to_exitcode(status)

    def _try(self, mutant: Mutant) -> int:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(nothing, stream)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        _limit(0)
        try:
            modules = twins(mutant.module, mutant.source, alone=mutant.defines is None)
        except Exception:
            return _KILLED  # no test could even import it
        graft(modules)
        for test in self._tests_of(mutant):
            _limit(test.seconds)
            self._run(test.item)
            if self._failed:
                return _KILLED
        return _SURVIVED

    def _tests_of(self, mutant: Mutant) -> list[Test]:
        """Those that run its lines, or what comes of them; the shortest first."""
        if mutant.defines is None:
            runs = self._runs.get(mutant.module, {})
            names: Iterable[str] = _union(runs.get(line, set()) for line in mutant.lines)
        elif mutant.defines:
            names = self._tests_of_name(mutant.module, mutant.defines)
        else:
            names = self._tests
        return sorted((self._tests[name] for name in names), key=lambda test: test.seconds)

    @functools.cache  # noqa: B019 (there is one judge)
    def _tests_of_name(self, module: str, name: str) -> frozenset[str]:
        """Those that run a line with this name in it, or with one that is defined by it."""
        tests: set[str] = set()
        names = [name]
        for name in names:
            for source in self._sources:
                if source.name == module or not name.startswith("_"):
                    runs = self._runs.get(source.name, {})
                    for line, defined in source.lines_naming(name):
                        tests |= runs.get(line, set())
                        if defined and defined not in names:
                            names.append(defined)
        return frozenset(tests)


def _sees_mutants(item: pytest.Item) -> bool:
    """Whether the test runs this process's library, and belongs to no proof of its own."""
    apart = "unix" in getattr(item, "fixturenames", ()) or item.name.startswith(_WITH_COPIES)
    return not apart and item.get_closest_marker("proof") is None


def _limit(seconds: float) -> None:
    """A signal ends what takes much longer than this."""
    signal.setitimer(signal.ITIMER_PROF, _TIMES * seconds + _SECONDS)
    signal.setitimer(signal.ITIMER_REAL, _CLOCK_TIMES * seconds + _CLOCK_SECONDS)


def _source(module: str) -> Source:
    name = "heapless_py" if module == "__init__" else f"heapless_py.{module}"
    return Source(module, importlib.import_module(name))


def _union(sets: Iterable[set[str]]) -> set[str]:
    return set().union(*sets)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--modules", nargs="+", required=True)
    parser.add_argument("--tests", nargs="+", required=True)
    options = parser.parse_args()
    hypothesis.settings.register_profile("mutants", _SEARCH)
    hypothesis.settings.load_profile("mutants")
    without = [word for name in _WITHOUT for word in ("-p", f"no:{name}")]
    return int(pytest.main([*without, "--capture=no", *options.tests], [Judge(options.modules)]))


if __name__ == "__main__":
    sys.exit(main())
