from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "expertpool.operations"
    verbose_name = "运行状况"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.health import CHECKS
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU
        from expertpool.operations.actions import ACTIONS
        from expertpool.operations.menu import ITEM
        from expertpool.operations.permissions import PERMISSIONS
        from expertpool.operations.queries.checks import CHECKS as OWN

        register_permissions(PERMISSIONS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU.add(ITEM)
        CHECKS.add(*OWN)
