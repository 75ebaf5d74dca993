"""Tasks that wait for the other side of a queue, woken from another thread."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest

from heapless_py import BBQueue, SpscQueue, _port, _waiting, spsc_queue
from heapless_py.bbqueue import WriteGrant
from host_tests.unix import Unix

_COUNT = 500
_SECONDS = 20


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What the coroutine returns; an error when it waits for what never comes."""

    async def limited() -> Any:
        return await asyncio.wait_for(coroutine, _SECONDS)

    result = asyncio.run(limited())
    assert _port._watches == {}, "a wait left something behind"
    return result


def in_thread(function: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=function, daemon=True)
    thread.start()
    return thread


def until_true(attempt: Callable[[], Any]) -> None:
    while not attempt():
        pass


@pytest.mark.parametrize("form", ["method", "function"])
def test_elements_from_another_thread_wake_the_consumer(form: str) -> None:
    producer, consumer = SpscQueue(3, "H").split()

    def produce() -> None:
        for i in range(_COUNT):
            if form == "method":
                until_true(partial(producer.try_enqueue, i))
            else:
                until_true(partial(spsc_queue.try_enqueue, producer.address, i))

    async def consume() -> list[int]:
        thread = in_thread(produce)
        elements = []
        async for element in consumer:
            elements.append(element)
            if len(elements) == _COUNT:
                break
        thread.join(_SECONDS)
        return elements

    assert run(consume()) == list(range(_COUNT))


def test_room_made_in_another_thread_wakes_the_producer() -> None:
    producer, consumer = SpscQueue(2, "H").split()
    elements: list[int] = []

    def consume() -> None:
        while len(elements) < _COUNT:
            elements.extend(consumer)

    async def produce() -> None:
        thread = in_thread(consume)
        for i in range(_COUNT):
            await producer.wait_ready()
            producer.enqueue(i)
        await asyncio.to_thread(thread.join, _SECONDS)

    run(produce())
    assert elements == list(range(_COUNT))


def test_frames_from_another_thread_wake_the_consumer() -> None:
    producer, consumer = BBQueue(40).split_framed()

    def produce() -> None:
        for i in range(_COUNT):
            until_true(partial(producer.write_frame, bytes([i & 0xFF]) * (i % 37)))

    async def consume() -> None:
        thread = in_thread(produce)
        i = 0
        async for frame in consumer:
            assert bytes(frame.view) == bytes([i & 0xFF]) * (i % 37)
            i += 1
            if i == _COUNT:
                frame.release()
                break
        thread.join(_SECONDS)

    run(consume())


def test_bytes_read_in_another_thread_wake_who_waits_for_a_grant() -> None:
    producer, consumer = BBQueue(7).split()
    total = sum(i % 8 for i in range(_COUNT))
    received = bytearray()

    def consume() -> None:
        while len(received) < total:
            for run in consumer:
                received.extend(run.view)

    async def produce() -> None:
        thread = in_thread(consume)
        for i in range(_COUNT):
            grant = await producer.wait_grant(i % 8)
            grant.view[:] = bytes([i & 0xFF]) * (i % 8)
            grant.commit(i % 8)
        await asyncio.to_thread(thread.join, _SECONDS)

    run(produce())
    assert received == b"".join(bytes([i & 0xFF]) * (i % 8) for i in range(_COUNT))


@pytest.mark.parametrize("size", [-1, 13, 1 << 40])
def test_nobody_waits_for_a_grant_that_can_never_be(size: int) -> None:
    queue = BBQueue(12)
    producer, consumer = queue.split()
    with pytest.raises(ValueError, match=f"a grant of {size} bytes is outside of 0 to 12,"):
        run(producer.wait_grant(size))
    queue.release(producer, consumer)
    framed_producer, _ = queue.split_framed()
    with pytest.raises(ValueError, match=f"a frame of {size} bytes is outside of 0 to 8,"):
        run(framed_producer.wait_grant(size))


def test_room_that_comes_between_the_look_and_the_wait_is_not_lost() -> None:
    producer, consumer = BBQueue(8).split()
    producer.write(bytes(8))
    look = producer.grant_exact

    def look_early(n: int) -> WriteGrant | None:
        grant = look(n)
        if grant is None:
            consumer.readinto(bytearray(8))
        return grant

    producer.grant_exact = look_early  # type: ignore[method-assign]
    grant = run(asyncio.wait_for(producer.wait_grant(8), 5))
    assert len(grant) == 8


