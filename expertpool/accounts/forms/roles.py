"""The form of a role: the catalogue of permissions with scopes, and the guarded fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import CHOSEN, Role
from expertpool.accounts.queries import department_tree
from expertpool.accounts.services.roles import Grant
from expertpool.core.fields import is_vouched
from expertpool.core.permissions import Permission, without_view
from expertpool.core.registry import permission_groups
from expertpool.core.visibility import GUARDED_FIELDS, Level

NOT_GIVEN = "现在不起作用：不是在系统中授予的。核对后保存即起作用，不要的请取消勾选。"
NEEDS_NAMES = "页面要用到姓名或单位，请取消勾选。"
NEEDS_VIEW = "要从能看到的名单和页面办理：没有勾选「{}」，打开会被拒绝。"
VEIL = "不是明文的，只能有页面上不出现它的权限，不能有的保存时提示；没有设为脱敏、不可见的角色都按明文。"


@dataclass(frozen=True)
class PermissionRow:
    """One permission on the page; a permission without scopes has no ``scope``."""

    grant: BoundField
    scope: BoundField | None
    departments: BoundField | None


def _name(kind: str, code: str) -> str:
    """Return the form's name of a permission or field: codes have dots, names shall not."""
    return f"{kind}__{code.replace('.', '__')}"


class RoleForm(forms.Form):
    name = forms.CharField(label="角色名称", max_length=50)
    description = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, data: Any = None, *, role: Role | None = None) -> None:
        super().__init__(data, initial=_initial(role) if role else {})
        self._departments = {row.pk: row for row in department_tree()}
        choices = [
            (row.pk, "　" * row.depth + row.name)  # type: ignore[attr-defined]
            for row in self._departments.values()
        ]
        for group in permission_groups():
            for permission in group.permissions:
                self._add_permission(permission, choices)
        for one, view in without_view(_codes(role)) if role else ():
            self.fields[_name("grant", one.code)].help_text = NEEDS_VIEW.format(view.label)
        for code in _written(role) if role else ():
            if grant := self.fields.get(_name("grant", code)):
                grant.help_text = NOT_GIVEN
        for field in GUARDED_FIELDS:
            self.fields[_name("level", field.code)] = forms.ChoiceField(
                label=field.label,
                choices=Level.choices,
                initial=field.default,
                help_text=VEIL if field.is_veil else "",
            )

    def _add_permission(self, permission: Permission, departments: list[tuple[int, str]]) -> None:
        self.fields[_name("grant", permission.code)] = forms.BooleanField(
            label=permission.label, required=False
        )
        if permission.scoped:
            self.fields[_name("scope", permission.code)] = forms.ChoiceField(
                label=f"{permission.label}：数据范围",
                choices=Scope.choices,
                initial=Scope.ALL,
                required=False,
            )
            self.fields[_name("departments", permission.code)] = forms.TypedMultipleChoiceField(
                label=f"{permission.label}：指定部门（含下级）",
                choices=departments,
                coerce=int,
                required=False,
            )

    def grant_name(self, code: str) -> str:
        """Return what the tick of a permission is called."""
        return _name("grant", code)

    def groups(self) -> list[tuple[str, list[PermissionRow]]]:
        """Return the catalogue as bound fields, group by group."""
        return [
            (group.label, [self._row(permission) for permission in group.permissions])
            for group in permission_groups()
        ]

    def levels(self) -> list[BoundField]:
        return [self[_name("level", field.code)] for field in GUARDED_FIELDS]

    def chosen_grants(self) -> list[Grant]:
        """Return what was ticked, after ``is_valid()``."""
        data = self.cleaned_data
        return [
            Grant(
                permission.code,
                Scope(data.get(_name("scope", permission.code)) or Scope.ALL),
                [
                    self._departments[key]
                    for key in data.get(_name("departments", permission.code)) or []
                ],
            )
            for group in permission_groups()
            for permission in group.permissions
            if data[_name("grant", permission.code)]
        ]

    def chosen_levels(self) -> dict[str, Level]:
        return {
            field.code: Level(self.cleaned_data[_name("level", field.code)])
            for field in GUARDED_FIELDS
        }

    def _row(self, permission: Permission) -> PermissionRow:
        grant = self[_name("grant", permission.code)]
        if not permission.scoped:
            return PermissionRow(grant, None, None)
        scope = self[_name("scope", permission.code)]
        return PermissionRow(grant, scope, self[_name("departments", permission.code)])


def _codes(role: Role) -> list[str]:
    return [row.code for row in role.permissions.all()]


def _written(role: Role) -> list[str]:
    """Return the rights in ``role`` that give nothing: somebody else than this system wrote them."""
    return [row.code for row in role.permissions.all() if not is_vouched(row)]


def _initial(role: Role) -> dict[str, Any]:
    initial: dict[str, Any] = {"name": role.name, "description": role.description}
    for row in role.permissions.prefetch_related(CHOSEN):
        initial[_name("grant", row.code)] = True
        initial[_name("scope", row.code)] = row.scope
        initial[_name("departments", row.code)] = [one.pk for one in row.places]
    for field in role.fields.all():
        initial[_name("level", field.field)] = field.level
    return initial
