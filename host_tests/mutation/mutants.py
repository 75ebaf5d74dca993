"""The mutants of a module: its source with one small fault, made by Cosmic Ray's operators."""

import ast
import copy
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.operators.boolean_replacer import AddNot
from cosmic_ray.plugins import get_operator

# Those that PIT makes by default, for they seldom make a fault that is none: each relation with
# its border on the other side, and the other way round; each operation inverted. Besides, each
# number one more and one less.
_RELATIONS = {
    "Lt": ("LtE", "GtE"),
    "LtE": ("Lt", "Gt"),
    "Gt": ("GtE", "LtE"),
    "GtE": ("Gt", "Lt"),
    "Eq": ("NotEq",),
    "NotEq": ("Eq",),
    "Is": ("IsNot",),
    "IsNot": ("Is",),
}
_OPERATIONS = {
    "Add": "Sub",
    "Sub": "Add",
    "Mul": "FloorDiv",
    "FloorDiv": "Mul",
    "Mod": "FloorDiv",
    "LShift": "RShift",
    "RShift": "LShift",
    "BitAnd": "BitOr",
    "BitOr": "BitAnd",
    "BitXor": "BitOr",
}
OPERATORS = (
    *(f"ReplaceComparisonOperator_{a}_{b}" for a, bs in _RELATIONS.items() for b in bs),
    *(f"ReplaceBinaryOperator_{a}_{b}" for a, b in _OPERATIONS.items()),
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_USub",
    "ReplaceUnaryOperator_Delete_Invert",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "AddNot",
    "NumberReplacer",
    "ExceptionReplacer",  # catches another exception
    "ZeroIterationForLoop",
)

Position = tuple[int, int]  # line, from 1; column, from 0


@dataclass(frozen=True)
class Mutant:
    module: str
    function: str  # where it is, as `Class.method`; "" at the module's own level
    lines: range  # of the statement, or of the head of one, that it is in
    before: str  # its lines, as they were and as they are
    after: str
    source: str  # the whole module
    defines: str | None  # the name, if it is outside of functions: what runs when it is imported
    number: int = 1  # of those that are like it so far, in this function

    @property
    def name(self) -> str:
        """What tells it apart, as long as its lines stay as they are."""
        name = f"{self.module}.{self.function}: {self.before} -> {self.after}"
        return name if self.number == 1 else f"{name} #{self.number}"


_Statement = ast.stmt | ast.ExceptHandler
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class _Place(NamedTuple):
    """Where a line is."""

    lines: range  # of the statement, or of the head of one
    function: str
    defines: str | None  # as that of a mutant


class Source:
    """A module's source, and what there is at each of its lines."""

    def __init__(self, name: str, module: ModuleType) -> None:
        self.name = name
        self.module = module
        self.text = Path(str(module.__file__)).read_text()

    @cached_property
    def _begins(self) -> list[int]:
        begins = [0]
        for line in self.text.splitlines(keepends=True):
            begins.append(begins[-1] + len(line))
        return begins

    def offset(self, position: Position) -> int:
        line, column = position
        return self._begins[line - 1] + column

    def lines_naming(self, name: str) -> list[tuple[int, str | None]]:
        """The lines with this name in them, and what each defines, as `defines` of a mutant."""
        word = re.compile(rf"\b{name}\b")
        numbers = (n for n, line in enumerate(self.text.splitlines(), 1) if word.search(line))
        return [(n, self._places[n].defines) for n in numbers if n in self._places]

    def mutants(self) -> Iterator[Mutant]:
        """All its mutants that compile, but for those of what only MicroPython runs."""
        like: Counter[str] = Counter()
        for mutant in self._mutants():
            like[mutant.name] += 1
            yield replace(mutant, number=like[mutant.name])

    def _mutants(self) -> Iterator[Mutant]:
        operators = [get_operator(f"core/{name}")() for name in OPERATORS]
        for node in ast_nodes(get_ast(self.text)):
            for operator in operators:
                for index, (start, _) in enumerate(operator.mutation_positions(node)):
                    if start[0] not in self._foreign and not _is_double(operator, node):
                        yield from self._mutant(node, operator, index, start[0])

    def _mutant(self, node: Any, operator: Any, index: int, line: int) -> Iterator[Mutant]:
        # An operator changes the node that it is given: here a copy, still at its place.
        own = copy.deepcopy(node, {id(node.parent): node.parent})
        mutated = operator.mutate(own, index).get_code()
        begin = self.offset(node.get_start_pos_of_prefix())
        end = self.offset(node.end_pos)
        source = self.text[:begin] + mutated + self.text[end:]
        if _compiles(source):
            place = self._places[line]
            lines = place.lines
            first, last = self._begins[lines[0] - 1], self._begins[lines[-1]]
            more = len(source) - len(self.text)
            yield Mutant(
                module=self.name,
                function=place.function,
                lines=lines,
                before=_one_line(self.text[first:last]),
                after=_one_line(source[first : last + more]),
                source=source,
                defines=place.defines,
            )

    @cached_property
    def _places(self) -> dict[int, _Place]:
        places: dict[int, _Place] = {}

        def visit(statement: _Statement, function: str, when_called: bool) -> None:
            body = getattr(statement, "body", [])
            last = body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
            decorators = getattr(statement, "decorator_list", [])
            lines = range(min(d.lineno for d in [*decorators, statement]), last + 1)
            defines = None if when_called else _defined_by(statement)
            places.update((line, _Place(lines, function, defines)) for line in lines)
            if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
                function = f"{function}.{statement.name}".lstrip(".")
                when_called |= isinstance(statement, _FUNCTIONS)
            for part in ast.iter_child_nodes(statement):
                if isinstance(part, _Statement):
                    visit(part, function, when_called)

        for statement in ast.parse(self.text).body:
            visit(statement, "", False)
        return places

    @cached_property
    def _foreign(self) -> set[int]:
        """The lines that this interpreter never runs.

        Interpreters are told apart by an `if` at the level of a module: a branch that is not taken
        here is MicroPython's, and tested there.
        """
        lines: set[int] = set()

        def visit(statements: list[ast.stmt]) -> None:
            for statement in statements:
                if isinstance(statement, ast.If):
                    condition = ast.unparse(statement.test)
                    taken, other = statement.body, statement.orelse
                    if not eval(condition, vars(self.module)):
                        taken, other = other, taken
                    for part in other:
                        lines.update(range(part.lineno, (part.end_lineno or 0) + 1))
                    visit(taken)

        visit(ast.parse(self.text).body)
        return lines


def _defined_by(statement: _Statement) -> str:
    """The name that it gives to something; "" if that cannot be told."""
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return ""


def _is_double(operator: Any, node: Any) -> bool:
    """Whether it turns round a relation, which other operators do."""
    if not isinstance(operator, AddNot):
        return False
    condition: str = node.children[2 if node.type == "test" else 1].type
    return condition == "comparison"


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _one_line(text: str) -> str:
    return " ".join(text.split())
