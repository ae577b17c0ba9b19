from django.apps import AppConfig


class TelephoneConfig(AppConfig):
    name = "expertpool.telephone"
    verbose_name = "电话"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.notifications.registry import ATTEMPT_FILES
        from expertpool.telephone.actions import ACTIONS
        from expertpool.telephone.queries import TAPES

        LOG_ACTIONS.add(*ACTIONS)
        ATTEMPT_FILES.add(TAPES)
