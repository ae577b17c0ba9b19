from django.apps import AppConfig


class PointsConfig(AppConfig):
    name = "expertpool.points"
    verbose_name = "专家积分"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.automation.registry import RULE_ACTIONS
        from expertpool.changes.registry import OWN_DATA
        from expertpool.core import home
        from expertpool.core.criteria import register_criteria
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.health import CHECKS
        from expertpool.core.mandates import MANDATES
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, MENU_GROUPS, PAGE_TABS
        from expertpool.core.visibility import LATER, Later
        from expertpool.draws.events import DrawEnded
        from expertpool.draws.queries.conditions import SUBJECT
        from expertpool.draws.queries.untold import untold_removals
        from expertpool.experts.events import ExpertsMerged
        from expertpool.experts.fields import EXPERT
        from expertpool.experts.queries.erasing import ERASERS, KEEPERS
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.points import receivers
        from expertpool.points.actions import ACTIONS
        from expertpool.points.exports import AccountExport, EntryExport
        from expertpool.points.home import NUMBERS, SHORTCUTS, TODOS
        from expertpool.points.menu import GROUP, ITEMS
        from expertpool.points.occasions import ANSWERED
        from expertpool.points.permissions import PERMISSIONS
        from expertpool.points.queries.criteria import FIELD
        from expertpool.points.queries.requests import WRITTEN
        from expertpool.points.registry import POINT_FACTS, REVIEW_FACTS
        from expertpool.points.services.erasing import ERASERS as GOES
        from expertpool.points.services.erasing import KEEPERS as STAYS
        from expertpool.points.services.event_kinds import CREDIT
        from expertpool.points.services.health import LEDGER
        from expertpool.points.services.matters import MATTERS
        from expertpool.points.tables import OWN
        from expertpool.points.tabs import TABS
        from expertpool.workflow.services.matters import register_matters

        register_permissions(PERMISSIONS)
        LOG_ACTIONS.add(*ACTIONS)
        POINT_FACTS.add(*REVIEW_FACTS)
        MENU_GROUPS.add(GROUP)
        MENU.add(*ITEMS)
        home.NUMBERS.add(*NUMBERS)
        home.TODOS.add(*TODOS)
        home.SHORTCUTS.add(*SHORTCUTS)
        PAGE_TABS.add(*TABS)
        OWN_DATA.add(*OWN)
        EXPORTS.add(AccountExport(), EntryExport())
        OCCASIONS.add(ANSWERED)
        register_matters(*MATTERS)
        CHECKS.add(LEDGER)
        MANDATES.add(*WRITTEN)
        RULE_ACTIONS.add(CREDIT)
        register_criteria(EXPERT.code, FIELD)
        register_criteria(SUBJECT, FIELD)
        # What an expert asks for says that he is at his account: told like whatever else he does.
        LATER.add(Later("points.requests", "points.benefitrequest", untold_removals))
        subscribe(DrawEnded, receivers.draw_ended)
        subscribe(ExpertsMerged, receivers.experts_merged)
        ERASERS.add(*GOES)
        KEEPERS.add(*STAYS)
