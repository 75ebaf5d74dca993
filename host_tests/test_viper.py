"""Viper code that some version of MicroPython compiles to something else is not written."""

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

import heapless_py
from firmware.programs import EXAMPLES, PROGRAMS

_REGISTERS = 3  # the first locals of a function, its arguments among them, are kept there
_KINDS = ("ptr16", "ptr32")
_FOLDERS = (Path(heapless_py.__file__).parent, PROGRAMS, EXAMPLES)
_SOURCES = sorted(chain.from_iterable(folder.rglob("*.py") for folder in _FOLDERS))


def clobbered(source: str) -> Iterator[tuple[str, int, str]]:
    """(function, line, expression) of each access by which its index may be lost.

    MicroPython 1.26 and 1.27 multiply the index of a word or half word by its size where it is,
    for a Thumb or RISC-V processor: if that is a local variable in a register, it stays so
    (github.com/micropython/micropython/issues/18800). What is computed for the access, as by
    `p[1 + i]`, is in no variable.
    """
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef) and _is_viper(function):
            in_registers = _locals(function)[:_REGISTERS]
            pointers = _pointers(function)
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Subscript)
                    and ast.unparse(node.value) in pointers
                    and ast.unparse(node.slice) in in_registers
                ):
                    yield function.name, node.lineno, ast.unparse(node)


def _is_viper(function: ast.FunctionDef) -> bool:
    return "micropython.viper" in map(ast.unparse, function.decorator_list)


def _locals(function: ast.FunctionDef) -> list[str]:
    """The local variables, in the order in which MicroPython finds them."""
    stored = [
        (node.lineno, node.col_offset, node.id)
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    names = [argument.arg for argument in function.args.args]
    return list(dict.fromkeys([*names, *(name for *_, name in sorted(stored))]))


def _pointers(function: ast.FunctionDef) -> set[str]:
    """What points to words or half words: arguments, casts, and variables that hold one."""
    pointers = {
        argument.arg
        for argument in function.args.args
        if argument.annotation and ast.unparse(argument.annotation) in _KINDS
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _KINDS:
            pointers.add(ast.unparse(node))
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and ast.unparse(node.value) in pointers:
            pointers.update(map(ast.unparse, node.targets))
    return pointers


@pytest.mark.parametrize("path", _SOURCES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_access_loses_its_index(path: Path) -> None:
    assert list(clobbered(path.read_text())) == []


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["p = ptr32(x)", "i = 2", "p[i] = 0"], ["p[i]"]),
        (["p = ptr16(x)", "i = 2", "return p[i]"], ["p[i]"]),
        (["i = 2", "return ptr32(x)[i]"], ["ptr32(x)[i]"]),
        (["p = ptr32(x)", "i = 2", "p[1 + i] = 0"], []),
        (["p = ptr32(x)", "a = b = 0", "i = 2", "p[i] = 0"], []),
        (["p = ptr8(x)", "i = 2", "p[i] = 0"], []),
        (["i = 2", "return ptr8(x)[i]"], []),
        (["i = 2", "return x[i]"], []),
    ],
)
def test_one_that_may_is_found(lines: list[str], found: list[str]) -> None:
    source = "@micropython.viper\ndef f(x):\n    " + "\n    ".join(lines)
    assert [expression for _, _, expression in clobbered(source)] == found
