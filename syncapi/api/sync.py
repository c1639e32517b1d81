"""`POST /api/sync/<app>/`."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from syncapi.actions import ActionCall
from syncapi.actions.carried import CarriedCall, perform_carried
from syncapi.api.envelope import Envelope, check_user, read_envelope, user_key
from syncapi.api.schema import CSRF, ENVELOPE, ErrorSerializer
from syncapi.api.views import SyncApiView, as_api_error, error_response
from syncapi.devices import PullNote
from syncapi.errors import InvalidRequest, UnknownAction
from syncapi.ledger.once import Origin, Outcome, confirm
from syncapi.pull import Range
from syncapi.push.mutation import MAX_MUTATIONS, Mutation, read
from syncapi.push.push import push
from syncapi.rows import FINGERPRINT_MODULUS
from syncapi.spool import gzipped
from syncapi.sync import SyncAnswer, SyncRequest, sync
from syncapi.wire import NDJSON

TRIGGERS = ["manual", "start", "online", "resume", "login", "retry", "interval", "change"]
MAX_RANGES = 20_000
UNKNOWN_KEY = "This key is not part of the protocol."
MAX_ACTIONS = 20
MAX_CONFIRMED = 1_000
_ID = {"type": "string", "format": "uuid"}
MUTATION = {
    "id": _ID,
    "entity": {"type": "string"},
    "op": {"type": "string", "enum": ["create", "update", "delete"]},
    "key": {"description": 'The server\'s, or {"local": UUID}.'},
    "base": {"description": 'The version that the edit began on, or {"result_of": UUID}, or null.'},
    "was": {"type": "object", "additionalProperties": {}},
    "values": {"type": "object", "additionalProperties": {}},
    "depends_on": {"type": "array", "items": _ID},
    "group": {"type": "string", "format": "uuid", "nullable": True},
    "made_at": {"type": "string", "format": "date-time", "nullable": True},
}


@extend_schema_field(str)
class CursorField(serializers.Field):
    """Any text at all: one that nobody can read means "everything", and is never an error (T4)."""

    default_error_messages = {"invalid": "A cursor is a string."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


@extend_schema_field({"type": "array", "maxItems": MAX_RANGES, "items": {"type": "array", "items": {}}})
class RangesField(serializers.Field[Any, Any, Any, Any]):
    """`[[last key or null, rows, fingerprint], …]`; whether the keys are in order is for the entity to say."""

    default_error_messages = {
        "invalid": "Ranges are a list of [last key or null, rows, fingerprint].",
        "too_many": f"At most {MAX_RANGES} ranges.",
    }

    def to_internal_value(self, data: Any) -> list[Range]:
        if not isinstance(data, list) or not all(isinstance(item, list) and len(item) == 3 for item in data):
            self.fail("invalid")
        if len(data) > MAX_RANGES:
            self.fail("too_many")
        return [Range(self._key(last), self._count(rows), self._count(fingerprint)) for last, rows, fingerprint in data]

    def _key(self, value: Any) -> Any:
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float | str)):
            self.fail("invalid")
        return value

    def _count(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < FINGERPRINT_MODULUS:
            self.fail("invalid")
        return value


class CarriedCallSerializer(serializers.Serializer[Any]):
    """A call of an own server action."""

    id = serializers.UUIDField(help_text="Random, made on the device: the action is performed once for it.")
    name = serializers.CharField(max_length=100)
    input = serializers.JSONField(default=dict, allow_null=True, help_text="As in a call by itself.")

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := set(data).difference(self.fields)):
            raise serializers.ValidationError({str(name)[:100]: [UNKNOWN_KEY] for name in sorted(unknown)[:20]})
        return CarriedCall(**super().to_internal_value(data))


@extend_schema_field(
    {
        "type": "array",
        "maxItems": MAX_MUTATIONS,
        "items": {"type": "object", "required": ["id"], "properties": MUTATION},
    }
)
class MutationsField(serializers.Field[Any, Any, Any, Any]):
    """Changes that the device asks for. What is wrong with anything but their ids is told in the outcome of each."""

    default_error_messages = {
        "invalid": "Mutations are a list of objects with a UUID as id.",
        "too_many": f"At most {MAX_MUTATIONS} mutations.",
        "twice": "An id is there twice.",
    }

    def to_internal_value(self, data: Any) -> list[Mutation]:
        if not isinstance(data, list):
            self.fail("invalid")
        if len(data) > MAX_MUTATIONS:
            self.fail("too_many")
        try:
            mutations = [read(one) for one in data]
        except ValueError:
            self.fail("invalid")
        if len({mutation.id for mutation in mutations}) < len(mutations):
            self.fail("twice")
        return mutations


class SyncRequestSerializer(serializers.Serializer[Any]):
    """Body of a sync request."""

    # The metaclass takes declared fields off the class, so DRF's own `context` property stays what it is.
    context = serializers.CharField(  # type: ignore[assignment]
        allow_blank=True, max_length=100, trim_whitespace=False
    )
    trigger = serializers.ChoiceField(choices=TRIGGERS, default="manual")
    entities = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=1000)
    cursors = serializers.DictField(child=CursorField(), default=dict)
    ranges = serializers.DictField(child=RangesField(), default=dict)
    mutations = MutationsField(
        default=list,
        help_text="Changes of records, in the order made; members of a group next to each other. Each has effect once.",
    )
    actions = serializers.ListField(child=CarriedCallSerializer(), default=list, max_length=MAX_ACTIONS)
    confirmed = serializers.ListField(
        child=serializers.UUIDField(),
        default=list,
        max_length=MAX_CONFIRMED,
        help_text="Ids whose outcomes the device has, and will not ask for again.",
    )

    def validate_actions(self, calls: list[CarriedCall]) -> list[CarriedCall]:
        if len({call.id for call in calls}) < len(calls):
            raise serializers.ValidationError("An id is there twice.")
        return calls


class SyncView(SyncApiView):
    """Syncs a context: sends what the device lacks."""

    note: PullNote | None = None  # None until the request said which device it is of

    @extend_schema(
        operation_id="sync",
        parameters=[*ENVELOPE, CSRF],
        request=SyncRequestSerializer,
        responses={
            (200, NDJSON): OpenApiResponse(str, description="Lines of docs/protocol.md, closed by an `end` message."),
            "4XX": ErrorSerializer,
        },
    )
    def post(self, request: Request, app: str) -> HttpResponseBase:
        envelope = read_envelope(request._request)
        self.note = note = PullNote(self.app, self.user, envelope)
        self.authorize()
        key = user_key(self.user)
        check_user(envelope, key)
        body = _validated(request.data)
        note.asked(key, body["context"], body["trigger"])
        answer = sync(
            SyncRequest(
                app=self.app,
                user=self.user,
                user_key=key,
                definition=envelope.definition,
                context=body["context"],
                entities=body.get("entities"),
                cursors=body["cursors"],
                ranges=body["ranges"],
                before=self._before(envelope, key, body),
            )
        )
        return _streamed(request, answer, note)

    def _before(self, envelope: Envelope, key: str, body: dict[str, Any]) -> Callable[[], list[Outcome]]:
        """What happens before the pull, which then brings what it changed."""
        calls: list[CarriedCall] = body["actions"]
        if any(call.name not in self.app.actions for call in calls):
            raise UnknownAction
        origin = Origin(envelope.replica, self.app.name, key)
        caller = ActionCall(user=self.user, app=self.app, replica=envelope.replica)

        def perform() -> list[Outcome]:
            confirm(origin, body["confirmed"])
            # Changes come first: what an action is asked to do is done with what the person had written before.
            pushed = push(self.app, self.user, origin, body["mutations"], body["cursors"].values())
            return [*pushed, *perform_carried(calls, caller, origin, as_api_error)]

        return perform

    def handle_exception(self, exc: Exception) -> HttpResponseBase:  # type: ignore[override]
        error = as_api_error(exc)
        if self.note is not None:
            self.note.failed(error.code)
        return error_response(error)


def takes_gzip(accept_encoding: str) -> bool:
    """Whether the header names gzip, and not with a weight of nought."""
    for part in accept_encoding.split(","):
        coding, _, weight = part.partition(";")
        if coding.strip().lower() == "gzip":
            return not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return False


def _validated(data: Any) -> dict[str, Any]:
    if isinstance(data, dict) and (unknown := sorted(set(data) - set(SyncRequestSerializer().fields))):
        raise InvalidRequest(fields={name[:100]: [UNKNOWN_KEY] for name in unknown[:20]})
    serializer = SyncRequestSerializer(data=data)
    serializer.is_valid(raise_exception=True)
    validated: dict[str, Any] = serializer.validated_data
    return validated


class _Body:
    """An answer as bytes to send, compressed if the device takes that, which closes what it reads from."""

    def __init__(self, answer: SyncAnswer, compress: bool, note: PullNote) -> None:
        self._answer = answer
        self._chunks = gzipped(iter(answer)) if compress else iter(answer)
        self._note = note
        self._sent = 0
        self._whole = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            yield chunk
            self._sent += len(chunk)
        self._whole = True

    def close(self) -> None:
        self._answer.close()
        self._note.sent(self._answer.pulled, self._sent, self._whole, self._answer.definition)


class _AsyncBody:
    """The same for an asynchronous server, which would otherwise collect the whole answer before it sends any."""

    def __init__(self, body: _Body) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = iter(self._body)
        following = sync_to_async(lambda: next(chunks, None), thread_sensitive=False)
        while (chunk := await following()) is not None:
            yield chunk

    def close(self) -> None:
        self._body.close()


def _streamed(request: Request, answer: SyncAnswer, note: PullNote) -> StreamingHttpResponse:
    compress = takes_gzip(request.headers.get("Accept-Encoding", ""))
    body = _Body(answer, compress, note)
    content = _AsyncBody(body) if isinstance(request._request, ASGIRequest) else body
    response = StreamingHttpResponse(content, content_type=NDJSON)
    if compress:
        response.headers["Content-Encoding"] = "gzip"
    return response
