"""Running a program so that it can neither hang, nor outlive us, nor fail without a word."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from firmware.trouble import Trouble

# Which Debian package brings a command that is missing.
_PACKAGES = {
    "arm-none-eabi-gcc": "gcc-arm-none-eabi libnewlib-arm-none-eabi"
    " libstdc++-arm-none-eabi-newlib",
    "dpkg-source": "dpkg-dev",
    "dpkg-parsechangelog": "dpkg-dev",
}
# How compilers, the linker, cmake, Python, make and apt begin what they cannot do.
_ERROR = re.compile(
    r"(^|: )(fatal )?error: |undefined reference|^CMake Error|^\w+Error: |\*\*\* |^E: "
)


def run(
    command: Sequence[str | Path],
    *,
    seconds: float,
    log: Path | None = None,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run `command`, return all it says (and append it to `log`); Trouble if it fails."""
    name = str(command[0])
    environment = os.environ if environment is None else environment
    if shutil.which(name, path=environment.get("PATH")) is None:
        package = _PACKAGES.get(name, name)
        raise Trouble(f"{name} is missing; install it: apt-get install {package}")
    kept = f" (all it said is in {log})" if log else ""
    with log.open("a+b") if log else tempfile.TemporaryFile() as out:
        start = out.seek(0, os.SEEK_END)
        try:
            status = _wait(command, seconds, out.fileno(), cwd, environment)
        except subprocess.TimeoutExpired:
            raise Trouble(f"{name} did not end within {seconds:.0f} s{kept}") from None
        out.seek(start)
        said = out.read().decode(errors="replace")
    if status != 0:
        raise Trouble(f"{name} failed: {_reason(said)}{kept}")
    return said


def _wait(
    command: Sequence[str | Path],
    seconds: float,
    out: int,
    cwd: Path | None,
    environment: Mapping[str, str],
) -> int:
    # A session of its own, so that a compiler's whole family can be ended at once.
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        return process.wait(seconds)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def _reason(said: str) -> str:
    """The line that says most about a failure: the first error, or else the last line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR.search(line)]
    return (errors[:1] or lines[-1:] or ["it said nothing"])[0]
