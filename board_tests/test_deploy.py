"""The library gets onto a board whole, and what is on the board is what gets imported."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import firmware.deploy
import firmware.transfer
import heapless_py
from firmware.board import Board, qemu_cortex_m3
from firmware.deploy import LIBRARY, PACKAGE_JSON, deploy, package
from firmware.image import Image
from firmware.trouble import Trouble

pytestmark = pytest.mark.timeout(300, func_only=True)  # a minute was too short on a busy machine

MODULES = sorted(f"heapless_py/{path.name}" for path in LIBRARY.glob("*.py"))

# A library that is copied in no time, to try the deployment itself with.
SOURCES = {
    "__init__.py": '__version__ = "1.2.3"\n',
    "ring.py": "def double(x):\n    return x + x\n",
}
SMALL = ["heapless_py/__init__.py", "heapless_py/ring.py"]
PRECOMPILED = ["heapless_py/__init__.mpy", "heapless_py/ring.mpy"]


@pytest.fixture(scope="module")
def bare(qemu_image: Image) -> Iterator[Board]:
    with qemu_cortex_m3(qemu_image) as board:
        yield board


@pytest.fixture
def board(bare: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Board:
    """A board with the small library on it, and nothing else."""
    library = tmp_path / "heapless_py"
    library.mkdir()
    for name, source in SOURCES.items():
        (library / name).write_text(source)
    monkeypatch.setattr(firmware.deploy, "REPOSITORY", tmp_path)
    monkeypatch.setattr(firmware.deploy, "LIBRARY", library)
    assert list(deploy(bare).files) == SMALL
    return bare


def listing(board: Board, folder: str) -> list[str]:
    names: list[str] = json.loads(
        board.remote.exec(f"import json, os; print(json.dumps(os.listdir({folder!r})))")
    )
    return sorted(names)


def test_package_json_lists_every_module() -> None:
    listed = json.loads(PACKAGE_JSON.read_text())
    assert listed["urls"] == [[name, name] for name in MODULES]
    assert listed["version"] == heapless_py.__version__
    assert PACKAGE_JSON.read_text() == package(), (
        "run: python -m firmware.deploy --write-package-json"
    )


def test_mip_installs_the_repository(cortex_m3: Board) -> None:
    cortex_m3.remote.install(PACKAGE_JSON, "/by_hand")
    assert listing(cortex_m3, "/by_hand/heapless_py") == [Path(name).name for name in MODULES]
    cortex_m3.remote.remove_tree("/by_hand")


def test_what_is_deployed_is_imported(any_board: Board) -> None:
    said = any_board.remote.exec("import heapless_py as h; print(h.__file__, h.__version__)")
    path, version = said.split()
    (deployed,) = (
        name for name in listing(any_board, "/lib/heapless_py") if name.startswith("__init__.")
    )
    assert (path, version) == (f"/lib/heapless_py/{deployed}", heapless_py.__version__)


def test_a_second_deployment_copies_nothing(board: Board) -> None:
    done = deploy(board)
    assert (done.copied, done.removed) == ((), ())
    assert list(done.files) == SMALL


def test_a_damaged_file_is_noticed_and_replaced(board: Board) -> None:
    board.remote.exec("with open('/lib/heapless_py/ring.py', 'ab') as f: f.write(b'#')")
    assert deploy(board).copied == ("heapless_py/ring.py",)
    assert deploy(board).copied == ()


def test_a_module_of_an_older_version_is_removed(board: Board) -> None:
    board.remote.exec("open('/lib/heapless_py/gone.py', 'wb').close()")
    assert deploy(board).removed == ("heapless_py/gone.py",)
    assert "gone.py" not in listing(board, "/lib/heapless_py")


def test_precompiled_and_source_modules_never_hide_each_other(board: Board) -> None:
    done = deploy(board, precompile=True)
    assert (list(done.copied), list(done.removed)) == (PRECOMPILED, SMALL)
    assert listing(board, "/lib/heapless_py") == ["__init__.mpy", "ring.mpy"]
    assert board.remote.exec("from heapless_py import ring; print(ring.double(21))") == "42\n"
    done = deploy(board)
    assert (list(done.copied), list(done.removed)) == (SMALL, PRECOMPILED)


def test_precompiling_for_another_mpy_version_is_refused(board: Board) -> None:
    old = replace(board, mpy_version="5.0")
    with pytest.raises(Trouble, match=r"mpy-cross makes .* 6\.\d, but .* loads 5\.0; install a"):
        deploy(old, precompile=True)


def test_a_copy_that_hides_the_deployed_one_is_refused(board: Board) -> None:
    board.remote.exec("import os; os.mkdir('/heapless_py')")
    board.remote.exec("open('/heapless_py/__init__.py', 'wb').close()")
    with pytest.raises(Trouble, match=r"another heapless_py comes first \(heapless_py/__init__"):
        deploy(board)
    board.remote.remove_tree("/heapless_py")


def test_a_file_that_does_not_arrive_whole_is_told(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    (firmware.deploy.LIBRARY / "ring.py").write_text("x = 1\n")
    monkeypatch.setattr(firmware.transfer, "_install", lambda board, files: None)
    with pytest.raises(Trouble, match="is not what was copied; its flash may be worn out"):
        deploy(board)
