from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "expertpool.portal"
    verbose_name = "门户"

    def ready(self) -> None:
        from expertpool.core.registry import MENU
        from expertpool.portal.menu import ITEM

        MENU.add(ITEM)
