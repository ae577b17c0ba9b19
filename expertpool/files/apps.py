from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "expertpool.files"
    verbose_name = "附件"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.health import CHECKS
        from expertpool.files.actions import ACTIONS
        from expertpool.files.services.health import SCANNER
        from expertpool.files.settings import SETTINGS

        SITE_SETTINGS.add(*SETTINGS)
        LOG_ACTIONS.add(*ACTIONS)
        CHECKS.add(SCANNER)
