from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "expertpool.portal"
    verbose_name = "门户"

    def ready(self) -> None:
        from expertpool.core.permissions import register_permissions
        from expertpool.portal.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
