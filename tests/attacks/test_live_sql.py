"""Whoever may write every row, but has no key, gets no working link, token, session or letter
(docs/decisions/0084)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.models import ApiToken, User
from expertpool.accounts.services.login import sign_in
from expertpool.accounts.services.passwords import store_password
from expertpool.accounts.services.sessions import row_key
from expertpool.accounts.services.tokens import (
    confirm_token,
    create_token,
    find_token,
    revoke_token,
)
from expertpool.draws.exceptions import LinkInvalid
from expertpool.draws.models import Draw, Invitation, ReplyLink
from expertpool.draws.services.links import invitation_for_token
from tests.draws.views.letters import lines, link_of
from tests.factories.accounts import PASSWORD, make_token, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def sql(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What the attacker does: any statement, without the triggers that stand in his way."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        found = cursor.fetchall() if cursor.description else []
        cursor.execute("SET LOCAL session_replication_role = origin")
    return found


def token_of(line: Invitation) -> str:
    return link_of(line).split("/")[2]


@pytest.fixture
def draw() -> Draw:
    for _ in range(4):
        make_expert(user=make_user("expert"))
    return make_draw(now=timezone.now(), seats=2)


# --- Links -----------------------------------------------------------------------------------------


@pytest.mark.shows("DRAW-21")
def test_a_link_of_ones_own_making_leads_nowhere(draw: Draw) -> None:
    """It did: SHA-256 of any text was a link."""
    token = "A" * 24
    line = lines(draw)[0]
    sql(
        "INSERT INTO draws_replylink (invitation_id, token_hash, proof) VALUES (%s, %s, %s)",
        [line.pk, hashlib.sha256(token.encode()).digest(), b"x" * 16],
    )
    with pytest.raises(LinkInvalid):
        invitation_for_token(token)
    assert Client().get(f"/r/{token}/").status_code == 404


def test_ones_own_link_cannot_be_led_to_another(draw: Draw) -> None:
    own, other = lines(draw)
    token = token_of(own)
    assert invitation_for_token(token) == own
    sql("UPDATE draws_replylink SET invitation_id = %s", [other.pk])
    with pytest.raises(LinkInvalid):
        invitation_for_token(token)
    assert invitation_for_token(token_of(other)) == other


def test_nor_does_it_help_to_give_the_number_to_another_line(draw: Draw) -> None:
    own, other = lines(draw)
    token = token_of(own)
    swap = "UPDATE draws_invitation SET id = CASE id WHEN {0} THEN {1} ELSE {0} END + 1000000"
    sql(swap.format(own.pk, other.pk))
    sql("UPDATE draws_invitation SET id = id - 1000000")
    with pytest.raises(LinkInvalid):
        invitation_for_token(token)


def test_what_is_kept_of_a_link_is_no_plain_hash(draw: Draw) -> None:
    token = token_of(lines(draw)[0])
    kept = [bytes(row.token_hash) for row in ReplyLink.objects.all()]
    assert not any(hashlib.sha256(token.encode()).digest().startswith(one) for one in kept)


# --- Tokens of the interface -----------------------------------------------------------------------


def test_a_token_of_ones_own_making_acts_for_nobody(admin: User) -> None:
    text, made = "ep_" + "A" * 43, make_token(admin, "projects.view")
    sql(
        "UPDATE accounts_apitoken SET digest = %s WHERE id = %s",
        [hashlib.sha256(text.encode()).digest(), ApiToken.objects.get().pk],
    )
    assert find_token(text, now=timezone.now()) is None
    assert find_token(made.text, now=timezone.now()) is None


@pytest.mark.parametrize(
    "change",
    [
        "user_id = (SELECT id FROM accounts_user WHERE username = 'chef')",
        """scopes = '["draws.view", "projects.view"]'""",
        "expires_at = expires_at + interval '1 day'",
    ],
)
def test_ones_own_token_does_no_more_than_it_did(operator: User, change: str) -> None:
    make_user("supervisor", username="chef")
    token = make_token(operator, "projects.view")
    assert find_token(token.text, now=timezone.now())
    sql(f"UPDATE accounts_apitoken SET {change}")  # noqa: S608
    assert find_token(token.text, now=timezone.now()) is None


def test_nobody_confirms_or_revives_a_token_by_a_row(admin: User, supervisor: User) -> None:
    now = timezone.now()
    token, text = create_token(
        name="平台",
        user=supervisor,
        scopes=["projects.view"],
        expires_at=now + timedelta(days=1),
        actor=admin,
        now=now,
    )
    sql("UPDATE accounts_apitoken SET confirmed_at = %s", [now])
    assert find_token(text, now=now) is None
    sql("UPDATE accounts_apitoken SET confirmed_at = NULL")
    confirm_token(token=token, actor=supervisor, now=now)
    assert find_token(text, now=now)
    revoke_token(token=token, actor=supervisor, now=now)
    sql("UPDATE accounts_apitoken SET revoked_at = NULL")
    assert find_token(text, now=now) is None


# --- Signing in ------------------------------------------------------------------------------------


def who(client: Client) -> str:
    """As whom ``client`` is signed in."""
    page = client.get("/account/")
    return page.context["user"].username if page.status_code == 200 else ""


@pytest.mark.shows("SYS-15")
def test_no_row_of_a_session_is_what_a_browser_holds(supervisor: User) -> None:
    """A dump's session worked as the supervisor."""
    client = login(Client(), supervisor)
    cookie = client.cookies["sessionid"].value
    for (key,) in sql("SELECT session_key FROM django_session"):
        assert key != cookie
        thief = Client()
        thief.cookies["sessionid"] = key
        assert who(thief) == ""
    assert who(client) == supervisor.username


