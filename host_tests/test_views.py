"""Views that are moved over their memory, and what happens where that cannot be done."""

import shutil
from pathlib import Path

import pytest

from host_tests.unix import Unix

_LIBRARY = Path(__file__).parent.parent / "heapless_py"
_PLAIN_LINE = (
    "heapless_py: this MicroPython's memoryviews cannot be moved; each grant allocates one\n"
)

# Grants at every place of a small ring, by their views alone.
_USE = """
from heapless_py import BBQueue
producer, consumer = BBQueue(7).split()
for i in range(40):
    with producer.grant_max(i % 5 + 1) as grant:
        for at in range(len(grant)):
            grant.view[at] = i
        grant.commit_on_exit(len(grant))
    grant = consumer.split_read()
    print([bytes(view) for view in grant.views], bytes(grant.view), len(grant))
    grant.release(len(grant) - i % 2)
    print(len(grant), len(grant.view), producer.free())
    if producer.free() < 2:
        consumer.clear()
"""
_IN_USE = "from heapless_py import _port; print(_port.Window.__name__)"


def library_with(folder: Path, old: str, new: str) -> Path:
    """The library in `folder`, with this text of `_port.py` changed."""
    shutil.copytree(_LIBRARY, folder / "heapless_py")
    port = folder / "heapless_py" / "_port.py"
    text = port.read_text()
    assert text.count(old) == 1
    port.write_text(text.replace(old, new))
    return folder


def test_the_unix_port_moves_its_views(unix: Unix) -> None:
    assert unix.exec(_IN_USE) == "AimedWindow\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # As if machine words were half as wide, or the offset lay elsewhere in its word.
        ("_WORD = 8 if sys.maxsize > 0x7FFFFFFF else 4", "_WORD = 4"),
        ("seen[0] >> 8 != begin", "seen[0] >> 9 != begin"),
        ("seen[1] != len(view)", "seen[1] != len(view) + 1"),
        ("seen[2] != uctypes.addressof(memory)", "seen[2] != uctypes.addressof(view)"),
    ],
)
def test_a_memoryview_that_looks_different_is_found_out_and_left_alone(
    unix: Unix, tmp_path: Path, old: str, new: str
) -> None:
    library = library_with(tmp_path, old, new)
    assert unix.exec(_IN_USE, library=library) == _PLAIN_LINE + "SlicedWindow\n"


def test_sliced_views_show_the_same_bytes(unix: Unix, tmp_path: Path) -> None:
    library = library_with(tmp_path, "elif _views_can_be_aimed():", "elif False:")
    assert unix.exec(_USE, library=library) == _PLAIN_LINE + unix.exec(_USE)


def test_a_moved_view_keeps_its_memory_alive(unix: Unix) -> None:
    said = unix.exec(
        "import gc\n"
        "from heapless_py import BBQueue\n"
        "def view():\n"
        "    producer, consumer = BBQueue(1000).split()\n"
        "    grant = producer.grant_exact(500)\n"
        "    return grant.view\n"
        "kept = view()\n"
        "for i in range(500):\n"
        "    kept[i] = i & 0xFF\n"
        "for _ in range(20):\n"
        "    gc.collect()\n"
        "    waste = [bytearray(1060) for _ in range(50)]\n"
        "print(all(kept[i] == i & 0xFF for i in range(500)))\n"
    )
    assert said == "True\n"


@pytest.mark.parametrize("function", ["producer.grant", "producer.write_frame", "grant.commit"])
def test_a_function_kept_alone_keeps_its_queue_alive(unix: Unix, function: str) -> None:
    # Hot functions know addresses; whoever keeps one, keeps what is there.
    said = unix.exec(
        "import gc\n"
        "from heapless_py import BBQueue\n"
        "def function():\n"
        "    queue = BBQueue(1000)\n"
        "    producer, consumer = queue.split_framed()\n"
        "    grant = producer.grant(8) if 'commit' in '" + function + "' else None\n"
        "    return " + function + "\n"
        "kept = function()\n"
        "for _ in range(20):\n"
        "    gc.collect()\n"
        "    waste = [bytearray(1060) for _ in range(50)] + [memoryview(b'') for _ in range(99)]\n"
        "if 'write_frame' in '" + function + "':\n"
        "    print(kept(b'12345678'))\n"
        "else:\n"
        "    print(kept(8) is None or True)\n"
        "for block in waste:\n"
        "    assert not block or not any(block)\n"
    )
    assert said == "True\n"
