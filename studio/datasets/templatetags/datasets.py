"""What dataset templates say about sizes, shares and ages, and what the upload form needs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import timezone
from django.utils.formats import date_format

from studio.datasets import samples, words

register = template.Library()
register.filter("megabytes", words.megabytes)
register.filter("percent", words.percent)


@register.filter
def age(moment: datetime) -> str:
    """ "3 minutes ago" within a day, then the date."""
    if timezone.now() - moment < timedelta(days=1):
        return naturaltime(moment)
    return date_format(timezone.localtime(moment), "j M Y")


@register.simple_tag
def upload_limit() -> int:
    """The largest upload, in bytes."""
    return settings.UPLOAD_LIMIT_BYTES


@register.simple_tag
def sample_list() -> list[samples.Sample]:
    """The samples that are offered."""
    return samples.catalogue()
