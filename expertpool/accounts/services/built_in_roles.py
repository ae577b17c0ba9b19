"""The seven roles that every installation begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from expertpool.accounts.enums import Scope
from expertpool.core.permissions import permission_groups
from expertpool.core.visibility import Level

NOT_FOR_ADMIN = frozenset({"experts.self"})  # the area of an expert himself

GUARDED = (
    "experts.phone",
    "experts.email",
    "experts.address",
    "experts.id_number",
    "experts.bank_account",
)


@dataclass(frozen=True)
class RoleDefinition:
    """A built-in role as it is created; administrators may change it afterwards."""

    code: str
    name: str
    description: str
    scopes: Mapping[str, Scope]
    levels: Mapping[str, Level] = field(default_factory=dict)


def _in(scope: Scope, *codes: str) -> dict[str, Scope]:
    return dict.fromkeys(codes, scope)


def _levels(contact: Level, private: Level) -> dict[str, Level]:
    """Return levels of the guarded fields: phone, mail and address, then card and account."""
    return dict.fromkeys(GUARDED[:3], contact) | dict.fromkeys(GUARDED[3:], private)


def built_in_roles() -> tuple[RoleDefinition, ...]:
    """Return the seven roles every installation begins with."""
    everything = [p.code for group in permission_groups() for p in group.permissions]
    return (
        RoleDefinition(
            "admin",
            "管理员",
            "管理专家库、项目、账号和系统",
            _in(Scope.ALL, *(code for code in everything if code not in NOT_FOR_ADMIN)),
            _levels(Level.PLAIN, Level.MASKED),
        ),
        RoleDefinition(
            "operator",
            "经办人",
            "导入名单、设置抽取方案、执行抽取和补抽、登记答复；看到的专家信息已脱敏",
            _in(
                Scope.ALL,
                "experts.view",
                "experts.import",
                "projects.view",
                "projects.add",
                "projects.edit",
                "projects.archive",
                "draws.view",
                "draws.plan",
                "draws.run",
                "draws.contribute",
                "draws.record_reply",
                "draws.void",
                "draws.release",
                "draws.names",
                "directory.view",
                "notifications.view",
            ),
            _levels(Level.MASKED, Level.HIDDEN),
        ),
        RoleDefinition(
            "department",
            "部门用户",
            "申请本部门及下级部门的项目，查看它们的抽取结果",
            _in(
                Scope.DEPARTMENT_AND_BELOW,
                "projects.view",
                "projects.edit",
                "projects.delete",
                "draws.view",
            )
            | _in(Scope.ALL, "projects.add", "directory.view"),
            _levels(Level.HIDDEN, Level.HIDDEN),
        ),
        RoleDefinition(
            "supervisor",
            "监督人",
            "审核项目，在抽取时提供随机值，查看排除原因",
            _in(
                Scope.ALL,
                "experts.view",
                "projects.view",
                "projects.approve",
                "draws.view",
                "draws.contribute",
                "draws.confirm_picks",
                "draws.void",
                "draws.release",
                "draws.see_exclusions",
                "reports.ledger",
                "reports.exposure",
                "draws.names",
                "directory.view",
            ),
            _levels(Level.MASKED, Level.HIDDEN),
        ),
        RoleDefinition(
            "finance",
            "财务",
            "查看项目",
            _in(Scope.ALL, "projects.view"),
            _levels(Level.HIDDEN, Level.MASKED),
        ),
        RoleDefinition(
            "auditor",
            "审计员",
            "只读：查看操作日志、登录记录和全部业务",
            _in(
                Scope.ALL,
                "audit.view",
                "accounts.logins",
                "experts.view",
                "projects.view",
                "draws.view",
                "draws.see_exclusions",
                "reports.ledger",
                "reports.exposure",
                "draws.names",
                "directory.view",
                "notifications.view",
            ),
            _levels(Level.MASKED, Level.MASKED),
        ),
        RoleDefinition(
            "expert",
            "专家",
            "答复邀请、请假、查看本人信息",
            _in(Scope.ALL, "experts.self"),
            _levels(Level.HIDDEN, Level.HIDDEN),
        ),
    )
