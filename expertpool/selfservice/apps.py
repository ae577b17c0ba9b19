from django.apps import AppConfig


class SelfserviceConfig(AppConfig):
    name = "expertpool.selfservice"
    verbose_name = "专家自助"

    def ready(self) -> None:
        from expertpool.core.registry import register_menu, register_tab
        from expertpool.draws.registry import register_reply_page
        from expertpool.selfservice.menu import OWN_AREA
        from expertpool.selfservice.queries import reply_address
        from expertpool.selfservice.tabs import OWN_LETTERS

        register_menu("home", *OWN_AREA)
        register_tab("portal:home", OWN_LETTERS)
        register_reply_page(reply_address)
