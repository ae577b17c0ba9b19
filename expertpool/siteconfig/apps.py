from django.apps import AppConfig


class SiteconfigConfig(AppConfig):
    name = "expertpool.siteconfig"
    verbose_name = "站点设置"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.configuration.reading import read_from
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU
        from expertpool.siteconfig.actions import ACTIONS
        from expertpool.siteconfig.menu import ITEM
        from expertpool.siteconfig.permissions import PERMISSIONS
        from expertpool.siteconfig.queries.stored import stored_values

        register_permissions(PERMISSIONS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU.add(ITEM)
        read_from(stored_values)
