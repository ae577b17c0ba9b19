from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "expertpool.backups"
    verbose_name = "备份"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.backups.actions import ACTIONS

        LOG_ACTIONS.add(*ACTIONS)
