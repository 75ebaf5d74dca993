"""What the README shows: its programs, and the lines that install the library."""

import re

from firmware.deploy import REPOSITORY

_README = (REPOSITORY / "README.md").read_text()


def programs() -> list[str]:
    """Its programs in Python, in their order."""
    return re.findall(r"```python\n(.*?)```", _README, re.DOTALL)


def lines_that(word: str) -> list[str]:
    """The shell's lines of that block, of its section `Install`, in which `word` is."""
    _, _, rest = _README.partition("\n## Install\n")
    section, _, _ = rest.partition("\n## ")
    blocks = re.findall(r"(?:^    .+\n)+", section, re.MULTILINE)
    (block,) = (block for block in blocks if word in block)
    return [line.strip() for line in block.splitlines()]
