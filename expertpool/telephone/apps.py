from django.apps import AppConfig


class TelephoneConfig(AppConfig):
    name = "expertpool.telephone"
    verbose_name = "电话"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.configuration import SETTING_TRIALS, SITE_SETTINGS
        from expertpool.core.events import subscribe
        from expertpool.core.health import CHECKS
        from expertpool.core.storing import KEPT_FOLDERS
        from expertpool.notifications.events import MessageDeleted
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.notifications.registry import ATTEMPT_FILES
        from expertpool.telephone.actions import ACTIONS
        from expertpool.telephone.channels.sentences import RECORDINGS
        from expertpool.telephone.queries import TAPES
        from expertpool.telephone.receivers import message_deleted
        from expertpool.telephone.services.health import AGENT
        from expertpool.telephone.services.keeping import RECORDED
        from expertpool.telephone.services.trial import TRIAL, TRIED

        SITE_SETTINGS.add(*RECORDINGS.values())
        LOG_ACTIONS.add(*ACTIONS)
        OCCASIONS.add(TRIED)
        CHECKS.add(AGENT)
        SETTING_TRIALS.add(TRIAL)
        ATTEMPT_FILES.add(TAPES)
        KEPT_FOLDERS.add(RECORDED)
        subscribe(MessageDeleted, message_deleted)
