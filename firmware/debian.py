"""Builds MicroPython from the source packages of a Debian suite, on any Debian.

The suite is read with apt state of our own, so that the machine's package set is untouched, and
from the mirror that the machine's own apt uses. The ports come out of the packages alone: nothing
is patched, and the same packages give the same image to the byte.
"""

import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from firmware.command import run
from firmware.trouble import Trouble

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SOURCES = ("micropython", "mbedtls")
_BINARIES = ("pico-sdk-source", "tinyusb-source")
_INDEX_LASTS = 24 * 60 * 60


class Suite(Enum):
    """Whose MicroPython is built; the libraries that it is built with are always trixie's."""

    TRIXIE = "trixie"
    TESTING = "testing"  # which changes, and may lack it for a while


Say = Callable[[str], None]


def _environment(**more: str) -> dict[str, str]:
    """Nothing of the caller's that could change what is built: flags, an outer make's options."""
    kept = ("HOME", "PATH", "TMPDIR", "http_proxy", "https_proxy", "no_proxy")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    # The build calls python3: this one, which is known to be new enough.
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    return environment | {"LC_ALL": "C.UTF-8"} | more


class Apt:
    """A suite of Debian's, as apt sees it from a folder of its own."""

    def __init__(self, home: Path, suite: Suite) -> None:
        self._home = home
        self._suite = suite
        self._sources = [f"micropython/{suite.value}", f"mbedtls/{Suite.TRIXIE.value}"]
        self._index = home / "index.json"
        self._list = home / "sources.list"
        self.log = home / "apt.log"

    def files(self, say: Say) -> dict[str, str]:
        """Every file that the build needs, with its SHA256; looked up at most once a day."""
        try:
            if time.time() - self._index.stat().st_mtime > _INDEX_LASTS:
                self._refresh(say)
        except FileNotFoundError:
            self._refresh(say)
        except Trouble as trouble:
            say(f"using Debian's package index of an earlier day: {trouble}")
        files: dict[str, str] = json.loads(self._index.read_text())
        return files

    def download(self, into: Path) -> None:
        """Put the files there. apt checks them, and fetches only what is not there yet."""
        into.mkdir(exist_ok=True)
        self._get("source", "--download-only", *self._sources, cwd=into)
        self._get("download", *_BINARIES, cwd=into)

    def _refresh(self, say: Say) -> None:
        say(f"reading the package index of Debian {self._suite.value}")
        for folder in ("lists/partial", "cache/archives/partial"):
            (self._home / folder).mkdir(parents=True, exist_ok=True)
        self.log.unlink(missing_ok=True)
        if not _KEYRING.exists():
            raise Trouble(f"{_KEYRING} is missing; install it: apt-get install {_KEYRING.stem}")
        where, stable = f"[signed-by={_KEYRING}] {self._mirror()}", Suite.TRIXIE.value
        suites = sorted({stable, self._suite.value})
        lines = [f"deb {where} {stable} main", *(f"deb-src {where} {it} main" for it in suites)]
        self._list.write_text("\n".join(lines) + "\n")
        self._get("update", "--error-on=any")
        said = self._get("source", "--print-uris", *self._sources)
        said += self._get("download", "--print-uris", *_BINARIES)
        unfinished = self._index.with_suffix(".new")
        unfinished.write_text(json.dumps(_checksums(said)))
        unfinished.replace(self._index)

    def _mirror(self) -> str:
        """Where the machine's own apt gets Debian from."""
        rows_of_main = ["Created-By: Packages", "Component: main"]
        columns = ["--format", "$(REPO_URI) $(RELEASE) $(ORIGIN)"]
        ask = ["apt-get", "indextargets", *rows_of_main, *columns]
        said = run(ask, seconds=60, environment=_environment())
        suites = {"stable", _codename(), *(suite.value for suite in Suite)}
        rows = [line.split() for line in said.splitlines() if len(line.split()) == 3]
        rows = [row for row in rows if row[1] in suites]
        # Other people's archives may use Debian's suite names. Which is Debian's own is known once
        # the machine has read their indexes; until then the first is as good a guess as any.
        rows.sort(key=lambda row: row[2] != "Debian")
        if not rows:
            raise Trouble("this machine's apt sources name no Debian mirror; use --image FILE")
        return rows[0][0]

    def _get(self, *words: str, cwd: Path | None = None) -> str:
        settings = {
            "Dir::Etc::SourceList": self._list,
            "Dir::Etc::SourceParts": "/dev/null",
            "Dir::Etc::Preferences": "/dev/null",
            "Dir::Etc::PreferencesParts": "/dev/null",
            "Dir::State::Lists": self._home / "lists",
            "Dir::State::status": "/dev/null",
            "Dir::Cache": self._home / "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": 2,
            "Acquire::http::Timeout": 20,
            # Its unprivileged user may not enter the caller's cache folder.
            "APT::Sandbox::User": "root",
        }
        options = [f"-o{name}={value}" for name, value in settings.items()]
        return run(
            ["apt-get", "-q", *options, *words],
            log=self.log,
            seconds=600,
            cwd=cwd,
            environment=_environment(),
        )


