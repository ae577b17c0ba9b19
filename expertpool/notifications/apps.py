from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "expertpool.notifications"
    verbose_name = "通知"

    def ready(self) -> None:
        from expertpool.core.permissions import register_permissions
        from expertpool.notifications.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
