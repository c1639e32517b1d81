"""Reading a request's body with a bound on everything (S4)."""

import json
from typing import IO, Any, NoReturn

from django.http import HttpRequest, UnreadablePostError
from rest_framework.parsers import JSONParser

from syncapi.conf import conf
from syncapi.errors import BodyTooLarge, InvalidJson, UnsupportedEncoding, UnsupportedMediaType

DRAIN = 64 << 20  # bytes of a body too large that are still read, so that its sender gets to see the refusal
CHUNK = 1 << 16


def check_headers(request: HttpRequest) -> None:
    """Refuses a body by what its headers say, before any of it is read.

    :raises UnsupportedMediaType, UnsupportedEncoding, BodyTooLarge:
    """
    if request.content_type != "application/json":
        raise UnsupportedMediaType
    # A compressed body would have to be unpacked to be counted; nothing that devices send is worth the risk yet.
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedEncoding
    limit = conf().max_body
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        length = 0
    if length > limit:
        _drain(request)
        raise BodyTooLarge(f"The body has {length} bytes; this server takes {limit}.")


def read_json(stream: IO[bytes]) -> Any:
    """The body as JSON values.

    :raises BodyTooLarge, InvalidJson:
    """
    limit = conf().max_body
    try:
        data = stream.read(limit + 1)
    except (UnreadablePostError, OSError) as error:
        raise InvalidJson("The body ended before it was complete.") from error
    if len(data) > limit:
        raise BodyTooLarge(f"This server takes {limit} bytes.")
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise InvalidJson("The body is not UTF-8.") from None
    except RecursionError:
        raise InvalidJson("The body is nested too deeply.") from None
    except ValueError as error:
        raise InvalidJson(f"The body is not valid JSON: {error}.") from None


class BoundedJSONParser(JSONParser):
    """DRF's parser, with the bounds of this module."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return read_json(stream)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def _drain(request: HttpRequest) -> None:
    left = DRAIN
    try:
        while left > 0 and (data := request.read(min(CHUNK, left))):
            left -= len(data)
    except (UnreadablePostError, OSError):
        return  # the sender is gone, and with it the reader of the answer
