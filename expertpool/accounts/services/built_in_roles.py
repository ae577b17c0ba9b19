"""The eight roles that every installation begins with.

What a role may do is told by the permissions (`Permission.roles`), what it sees by the sensitivity
of the guarded fields: an app that is new in a version says both itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from expertpool.accounts.enums import Scope
from expertpool.core.permissions import PERMISSIONS, BuiltInRole
from expertpool.core.visibility import GUARDED_FIELDS, Level, Sensitivity


@dataclass(frozen=True)
class RoleDefinition:
    """A built-in role as it is created; administrators may change it afterwards.

    ``contact`` and ``private`` are how it sees guarded fields, ``scope`` is that of its scoped
    permissions.
    """

    code: BuiltInRole
    name: str
    description: str
    contact: Level = Level.HIDDEN
    private: Level = Level.HIDDEN
    scope: Scope = Scope.ALL

    @property
    def scopes(self) -> dict[str, Scope]:
        """Return the codes of its permissions, each with its scope."""
        return {
            permission.code: self.scope if permission.scoped else Scope.ALL
            for permission in PERMISSIONS
            if permission.belongs_to(self.code)
        }

    @property
    def levels(self) -> dict[str, Level]:
        """Return how it sees each guarded field."""
        levels = {Sensitivity.CONTACT: self.contact, Sensitivity.PRIVATE: self.private}
        return {
            field.code: levels[field.sensitivity] for field in GUARDED_FIELDS if not field.is_veil
        }


BUILT_IN_ROLES = (
    RoleDefinition(
        BuiltInRole.ADMIN,
        "管理员",
        "管理专家库、项目、账号和系统",
        contact=Level.PLAIN,
        private=Level.MASKED,
    ),
    RoleDefinition(
        BuiltInRole.OPERATOR,
        "经办人",
        "导入名单、设置抽取方案、执行抽取和补抽、登记答复；看到的专家信息已脱敏",
        contact=Level.MASKED,
    ),
    RoleDefinition(
        BuiltInRole.DEPARTMENT,
        "部门用户",
        "申请本部门及下级部门的项目，查看它们的抽取结果",
        scope=Scope.DEPARTMENT_AND_BELOW,
    ),
    RoleDefinition(
        BuiltInRole.SUPERVISOR,
        "监督人",
        "审核项目，在抽取时提供随机值，查看排除原因",
        contact=Level.MASKED,
    ),
    RoleDefinition(BuiltInRole.FINANCE, "财务", "查看项目", private=Level.MASKED),
    RoleDefinition(
        BuiltInRole.AUDITOR,
        "审计员",
        "只读：查看操作日志、登录记录和全部业务",
        contact=Level.MASKED,
        private=Level.MASKED,
    ),
    RoleDefinition(BuiltInRole.EXPERT, "专家", "答复邀请、请假、查看本人信息"),
    RoleDefinition(BuiltInRole.APPLICANT, "入库申请人", "填写本人的入库申请；通过后成为专家"),
)
