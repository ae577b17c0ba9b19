"""Whoever may edit experts makes no other person of a member alone, by whatever way and in however many steps
(docs/decisions/0245)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.changes.enums import RequestState
from expertpool.changes.exceptions import ChangeRefused
from expertpool.changes.models import ChangeRequest
from expertpool.changes.services.requests import approve_request, change_own, decide_request
from expertpool.experts.enums import ChangeVia, ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.services.accounts import open_account
from expertpool.experts.services.admission import approve_admission, enter_expert
from expertpool.experts.services.another import AnotherPerson
from expertpool.experts.services.profile import update_expert
from expertpool.experts.settings import AT_ONCE
from expertpool.notifications.models import Message
from tests.attacks.test_rights import make_role
from tests.experts.services.test_import_updates import upload
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert, make_id_number, make_phone
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    """Enters and edits; admits nobody."""
    return make_user(
        name="王录入", roles=(make_role("experts.view", "experts.add", "experts.edit"),)
    )


@pytest.fixture
def expert() -> Expert:
    return make_expert("王建国", phone="13812340001", email="wang@example.cn", status="formal")


def edit(expert: Expert, by: User | None, /, days: int = 0, **values: Any) -> Expert:
    now = timezone.now() + timedelta(days=days)
    return update_expert(expert=expert, values=values, actor=by, now=now)


@pytest.mark.parametrize("status", ["formal", "frozen", "blacklisted"])
@pytest.mark.parametrize(
    "values",
    [
        {"name": "假冒者", "phone": "13999990001"},
        {"name": "假冒者", "email": "me@example.com"},
        {"name": "假冒者", "phone": "13999990001", "email": "me@example.com"},
    ],
)
def test_nobody_becomes_another_by_one_edit(clerk: User, status: str, values: Any) -> None:
    expert = make_expert("王建国", phone="13812340001", email="wang@example.cn", status=status)
    with pytest.raises(AnotherPerson, match="须由其他有权限的人员核准"):
        edit(expert, clerk, **values)
    expert.refresh_from_db()
    assert (expert.name, expert.phone) == ("王建国", "13812340001")
    assert not expert.versions.exists()


def test_nor_by_one_after_another_however_long_it_takes(clerk: User, expert: Expert) -> None:
    edit(expert, clerk, name="王假国")
    edit(expert, make_user(), days=300, name="假冒者")
    for values in ({"phone": "13999990001"}, {"email": "me@example.com"}):
        with pytest.raises(AnotherPerson):
            edit(expert, clerk, days=800, **values)
    # What was typed wrong is put right, and nothing more is asked.
    edit(expert, clerk, days=900, name="王建国")
    edit(expert, clerk, days=901, phone="13999990001")
    with pytest.raises(AnotherPerson):
        edit(expert, clerk, days=902, name="王假国")


def test_nor_by_a_document(clerk: User) -> None:
    expert = make_expert("王建国", phone="13812340001", id_number=make_id_number())
    with pytest.raises(AnotherPerson):
        edit(expert, clerk, id_number=make_id_number(serial=3), phone="13999990001")


def test_what_is_mended_day_by_day_asks_nobody(clerk: User, expert: Expert) -> None:
    edit(expert, clerk, phone="13999990001", email="new@example.cn", position="总工")
    edit(expert, clerk, id_number=make_id_number())
    other = make_expert("李白", phone="13812340002")
    edit(other, clerk, name="李伯", id_number=make_id_number(serial=3))
    waits = enter_expert(
        values={"name": "张三", "phone": make_phone()}, actor=clerk, now=timezone.now()
    )
    edit(waits, clerk, name="张叁", phone=make_phone())


def test_what_was_admitted_is_what_counts(clerk: User, admin: User) -> None:
    now = timezone.now()
    expert = enter_expert(values={"name": "张三", "phone": "13812340001"}, actor=clerk, now=now)
    edit(expert, clerk, name="李四", phone="13812340002")
    expert.refresh_from_db()
    approve_admission(expert=expert, actor=admin, now=timezone.now())
    expert.refresh_from_db()
    assert expert.status == ExpertStatus.FORMAL
    edit(expert, clerk, phone="13812340003")
    with pytest.raises(AnotherPerson):
        edit(expert, clerk, name="王五")


def test_where_the_office_lets_approvers_enter_alone_they_may(admin: User, expert: Expert) -> None:
    configure(AT_ONCE, True)
    edit(expert, admin, name="李建国", phone="13999990001")


@pytest.mark.usefixtures("media")
def test_nor_by_a_table(admin: User, expert: Expert, tmp_path: Path) -> None:
    other = make_expert("李白", phone="13812340002")
    rows = [
        ["专家编号", "姓名", "手机号"],
        [expert.number, "假冒者", "13999990001"],
        [other.number, "李白", "13999990002"],
    ]
    page = upload(login(Client(), admin), tmp_path, rows)
    assert "须由他人核准" in page.content.decode()
    assert page.context["run"].reasons == {"须由他人核准": 1}
    assert [one["name"] for one in page.context["found"]["changed"]] == [str(other)]


def test_the_form_hands_it_in_for_somebody_else(clerk: User, admin: User, expert: Expert) -> None:
    client = login(Client(), clerk)
    address = reverse("experts:edit", args=[expert.pk])
    data = {"name": "李四", "phone": "13999990001", "email": "me@example.com", "specialties": []}
    page = client.post(address, data)
    assert page.status_code == 422
    assert "姓名、手机号、邮箱都与审核入库时（王建国）不同" in page.content.decode()
    assert 'name="others"' in page.content.decode()
    assert not ChangeRequest.objects.exists()
    assert client.post(address, data | {"others": " "}).status_code == 422
    answer = client.post(address, data | {"others": "原来登记错了人"})
    assert answer.status_code == 204, answer.content.decode()
    expert.refresh_from_db()
    assert expert.name == "王建国"
    request = ChangeRequest.objects.get()
    assert "原来登记错了人" in request.readable_reason
    assert "当时姓名为王建国" in request.readable_reason
    told = Message.objects.filter(occasion="change.asked")
    assert admin.name in {one.recipient for one in told}
    assert clerk.name not in {one.recipient for one in told}
    # He who asked does not agree, nor does an account that he made or that is new.
    for who in (clerk, make_user(roles=tuple(clerk.roles.all()), created_at=timezone.now())):
        with pytest.raises(ChangeRefused):
            decide_request(request=request, agree=True, actor=who, now=timezone.now())
    # Nor does anybody with a tick, unseen.
    with pytest.raises(ChangeRefused, match="逐项核准"):
        approve_request(request=request, actor=admin, now=timezone.now())
    page = login(client, admin).get(reverse("changes:detail", args=[request.pk])).content.decode()
    assert "修改后可能是另一个人" in page
    assert "由 王录入 申请" in page
    decide_request(request=request, agree=True, actor=admin, now=timezone.now())
    expert.refresh_from_db()
    assert (expert.name, expert.phone) == ("李四", "13999990001")
    assert expert.versions.first().via == ChangeVia.AGREED
    told = Message.objects.filter(occasion="change.decided")
    assert {one.recipient for one in told} == {"王录入"}
    # What was agreed to is what counts from now on.
    edit(expert, clerk, phone="13999990002")


def test_who_asked_takes_it_back(clerk: User, expert: Expert) -> None:
    client = login(Client(), clerk)
    data = {"name": "李四", "phone": "13999990001", "others": "登记错了"}
    client.post(reverse("experts:edit", args=[expert.pk]), data)
    request = ChangeRequest.objects.get()
    other = login(Client(), make_user("admin"))
    address = reverse("changes:take_back", args=[request.pk])
    assert other.post(address).status_code == 404
    assert "撤回" in client.get(reverse("changes:detail", args=[request.pk])).content.decode()
    assert client.post(address).status_code == 204
    request.refresh_from_db()
    assert request.state == RequestState.WITHDRAWN


def ask_as(expert: Expert, /, days: int, **values: Any) -> ChangeRequest:
    """What whoever holds the account of ``expert`` asks for after ``days``."""
    expert.refresh_from_db()
    assert expert.user is not None
    now = timezone.now() + timedelta(days=days)
    request = change_own(expert=expert, values=values, reason="改名", actor=expert.user, now=now)[1]
    assert request is not None
    return request


def agree(request: ChangeRequest, by: User, days: int) -> None:
    decide_request(request=request, agree=True, actor=by, now=timezone.now() + timedelta(days=days))


@pytest.mark.parametrize("asked", [8, 90])
def test_nor_by_the_account_of_whom_he_wrote_himself_into(
    clerk: User, admin: User, expert: Expert, asked: int
) -> None:
    """Phone and mail of his own, then the account, then a request as the expert: to that he does not agree, however
    long he waits."""
    ensure_demo_roles()
    edit(expert, clerk, phone="13955990001", email="fake@evil.example")
    opener = make_user(roles=tuple(clerk.roles.all()))
    expert.refresh_from_db()
    open_account(expert=expert, actor=opener, now=timezone.now() + timedelta(days=8))
    request = ask_as(expert, asked, name="伪装者")
    for who in (clerk, opener):
        with pytest.raises(ChangeRefused, match="须由另一位"):
            agree(request, who, asked)
    # Nor who has just got his account, nor anybody with a tick, unseen.
    new = make_user(
        roles=tuple(clerk.roles.all()), created_at=timezone.now() + timedelta(days=asked)
    )
    with pytest.raises(ChangeRefused, match="开通不满"):
        agree(request, new, asked)
    with pytest.raises(ChangeRefused, match="逐项核准"):
        approve_request(request=request, actor=admin, now=timezone.now() + timedelta(days=asked))
    expert.refresh_from_db()
    assert expert.name == "王建国"
    # Another person agrees.
    agree(request, admin, asked)
    expert.refresh_from_db()
    assert expert.name == "伪装者"


def test_who_changed_it_before_others_agreed_to_it_decides(clerk: User, expert: Expert) -> None:
    ensure_demo_roles()
    decider = make_user(roles=tuple(clerk.roles.all()))
    open_account(expert=expert, actor=clerk, now=timezone.now())
    request = ask_as(expert, 1, title="教授")
    with pytest.raises(ChangeRefused, match="须由另一位"):
        agree(request, clerk, 1)  # he has just let him in
    agree(request, decider, 1)
    # Where phone and mail are as agreed to, who opened the account long ago decides, also of many.
    request = ask_as(expert, 30, title="研究员")
    approve_request(request=request, actor=clerk, now=timezone.now() + timedelta(days=30))
    edit(expert, clerk, days=31, phone="13955990001")
    request = ask_as(expert, 60, phone="13955990002")
    with pytest.raises(ChangeRefused, match="须由另一位"):
        agree(request, clerk, 60)
    agree(request, decider, 60)
    request = ask_as(expert, 90, title="教授")
    agree(request, clerk, 90)


def test_who_had_him_in_hand_may_turn_it_down(clerk: User, expert: Expert) -> None:
    ensure_demo_roles()
    edit(expert, clerk, phone="13955990001")
    expert.refresh_from_db()
    open_account(expert=expert, actor=clerk, now=timezone.now() + timedelta(days=8))
    request = ask_as(expert, 60, name="伪装者")
    decide_request(request=request, agree=False, note="不符", actor=clerk, now=timezone.now())
    request.refresh_from_db()
    assert request.state == RequestState.REJECTED
