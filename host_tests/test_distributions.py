"""What pip installs, the wheel and the source distribution, in environments with nothing else."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import heapless_py
from firmware.deploy import LIBRARY, REPOSITORY
from host_tests import readme

pytestmark = pytest.mark.timeout(300)

_PROPERTY = """
from hypothesis import given
from heapless_py import testing

@given(testing.containers())
def has_room(container):
    assert len(container) <= container.capacity

has_room()
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both; the wheel is built from the source distribution."""
    folder = tmp_path_factory.mktemp("built")
    done([sys.executable, "-m", "build", "--outdir", str(folder), str(REPOSITORY)])
    return folder


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """That of an empty environment."""
    done([sys.executable, "-m", "venv", str(tmp_path / "environment")])
    return tmp_path / "environment/bin/python"


def done(command: list[str], folder: Path | None = None) -> str:
    it = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert it.returncode == 0, it.stdout + it.stderr
    return it.stdout


def test_the_wheel_has_the_library_and_nothing_else(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        names = {name for name in file.namelist() if ".dist-info/" not in name}
    paths = (path for path in LIBRARY.rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert names == {path.relative_to(REPOSITORY).as_posix() for path in paths}
    assert "heapless_py/py.typed" in names


def test_the_source_distribution_has_what_is_kept(built: Path) -> None:
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    kept = done(["git", "ls-files"], REPOSITORY).splitlines()
    assert set(kept) - names == set()


@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_each_is_installed_and_used(kind: str, built: Path, python: Path, tmp_path: Path) -> None:
    (distribution,) = built.glob(kind)
    done([str(python), "-m", "pip", "install", str(distribution)])
    listed = done([str(python), "-m", "pip", "list", "--format", "freeze"])
    assert f"heapless_py=={heapless_py.__version__}" in listed
    said = done([str(python), "-I", "-c", readme.programs()[3]], tmp_path)
    assert said.split()[-2:] == ["in", "all"]


def test_the_readme_installs_it_with_what_tests_need(python: Path, tmp_path: Path) -> None:
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    for line in readme.lines_that("pip install '"):
        done(["env", f"PATH={path}", "sh", "-c", line], REPOSITORY)
    done([str(python), "-I", "-c", _PROPERTY], tmp_path)
