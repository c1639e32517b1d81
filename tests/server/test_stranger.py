"""Another project installs `syncapi` and `pwa`, and nothing else of ours: no settings, no demo, no type stubs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SETTINGS = """
SECRET_KEY = "x" * 50
ROOT_URLCONF = "urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.staticfiles",
    "syncapi", "pwa", "shop",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "static/"
ALLOWED_HOSTS = ["testserver"]
"""
URLS = """
from django.urls import include, path
urlpatterns = [path("api/sync/", include("syncapi.urls")), path("", include("pwa.urls"))]
"""
MODELS = """
from django.db import models
class Thing(models.Model):
    name = models.CharField(max_length=50)
"""
OFFLINE = """
from shop.models import Thing
from syncapi import offline

class LocalThing(offline.LocalEntity):
    model = Thing
    attributes = ["name"]

shop_app = offline.OfflineApp("shop", title="Shop", entities=[LocalThing], anonymous=True)
"""
VISIT = """
import json, uuid
from django.test import Client
from shop.models import Thing
Thing.objects.create(name="Lamp")
client = Client(enforce_csrf_checks=True)
assert client.get("/").status_code == 200
token = client.get("/api/sync/shop/session/").json()["csrf_token"]
answer = client.post("/api/sync/shop/", json.dumps({"context": ""}), content_type="application/json", headers={
    "Haversack-Protocol": "1", "Haversack-Definition": "none", "Haversack-Replica": str(uuid.uuid4()),
    "Haversack-User": "anonymous", "X-CSRFToken": token})
print(answer.getvalue().decode())
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    for name, text in {
        "mysettings.py": SETTINGS,
        "urls.py": URLS,
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "shop/offline.py": OFFLINE,
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def django(project: Path, *arguments: str) -> str:
    path = os.pathsep.join([str(project), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        cwd=project,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "mysettings", "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_another_project_gets_an_app_from_two_installed_apps(project: Path) -> None:
    assert "syncapi.E" not in django(project, "check")
    django(project, "migrate", "--run-syncdb", "--verbosity", "0")
    answer = django(project, "shell", "--verbosity", "0", "--command", VISIT).strip()
    assert '[1,"Lamp"]' in answer.splitlines()
    assert answer.splitlines()[-1] == '{"type":"end"}'
