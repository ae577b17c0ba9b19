from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "expertpool.audit"
    verbose_name = "留痕"

    def ready(self) -> None:
        from expertpool.core.permissions import register_permissions
        from expertpool.audit.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
