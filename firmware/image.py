"""A MicroPython image to run: the one named, the official one, or one built here.

    python -m firmware.image [KIND] [--image FILE] [--suite SUITE] [--frozen]

prints its path. Images are kept in the user's cache folder.
"""

import hashlib
import os
import shutil
import struct
import sys
import threading
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_cache_path

from firmware import debian
from firmware.cache import Cache, Ingredients, ingredients_of
from firmware.debian import Suite
from firmware.trouble import Trouble, plain_errors

_OFFICIAL_VERSION = "1.25.0"
_OFFICIAL = "https://micropython.org/resources/firmware/RPI_PICO-20250415-v1.25.0.uf2"
_CONNECT_SECONDS = 5
_DOWNLOAD_SECONDS = 120

_MANIFEST = Path(__file__).with_name("manifest.py")
_LIBRARY = Path(__file__).parent.parent / "heapless_py"


class Kind(Enum):
    RP2 = "rp2"  # for a Raspberry Pi Pico: a UF2
    QEMU = "qemu"  # for QEMU's mps2-an385: an ELF to load
    STM32 = "stm32"  # for QEMU's netduinoplus2: an ELF to load, which the user has
    UNIX = "unix"  # an executable for this machine, with asyncio frozen in
    UNIX_BYTECODE = "unix-bytecode"  # the same, as ports are that have no machine code


_FILE_NAMES = {
    Kind.RP2: "micropython.uf2",
    Kind.QEMU: "micropython.elf",
    Kind.UNIX: "micropython",
    Kind.UNIX_BYTECODE: "micropython",
}


@dataclass(frozen=True)
class Image:
    kind: Kind
    path: Path
    origin: str
    sha256: str


def say_on_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def find_image(
    kind: Kind,
    named: Path | None = None,
    say: Callable[[str], None] = say_on_stderr,
    frozen: bool = False,
    suite: Suite = Suite.TRIXIE,
) -> Image:
    """The image `named`; or else a kept, a fetched, or a newly built one.

    `frozen` asks for one with heapless_py frozen in, and `suite` for the MicroPython of another of
    Debian's: these are always built.
    """
    if named is not None:
        return _image(kind, named, "named by the user")
    if kind is Kind.STM32:
        raise Trouble(
            "no image for an STM32 can be fetched or built here (ST's HAL is in no package); "
            "name the firmware.elf of one for an STM32F405 with its REPL on a UART"
        )
    cache = Cache(user_cache_path("heapless_py"))
    with cache.lock(say):
        is_plain = not frozen and suite is Suite.TRIXIE
        folder = _official(kind, cache, say) if is_plain else None
        folder = folder or _built(kind, cache, say, frozen, suite)
    return _image(kind, folder / _FILE_NAMES[kind], str(ingredients_of(folder)["origin"]))


def _image(kind: Kind, path: Path, origin: str) -> Image:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Trouble(f"cannot read the image {path}: {error.strerror}") from None
    fault = fault_in(kind, data)
    if kind in (Kind.UNIX, Kind.UNIX_BYTECODE) and not os.access(path, os.X_OK):
        fault = fault or "it is not executable"
    if fault:
        raise Trouble(f"{path} is no image for {kind.value}: {fault}")
    return Image(kind, path.resolve(), origin, hashlib.sha256(data).hexdigest())


def fault_in(kind: Kind, data: bytes) -> str | None:
    """What keeps `data` from being an image of that kind, if anything does."""
    if kind is Kind.RP2:
        return _fault_in_uf2(data)
    return None if data.startswith(b"\x7fELF") else "it is not an ELF file"


# The block of a UF2: two magic words, flags, address, size, number, count, family; data; magic.
_UF2_BLOCK = struct.Struct("<8I476xI")
_UF2_MAGIC = (0x0A324655, 0x9E5D5157, 0x0AB16F30)
_RP2040_FAMILY = 0xE48BFF56


def _fault_in_uf2(data: bytes) -> str | None:
    if len(data) < _UF2_BLOCK.size or struct.unpack_from("<2I", data) != _UF2_MAGIC[:2]:
        return "it is not a UF2 file"
    if len(data) % _UF2_BLOCK.size:
        return "it is cut short"
    for number, block in enumerate(_UF2_BLOCK.iter_unpack(data)):
        first, second, _, _, _, _, count, family, last = block
        if (first, second, last) != _UF2_MAGIC:
            return f"its block {number} is damaged"
        if count * _UF2_BLOCK.size != len(data):
            return f"it has {len(data) // _UF2_BLOCK.size} blocks of {count}"
        if family != _RP2040_FAMILY:
            return f"it is for the chip family {family:#010x}, and an RP2040's is 0xe48bff56"
    return None


