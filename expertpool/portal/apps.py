from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "expertpool.portal"
    verbose_name = "门户"

    def ready(self) -> None:
        from expertpool.portal import menu

        menu.register()
