"""Triggers come off before a migration that they would be in the way of, and back on after it (T1, decision 0012)."""

from __future__ import annotations

import logging
from typing import Any

from django.apps import AppConfig
from django.apps.registry import Apps
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.db.models.signals import post_migrate, pre_migrate

from syncapi.tracking.install import Report, install, remove
from syncapi.tracking.migration_plan import Plan, altered_tables

logger = logging.getLogger("haversack.tracking")


def connect(config: AppConfig) -> None:
    """`config`: of syncapi, whose signals come once per run of `migrate`."""
    pre_migrate.connect(before_migrate, sender=config, dispatch_uid="syncapi.tracking")
    post_migrate.connect(after_migrate, sender=config, dispatch_uid="syncapi.tracking")


def before_migrate(*, using: str, plan: Plan, apps: Apps, **kwargs: Any) -> None:
    """Takes triggers off. Until `after_migrate()` pulls compare; if it never comes, checks say so."""
    if using == DEFAULT_DB_ALIAS and plan:
        remove(altered_tables(plan, apps))


def after_migrate(*, using: str, **kwargs: Any) -> None:
    """Puts triggers on. What cannot be is logged, and no reason for `migrate` to fail: pulls compare instead."""
    if using != DEFAULT_DB_ALIAS:
        return
    try:
        log(install())
    except DatabaseError:
        logger.exception("Change tracking could not be installed. Run manage.py synctriggers install.")


def log(report: Report) -> None:
    for table, reason in report.refused.items():
        logger.warning("%s is not tracked: %s.", table, reason)
    for table, reason in report.failed.items():
        logger.error("%s is not tracked, the database refused: %s", table, reason)
