"""Firmware images: which files are accepted, what a kept one is named by, what failures say.

Nothing here needs a network or a compiler: what builds is a stand-in.
"""

import hashlib
import os
import re
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import heapless_py
from firmware import command, debian, image
from firmware.cache import Cache
from firmware.debian import Suite
from firmware.image import Kind, fault_in, find_image
from firmware.trouble import Trouble

RP2040 = 0xE48BFF56
RP2350 = 0xE48BFF59
CHECKOUT = Path(image.__file__).parent.parent


def uf2(blocks: int = 3, family: int = RP2040) -> bytes:
    return b"".join(
        struct.pack(
            "<8I476xI",
            *(0x0A324655, 0x9E5D5157, 0x2000, 0x10000000 + 256 * number, 256),
            *(number, blocks, family, 0x0AB16F30),
        )
        for number in range(blocks)
    )


def silent(line: str) -> None:
    pass


# --- which files are accepted ---------------------------------------------------------------


def test_a_whole_uf2_is_accepted() -> None:
    assert fault_in(Kind.RP2, uf2()) is None


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "not a UF2"),
        (b"<html>no such page</html>" * 100, "not a UF2"),
        (uf2()[:-1], "cut short"),
        (uf2()[:-512], "2 blocks of 3"),
        (uf2()[:1020] + b"\0\0\0\0" + uf2()[1024:], "block 1 is damaged"),
        (uf2()[:1024] + b"\0" + uf2()[1025:], "block 2 is damaged"),
        (uf2(family=RP2350), "chip family 0xe48bff59"),
    ],
)
def test_what_is_wrong_with_a_uf2_is_said(data: bytes, fault: str) -> None:
    assert fault in (fault_in(Kind.RP2, data) or "")


@pytest.mark.parametrize("kind", [Kind.QEMU, Kind.UNIX])
def test_only_an_elf_is_accepted_where_one_is_run(kind: Kind) -> None:
    assert fault_in(kind, b"\x7fELF...") is None
    assert "not an ELF" in (fault_in(kind, uf2()) or "")


def test_a_named_image_is_used_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.uf2"
    path.write_bytes(uf2())
    found = find_image(Kind.RP2, path)
    assert (found.kind, found.path, found.origin) == (Kind.RP2, path, "named by the user")
    assert found.sha256 == hashlib.sha256(uf2()).hexdigest()


def test_a_named_image_that_is_no_good_is_named_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "mine.uf2"
    with pytest.raises(Trouble, match=r"mine\.uf2: No such file"):
        find_image(Kind.RP2, path)
    path.write_bytes(b"hello")
    with pytest.raises(Trouble, match=r"mine\.uf2 .*not a UF2"):
        find_image(Kind.RP2, path)
    path.write_bytes(b"\x7fELF")
    with pytest.raises(Trouble, match=r"mine\.uf2 .*not executable"):
        find_image(Kind.UNIX, path)


def test_the_command_line_says_it_in_one_line() -> None:
    tool = [sys.executable, "-m", "firmware.image", "--image", "no-such.uf2"]
    done = subprocess.run(tool, cwd=CHECKOUT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"error: .*no-such\.uf2: No such file or directory\n", done.stderr)


# --- what a kept image is named by ------------------------------------------------------------


@pytest.fixture
def ingredients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe, a manifest and a library of our own, to change at will."""
    (tmp_path / "library").mkdir()
    for name in ("recipe.py", "manifest.py", "library/queue.py"):
        (tmp_path / name).write_text("one = 1\n")
    monkeypatch.setattr(debian, "__file__", str(tmp_path / "recipe.py"))
    monkeypatch.setattr(image, "_MANIFEST", tmp_path / "manifest.py")
    monkeypatch.setattr(image, "_LIBRARY", tmp_path / "library")
    return tmp_path


@pytest.mark.parametrize("changed", ["recipe.py", "manifest.py", "library/queue.py"])
def test_a_frozen_image_is_built_again_when_a_file_changes(
    ingredients: Path, changed: str
) -> None:
    before = image.recipe_of(Kind.RP2, "gcc 12", frozen=True)
    assert image.recipe_of(Kind.RP2, "gcc 12", frozen=True) == before
    (ingredients / changed).write_text("one = 2\n")
    assert image.recipe_of(Kind.RP2, "gcc 12", frozen=True) != before


def test_a_frozen_image_is_built_again_when_a_file_is_renamed(ingredients: Path) -> None:
    before = image.recipe_of(Kind.RP2, "gcc 12", frozen=True)
    (ingredients / "library/queue.py").rename(ingredients / "library/deque.py")
    assert image.recipe_of(Kind.RP2, "gcc 12", frozen=True) != before


def test_a_plain_image_does_not_depend_on_the_library(ingredients: Path) -> None:
    before = image.recipe_of(Kind.RP2, "gcc 12", frozen=False)
    (ingredients / "library/queue.py").write_text("one = 2\n")
    assert image.recipe_of(Kind.RP2, "gcc 12", frozen=False) == before


def test_kind_compiler_suite_and_freezing_tell_images_apart(ingredients: Path) -> None:
    recipes = [
        image.recipe_of(kind, compiler, frozen, suite)
        for kind in Kind
        for compiler in ("gcc 12", "gcc 14")
        for frozen in (False, True)
        for suite in Suite
    ]
    assert all(recipes.count(recipe) == 1 for recipe in recipes)


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A machine without internet whose builder is quick, and notes what it built."""
    built: list[str] = []

    def build(port: str, *arguments: object) -> Path:
        work = next(argument for argument in arguments if isinstance(argument, Path))
        time.sleep(0.2)
        built.append(port)
        (work / "result").write_bytes(uf2())
        return work / "result"

    files = {"micropython_1.25.0+ds-1.dsc": "8c7c"}
    monkeypatch.setattr(image, "user_cache_path", lambda name: tmp_path / name)
    monkeypatch.setattr(image, "_download", lambda url: None)
    monkeypatch.setattr(debian, "compiler", lambda port: "gcc 12")
    monkeypatch.setattr(debian.Apt, "files", lambda apt, say: files)
    monkeypatch.setattr(debian, "build", build)
    return built