def _codename() -> str:
    """The suite that this machine runs, if it is a Debian."""
    try:
        system = platform.freedesktop_os_release()
    except OSError:
        return ""
    return system.get("VERSION_CODENAME", "") if system["ID"] == "debian" else ""


def _checksums(said: str) -> dict[str, str]:
    """From apt's lines of the form 'URI' FILE SIZE SHA256:SUM."""
    rows = [line.split() for line in said.splitlines() if line.startswith("'")]
    files = {row[1]: row[3].removeprefix("SHA256:") for row in rows}
    missing = [
        package
        for package in _SOURCES + _BINARIES
        if not any(name.startswith(f"{package}_") for name in files)
    ]
    if missing:
        raise Trouble(f"Debian no longer has {' '.join(missing)}; use --image FILE")
    return files


def version(files: Mapping[str, str]) -> str:
    """The version of Debian's micropython package."""
    return _named(files, "micropython_", ".dsc").removesuffix(".dsc").partition("_")[2]


def _named(files: Mapping[str, str], start: str, end: str) -> str:
    return next(name for name in files if name.startswith(start) and name.endswith(end))


def compiler(port: str) -> str:
    """The compiler that a port is built with, and its version."""
    said = run([_PORTS[port].compiler, "--version"], seconds=60, environment=_environment())
    return said.partition("\n")[0]


@dataclass(frozen=True)
class Build:
    """One build: a source tree, a folder to build in, and how to call programs there."""

    tree: Path
    folder: Path
    manifest: Path
    log: Path
    environment: Mapping[str, str]

    def run(self, *command: str | Path) -> None:
        run(command, log=self.log, seconds=1800, cwd=self.tree, environment=self.environment)

    def make(self, directory: str | Path, *words: str) -> None:
        self.run("make", "-C", directory, f"-j{os.cpu_count() or 1}", *words)


def _build_rp2(build: Build) -> Path:
    # Not the port's own Makefile: it wants a file that Debian's pico-sdk-source leaves out.
    build.run(
        *("cmake", "-S", "ports/rp2", "-B", build.folder),
        *("-DPICO_NO_PICOTOOL=1", "-DPICO_BUILD_DOCS=0", "-DMICROPY_BOARD=RPI_PICO"),
        f"-DMICROPY_FROZEN_MANIFEST={build.manifest}",
    )
    build.make(build.folder)
    image = build.folder / "firmware.uf2"
    build.run(
        *("python3", "tools/uf2conv.py", "-b", "0x10000000", "-f", "0xe48bff56"),
        *("-c", "-o", image, build.folder / "firmware.bin"),
    )
    return image


def _build_qemu(build: Build) -> Path:
    # Bare, the port has no file system for a RAM disk, and does not say what it is. Of littlefs it
    # has to be version 1, for 2 asks for a clock.
    build.make(
        "ports/qemu",
        *("BOARD=MPS2_AN385", f"BUILD={build.folder}", f"FROZEN_MANIFEST={build.manifest}"),
        *("MICROPY_VFS_LFS1=1", "CFLAGS_EXTRA=-DMICROPY_PY_OS_UNAME=1"),
    )
    return build.folder / "firmware.elf"


def _build_unix(build: Build) -> Path:
    return _make_unix(build)


