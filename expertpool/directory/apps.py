from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DirectoryConfig(AppConfig):
    name = "expertpool.directory"
    verbose_name = "基础资料"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU
        from expertpool.directory.actions import ACTIONS
        from expertpool.directory.menu import ITEMS
        from expertpool.directory.permissions import PERMISSIONS
        from expertpool.directory.receivers import fill_new_database
        from expertpool.directory.settings import SETTINGS

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU.add(*ITEMS)
        post_migrate.connect(fill_new_database, sender=self)
