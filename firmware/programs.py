"""The programs that run on a board: those of `firmware/on_board`."""

from pathlib import Path

from firmware.board import Board
from firmware.cache import Say
from firmware.file_system import Files
from firmware.image import say_on_stderr
from firmware.transfer import transfer

PROGRAMS = Path(__file__).parent / "on_board"


def programs(*packages: str) -> Files:
    """The programs; of the packages among them, those named."""
    folders = (PROGRAMS, *(PROGRAMS / package for package in packages))
    paths = [path for folder in folders for path in folder.glob("*.py")]
    return {path.relative_to(PROGRAMS.parent).as_posix(): path.read_bytes() for path in paths}


def put_programs(board: Board, *packages: str, say: Say = say_on_stderr) -> None:
    """Let `import on_board.…` find them on the board; of the packages among them, those named."""
    transfer(board, PROGRAMS.name, programs(*packages), say)
