"""Where a function cannot see the words of a variable or of a buffer, it asks: the same happens.

So it is on a MicroPython of 64 bits, or whose objects are not what `_port` has drawn.
"""

import pytest

from firmware.on_board import replay
from heapless_py import _stream, bbqueue, ring_buffer, spsc_queue
from host_tests.containers import CONTAINERS
from host_tests.same import generated

_SCRIPTS = 40


@pytest.mark.parametrize("container", ["SpscQueue", "BBQueue", "RingBuffer"])
def test_all_is_the_same_without_words_to_see(
    container: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for script in generated(CONTAINERS[container].script, _SCRIPTS):
        seen = [outcome for outcome, _, _ in replay.replay(script)]
        with monkeypatch.context() as patch:
            patch.setattr(spsc_queue, "Known", None)
            patch.setattr(bbqueue, "Known", None)
            patch.setattr(ring_buffer, "Mover", None)
            asked = [outcome for outcome, _, _ in replay.replay(script)]
        assert asked == seen


@pytest.mark.parametrize(
    ("verb", "check"), [("write", "check_source"), ("drain_into", "check_target")]
)
def test_a_ring_asks_about_a_buffer_that_is_another_one(
    verb: str, check: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(ring_buffer, "Mover", None)
    monkeypatch.setattr(_stream, check, asked.append)
    move = getattr(ring_buffer.RingBuffer(8), verb)
    first, second = bytearray(2), bytearray(3)
    for buffer in (first, first, second, second, first):
        move(buffer)
    assert [id(buffer) for buffer in asked] == [id(first), id(second), id(first)]


@pytest.mark.parametrize("verb", ["write", "drain_into", "readinto"])
def test_a_ring_takes_bytes_only(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring_buffer, "Mover", None)
    with pytest.raises(TypeError, match="not a list"):
        getattr(ring_buffer.RingBuffer(8), verb)([1])
