from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "expertpool.accounts"
    verbose_name = "账号权限"

    def ready(self) -> None:
        from expertpool.core.permissions import register_permissions
        from expertpool.accounts.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
