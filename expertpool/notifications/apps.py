from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "expertpool.notifications"
    verbose_name = "通知"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.configuration import (
            SETTING_RULES,
            SETTING_TRIALS,
            SITE_SETTINGS,
            Trial,
        )
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU
        from expertpool.files.policies import FILE_SUBJECTS
        from expertpool.notifications.actions import ACTIONS
        from expertpool.notifications.menu import ITEMS
        from expertpool.notifications.permissions import PERMISSIONS
        from expertpool.notifications.queries.templates import TEMPLATE_FILES
        from expertpool.notifications.services.trial import send_trial_mail
        from expertpool.notifications.settings import MAIL, RULES, SETTINGS

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        SETTING_RULES.add(*RULES)
        SETTING_TRIALS.add(Trial(MAIL, "发送测试邮件", "收件邮箱", send_trial_mail))
        LOG_ACTIONS.add(*ACTIONS)
        MENU.add(*ITEMS)
        FILE_SUBJECTS.add(TEMPLATE_FILES)
