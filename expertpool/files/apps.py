from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "expertpool.files"
    verbose_name = "附件"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.health import CHECKS
        from expertpool.core.registry import NARROW_PAGES, narrow_pages
        from expertpool.core.storing import KEPT_FOLDERS
        from expertpool.files.actions import ACTIONS
        from expertpool.files.queries.keeping import ATTACHMENTS
        from expertpool.files.services.health import CLEAR, SCANNER
        from expertpool.files.settings import SETTINGS

        SITE_SETTINGS.add(*SETTINGS)
        # Of the files that are left to him (`FileSubject.left`).
        names = ("subject", "download", "preview", "content", "remove")
        NARROW_PAGES.add(*narrow_pages(*(f"files:{name}" for name in names)))
        LOG_ACTIONS.add(*ACTIONS)
        CHECKS.add(SCANNER, CLEAR)
        KEPT_FOLDERS.add(ATTACHMENTS)
