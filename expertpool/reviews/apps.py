from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "expertpool.reviews"
    verbose_name = "评审"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.changes.registry import OWN_DATA
        from expertpool.core import home
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.importing import IMPORTS
        from expertpool.core.mandates import MANDATES
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, MENU_GROUPS, PAGE_TABS
        from expertpool.core.visibility import LATER, Later
        from expertpool.draws.events import DrawEnded
        from expertpool.draws.registry import AT_WORK, LOGGED, TURNOUTS, AtWork, Logged, Turnout
        from expertpool.experts.queries.erasing import KEEPERS
        from expertpool.files.registry import FILE_SUBJECTS
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.papers.registry import PAPERS
        from expertpool.projects.queries.archive import OBSTACLES, Obstacle
        from expertpool.reviews import receivers
        from expertpool.reviews.actions import ACTIONS
        from expertpool.reviews.exports import AssignmentExport, ReviewExport
        from expertpool.reviews.home import TODOS
        from expertpool.reviews.menu import GROUP, ITEMS
        from expertpool.reviews.models import ItemAssignment, Review
        from expertpool.reviews.occasions import OCCASIONS as TOLD
        from expertpool.reviews.permissions import PERMISSIONS
        from expertpool.reviews.queries.erasing import KEEPERS as STAYS
        from expertpool.reviews.queries.materials import ITEM_FILES
        from expertpool.reviews.queries.reviews import (
            SUBMISSIONS,
            came_in,
            projects_scored,
            projects_scored_since,
            scored_at,
            told_tomorrow,
            until_scored,
            went_early,
            what_goes_on,
        )
        from expertpool.reviews.queries.waiting import TOLD_OF_REVIEWS, assignments_of, reviews_of
        from expertpool.reviews.queries.written import WRITTEN
        from expertpool.reviews.services.importing import ItemImporter
        from expertpool.reviews.services.matters import MATTERS
        from expertpool.reviews.services.result_files import PAPERS as SHEETS
        from expertpool.reviews.services.sheet_files import PAPER as SHEET
        from expertpool.reviews.tables import OWN
        from expertpool.reviews.tabs import TABS
        from expertpool.workflow.services.matters import register_matters

        register_permissions(PERMISSIONS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU_GROUPS.add(GROUP)
        MENU.add(*ITEMS)
        home.TODOS.add(*TODOS)
        PAGE_TABS.add(*TABS)
        OCCASIONS.add(*TOLD)
        IMPORTS.add(ItemImporter)
        FILE_SUBJECTS.add(ITEM_FILES)
        EXPORTS.add(AssignmentExport(), ReviewExport())
        register_matters(*MATTERS)
        PAPERS.add(*SHEETS, SHEET)
        MANDATES.add(*WRITTEN)
        OWN_DATA.add(*OWN)
        OBSTACLES.add(Obstacle("reviews.open", what_goes_on))
        AT_WORK.add(
            AtWork("reviews.open", until_scored, scored_at, projects_scored, projects_scored_since)
        )
        LOGGED.add(
            Logged("reviews.assignments", ItemAssignment, assignments_of),
            Logged("reviews.reviews", Review, reviews_of, TOLD_OF_REVIEWS),
        )
        subscribe(DrawEnded, receivers.draw_ended)
        TURNOUTS.add(Turnout("reviews", came_in, went_early))
        LATER.add(Later("reviews.submissions", SUBMISSIONS, told_tomorrow))
        KEEPERS.add(*STAYS)
