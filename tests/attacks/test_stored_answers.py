"""What the interface answered stands in its table for a day, and in every backup: nobody without a key reads it, and what
somebody writes there is not sent as ours (docs/decisions/0525)."""

from __future__ import annotations

import pytest
from django.db import connection

from expertpool.accounts.models import User
from expertpool.core.models import StoredAnswer
from tests.api.caller import Caller, assert_problem

PHONE, MAIL = "13912345671", "mi@example.org"
EXPERT = {"name": "米某", "phone": PHONE, "email": MAIL}

pytestmark = pytest.mark.django_db


def in_table() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(encode(content, 'escape'), '') FROM core_storedanswer")
        return str(cursor.fetchone()[0])


def test_no_answer_stands_in_clear_and_it_is_given_again(admin: User) -> None:
    caller = Caller(admin)
    first = caller.post("/experts", EXPERT, key="k-1")
    assert first.status_code == 201, first.content
    assert PHONE in first.content.decode()
    assert PHONE not in in_table()
    assert MAIL not in in_table()
    again = caller.post("/experts", EXPERT, key="k-1")
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("content", ["{}", ""])
def test_an_answer_that_somebody_wrote_is_not_ours(admin: User, content: str) -> None:
    caller = Caller(admin)
    caller.post("/experts", EXPERT, key="k-1")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_storedanswer SET content = %s", [content.encode()])
    assert_problem(caller.post("/experts", EXPERT, key="k-1"), 409, "unreadable")


def test_nor_is_that_of_another_key(admin: User) -> None:
    caller = Caller(admin)
    caller.post("/experts", EXPERT, key="k-1")
    caller.post("/experts", {"name": "苗某", "phone": "13912345672"}, key="k-2")
    one, two = StoredAnswer.objects.order_by("key")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_storedanswer SET content = (SELECT content FROM core_storedanswer WHERE id = %s)"
            " WHERE id = %s",
            [two.pk, one.pk],
        )
    assert_problem(caller.post("/experts", EXPERT, key="k-1"), 409, "unreadable")
