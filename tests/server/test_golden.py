"""Golden messages: what the server says today is what the files say. The TypeScript tests read the same files."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

import syncapi.urls  # noqa: F401 (made once, of what is declared: not of what these tests declare)
from syncapi import offline
from syncapi.cursors import PositionCursor
from syncapi.registry import registry
from syncapi.rows import RowSet, row_fingerprint
from syncapi.segments import drafts
from syncapi.testing.answer import read_answer
from tests.device import Device
from tests.push.models import Site
from tests.tracking.seen import forget
from tests.wire.models import Jar, Shelf

GOLDEN = Path(__file__).parents[1] / "protocol"
UPDATE = "The protocol changed. If that is meant, run: pytest tests/server/test_golden.py --update-golden"

TEXTS = [
    '[1,"Chai","18.00",true,null]',
    '[2,"Côte de Blaye — 263 €"]',
    '["ALFKI","line\\nfeed","\\u0000"]',
    '["9007199254740993",{"a":[1.5,"x"]}]',
    "[]",
]
BEYOND = 9_007_199_254_740_993  # keys that travel as digits


@pytest.fixture
def jars(db: Any) -> None:
    beverages = Shelf.objects.create(pk=1, name="Boissons d'été")
    Shelf.objects.create(pk=2, name="Condiments", picture="shelves/2.png")
    Jar.objects.create(pk=1, name="Chai", price="18.00", shelf=beverages, state="o", secret="not for devices")
    Jar.objects.create(pk=2, name='Côte de "Blaye"\n', price="263.50", shelf=beverages)
    Jar.objects.create(pk=9_007_199_254_740_993, name="Far", price="100000.01", shelf=None)


@pytest.fixture
def tracked(transactional_db: Any) -> Device:
    """A device of the anonymous app `tracked`. What is not committed would be told again and again on PostgreSQL."""
    top, low, _ = (Shelf.objects.create(pk=pk, name=name) for pk, name in enumerate(["Top", "Low", "Gone"], start=1))
    Jar.objects.create(pk=1, name="Chai", price="18.00", shelf=top, state="o", secret="not for devices")
    Jar.objects.create(pk=2, name="Aniseed Syrup", price="10.00", shelf=low)
    Jar.objects.create(pk=3, name="Ikura", price="31.00", shelf=None)
    Jar.objects.create(pk=BEYOND, name="Far", price="100000.01", shelf=low)
    return Device("tracked")


def check(name: str, content: bytes, update: bool) -> None:
    path = GOLDEN / name
    if update:
        path.write_bytes(content)
    assert path.read_bytes() == content, UPDATE


def pretty(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def timeless(content: bytes) -> bytes:
    """The answer with a fixed clock."""
    return re.sub(rb'"server_time":"[^"]+"', b'"server_time":"2026-01-31T09:30:00.000000Z"', content)


class Masks:
    """Cursors of tracked entities are random. In the files they have names, in the order in which they appear."""

    def __init__(self) -> None:
        self._names: dict[bytes, bytes] = {}

    def hide(self, content: bytes) -> bytes:
        return re.sub(rb'(?<=")eyJ[\w-]+(?=")', lambda found: self._name(found[0]), content)

    def _name(self, cursor: bytes) -> bytes:
        assert PositionCursor.decode(cursor.decode()) is not None
        return self._names.setdefault(cursor, f"cursor-{len(self._names) + 1}".encode())


def of_another_history(cursor: str) -> str:
    known = PositionCursor.decode(cursor)
    assert known is not None
    return dataclasses.replace(known, token="f" * 32).encode()


def test_golden_fingerprints(update_golden: bool) -> None:
    rows = RowSet()
    for text in TEXTS:
        rows.add(text.encode())
    golden = {
        "rows": [{"text": text, "fingerprint": row_fingerprint(text.encode())} for text in TEXTS],
        "set": {"rows": rows.rows, "fingerprint": rows.fingerprint},
    }
    check("fingerprints.json", pretty(golden), update_golden)


@pytest.mark.usefixtures("jars")
def test_golden_sync(wire: Device, update_golden: bool) -> None:
    first = {"context": "", "trigger": "manual", "cursors": {}}
    response = wire.request(first)
    assert response["Content-Type"] == "application/x-ndjson"
    check("sync-first.request.json", pretty(first), update_golden)
    check("sync-first.response.ndjson", timeless(response.getvalue()), update_golden)

    wire.sync()
    again = {"context": "", "trigger": "manual", "cursors": wire.cursors}
    check("sync-unchanged.request.json", pretty(again), update_golden)
    check("sync-unchanged.response.ndjson", timeless(wire.request(again).getvalue()), update_golden)


def test_golden_tracked(tracked: Device, update_golden: bool) -> None:
    """One story: a device carries the app, hears of changes, finds that the server has another past, and compares."""
    masks = Masks()

    def ask(name: str, **more: Any) -> None:
        body = {"context": "", "trigger": "manual", "cursors": tracked.cursors, **more}
        check(f"sync-{name}.request.json", masks.hide(pretty(body)), update_golden)
        answer = tracked.request(body).getvalue()
        check(f"sync-{name}.response.ndjson", masks.hide(timeless(answer)), update_golden)
        told = read_answer(answer)
        tracked.definition = told.start["definition"]
        tracked.cursors |= {
            entity.name: entity.message["cursor"] for entity in told.entities.values() if entity.mode != "reset"
        }

    ask("tracked")

    Shelf.objects.filter(pk=1).update(name="Boissons d'été")
    Shelf.objects.filter(pk=3).delete()
    Jar.objects.filter(pk__in=[2, 3]).delete()
    Jar.objects.create(pk=BEYOND + 2, name="New", price="1.00")
    ask("delta")

    has = read_answer(Device("tracked").request().getvalue()).entities["TrackedJar"].rows
    keys = [1, str(BEYOND), None]
    ranges = [[key, 1, row.fingerprint] for key, row in zip(keys, has, strict=True)]
    Jar.objects.filter(pk=BEYOND + 2).delete()
    Jar.objects.create(pk=5, name='Côte de "Blaye"\n', price="263.50", shelf_id=1)
    tracked.cursors["TrackedJar"] = of_another_history(tracked.cursors["TrackedJar"])
    ask("reset")
    ask("ranges", ranges={"TrackedJar": ranges})


def test_golden_snapshot(tracked: Device, update_golden: bool, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that carries nothing fetches parts; for the next one, something has changed since they were made."""
    settings.HAVERSACK = {"INLINE_ROWS": 3}
    monkeypatch.setattr(drafts, "PART_ROWS", 2)
    monkeypatch.setattr(drafts, "LEVEL", 0)  # compressed sizes that follow no version of zlib
    masks = Masks()

    def ask(name: str) -> None:
        body = {"context": "", "trigger": "start", "cursors": {}}
        check(f"sync-{name}.request.json", masks.hide(pretty(body)), update_golden)
        answer = tracked.request(body).getvalue()
        check(f"sync-{name}.response.ndjson", masks.hide(timeless(answer)), update_golden)
        for part in read_answer(answer).entities["TrackedJar"].parts:
            url = f"/api/sync/tracked/segments/TrackedJar/{part['sum']}/"
            lines = tracked.client.get(url, headers=tracked.headers()).content
            check(f"sync-{name}.part-{part['number']}.ndjson", lines, update_golden)

    ask("snapshot")

    Jar.objects.filter(pk=2).delete()
    Jar.objects.filter(pk=3).update(name="Côte de Blaye")
    Jar.objects.create(pk=5, name="New", price="1.00")
    ask("snapshot-changed")


