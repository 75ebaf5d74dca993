"""What the tests on this machine share."""

import pytest
from hypothesis import HealthCheck, settings

from firmware.image import Kind, find_image
from host_tests.unix import Unix

# Programs in the documentation have Hypothesis's own settings, which a busy machine may break.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


def pytest_runtest_call(item: pytest.Item) -> None:
    """Note which tests run something on MicroPython, for the report of a proof."""
    if any(isinstance(it, Unix) for it in getattr(item, "funcargs", {}).values()):
        item.user_properties.append(("on", "MicroPython's unix port"))


@pytest.fixture(scope="session")
def unix() -> Unix:
    """MicroPython on this machine; it is built when it is first asked for."""
    return Unix(find_image(Kind.UNIX).path)
