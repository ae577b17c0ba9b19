from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "expertpool.evaluations"
    verbose_name = "综合评价"

    def ready(self) -> None:
        from django.utils import timezone

        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.automation.registry import RULE_ACTIONS
        from expertpool.automation.services.happening import register_events
        from expertpool.changes.registry import OWN_DATA, OWN_FILES
        from expertpool.core import home
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.criteria import register_criteria
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.mandates import MANDATES
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import (
            MENU,
            MENU_GROUPS,
            NARROW_PAGES,
            PAGE_TABS,
            narrow_pages,
        )
        from expertpool.core.visibility import LATER, Later
        from expertpool.draws.queries.untold import untold_removals
        from expertpool.evaluations.actions import ACTIONS
        from expertpool.evaluations.exports import MeasureExport, RatingExport
        from expertpool.evaluations.home import NUMBERS, TODOS
        from expertpool.evaluations.menu import GROUP, ITEMS
        from expertpool.evaluations.occasions import OCCASIONS as TOLD
        from expertpool.evaluations.permissions import PERMISSIONS
        from expertpool.evaluations.queries import caution_objections
        from expertpool.evaluations.queries.erasing import KEEPERS as STAYS
        from expertpool.evaluations.queries.own import files_subject
        from expertpool.evaluations.queries.sanctions import RATING_CRITERIA, SANCTION_CRITERIA
        from expertpool.evaluations.queries.windows import what_goes_on
        from expertpool.evaluations.services import event_kinds
        from expertpool.evaluations.services.checking import SAID
        from expertpool.evaluations.services.matters import MATTERS
        from expertpool.evaluations.settings import SETTINGS
        from expertpool.evaluations.tables import FILES, OWN
        from expertpool.evaluations.tabs import TABS
        from expertpool.experts.queries.erasing import KEEPERS
        from expertpool.files.registry import FILE_SUBJECTS
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.projects.queries.archive import OBSTACLES, Obstacle
        from expertpool.workflow.services.matters import register_matters

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU_GROUPS.add(GROUP)
        MENU.add(*ITEMS)
        # Their days run on for who is frozen or on the blacklist.
        own = ("own", "own_rate", "own_rating", "own_caution")
        NARROW_PAGES.add(*narrow_pages(*(f"evaluations:{name}" for name in own)))
        home.NUMBERS.add(*NUMBERS)
        home.TODOS.add(*TODOS)
        PAGE_TABS.add(*TABS)
        EXPORTS.add(RatingExport(), MeasureExport())
        OCCASIONS.add(*TOLD)
        OWN_DATA.add(*OWN)
        OWN_FILES.add(*FILES)
        register_matters(*MATTERS)
        MANDATES.add(*SAID)
        register_criteria(event_kinds.RATING, *RATING_CRITERIA)
        register_criteria(event_kinds.CAUTION, *SANCTION_CRITERIA)
        register_events(*event_kinds.EVENTS)
        RULE_ACTIONS.add(*event_kinds.RULE_ACTIONS_HERE)
        FILE_SUBJECTS.add(
            files_subject(timezone.now), caution_objections.files_subject(timezone.now)
        )
        # That he objects says that he is at his account: told like whatever else he does.
        LATER.add(
            Later("evaluations.objections", "evaluations.ratingobjection", untold_removals),
            Later("evaluations.cautions", "evaluations.cautionobjection", untold_removals),
        )
        OBSTACLES.add(Obstacle("evaluations.open", what_goes_on))
        KEEPERS.add(*STAYS)