def test_golden_actions(tracked: Device, update_golden: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two actions travel with a sync: one is done, and what it changed comes in the same answer; the other says no."""

    @offline.action
    def rename(call: offline.ActionCall, name: str) -> dict[str, int]:
        if not name.strip("?"):
            raise offline.Refused("A shelf needs a name.", code="no_name", fields={"name": ["What is it called?"]})
        return {"renamed": Shelf.objects.filter(pk=1).update(name=name)}

    monkeypatch.setattr(registry.get("tracked"), "actions", {"rename": rename})
    masks = Masks()
    tracked.sync()
    ids = ["6f8f5a0e-3f57-4c1d-8a35-0d6a5f1c9b01", "6f8f5a0e-3f57-4c1d-8a35-0d6a5f1c9b02"]
    names = ["Côte d'Azur", "?"]
    calls = [{"id": one, "name": "rename", "input": {"name": name}} for one, name in zip(ids, names, strict=True)]
    body = {"context": "", "trigger": "manual", "cursors": tracked.cursors, "actions": calls, "confirmed": []}
    check("sync-actions.request.json", masks.hide(pretty(body)), update_golden)
    answer = tracked.request(body).getvalue()
    check("sync-actions.response.ndjson", masks.hide(timeless(answer)), update_golden)
    again = tracked.request(body).getvalue()
    assert [line for line in again.splitlines() if b'"action"' in line] == answer.splitlines()[1:3]


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_golden_push(ann: User, update_golden: bool) -> None:
    """A device sends what it changed, and is told of each what it came to before it gets the rows."""
    forget()  # rows of other tests had these keys, and their versions go on counting
    mill, barn, shed = (Site.objects.create(owner=ann, name=name, size=3) for name in ["Mill", "Barn", "Shed"])
    device = Device("push")
    device.sign_in("ann")
    masks = Masks()

    def hidden(content: bytes) -> bytes:
        content = masks.hide(timeless(content)).replace(device.user.encode(), b"00000000-0000-4000-8000-0000000000aa")
        # Of what may be written the definition says bounds, which are another database's.
        return content.replace(device.definition.encode(), b"0123456789abcdef")

    carried = ["PushSite", "PushVisit"]
    device.sync(entities=carried)
    Site.objects.filter(pk=barn.pk).update(name="Granary")
    Site.objects.filter(pk=shed.pk).delete()

    def mutation(number: int, op: str, entity: str, key: Any, values: Any, **more: Any) -> Any:
        rest = {"base": None, "values": values, "depends_on": [], "group": None, **more}
        made_at = f"2026-01-31T09:3{number}:00.000000Z"
        return {"id": uuid_of(number), "entity": entity, "op": op, "key": key, **rest, "made_at": made_at}

    def uuid_of(number: int) -> str:
        return f"6f8f5a0e-3f57-4c1d-8a35-0d6a5f1c9c{number:02}"

    order, visit = {"local": uuid_of(90)}, {"local": uuid_of(91)}
    whole = {"name": "Shed", "note": "", "size": 3, "fee": "0.00", "parent": None}
    mutations = [
        mutation(0, "create", "PushSite", order, {"name": "Quay", "fee": "18.50"}, group=uuid_of(99)),
        mutation(1, "create", "PushVisit", visit, {"site": order, "text": "First"}, group=uuid_of(99)),
        mutation(2, "update", "PushSite", mill.pk, {"size": 5}, was={"size": 3}, base=1),
        mutation(3, "update", "PushSite", mill.pk, {"note": "wet"}, was={"note": ""}),
        mutation(4, "update", "PushSite", barn.pk, {"name": "Silo"}, was={"name": "Barn"}, base=1),
        mutation(5, "delete", "PushSite", shed.pk, {}, was=whole, base=1),
        mutation(6, "update", "PushVisit", visit, {"text": "x" * 50}, was={"text": "First"}),
        mutation(7, "update", "PushVisit", visit, {"minutes": 5}, was={"minutes": 0}),
    ]
    for later, earlier in [(3, 2), (6, 1), (7, 6)]:
        mutations[later] |= {"base": {"result_of": uuid_of(earlier)}, "depends_on": [uuid_of(earlier)]}
    confirmed = [uuid_of(80)]
    body = {"context": "", "trigger": "change", "entities": carried, "cursors": device.cursors}
    body |= {"mutations": mutations, "confirmed": confirmed}
    request = masks.hide(pretty(body))
    check("sync-push.request.json", request, update_golden)
    answer = device.request(body).getvalue()
    check("sync-push.response.ndjson", hidden(answer), update_golden)
    again = device.request(body).getvalue()
    final = [line for line in answer.splitlines() if b'"outcome"' in line and b'"waiting"' not in line]
    assert [line for line in again.splitlines() if b'"outcome"' in line and b'"waiting"' not in line] == final
    assert sorted(Site.objects.values_list("name", "size")) == [("Granary", 3), ("Mill", 5), ("Quay", 0)]


def test_golden_errors(wire: Device, update_golden: bool) -> None:
    wire.session()
    response = wire.request(Haversack_User="0f9a2f5e-6a86-4b0b-9d5e-5f0a6f1c7a11")
    assert response.status_code == 409
    check("error-wrong-user.json", pretty(response.json()), update_golden)
    response = wire.request({"context": "nowhere"})
    assert response.status_code == 400
    check("error-unknown-context.json", pretty(response.json()), update_golden)


def test_golden_session(wire: Device, update_golden: bool) -> None:
    session = wire.session()
    assert len(session["csrf_token"]) == 64
    check("session-anonymous.json", pretty(session | {"csrf_token": "t" * 64}), update_golden)
