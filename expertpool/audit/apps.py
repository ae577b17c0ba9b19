from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "expertpool.audit"
    verbose_name = "留痕"

    def ready(self) -> None:
        from expertpool.audit.actions import ACTIONS, LOG_ACTIONS
        from expertpool.audit.exports import EntryExport
        from expertpool.audit.home import NUMBERS, SHORTCUTS
        from expertpool.audit.menu import ITEM
        from expertpool.audit.permissions import PERMISSIONS
        from expertpool.audit.queries import names_last_told
        from expertpool.audit.receivers import record_export, record_forged, record_preview
        from expertpool.audit.services.health import CHAIN, LOG, MANDATED
        from expertpool.core import home
        from expertpool.core.criteria import GONE_NAMES, GoneNames
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import EXPORTS, ExportFinished
        from expertpool.core.health import CHECK_GROUPS, CHECKS
        from expertpool.core.importing import ImportPreviewed
        from expertpool.core.mandates import ForgedFound
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU

        register_permissions(PERMISSIONS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU.add(ITEM)
        home.NUMBERS.add(*NUMBERS)
        home.SHORTCUTS.add(*SHORTCUTS)
        EXPORTS.add(EntryExport())
        GONE_NAMES.add(GoneNames("audit", names_last_told))
        CHECK_GROUPS.add(LOG)
        CHECKS.add(CHAIN, MANDATED)
        subscribe(ExportFinished, record_export)
        subscribe(ImportPreviewed, record_preview)
        subscribe(ForgedFound, record_forged)
