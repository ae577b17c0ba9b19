"""Users from a table: what is taken, what is refused and how to mend it, who may give what."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from expertpool.accounts.models import Role, RolePermission, User
from expertpool.accounts.services.contacts import FewTold
from expertpool.accounts.services.importing import UserImporter
from expertpool.accounts.settings import TAKEN_PER_HOUR
from expertpool.audit.models import Entry
from expertpool.core.importing import Row, check_rows
from expertpool.notifications.models import Message
from expertpool.portal.services.opening import link_of
from tests.core.importing.sheets import read_xlsx, table_of, write_xlsx
from tests.factories.accounts import built_in_roles, make_department, make_user
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db

HEAD = ["账号", "姓名", "手机号", "邮箱", "部门", "角色"]


def row(username: str, **changes: str) -> list[str]:
    values = {
        "name": "王明",
        "phone": "",
        "email": f"{username}@example.cn",
        "department": "",
        "roles": "",
    }
    return [username, *(values | changes).values()]


def run(rows: list[list[Any]], *, actor: User, keep: bool = True) -> tuple[int, list[str]]:
    """Import ``rows``; return how many were taken, and what is said of the others."""
    importer = UserImporter(actor=actor, now=timezone.now(), options={})
    header, rest = table_of(UserImporter, [HEAD, *rows])
    assert header.is_clear
    refused: list[Row] = []
    totals = check_rows(importer, rest, header.codes, keep=keep, refused=refused.append)
    if keep:
        importer.finish(totals, file_name="用户.xlsx")
    return totals.accepted, [f"{one.number} {one.faults[0]}" for one in refused]


@pytest.fixture
def clerk(db: None) -> User:
    """Manages users and roles, and may nothing else."""
    role = Role.objects.create(code="clerk", name="账号管理")
    for code in ("accounts.users", "accounts.roles"):
        RolePermission.objects.create(role=role, code=code)
    return make_user(roles=(role,))


@pytest.mark.shows("SYS-09")
def test_good_rows_become_accounts_and_each_other_row_says_what_is_wrong(admin: User) -> None:
    built_in_roles()
    make_user(username="li")
    for parent in (make_department("一部"), make_department("二部")):
        make_department("综合科", parent=parent)
    rows = [
        row("wang", phone="+86 138-2000 0001", department="一部/综合科", roles="经办人、财务"),
        row("王"),
        row("li"),
        row("wang", email="other@example.cn"),
        row("zhao", name=""),
        row("zhao", email=""),
        row("zhao", phone="123"),
        row("zhao", email="wang@example.cn"),
        row("zhao", department="综合科"),
        row("zhao", department="没有的科"),
        row("zhao", roles="经办人、没有的角色"),
        row("Zhao"),
    ]
    taken, refused = run(rows, actor=admin)
    assert taken == 2
    assert [text.partition("：")[0] for text in refused] == [
        "3 账号格式",
        "4 账号重复",
        "5 账号重复",
        "6 姓名为空",
        "7 手机号和邮箱为空",
        "8 手机号格式",
        "9 邮箱重复",
        "10 部门不唯一",
        "11 部门不存在",
        "12 角色不存在",
    ]
    assert all("：" in text for text in refused if "为空" not in text), "each says how to mend it"
    user = User.objects.get(username="wang")
    assert (user.phone, str(user.department)) == ("13820000001", "综合科")
    assert {str(role) for role in user.roles.all()} == {"经办人", "财务"}
    assert not user.has_permission("draws.run"), "nothing before its owner has chosen a password"
    assert Entry.objects.filter(action="user.create", actor=admin).count() == 2
    entry = Entry.objects.get(action="user.import")
    assert (entry.after["新增"], entry.after["账号"]) == (2, ["wang", "zhao"])


@pytest.mark.shows("SYS-09")
def test_each_owner_is_sent_a_link_and_nobody_a_password(client: Client, admin: User) -> None:
    run([row("wang", phone="13820000001")], actor=admin)
    user = User.objects.get(username="wang")
    (letter,) = Message.objects.filter(occasion="account.opened")
    assert (letter.address, "activate" in letter.body) == ("13820000001", False)
    link = link_of(str(user.pk), timezone.now())["激活链接"].partition("/experts/")[2]
    chosen = {"new": "Neu-und-eigen-1", "again": "Neu-und-eigen-1"}
    assert client.post(f"/experts/{link}", chosen).status_code == 302
    assert not User.objects.get(pk=user.pk).must_change_password
    assert client.get(f"/experts/{link}").status_code == 404, "once"


@pytest.mark.shows("SYS-09")
def test_nobody_gives_by_a_file_what_he_lacks(clerk: User) -> None:
    """As by the form: neither a right of which he has none, nor one to roles without that to give them."""
    built_in_roles()
    rows = [row("wang", roles="经办人"), row("li", roles="账号管理"), row("zhao")]
    taken, refused = run(rows, actor=clerk, keep=False)
    assert (taken, refused[0][:9]) == (2, "2 无权分配角色：")
    assert run(rows, actor=clerk)[0] == 2
    assert not User.objects.filter(username="wang").exists()
    RolePermission.objects.filter(code="accounts.roles").delete()
    clerk = User.objects.get(pk=clerk.pk)
    assert run([row("sun", roles="账号管理")], actor=clerk)[1] == [
        "2 无权分配角色：分配角色需要「管理角色」权限，请联系管理员。"
    ]
    assert run([row("sun")], actor=clerk)[0] == 1


def test_the_security_administrator_is_told_once(admin: User) -> None:
    security = make_user("admin")
    run([row("wang"), row("li")], actor=admin)
    told = Message.objects.filter(occasion="account.acted")
    assert [one.recipient for one in told] == [security.name]


def test_a_preview_writes_nothing_and_asks_nobody_who_is_in_the_pool(admin: User) -> None:
    expert = make_expert(phone="13820000009")
    rows = [row("wang", phone=expert.phone), row("li")]
    assert run(rows, actor=admin, keep=False) == (2, [])
    assert User.objects.filter(username="wang").count() == 0
    assert not Entry.objects.filter(action="user.taken").exists()
    taken, refused = run(rows, actor=admin)
    assert (taken, refused[0].partition("：")[0]) == (1, "2 手机号重复")
    assert Entry.objects.filter(action="user.taken", actor=admin).count() == 1


def test_a_file_tells_no_more_of_who_is_known_than_the_form(admin: User) -> None:
    configure(TAKEN_PER_HOUR, 2)
    for phone in ("13820000011", "13820000012", "13820000013"):
        make_user(phone=phone)
    rows = [row(f"u{at}", phone=f"1382000001{at}") for at in (1, 2, 3)]
    _, refused = run([*rows, row("wang")], actor=admin)
    assert [text.partition("：")[0] for text in refused] == [
        "2 手机号重复",
        "3 手机号重复",
        "4 没有核对重复",
        "5 没有核对重复",
    ]
    assert Entry.objects.filter(action="user.taken", actor=admin).count() == 2


def test_two_files_at_once_tell_no_more_than_one(admin: User) -> None:
    """What is left is counted when it is asked for, not when the file was opened."""
    configure(TAKEN_PER_HOUR, 2)
    now = timezone.now()
    first, second = FewTold(admin, now), FewTold(admin, now)
    with transaction.atomic():
        for _ in range(2):
            assert not second.is_exhausted
            second.note("手机号")
    with transaction.atomic():
        assert first.is_exhausted


@pytest.mark.shows("SYS-09")
def test_template_preview_and_the_rows_that_were_not_taken(
    client: Client, admin: User, tmp_path: Path, media: None
) -> None:
    built_in_roles()
    login(client, admin)
    assert "导入用户" in client.get("/users/").content.decode()
    template = client.get("/users/import/template/").getvalue()
    sheet = load_workbook(io.BytesIO(template)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == HEAD
    assert "密码" not in "".join(str(cell.value) for cell in sheet[1])
    path = write_xlsx(tmp_path / "用户.xlsx", [HEAD, row("wang", roles="经办人"), row("王")])
    with path.open("rb") as file:
        page = client.post("/users/import/", {"file": file}, follow=True)
    pk, text = page.context["run"].pk, page.content.decode()
    assert "账号格式" in text
    assert "2 至 50 个字" in text
    assert not User.objects.filter(username="wang").exists(), "nothing before it is confirmed"
    done = client.post(f"/users/import/{pk}/confirm/", {"checks": 1}, follow=True).content.decode()
    assert "已导入 1 行" in done
    refused = read_xlsx(io.BytesIO(client.get(f"/users/import/{pk}/refused/").getvalue()))
    assert [cell for line in refused for cell in line if cell and "账号格式" in str(cell)]
    assert User.objects.get(username="wang").must_change_password
