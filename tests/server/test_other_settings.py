"""What other projects have in their settings, and syncing has to bear."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.checks import run_checks
from django.db import connection

from pwa.checks import check_pwa, check_static_files
from tests.device import Device
from tests.wire.models import Jar

SIGN_IN = "django.contrib.auth.middleware.LoginRequiredMiddleware"
GZIP = "django.middleware.gzip.GZipMiddleware"
KEEP = "django.middleware.cache.UpdateCacheMiddleware"
KEPT = "django.middleware.cache.FetchFromCacheMiddleware"


@pytest.fixture
def jar(db: Any) -> Jar:
    return Jar.objects.create(name="Honey", price=3)


def jars(device: Device) -> list[list[Any]]:
    answer = device.sync()
    return answer.rows["LocalJar"]


def test_a_project_that_wants_everybody_signed_in(settings: Any, jar: Jar) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, SIGN_IN]
    device = Device("wire")
    assert len(jars(device)) == 1
    for path in ("", "manifest.webmanifest", "sw.js", "icons/any-192.png", "LocalJar/1/"):
        assert device.client.get(f"/apps/wire/{path}").status_code == 200, path
    assert device.client.get("/api/sync/wire/nowhere/x/").status_code == 404
    assert device.client.get("/").status_code == 302, "which apps there are is the project's own affair"


def test_a_project_that_compresses_its_answers(settings: Any, jar: Jar) -> None:
    settings.MIDDLEWARE = [GZIP, *settings.MIDDLEWARE]
    device = Device("wire")
    device.session()
    response = device.request(Accept_Encoding="gzip")
    assert response.status_code == 200
    assert response["Content-Encoding"] == "gzip"
    assert len(jars(Device("wire"))) == 1


def test_a_project_that_caches_all_its_pages(settings: Any, ann: User) -> None:
    settings.MIDDLEWARE = [KEEP, *settings.MIDDLEWARE, KEPT]
    device = Device("own")
    assert device.sign_in("ann").status_code == 200
    assert device.session()["user"]["name"] == "Ann Jones"
    User.objects.update(first_name="Anna")
    assert device.session()["user"]["name"] == "Anna Jones"
    User.objects.update(is_active=False)
    assert device.session()["user"] is None


def test_a_project_whose_requests_are_transactions(jar: Jar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    depths: list[int] = []
    monkeypatch.setattr("syncapi.api.views.check_headers", lambda request: depths.append(len(connection.atomic_blocks)))
    outside = len(connection.atomic_blocks)
    assert len(jars(Device("wire"))) == 1
    assert depths == [outside]


def test_a_project_that_has_no_addresses_for_it_yet(settings: Any) -> None:
    assert "pwa.W003" not in [message.id for message in check_pwa()]
    settings.ROOT_URLCONF = "django.contrib.auth.urls"
    [found] = [message for message in check_pwa() if message.id == "pwa.W003"]
    assert 'path("", include("pwa.urls")), path("api/sync/", include("syncapi.urls"))' in str(found.hint)


def test_a_project_that_collects_its_static_files_nowhere(settings: Any, tmp_path: Path) -> None:
    settings.DEBUG, settings.WHITENOISE_USE_FINDERS = False, False
    settings.STATIC_ROOT = tmp_path
    assert check_static_files() == []
    settings.STATIC_ROOT = None
    [found] = check_static_files()
    assert found.id == "pwa.W004"
    assert "STATIC_ROOT" in str(found.hint)
    assert found in run_checks(tags=["haversack"], include_deployment_checks=True)
    assert found not in run_checks(tags=["haversack"])
    settings.DEBUG = True
    assert check_static_files() == []


def test_a_project_behind_a_proxy_that_django_was_not_told_of(wire: Device) -> None:
    wire.session()
    refused = wire.request(Origin="https://field.example")
    assert refused.status_code == 403
    error = refused.json()["error"]
    assert (error["code"], error["retry"]) == ("csrf_failed", False)
    assert "https://field.example does not match any trusted origins" in error["message"]
