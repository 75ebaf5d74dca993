"""The mutants that survive for a reason, as `survivors.txt` tells it.

A paragraph for each reason: the reason, then, indented, the mutants that it is true of.
"""

from pathlib import Path

_FILE = Path(__file__).with_name("survivors.txt")


def explained() -> dict[str, str]:
    """The name of each mutant that may survive -> the reason."""
    reasons: dict[str, str] = {}
    for paragraph in _FILE.read_text().strip().split("\n\n"):
        lines = paragraph.splitlines()
        reason = " ".join(line for line in lines if not line.startswith(" "))
        for line in lines:
            if line.startswith(" "):
                assert line.strip() not in reasons, f"explained twice: {line.strip()}"
                reasons[line.strip()] = reason
    return reasons
