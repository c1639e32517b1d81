"""Another project installs `syncapi` and `pwa`, and nothing else of ours: no settings, no demo, no type stubs."""

import json
import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from scripts.messages import compiled

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

LANGUAGES = """
MIDDLEWARE.insert(1, "django.middleware.locale.LocaleMiddleware")
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("pl", "polski")]
LOCALE_PATHS = ["locale"]
"""
ASK = """
import json
from django.test import Client
from pwa.texts import texts
def answered(language, path):
    return Client().get(path, headers={"Accept-Language": language}).json()
print(json.dumps([
    texts("de")["messages"]["Sync now"], texts("de")["messages"]["Try again"], answered("de", MANIFEST)["lang"],
    texts("pl")["messages"]["{number} row"], answered("pl", MANIFEST)["lang"], answered("fr", MANIFEST)["lang"],
    answered("pl", "/api/sync/nowhere/session/")["error"]["message"],
]))
""".replace("MANIFEST", "'/apps/shop/manifest.webmanifest'")


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


def test_another_project_changes_texts_and_adds_a_language(project: Path) -> None:
    with (project / "mysettings.py").open("a") as settings:
        settings.write(LANGUAGES)
    docs = (ROOT / "docs" / "languages.md").read_text()
    (own,) = re.findall(r"```po\n(.*?)```", docs, re.DOTALL)
    compile_into(project / "locale", "de", "djangojs", own)
    for app, domain in [("pwa", "djangojs"), ("syncapi", "django")]:
        english = (ROOT / app / "locale" / "en" / "LC_MESSAGES" / f"{domain}.po").read_text()
        compile_into(project / "shop" / "locale", "pl", domain, translated(english))
    django(project, "migrate", "--run-syncdb", "--verbosity", "0")
    answer = django(project, "shell", "--verbosity", "0", "--command", ASK).strip()
    assert json.loads(answer) == [
        *["Abgleichen", "Erneut versuchen", "de"],
        *[[f"pl{form}" for form in range(3)], "pl", "en"],
        "pl",
    ]


def translated(english: str) -> str:
    """What somebody makes of the English file: its plural forms set, everything translated."""
    head = '"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"'
    text = re.sub(r'"Plural-Forms: .*?"', lambda _: head, english).replace('"Language: en', '"Language: pl')
    text = re.sub(r'msgstr\[0\] ""\nmsgstr\[1\] ""', "\n".join(f'msgstr[{form}] "pl{form}"' for form in range(3)), text)
    return re.sub(r'msgstr ""\n(?!")', 'msgstr "pl"\n', text)


def compile_into(folder: Path, language: str, domain: str, source: str) -> None:
    """What `manage.py compilemessages` does, where GNU gettext is."""
    path = folder / language / "LC_MESSAGES" / f"{domain}.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(compiled(read_po(BytesIO(source.encode()), locale=language)))
