from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "expertpool.reports"
    verbose_name = "统计报表"

    def ready(self) -> None:
        from expertpool.audit.actions import register_actions, register_former_names
        from expertpool.core.exporting import register_export
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import register_menu
        from expertpool.reports.exports.exposure import ExposureExport
        from expertpool.reports.exports.ledger import LedgerExport
        from expertpool.reports.menu import EXPOSURE, LEDGER
        from expertpool.reports.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
        register_actions(report__exposure="计算曝光分析")
        register_former_names(
            {
                "draws.exposurereport": "reports.exposurereport",
                "draw.exposure": "report.exposure",
            }
        )
        register_menu("draws", LEDGER, EXPOSURE)
        register_export(LedgerExport())
        register_export(ExposureExport())
