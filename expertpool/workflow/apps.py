from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "expertpool.workflow"
    verbose_name = "审批流程"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU
        from expertpool.workflow.actions import ACTIONS
        from expertpool.workflow.menu import ITEM
        from expertpool.workflow.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU.add(ITEM)