def _official(kind: Kind, cache: Cache, say: Callable[[str], None]) -> Path | None:
    """The official image, if it is kept; or if nothing is yet, and it can be fetched."""
    if kind is not Kind.RP2:
        return None
    made_of = {"kind": kind.value, "origin": f"official {_OFFICIAL_VERSION}", "from": _OFFICIAL}
    folder = cache.find(made_of)
    offline = os.environ.get("HEAPLESS_OFFLINE") == "1"
    kept = {"kind": kind.value, "suite": Suite.TRIXIE.value, "frozen": "no"}
    if folder or offline or cache.newest(**kept):
        return folder
    data = _download(_OFFICIAL)
    if data is None:
        say("there is no official firmware to be had from here, so it is built")
        return None
    fault = fault_in(kind, data)
    if fault:
        say(f"what came from {_OFFICIAL} is of no use ({fault}), so an image is built")
        return None
    return cache.make(made_of, lambda folder: _write(folder / _FILE_NAMES[kind], data))


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _download(url: str) -> bytes | None:
    """What is at `url`, unless there is no internet.

    On a thread, because no time limit of Python's covers the look-up of the host's name.
    """
    connected = threading.Event()
    received: list[bytes] = []

    def fetch() -> None:
        with suppress(OSError), urllib.request.urlopen(url, timeout=_CONNECT_SECONDS) as response:
            connected.set()
            received.append(response.read())
        connected.set()

    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    if connected.wait(_CONNECT_SECONDS):
        thread.join(_DOWNLOAD_SECONDS)
    return received[0] if received else None


def _built(
    kind: Kind, cache: Cache, say: Callable[[str], None], frozen: bool, suite: Suite
) -> Path:
    apt = debian.Apt(cache.home / f"debian-{suite.value}", suite)
    recipe = recipe_of(kind, debian.compiler(kind.value), frozen, suite)
    try:
        files = apt.files(say)
    except Trouble as trouble:
        folder = cache.newest(**recipe)
        if folder is None:
            raise
        say(f"using the newest image built before: {trouble}")
        return folder
    origin = f"built from Debian's micropython {debian.version(files)}"
    if frozen:
        origin += " with heapless_py frozen in"
    made_of: Ingredients = {**recipe, "origin": origin, "files": files}

    def fill(folder: Path) -> None:
        work = folder / "work"
        work.mkdir()
        manifest = _MANIFEST if frozen else None
        log = cache.home / f"{kind.value}.log"
        image = debian.build(kind.value, manifest, apt, work, log, say)
        shutil.move(image, folder / _FILE_NAMES[kind])
        shutil.rmtree(work)

    return cache.find(made_of) or cache.make(made_of, fill)


def recipe_of(
    kind: Kind, compiler: str, frozen: bool, suite: Suite = Suite.TRIXIE
) -> dict[str, str]:
    """All that an image is built from, but for Debian's packages."""
    library = [_MANIFEST, *sorted(_LIBRARY.glob("*.py"))] if frozen else []
    return {
        "kind": kind.value,
        "suite": suite.value,
        "recipe": _digest([Path(debian.__file__)]),
        "compiler": compiler,
        "frozen": _digest(library) if frozen else "no",
    }


def _digest(files: list[Path]) -> str:
    """Of the files' names and contents."""
    whole = hashlib.sha256()
    for file in files:
        for part in (file.name.encode(), file.read_bytes()):
            whole.update(len(part).to_bytes(8, "little") + part)
    return whole.hexdigest()


def main(
    kind: Annotated[Kind, typer.Argument(help="what it is to run on")] = Kind.RP2,
    image: Annotated[Path | None, typer.Option(help="check this one, and use it")] = None,
    suite: Annotated[Suite, typer.Option(help="whose MicroPython to build")] = Suite.TRIXIE,
    frozen: Annotated[bool, typer.Option("--frozen", help="with heapless_py frozen in")] = False,
) -> None:
    """Print the path of a MicroPython image."""
    with plain_errors():
        print(find_image(kind, image, frozen=frozen, suite=suite).path)


if __name__ == "__main__":
    typer.run(main)
