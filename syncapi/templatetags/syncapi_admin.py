"""Times as the framework's admin pages say them."""

import datetime

from django import template
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.simple_tag
def ago(moment: datetime.datetime) -> str:
    """An aware moment as the time that has passed since."""
    passed = datetime.datetime.now(datetime.UTC) - moment
    if passed < datetime.timedelta(minutes=1):
        return _("less than a minute ago")
    return _("%(time)s ago") % {"time": timesince(moment, depth=1)}


@register.simple_tag
def span(length: datetime.timedelta) -> str:
    """Seconds up to a minute, then the largest unit."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    now = timezone.now()
    return timesince(now - length, now, depth=2)
