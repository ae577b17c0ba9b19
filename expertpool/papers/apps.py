from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "expertpool.papers"
    verbose_name = "文书"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU
        from expertpool.files.registry import FILE_SUBJECTS
        from expertpool.papers.actions import ACTIONS
        from expertpool.papers.menu import ITEM
        from expertpool.papers.permissions import PERMISSIONS
        from expertpool.papers.queries import TEMPLATE_FILES
        from expertpool.papers.settings import SETTINGS

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU.add(ITEM)
        FILE_SUBJECTS.add(TEMPLATE_FILES)
