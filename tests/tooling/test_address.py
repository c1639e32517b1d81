"""`make run` says in one sentence why it cannot listen, before it does anything."""

import socket

import pytest

from tests.tooling.helpers import clean_environment, free_port, python

RUN = ("-m", "scripts.run")


def test_taken_port_is_one_sentence_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        result = python(*RUN, environment=clean_environment(PORT=str(port)))

    assert (result.returncode, result.stdout) == (1, "")
    opening = f"Port {port} is taken by another program: end that, or try `make run PORT="
    assert result.stderr.startswith(opening)
    assert result.stderr.endswith("`.\n")
    assert int(result.stderr.removeprefix(opening).removesuffix("`.\n")) > port


def test_port_taken_on_all_addresses_is_taken() -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:
        result = python(*RUN, environment=clean_environment(PORT=str(server.getsockname()[1])))

    assert result.returncode == 1
    assert "is taken by another program" in result.stderr


@pytest.mark.parametrize("port", ["http", "0", "-1", "65536", "8e3"])
def test_what_is_no_port_is_one_sentence(port: str) -> None:
    result = python(*RUN, environment=clean_environment(PORT=port))

    assert result.returncode == 1
    assert result.stderr == f"PORT={port} is not a port: choose a number from 1 to 65535.\n"


def test_foreign_address_is_one_sentence() -> None:
    result = python(*RUN, environment=clean_environment(HOST="192.0.2.1", PORT=str(free_port())))

    assert result.returncode == 1
    assert result.stderr == "HOST=192.0.2.1 is not an address of this machine: leave it out to use 127.0.0.1.\n"
