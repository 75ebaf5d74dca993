"""`heapless_py` finds its public names, each in its module, when they are first asked for."""

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
