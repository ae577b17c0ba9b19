"""Before many are admitted it is said to whom one cannot agree, why, and who can; and how a new office begins."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import Role, User
from expertpool.accounts.services.passwords import change_own_password
from expertpool.accounts.services.users import create_user
from expertpool.audit.models import Entry
from expertpool.audit.services import record
from expertpool.draws.exceptions import VoidRefused
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.services.admission import approve_admission, enter_expert
from expertpool.workflow.models import Decision
from tests.attacks.test_rights import make_role
from tests.factories.accounts import PASSWORD, make_phone, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
RIGHTS = ("experts.view", "experts.add", "experts.edit", "experts.import")
BY_OTHERS = "须由另一位有权限的人员确认"


@pytest.fixture
def clerks() -> Role:
    return make_role(*RIGHTS)


@pytest.fixture
def approvers() -> Role:
    return make_role("experts.view", "experts.admit")


def opened(name: str, role: Role, admin: User, **ago: Any) -> User:
    """An account that ``admin`` has opened, with a password that its owner has chosen."""
    at = timezone.now() - timedelta(**ago or {"hours": 3})
    username = f"u{User.objects.count()}"
    user, first = create_user(username=username, name=name, roles=[role], actor=admin, now=at)
    change_own_password(user=user, old=first, new=PASSWORD, now=at)
    user = User.objects.get(pk=user.pk)
    user.phone_verified_at = at
    user.save()
    return user


def entered(maker: User, count: int) -> list[Expert]:
    now = timezone.now()
    rows: list[dict[str, Any]] = [{"name": f"人{at}", "phone": make_phone()} for at in range(count)]
    return [enter_expert(values=row, actor=maker, now=now) for row in rows]


def ask(client: Client, user: User, rows: list[Expert], **more: Any) -> HttpResponse:
    login(client, user)
    posted = {"pk": [one.pk for one in rows]} | more
    answer: Any = client.post(
        reverse("experts:approve_many"), posted, headers={"HX-Request": "true"}
    )
    return answer  # type: ignore[no-any-return]


def hidden_of(page: str) -> dict[str, list[str]]:
    """What the drawer posts."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    return found


def formal() -> int:
    return Expert.objects.filter(status="formal").count()


@pytest.mark.shows("EXP-13")
def test_it_is_said_before_to_whom_one_cannot_agree_and_who_can(
    client: Client, admin: User, clerks: Role, approvers: Role
) -> None:
    colleague = make_user(roles=(approvers,), name="赵主任")
    mine = opened("新录入", clerks, admin)
    theirs = entered(mine, 3)
    others = entered(make_user(roles=(clerks,), name="老录入"), 2)
    answer = ask(client, admin, [*theirs, *others], count=5)
    page = answer.content.decode()
    assert answer["HX-Retarget"] == "#drawer"
    assert "所选 5 位中有 3 位您不能审核" in page
    assert BY_OTHERS in page
    assert "赵主任" in page
    assert "审核其余 2 位" in page
    shown = client.get(reverse("experts:detail", args=[theirs[0].pk])).content.decode()
    assert "可以审核的人员：赵主任" in shown
    assert formal() == 0
    client.post(reverse("experts:approve_many"), hidden_of(page), headers={"HX-Request": "true"})
    assert formal() == 2
    # To whom nothing has to be said nothing is.
    ask(client, colleague, theirs)
    assert formal() == 5


