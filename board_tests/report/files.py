"""Keep a report: report.json for tools and report.html for people, whole or not at all."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from board_tests.report.page import render
from board_tests.report.schema import Report, validate
from firmware.trouble import Trouble


def write(report: Report, folder: Path) -> None:
    """Write both files, or raise Trouble and leave what was there before."""
    validate(report)
    # Both are made before either is kept: a page that cannot be drawn leaves the old pair alone.
    texts = {
        "report.json": json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        "report.html": render(report),
    }
    keep(texts, folder)


def keep(texts: Mapping[str, str], folder: Path) -> None:
    """Put the texts into the folder by their names, or raise Trouble."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            put(folder / name, text)
    except OSError as error:
        raise Trouble(f"cannot write the report to {folder}: {error.strerror}") from error


def read(path: Path) -> Report:
    """The report of that file; Trouble if there is none, or it is no report."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Trouble(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Trouble(f"{path} is no report: it holds no JSON ({error})") from error
    try:
        return validate(report)
    except Trouble as trouble:
        raise Trouble(f"{path} is no report of `make measure`: {trouble}") from None


def put(path: Path, text: str) -> None:
    """Put the text in the path's place in one step, so that nobody ever sees half a file."""
    # Same folder, same file system: only there is a rename one step.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
