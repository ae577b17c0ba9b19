"""Whose password soon ends is told once of each password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.passwords import change_own_password
from expertpool.accounts.settings import PASSWORD_AGE, PASSWORD_LETTER
from expertpool.notifications.models import Message
from expertpool.notifications.services.password_ends import tell_ending_passwords
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.siteconfig import configure

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-10")]
NEW, THIRD = "Neues-Wort-11", "Ganz-anders-7"
DAY = timedelta(days=1)


@pytest.fixture
def user() -> User:
    """Somebody who chose his password a hundred days ago."""
    user = make_user("operator", email="w@example.cn")
    change_own_password(user=user, old=PASSWORD, new=NEW, now=timezone.now() - 100 * DAY)
    return user


def letters() -> list[tuple[str, str]]:
    told = Message.objects.filter(occasion="account.password_ends").order_by("pk")
    return [(one.recipient, one.channel) for one in told]


def test_he_is_told_once_of_each_password_where_the_office_says_so(user: User) -> None:
    now = timezone.now()
    assert tell_ending_passwords(now=now) == 0, "no age is set"
    configure(PASSWORD_AGE, 110)
    assert tell_ending_passwords(now=now) == 0, "it has ten days left"
    configure(PASSWORD_LETTER, 0)
    assert tell_ending_passwords(now=now + 5 * DAY) == 0, "nobody is to be told"
    configure(PASSWORD_LETTER, 7)
    for days in (4, 5, 9):
        assert tell_ending_passwords(now=now + days * DAY) == 1
    assert letters() == [(user.name, "site"), (user.name, "email")]
    (first, *_) = Message.objects.filter(occasion="account.password_ends")
    ends = timezone.localdate(now) + 10 * DAY
    assert f"{ends}" in first.body
    assert "修改密码" in first.body
    assert "http" not in first.body
    assert tell_ending_passwords(now=now + 11 * DAY) == 0, "it is over"

    change_own_password(user=user, old=NEW, new=THIRD, now=now + 9 * DAY)
    assert tell_ending_passwords(now=now + 20 * DAY) == 0
    assert tell_ending_passwords(now=now + 115 * DAY) == 1
    assert len(letters()) == 4


def test_nobody_is_told_who_cannot_sign_in_by_it_or_is_none_of_the_office(user: User) -> None:
    configure(PASSWORD_AGE, 105)
    now, outsider = timezone.now(), make_user("expert")
    change_own_password(user=outsider, old=PASSWORD, new=NEW, now=now - 100 * DAY)
    give_account(make_expert(), outsider)
    assert tell_ending_passwords(now=now) == 1
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    assert tell_ending_passwords(now=now) == 0
    User.objects.filter(pk=user.pk).update(must_change_password=False, is_active=False)
    assert tell_ending_passwords(now=now) == 0
