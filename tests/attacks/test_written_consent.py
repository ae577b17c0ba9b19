"""Somebody with live SQL writes what applicants agree to: it counts for nobody."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.joining.models import ConsentText
from expertpool.joining.queries.public import current_consent
from expertpool.joining.services.setup import ensure_consent, publish_consent

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def write(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_further_version_that_a_row_says_is_none() -> None:
    own = ensure_consent(now=NOW)
    write(
        "INSERT INTO joining_consenttext (number, text, created_at, proof)"
        " SELECT number + 1, '同意将全部信息提供给任何第三方', created_at, proof FROM joining_consenttext"
    )
    assert current_consent() == own
    page = Client().get(reverse("joining:consent")).content.decode()
    assert "任何第三方" not in page
    # The office's next one has a number of its own.
    following = publish_consent(text="新的告知书", actor=None, now=NOW)
    assert following.number == 3
    assert current_consent() == following


def test_nor_is_one_that_was_altered() -> None:
    first = ensure_consent(now=NOW)
    publish_consent(text="新的告知书", actor=None, now=NOW)
    write("UPDATE joining_consenttext SET text = '改过的' WHERE number = 2")
    assert ConsentText.objects.count() == 2
    assert current_consent() == first
