"""Work that no request should wait for. With django-q2 it runs by itself; without, `manage.py syncpurge` does it."""

from __future__ import annotations

import datetime
import logging
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, router
from django.db.models.signals import post_migrate
from django.utils import timezone

from syncapi import renditions
from syncapi.ledger import once as ledger
from syncapi.push import audit, local_keys
from syncapi.segments.cleaning import clean
from syncapi.tracking.retention import purge

PICTURES = "syncapi.tasks.prepare_pictures"
HOUSEKEEPING = "syncapi.tasks.housekeeping"
AT = datetime.time(3, 20)
SNAPSHOTS = "syncapi.tasks.renew_snapshots"
EVERY = 5  # minutes

logger = logging.getLogger("haversack.tasks")


def housekeeping() -> str:
    """Deletes what is past its retention. Returns what was done, for the list of tasks in the admin."""
    purged = purge()
    cleaned = clean()
    pictures = renditions.clean()
    outcomes = ledger.clean()
    named = local_keys.clean()
    changes = audit.clean()
    return (
        f"{purged.tokens} cursor tokens, {purged.tombstones} deletions, "
        f"{purged.pulls} syncs, {purged.devices} devices, {cleaned.snapshots} snapshots, {cleaned.parts} parts, "
        f"{outcomes} outcomes, {named} local ids, {changes} changes from devices, "
        f"{pictures} renditions of pictures deleted"
    )


def renew_snapshots() -> str:
    """Makes snapshots anew that changes made old, so that no device has to wait for it. Returns what was done."""
    from syncapi.segments.preparing import renew  # which knows the apps, and those are not declared yet

    renewed = renew()
    return f"{renewed.made} of {renewed.seen} snapshots made anew"


def prepare_pictures() -> str:
    """Makes the renditions that are missing. Returns what was done, for the list of tasks in the admin."""
    done = renditions.prepare()
    return f"{done.made} renditions of {done.pictures} pictures made"


def prepare_pictures_soon() -> None:
    """Call it after many pictures came at once: devices then find them in their sizes, instead of waiting for each.

    The django-q2 worker does it. Where there is none, they are made when they are first asked for.
    """
    if not apps.is_installed("django_q"):
        return
    from django_q.tasks import async_task

    try:
        async_task(PICTURES)
    except Exception:  # (each broker has errors of its own, and what called this has done its work)
        logger.warning("Preparing pictures could not be asked for.", exc_info=True)


def connect(config: AppConfig) -> None:
    """`config`: of syncapi, whose signal comes once per run of `migrate`."""
    post_migrate.connect(schedule, sender=config, dispatch_uid="syncapi.tasks")


def schedule(using: str, **kwargs: Any) -> None:
    """Has django-q2, where it is installed, do the housekeeping every night, and look after snapshots all day.

    A schedule that is there stays as it is, whatever an administrator made of it.
    """
    if not apps.is_installed("django_q"):
        return
    from django_q.models import Schedule

    if router.db_for_write(Schedule) != using:
        return
    if Schedule._meta.db_table not in connections[using].introspection.table_names():
        return  # `migrate syncapi` came first
    wanted: list[dict[str, Any]] = [
        {
            "name": "Offline data sync: housekeeping",
            "func": HOUSEKEEPING,
            "schedule_type": Schedule.DAILY,
            "next_run": _tonight(),
        },
        {
            "name": "Offline data sync: snapshots",
            "func": SNAPSHOTS,
            "schedule_type": Schedule.MINUTES,
            "minutes": EVERY,
        },
    ]
    for one in wanted:
        if not Schedule.objects.filter(func=one["func"]).exists():
            Schedule.objects.create(**one)


def _tonight() -> datetime.datetime:
    now = timezone.now()
    local = timezone.localtime(now) if timezone.is_aware(now) else now
    at = local.replace(hour=AT.hour, minute=AT.minute, second=0, microsecond=0)
    return at if at > local else at + datetime.timedelta(days=1)
