"""Settings of an app in the admin: what can be set there, by whom, and where it arrives."""

import io
import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image, ImageDraw

from syncapi import offline
from syncapi.appsettings.current import ensure_rows, settings_of
from syncapi.appsettings.model import AppSettings
from syncapi.colors import contrast
from syncapi.models import Pull
from syncapi.registry import registry
from tests.device import Device
from tests.server.staff import staff
from tests.wire.offline import wire_app

LIST = "/admin/syncapi/appsettings/"
PAGE = f"{LIST}wire/change/"
VALUES: dict[str, Any] = {
    "orientation": "adaptive",
    "title": "",
    "short_title": "",
    "theme_color": "",
    "background_color": "",
    "retry_interval": "30",
    "sync_every": "0",
}


def save(client: Client, **changes: Any) -> AppSettings:
    """Fills in the page of `wire`, which must be taken."""
    response = client.post(PAGE, VALUES | changes)
    assert response.status_code == 302, response.context["errors"]
    return AppSettings.objects.get(pk="wire")


def errors(client: Client, **changes: Any) -> dict[str, list[str]]:
    """What the page says against it."""
    response = client.post(PAGE, VALUES | changes)
    assert response.status_code == 200
    found: dict[str, list[str]] = response.context["adminform"].form.errors
    return found


def picture(width: int, height: int, color: Any = "red", form: str = "PNG", mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height), color).save(file, form)
    return file.getvalue()


