from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "expertpool.workflow"
    verbose_name = "审批流程"

    def ready(self) -> None:
        from expertpool.audit.actions import register_actions
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import register_menu
        from expertpool.workflow.menu import ITEM
        from expertpool.workflow.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
        register_menu("system", ITEM)
        register_actions(workflow__save="修改审批流程")
