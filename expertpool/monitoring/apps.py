from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "expertpool.monitoring"
    verbose_name = "运行监控"

    def ready(self) -> None:
        from expertpool.accounts.registry import REGIONS, Regions
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.configuration import SETTING_CONSTRAINTS, SITE_SETTINGS
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, MENU_GROUPS
        from expertpool.monitoring.actions import ACTIONS
        from expertpool.monitoring.exports import HeatExport
        from expertpool.monitoring.menu import GROUP, ITEMS
        from expertpool.monitoring.permissions import PERMISSIONS
        from expertpool.monitoring.queries.origins import regions_of
        from expertpool.monitoring.settings import CONSTRAINTS, SETTINGS

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        SETTING_CONSTRAINTS.add(*CONSTRAINTS)
        LOG_ACTIONS.add(*ACTIONS)
        REGIONS.add(Regions("monitoring", regions_of))
        EXPORTS.add(HeatExport())
        MENU_GROUPS.add(GROUP)
        MENU.add(*ITEMS)