def upload(content: bytes, name: str = "icon.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


# -- the page


def test_every_declared_app_has_a_page_before_anybody_saved_one(admin_client: Client) -> None:
    page = admin_client.get(LIST).content.decode()
    for name in registry.apps:
        assert f"{LIST}{name}/change/" in page
    assert "appsettings/add/" not in page


def test_a_page_can_be_opened_without_the_list(admin_client: Client) -> None:
    assert admin_client.get(PAGE).status_code == 200
    assert AppSettings.objects.get().pk == "wire"


def test_an_app_that_is_gone_is_not_listed_and_keeps_its_settings(admin_client: Client) -> None:
    AppSettings.objects.create(app="gone", title="Gone")
    assert "Gone" not in admin_client.get(LIST).content.decode()
    assert admin_client.get(f"{LIST}gone/change/").status_code == 302
    assert AppSettings.objects.filter(pk="gone").exists()


def test_Q3_the_page_has_the_labels_of_the_reference(admin_client: Client) -> None:
    adminform = admin_client.get(PAGE).context["adminform"]
    described = {
        str(fieldset.name): [str(field.field.label) for line in fieldset for field in line] for fieldset in adminform
    }
    assert described["Mobile"][0] == "Screen Orientation"
    assert described["Offline Data Sync"] == [
        "Synchronize On Online",
        "Synchronize On Resume",
        "Synchronize On Login",
        "Retry Synchronizations",
        "Retry Interval",
    ]
    (sync,) = (fieldset for fieldset in adminform if fieldset.name == "Offline Data Sync")
    assert sync.description == "Sync triggering and retrying settings"
    assert [str(label) for _, label in AppSettings._meta.get_field("orientation").flatchoices] == [
        "Adaptive",
        "Portrait",
        "Landscape",
    ]


def test_Q3_a_new_app_has_everything_off_and_thirty_seconds(db: Any) -> None:
    assert settings_of(wire_app).sync == offline.SyncSettings()
    assert offline.SyncSettings().on_the_wire() == {
        "on_online": False,
        "on_resume": False,
        "on_login": False,
        "on_start": False,
        "on_change": False,
        "every": 0,
        "retry": False,
        "retry_interval": 30,
        "not_on_metered": False,
    }


def test_code_gives_the_settings_that_an_app_begins_with_and_no_others(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire_app, "sync_defaults", offline.SyncSettings(on_resume=True, retry_interval=60))
    assert settings_of(wire_app).sync.on_resume
    admin_client.get(PAGE)
    assert AppSettings.objects.get().retry_interval == 60
    save(admin_client)
    assert settings_of(wire_app).sync == offline.SyncSettings()


def test_rows_are_made_once(db: Any) -> None:
    ensure_rows([wire_app])
    AppSettings.objects.update(title="Kept")
    ensure_rows(registry.apps.values())
    assert AppSettings.objects.get(pk="wire").title == "Kept"
    assert AppSettings.objects.count() == len(registry.apps)


def test_the_page_has_a_link_and_a_code_to_install_the_app(admin_client: Client) -> None:
    page = admin_client.get(PAGE).content.decode()
    assert 'href="http://testserver/apps/wire/"' in page
    assert "syncapi-qr" in page
    assert "style=" not in page.split("form_top")[-1].split("</section>")[0]


# -- who may


def test_staff_without_permission_see_nothing(db: Any) -> None:
    client = staff()
    assert client.get(LIST).status_code == client.get(PAGE).status_code == 403
    assert not AppSettings.objects.exists()


def test_who_may_look_may_not_change(db: Any) -> None:
    client = staff("view_appsettings")
    page = client.get(PAGE).content.decode()
    assert "Synchronize On Online" in page
    assert 'name="_save"' not in page
    assert client.post(PAGE, VALUES | {"title": "Mine"}).status_code == 403
    assert AppSettings.objects.get().title == ""


def test_who_may_change_neither_adds_nor_deletes(db: Any) -> None:
    client = staff("change_appsettings")
    save(client, title="Mine")
    for path in (f"{LIST}add/", f"{LIST}wire/delete/"):
        assert client.get(path).status_code == client.post(path, {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": ["wire"], "post": "yes"})
    assert AppSettings.objects.get(pk="wire").title == "Mine"


# -- what is taken


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("retry_interval", "4", "after 5 seconds at the earliest"),
        ("retry_interval", "86401", "A day (86,400 seconds) at the most"),
        ("retry_interval", "1.5", "whole number of seconds"),
        ("retry_interval", "soon", "whole number of seconds"),
        ("retry_interval", "", "number of seconds, from 5"),
        ("retry_interval", "9" * 30, "at the most"),
        ("sync_every", "-1", "0 for never"),
        ("sync_every", "10081", "A week (10,080 minutes) at the most"),
        ("sync_every", "", "0 is never"),
        ("theme_color", "green", "# and six digits"),
        ("theme_color", "#1234567", "at most 7"),
        ("theme_color", "#fff", "# and six digits"),
        ("background_color", "x#1f5f5b", "at most 7"),
        ("orientation", "sideways", "not one of the available choices"),
        ("title", "x" * 61, "at most 60"),
    ],
)
def test_what_cannot_be_is_said_where_it_was_typed(admin_client: Client, field: str, value: str, text: str) -> None:
    found = errors(admin_client, **{field: value})
    assert list(found) == [field]
    assert text in " ".join(found[field])


@pytest.mark.parametrize("value", ["5", "86400"])
def test_bounds_are_inclusive(admin_client: Client, value: str) -> None:
    assert save(admin_client, retry_interval=value).retry_interval == int(value)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "PNG, JPEG or WebP"),
        (b"GIF89a" + b"\x00" * 50, "PNG, JPEG or WebP"),
        (picture(600, 600)[:-40], "damaged"),
        (picture(511, 511), "at least 512"),
        (picture(1100, 512), "twice as long"),
        (picture(5100, 5000, 0, mode="1"), "too large"),
        (picture(512, 512) + b"\x00" * (5 << 20), "larger than 5 MB"),
    ],
    ids=["empty", "svg", "gif", "damaged", "small", "long", "many pixels", "many bytes"],
)
def test_a_file_that_is_no_icon_is_refused(admin_client: Client, content: bytes, text: str) -> None:
    found = errors(admin_client, upload=upload(content))
    assert list(found) == ["upload"]
    assert text in " ".join(found["upload"])


def test_colours_that_cannot_be_told_apart_are_taken_with_a_warning(admin_client: Client) -> None:
    response = admin_client.post(PAGE, VALUES | {"theme_color": "#DDDDDD"}, follow=True)
    assert AppSettings.objects.get(pk="wire").theme_color == "#dddddd"
    assert "can hardly be seen" in response.content.decode()
    response = admin_client.post(PAGE, VALUES | {"theme_color": "#1f5f5b"}, follow=True)
    assert "can hardly be seen" not in response.content.decode()


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == contrast("#ffffff", "#777777") == pytest.approx(4.48, abs=0.005)


# -- history


