from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "expertpool.notifications"
    verbose_name = "通知"

    def ready(self) -> None:
        from expertpool.audit.actions import register_actions
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import register_menu
        from expertpool.notifications.menu import ITEMS
        from expertpool.notifications.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
        register_menu("system", *ITEMS)
        register_actions(
            notifications__template_save="修改通知模板",
            notifications__template_reset="恢复默认通知模板",
        )
