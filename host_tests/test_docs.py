"""What the documentation shows is true: its programs run, what it names is there.

In front of a program there stands where it runs, as in `<!-- runs: host -->`:

host     CPython. The programs of one page are one after the other, and know what was before.
unix     MicroPython's unix port, likewise.
board    a board, each alone. Here it is checked beside the stubs that are published for an RP2040;
         board_tests/test_docs.py runs it.
example  a board: the line names a file of firmware/examples, which board_tests/test_examples.py
         runs.
"""

import html
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from documentation import costs
from documentation.docstrings import as_markdown
from firmware.deploy import REPOSITORY
from firmware.programs import EXAMPLES
from host_tests.instances import instances
from host_tests.test_types import beside_published_stubs, checked
from host_tests.unix import Unix

_DOCS = REPOSITORY / "docs"
PAGES = sorted(str(path.relative_to(_DOCS)) for path in _DOCS.rglob("*.md"))
_PROGRAM = re.compile(r"(?:<!-- runs: (\w+) -->\n\n?)?```python\n(.*?)```", re.DOTALL)
_FENCED = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"^    .*$", re.MULTILINE)
_SPAN = re.compile(r"`([^`]+)`")

# What the compiler of PIO programs knows by name.
_PIO = "from rp2.asm_pio import *\n"


def text_of(page: str) -> str:
    return (_DOCS / page).read_text()


def programs(page: str, place: str) -> list[str]:
    """The page's programs that run there."""
    return [program for where, program in _PROGRAM.findall(text_of(page)) if where == place]


def pages_with(place: str) -> list[str]:
    return [page for page in PAGES if programs(page, place)]


@pytest.mark.parametrize("page", PAGES)
def test_each_program_says_where_it_runs(page: str) -> None:
    places = {where for where, _ in _PROGRAM.findall(text_of(page))}
    assert places <= {"host", "unix", "board", "example"}


def test_each_example_is_shown() -> None:
    shown = programs("examples.md", "example")
    paths = [path.relative_to(REPOSITORY) for path in EXAMPLES.glob("[!_]*.py")]
    assert sorted(shown) == [f'--8<-- "{path.as_posix()}"\n' for path in sorted(paths)]


@pytest.mark.parametrize("page", pages_with("host"))
def test_programs_for_this_machine_run(page: str) -> None:
    scope: dict[str, Any] = {"__name__": "program"}
    for program in programs(page, "host"):
        exec(compile(program, page, "exec"), scope)


@pytest.mark.parametrize("page", pages_with("unix"))
def test_programs_for_micropython_run(page: str, unix: Unix) -> None:
    unix.exec("\n".join(programs(page, "unix")))


def test_programs_for_a_board_are_right(tmp_path: Path) -> None:
    found = {
        f"{page} {number}": _PIO + program if "@rp2.asm_pio" in program else program
        for page in PAGES
        for number, program in enumerate(programs(page, "board"))
    }
    assert found
    options, path = beside_published_stubs("rp2")
    verdicts = checked(
        found,
        tmp_path,
        "--check-untyped-defs",
        "--follow-imports=silent",
        *options,
        MYPYPATH=f"{path}:{REPOSITORY}",
    )
    assert {name: said for name, said in verdicts.items() if said} == {}


@pytest.mark.parametrize("page", ["../README.md", *PAGES])
def test_what_is_named_in_a_command_is_there(page: str) -> None:
    text = text_of(page)
    rest = _FENCED.sub("", text)
    code = "\n".join([*_FENCED.findall(text), *_INDENTED.findall(rest), *_SPAN.findall(rest)])
    targets = set(re.findall(r"^(\w+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^ *make (\w+)", code, re.MULTILINE)) <= targets
    for module in re.findall(r"python3? -m ((?:board_tests|firmware|host_tests)[\w.]*)", code):
        assert find_spec(module), module
    for path in re.findall(r"\b(?:docs|host_tests|board_tests|firmware)/[\w./*]+", code):
        assert list(REPOSITORY.glob(path)), path


