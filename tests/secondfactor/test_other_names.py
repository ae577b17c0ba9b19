"""Passkeys that were registered when the site had another name: neither demanded nor offered, and no way around."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.authenticators import as_text, take_up
from expertpool.secondfactor.models import Passkey
from expertpool.secondfactor.queries import (
    has_to_show,
    other_host_of,
    usable_passkeys_of,
    users_with_factors,
)
from expertpool.secondfactor.services.codes import make_codes
from expertpool.secondfactor.services.passkeys import register
from expertpool.secondfactor.services.places import site
from expertpool.secondfactor.services.resets import decide_reset, request_reset
from expertpool.secondfactor.settings import REQUIRED_OF
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.secondfactor import SoftKey, code_of
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-10")]
OLD, NEW = "https://old.example.cn", "http://testserver"
ASKED = "YXNrZWQtYXNrZWQtYXNrZWQ"
STEP = "/login/second/"
RESET = "请联系安全管理员重置第二步验证，重置后登录时重新设置"


@pytest.fixture
def user(settings: Any) -> User:
    """Somebody whose only passkey is of the name before."""
    user = make_user("operator")
    settings.SITE_URL = OLD
    add_passkey(user)
    settings.SITE_URL = NEW
    return User.objects.get(pk=user.pk)


def add_passkey(user: User) -> Passkey:
    return register(
        user=user,
        place=site(),
        challenge=ASKED,
        answer=SoftKey().made(ASKED, site().host, site().origin),
        name="办公电脑",
        password=PASSWORD,
        now=timezone.now(),
    )


def typed_password(user: User) -> Client:
    client = Client()
    client.post("/login/", {"identifier": user.username, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_who_has_nothing_else_and_of_whom_nothing_is_demanded_is_not_locked_out(user: User) -> None:
    client = typed_password(user)
    assert is_in(client)
    page = client.get("/account/second/").content.decode()
    assert "属于 old.example.cn" in page
    assert "重新登记，再删除旧的" in page
    add_passkey(user)
    client = typed_password(user)
    assert not is_in(client)
    assert "用通行密钥验证" in client.get(STEP).content.decode()
    offered = client.post(f"{STEP}options/").json()["allowCredentials"]
    assert [one["id"] for one in offered] == [usable_passkeys_of(user)[0].handle]


def test_who_has_a_code_is_asked_for_it(user: User) -> None:
    code = make_codes(user=user, now=timezone.now())[0]
    client = typed_password(user)
    assert not is_in(client)
    page = client.get(STEP).content.decode()
    assert "old.example.cn 登记的，网站换了地址" in page
    assert "请用验证器的数字或备用码登录" in page
    assert "用通行密钥验证" not in page
    assert client.post(f"{STEP}options/").status_code == 409
    client.post(STEP, {"code": code})
    assert is_in(client)


def test_of_whom_a_step_is_demanded_sets_up_anew_only_after_a_reset(user: User) -> None:
    configure(REQUIRED_OF, ("operator",))
    client = typed_password(user)
    assert not is_in(client)
    assert RESET in client.get(STEP).content.decode()
    # Whoever has the password alone sets nothing up in the place of what is of the other name.
    assert client.get(f"{STEP}set-up/").headers["Location"] == STEP
    first, second, now = make_user("admin"), make_user("admin"), timezone.now()
    rows = users_with_factors(first).filter(pk=user.pk)
    assert rows.values_list("has_passkey", "has_any_passkey").get() == (False, True)
    asked = request_reset(user=user, reason="网站换了域名，已当面核对", actor=first, now=now)
    decide_reset(request=asked, agree=True, note="", actor=second, now=now)
    assert typed_password(user).get(STEP).headers["Location"] == f"{STEP}set-up/"


def test_what_is_of_another_name_is_no_reason_to_do_without_the_rest(user: User) -> None:
    configure(REQUIRED_OF, ("operator",))
    secret, now = as_text(b"12345678901234567890"), timezone.now()
    take_up(user=user, secret=secret, code=code_of(secret, now), now=now)
    client = login(Client(), User.objects.get(pk=user.pk))
    answer = client.post("/account/app/remove/", {"password": PASSWORD})
    assert "请先设置另一个通行密钥或验证器" in answer.content.decode()
    old = Passkey.objects.get()
    remove = f"/account/second/passkeys/{old.pk}/remove/"
    assert client.post(remove, {"password": PASSWORD}).status_code == 204
    assert not Passkey.objects.exists()


def test_who_changes_the_name_in_a_row_takes_no_step_away(user: User) -> None:
    add_passkey(user)
    Passkey.objects.update(host="elsewhere.example.cn")
    assert has_to_show(user)
    assert len(usable_passkeys_of(user)) == 2


def test_rows_from_before_are_of_the_name_of_that_time(user: User, settings: Any) -> None:
    Passkey.objects.update(host="", host_proof=None)
    settings.SITE_URL = OLD
    migration = import_module("expertpool.secondfactor.migrations.0002_passkeys_have_a_host")
    with connection.schema_editor() as editor:
        migration.name_hosts(apps, editor)
    settings.SITE_URL = NEW
    assert other_host_of(Passkey.objects.select_related("user").get()) == "old.example.cn"


def test_a_port_that_is_none_is_another_site(client: Client, user: User, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = login(client, user)
    for port, is_here in (("80", True), ("81", False), ("99999", False)):
        answer = client.get("/account/second/", headers={"Host": f"testserver:{port}"})
        assert answer.status_code == 200
        assert ("您现在是从" not in answer.content.decode()) == is_here, port
