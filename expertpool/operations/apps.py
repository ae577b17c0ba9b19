from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "expertpool.operations"
    verbose_name = "运行状况"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core import home
        from expertpool.core.configuration import (
            SETTING_CONSTRAINTS,
            SETTING_TRIALS,
            SITE_SETTINGS,
            Trial,
        )
        from expertpool.core.health import CHECKS
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.operations.actions import ACTIONS
        from expertpool.operations.home import SHORTCUTS, TODOS
        from expertpool.operations.menu import ITEM
        from expertpool.operations.occasions import ALERT
        from expertpool.operations.permissions import PERMISSIONS
        from expertpool.operations.queries.checks import CHECKS as OWN
        from expertpool.operations.services.alerts import try_robot
        from expertpool.operations.settings import ALERTS, CONSTRAINTS, SETTINGS

        register_permissions(PERMISSIONS)
        LOG_ACTIONS.add(*ACTIONS)
        SITE_SETTINGS.add(*SETTINGS)
        SETTING_CONSTRAINTS.add(*CONSTRAINTS)
        SETTING_TRIALS.add(Trial(ALERTS, "发送测试消息", "附带的话", try_robot, is_mail=False))
        OCCASIONS.add(ALERT)
        MENU.add(ITEM)
        home.SHORTCUTS.add(*SHORTCUTS)
        home.TODOS.add(*TODOS)
        CHECKS.add(*OWN)
