"""The programs that run on a board: those of `firmware/on_board`, and the examples."""

from pathlib import Path

from firmware.board import Board
from firmware.cache import Say
from firmware.file_system import Files
from firmware.image import say_on_stderr
from firmware.transfer import transfer

PROGRAMS = Path(__file__).parent / "on_board"
EXAMPLES = Path(__file__).parent / "examples"


def programs(*packages: str) -> Files:
    """The programs; of the packages among them, those named."""
    return _files(PROGRAMS, *(PROGRAMS / package for package in packages))


def examples() -> Files:
    """The examples, for `import examples.…`."""
    return _files(EXAMPLES)


def _files(*folders: Path) -> Files:
    paths = [path for folder in folders for path in folder.glob("*.py")]
    return {path.relative_to(PROGRAMS.parent).as_posix(): path.read_bytes() for path in paths}


def put_programs(board: Board, *packages: str, say: Say = say_on_stderr) -> None:
    """Let `import on_board.…` find them on the board; of the packages among them, those named."""
    transfer(board, PROGRAMS.name, programs(*packages), say)
