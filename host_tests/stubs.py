"""Compares heapless_py's stubs with its source: mypy's stubtest, run on instances as well.

    python -m host_tests.stubs

Many verbs are closures, and all of the data are attributes, that `__init__` sets; stubtest looks
at classes only. So each class is given here, before it looks, what an instance of it has.

This changes the classes, and is therefore a program of its own.
"""

import inspect
import sys
from collections.abc import Callable
from pathlib import Path

from mypy import stubtest

from host_tests.instances import instances

CHECKOUT = Path(__file__).parent.parent
ALLOWLIST = Path(__file__).with_suffix(".allowlist")


def main() -> int:
    for instance in instances():
        _show_on_its_class(instance)
    arguments = ["heapless_py", "--concise", "--allowlist", str(ALLOWLIST)]
    arguments += ["--mypy-config-file", str(CHECKOUT / "pyproject.toml")]
    return stubtest.test_stubs(stubtest.parse_options(arguments))


def _show_on_its_class(instance: object) -> None:
    kind = type(instance)
    for name, value in vars(instance).items():
        if not name.startswith("_"):
            setattr(kind, name, _as_method(value) if callable(value) else value)


def _as_method(function: Callable[..., object]) -> Callable[..., object]:
    """A method with the parameters of `function`."""

    def method(self: object) -> None:
        """Only looked at."""

    alone = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    method.__signature__ = inspect.Signature([alone, *parameters])  # type: ignore[attr-defined]
    return method


if __name__ == "__main__":
    sys.exit(main())
