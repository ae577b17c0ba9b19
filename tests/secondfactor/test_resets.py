"""Second steps are taken away by two security administrators, and never by one, nor for oneself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.authenticators import as_text, has_app, take_up
from expertpool.audit.models import Entry
from expertpool.notifications.models import Message
from expertpool.secondfactor.exceptions import SecondFactorRefused
from expertpool.secondfactor.models import Passkey, ResetRequest
from expertpool.secondfactor.queries import codes_left
from expertpool.secondfactor.services.codes import make_codes
from expertpool.secondfactor.services.resets import decide_reset, request_reset
from tests.factories.accounts import make_user
from tests.factories.secondfactor import code_of
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-10")]
SECRET = as_text(b"12345678901234567890")
WHY = "手机丢失，已当面核对身份证"


@pytest.fixture
def user() -> User:
    user, now = make_user("operator", phone="13812340001"), timezone.now()
    take_up(user=user, secret=SECRET, code=code_of(SECRET, now), now=now)
    make_codes(user=user, now=now)
    Passkey(user=user, name="x", handle="x", public_key=b"x", created_at=now).save()
    return User.objects.get(pk=user.pk)


def test_another_agrees_and_everything_is_gone(user: User) -> None:
    first, second = make_user("admin"), make_user("admin")
    client = login(Client(), user)
    now = timezone.now()
    request = request_reset(user=user, reason=WHY, actor=first, now=now)
    with pytest.raises(SecondFactorRefused):
        decide_reset(request=request, agree=True, note="", actor=first, now=now)
    assert has_app(User.objects.get(pk=user.pk))
    decide_reset(request=request, agree=True, note="", actor=second, now=now)
    user = User.objects.get(pk=user.pk)
    assert (has_app(user), codes_left(user), Passkey.objects.count()) == (False, 0, 0)
    assert client.get("/account/").status_code == 302, "he is signed out everywhere"
    assert Entry.objects.filter(action="second.reset", actor=second).count() == 1
    told = Message.objects.filter(occasion="account.acted")
    assert {one.recipient for one in told if "重置第二步验证" in one.body} >= {user.name}


def test_nobody_resets_his_own_nor_what_is_not_there(user: User) -> None:
    admin, other, now = make_user("admin"), make_user("admin"), timezone.now()
    make_codes(user=admin, now=now)
    with pytest.raises(SecondFactorRefused, match="自己"):
        request_reset(user=admin, reason=WHY, actor=admin, now=now)
    request = request_reset(user=admin, reason=WHY, actor=other, now=now)
    with pytest.raises(SecondFactorRefused, match="自己"):
        decide_reset(request=request, agree=True, note="", actor=admin, now=now)
    with pytest.raises(SecondFactorRefused, match="没有设置"):
        request_reset(user=make_user(), reason=WHY, actor=admin, now=now)
    with pytest.raises(SecondFactorRefused, match="原因"):
        request_reset(user=user, reason=" ", actor=admin, now=now)


def test_the_page_of_the_security_administrators(user: User) -> None:
    first, second = login(Client(), make_user("admin")), login(Client(), make_user("admin"))
    assert user.username in first.get("/second-steps/?tab=set").content.decode()
    assert user.username not in first.get("/second-steps/?tab=lacking").content.decode()
    ask = reverse("workflow:request_ask", args=["secondfactor.reset", user.pk])
    assert first.post(ask, {"reason": WHY}).status_code in (200, 204)
    assert "有人申请重置第二步验证" in second.get("/second-steps/").content.decode()
    assert ResetRequest.objects.get().user == user


def test_each_request_on_that_page_says_whose_second_step_it_takes_away(user: User) -> None:
    """They stand above the list of everybody: two looked the same but for their reasons."""
    first, second, now = make_user("admin"), make_user("admin"), timezone.now()
    other = make_user("operator")
    make_codes(user=other, now=now)
    for one in (user, other):
        request_reset(user=one, reason=WHY, actor=first, now=now)
    page = login(Client(), second).get("/second-steps/?tab=lacking").content.decode()
    assert page.count("有人申请重置第二步验证") == 2
    for one in (user, other):
        assert f"<strong>{one.name}（{one.username}）</strong>" in page


def test_where_the_other_administrator_is_new_a_request_lives_until_he_can_agree(
    user: User,
) -> None:
    """In a fresh office it ended, after seven days, when the first account was seven days old."""
    now = timezone.now()
    first = make_user("admin", created_at=now - timedelta(minutes=20))
    second = make_user("admin", created_at=now - timedelta(minutes=10))
    ask = reverse("workflow:request_ask", args=["secondfactor.reset", user.pk])
    answer = login(Client(), first).post(ask, {"reason": WHY}, headers={"HX-Request": "true"})
    request, week = ResetRequest.objects.get(), timedelta(days=7)
    assert "起才有人能确认" in answer.headers["HX-Trigger"].encode().decode("unicode_escape")
    with pytest.raises(SecondFactorRefused, match="不满 7 天"):
        decide_reset(request=request, agree=True, note="", actor=second, now=now + week / 2)
    later = second.created_at + week + timedelta(days=2)
    assert later < request.expires_at < later + week
    decide_reset(request=request, agree=True, note="", actor=second, now=later)
    assert not has_app(User.objects.get(pk=user.pk))


def test_where_somebody_can_agree_at_once_it_lives_as_long_as_the_office_says(user: User) -> None:
    """Its owner, whatever he may, is not one of them."""
    now = timezone.now()
    first, old = make_user("admin"), make_user("admin")
    make_user("admin", created_at=now)
    for owner, days in ((user, (7,)), (old, (14, 15))):
        make_codes(user=owner, now=now)
        request = request_reset(user=owner, reason=WHY, actor=first, now=now)
        assert (request.expires_at - now) // timedelta(days=1) in days
