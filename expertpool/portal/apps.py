from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "expertpool.portal"
    verbose_name = "门户"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.registry import MENU
        from expertpool.portal.actions import ACTIONS
        from expertpool.portal.menu import ITEM

        LOG_ACTIONS.add(*ACTIONS)
        MENU.add(ITEM)
