"""Moments of which a day alone is typed."""

from __future__ import annotations

from datetime import datetime

import pytest
from django import forms
from django.utils import timezone

from expertpool.core.views.moments import MomentField


@pytest.mark.parametrize(
    ("typed", "minute"),
    [
        ("2026-12-22", "2026-12-22 23:59"),
        (" 2026-12-22 ", "2026-12-22 23:59"),
        ("2026-12-22 08:30", "2026-12-22 08:30"),
        ("2026-12-22 00:00", "2026-12-22 00:00"),
    ],
)
def test_a_day_alone_is_meant_until_its_end(typed: str, minute: str) -> None:
    expected = timezone.make_aware(datetime.strptime(minute, "%Y-%m-%d %H:%M"))  # noqa: DTZ007
    assert MomentField(at="23:59").clean(typed) == expected


@pytest.mark.parametrize("typed", ["2026-02-31", "12-22", "明天"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        MomentField(at="23:59").clean(typed)
