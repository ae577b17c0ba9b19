from django.apps import AppConfig


class SiteconfigConfig(AppConfig):
    name = "expertpool.siteconfig"
    verbose_name = "站点设置"

    def ready(self) -> None:
        from expertpool.audit.actions import register_actions
        from expertpool.core.configuration.reading import read_from
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import register_menu
        from expertpool.siteconfig.menu import ITEM
        from expertpool.siteconfig.permissions import PERMISSIONS
        from expertpool.siteconfig.queries import stored_values

        register_permissions(PERMISSIONS)
        register_menu("system", ITEM)
        register_actions(setting__change="修改站点设置", setting__reset="恢复默认设置")
        read_from(stored_values)
