from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "expertpool.backups"
    verbose_name = "备份"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.backups import receivers
        from expertpool.backups.actions import ACTIONS
        from expertpool.backups.menu import ITEM
        from expertpool.backups.occasions import AMISS, MADE
        from expertpool.backups.permissions import PERMISSIONS
        from expertpool.backups.services.health import BACKUP
        from expertpool.backups.settings import SETTINGS
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.events import subscribe
        from expertpool.core.health import CHECKS
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.siteconfig.events import SettingChanged

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU.add(ITEM)
        OCCASIONS.add(AMISS, MADE)
        CHECKS.add(BACKUP)
        subscribe(SettingChanged, receivers.setting_changed)
