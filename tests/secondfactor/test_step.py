"""The second step of signing in: of whom, by what, how often."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import Traveller

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.models import LoginRecord, User
from expertpool.accounts.services.addresses import _failures_of
from expertpool.accounts.services.authenticators import as_text, has_app, take_up
from expertpool.accounts.services.users import follow_file
from expertpool.accounts.settings import FAILURES_TO_LOCK, LOCK_TIME
from expertpool.audit.models import Entry
from expertpool.core.configuration import value_of
from expertpool.secondfactor.models import Passkey, RecoveryCode
from expertpool.secondfactor.queries import codes_left, has_to_show
from expertpool.secondfactor.services.codes import make_codes
from expertpool.secondfactor.settings import REQUIRED_OF
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.secondfactor import code_of
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-10")]
SECRET = as_text(b"12345678901234567890")
STEP = "/login/second/"


def shown(now: datetime) -> str:
    return code_of(SECRET, now)


def typed_password(user: User, **more: Any) -> Client:
    client = Client()
    client.post("/login/", {"identifier": user.username, "password": PASSWORD} | more)
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


@pytest.fixture
def user(time_machine: Traveller) -> User:
    time_machine.move_to(timezone.now().replace(microsecond=0), tick=False)
    user = make_user("admin")  # with whom the role is there
    configure(REQUIRED_OF, ("admin",))
    return user


@pytest.fixture
def ready(user: User, time_machine: Traveller) -> User:
    now = timezone.now()
    take_up(user=user, secret=SECRET, code=shown(now), now=now)
    time_machine.move_to(now + timedelta(minutes=5), tick=False)
    return User.objects.get(pk=user.pk)


def test_of_an_authenticator_that_nobody_demands_it_is_said_what_it_is_for(ready: User) -> None:
    other, now = make_user("operator"), timezone.now()
    take_up(user=other, secret=SECRET, code=shown(now), now=now)
    said = []
    for user in (ready, other):
        client = Client()
        login(client, User.objects.get(pk=user.pk))
        said.append("登录不问它" in client.get("/account/second/").content.decode())
    assert said == [False, True]


def test_a_password_alone_signs_nobody_in_of_whom_more_is_demanded(ready: User) -> None:
    client = typed_password(ready, next="/users/")
    assert not is_in(client)
    assert client.get("/api/v1/me").status_code == 401
    assert ready.name in client.get(STEP).content.decode()
    answer = client.post(STEP, {"code": "000000"})
    assert (answer.status_code, "每个只能用一次" in answer.content.decode()) == (422, True)
    answer = client.post(STEP, {"code": shown(timezone.now())})
    assert answer.headers["Location"] == "/users/"
    assert is_in(client)
    outcomes = LoginRecord.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == [
        LoginOutcome.SECOND_STEP,
        LoginOutcome.WRONG_CODE,
        LoginOutcome.SUCCESS,
    ]
    assert Entry.objects.filter(action="user.sign_in", actor=ready).count() == 1


def test_others_sign_in_as_before(user: User) -> None:
    assert is_in(typed_password(make_user("operator")))


def test_who_has_none_sets_one_up_before_anything_else(user: User) -> None:
    client = typed_password(user)
    page = client.get(STEP, follow=True)
    assert "请先设置手机上的验证器" in page.content.decode()
    form = page.context["form"]
    secret = form.shown_secret
    data = {"secret": form["secret"].value(), "code": "000000"}
    assert client.post("/login/second/set-up/", data).status_code == 422
    assert not is_in(client)
    data["code"] = code_of(secret, timezone.now())
    page = client.post("/login/second/set-up/", data)
    assert len(page.context["codes"]) == 10
    assert is_in(client)
    assert has_app(User.objects.get(pk=user.pk))
    assert codes_left(user) == 10


def test_a_code_on_paper_counts_once(ready: User) -> None:
    codes = make_codes(user=ready, now=timezone.now())
    assert codes[0] not in str(RecoveryCode.objects.values_list("digest", flat=True))
    client = typed_password(ready)
    assert client.post(STEP, {"code": codes[0].lower()}).status_code == 302
    assert client.get("/account/").status_code == 200
    client = typed_password(ready)
    assert client.post(STEP, {"code": codes[0]}).status_code == 422
    assert client.post(STEP, {"code": codes[1]}).status_code == 302
    assert Entry.objects.filter(action="second.code_used").count() == 2
    make_codes(user=ready, now=timezone.now())
    client = typed_password(ready)
    assert client.post(STEP, {"code": codes[2]}).status_code == 422, "new ones end the old"


def test_guesses_are_limited_whatever_the_password(ready: User) -> None:
    """A right password between them does not begin the count anew."""
    for _ in range(value_of(FAILURES_TO_LOCK)):
        client = typed_password(ready)
        client.post(STEP, {"code": "000000"})
    client = typed_password(ready)
    answer = client.post(STEP, {"code": shown(timezone.now())})
    assert not is_in(client), answer.content.decode()
    assert LoginRecord.objects.filter(outcome=LoginOutcome.LOCKED).exists()


def test_a_stranger_who_guesses_keeps_nobody_from_his_code(
    ready: User, time_machine: Traveller
) -> None:
    """His password is right: he waits for no lock but that of his own wrong codes, however often others failed."""
    for _ in range(value_of(FAILURES_TO_LOCK) + 5):
        guess = {"identifier": ready.username, "password": "falsch"}
        Client(REMOTE_ADDR="203.0.113.9").post("/login/", guess)
        time_machine.shift(value_of(LOCK_TIME))
    client = typed_password(ready)
    answer = client.post(STEP, {"code": shown(timezone.now())})
    assert answer.status_code == 302, answer.content.decode()
    assert is_in(client)


def test_who_slipped_by_his_telephone_counts_no_more_once_he_is_in(ready: User) -> None:
    ready.phone = "13800138000"
    follow_file(user=ready, phone=ready.phone, email="", actor=ready, now=timezone.now())
    by_phone = {"identifier": ready.phone}
    for _ in range(2):
        Client().post("/login/", by_phone | {"password": "falsch"})
    client = typed_password(ready, **by_phone)
    assert client.post(STEP, {"code": "000000"}).status_code == 422
    assert client.post(STEP, {"code": shown(timezone.now())}).status_code == 302
    typed = LoginRecord.objects.order_by("pk").values_list("typed", flat=True)
    assert len(set(map(bytes, typed))) == 1
    assert _failures_of("127.0.0.1", timezone.now()) == 0


def test_what_is_not_looked_at_is_no_wrong_code(ready: User) -> None:
    client = typed_password(ready)
    for _ in range(value_of(FAILURES_TO_LOCK) + 1):
        client.post(STEP, {"code": "000000"})
    outcomes = list(LoginRecord.objects.order_by("pk").values_list("outcome", flat=True))
    assert outcomes.count(LoginOutcome.WRONG_CODE) == value_of(FAILURES_TO_LOCK)
    assert outcomes[-1] == LoginOutcome.LOCKED


@pytest.mark.parametrize("change", ["late", "disabled", "password"])
def test_waiting_ends(ready: User, change: str, time_machine: Traveller) -> None:
    client = typed_password(ready)
    if change == "late":
        time_machine.shift(timedelta(minutes=11))
    elif change == "disabled":
        User.objects.filter(pk=ready.pk).update(is_active=False)
    else:
        ready.set_password("Neu-und-eigen-1")
        ready.save()
    answer = client.post(STEP, {"code": shown(timezone.now())})
    assert answer.headers["Location"] == "/login/"
    assert not is_in(client)


def test_nobody_waits_who_has_not_shown_his_password(user: User) -> None:
    for address in (STEP, "/login/second/set-up/"):
        assert Client().get(address).headers["Location"] == "/login/"
    for address in ("/login/second/options/", "/login/second/passkey/"):
        assert Client().post(address).status_code == 409


def test_a_passkey_that_somebody_wrote_into_the_database_is_none(ready: User) -> None:
    configure(REQUIRED_OF, ())
    assert not has_to_show(ready)
    passkey = Passkey(user=ready, name="x", handle="x", public_key=b"x", created_at=timezone.now())
    passkey.save()
    assert has_to_show(ready)
    Passkey.objects.filter(pk=passkey.pk).update(public_key=b"y")
    assert not has_to_show(ready)


def test_ones_own_page(ready: User) -> None:
    client = login(Client(), ready)
    assert "您的角色登录须第二步验证" in client.get("/account/second/").content.decode()
    assert client.post("/account/second/codes/", {"password": "falsch"}).status_code == 422
    page = client.post("/account/second/codes/", {"password": PASSWORD})
    assert len(page.context["codes"]) == 10
    assert client.post("/account/second/passkeys/", "{}", "application/json").status_code == 422
    other = Passkey(
        user=make_user(), name="x", handle="x", public_key=b"x", created_at=timezone.now()
    )
    other.save()
    assert client.post(f"/account/second/passkeys/{other.pk}/remove/").status_code == 404
