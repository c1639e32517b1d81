"""The answer to addresses under `/api/sync/` that do not exist: JSON, like everything else here."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from syncapi.api.views import error_response
from syncapi.errors import NotFound


@csrf_exempt
@login_not_required
def not_found(request: HttpRequest, rest: str = "") -> JsonResponse:
    return error_response(NotFound())
