"""Querysets of some users, to see what an entity's rows depend on before anybody pulls them."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import QuerySet

from syncapi.entities import LocalEntity, User

USERS = 20

logger = logging.getLogger("haversack.tracking")


def probed_rows(entity: LocalEntity) -> list[QuerySet[Any, Any]]:
    """The querysets of `entity` for the scopes of the anonymous user and of some users, each scope once."""
    found: dict[Hashable, QuerySet[Any, Any]] = {}
    for scope in _scopes(entity):
        with tolerated(entity):
            if scope not in found:
                found[scope] = entity.rows(scope)
    return list(found.values())


def _scopes(entity: LocalEntity) -> list[Hashable]:
    found: list[Hashable] = []
    for user in _users(entity):
        with tolerated(entity):
            found.append(entity.get_scope(user))
    return found


def _users(entity: LocalEntity) -> list[User]:
    """Different ones, most likely: administrators, the newest, the oldest."""
    found: dict[Any, User] = {None: AnonymousUser()}
    if not entity.app.anonymous:
        with tolerated(entity):
            users: QuerySet[Any, Any] = get_user_model()._base_manager.order_by("-pk")
            if any(field.name == "is_superuser" for field in users.model._meta.get_fields()):
                found |= {user.pk: user for user in users.filter(is_superuser=True)[: USERS // 5]}
            for some in (users, users.reverse()):
                found |= {user.pk: user for user in some[: USERS // 5 * 2]}
    return list(found.values())


@contextmanager
def tolerated(entity: LocalEntity) -> Iterator[None]:
    """What a project's code raises here is no reason for `migrate` to fail, nor for its transaction to be broken."""
    try:
        if connection.in_atomic_block:
            with transaction.atomic():
                yield
        else:
            yield
    except Exception as error:  # noqa: BLE001
        logger.info("%s: what its rows depend on is not fully known yet: %r", entity, error)
