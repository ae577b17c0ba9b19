from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "expertpool.audit"
    verbose_name = "留痕"

    def ready(self) -> None:
        from expertpool.audit import menu
        from expertpool.audit.actions import register_actions
        from expertpool.audit.exports import EntryExport
        from expertpool.audit.permissions import PERMISSIONS
        from expertpool.audit.receivers import record_export
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import ExportFinished, register_export
        from expertpool.core.permissions import register_permissions

        register_permissions(PERMISSIONS)
        register_actions(export__finish="导出数据")
        register_export(EntryExport())
        menu.register()
        subscribe(ExportFinished, record_export)