def test_what_comes_between_the_look_and_the_wait_is_not_lost() -> None:
    producer, consumer = SpscQueue(3, "H").split()
    looks = 0

    def ready() -> bool:
        nonlocal looks
        looks += 1
        producer.enqueue(7)  # as if the other side did so just after this look
        return False

    run(_waiting.until(ready, consumer.image, spsc_queue._TAIL))  # type: ignore[attr-defined]
    assert looks == 1
    assert consumer.dequeue() == 7


def test_a_wait_does_not_look_until_it_is_woken() -> None:
    looks = 0

    def ready() -> bool:
        nonlocal looks
        looks += 1
        return False

    async def wait() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(_waiting.until(ready, SpscQueue(3, "H").image, 4), 0.05)

    run(wait())
    assert looks == 1


def test_a_wait_that_is_given_up_takes_nothing() -> None:
    async def give_up() -> None:
        producer, consumer = BBQueue(16).split_framed()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(consumer.wait_read(), 0.02)
        producer.write_frame(b"late")
        frame = await consumer.wait_read()
        assert bytes(frame.view) == b"late"
        frame.release()
        grant = await producer.wait_grant(12)
        with pytest.raises(ValueError, match="live"):
            await producer.wait_grant(1)
        grant.commit(12)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(producer.wait_grant(0), 0.02)

    run(give_up())


def test_the_loop_variable_of_an_async_loop_is_released_by_the_next() -> None:
    async def consume() -> list[int]:
        producer, consumer = BBQueue(16).split()
        lengths = []
        for size in (3, 16, 5):
            producer.write(bytes(size))
            async for grant in consumer:
                lengths.append(len(grant))
                if len(consumer) == len(grant):
                    grant.release(len(grant))
                    break
        return lengths

    assert run(consume()) == [3, 13, 3, 5]


_ON_MICROPYTHON = """
import asyncio, _thread
from heapless_py import BBQueue, SpscQueue, spsc_queue

async def from_a_thread():
    producer, consumer = SpscQueue(3, "H").split()
    def produce():
        for i in range(300):
            while not spsc_queue.try_enqueue(producer.address, i):
                pass
    _thread.start_new_thread(produce, ())
    elements = []
    async for element in consumer:
        elements.append(element)
        if element == 299:
            break
    print(elements == list(range(300)))

async def both_sides_wait():
    producer, consumer = BBQueue(40).split_framed()
    async def produce():
        for i in range(200):
            grant = await producer.wait_grant(i % 37)
            for at in range(i % 37):
                grant[at] = i
            grant.commit(i % 37)
    task = asyncio.create_task(produce())
    i = 0
    async for frame in consumer:
        assert bytes(frame.view) == bytes([i] * (i % 37)), i
        i += 1
        if i == 200:
            break
    await task
    print(i)

async def as_a_stream():
    producer, consumer = BBQueue(10).split()
    reader = asyncio.StreamReader(consumer.stream())
    writer = asyncio.StreamWriter(producer)
    async def produce():
        writer.write(b"a line that is longer than the queue\\nand another\\n12345")
        await writer.drain()
    task = asyncio.create_task(produce())
    line = b""
    while not line.endswith(b"\\n"):
        line += await reader.readline()
    print(line, await reader.readexactly(12))
    await task
    into = bytearray(3)
    print(await asyncio.StreamReader(consumer).readinto(into), into, await reader.read(9))

def polled():
    import select
    producer, consumer = BBQueue(10).split()
    poll = select.poll()
    poll.register(consumer, select.POLLIN)
    poll.register(producer, select.POLLOUT)
    def ready():
        return sorted((type(end).__name__, event) for end, event in poll.poll(0))
    print(ready())
    producer.write(b"1234567890")
    print(ready())
    consumer.clear()
    print("5", 5.5, file=producer, end="")
    print(ready(), consumer.stream().read())

asyncio.run(from_a_thread())
asyncio.run(both_sides_wait())
asyncio.run(as_a_stream())
polled()
"""


def test_micropython_waits_the_same_way_and_takes_the_ends_for_streams(unix: Unix) -> None:
    assert unix.exec(_ON_MICROPYTHON).splitlines() == [
        "True",
        "200",
        r"b'a line that is longer than the queue\n' b'and another\n'",
        "3 bytearray(b'123') b'45'",
        "[('Producer', 4)]",
        "[('Consumer', 1)]",
        "[('Consumer', 1), ('Producer', 4)] b'5 5.5'",
    ]


def test_a_grant_of_just_what_was_released_is_waited_for() -> None:
    producer, consumer = BBQueue(8).split()
    producer.write(bytes(8))

    async def wait() -> int:
        waiting = asyncio.ensure_future(producer.wait_grant(8))
        await asyncio.sleep(0)
        consumer.readinto(bytearray(8))
        return len(await waiting)

    assert run(wait()) == 8
