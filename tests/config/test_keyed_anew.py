"""What was given out before goes on when the database gets its keyed digests: links, tokens, sessions,
passwords."""

from __future__ import annotations

import hashlib
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import ApiToken, UsedPassword, User
from expertpool.accounts.services.passwords import store_password
from expertpool.accounts.services.tokens import find_token
from expertpool.core.crypto import blind_index
from expertpool.draws.models import Hold, Invitation, ReplyLink
from expertpool.draws.queries.meetings import periods_of
from expertpool.draws.queries.own import invitations_of
from expertpool.draws.services.links import invitation_for_token
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import expert_for
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import is_addressed_to, own_messages
from tests.draws.views.letters import lines, link_of
from tests.factories.accounts import PASSWORD, make_token, make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def run(app: str, name: str, function: str) -> None:
    module: Any = import_module(f"expertpool.{app}.migrations.{name}")
    getattr(module, function)(apps, SimpleNamespace(connection=connection))


def plain(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def test_links_go_on() -> None:
    for _ in range(2):
        make_expert()
    tokens = {}
    for line in lines(make_draw(now=timezone.now(), seats=2)):
        token = tokens[line.pk] = link_of(line).split("/")[2]
        ReplyLink.objects.filter(invitation=line).update(token_hash=plain(token), proof=b"")
    run("draws", "0042_keyed_links", "key_links")
    assert {pk: invitation_for_token(token).pk for pk, token in tokens.items()} == {
        pk: pk for pk in tokens
    }


def test_tokens_go_on_and_revoked_ones_stay_revoked(operator: User) -> None:
    token, revoked = make_token(operator), make_token(operator)
    for one in (token, revoked):
        ApiToken.objects.filter(pk=one.pk).update(digest=plain(one.text), proof=None)
    ApiToken.objects.filter(pk=revoked.pk).update(revoked_at=timezone.now())
    run("accounts", "0010_keyed_tokens", "key_tokens")
    assert find_token(token.text, now=timezone.now()) == token
    assert ApiToken.objects.get(pk=revoked.pk).proof is None


def test_who_is_signed_in_stays_so(operator: User) -> None:
    client = login(Client(), operator)
    content = dict(client.session.items())
    key = client.cookies["sessionid"].value
    data = signing.dumps(
        content, salt="django.contrib.sessions.SessionStore", serializer=SessionStore().serializer
    )
    Session.objects.update(session_key=key, session_data=data)
    assert client.get("/account/").status_code == 302
    client.cookies["sessionid"] = key
    run("accounts", "0011_keyed_sign_in", "key_sessions")
    assert client.get("/account/").context["user"] == operator


def test_passwords_go_on(db: None) -> None:
    user = make_user()
    store_password(user, PASSWORD, now=timezone.now())
    value = user.password_hash
    with connection.cursor() as cursor:
        for table in ("accounts_user", "accounts_usedpassword"):
            cursor.execute(f"UPDATE {table} SET password = %s", [value.encode()])  # noqa: S608
    run("accounts", "0011_keyed_sign_in", "encrypt")
    assert User.objects.get().password == UsedPassword.objects.get().password == value
    run("accounts", "0011_keyed_sign_in", "decrypt")
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM accounts_user")
        assert bytes(cursor.fetchone()[0]).decode() == value


def test_seats_and_holds_get_keys_of_their_own() -> None:
    """Before, one value stood for one expert in every draw, and who had left was held on, idle."""
    for _ in range(3):
        make_expert(user=make_user("expert"))
    draw = make_draw(now=timezone.now(), seats=3)
    gone, *seated = lines(draw)
    before = held()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE draws_hold DROP CONSTRAINT draws_hold_active_has_holder")
    Hold.objects.all().delete()
    Hold.objects.bulk_create(
        Hold(invitation=line, holder=blind_index("holder", str(expert_id_of(line))), during=period)
        for line in (gone, *seated)
        for period in periods_of(draw.covered)
    )
    Invitation.objects.filter(pk=gone.pk).update(state="declined")
    Hold.objects.filter(invitation=gone).update(active=False)
    Invitation.objects.update(seat_key=None)
    run("draws", "0046_seat_keys", "give_keys")
    run("draws", "0047_holds_by_hour", "cut")
    assert held() == [row for row in before if row[0] != gone.pk]
    for line in (gone, *seated):
        expert = Expert.objects.get(pk=expert_id_of(line))
        assert [row.pk for row in invitations_of(expert)] == [line.pk]


def held() -> list[tuple[Any, ...]]:
    rows = Hold.objects.order_by("invitation", "during")
    return [(row.invitation_id, row.holder, row.during, row.active) for row in rows]


def test_letters_stay_in_their_inboxes() -> None:
    experts = [make_expert(user=make_user("expert")) for _ in range(2)]
    make_draw(now=timezone.now(), seats=2)
    sent = Message.objects.filter(channel="site")
    sent.update(state="sent", sent_at=timezone.now())
    before = {expert.pk: {*own_messages(expert.user)} for expert in experts}
    assert all(before.values())
    for expert in experts:
        former = blind_index("recipient", str(expert.user_id))
        own_messages(expert.user).update(recipient_key=former, address="")
    run("draws", "0048_letters_of_one_seat", "key_anew")
    assert {expert.pk: {*own_messages(expert.user)} for expert in experts} == before
    for expert in experts:
        assert all(is_addressed_to(expert.user, row) for row in own_messages(expert.user))


def test_experts_keep_their_accounts() -> None:
    expert = make_expert(user=make_user("expert"))
    Expert.objects.update(account_proof=None)
    assert expert_for(expert.user) is None
    run("experts", "0013_account_proofs", "vouch")
    assert expert_for(expert.user) == expert
