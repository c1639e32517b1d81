"""C1: what a migration did while no trigger counted is not overwritten by who edited what was before."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from tests.push.conftest import Pusher, delete, statuses, update
from tests.push.entities import PushSite
from tests.push.models import Site
from tests.tracking.test_T1_migrations import past

__all__ = ["past"]


@pytest.mark.parametrize("merge", [True, False])
def test_C1_a_version_from_before_a_migration_does_not_prove_that_nothing_changed(
    past: None, ann: User, merge: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PushSite, "merge", merge)
    sites = [Site.objects.create(owner=ann, name=f"{number}", note="dry", size=3) for number in range(4)]
    same = Site.objects.create(owner=ann, name="same", note="wet", size=3)
    device = Pusher()
    device.sign_in("ann")
    version = device.version("PushSite", sites[0].pk)

    call_command("migrate", "migrated", verbosity=0)

    assert set(Site.objects.filter(note="by the migration")) == set(sites)
    assert device.version("PushSite", sites[0].pk) == version  # nobody counted
    note: dict[str, Any] = {"note": "dry"}
    outcomes = device.push(
        update("PushSite", sites[0].pk, {"note": "mine"}, note, base=version),
        delete("PushSite", sites[1].pk, {"name": "1", **note}, base=version),
        update("PushSite", sites[2].pk, {"size": 4}, {"size": 3}, base=version),
        delete("PushSite", sites[3].pk, {"name": "3", "note": "by the migration"}, base=version),
        update("PushSite", same.pk, {"note": "mine"}, {"note": "wet"}, base=version),
    )
    assert statuses(outcomes) == ["conflict", "conflict", "applied", "applied", "applied"]
    assert [one["attributes"] for one in outcomes[:2]] == [["note"], ["note"]]
    assert outcomes[0]["theirs"]["note"] == "by the migration"
    chosen = update("PushSite", sites[0].pk, {"note": "mine"}, {"note": "by the migration"}, base=version)
    (outcome,) = device.push(chosen)
    assert (outcome["status"], outcome["version"]) == ("applied", version + 1)
    # From here on changes are counted, and by the version it is known that this one knew of the last.
    normalised = update("PushSite", sites[0].pk, {"note": "more"}, {"note": " mine "}, base={"result_of": chosen["id"]})
    assert statuses(device.push(normalised)) == ["applied"]