def test_each_change_is_in_the_history_with_before_and_after(admin_client: Client) -> None:
    save(admin_client, sync_on_online="on", retry_interval="60", title="Jars", upload=upload(picture(512, 512)))
    save(admin_client, retry_interval="60", orientation="portrait", theme_color="#112233", drawn="on")
    later, earlier = (entry.get_change_message() for entry in LogEntry.objects.all())
    for change in (
        "Synchronize On Online: off → on",
        "Retry Interval: 30 → 60",
        "App name: as declared → Jars",
        "Icon: uploaded",
    ):
        assert change in earlier
    for change in (
        "Synchronize On Online: on → off",
        "Screen Orientation: Adaptive → Portrait",
        "App name: Jars → as declared",
        "Theme colour: as declared → #112233",
        "Icon: drawn again",
    ):
        assert change in later
    assert "Retry" not in later
    assert "Retry Interval: 30 → 60" in admin_client.get(f"{LIST}wire/history/").content.decode()


# -- where it arrives


def test_Q3_a_device_takes_new_settings_with_its_next_sync(admin_client: Client, wire: Device) -> None:
    before = wire.sync()
    assert before.definition is not None
    assert before.definition["settings"]["sync"]["on_resume"] is False
    assert wire.sync().definition is None
    save(admin_client, sync_on_resume="on", retry_syncs="on", retry_interval="45", sync_every="15", title="Jam")
    after = wire.sync()
    assert after.definition is not None
    assert after.definition["title"] == "Jam"
    assert after.definition["settings"]["sync"] == {
        "on_online": False,
        "on_resume": True,
        "on_login": False,
        "on_start": False,
        "on_change": False,
        "every": 15,
        "retry": True,
        "retry_interval": 45,
        "not_on_metered": False,
    }
    assert wire.sync().definition is None


def test_Q3_a_sync_may_follow_each_change_where_somebody_sets_that(admin_client: Client, wire: Device) -> None:
    save(admin_client, sync_on_change="on")
    definition = wire.sync(trigger="change").definition
    assert definition is not None
    assert definition["settings"]["sync"]["on_change"] is True
    assert Pull.objects.get().trigger == "change"
    assert "change" in admin_client.get(reverse("admin:syncapi_appsettings_changelist")).content.decode()


def test_Q3_a_device_without_a_definition_learns_from_the_session_when_to_sync(
    admin_client: Client, wire: Device
) -> None:
    assert wire.session()["settings"]["sync"]["on_login"] is False
    save(admin_client, sync_on_login="on")
    session = wire.session()
    assert session["settings"]["sync"]["on_login"] is True
    definition = wire.sync().definition
    assert definition is not None
    assert definition["settings"] == session["settings"]


