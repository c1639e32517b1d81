"""The generated app's pages: what makes it installable, offline and safe."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image

from pwa import build
from pwa.icons import drawn_icon, initials
from syncapi.registry import registry


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small build in the form that Vite leaves."""
    (tmp_path / "assets").mkdir()
    for name in ("main-abc.js", "main-abc.css", "worker-def.js"):
        (tmp_path / "assets" / name).write_text("built")
    entry = {"file": "assets/main-abc.js", "css": ["assets/main-abc.css"], "isEntry": True}
    (tmp_path / "manifest.json").write_text(json.dumps({build.ENTRY: entry}))
    (tmp_path / "sw.js").write_text("/* worker */")
    monkeypatch.setattr(build, "DIRECTORY", tmp_path)
    monkeypatch.setattr(build, "_cache", {})
    return tmp_path


@pytest.fixture
def web(db: Any) -> Client:
    return Client()


def precached(response: Any) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(
        response.content.decode().split("\n")[0].removeprefix("self.__HAVERSACK__ = ")[:-1]
    )
    return facts


def test_the_manifest_names_an_installable_app(web: Client) -> None:
    response = web.get("/apps/wire/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    manifest = response.json()
    assert manifest["id"] == manifest["scope"] == manifest["start_url"] == "/apps/wire/"
    assert manifest["display"] == "standalone"
    assert {(item["sizes"], item["purpose"]) for item in manifest["icons"]} == {
        (f"{size}x{size}", purpose) for size in (192, 512) for purpose in ("any", "maskable")
    }
    for item in manifest["icons"]:
        picture = Image.open(io.BytesIO(web.get(item["src"]).content))
        assert f"{picture.width}x{picture.height}" == item["sizes"]


def test_the_manifest_has_screenshots_with_their_true_size(
    web: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "narrow.png"
    Image.new("RGB", (390, 844)).save(file)
    monkeypatch.setattr("pwa.manifest.finders.find", lambda path: str(file))
    monkeypatch.setattr(registry.get("wire"), "screenshots", {"narrow": "narrow.png"})
    (screenshot,) = web.get("/apps/wire/manifest.webmanifest").json()["screenshots"]
    assert (screenshot["sizes"], screenshot["form_factor"]) == ("390x844", "narrow")


@pytest.mark.parametrize("path", ["", "LocalJar/", "LocalJar/1/", "status/", "anything/at/all"])
def test_the_shell_answers_every_address_of_the_app(web: Client, path: str) -> None:
    assert web.get(f"/apps/wire/{path}").content == web.get("/apps/wire/").content


def test_S3_the_shell_is_strict_and_the_same_for_everybody(web: Client, ann: User) -> None:
    response = web.get("/apps/own/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    html = response.content.decode()
    scripts = re.findall(r"<script(.*?)>(.*?)</script>", html, re.S)
    assert all('type="application/json"' in attributes or not body for attributes, body in scripts)
    assert "style=" not in html
    assert " on" not in re.sub(r"<script.*?</script>", "", html, flags=re.S).split("<body>")[0].replace(" once", "")
    signed_in = Client()
    signed_in.force_login(ann)
    assert signed_in.get("/apps/own/").content == response.content
    assert "csrftoken" not in response.cookies
    assert "sessionid" not in response.cookies


def test_the_shell_says_what_the_client_must_know(web: Client) -> None:
    html = web.get("/apps/own/").content.decode()
    (text,) = re.findall(r'<script id="haversack-config" type="application/json">(.*?)</script>', html)
    assert json.loads(text) == {
        "app": "own",
        "title": "Own jars",
        "description": "",
        "anonymous": False,
        "base": "/apps/own/",
        "api": "/api/sync/own/",
        "on_sync": None,
        "screens": {},
        "language": "en",
        "texts": None,
    }


def test_S3_titles_cannot_break_out_of_the_page(web: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry.get("wire"), "title", "</script><script>alert(1)</script>")
    assert b"<script>alert" not in web.get("/apps/wire/").content
    assert b"<script>alert" not in web.get("/").content


def test_the_service_worker_keeps_shell_and_assets_and_nothing_of_the_api(web: Client) -> None:
    response = web.get("/apps/wire/sw.js")
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Cache-Control"] == "no-cache"
    assert response.content.decode().endswith("/* worker */")
    facts = precached(response)
    urls = [item["url"] for item in facts["precache"]]
    assert facts["shell"] == facts["scope"] == "/apps/wire/"
    assert urls[0] == "/apps/wire/"
    assert "/static/pwa/build/assets/worker-def.js" in urls
    assert not [url for url in urls if url.startswith("/api/")]


def test_the_service_worker_changes_with_what_it_keeps(web: Client, built: Path) -> None:
    first = precached(web.get("/apps/wire/sw.js"))
    assert precached(web.get("/apps/wire/sw.js")) == first
    (built / "assets" / "new-123.js").write_text("new")
    (built / "sw.js").write_text("/* newer worker */")
    assert precached(web.get("/apps/wire/sw.js")) != first


def test_the_engine_is_served_from_the_origin_of_the_app(web: Client) -> None:
    response = web.get("/apps/wire/worker-def.js")
    assert response.content == b"built"
    assert response["Content-Type"].startswith("text/javascript")
    assert "immutable" in response["Cache-Control"]
    assert "connect-src 'self'" in response["Content-Security-Policy"]
    for name in ("worker-other.js", "worker-..js"):
        assert web.get(f"/apps/wire/{name}").status_code == 404


def test_static_files_may_be_on_another_host(web: Client, settings: Any) -> None:
    settings.STATIC_URL = "https://static.example.com/files/"
    policy = web.get("/apps/wire/")["Content-Security-Policy"]
    for directive in ("script-src", "style-src", "connect-src", "worker-src"):
        assert f"{directive} 'self' https://static.example.com" in policy
    assert "https://static.example.com/files/pwa/build/assets/worker-def.js" in [
        item["url"] for item in precached(web.get("/apps/wire/sw.js"))["precache"]
    ]


def test_two_apps_have_two_service_workers(web: Client) -> None:
    assert precached(web.get("/apps/wire/sw.js"))["scope"] != precached(web.get("/apps/own/sw.js"))["scope"]


def test_without_a_build_one_sentence_says_what_to_do(web: Client, built: Path) -> None:
    (built / "manifest.json").unlink()
    for path in ("/apps/wire/", "/apps/wire/sw.js"):
        response = web.get(path)
        assert response.status_code == 503
        assert b"make build" in response.content


@pytest.mark.parametrize(
    "path",
    ["", "manifest.webmanifest", "sw.js", "icons/any-192.png"],
)
def test_S4_an_unknown_app_is_not_found(web: Client, path: str) -> None:
    assert web.get(f"/apps/nowhere/{path}").status_code == 404


@pytest.mark.parametrize("path", ["icons/any-193.png", "icons/other-192.png", "icons/any-99999999999.png"])
def test_S4_only_declared_icons_are_drawn(web: Client, path: str) -> None:
    assert web.get(f"/apps/wire/{path}").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_S4_pages_are_only_read(web: Client, method: str) -> None:
    assert getattr(web, method)("/apps/wire/").status_code == 405


def test_the_home_page_lists_apps_with_a_code_each(web: Client) -> None:
    html = web.get("/").content.decode()
    assert html.count('class="qr"') == len(registry.apps)
    assert "http://testserver/apps/wire/" in html
    assert "style=" not in html


def test_the_home_page_without_apps_says_what_to_do(web: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "declared", [])
    assert "offline.py" in web.get("/").content.decode()


@pytest.mark.parametrize(
    ("title", "letters"),
    [("Product catalogue", "PC"), ("sales", "S"), ("Ärzte & Pflege", "ÄP"), ("", "•"), ("123 go", "1G")],
)
def test_icons_show_initials(title: str, letters: str) -> None:
    assert initials(title) == letters


@pytest.mark.parametrize("title", ["متجر العينات", "商品目録"])
def test_an_icon_shows_no_boxes_for_letters_that_its_font_lacks(title: str) -> None:
    def drawn(text: str) -> bytes:
        return drawn_icon(text, "#3b4a8c", "any", 192)

    assert drawn(initials(title)) == drawn(initials(""))
    assert drawn("ÄP") == drawn("AP") != drawn(initials(""))


def test_a_maskable_icon_fills_the_square_and_the_other_does_not() -> None:
    maskable = Image.open(io.BytesIO(drawn_icon("A", "#3b4a8c", "maskable", 192))).convert("RGBA")
    rounded = Image.open(io.BytesIO(drawn_icon("A", "#3b4a8c", "any", 192))).convert("RGBA")
    assert maskable.getpixel((0, 0))[3] == 255  # type: ignore[index]
    assert rounded.getpixel((0, 0))[3] == 0  # type: ignore[index]


def test_a_record_whose_key_has_a_line_feed_has_an_address(db: Any) -> None:
    assert Client().get("/apps/catalog/LocalProduct/two%0Alines/").status_code == 200
