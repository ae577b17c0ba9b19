from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "expertpool.audit"
    verbose_name = "留痕"

    def ready(self) -> None:
        from expertpool.audit.permissions import PERMISSIONS
        from expertpool.core.permissions import register_permissions

        register_permissions(PERMISSIONS)
