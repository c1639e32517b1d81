"""Fixtures of the fake device's own tests: a server made of answers that the test writes."""

from collections.abc import Iterator
from typing import Any

import pytest

from syncapi.testing import FakeDevice
from tests.fakedevice import scripted
from tests.fakedevice.scripted import Server, first


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    """Answers instead of the real server. All that the test wrote must have been asked for."""
    settings.ROOT_URLCONF = "tests.fakedevice.scripted"
    settings.MIDDLEWARE = []
    scripted.current = Server()
    yield scripted.current
    assert scripted.current.script == []


@pytest.fixture
def device(server: Server) -> FakeDevice:
    """It carries three things."""
    device = FakeDevice()
    server.script.append(first())
    device.sync("things")
    return device