def _build_unix_bytecode(build: Build) -> Path:
    emitters = (f"-DMICROPY_EMIT_{processor}=0" for processor in ("X64", "X86", "THUMB", "ARM"))
    return _make_unix(build, f"CFLAGS_EXTRA={' '.join(emitters)}")


def _make_unix(build: Build, *settings: str) -> Path:
    # Without what would need more libraries than a board has use for; and without the build's id,
    # which depends on the folder.
    build.make(
        "ports/unix",
        *(f"BUILD={build.folder}", f"FROZEN_MANIFEST={build.manifest}"),
        *("MICROPY_PY_BTREE=0", "MICROPY_PY_SSL=0", "MICROPY_SSL_MBEDTLS=0"),
        "LDFLAGS_EXTRA=-Wl,--build-id=none",
        *settings,
    )
    return build.folder / "micropython"


@dataclass(frozen=True)
class Port:
    compiler: str
    manifest: str  # the port's own, less what comes from micropython-lib, which Debian lacks
    build: Callable[[Build], Path]


_ASYNCIO = 'include("$(MPY_DIR)/extmod/asyncio")\n'
_PORTS = {
    "rp2": Port("arm-none-eabi-gcc", f'freeze("$(PORT_DIR)/modules")\n{_ASYNCIO}', _build_rp2),
    "qemu": Port("arm-none-eabi-gcc", _ASYNCIO, _build_qemu),
    "unix": Port("gcc", _ASYNCIO, _build_unix),
    "unix-bytecode": Port("gcc", _ASYNCIO, _build_unix_bytecode),
}


def build(port: str, frozen: Path | None, apt: Apt, work: Path, log: Path, say: Say) -> Path:
    """Build a port in the folder `work`, with the manifest `frozen` included, if there is one."""
    if " " in str(work):
        raise Trouble(f"make cannot build in {work}, for the space in it; set XDG_CACHE_HOME")
    log.unlink(missing_ok=True)
    files = apt.files(say)
    sources = apt.log.parent / "sources"
    say("fetching Debian's source packages")
    apt.download(sources)
    for file in sources.iterdir():
        if file.name not in files:  # of an earlier version
            file.unlink()

    say(f"building MicroPython {version(files)} for {port} (about a minute)")
    tree = work / "micropython"
    _unpack(files, sources, tree, log)
    manifest = work / "manifest.py"
    include = f"include({str(frozen)!r})\n" if frozen else ""
    manifest.write_text(_PORTS[port].manifest + include)
    build = Build(tree, work / "build", manifest, log, _reproducible(tree, files))
    build.make("mpy-cross")
    return _PORTS[port].build(build)


def _unpack(files: Mapping[str, str], sources: Path, tree: Path, log: Path) -> None:
    """Lay out the packages as one MicroPython source tree with its submodules."""

    def unpack(*command: str | Path) -> None:
        run(command, log=log, seconds=300, cwd=sources, environment=_environment())

    unpack("dpkg-source", "-x", _named(files, "micropython_", ".dsc"), tree)
    mbedtls = tree / "lib/mbedtls"
    mbedtls.rmdir()
    unpack("dpkg-source", "-x", _named(files, "mbedtls_", ".dsc"), mbedtls)
    for library in ("pico-sdk", "tinyusb"):
        package = tree.parent / library
        unpack("dpkg-deb", "-x", _named(files, f"{library}-source_", ".deb"), package)
        (tree / "lib" / library).rmdir()
        shutil.move(package / "usr/src" / library, tree / "lib" / library)
    # The ports' makefiles only look whether it is there.
    (tree / "lib/micropython-lib/README.md").touch()


def _reproducible(tree: Path, files: Mapping[str, str]) -> dict[str, str]:
    """What makes the image say when and from what it was built, wherever that is done."""
    changelog = ["dpkg-parsechangelog", "-l", "debian/changelog", "-S", "Timestamp"]
    date = run(changelog, seconds=60, cwd=tree, environment=_environment())
    return _environment(
        SOURCE_DATE_EPOCH=date.strip(),
        # With a tag given, no git repository that the cache happens to lie in is asked for one.
        MICROPY_GIT_TAG=f"v{version(files)}",
        # The build's own scripts write tables in the order of Python's sets.
        PYTHONHASHSEED="0",
    )
