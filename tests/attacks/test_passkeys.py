"""Who would sign in by a passkey that was asked for elsewhere, before, or of somebody else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.secondfactor.exceptions import SecondFactorRefused
from expertpool.secondfactor.models import Passkey
from expertpool.secondfactor.services.passkeys import Place, register, show_by_passkey
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.secondfactor import SoftKey
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-10")]
HERE = Place("pool.example.cn", "https://pool.example.cn")
THERE = Place("evil.example.com", "https://evil.example.com")
ASKED, OTHER = "YXNrZWQtYXNrZWQtYXNrZWQ", "b3RoZXItb3RoZXItb3RoZXI"
SITE = "http://testserver"


@pytest.fixture(autouse=True)
def site(settings: Any) -> None:
    settings.SITE_URL = SITE


def take(user: User, answer: Any, place: Place = HERE) -> Passkey:
    return register(
        user=user,
        place=place,
        challenge=ASKED,
        answer=answer,
        name="办公电脑",
        password=PASSWORD,
        now=timezone.now(),
    )


def show(user: User, answer: Any, place: Place = HERE) -> None:
    show_by_passkey(user=user, place=place, challenge=ASKED, answer=answer, now=timezone.now())


def test_a_passkey_of_another_site_or_question_is_none() -> None:
    user, key = make_user("operator"), SoftKey()
    for answer in (
        key.made(OTHER, HERE.host, HERE.origin),
        key.made(ASKED, THERE.host, HERE.origin),
        key.made(ASKED, HERE.host, THERE.origin),
        key.made(ASKED, HERE.host, "https://pool.example.cn.evil.example.com"),
        key.made(ASKED, HERE.host, HERE.origin, kind="get"),
        SoftKey(bytes(2_000)).made(ASKED, HERE.host, HERE.origin),
    ):
        with pytest.raises(SecondFactorRefused):
            take(user, answer)
    assert take(user, key.made(ASKED, HERE.host, HERE.origin)).user == user
    with pytest.raises(SecondFactorRefused, match="已经登记过"):
        take(make_user("operator"), key.made(ASKED, HERE.host, HERE.origin))


def test_what_was_signed_elsewhere_before_or_by_nobody_lets_nobody_in(settings: Any) -> None:
    settings.SITE_URL = HERE.origin
    user, other = make_user("operator"), make_user("operator")
    key, foreign = SoftKey(), SoftKey()
    take(user, key.made(ASKED, HERE.host, HERE.origin))
    take(other, foreign.made(ASKED, HERE.host, HERE.origin))
    old = key.signed(ASKED, HERE.host, HERE.origin)
    show(user, old)
    copy = foreign.signed(ASKED, HERE.host, HERE.origin) | {"id": old["id"], "rawId": old["rawId"]}
    for answer in (
        old,  # the count goes back
        copy,
        foreign.signed(ASKED, HERE.host, HERE.origin),
        key.signed(OTHER, HERE.host, HERE.origin),
        key.signed(ASKED, THERE.host, HERE.origin),
        key.signed(ASKED, HERE.host, THERE.origin),
        key.signed(ASKED, HERE.host, HERE.origin, kind="create"),
        key.signed(ASKED, HERE.host, HERE.origin, flags=0),
    ):
        User.objects.filter(pk=user.pk).update(failed_logins=0, locked_until=None)
        with pytest.raises(SecondFactorRefused):
            show(user, answer)
    User.objects.filter(pk=user.pk).update(failed_logins=0, locked_until=None)
    show(user, key.signed(ASKED, HERE.host, HERE.origin))


def test_an_answer_counts_once_by_the_pages_too() -> None:
    user, key = make_user("operator"), SoftKey()
    own = login(Client(), user)
    asked = own.post("/account/second/passkeys/options/").json()["challenge"]
    made = key.made(asked, "testserver", SITE) | {"password": PASSWORD, "name": "办公电脑"}
    assert post(own, "/account/second/passkeys/", made).status_code == 200
    assert post(own, "/account/second/passkeys/", made).status_code == 422

    first, second = waiting(user), waiting(user)
    asked = first.post("/login/second/options/").json()["challenge"]
    second.post("/login/second/options/")
    signed = key.signed(asked, "testserver", SITE)
    assert post(second, "/login/second/passkey/", signed).status_code == 422
    assert post(first, "/login/second/passkey/", signed).status_code == 200
    assert post(first, "/login/second/passkey/", signed).status_code == 409


@pytest.mark.parametrize("text", ["\ud800", "\x00", 7, ["x"], "名" * 300])
def test_no_word_beside_a_passkey_breaks_the_page(text: Any) -> None:
    user, key = make_user("operator"), SoftKey()
    own = login(Client(), user)
    for password, status in ((text, 422), (PASSWORD, 200)):
        asked = own.post("/account/second/passkeys/options/").json()["challenge"]
        made = key.made(asked, "testserver", SITE) | {"password": password, "name": text}
        assert post(own, "/account/second/passkeys/", made).status_code == status
    assert Passkey.objects.get().name


def test_passkeys_are_of_the_configured_site_whatever_a_request_calls_it(settings: Any) -> None:
    """Once the host that was typed decided: a name beside the site's own got passkeys that opened nothing there."""
    settings.SITE_URL = "https://pool.example.cn:8443"
    settings.ALLOWED_HOSTS = ["pool.example.cn", "10.1.2.3", "intern"]
    user, key = make_user("operator"), SoftKey()
    at_home = {"HTTP_HOST": "Pool.example.cn:8443"}
    own = login(Client(**at_home), user)
    asked = own.post("/account/second/passkeys/options/").json()
    assert asked["rp"]["id"] == "pool.example.cn"
    made = key.made(asked["challenge"], "pool.example.cn", "https://pool.example.cn:8443")
    made |= {"password": PASSWORD, "name": "办公电脑"}
    assert post(own, "/account/second/passkeys/", made).status_code == 200
    assert "data-passkey=" in own.get("/account/second/").content.decode()
    for host in ("10.1.2.3", "intern", "pool.example.cn"):
        other = login(Client(HTTP_HOST=host), user)
        page = other.get("/account/second/").content.decode()
        assert "只能在 https://pool.example.cn:8443 使用" in page
        assert "data-passkey=" not in page
        assert other.post("/account/second/passkeys/options/").status_code == 409
        entering = waiting(user, HTTP_HOST=host)
        page = entering.get("/login/second/").content.decode()
        assert ("只能在 https://pool.example.cn:8443 使用" in page, "data-passkey=" in page) == (
            True,
            False,
        )
        answer = entering.post("/login/second/options/")
        assert (answer.status_code, host in answer.json()["said"]) == (409, True)


def test_a_site_without_a_name_says_that_browsers_want_one(settings: Any) -> None:
    settings.SITE_URL = "https://10.1.2.3"
    settings.ALLOWED_HOSTS = ["10.1.2.3"]
    own = login(Client(HTTP_HOST="10.1.2.3"), make_user("operator"))
    assert "不允许用数字地址" in own.get("/account/second/").content.decode()


def post(client: Client, address: str, answer: Any) -> Any:
    return client.post(address, json.dumps(answer), content_type="application/json")


def waiting(user: User, **more: Any) -> Client:
    client = Client(**more)
    client.post("/login/", {"identifier": user.username, "password": PASSWORD})
    return client
