from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "expertpool.accounts"
    verbose_name = "账号权限"

    def ready(self) -> None:
        from expertpool.accounts.permissions import PERMISSIONS
        from expertpool.core.permissions import register_permissions

        register_permissions(PERMISSIONS)
