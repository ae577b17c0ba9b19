from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "expertpool.portal"
    verbose_name = "门户"

    def ready(self) -> None:
        from expertpool.core.permissions import register_permissions
        from expertpool.portal import menu
        from expertpool.portal.permissions import PERMISSIONS

        menu.register()
        register_permissions(PERMISSIONS)
