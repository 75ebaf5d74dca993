"""Folders made once and kept: each is named by all it was made from, and complete or absent."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from firmware.trouble import Trouble

# What a folder was made from: each ingredient's name, and its text, version or checksum.
Ingredients = Mapping[str, "str | Mapping[str, str]"]
Say = Callable[[str], None]

_MADE_OF = "made-of.json"
_UNFINISHED = ".unfinished-"


class Cache:
    def __init__(self, home: Path) -> None:
        self.home = home

    @contextmanager
    def lock(self, say: Say) -> Iterator[None]:
        """Let one command at a time look things up and make what is missing."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.home / ".lock")
            lock.acquire(timeout=1)
        except Timeout:
            say("waiting for another command that is preparing a firmware image")
            lock.acquire()
        except OSError as error:
            way_out = "set XDG_CACHE_HOME to a folder of yours"
            raise Trouble(f"no writing in {self.home}: {error.strerror}; {way_out}") from None
        try:
            yield
        finally:
            lock.release()

    def find(self, made_of: Ingredients) -> Path | None:
        folder = self._folder(made_of)
        return folder if folder.exists() else None

    def newest(self, **ingredients: str) -> Path | None:
        """The newest folder that was made with (at least) these ingredients."""
        made = sorted(self.home.glob(f"*/{_MADE_OF}"), key=lambda path: path.stat().st_mtime)
        for path in reversed(made):
            if json.loads(path.read_text()).items() >= ingredients.items():
                return path.parent
        return None

    def make(self, made_of: Ingredients, fill: Callable[[Path], None]) -> Path:
        """Let `fill` put its files into a new folder, and keep it once it is whole."""
        for left_behind in self.home.glob(f"{_UNFINISHED}*"):  # by one that was killed
            shutil.rmtree(left_behind)
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self.home))
        try:
            fill(unfinished)
            (unfinished / _MADE_OF).write_text(json.dumps(made_of, indent=2) + "\n")
            folder = self._folder(made_of)
            unfinished.replace(folder)
        except BaseException:
            shutil.rmtree(unfinished)
            raise
        return folder

    def _folder(self, made_of: Ingredients) -> Path:
        text = json.dumps(made_of, sort_keys=True)
        return self.home / hashlib.sha256(text.encode()).hexdigest()[:16]


def ingredients_of(folder: Path) -> Ingredients:
    made_of: Ingredients = json.loads((folder / _MADE_OF).read_text())
    return made_of
