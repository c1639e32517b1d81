"""What every request states in its headers (decision 0001)."""

import uuid
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from syncapi.errors import InvalidHeader, ProtocolUnsupported, WrongUser
from syncapi.models import UserKey
from syncapi.wire import PROTOCOL

ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Envelope:
    """The protocol's headers, read and valid in form. `user` is whom the device claims to speak for."""

    definition: str
    replica: uuid.UUID
    user: str


def read_envelope(request: HttpRequest) -> Envelope:
    """:raises ProtocolUnsupported, InvalidHeader:"""
    protocol = _header(request, "Haversack-Protocol")
    if protocol != str(PROTOCOL):
        raise ProtocolUnsupported(f"This server speaks protocol {PROTOCOL}, not {protocol!a}.")
    replica = _header(request, "Haversack-Replica")
    try:
        replica_id = uuid.UUID(replica)
    except ValueError:
        raise InvalidHeader(f"Haversack-Replica must be a UUID, not {replica!a}.") from None
    return Envelope(
        definition=_header(request, "Haversack-Definition"),
        replica=replica_id,
        user=_header(request, "Haversack-User"),
    )


def user_key(user: AbstractBaseUser | AnonymousUser) -> str:
    """The key devices know `user` by."""
    return ANONYMOUS if isinstance(user, AnonymousUser) else UserKey.of(user)


def check_user(envelope: Envelope, key: str) -> None:
    """:raises WrongUser: the device speaks for somebody other than `key` (S2)."""
    if envelope.user != key:
        raise WrongUser


def _header(request: HttpRequest, name: str) -> str:
    value = request.headers.get(name, "").strip()
    if not value or len(value) > 200:
        raise InvalidHeader(f"The header {name} is missing or too long.")
    return value
