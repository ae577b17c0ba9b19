"""Who knows somebody's password, or finds his window open, and would be him by the second step, too."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client
from django.utils import timezone

from expertpool.accounts.exceptions import AuthenticatorRefused, WrongPassword
from expertpool.accounts.models import User
from expertpool.accounts.services.authenticators import as_text, has_app, take_away, take_up
from expertpool.accounts.services.login import prove_identity
from expertpool.audit.models import Entry
from expertpool.audit.services import record
from expertpool.draws.models import Draw
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import messages_visible_to
from expertpool.secondfactor.exceptions import SecondFactorRefused
from expertpool.secondfactor.models import Passkey
from expertpool.secondfactor.queries import has_to_show, is_altered
from expertpool.secondfactor.services.codes import make_codes, show_by_code
from expertpool.secondfactor.services.passkeys import Place, register, remove
from expertpool.secondfactor.services.resets import decide_reset, request_reset
from expertpool.secondfactor.settings import REQUIRED_OF
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.secondfactor import code_of
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-10")]
NOW = timezone.now().replace(microsecond=0)
SECRET = as_text(b"12345678901234567890")
OTHER = as_text(b"abcdefghijabcdefghij")
PLACE = Place("pool.example.cn", "https://pool.example.cn")


def give_app(user: User, secret: str = SECRET, now: datetime = NOW) -> User:
    take_up(user=user, secret=secret, code=code_of(secret, now), now=now)
    return User.objects.get(pk=user.pk)


@pytest.fixture(autouse=True)
def site(settings: Any) -> None:
    settings.SITE_URL = "http://testserver"


def give_passkey(user: User, handle: str = "AAAA") -> Passkey:
    passkey = Passkey(user=user, name=handle, handle=handle, public_key=b"k", created_at=NOW)
    passkey.save()
    return passkey


def told(user: User, words: str) -> set[str]:
    """Return by which ways ``user`` was told of something."""
    rows = [one for one in Message.objects.filter(occasion="account.acted") if words in one.body]
    return {str(one.channel) for one in rows if one.recipient == user.name}


def test_who_sets_up_a_second_step_in_somebodys_place_is_told_to_him_and_to_security() -> None:
    """It is done in his own name, so nobody was told outside of the account that is lost."""
    user = make_user("operator", name="周敏", phone="13812340001", email="zhou@example.cn")
    watching = make_user("admin", name="吴安全")
    give_app(user)
    assert told(user, "设置验证器") >= {"sms", "email", "site"}
    letter = Message.objects.get(occasion="account.acted", channel="email")
    assert "登录了您账号的人" in letter.body
    assert told(watching, "设置验证器") == {"site"}
    codes = make_codes(user=user, now=NOW)
    assert told(user, "生成备用码") >= {"sms", "email"}
    show_by_code(user=user, code=codes[0], now=NOW)
    assert told(user, "用备用码登录") >= {"sms", "email"}
    remove(passkey=give_passkey(user), password=PASSWORD, now=NOW)
    assert told(user, "删除通行密钥") >= {"sms", "email"}
    take_away(user=User.objects.get(pk=user.pk), password=PASSWORD, now=NOW)
    assert told(user, "停用验证器") >= {"sms", "email"}


def test_nobody_makes_the_office_pay_for_letters_to_himself() -> None:
    user = make_user("operator", name="周敏", phone="13812340001")
    for _ in range(12):
        make_codes(user=user, now=NOW)
    assert Message.objects.filter(occasion="account.acted", channel="sms").count() == 6
    make_codes(user=user, now=NOW + timedelta(minutes=61))
    assert Message.objects.filter(occasion="account.acted", channel="sms").count() == 7


def test_a_password_alone_confirms_nothing_on_the_spot_and_begins_no_guesses_anew() -> None:
    user = make_user("admin")
    configure(REQUIRED_OF, ("admin",))
    user = give_app(user)
    for _ in range(3):
        with pytest.raises(SecondFactorRefused):
            show_by_code(user=user, code="000000", now=NOW)
    found = prove_identity(
        identifier=user.username, password=PASSWORD, address="203.0.113.9", device="", now=NOW
    )
    assert (found.user, found.waits) == (None, user)
    assert User.objects.get(pk=user.pk).failed_logins == 3


def test_of_two_who_set_one_up_the_second_does_not_push_the_first_one_out() -> None:
    user = make_user("operator")
    stale = User.objects.get(pk=user.pk)
    give_app(user)
    with pytest.raises(AuthenticatorRefused, match="已设置"):
        give_app(stale, OTHER)
    assert User.objects.get(pk=user.pk).app_secret == SECRET


def test_what_is_demanded_is_not_taken_away_to_be_set_up_by_the_next() -> None:
    user = make_user("admin")
    user = give_app(user)
    configure(REQUIRED_OF, ("admin",))
    with pytest.raises(AuthenticatorRefused, match="第二步验证"):
        take_away(user=user, password=PASSWORD, now=NOW)
    passkey = give_passkey(user)
    take_away(user=user, password=PASSWORD, now=NOW)
    assert not has_app(User.objects.get(pk=user.pk))
    passkey = Passkey.objects.select_related("user").get(pk=passkey.pk)
    with pytest.raises(SecondFactorRefused, match="第二步验证"):
        remove(passkey=passkey, password=PASSWORD, now=NOW)


def test_an_open_window_gives_no_passkey_and_takes_none() -> None:
    user = make_user("operator")
    passkey, client = give_passkey(user), login(Client(), user)
    client.post(f"/account/second/passkeys/{passkey.pk}/remove/", {"password": "falsch"})
    client.post(f"/account/second/passkeys/{passkey.pk}/remove/")
    assert Passkey.objects.count() == 1
    with pytest.raises(WrongPassword):
        register(user=user, place=PLACE, challenge="AA", answer={}, name="", password="x", now=NOW)
    client.post("/account/second/passkeys/options/")
    answer = client.post("/account/second/passkeys/", "{}", content_type="application/json")
    assert "密码" in answer.json()["said"]
    client.post(f"/account/second/passkeys/{passkey.pk}/remove/", {"password": PASSWORD})
    assert not Passkey.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"id": "AAAA", "response": 7}',
        '{"id": "AAAA", "rawId": "AAAA", "response": {"clientDataJSON": "W10", "signature": ""}}',
        json.dumps({"id": "AAAA", "response": {"clientDataJSON": None}}),
        '"AAAA"',
    ],
)
def test_what_no_browser_answers_is_refused_in_words(body: str) -> None:
    user = make_user("operator")
    give_passkey(user)
    client = Client(raise_request_exception=True)
    client.post("/login/", {"identifier": user.username, "password": PASSWORD})
    client.post("/login/second/options/")
    answer = client.post("/login/second/passkey/", body, content_type="application/json")
    assert (answer.status_code, "没有通过验证" in answer.json()["said"]) == (422, True)
    again = client.post("/login/second/passkey/", body, content_type="application/json")
    assert again.status_code == 409, "a challenge counts once"


def test_a_challenge_has_its_time(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    user = make_user("operator")
    give_passkey(user)
    client = Client()
    client.post("/login/", {"identifier": user.username, "password": PASSWORD})
    client.post("/login/second/options/")
    time_machine.move_to(NOW + timedelta(minutes=6), tick=False)
    answer = client.post("/login/second/passkey/", "{}", content_type="application/json")
    assert answer.status_code == 409


def test_guesses_from_one_address_end_whatever_it_waits(time_machine: Any) -> None:
    """By the phone the password is right again and again: the codes are those of the account all the same."""
    user = give_app(make_user("admin", phone="13812340009"))
    configure(REQUIRED_OF, ("admin",))
    moment = NOW
    for _ in range(45):
        time_machine.move_to(moment, tick=False)
        User.objects.filter(pk=user.pk).update(failed_logins=0, locked_until=None)
        client = Client()
        client.post("/login/", {"identifier": "13812340009", "password": PASSWORD})
        client.post("/login/second/", {"code": "000000"})
        moment += timedelta(seconds=1)
    client.post("/login/second/", {"code": code_of(SECRET, moment)})
    assert client.get("/account/").status_code == 302


def test_who_takes_the_demand_back_signs_in_by_a_password_a_day_later_and_all_are_told(
    time_machine: Any,
) -> None:
    time_machine.move_to(NOW, tick=False)
    actor, watching = make_user("admin"), make_user("admin", name="吴安全")

    def demand(*roles: str) -> None:
        save_settings(
            group=REQUIRED_OF.group,
            values={REQUIRED_OF.code: roles},
            version=version_of(REQUIRED_OF.group),
            actor=actor,
            now=timezone.now(),
        )

    demand("admin")
    assert has_to_show(watching)
    demand()
    rows = Message.objects.filter(occasion="request.lowered")
    assert watching.name in {one.recipient for one in rows}
    assert has_to_show(watching)
    time_machine.move_to(NOW + timedelta(hours=25), tick=False)
    assert not has_to_show(watching)


# --- What is sealed -----------------------------------------------------------------------------------------


def test_that_an_expert_shows_a_second_step_is_told_to_nobody_while_names_are_sealed() -> None:
    watching = make_user("admin", name="吴安全")
    user = make_user("expert", name="郑专家", email="z@example.cn", phone="13812340002")
    give_account(make_expert(name="郑专家"), user)
    draw = make_draw(now=NOW - timedelta(hours=2), seats=1)
    client = login(Client(), watching)
    give_app(user)
    make_codes(user=user, now=timezone.now())
    assert told(user, "设置验证器") >= {"sms", "email"}
    assert told(watching, "设置验证器") == set()
    acted = Message.objects.filter(occasion="account.acted")
    assert acted.exists()
    assert not messages_visible_to(watching).filter(pk__in=acted).exists()
    page = client.get("/second-steps/").content.decode()
    assert "抽取名单公开后显示" in page
    assert user.username not in client.get("/second-steps/?tab=set").content.decode()
    Draw.objects.filter(pk=draw.pk).update(released_at=timezone.now())
    assert user.username in client.get("/second-steps/?tab=set").content.decode()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_user SET app_secret = '', app_set_up_at = NULL",
        "DELETE FROM secondfactor_passkey",
    ],
)
def test_what_is_cleared_by_rows_is_not_set_up_anew_by_a_password(statement: str) -> None:
    """Who has the password cleared the second step by a statement, and set up his own."""
    user, two = make_user("operator", name="周敏"), [make_user("admin") for _ in range(2)]
    if "passkey" in statement:
        give_passkey(user)
        record("second.passkey", actor=user, subject=user, now=NOW)
    else:
        configure(REQUIRED_OF, ["operator"])
        give_app(user)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    user = User.objects.get(pk=user.pk)
    assert has_to_show(user)
    client = Client()
    client.post("/login/", {"identifier": user.username, "password": PASSWORD})
    assert SESSION_KEY not in client.session
    answer = client.get("/login/second/set-up/")
    assert (answer.status_code, "两位安全管理员重置" in answer.content.decode()) == (409, True)
    request = request_reset(user=user, reason="电话核实了本人，手机丢失", actor=two[0], now=NOW)
    decide_reset(request=request, agree=True, note="", actor=two[1], now=NOW)
    assert not is_altered(user)


def test_whether_an_expert_has_a_second_step_is_not_said_by_the_refusal_to_reset_it() -> None:
    """The button stands beside all experts; the answer told which of them had just set something up."""
    asking = make_user("admin", name="吴安全")
    client = login(Client(), asking)
    answers = []
    for name in ("有备用码", "没有备用码"):
        user = make_user("expert", name=name)
        give_account(make_expert(name=name), user)
        if name == "有备用码":
            make_codes(user=user, now=NOW)
        address = f"/workflow/requests/secondfactor.reset/{user.pk}/ask/"
        answers.append(client.post(address, {"reason": "电话核实了本人，手机丢失"}).status_code)
    assert answers == [204, 204]
    plain = make_user("operator")
    address = f"/workflow/requests/secondfactor.reset/{plain.pk}/ask/"
    answer = client.post(address, {"reason": "电话核实了本人，手机丢失"})
    assert (answer.status_code, "不需要重置" in answer.content.decode()) == (409, True)


def test_unlocking_says_nothing_of_who_tried_the_password_of_an_expert() -> None:
    client = login(Client(), make_user("admin", name="吴安全"))
    for locked in (NOW + timedelta(minutes=9), None):
        user = make_user("expert", name=f"专家{locked is None}")
        give_account(make_expert(), user)
        User.objects.filter(pk=user.pk).update(locked_until=locked, failed_logins=6)
        assert client.post(f"/users/{user.pk}/unlock/").status_code == 204
        entries = Entry.objects.filter(action="user.unlock", subject_id=str(user.pk))
        assert entries.count() == 1
