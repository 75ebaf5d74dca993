"""`heapless_py` finds its public names, each in its module, when they are first asked for."""

import sys
from types import SimpleNamespace

import pytest

import heapless_py
from heapless_py import vec


def test_a_public_name_is_imported_when_it_is_first_asked_for() -> None:
    vars(heapless_py).pop("Vec", None)
    assert heapless_py.Vec is vec.Vec
    assert vars(heapless_py)["Vec"] is vec.Vec


def test_a_name_that_nothing_has_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="module 'heapless_py' has no attribute 'Vect'"):
        heapless_py.Vect  # type: ignore[attr-defined]  # noqa: B018


_demand_machine_code = vars(heapless_py)["_demand_machine_code"]


@pytest.mark.parametrize("processor", [1, 15])
def test_a_micropython_with_machine_code_is_as_good_as_python(processor: int) -> None:
    _demand_machine_code(SimpleNamespace())
    _demand_machine_code(SimpleNamespace(_mpy=0x306 | processor << 10))


def test_a_micropython_without_machine_code_is_refused() -> None:
    with pytest.raises(ImportError, match=r"has none \(sys\.implementation\._mpy names no"):
        _demand_machine_code(SimpleNamespace(_mpy=0x306))


def _fail(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let the next import of a public name end in `error`."""

    def broken(*arguments: object) -> None:
        raise error

    vars(heapless_py).pop("Vec", None)
    monkeypatch.setattr(heapless_py, "__import__", broken, raising=False)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (SyntaxError("invalid micropython decorator"), "needs machine code, and {} has none"),
        (ValueError("incompatible .mpy arch"), "^{} does not load these .mpy files"),
    ],
)
@pytest.mark.parametrize("version", ["3.4.0; MicroPython v1.25.0", "MicroPython v1.25.0"])
def test_a_firmware_that_cannot_load_a_module_is_named_with_a_way_out(
    monkeypatch: pytest.MonkeyPatch, error: Exception, says: str, version: str
) -> None:
    _fail(monkeypatch, error)
    monkeypatch.setattr(sys, "version", version)
    here = f"MicroPython v1.25.0 on {sys.platform}"
    with pytest.raises(ImportError, match=says.format(here) + rf".*\({error}\)"):
        heapless_py.Vec  # noqa: B018


@pytest.mark.parametrize("error", [SyntaxError("invalid syntax"), ValueError("x"), MemoryError()])
def test_another_error_in_a_module_stays_what_it_is(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    _fail(monkeypatch, error)
    with pytest.raises(type(error)) as found:
        heapless_py.Vec  # noqa: B018
    assert found.value is error
