from django.apps import AppConfig


class DrawsConfig(AppConfig):
    name = "expertpool.draws"
    verbose_name = "抽取"

    def ready(self) -> None:
        from expertpool.core.permissions import register_permissions
        from expertpool.draws.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
