"""The programs that run on a board: those of `firmware/on_board`."""

from pathlib import Path

from firmware.board import Board
from firmware.cache import Say
from firmware.image import say_on_stderr
from firmware.transfer import transfer

PROGRAMS = Path(__file__).parent / "on_board"


def put_programs(board: Board, say: Say = say_on_stderr) -> None:
    """Let `import on_board.…` find them on the board."""
    files = {f"{PROGRAMS.name}/{path.name}": path.read_bytes() for path in PROGRAMS.glob("*.py")}
    transfer(board, PROGRAMS.name, files, say)
