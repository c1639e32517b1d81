"""Pictures in the sizes that devices show: what is made of which original, kept where, for whom (decision 0018)."""

from __future__ import annotations

import datetime
import io
import os
import struct
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from PIL import Image, ImageCms, ImageDraw

from syncapi import renditions
from syncapi.renditions import keeping, making
from syncapi.tasks import housekeeping, prepare_pictures_soon
from tests.device import Device
from tests.wire.models import Jar, Shelf

RED, BLUE = (200, 30, 30), (30, 30, 200)

pytestmark = pytest.mark.usefixtures("media")


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(size: tuple[int, int] = (1600, 1200), mode: str = "RGB") -> Image.Image:
    """Red above, blue below, with enough detail not to be tiny."""
    image = Image.effect_noise(size, 30).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0], size[1] // 2), fill=RED)
    draw.rectangle((0, size[1] // 2, size[0] // 2, size[1]), fill=BLUE)
    return image.convert(mode)


def encoded(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\x00" * 1000)) + chunk(b"IEND", b"")


def shelf_with(content: bytes, name: str = "top.jpg") -> Shelf:
    shelf = Shelf(name="Top")
    shelf.picture.save(name, ContentFile(content))
    return shelf


def ask(device: Device, shelf: Shelf, size: str | None = None, **headers: str) -> Any:
    query = {"key": shelf.pk, "name": shelf.picture.name} | ({} if size is None else {"size": size})
    return device.client.get(
        f"/api/sync/wire/files/LocalShelf/picture/?{urlencode(query)}", headers=device.headers(**headers)
    )


def body(response: Any) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response)


def opened(response: Any) -> Image.Image:
    image = Image.open(io.BytesIO(body(response)))
    image.load()
    return image


def near(found: Any, wanted: tuple[int, int, int]) -> bool:
    return all(abs(one - other) <= 24 for one, other in zip(found[:3], wanted, strict=True))


@pytest.fixture
def renders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which sizes were made, one entry each time."""
    made: list[str] = []
    original = making.render

    def noting(content: bytes, size: renditions.Size) -> bytes | None:
        made.append(size.name)
        return original(content, size)

    monkeypatch.setattr(keeping, "render", noting)
    return made


# -- what is made


@pytest.mark.parametrize(("size", "box"), [("small", (256, 192)), ("large", (1280, 960))])
def test_a_picture_fits_and_is_smaller(wire: Device, size: str, box: tuple[int, int]) -> None:
    shelf = shelf_with(encoded(picture(), quality=95))
    response = ask(wire, shelf, size)
    assert response["Content-Type"] == "image/webp"
    assert response["Content-Disposition"] == 'attachment; filename="top.webp"'
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    image = opened(response)
    assert (image.format, image.size) == ("WEBP", box)
    assert near(image.getpixel((10, 10)), RED)
    assert near(image.getpixel((10, box[1] - 10)), BLUE)
    assert int(response["Content-Length"]) < shelf.picture.size / 2


def test_without_a_size_the_original_comes(wire: Device) -> None:
    content = encoded(picture())
    response = ask(wire, shelf_with(content))
    assert (body(response), response["Content-Type"]) == (content, "image/jpeg")


def test_metadata_is_dropped_and_orientation_applied(wire: Device) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn it clockwise
    exif[0x010F] = "Secret Camera"
    shelf = shelf_with(encoded(picture(), exif=exif, comment=b"at home"))
    response = ask(wire, shelf, "small")
    content = body(response)
    assert not [word for word in (b"Secret", b"EXIF", b"home") if word in content]
    image = Image.open(io.BytesIO(content))
    assert image.size == (192, 256)
    assert near(image.convert("RGB").getpixel((180, 10)), RED)  # what was above is on the right
    assert near(image.convert("RGB").getpixel((10, 10)), BLUE)


def _cmyk() -> bytes:
    return encoded(picture(mode="CMYK"))


def _wide_gamut() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return encoded(picture(), icc_profile=profile)


def _broken_profile() -> bytes:
    return encoded(picture(), icc_profile=b"this is no profile")


def _progressive() -> bytes:
    return encoded(picture(), progressive=True)


def _palette() -> bytes:
    return encoded(picture().quantize(16), "PNG")


def _tiff() -> bytes:
    return encoded(picture(), "TIFF")


def _several_in_one() -> bytes:
    return encoded(picture(), "MPO", save_all=True, append_images=[picture((100, 100))])


@pytest.mark.parametrize("make", [_cmyk, _wide_gamut, _broken_profile, _progressive, _palette, _tiff, _several_in_one])
def test_every_kind_of_picture_can_be_shown(wire: Device, make: Callable[[], bytes]) -> None:
    image = opened(ask(wire, shelf_with(make()), "small"))
    assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (256, 192))
    assert "icc_profile" not in image.info
    assert near(image.getpixel((10, 10)), RED)
    assert near(image.getpixel((10, 180)), BLUE)


@pytest.mark.parametrize("mode", ["I;16", "L", "1"])
def test_grey_stays_grey(wire: Device, mode: str) -> None:
    image = Image.linear_gradient("L").resize((800, 800))
    if mode == "I;16":
        deep = image.convert("I").point(lambda value: value * 257).convert("I;16")
        content = encoded(deep, "PNG")
    else:
        content = encoded(image.convert(mode), "PNG")
    shown = opened(ask(wire, shelf_with(content, "grey.png"), "small")).convert("RGB")
    top, bottom = (sum(shown.getpixel((128, y))) / 3 for y in (8, 248))  # type: ignore[arg-type]
    assert top < 60
    assert bottom > 195


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_stays_so(wire: Device, mode: str) -> None:
    image = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((0, 0, 300, 600), fill=(90, 90, 90, 255))
    shown = opened(ask(wire, shelf_with(encoded(image.convert(mode), "PNG"), "logo.png"), "small"))
    assert shown.mode == "RGBA"
    assert shown.getpixel((250, 100))[3] == 0  # type: ignore[index]
    assert shown.getpixel((10, 100))[3] == 255  # type: ignore[index]


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_of_what_moves_the_first_picture_is_shown(wire: Device, form: str) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in (RED, BLUE)]
    content = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
    image = opened(ask(wire, shelf_with(content, f"moves.{form.lower()}"), "small"))
    assert not getattr(image, "is_animated", False)
    assert image.size == (64, 64)
    assert near(image.convert("RGB").getpixel((32, 32)), RED)


@pytest.mark.parametrize("side", [1, 200])
def test_a_small_picture_is_sent_as_it_is(wire: Device, side: int, renders: list[str]) -> None:
    content = encoded(picture((side, side)), quality=40)
    for size in ("small", "large"):
        response = ask(wire, shelf_with(content), size)
        assert (body(response), response["Content-Type"]) == (content, "image/jpeg")


def test_a_picture_that_fits_is_never_made_larger(wire: Device) -> None:
    content = encoded(picture((250, 250)).effect_spread(50), "PNG")
    assert len(content) > 16 << 10
    response = ask(wire, shelf_with(content, "noise.png"), "small")
    assert opened(response).size == (250, 250)
    assert int(response["Content-Length"]) < len(content)


# -- what is hostile or broken


@pytest.mark.parametrize("sides", [(20_000, 20_000), (8_000, 8_000), (2_000_000_000, 2_000_000_000)])
@pytest.mark.filterwarnings("default::PIL.Image.DecompressionBombWarning")
def test_S4_a_bomb_is_not_there_in_any_size(wire: Device, sides: tuple[int, int], renders: list[str]) -> None:
    shelf = shelf_with(bomb(*sides), "bomb.png")
    for _ in range(2):
        assert [ask(wire, shelf, size).status_code for size in ("small", "large")] == [404, 404]
    assert renders == ["small", "large"], "it is not tried again"
    assert body(ask(wire, shelf)) == bomb(*sides)


def test_S4_a_file_too_large_to_be_looked_at(wire: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MAX_BYTES", 1000)
    assert ask(wire, shelf_with(encoded(picture())), "small").status_code == 404


def test_large_jpegs_are_decoded_at_a_fraction(wire: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MAX_PIXELS", 800 * 600)
    assert opened(ask(wire, shelf_with(encoded(picture())), "small")).size == (256, 192)
    assert ask(wire, shelf_with(encoded(picture(), "PNG"), "top.png"), "small").status_code == 404


def _truncated() -> bytes:
    content = encoded(picture())
    return content[: len(content) // 2]


@pytest.mark.parametrize(
    "content",
    [
        _truncated(),
        b"",
        b"no picture",
        b"\xff\xd8\xff",
        encoded(picture(), "PNG")[:60],
        b"<svg xmlns='x'/>",
        b"GIF89a" + b"\xff" * 40,
    ],
    ids=["truncated", "empty", "text", "head", "png head", "svg", "gif"],
)
def test_S4_what_cannot_be_read_comes_as_it_is(wire: Device, content: bytes, renders: list[str]) -> None:
    shelf = shelf_with(content, "odd.svg" if content.startswith(b"<svg") else "odd.jpg")
    for _ in range(2):
        response = ask(wire, shelf, "small")
        assert response["Content-Type"].startswith("image/")
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert body(response) == content
    assert renders == ["small"], "it is not tried again"


def test_S3_what_is_no_picture_by_name_is_not_served_as_one(wire: Device) -> None:
    shelf = shelf_with(b"<script>alert(1)</script>", "page.html")
    assert ask(wire, shelf, "small").status_code == 404
    assert b"script" in body(ask(wire, shelf))


def test_S4_programs_of_other_formats_are_never_run(wire: Device) -> None:
    content = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"
    assert body(ask(wire, shelf_with(content, "odd.png"), "small")) == content


@pytest.mark.parametrize("size", ["", "huge", "small ", "large\x00", "256"])
def test_S4_an_unknown_size_is_an_error(wire: Device, size: str) -> None:
    response = ask(wire, shelf_with(encoded(picture())), size)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_request")


# -- who gets it


@pytest.fixture
def own(ann: User) -> Device:
    device = Device("own")
    assert device.sign_in("ann").status_code == 200
    return device


def test_S1_a_rendition_is_served_for_rows_in_scope_only(own: Device, ann: User, bob: User) -> None:
    shelf = shelf_with(encoded(picture()))
    jar = Jar.objects.create(name="mine", price=1, owner=ann, shelf=shelf)
    query = urlencode({"key": jar.pk, "name": shelf.picture.name, "size": "small"})
    url = f"/api/sync/own/files/OwnJar/shelf__picture/?{query}"
    response = own.client.get(url, headers=own.headers())
    assert opened(response).size == (256, 192)
    assert response["Cache-Control"] == "no-store"
    Jar.objects.update(owner=bob)
    assert own.client.get(url, headers=own.headers()).status_code == 404
    assert own.client.get(url, headers=own.headers(If_None_Match=response["ETag"])).status_code == 404
    own.client.logout()
    assert own.client.get(url, headers=own.headers()).status_code == 401


def test_S1_files_have_no_sizes(own: Device, ann: User) -> None:
    jar = Jar(name="mine", price=1, owner=ann)
    jar.label.save("label.png", ContentFile(encoded(picture(), "PNG")))
    query = urlencode({"key": jar.pk, "name": jar.label.name, "size": "small"})
    response = own.client.get(f"/api/sync/own/files/OwnJar/label/?{query}", headers=own.headers())
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_request")


def test_S3_renditions_of_apps_for_everybody_may_be_cached(wire: Device) -> None:
    response = ask(wire, shelf_with(encoded(picture())), "small")
    assert response["Cache-Control"] == "public, max-age=3600"
    response.close()


# -- made once


def test_a_rendition_is_made_once(wire: Device, renders: list[str], media: Path) -> None:
    shelf = shelf_with(encoded(picture()))
    first, second = (ask(wire, shelf, "small") for _ in range(2))
    assert body(first) == body(second)
    assert first["ETag"] == second["ETag"]
    assert ask(wire, shelf, "small", If_None_Match=first["ETag"]).status_code == 304
    assert renders == ["small"]
    assert body(ask(wire, shelf, "large")) != body(second)
    assert body(ask(wire, shelf, "large", If_None_Match=first["ETag"]))
    assert body(ask(wire, shelf, If_None_Match=first["ETag"]))
    assert len(kept(media)) == 2


def test_another_picture_under_the_same_name_gives_another_rendition(wire: Device, media: Path) -> None:
    shelf = shelf_with(encoded(picture()))
    before = ask(wire, shelf, "small")
    path = media / str(shelf.picture.name)
    path.write_bytes(encoded(picture((900, 300))))
    after = ask(wire, shelf, "small", If_None_Match=before["ETag"])
    assert opened(after).size == (256, 85)
    os.utime(path, (0, datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC).timestamp()))
    assert body(ask(wire, shelf, "small", If_None_Match=after["ETag"]))


def test_half_a_rendition_is_made_anew(wire: Device, renders: list[str], media: Path) -> None:
    shelf = shelf_with(encoded(picture()))
    whole = body(ask(wire, shelf, "small"))
    (path,) = kept(media)
    for cut in (0, 7, 20, len(whole) - 1):
        path.write_bytes(whole[:cut])
        assert body(ask(wire, shelf, "small")) == whole
        assert path.read_bytes() == whole
    assert renders == ["small"] * 5


def test_many_who_ask_at_once_have_it_made_once(renders: list[str], media: Path) -> None:
    name = "plain.jpg"
    (media / name).write_bytes(encoded(picture()))
    original = renditions.Original.find(Shelf._meta.get_field("picture").storage, name)
    got: list[Any] = []
    threads = [
        threading.Thread(target=lambda: got.append(renditions.rendition(original, renditions.SIZES["small"])))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [got[0]] * 6
    assert renders == ["small"]


def test_a_storage_that_takes_nothing_serves_all_the_same(
    wire: Device, monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    shelf = shelf_with(encoded(picture()))

    def refuse(*args: Any) -> str:
        raise PermissionError("read-only")

    monkeypatch.setattr(FileSystemStorage, "_save", refuse)
    assert opened(ask(wire, shelf, "small")).size == (256, 192)
    assert kept(media) == []


def test_a_picture_that_cannot_be_read_now_is_not_given_up(
    wire: Device, monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    shelf = shelf_with(encoded(picture()))
    original = FileSystemStorage._open  # type: ignore[attr-defined]

    def fail(self: Any, name: str, mode: str = "rb") -> Any:
        raise OSError("busy")

    monkeypatch.setattr(FileSystemStorage, "_open", fail)
    assert ask(wire, shelf, "small").status_code == 404
    monkeypatch.setattr(FileSystemStorage, "_open", original)
    assert opened(ask(wire, shelf, "small")).size == (256, 192)


# -- upkeep


def kept(media: Path) -> list[Path]:
    return sorted(path for path in (media / keeping.PREFIX).rglob("*") if path.is_file())


def said(*arguments: str) -> str:
    output = io.StringIO()
    call_command("syncpictures", *arguments, stdout=output)
    return output.getvalue().strip()


def test_pictures_are_prepared_each_once(db: Any, renders: list[str], wire: Device) -> None:
    shelf = shelf_with(encoded(picture()))
    Shelf.objects.create(name="Same", picture=shelf.picture.name)
    Shelf.objects.create(name="None")
    Shelf.objects.create(name="Gone", picture="gone.jpg")
    assert said() == "2 pictures, 1 of them not in storage. 2 renditions not made yet."
    assert said("prepare") == "2 pictures, 1 of them not in storage. 2 renditions made."
    assert said("prepare") == "2 pictures, 1 of them not in storage. 0 renditions made."
    assert said("status") == "2 pictures, 1 of them not in storage. 0 renditions not made yet."
    assert sorted(renders) == ["large", "small"]
    ask(wire, shelf, "small").close()
    assert sorted(renders) == ["large", "small"]


@pytest.mark.django_db(transaction=True)
def test_after_an_import_the_worker_prepares(renders: list[str]) -> None:
    shelf_with(encoded(picture()))
    prepare_pictures_soon()  # in tests, django-q2 does it at once
    assert sorted(renders) == ["large", "small"]


def test_what_is_used_stays(db: Any, media: Path) -> None:
    shelf_with(encoded(picture()))
    shelf_with(encoded(picture((900, 900))), "deeper/below.jpg")
    renditions.prepare()
    before = kept(media)
    assert len(before) == 4
    assert renditions.clean() == 0
    assert kept(media) == before


@pytest.mark.parametrize("why", ["no row names it", "the file is gone", "the file is another"])
def test_what_is_not_used_any_more_goes(db: Any, media: Path, why: str) -> None:
    used = shelf_with(encoded(picture()), "used.jpg")
    shelf = shelf_with(encoded(picture((900, 900))), "old.jpg")
    renditions.prepare()
    if why == "no row names it":
        shelf.delete()
    elif why == "the file is gone":
        (media / str(shelf.picture.name)).unlink()
    else:
        (media / str(shelf.picture.name)).write_bytes(encoded(picture((910, 910))))
    assert "2 renditions of pictures deleted" in housekeeping()
    assert {path.parent.name for path in kept(media)} == {Path(str(used.picture.name)).name}
    assert not (media / keeping.PREFIX / str(shelf.picture.name)).exists()
    assert (media / str(used.picture.name)).exists()
