from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "expertpool.reports"
    verbose_name = "统计报表"

    def ready(self) -> None:
        from expertpool.accounts.registry import TOKEN_PAGES, TokenPage
        from expertpool.audit.actions import FORMER_NAMES, LOG_ACTIONS
        from expertpool.audit.events import UnprovenFound
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.mandates import MANDATES
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, MENU_GROUPS, PAGE_TABS
        from expertpool.core.saved_searches import SAVED_PAGES
        from expertpool.core.segments import SEGMENTS
        from expertpool.experts.queries.erasing import KEEPERS
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.notifications.services.attachments import DOCUMENT_KINDS
        from expertpool.reports.actions import ACTIONS, FORMER
        from expertpool.reports.exports.exposure import ExposureExport
        from expertpool.reports.exports.ledger import LedgerExport
        from expertpool.reports.exports.statistics import (
            ComparisonExport,
            MonthExport,
            RecordExport,
            StatisticExport,
        )
        from expertpool.reports.menu import GROUP, ITEMS
        from expertpool.reports.occasions import CHAIN_HEAD, MONTH, UNPROVEN
        from expertpool.reports.permissions import PERMISSIONS, SCREEN
        from expertpool.reports.queries.erasing import KEEPERS as STAYS
        from expertpool.reports.queries.expert_statistics import EXPERTS
        from expertpool.reports.queries.pages import PAGES
        from expertpool.reports.queries.project_statistics import PROJECTS
        from expertpool.reports.queries.record_topics import RECORDS
        from expertpool.reports.queries.statistics import TOPICS, segments_of
        from expertpool.reports.queries.written import WRITTEN
        from expertpool.reports.services.exposure import tell_unproven
        from expertpool.reports.services.months import MONTH_PDF
        from expertpool.reports.tabs import TABS

        register_permissions(PERMISSIONS)
        TOKEN_PAGES.add(TokenPage(SCREEN, "reports:wall_by_token"))
        LOG_ACTIONS.add(*ACTIONS)
        FORMER_NAMES.add(*FORMER)
        MENU_GROUPS.add(GROUP)
        MENU.add(*ITEMS)
        PAGE_TABS.add(*TABS)
        OCCASIONS.add(CHAIN_HEAD, UNPROVEN, MONTH)
        EXPORTS.add(LedgerExport(), ExposureExport())
        EXPORTS.add(StatisticExport(), ComparisonExport(), MonthExport())
        DOCUMENT_KINDS.add(MONTH_PDF)
        SAVED_PAGES.add(*PAGES)
        MANDATES.add(*WRITTEN)
        for topic in (EXPERTS, PROJECTS):
            TOPICS.add(topic)
            SEGMENTS.add(*segments_of(topic))
        for one in RECORDS:
            EXPORTS.add(RecordExport(one))
            SEGMENTS.add(*segments_of(one))
        subscribe(UnprovenFound, tell_unproven)
        KEEPERS.add(*STAYS)
