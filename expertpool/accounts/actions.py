"""What this app writes to the log."""

from expertpool.audit.actions import Action, CodesOf, ValueLabel
from expertpool.core.permissions import PERMISSIONS
from expertpool.core.visibility import GUARDED_FIELDS, Level

ACTIONS = (
    Action("user.sign_in", "登录"),
    Action("user.sign_out", "退出登录"),
    Action("user.end_sessions", "退出设备上的登录"),
    Action("user.lock", "账号锁定"),
    Action("user.unlock", "解除锁定"),
    Action("user.create", "新增用户"),
    Action("user.import", "批量导入用户"),
    Action("user.edit", "编辑用户"),
    Action("user.taken", "用户的号码已是他人的"),
    Action("user.disable", "停用用户"),
    Action("user.enable", "启用用户"),
    Action("user.blacklist", "用户列入黑名单"),
    Action("user.unblacklist", "用户移出黑名单"),
    Action("user.change_password", "修改密码"),
    Action("user.reset_password", "重置密码"),
    Action("user.ask_link", "忘记密码，发送重设密码的链接"),
    Action("user.set_up_app", "设置验证器", is_of_sign_in=True),
    Action("user.take_away_app", "停用验证器", is_of_sign_in=True),
    Action("user.verify_app", "用验证器验证本人"),
    Action("role.create", "新增角色"),
    Action("role.edit", "编辑角色"),
    Action("role.delete", "删除角色"),
    Action("menu.edit", "调整菜单"),
    Action("menu.order", "调整菜单次序"),
    Action("menu.link", "设置菜单链接"),
    Action("menu.unlink", "删除菜单链接"),
    Action("menu.shortcuts", "设置首页快捷功能"),
    Action("token.create", "新增接口令牌"),
    Action("token.confirm", "本人确认接口令牌"),
    Action("token.revoke", "收回接口令牌"),
    Action("department.create", "新增部门"),
    Action("department.edit", "编辑部门"),
    Action("department.disable", "停用部门"),
    Action("department.enable", "启用部门"),
)
VALUES = (
    ValueLabel("permissions", "权限"),
    ValueLabel("fields", "敏感信息"),
    *(ValueLabel(level.value, str(level.label)) for level in Level),
)


def _permission_label(code: str) -> str | None:
    permission = PERMISSIONS.get(code)
    return permission.label if permission else None


def _guard_label(code: str) -> str | None:
    guarded = GUARDED_FIELDS.get(code)
    return guarded.label if guarded else None


CODES = (
    CodesOf("accounts.apitoken.scopes", _permission_label),
    CodesOf("accounts.role.fields", _guard_label),
)