def test_whoever_was_changed_while_the_drawer_was_read_is_not_admitted(
    client: Client, admin: User, clerks: Role
) -> None:
    """For a whole list the drawer posted keys alone: what was seen when was not asked any more."""
    entered(opened("新录入", clerks, admin), 1)
    first, _ = entered(make_user(roles=(clerks,), name="老录入"), 2)
    client = login(client, admin)
    address = f"{reverse('experts:approve_many')}?tab=pending"
    shown = {"all": "1", "count": "3", "at": timezone.now().isoformat()}
    page = client.post(address, shown, headers={"HX-Request": "true"}).content.decode()
    assert "审核其余 2 位" in page
    seen = first.updated_at
    Expert.objects.filter(pk=first.pk).update(updated_at=timezone.now())
    answer = client.post(address, hidden_of(page), headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert formal() == 0
    Expert.objects.filter(pk=first.pk).update(updated_at=seen)
    assert client.post(address, hidden_of(page), headers={"HX-Request": "true"}).status_code == 204
    assert formal() == 2


def test_where_nobody_can_it_is_said_what_to_do(client: Client, admin: User, clerks: Role) -> None:
    rows = entered(opened("新录入", clerks, admin), 2)
    page = ask(client, admin, rows).content.decode()
    day = timezone.localtime() + timedelta(days=7)
    assert "现在没有人能审核" in page
    assert "给一位工作人员「审核专家入库」权限" in page
    assert f"您：{day:%Y-%m-%d} 起" in page or f"您：{day + timedelta(days=1):%Y-%m-%d} 起" in page
    assert "系统启用的头几天" not in page
    assert "审核其余" not in page


@pytest.mark.shows("EXP-13")
def test_a_new_office_fills_its_pool_by_two_persons_and_the_record_says_how_new_they_were(
    client: Client, clerks: Role, approvers: Role
) -> None:
    """On its first day nobody has an account of seven days: neither the approver nor the administrator."""
    admin = make_user("admin", created_at=timezone.now() - timedelta(hours=4), name="管理员")
    clerk = opened("李录入", clerks, admin)
    rows = entered(clerk, 3)
    # The administrator opened the clerk's account: he may be both.
    page = ask(client, admin, rows).content.decode()
    assert BY_OTHERS in page
    assert "系统启用的头几天" in page
    approver = opened("赵主任", approvers, admin)
    User.objects.filter(pk=approver.pk).update(phone_verified_at=None)
    hindered = ask(client, admin, rows).content.decode()
    assert "赵主任现在还不能审核" in hindered
    assert "验证本人手机号" in hindered
    User.objects.filter(pk=approver.pk).update(phone_verified_at=approver.phone_verified_at)
    assert "赵主任" in ask(client, admin, rows).content.decode()
    page = ask(client, approver, rows).content.decode()
    assert "您的账号也是新开通的" in page
    assert formal() == 0
    ask(client, approver, rows, told="1")
    assert formal() == 3
    said = "审核人账号不满 7 天，是系统启用的头几天开通的："
    assert all(said in one.note and "由管理员开通" in one.note for one in Decision.objects.all())
    assert all(said in one.note for one in Entry.objects.filter(action="expert.approve"))
    # What the clerk entered he does not admit himself, whatever he may.
    clerk.roles.add(approvers)
    (own,) = entered(clerk, 1)
    with pytest.raises(ExpertRefused, match="由其他有权限的人员"):
        approve_admission(expert=own, actor=User.objects.get(pk=clerk.pk), now=timezone.now())


@pytest.mark.parametrize("older", ["account", "log"])
def test_the_first_days_are_over_where_there_is_an_older_account_or_entry(
    clerks: Role, approvers: Role, older: str
) -> None:
    now = timezone.now()
    admin = make_user("admin", created_at=now - timedelta(hours=4))
    if older == "account":
        make_user(created_at=now - timedelta(days=8), is_active=False)
    else:
        record("user.enable", actor=None, subject=admin, now=now - timedelta(days=8))
    (row,) = entered(opened("李录入", clerks, admin), 1)
    approver = opened("赵主任", approvers, admin)
    with pytest.raises(ExpertRefused, match="不满 7 天"):
        approve_admission(expert=row, actor=approver, now=now)


def test_the_first_days_open_no_other_door(clerks: Role) -> None:
    """To void a draw, to pay, to change a member: there nothing has to be done on the first day."""
    now = timezone.now()
    admin = make_user("admin", created_at=now - timedelta(hours=4))
    operator = make_user("operator", created_at=now - timedelta(hours=3))
    for _ in range(4):
        make_expert()
    asked = request_void(
        draw=make_draw(now=now, operator=operator, seats=2), reason="重抽", actor=operator, now=now
    )
    with pytest.raises(VoidRefused, match="不满 7 天"):
        decide_void(request=asked, agree=True, note="", actor=admin, now=now + timedelta(hours=1))