def test_an_image_is_built_once(builds: list[str]) -> None:
    first = find_image(Kind.RP2, say=silent)
    assert find_image(Kind.RP2, say=silent) == first
    assert first.origin == "built from Debian's micropython 1.25.0+ds-1"
    assert builds == ["rp2"]


def test_new_packages_mean_a_new_image(builds: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    first = find_image(Kind.RP2, say=silent)
    newer = {"micropython_1.25.0+ds-1.dsc": "ffff"}
    monkeypatch.setattr(debian.Apt, "files", lambda apt, say: newer)
    assert find_image(Kind.RP2, say=silent).path != first.path
    assert builds == ["rp2", "rp2"]


def test_two_who_ask_at_once_build_once(builds: list[str]) -> None:
    found: list[Path] = []
    askers = [
        threading.Thread(target=lambda: found.append(find_image(Kind.RP2, say=silent).path))
        for _ in range(4)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(30)
    assert builds == ["rp2"]
    assert len(found) == 4
    assert len(set(found)) == 1


@pytest.mark.parametrize("interruption", [Trouble("no"), KeyboardInterrupt(), SystemExit(143)])
def test_an_interrupted_build_leaves_nothing(
    builds: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    interruption: BaseException,
) -> None:
    def interrupted(port: str, *arguments: object) -> Path:
        raise interruption

    with monkeypatch.context() as patch:
        patch.setattr(debian, "build", interrupted)
        with pytest.raises(type(interruption)):
            find_image(Kind.RP2, say=silent)
    assert [path.name for path in (tmp_path / "heapless_py").iterdir()] == [".lock"]
    assert find_image(Kind.RP2, say=silent).path.exists()


def test_what_a_killed_build_left_is_swept_up(tmp_path: Path) -> None:
    left = tmp_path / ".unfinished-x"
    left.mkdir()
    folder = Cache(tmp_path).make({"kind": "rp2"}, lambda folder: None)
    assert folder.exists()
    assert not left.exists()


def test_without_network_the_newest_image_built_before_serves(
    builds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = find_image(Kind.RP2, say=silent)

    def unreachable(apt: debian.Apt, say: Callable[[str], None]) -> dict[str, str]:
        raise Trouble("no network")

    monkeypatch.setattr(debian.Apt, "files", unreachable)
    said: list[str] = []
    assert find_image(Kind.RP2, say=said.append) == before
    assert said == ["using the newest image built before: no network"]
    with pytest.raises(Trouble, match="no network"):
        find_image(Kind.RP2, say=silent, frozen=True)


# --- the official image ----------------------------------------------------------------------


def test_the_official_image_is_fetched_once_and_preferred(
    builds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEAPLESS_OFFLINE", raising=False)
    fetched: list[str] = []

    def download(url: str) -> bytes:
        fetched.append(url)
        return uf2()

    monkeypatch.setattr(image, "_download", download)
    first = find_image(Kind.RP2, say=silent)
    assert find_image(Kind.RP2, say=silent) == first
    assert first.origin == "official 1.25.0"
    assert (len(fetched), builds) == (1, [])


def test_the_official_image_is_none_of_another_suite(
    builds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEAPLESS_OFFLINE", raising=False)
    monkeypatch.setattr(image, "_download", lambda url: uf2())
    official = find_image(Kind.RP2, say=silent)
    other = find_image(Kind.RP2, say=silent, suite=Suite.TESTING)
    assert other.path != official.path
    assert other.origin.startswith("built")
    assert builds == ["rp2"]


def test_a_login_page_in_place_of_the_official_image_is_not_kept(
    builds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEAPLESS_OFFLINE", raising=False)
    monkeypatch.setattr(image, "_download", lambda url: b"<html>log in</html>")
    said: list[str] = []
    assert find_image(Kind.RP2, say=said.append).origin.startswith("built")
    assert "not a UF2" in said[0]


def test_offline_means_no_attempt(builds: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEAPLESS_OFFLINE", "1")
    monkeypatch.setattr(image, "_download", lambda url: pytest.fail("tried"))
    find_image(Kind.RP2, say=silent)
    assert builds == ["rp2"]


# --- what failures say ------------------------------------------------------------------------


def test_a_missing_compiler_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Trouble, match=r"arm-none-eabi-gcc is missing.* libnewlib-arm-none-eabi"):
        debian.compiler("rp2")


def test_a_failing_command_says_its_error_and_where_the_rest_is(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = "echo compiling; echo 'x.c:1: error: no such thing'; echo make: stop; exit 2"
    with pytest.raises(Trouble, match=r"^sh failed: x\.c:1: error: no such thing .*log\)$"):
        command.run(["sh", "-c", script], seconds=10, log=log)
    assert log.read_text().startswith("compiling\n")


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    script = f"sleep 60 & echo $! > {tmp_path}/child; wait"
    with pytest.raises(Trouble, match="did not end within"):
        command.run(["sh", "-c", script], seconds=0.5)
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        state = Path(f"/proc/{child}/stat")
        if not state.exists() or state.read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the child is still running")


def test_apts_list_of_files_becomes_checksums() -> None:
    said = "Reading package lists...\n" + "".join(
        f"'http://mirror/{name}' {name} 2116 SHA256:{'ab' * 32}\n"
        for name in ("micropython_1.dsc", "mbedtls_3.dsc", "pico-sdk-source_2.deb")
    )
    with pytest.raises(Trouble, match="no longer has tinyusb-source"):
        debian._checksums(said)
    whole = said + f"'http://mirror/x' tinyusb-source_0.deb 1 SHA256:{'cd' * 32}\n"
    assert debian._checksums(whole)["tinyusb-source_0.deb"] == "cd" * 32


def test_of_another_suite_micropython_alone_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    def get(apt: debian.Apt, *words: str, cwd: Path | None = None) -> str:
        asked.append(words)
        return "".join(
            f"'http://mirror/{name}' {name} 1 SHA256:00\n"
            for name in (
                *("micropython_2.dsc", "mbedtls_3.dsc"),
                *("pico-sdk-source_2.deb", "tinyusb-source_0.deb"),
            )
        )

    monkeypatch.setattr(debian, "_KEYRING", tmp_path)
    monkeypatch.setattr(debian.Apt, "_mirror", lambda apt: "http://mirror")
    monkeypatch.setattr(debian.Apt, "_get", get)
    debian.Apt(tmp_path, Suite.TESTING).files(silent)
    where = f"[signed-by={tmp_path}] http://mirror"
    assert (tmp_path / "sources.list").read_text().splitlines() == [
        f"deb {where} trixie main",
        f"deb-src {where} testing main",
        f"deb-src {where} trixie main",
    ]
    assert ("source", "--print-uris", "micropython/testing", "mbedtls/trixie") in asked


# --- preparing a machine ----------------------------------------------------------------------


def test_without_root_the_missing_packages_are_named_in_one_line(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    (checkout / "firmware").mkdir(parents=True)
    script = checkout / "firmware/prepare.sh"
    script.write_bytes((CHECKOUT / "firmware/prepare.sh").read_bytes())
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / ".venv/bin/python").symlink_to(sys.executable)
    fakes = tmp_path / "bin"
    fakes.mkdir()
    answers = {
        "dpkg-query": "echo installed:gcc; echo config-files:cmake",
        "id": "echo 1000",
        "sudo": "exit 1",
        "apt-get": "echo 'apt-get was called' >&2",
    }
    for name, answer in answers.items():
        (fakes / name).write_text(f"#!/bin/sh\n{answer}\n")
        (fakes / name).chmod(0o755)
    done = subprocess.run(
        ["sh", script],
        env={"PATH": f"{fakes}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.fullmatch(
        r"error: .*run: apt-get install --no-install-recommends libc6-dev .* cmake .*\n",
        done.stderr,
    )
    assert " gcc " not in done.stderr


# --- the manifest -----------------------------------------------------------------------------


def test_the_manifest_has_the_librarys_version_and_modules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: dict[str, object] = {}
    monkeypatch.chdir(CHECKOUT / "firmware")  # as MicroPython's build does
    exec(
        Path("manifest.py").read_text(),
        {"metadata": told.update, "package": lambda name, **more: told.update(more)},
    )
    assert told["version"] == heapless_py.__version__
    assert told["files"] == sorted(path.name for path in Path("../heapless_py").glob("*.py"))
