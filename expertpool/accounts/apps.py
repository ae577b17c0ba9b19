from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "expertpool.accounts"
    verbose_name = "账号权限"

    def ready(self) -> None:
        from django.core.checks import register as register_check

        from expertpool.accounts import menu
        from expertpool.accounts.permissions import PERMISSIONS, check_required_codes
        from expertpool.accounts.receivers import give_new_permissions
        from expertpool.audit.actions import register_actions, register_value_labels
        from expertpool.core.permissions import register_permissions
        from expertpool.core.visibility import Level

        register_check(check_required_codes)
        menu.register()
        register_permissions(PERMISSIONS)
        register_actions(
            user__sign_in="登录",
            user__sign_out="退出登录",
            user__lock="账号锁定",
            user__unlock="解除锁定",
            user__create="新增用户",
            user__edit="编辑用户",
            user__disable="停用用户",
            user__enable="启用用户",
            user__change_password="修改密码",  # noqa: S106 - a label
            user__reset_password="重置密码",  # noqa: S106 - a label
            role__create="新增角色",
            role__edit="编辑角色",
            role__delete="删除角色",
            token__create="新增接口令牌",  # noqa: S106 - a label
            token__revoke="收回接口令牌",  # noqa: S106 - a label
            department__create="新增部门",
            department__edit="编辑部门",
            department__disable="停用部门",
            department__enable="启用部门",
        )
        register_value_labels(
            {"permissions": "权限", "fields": "敏感信息"}
            | {level.value: str(level.label) for level in Level}
        )
        post_migrate.connect(give_new_permissions, sender=self)
