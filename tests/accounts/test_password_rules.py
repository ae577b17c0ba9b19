"""What the office demands of passwords holds at each door by which one is chosen, and they get old."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import UsedPassword, User
from expertpool.accounts.services.importing import UserImporter
from expertpool.accounts.services.passwords import change_own_password, reset_password
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.accounts.settings import (
    PASSWORD_AGE,
    PASSWORD_KINDS,
    PASSWORD_LENGTH,
    PASSWORD_WARNING,
)
from expertpool.experts.services.accounts import (
    activate_account,
    open_account,
    password_link_values,
)
from expertpool.siteconfig.queries.counting import counted
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-10")]
NEW = "Neues-Wort-11"


def make_expert_user() -> User:
    ensure_demo_roles()
    user = open_account(expert=make_expert(email="w@x.cn"), actor=None, now=timezone.now())
    user.refresh_from_db()  # a link was sent to him
    return user


def choose(user: User, password: str) -> None:
    """Choose ``password`` by a link, as whoever is imported, reset or forgot his does."""
    user.refresh_from_db()  # the links that were sent count
    link = password_link_values(user, timezone.now())["激活链接"]
    activate_account(token=link.split("/")[-2], password=password, now=timezone.now())
    user.refresh_from_db()


def test_kinds_of_characters_are_a_setting() -> None:
    user = make_user()
    validate_password("quwv8352-hbtm", user)
    configure(PASSWORD_KINDS, 4)
    with pytest.raises(ValidationError, match="至少四种"):
        validate_password("quwv8352-hbtm", user)
    configure(PASSWORD_KINDS, 1)
    validate_password("quwvhbtmzpkd", user)


def test_whoever_chooses_by_a_link_chooses_none_of_his_last_ones() -> None:
    """Once only who changed it by the old one was held to that."""
    user = make_expert_user()
    choose(user, PASSWORD)
    change_own_password(user=user, old=PASSWORD, new=NEW, now=timezone.now())
    reset_password(user=user, actor=None, now=timezone.now())
    for used in (PASSWORD, NEW):
        with pytest.raises(ValidationError, match="最近 5 次"):
            choose(user, used)
    with pytest.raises(ValidationError, match="至少 8 位"):
        choose(user, "Ab-1")
    choose(user, "Ganz-anderes-22")
    assert user.check_password("Ganz-anderes-22")


def test_forms_say_what_holds(client: Client) -> None:
    configure(PASSWORD_LENGTH, 12)
    configure(PASSWORD_KINDS, 4)
    user = make_expert_user()
    link = password_link_values(user, timezone.now())["激活链接"]
    page = client.get("/" + link.split("/", 3)[3]).content.decode()
    assert "至少 12 位，含大写字母、小写字母、数字、符号中的四种" in page
    assert "最近 5 次" in page


def test_no_file_of_users_holds_a_password() -> None:
    """Who is imported chooses his own by the link of above."""
    assert not {column.code for column in UserImporter.get_columns()} & {"password", "密码"}


@pytest.fixture
def old(time_machine: Any) -> User:
    """Somebody whose password is of a hundred days ago."""
    user, now = make_user("operator"), timezone.now()
    change_own_password(user=user, old=PASSWORD, new=NEW, now=now - timedelta(days=100))
    return user


def sign_in(user: User, to: str = "/projects/") -> tuple[Client, str]:
    client = Client()
    answer = client.post(f"/login/?next={to}", {"identifier": user.username, "password": NEW})
    assert answer.status_code == 302
    return client, answer["Location"]


def test_who_signs_in_by_an_old_password_chooses_another_first(old: User) -> None:
    client, to = sign_in(old)
    assert to == "/projects/", "no age is set"
    assert "密码有效至" not in client.get("/account/").content.decode()
    configure(PASSWORD_AGE, 90)
    assert client.get("/projects/").status_code == 200, "who is at work goes on"
    client, to = sign_in(old)
    assert to == "/password/"
    assert "最长使用 90 天" in client.get("/password/").content.decode()
    for page in ("/", "/projects/", "/account/"):
        assert client.get(page)["Location"] == "/password/"
    kept = client.post("/projects/new/", {"name": "甲"}, headers={"HX-Request": "true"})
    assert kept.status_code == 409
    assert "先在新窗口" in json.loads(kept["HX-Trigger"])["toast"]["message"]
    again = {"old": NEW, "new": NEW, "again": NEW}
    assert "最近 5 次" in client.post("/password/", again).content.decode()
    done = client.post("/password/", {"old": NEW, "new": "Ganz-anders-7", "again": "Ganz-anders-7"})
    assert done["Location"] == "/"
    assert client.get("/projects/").status_code == 200
    assert "密码有效至" in client.get("/account/").content.decode()


def test_he_is_told_some_days_before(old: User) -> None:
    configure(PASSWORD_AGE, 105)
    client, to = sign_in(old, "/account/")
    assert to == "/account/"
    page = client.get(to).content.decode()
    ends = timezone.localdate() + timedelta(days=5)
    assert re.search(rf"您的密码 {ends} \d\d:\d\d 到期", page)
    configure(PASSWORD_WARNING, 4)
    client, to = sign_in(old, "/account/")
    assert "您的密码" not in client.get(to).content.decode()


def test_a_password_of_before_such_rows_is_as_old_as_its_account(old: User) -> None:
    UsedPassword.objects.all().delete()
    User.objects.update(created_at=timezone.now() - timedelta(days=300))
    configure(PASSWORD_AGE, 290)
    assert sign_in(old)[1] == "/password/"


def test_who_makes_it_longer_does_so_for_a_day_later(admin: User, time_machine: Any) -> None:
    configure(PASSWORD_AGE, 90)
    now = timezone.now()
    save_settings(
        group=PASSWORD_AGE.group,
        values={PASSWORD_AGE.code: 0},
        version=version_of(PASSWORD_AGE.group),
        actor=admin,
        now=now,
    )
    assert counted(PASSWORD_AGE, now) == 90
    assert counted(PASSWORD_AGE, now + timedelta(days=1, minutes=2)) == 0
