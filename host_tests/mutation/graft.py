"""Puts a mutant in the place of a module of the library, in a running interpreter.

Tests hold on to the library's functions and classes, which they imported long before. So these
stay the objects that they are, and get the code of their twins: of the same modules, imported once
more with the mutant among them. (To start Python, pytest and the tests anew takes a second, for
each of some thousand mutants; this takes some thousandths of one.)
"""

import importlib
import importlib.abc
import importlib.machinery
import inspect
import sys
from collections.abc import Mapping, Sequence
from types import FunctionType, ModuleType
from typing import Any

_PACKAGE = "heapless_py"
_ATOMS = (bool, int, float, str, bytes, type(None))

Modules = Mapping[str, ModuleType]


def twins(module: str, source: str, *, alone: bool) -> Modules:
    """The library's modules, imported once more, as if `source` were that of its `module`.

    `alone`: that module alone, which is enough when it differs only within functions.
    """
    name = _PACKAGE if module == "__init__" else f"{_PACKAGE}.{module}"
    names = [name] if alone else [it for it in sys.modules if it.partition(".")[0] == _PACKAGE]
    sound = {each: sys.modules.pop(each) for each in names}
    finder = _Finder(name, source)
    sys.meta_path.insert(0, finder)
    try:
        return {each: importlib.import_module(each) for each in names}
    finally:
        sys.meta_path.remove(finder)
        sys.modules.update(sound)
        for each in names:
            package, _, child = each.rpartition(".")
            if package:
                setattr(sys.modules[package], child, sound[each])


def graft(modules: Modules) -> None:
    """From now on the library does what these twins do."""
    for name, twin in modules.items():
        _graft_all(vars(sys.modules[name]), sys.modules[name], vars(twin))


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds the module of this name to have this source."""

    def __init__(self, name: str, source: str) -> None:
        self._name = name
        self._source = source

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self._name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        assert spec is not None
        spec.loader = self
        return spec

    def get_source(self, name: str) -> str:
        return self._source


def _graft_all(old: Mapping[str, Any], owner: Any, new: Mapping[str, Any]) -> None:
    for name, twin in list(new.items()):
        if name in old:  # or it is a public name that nobody has asked the sound package for
            _graft_one(old[name], owner, name, twin)


def _graft_one(old: Any, owner: Any, name: str, new: Any) -> None:
    if isinstance(new, FunctionType):
        old, new = inspect.unwrap(old), inspect.unwrap(new)
        old.__code__ = new.__code__
        old.__defaults__ = new.__defaults__
        old.__kwdefaults__ = new.__kwdefaults__
    elif isinstance(new, (staticmethod, classmethod)):
        _graft_one(old.__func__, owner, name, new.__func__)
    elif isinstance(new, property):
        for of_old, of_new in ((old.fget, new.fget), (old.fset, new.fset)):
            if of_new is not None:
                _graft_one(of_old, owner, name, of_new)
    elif isinstance(new, type):
        if new.__module__.partition(".")[0] == _PACKAGE:
            _graft_all(vars(old), old, vars(new))
    elif _is_plain(new) and old != new:
        setattr(owner, name, new)


def _is_plain(value: Any) -> bool:
    """Whether it holds no object of the library, of which there must be one only."""
    if isinstance(value, dict):
        return _is_plain((*value.keys(), *value.values()))
    if isinstance(value, (tuple, list)):
        return all(map(_is_plain, value))
    return isinstance(value, _ATOMS)