def test_manifest_and_shell_have_what_was_set(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pwa.views.current_build", lambda: None)
    declared = admin_client.get("/apps/wire/manifest.webmanifest").json()
    assert "orientation" not in declared
    save(
        admin_client,
        orientation="landscape",
        title="Jam & Co",
        short_title="Jam",
        theme_color="#112233",
        background_color="#eeeeee",
    )
    manifest = admin_client.get("/apps/wire/manifest.webmanifest").json()
    assert (manifest["name"], manifest["short_name"], manifest["orientation"]) == ("Jam & Co", "Jam", "landscape")
    assert (manifest["theme_color"], manifest["background_color"]) == ("#112233", "#eeeeee")
    assert manifest["id"] == declared["id"]
    shell = admin_client.get("/apps/wire/").content.decode()
    assert "<title>Jam &amp; Co</title>" in shell
    assert '<meta name="theme-color" content="#112233">' in shell
    assert "Jam &amp; Co" in admin_client.get("/").content.decode()


def test_one_short_query_per_request(db: Any) -> None:
    ensure_rows(registry.apps.values())
    AppSettings.objects.update(icon=picture(512, 512), icon_version="x")
    client = Client()
    for path, expected in (("/apps/wire/manifest.webmanifest", 1), ("/", 1), ("/apps/wire/icons/any-192.png", 2)):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        assert len(queries) == expected, path
        if expected == 1:
            assert '"icon"' not in queries[0]["sql"]


# -- icons


def served(client: Client, purpose: str = "any", size: int = 192) -> Image.Image:
    (source,) = (
        item["src"]
        for item in client.get("/apps/wire/manifest.webmanifest").json()["icons"]
        if (item["purpose"], item["sizes"]) == (purpose, f"{size}x{size}")
    )
    response = client.get(source)
    assert response["Content-Type"] == "image/png"
    assert "immutable" in response["Cache-Control"]
    image = Image.open(io.BytesIO(response.content)).convert("RGBA")
    assert image.size == (size, size)
    return image


def logo(mode: str, ground: Any) -> bytes:
    """A blue square from edge to edge of the middle 80 %."""
    image = Image.new(mode, (640, 640), ground)
    ImageDraw.Draw(image).rectangle((64, 64, 575, 575), fill="blue")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


BLUE, WHITE = (0, 0, 255, 255), (255, 255, 255, 255)


@pytest.mark.parametrize(
    ("content", "corner"),
    [(logo("RGBA", (0, 0, 0, 0)), (238, 238, 238, 255)), (logo("RGB", "white"), WHITE)],
    ids=["on nothing", "on one colour"],
)
def test_a_logo_is_brought_into_the_circle_that_phones_leave(
    admin_client: Client, content: bytes, corner: tuple[int, ...]
) -> None:
    save(admin_client, background_color="#eeeeee", upload=upload(content))
    maskable = served(admin_client, "maskable", 512)
    assert maskable.getpixel((0, 0)) == maskable.getpixel((511, 256)) == corner
    assert maskable.getpixel((256, 256)) == BLUE
    marked = [
        (x, y)
        for x in range(0, 512, 4)
        for y in range(0, 512, 4)
        if maskable.getpixel((x, y))[:2] == (0, 0)  # type: ignore[index]
    ]
    assert marked
    assert max((x - 256) ** 2 + (y - 256) ** 2 for x, y in marked) ** 0.5 <= 0.4 * 512 + 4
    assert served(admin_client, "any").getpixel((96, 30)) == BLUE  # there it stays as large as it is


def test_a_picture_up_to_its_edges_is_taken_as_it_is(admin_client: Client) -> None:
    image = Image.linear_gradient("L").resize((600, 600)).convert("RGB")
    file = io.BytesIO()
    image.save(file, "JPEG")
    save(admin_client, upload=upload(file.getvalue(), "photo.jpg"))
    maskable = served(admin_client, "maskable")
    top, bottom = maskable.getpixel((96, 0)), maskable.getpixel((96, 191))
    assert top[0] < 10 < 245 < bottom[0]  # type: ignore[index]


def test_what_is_not_square_is_padded(admin_client: Client) -> None:
    save(admin_client, upload=upload(picture(600, 400, "red", "WEBP"), "wide.webp"))
    icon = served(admin_client)
    middle = icon.getpixel((96, 96))
    assert middle[0] > 250 > 5 > middle[1]  # type: ignore[index]
    assert icon.getpixel((96, 5))[3] == 0  # type: ignore[index]


def test_a_large_icon_is_kept_smaller(admin_client: Client) -> None:
    row = save(admin_client, upload=upload(picture(3000, 3000)))
    assert row.icon is not None
    assert Image.open(io.BytesIO(bytes(row.icon))).size == (1024, 1024)


def test_another_icon_has_another_address_and_can_be_taken_back(admin_client: Client) -> None:
    def address() -> str:
        return str(admin_client.get("/apps/wire/manifest.webmanifest").json()["icons"][0]["src"])

    drawn = address()
    save(admin_client, title="Other")
    other = address()
    save(admin_client, upload=upload(picture(512, 512)))
    uploaded = address()
    row = save(admin_client, title="Another")  # an icon stays until it is taken away
    assert row.icon_version
    assert address() == uploaded
    assert len({drawn, other, uploaded}) == 3
    row = save(admin_client, drawn="on")
    assert (row.icon, row.icon_version) == (None, "")
    assert address() == drawn


def test_an_old_address_of_an_icon_is_not_kept_for_long(admin_client: Client) -> None:
    response = admin_client.get("/apps/wire/icons/any-192.png?v=older")
    assert response["Cache-Control"] == "public, max-age=3600"


def test_the_service_worker_changes_with_the_settings(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Build:
        assets: list[str] = []
        styles: list[str] = []
        script = "main.js"
        service_worker = ""

    monkeypatch.setattr("pwa.views.current_build", Build)

    def kept() -> Any:
        text = admin_client.get("/apps/wire/sw.js").content.decode()
        return json.loads(text.split("\n")[0].removeprefix("self.__HAVERSACK__ = ")[:-1])["precache"]

    before = kept()
    assert kept() == before
    save(admin_client, orientation="portrait")
    assert kept() != before
