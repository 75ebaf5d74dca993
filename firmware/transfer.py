"""Making packages among a board's libraries be what they are here, copying only what differs.

What is there is known by its SHA-256, computed on the board; what was copied is looked at again.
"""

import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from firmware.board import Board
from firmware.cache import Say
from firmware.file_system import Files
from firmware.trouble import Trouble

_HASH_SECONDS = 120


@dataclass(frozen=True)
class Transferred:
    copied: tuple[str, ...]  # files that were not there before
    removed: tuple[str, ...]  # files that were there, and hid or would have been hidden


def transfer(board: Board, package: str, files: Files, say: Say) -> Transferred:
    """Make `package` in the board's folder of libraries hold these files, no more and no less."""
    wanted = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    there = _on_board(board, package)
    # A module's .py hides its .mpy, and the other way round a module that is gone lives on.
    stale = sorted(there.keys() - wanted.keys())
    differing = sorted(name for name, digest in wanted.items() if there.get(name) != digest)
    if stale:
        _remove(board, stale)
    if differing:
        say(f"copying {len(differing)} of {len(wanted)} files to {board.name}")
        _install(board, {name: files[name] for name in differing})
    if (stale or differing) and _on_board(board, package) != wanted:
        raise Trouble(
            f"what is on {board.name} is not what was copied; its flash may be worn out or its "
            f"file system damaged: make a new one (mpremote, vfs.VfsLfs2.mkfs) and deploy again"
        )
    return Transferred(tuple(differing), tuple(stale))


_LIST = """
import hashlib, os
buffer = memoryview(bytearray(512))
def look(folder):
    for name, kind, *_ in os.ilistdir(lib + "/" + folder):
        path = folder + "/" + name
        if kind == 0x4000:
            look(path)
            continue
        digest = hashlib.sha256()
        with open(lib + "/" + path, "rb") as file:
            while size := file.readinto(buffer):
                digest.update(buffer[:size])
        print(digest.digest().hex(), path)
try:
    os.stat(lib + "/" + package)
except OSError:
    pass
else:
    look(package)
"""


def _on_board(board: Board, package: str) -> dict[str, str]:
    """The SHA-256 of each file of the package that is on the board."""
    names = f"package, lib = {package!r}, {board.lib!r}"
    lines = board.remote.exec(f"{names}{_LIST}", timeout=_HASH_SECONDS).splitlines()
    return {path: digest for digest, path in (line.split(" ", 1) for line in lines)}


def _remove(board: Board, names: list[str]) -> None:
    paths = [f"{board.lib}/{name}" for name in names]
    board.remote.exec(f"import os\nfor path in {paths!r}: os.remove(path)")


def _install(board: Board, files: Files) -> None:
    """Have mip install just these files, from a package of their own."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        package_json = Path(folder) / "package.json"
        package_json.write_text(json.dumps({"urls": [[name, name] for name in files]}))
        board.remote.install(package_json, board.lib)
