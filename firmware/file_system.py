"""What a board finds in its /lib, and the flash of an emulated one with that already in it."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from littlefs import LittleFS

ON_BOARD = "/lib"

Files = Mapping[str, bytes]  # by their path in the board's /lib
NO_FILES: Files = {}

# As MicroPython's rp2 port makes it on a Pico: the upper 1,408 KiB of its flash, in sectors.
SECTOR_BYTES = 4096
_SECTORS = 352
_PAGE_BYTES = 256
_DISK_VERSION = 0x0002_0000  # the older of the two that it mounts


def flash_with(files: Files, sectors: int = _SECTORS) -> bytes:
    """A file system that has these files."""
    flash = LittleFS(
        block_size=SECTOR_BYTES,
        block_count=sectors,
        prog_size=_PAGE_BYTES,
        disk_version=_DISK_VERSION,
    )
    for name, data in files.items():
        path = PurePosixPath(ON_BOARD) / name
        flash.makedirs(str(path.parent), exist_ok=True)
        with flash.open(str(path), "wb") as file:
            file.write(data)
    return bytes(flash.context.buffer)
