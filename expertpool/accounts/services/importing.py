"""Import of users from a table. A file holds no password: each owner chooses his own by a link."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError

from expertpool.accounts.events import AccountsOpened
from expertpool.accounts.exceptions import NotAllowed
from expertpool.accounts.models import Role, User
from expertpool.accounts.queries import active_departments, departments_by_name
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.services.contacts import LABELS, FewTold, why_taken
from expertpool.accounts.services.guards import check_may_open_with
from expertpool.accounts.services.users import create_user
from expertpool.accounts.validators import clean_username, validate_username
from expertpool.audit.services import record
from expertpool.core.events import publish
from expertpool.core.importing import (
    CellRefused,
    Fault,
    ImportColumn,
    Importer,
    Row,
    Totals,
    as_code,
    is_rounded,
    text,
)
from expertpool.core.text import bare_mobile
from expertpool.core.validators import validate_email_address, validate_mobile

BETWEEN_ROLES = re.compile(r"[、,，;；/\n]")


class UserImporter(Importer):
    """Opens an account for each row, within what the actor may give; its owner is sent a link."""

    code = "users"
    label = "用户"
    permission = "accounts.users"
    named_by = "name"
    at_once = 20  # a password takes a tenth of a second

    @classmethod
    def get_columns(cls, user: Any = None) -> Sequence[ImportColumn]:
        roles = "、".join(Role.objects.values_list("name", flat=True))
        return (
            ImportColumn(
                "username",
                "账号",
                _checked(clean_username, validate_username),
                aliases=("用户名", "登录名", "登录账号", "用户账号"),
                required=True,
                help="登录用，2 至 50 个字，可用文字、数字、点、横线和下划线，创建后不再改变。",
                sample="zhangsan",
            ),
            ImportColumn(
                "name",
                "姓名",
                text(50),
                aliases=("用户姓名", "真实姓名", "使用人"),
                required=True,
                help="使用人的真实姓名。",
                sample="张三",
                width=12,
            ),
            ImportColumn(
                "phone",
                "手机号",
                _checked(_mobile, validate_mobile),
                aliases=("手机", "手机号码", "移动电话", "联系电话"),
                help="11 位。手机号、邮箱至少填一个：设置密码的链接发到那里。是否与他人重复，确认导入时核对。",
                sample="13800000000",
            ),
            ImportColumn(
                "email",
                "邮箱",
                _checked(as_code, validate_email_address),
                aliases=("电子邮箱", "电子邮件", "邮件地址", "E-mail"),
                help="如 name@example.cn。",
                sample="zhangsan@example.cn",
                width=24,
            ),
            ImportColumn(
                "department",
                "部门",
                text(200),
                aliases=("所属部门", "科室", "处室"),
                help="部门管理中启用的部门；有同名的写成「上级部门/部门」。",
                sample="综合科",
            ),
            ImportColumn(
                "roles",
                "角色",
                text(500),
                aliases=("角色名称", "用户角色", "系统角色"),
                help=f"几个之间用顿号。现有角色：{roles}。只能给您自己也有其权限的角色。",
                sample="经办人",
                width=24,
            ),
        )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.departments = departments_by_name(active_departments())
        self.roles = {role.name: role for role in Role.objects.all()}
        self.seen: dict[str, dict[str, int]] = {"username": {}, "phone": {}, "email": {}}
        self.may: dict[tuple[Any, ...], str] = {}  # roles, department → why not
        self.opened: list[User] = []
        self.told = FewTold(self.actor, self.now)

    def inspect(self, row: Row) -> list[Fault]:
        if row.values.get("phone") or row.values.get("email"):
            return []
        if any(fault.code in LABELS for fault in row.faults):
            return []  # there is one, which is to be mended
        return [self.fault("phone", "手机号和邮箱为空", "至少填一个：设置密码的链接发到那里。")]

    def prepare(self, rows: Sequence[Row]) -> None:
        names = [row.values["username"] for row in rows]
        held = User.objects.filter(username__in=names).values_list("username", flat=True)
        # Those of an earlier chunk of this file are accounts by now: they keep their row.
        for name in held:
            self.seen["username"].setdefault(name, 0)

    def validate(self, row: Row) -> Fault | None:
        fault = self._repeated(row) or self._department(row) or self._roles(row)
        fault = fault or self._taken(row)
        if fault is None:
            for code, known in self.seen.items():
                if value := row.values.get(code):
                    known[value.lower()] = row.number
        return fault

    def _repeated(self, row: Row) -> Fault | None:
        for code, known in self.seen.items():
            first = known.get((row.values.get(code) or "").lower())
            if first is not None:
                where = f"与第 {first} 行相同。" if first else "这个账号已有人使用，请换一个。"
                return self.fault(code, f"{self.by_code[code].header}重复", where)
        return None

    def _department(self, row: Row) -> Fault | None:
        name = row.values.get("department", "")
        found = self.departments.get(name, [])
        if name and len(found) != 1:
            if found:
                return self.fault("department", "部门不唯一", "请写成「上级部门/部门」。")
            mend = f"没有启用的部门「{name}」，请核对，或先在部门管理中新增。"
            return self.fault("department", "部门不存在", mend)
        row.values["department_row"] = found[0] if found else None
        return None

    def _roles(self, row: Row) -> Fault | None:
        """Find the roles, and refuse those that the actor may not give."""
        said = row.values.get("roles", "")
        # A name may itself have what stands between two.
        names = [said] if said in self.roles else [one.strip() for one in BETWEEN_ROLES.split(said)]
        roles = {}
        for name in filter(None, names):
            if name not in self.roles:
                known = "、".join(self.roles)
                return self.fault("roles", "角色不存在", f"没有「{name}」，现有：{known}。")
            roles[name] = self.roles[name]
        row.values["role_rows"] = list(roles.values())
        department = row.values["department_row"]
        # What is asked of few combinations stands in thousands of rows.
        key = (*sorted(role.pk for role in roles.values()), department and department.pk)
        if key not in self.may:
            self.may[key] = self._why_not(list(roles.values()), department)
        return self.fault("roles", "无权分配角色", self.may[key]) if self.may[key] else None

    def _why_not(self, roles: list[Role], department: Any) -> str:
        try:
            check_may_open_with(self.actor, roles, department)
        except NotAllowed as refusal:
            return str(refusal)
        return ""

    def _taken(self, row: Row) -> Fault | None:
        """Look whether phone and mail are somebody's: not before it is meant, since each such answer is counted."""
        if self.previews:
            return None
        for field, label in LABELS.items():
            if not (value := row.values.get(field)):
                continue
            if self.told.is_exhausted:
                return self.fault(field, "没有核对重复", self.told.words)
            if why := why_taken(field, value):
                self.told.note(label)
                return self.fault(field, f"{label}重复", why)
        return None

    def forget(self, rows: Sequence[Row]) -> None:
        for row in rows:
            for code, known in self.seen.items():
                known.pop((row.values.get(code) or "").lower(), None)
        # Taken back with the rows of their chunk.
        again = {row.values["username"] for row in rows}
        self.opened = [user for user in self.opened if user.username not in again]

    def save(self, rows: Sequence[Row]) -> None:
        for row in rows:
            values = row.values
            person: dict[str, Any] = {
                code: values.get(code) or "" for code in ("username", "name", *LABELS)
            }
            try:
                user, _ = create_user(
                    **person,
                    department=values["department_row"],
                    roles=values["role_rows"],
                    actor=self.actor,
                    now=self.now,
                    is_one_of_many=True,
                )
            except ValidationError as error:  # meanwhile: the rows are checked once more
                raise IntegrityError(str(error)) from error
            self.opened.append(user)

    def finish(self, totals: Totals, *, file_name: str) -> None:
        after = totals.told("新增") | {"账号": [user.username for user in self.opened][:200]}
        announce(record("user.import", actor=self.actor, now=self.now, after=after, note=file_name))
        if self.opened:
            opened = tuple(user.pk for user in self.opened)
            publish(AccountsOpened(opened, self.actor.pk, self.now))


def _mobile(cell: Any) -> str:
    value = as_code(cell)
    if is_rounded(value):
        raise CellRefused(
            "{}格式", "这一格被表格软件当作数字，末几位已丢失：请设为文本后重新填写。"
        )
    return bare_mobile(value)


def _checked(clean: Callable[[Any], str], validate: Callable[[str], None]) -> Callable[[Any], str]:
    """Return a cleaner by ``clean`` that refuses what ``validate`` does; nothing is nothing."""

    def cleaned(cell: Any) -> str:
        value = clean(cell)
        try:
            if value:
                validate(value)
        except ValidationError as error:
            raise CellRefused("{}格式", "".join(error.messages)) from None
        return value

    return cleaned