def test_what_the_page_for_rust_names_is_there() -> None:
    text = text_of("rust.md")
    there = {name for each in instances() for name in dir(each)} | {"len", "str"}
    rows = re.findall(r"^\| .*? \| (.*?) \| .*\|$", text.partition("\n## spsc::")[2], re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(?:grant\[)?(\w+)", row)}
    assert len(named) > 80
    assert named - there <= {"SpscQueue", "BBQueue", "try_", "i", "with", "d"}


# --- the site -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built so that a link to what is not there ends it."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    said = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    return folder


def test_the_reference_has_each_verb_with_what_its_docstring_says(site: Path) -> None:
    queue = (site / "reference/spsc_queue.html").read_text()
    for name in ("Producer.try_enqueue", "Consumer.drain_into", "SpscQueue.split", "try_dequeue"):
        assert f'id="heapless_py.spsc_queue.{name}"' in queue
    assert "Dequeue the oldest element; " in queue  # a closure's
    assert "If the elements are records:" in queue
    assert "<dt>ISR-safe</dt>" in queue
    assert "<code>pip install heapless_py[testing]" in re.sub(
        r"<span[^>]*>|</span>|<a [^>]*>|</a>", "", (site / "reference/testing.html").read_text()
    )
    assert 'id="heapless_py.vec.Vec.is_full"' in (site / "reference/vec.html").read_text()


def test_listings_are_those_of_the_files(site: Path) -> None:
    text = re.sub(r"<[^>]*>", "", (site / "examples.html").read_text())
    for path in EXAMPLES.glob("[!_]*.py"):
        assert html.escape(path.read_text(), quote=False) in text.replace("&quot;", '"')


def test_the_site_needs_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not re.search(r'(src="|<link [^>]*href=")https?://', page.read_text()), page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import )[\"']?https?://", sheet.read_text()), sheet


# --- what it is built with ----------------------------------------------------------------------

_IMPORTED = ("spsc_queue", "_checker", "_format", "_image", "_port", "_sequence", "errors")
_MEASURED = {
    "0123456789abcdef": {
        "firmware": "MicroPython 1.25.0",
        "origin": "built here",
        "budgets": {
            "cycles of SpscQueue.try_enqueue, as function, element": 1555,
            "cycles of SpscQueue.try_enqueue, as method, element": 998,
            "cycles of RingBuffer.write of 64, as method, bytes": 1234,
            "cycles of an interrupt, SpscQueue: producer.capture(address)": 1078,
            "bytes of a SpscQueue, beside its contents": 1420,
            **{f"bytes of the import of {module}, .mpy": 1000 for module in _IMPORTED},
        },
    }
}


def test_costs_are_those_of_one_container_with_their_provenance() -> None:
    text = costs.costs("SpscQueue", _MEASURED)
    assert "| `try_enqueue` | element | 1,555 | 998 |" in text
    assert "| producer.capture(address) | 1,078 |" in text
    assert "| a SpscQueue, beside its contents | 1,420 |" in text
    assert "| its import, and of all that it imports, precompiled | 7,000 |" in text
    assert "as source" not in text  # that was not measured
    assert "emulated" in text and "MicroPython 1.25.0, built here" in text
    assert "1,234" not in text


def test_without_a_measurement_there_are_no_figures() -> None:
    assert costs.costs("SpscQueue", {}) == costs.NO_FIGURES
    assert costs.costs("Vec", _MEASURED) == costs.NO_FIGURES


def test_lines_about_arguments_become_a_list_of_definitions() -> None:
    docstring = "do: `x_y`, at 2**30.\n\nn: bytes,\n    0 and more.\n\nISR-safe: no (it *is* so)."
    assert as_markdown(docstring) == (
        "do: `x_y`, at 2\\*\\*30.\n\n`n`\n:   bytes, 0 and more.\n\n"
        "ISR-safe\n:   no (it \\*is\\* so)."
    )


def test_a_drawing_and_prose_with_a_colon_stay_as_they_are() -> None:
    docstring = "One context at a time may use it: not two.\n\n     0    1\n    +----+"
    assert as_markdown(docstring) == docstring


def test_columns_stay_columns_and_a_sentence_a_sentence() -> None:
    assert as_markdown("These:\n\nformats    strategies\nRegisters  fakes") == (
        "These:\n\n    formats    strategies\n    Registers  fakes"
    )
    for sentence in (
        "size: bytes, and left: others.\nBoth are so.",
        "as for the\ncore: see there.",
    ):
        assert as_markdown(f"It.\n\n{sentence}") == f"It.\n\n{sentence}"


def test_an_index_of_operations_has_links() -> None:
    docstring = "It.\n\nAsk: len, is_full\nDrop: clear\nIn a task: wait, async iteration"
    known = {"is_full", "clear", "wait"}
    text = as_markdown(docstring, lambda name: f"[{name}]" if name in known else name)
    assert text == (
        "It.\n\nAsk\n:   len, [is_full]\n\nDrop\n:   [clear]\n\n"
        "In a task\n:   [wait], async iteration"
    )
