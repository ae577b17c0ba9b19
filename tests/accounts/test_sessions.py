"""By what somebody is signed in: he sees it, ends it, and so does the security administrator."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from time_machine import Traveller

from expertpool.accounts.models import SignedIn, User
from expertpool.accounts.services.passwords import reset_password
from expertpool.accounts.services.sessions import clear_sessions
from expertpool.accounts.services.users import disable_user
from expertpool.audit.models import Entry
from expertpool.monitoring.models import RegionNetwork
from expertpool.notifications.models import Message
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-10")]
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Version/17.0 Safari/604.1"
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 41))  # noqa: DTZ001 (local)


@pytest.fixture
def user(db: None) -> User:
    return make_user("operator")


def sign_in(user: User, agent: str = WINDOWS, address: str = "203.0.113.7") -> Client:
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    answer = client.post("/login/", {"identifier": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def row_of(user: User, device: str) -> SignedIn:
    return SignedIn.objects.get(user=user, device__startswith=device)


def test_one_sees_ones_own_and_ends_one_of_them(user: User) -> None:
    RegionNetwork.objects.create(network="203.0.113.0/24", region="湖南省长沙市")
    here, there = sign_in(user), sign_in(user, PHONE, "198.51.100.9")
    sign_in(make_user("auditor"))
    page = here.get("/account/").content.decode()
    card = page.split("登录中的设备", 2)[2]
    for words in ("Windows · Chrome", "iPhone · Safari", "203.0.113.7", "湖南省长沙市", "本机"):
        assert words in card
    assert page.count("最近使用</th>") == 1
    other = row_of(user, "iPhone")
    assert here.post(f"/account/sessions/{other.pk}/end/").status_code == 204
    assert is_in(here)
    assert not is_in(there)
    assert Entry.objects.get(action="user.end_sessions").actor == user
    assert not Message.objects.exists(), "he did it himself"


def test_nobody_ends_anothers_by_its_number(user: User) -> None:
    theirs = sign_in(make_user("auditor"))
    here = sign_in(user)
    for row in SignedIn.objects.all():
        assert here.post(f"/account/sessions/{row.pk}/end/").status_code != 500
    assert is_in(theirs)
    assert is_in(here), "one's own is left by signing out"


def test_all_others_end_by_the_password_alone(user: User) -> None:
    here, there = sign_in(user), sign_in(user, PHONE)
    assert here.post("/account/sessions/others/", {"password": "falsch"}).status_code == 422
    assert is_in(there)
    assert here.post("/account/sessions/others/", {"password": PASSWORD}).status_code == 204
    assert is_in(here)
    assert not is_in(there)


def test_the_security_administrator_ends_them_and_the_person_is_told(user: User) -> None:
    theirs, admin = sign_in(user), sign_in(make_user("admin"), PHONE)
    page = admin.get(f"/users/{user.pk}/sessions/").content.decode()
    assert "Windows · Chrome" in page
    row = row_of(user, "Windows")
    assert admin.post(f"/users/{user.pk}/sessions/{row.pk}/end/").status_code == 204
    assert not is_in(theirs)
    told = Message.objects.filter(occasion="account.acted")
    assert {one.recipient for one in told} == {user.name}, "nobody but he is told"
    again = sign_in(user)
    assert admin.post(f"/users/{user.pk}/sessions/end/", {"reason": "电脑遗失"}).status_code == 204
    assert not is_in(again)
    assert is_in(admin)
    entry = Entry.objects.filter(action="user.end_sessions").latest("pk")
    assert "电脑遗失" in entry.note


def test_whoever_is_no_security_administrator_sees_none(user: User) -> None:
    other = make_user("auditor")
    client = sign_in(user)
    assert client.get(f"/users/{other.pk}/sessions/").status_code == 403
    assert client.post(f"/users/{other.pk}/sessions/end/").status_code == 403


def test_of_an_expert_nothing_is_told_while_names_are_sealed(time_machine: Traveller) -> None:
    time_machine.move_to(NOW, tick=False)
    for _ in range(4):
        give_account(make_expert(), user := make_user("expert"))
    admin = login(Client(), make_user("admin"))
    address = f"/users/{user.pk}/sessions/"

    def told() -> str:
        return admin.get(address).content.decode().split("drawer-body")[1].split("drawer-foot")[0]

    nobody_in = told()
    make_draw(now=NOW)
    without = told()
    theirs = login(Client(), user)
    row = SignedIn.objects.get(user=user)
    assert told() == without != nobody_in
    # No more by trying: what is answered is the same for a number that is none.
    tried = [admin.post(f"{address}{one}/end/") for one in (row.pk, 999_999)]
    assert tried[0].status_code == tried[1].status_code == 409
    assert len({one.headers.get("HX-Trigger") for one in tried}) == 1
    assert is_in(theirs)
    admin.post(f"{address}end/", {"reason": "本人要求"})
    assert not is_in(theirs)


def test_a_session_that_has_ended_is_in_no_list(user: User, time_machine: Traveller) -> None:
    time_machine.move_to(NOW)
    client = sign_in(user)
    client.post("/logout/")
    assert not SignedIn.objects.exists()
    for end in (
        lambda: reset_password(user=user, actor=None, now=timezone.now()),
        lambda: disable_user(user=user, actor=make_user("admin"), now=timezone.now()),
    ):
        login(Client(), user)
        end()
        assert not SignedIn.objects.exists()
        assert not Session.objects.exists()
    login(Client(), make_user("auditor"))
    time_machine.shift(timedelta(days=3))
    clear_sessions(now=timezone.now())
    assert not SignedIn.objects.exists()
    assert not Session.objects.exists()


def test_it_keeps_its_beginning_through_a_new_password(user: User, time_machine: Traveller) -> None:
    time_machine.move_to(NOW)
    client, other = sign_in(user), sign_in(user, PHONE)
    since = row_of(user, "Windows").since
    time_machine.shift(timedelta(minutes=5))
    new = {"old": PASSWORD, "new": "Neu-und-eigen-1", "again": "Neu-und-eigen-1"}
    assert client.post("/password/", new).status_code == 302
    assert is_in(client)
    assert not is_in(other)
    assert abs(SignedIn.objects.get(user=user).since - since) < timedelta(seconds=1)


def test_that_it_is_used_is_written_once_a_minute(user: User, time_machine: Traveller) -> None:
    time_machine.move_to(NOW, tick=False)
    client = login(Client(), user)
    client.get("/signed-in/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/signed-in/")
    assert not any("UPDATE" in one["sql"] for one in asked.captured_queries)
    time_machine.shift(timedelta(minutes=2))
    client.get("/signed-in/")
    assert SignedIn.objects.get(user=user).used_at == timezone.now()


def test_who_signed_in_before_this_version_is_in_the_list_by_his_next_page(user: User) -> None:
    client = login(Client(), user)
    SignedIn.objects.all().delete()
    assert is_in(client)
    assert SignedIn.objects.filter(user=user).count() == 1
