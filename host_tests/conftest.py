"""What the tests on this machine share."""

import pytest

from firmware.image import Kind, find_image
from host_tests.unix import Unix


@pytest.fixture(scope="session")
def unix() -> Unix:
    """MicroPython on this machine; it is built when it is first asked for."""
    return Unix(find_image(Kind.UNIX).path)
