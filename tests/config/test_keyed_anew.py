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
from expertpool.draws.models import ReplyLink
from expertpool.draws.services.links import invitation_for_token
from tests.draws.views.letters import lines, link_of
from tests.factories.accounts import PASSWORD, make_token, make_user
from tests.factories.draws import make_draw
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
