"""Models and rules as projects have them: fields that are filled in by saving, and texts in any language."""

from typing import Any

import pytest
from django.db.models.signals import pre_save
from django.utils.translation import gettext_lazy as _

from syncapi import offline
from tests.push.conftest import Pusher, codes, update
from tests.push.entities import PushSite
from tests.push.models import Site


def _slug(self: Site) -> str:
    return f"slug-{self.name}"


def test_W4_what_a_model_fills_in_when_it_is_saved_is_saved(
    device: Pusher, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(self: Any, **how: Any) -> None:
        self.secret = _slug(self)
        super(Site, self).save(**how)

    monkeypatch.setattr(Site, "save", save)
    assert codes(device.push(update("PushSite", site.pk, {"name": "Pond"}, {"name": "Mill"}))) == ["applied"]
    site.refresh_from_db()
    assert (site.name, site.secret) == ("Pond", "slug-Pond")


def test_W4_what_a_receiver_fills_in_before_saving_is_saved(device: Pusher, site: Site) -> None:
    def fill_in(sender: Any, instance: Site, **_more: Any) -> None:
        instance.secret = _slug(instance)

    pre_save.connect(fill_in, sender=Site)
    try:
        assert codes(device.push(update("PushSite", site.pk, {"name": "Pond"}, {"name": "Mill"}))) == ["applied"]
    finally:
        pre_save.disconnect(fill_in, sender=Site)
    site.refresh_from_db()
    assert site.secret == "slug-Pond"


def test_W3_a_rule_may_refuse_in_words_that_are_not_translated_yet(
    device: Pusher, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def perform_update(self: Any, instance: Any, change: Any) -> None:
        raise offline.Refused(_("No."), code="closed", fields={"name": [_("Not now.")], "note": _("Nor this.")})

    monkeypatch.setattr(PushSite, "perform_update", perform_update)
    (told,) = device.push(update("PushSite", site.pk, {"name": "Pond"}, {"name": "Mill"}))
    fields = {"name": ["Not now."], "note": ["Nor this."]}
    assert told["error"] == {"code": "closed", "message": "No.", "retry": False, "fields": fields}
