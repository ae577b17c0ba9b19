from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "expertpool.automation"
    verbose_name = "事件规则"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.automation.actions import ACTIONS
        from expertpool.automation.home import TODO
        from expertpool.automation.menu import ITEMS
        from expertpool.automation.occasions import TOLD
        from expertpool.automation.permissions import PERMISSIONS
        from expertpool.automation.queries.firings import errands
        from expertpool.automation.queries.naming import CONDITIONS, USE
        from expertpool.automation.registry import RULE_ACTIONS
        from expertpool.automation.services.effects import ERRANDS, TELL
        from expertpool.automation.services.matters import RULE
        from expertpool.automation.settings import SETTINGS
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.criteria import CRITERIA_USES
        from expertpool.core.home import TODOS
        from expertpool.core.mandates import MANDATES, Mandate
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU
        from expertpool.customforms.registry import FIELD_USES
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.workflow.services.matters import register_matters

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        LOG_ACTIONS.add(*ACTIONS)
        MANDATES.add(
            Mandate("automation.errand", "规则待办", lambda now: errands().filter(done_at=None))
        )
        OCCASIONS.add(TOLD)
        RULE_ACTIONS.add(TELL, ERRANDS)
        register_matters(RULE)
        FIELD_USES.add(USE)
        CRITERIA_USES.add(CONDITIONS)
        TODOS.add(TODO)
        MENU.add(*ITEMS)
