from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "expertpool.evaluations"
    verbose_name = "综合评价"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core import home
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, MENU_GROUPS, PAGE_TABS
        from expertpool.evaluations.actions import ACTIONS
        from expertpool.evaluations.exports import RatingExport
        from expertpool.evaluations.home import TODOS
        from expertpool.evaluations.menu import GROUP, ITEMS
        from expertpool.evaluations.occasions import OCCASIONS as TOLD
        from expertpool.evaluations.permissions import PERMISSIONS
        from expertpool.evaluations.queries.windows import what_goes_on
        from expertpool.evaluations.settings import SETTINGS
        from expertpool.evaluations.tabs import TABS
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.projects.queries.archive import OBSTACLES, Obstacle

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU_GROUPS.add(GROUP)
        MENU.add(*ITEMS)
        home.TODOS.add(*TODOS)
        PAGE_TABS.add(*TABS)
        EXPORTS.add(RatingExport())
        OCCASIONS.add(*TOLD)
        OBSTACLES.add(Obstacle("evaluations.open", what_goes_on))
