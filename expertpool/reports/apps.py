from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "expertpool.reports"
    verbose_name = "统计报表"

    def ready(self) -> None:
        from expertpool.audit.actions import FORMER_NAMES, LOG_ACTIONS
        from expertpool.audit.events import UnprovenFound
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, PAGE_TABS
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.reports.actions import ACTIONS, FORMER
        from expertpool.reports.exports.exposure import ExposureExport
        from expertpool.reports.exports.ledger import LedgerExport
        from expertpool.reports.menu import ITEMS
        from expertpool.reports.occasions import CHAIN_HEAD, UNPROVEN
        from expertpool.reports.permissions import PERMISSIONS
        from expertpool.reports.services import tell_unproven
        from expertpool.reports.tabs import TABS

        register_permissions(PERMISSIONS)
        LOG_ACTIONS.add(*ACTIONS)
        FORMER_NAMES.add(*FORMER)
        MENU.add(*ITEMS)
        PAGE_TABS.add(*TABS)
        OCCASIONS.add(CHAIN_HEAD, UNPROVEN)
        EXPORTS.add(LedgerExport(), ExposureExport())
        subscribe(UnprovenFound, tell_unproven)
