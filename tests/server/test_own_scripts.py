"""An app's own scripts, its `onSync` and its screens: named by its page, kept by its service worker, checked."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from pwa.checks import check_pwa
from syncapi.registry import registry
from tests.server.test_pwa import built, precached, web

__all__ = ["built", "web"]  # fixtures


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "onsync.js"
    file.write_text("export default () => {}")
    monkeypatch.setattr("pwa.scripts.finders.find", lambda path: str(file) if path == "shop/onsync.js" else None)
    monkeypatch.setattr(registry.get("wire"), "on_sync", "shop/onsync.js")
    return file


def config(web: Client, app: str = "wire") -> dict[str, Any]:
    found = re.search(r'id="haversack-config"[^>]*>(.*?)</script>', web.get(f"/apps/{app}/").content.decode(), re.S)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def kept(web: Client) -> list[str]:
    return [item["url"] for item in precached(web.get("/apps/wire/sw.js"))["precache"]]


def test_the_page_names_it_and_the_service_worker_keeps_it_under_the_same_address(web: Client, script: Path) -> None:
    address = config(web)["on_sync"]
    assert re.fullmatch(r"/static/shop/onsync\.js\?v=[0-9a-f]{16}", address)
    assert address in kept(web)
    script.write_text("export default async () => {}")
    assert config(web)["on_sync"] != address
    assert address not in kept(web)


def test_the_service_worker_keeps_what_it_imports_too(
    web: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {
        "shop/onsync.js": 'import { a } from "./flows/a.js";\nimport {\n  b,\n} from "../other/b.js";\nimport "https://x/c.js";',
        "shop/flows/a.js": "export { d } from './d.js';\n",
        "shop/flows/d.js": "import \"./a.js\";\n// import './no.js'\nconst text = \"import './no.js'\";\n",
        "other/b.js": 'import "./gone.js";\n',
        "shop/flows/no.js": "",
    }
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    def find(path: str) -> str | None:
        return str(tmp_path / path) if (tmp_path / path).is_file() else None

    monkeypatch.setattr("pwa.scripts.finders.find", find)
    monkeypatch.setattr(registry.get("wire"), "on_sync", "shop/onsync.js")
    worker = precached(web.get("/apps/wire/sw.js"))["precache"]
    revisions = {item["url"]: item["revision"] for item in worker}
    imported = {f"/static/{path}" for path in ("shop/flows/a.js", "shop/flows/d.js", "other/b.js")}
    assert imported == {url for url in revisions if url.startswith("/static/") and revisions[url]}
    (tmp_path / "other/b.js").write_text("// another\n")
    now = {item["url"]: item["revision"] for item in precached(web.get("/apps/wire/sw.js"))["precache"]}
    assert {url for url in imported if now[url] != revisions[url]} == {"/static/other/b.js"}


def test_an_app_without_one_names_none(web: Client, script: Path) -> None:
    assert config(web, "own")["on_sync"] is None


@pytest.mark.parametrize(
    ("path", "wrong"),
    [("", False), ("shop/onsync.js", False), ("shop/other.js", True), ("shop/onsync.ts", True)],
)
def test_what_is_no_script_among_the_static_files_is_told(
    script: Path, monkeypatch: pytest.MonkeyPatch, path: str, wrong: bool
) -> None:
    monkeypatch.setattr(registry.get("wire"), "on_sync", path)
    found = [message for message in check_pwa() if message.id == "pwa.E002"]
    assert bool(found) == wrong
    assert all(path in message.msg and message.hint for message in found)


def test_S3_a_path_that_leads_out_of_the_static_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry.get("wire"), "on_sync", "../settings/secret.js")
    assert "pwa.E002" in [message.id for message in check_pwa()]


def test_own_screens_are_named_and_kept_like_it(web: Client, script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entity = next(iter(registry.get("wire").entities.values()))
    assert config(web)["screens"] == {}
    monkeypatch.setattr(type(entity), "detail_screen", "shop/onsync.js")
    address = config(web)["screens"][entity.name]["detail"]
    assert re.fullmatch(r"/static/shop/onsync\.js\?v=[0-9a-f]{16}", address)
    assert kept(web).count(address) == 1
    monkeypatch.setattr(registry.get("wire"), "on_sync", "")
    assert address in kept(web)
    assert config(web)["screens"] == {entity.name: {"detail": address}}


@pytest.mark.parametrize("option", ["list_screen", "detail_screen"])
@pytest.mark.parametrize(
    ("path", "wrong"), [("shop/onsync.js", False), ("shop/other.js", True), ("../secret.js", True)]
)
def test_a_screen_that_is_no_script_is_told(
    script: Path, monkeypatch: pytest.MonkeyPatch, option: str, path: str, wrong: bool
) -> None:
    cls = registry.get("wire").entity_classes[0]
    monkeypatch.setattr(cls, option, path)
    found = [message for message in check_pwa() if message.id == "pwa.E003"]
    # Subclasses inherit it, and are told of too.
    assert (cls in [message.obj for message in found]) == wrong
    assert all(path in message.msg and option in message.msg and message.hint for message in found)
