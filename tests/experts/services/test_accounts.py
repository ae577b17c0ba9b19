"""Accounts of experts: opened with a mailed link, activated once."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.audit.models import Entry
from expertpool.core.asking import perform
from expertpool.core.models import AskedJob
from expertpool.experts.exceptions import ExpertRefused, LinkInvalid
from expertpool.experts.models import Expert
from expertpool.experts.occasions import ACCOUNT
from expertpool.experts.services.accounts import (
    activate_account,
    open_account,
    open_accounts,
    send_link_again,
    user_for_link,
)
from expertpool.experts.services.deletion import delete_expert
from expertpool.experts.services.importing import import_file
from expertpool.experts.services.profile import update_expert
from expertpool.notifications.models import Message
from expertpool.notifications.queries.subjects import readable_by
from tests.core.importing.sheets import write_xlsx
from tests.factories.accounts import make_user
from tests.factories.experts import NOW, doubled_as_before, make_expert
from tests.fixtures import login

PASSWORD = "Correct-horse-10"


@pytest.fixture(autouse=True)
def _roles(db: None) -> None:
    ensure_demo_roles()


@pytest.fixture(autouse=True)
def _at_now() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def token() -> str:
    found = re.search(r"/activate/([^/\s]+)/", Message.objects.get().body)
    assert found
    return found[1]


def links() -> list[str]:
    letters = Message.objects.order_by("id")
    return [found[1] for one in letters if (found := re.search(r"/activate/([^/\s]+)/", one.body))]


@pytest.mark.shows("EXP-10")
def test_the_expert_chooses_his_password_once(admin: User) -> None:
    expert = make_expert("王小明", email="wang@example.cn")
    for _ in range(2):
        user = open_account(expert=expert, actor=admin, now=NOW)
    assert (user.username, user.role_codes) == (expert.number.lower(), {"expert"})
    assert Message.objects.count() == 1
    link = token()
    with pytest.raises(ValidationError):
        activate_account(token=link, password="short", now=NOW)
    activate_account(token=link, password=PASSWORD, now=NOW)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert not user.must_change_password
    with pytest.raises(LinkInvalid, match="使用过"):
        activate_account(token=link, password="Another-horse-11", now=NOW)


@pytest.mark.shows("EXP-10")
def test_the_link_ends_after_a_week_and_cannot_be_forged(admin: User) -> None:
    open_account(expert=make_expert(email="wang@example.cn"), actor=admin, now=NOW)
    link = token()
    for bad in (link[:-1], link + "x", "x"):
        with pytest.raises(LinkInvalid):
            user_for_link(bad)
    with (
        time_machine.travel(NOW + timedelta(days=7, seconds=2), tick=False),
        pytest.raises(LinkInvalid, match="过期"),
    ):
        user_for_link(link)


def test_nobody_else_reads_the_mail_with_the_link(admin: User) -> None:
    open_account(expert=make_expert(email="wang@example.cn"), actor=admin, now=NOW)
    message = Message.objects.get()
    assert message.about_type == ACCOUNT
    assert readable_by(admin, [message]) == set()


def test_whose_phone_has_an_account_gets_no_second_one(admin: User) -> None:
    expert = make_expert(phone="13800138000")
    with doubled_as_before():
        make_user("operator", phone="13800138000")
    with pytest.raises(ExpertRefused, match=expert.name):
        open_account(expert=expert, actor=admin, now=NOW)
    other = make_expert()
    ids = [expert.pk, other.pk]
    assert open_accounts(expert_ids=ids, actor=admin, now=NOW) == 1
    notes = Entry.objects.filter(action="expert.account").values_list("note", flat=True)
    assert any("没有开通账号" in note for note in notes)


@pytest.mark.shows("EXP-10")
@pytest.mark.parametrize("values", [{"email": "right@example.cn"}, {"phone": "13812340009"}])
def test_a_link_sent_to_a_wrong_address_ends_when_it_is_corrected(
    admin: User, values: dict[str, str]
) -> None:
    expert = make_expert("王小明", email="wrong@example.cn", phone="13812340001")
    user = open_account(expert=expert, actor=admin, now=NOW)
    link = token()
    assert user_for_link(link) == user
    expert.refresh_from_db()
    update_expert(expert=expert, values=values, actor=admin, now=NOW)
    with pytest.raises(LinkInvalid, match="改过手机号或邮箱"):
        activate_account(token=link, password=PASSWORD, now=NOW)
    user.refresh_from_db()
    assert not user.check_password(PASSWORD)


@pytest.mark.shows("EXP-10")
def test_an_import_opens_accounts_by_a_job(admin: User, tmp_path: Path) -> None:
    rows = [["姓名", "手机号", "邮箱"], ["王大明", "13800138000", "wang@example.cn"]]
    path = write_xlsx(tmp_path / "s.xlsx", rows)
    import_file(path, actor=admin, now=NOW, options={"accounts": True})
    expert = Expert.objects.get()
    (job,) = ProcrastinateJob.objects.filter(task_name="experts.open_accounts")
    asked = AskedJob.objects.get(pk=job.args["asked_id"])
    assert (asked.user, asked.given) == (admin, {"expert_ids": [expert.pk]})
    for _ in range(2):  # a job may run twice
        perform(asked.pk, "experts.open_accounts", open_accounts, now=NOW)
    for _ in range(2):
        open_accounts(expert_ids=[expert.pk], actor=admin, now=NOW)
    assert User.objects.filter(pk=Expert.objects.get().user_id).count() == 1
    assert Message.objects.get().address == "wang@example.cn"


def test_the_link_is_mailed_again_until_the_account_is_activated(admin: User) -> None:
    expert = make_expert("王小明", email="wang@example.cn")
    with pytest.raises(ExpertRefused, match="还没有开通"):
        send_link_again(expert=expert, actor=admin, now=NOW)
    open_account(expert=expert, actor=admin, now=NOW)
    expert.refresh_from_db()
    for _ in range(2):  # at once: one mail
        send_link_again(expert=expert, actor=admin, now=NOW + timedelta(minutes=1))
    old, link = links()
    with pytest.raises(LinkInvalid, match="最近一次"):
        user_for_link(old)
    activate_account(token=link, password=PASSWORD, now=NOW)
    expert.refresh_from_db()
    with pytest.raises(ExpertRefused, match="已经激活"):
        send_link_again(expert=expert, actor=admin, now=NOW)


def test_the_button_sends_one_letter_more_and_the_former_link_ends(
    client: Client, admin: User
) -> None:
    expert = make_expert("王小明", email="wang@example.cn")
    login(client, admin)
    address = reverse("experts:send_link", args=[expert.pk])
    assert client.post(address).status_code == 409  # nothing is opened yet
    open_account(expert=expert, actor=admin, now=NOW)
    menu = client.get(reverse("experts:detail", args=[expert.pk])).content.decode()
    assert f'hx-post="{address}"' in menu
    answer = client.post(address)
    assert (answer.status_code, len(links())) == (204, 2)
    assert Entry.objects.filter(action="expert.link", subject_id=expert.pk).count() == 1
    old, link = links()
    with pytest.raises(LinkInvalid, match="最近一次"):
        user_for_link(old)
    assert user_for_link(link).pk == Expert.objects.get(pk=expert.pk).user_id
    gone = make_expert("李娜", email="li@example.cn")
    open_account(expert=gone, actor=admin, now=NOW)
    delete_expert(expert=Expert.objects.get(pk=gone.pk), reason="退休", actor=admin, now=NOW)
    activate_account(token=link, password=PASSWORD, now=NOW)
    sent = len(links())
    for one, told in ((expert, "已经激活"), (gone, "已删除")):
        again = reverse("experts:send_link", args=[one.pk])
        answer = client.post(again, headers={"HX-Request": "true"})
        assert answer.status_code == 409
        assert told in json.loads(answer["HX-Trigger"])["toast"]["message"]
    assert len(links()) == sent