def test_ones_own_session_does_not_become_anothers(operator: User, supervisor: User) -> None:
    client, other = login(Client(), operator), login(Client(), supervisor)
    rows = dict(sql("SELECT session_key, session_data FROM django_session"))
    (own,) = {row_key(client.cookies["sessionid"].value)}
    (theirs,) = rows.keys() - {own}
    sql("UPDATE django_session SET session_data = %s WHERE session_key = %s", [rows[theirs], own])
    assert who(client) == ""
    assert who(other) == supervisor.username
    client = login(Client(), operator)
    own = row_key(client.cookies["sessionid"].value)
    swap = "UPDATE accounts_user SET id = CASE id WHEN {0} THEN {1} WHEN {1} THEN {0} END + 1000000"
    sql(swap.format(operator.pk, supervisor.pk) + f" WHERE id IN ({operator.pk}, {supervisor.pk})")
    sql("UPDATE accounts_user SET id = id - 1000000 WHERE id > 1000000")
    assert who(client) == ""


def test_signing_out_and_in_again_leaves_one_row(operator: User) -> None:
    client = login(Client(), operator)
    client.post(reverse("accounts:logout"))
    assert who(client) == ""
    login(client, operator)
    assert who(client) == operator.username
    assert len(sql("SELECT 1 FROM django_session")) == 1


@pytest.mark.parametrize("source", ["his own hash", "the hash of another"])
def test_a_password_written_by_sql_opens_no_account(
    operator: User, supervisor: User, source: str
) -> None:
    def sign(user: User) -> LoginOutcome:
        return sign_in(
            identifier=user.username,
            password=PASSWORD + "x",
            address="10.0.0.9",
            device="",
            now=timezone.now(),
        ).outcome

    assert sign(supervisor) == LoginOutcome.WRONG_PASSWORD
    store_password(operator, PASSWORD + "x", now=timezone.now())
    assert sign(operator) == LoginOutcome.SUCCESS
    ((stored,),) = sql("SELECT password FROM accounts_user WHERE id = %s", [operator.pk])
    value = make_password(PASSWORD + "x").encode() if source == "his own hash" else stored
    client = login(Client(), supervisor)
    sql("UPDATE accounts_user SET password = %s WHERE id = %s", [value, supervisor.pk])
    assert sign(supervisor) == LoginOutcome.WRONG_PASSWORD
    assert who(client) == ""


def test_no_hash_of_a_password_lies_in_the_database(operator: User) -> None:
    store_password(operator, PASSWORD + "x", now=timezone.now())
    ((one,),) = sql("SELECT password FROM accounts_user WHERE id = %s", [operator.pk])
    ((two,),) = sql("SELECT password FROM accounts_usedpassword")
    algorithm, _, rest = operator.password_hash.partition("$")
    assert rest, "a hash in Django's notation begins with its algorithm"
    assert f"{algorithm}$".encode() not in bytes(one) + bytes(two)
    assert operator.password_hash.encode() not in bytes(one) + bytes(two)
