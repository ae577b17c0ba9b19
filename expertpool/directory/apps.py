from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "expertpool.directory"
    verbose_name = "基础资料"

    def ready(self) -> None:
        from expertpool.core.permissions import register_permissions
        from expertpool.directory.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
