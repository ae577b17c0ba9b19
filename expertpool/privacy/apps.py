from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "expertpool.privacy"
    verbose_name = "个人信息"

    def ready(self) -> None:
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, NARROW_PAGES, narrow_pages
        from expertpool.privacy.exports import ReadExport
        from expertpool.privacy.menu import ITEMS
        from expertpool.privacy.permissions import PERMISSIONS
        from expertpool.privacy.registry import BELOW, READS
        from expertpool.privacy.settings import SETTINGS

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        MENU.add(*ITEMS)
        # Whoever is frozen or on the blacklist keeps his rights.
        NARROW_PAGES.add(*narrow_pages("privacy:own"))
        READS.add(*BELOW)
        EXPORTS.add(ReadExport())
