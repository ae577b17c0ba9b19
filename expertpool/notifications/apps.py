from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "expertpool.notifications"
    verbose_name = "通知"

    def ready(self) -> None:
        from expertpool.audit.actions import register_actions
        from expertpool.core.configuration import Trial, register_settings, register_trial
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import register_menu
        from expertpool.files.policies import register_subject
        from expertpool.notifications.menu import ITEMS
        from expertpool.notifications.permissions import PERMISSIONS
        from expertpool.notifications.queries.templates import may_edit_files
        from expertpool.notifications.services.trial import send_trial_mail
        from expertpool.notifications.settings import MAIL, RULES, SETTINGS

        register_permissions(PERMISSIONS)
        register_menu("system", *ITEMS)
        register_settings(*SETTINGS, rules=RULES)
        register_trial(Trial(MAIL, "发送测试邮件", "收件邮箱", send_trial_mail))
        register_subject(
            "notifications.messagetemplate", may_view=may_edit_files, may_edit=may_edit_files
        )
        register_actions(
            notifications__template_save="修改通知模板",
            notifications__template_reset="恢复默认通知模板",
            notifications__delete="删除通知记录",
        )
