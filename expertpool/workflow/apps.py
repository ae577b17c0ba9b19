from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "expertpool.workflow"
    verbose_name = "审批流程"

    def ready(self) -> None:
        from expertpool.accounts.events import AccessTaken
        from expertpool.accounts.registry import READ_ALONG
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.criteria import CRITERIA_USES
        from expertpool.core.events import subscribe
        from expertpool.core.home import TODOS
        from expertpool.core.mandates import MANDATES
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import ENTRANCES, MENU, PUBLIC_PAGES, Entrance, PublicPage
        from expertpool.customforms.registry import FIELD_USES
        from expertpool.notifications.events import TemplateRewritten
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.notifications.queries.subjects import MESSAGE_SUBJECTS, private_subject
        from expertpool.siteconfig.events import SettingChanged, SettingsSaved
        from expertpool.workflow.actions import ACTIONS
        from expertpool.workflow.menu import ITEMS
        from expertpool.workflow.occasions import (
            AGREED,
            ASKED,
            CODE,
            DUE,
            EXPIRED,
            HANDED,
            LOWERED,
            REROUTED,
            REWRITTEN,
            STUCK,
            TAKEN,
            TURNED_DOWN,
            WAITING,
            WITHDRAWN,
        )
        from expertpool.workflow.permissions import PERMISSIONS
        from expertpool.workflow.queries import todo
        from expertpool.workflow.queries.deciders import STANDS_IN
        from expertpool.workflow.queries.naming import CONDITIONS, USE
        from expertpool.workflow.queries.notices import WRITTEN, has_notices
        from expertpool.workflow.receivers import access_taken, setting_changed, settings_saved
        from expertpool.workflow.services.matters import TODO
        from expertpool.workflow.services.rewritten import tell_rewritten
        from expertpool.workflow.settings import SETTINGS

        register_permissions(PERMISSIONS)
        READ_ALONG.add(STANDS_IN)
        FIELD_USES.add(USE)
        CRITERIA_USES.add(CONDITIONS)
        SITE_SETTINGS.add(*SETTINGS)
        LOG_ACTIONS.add(*ACTIONS)
        MANDATES.add(*WRITTEN)
        MENU.add(*ITEMS)
        # They name people, who are on notice for some days and not for ever.
        PUBLIC_PAGES.add(
            PublicPage(
                "workflow:notice_list",
                "公示列表",
                "正在公示的事项，公示期内可以提出意见。",
                listed=False,
            ),
            PublicPage(
                "workflow:notice",
                "公示事项",
                "公示事项的内容、起止时间和提出意见的方式。",
                listed=False,
            ),
        )
        ENTRANCES.add(
            Entrance("notices", "公示", "workflow:notice_list", has_notices, icon="speakerphone")
        )
        TODOS.add(TODO, todo.TODO)
        OCCASIONS.add(
            ASKED,
            AGREED,
            CODE,
            EXPIRED,
            LOWERED,
            REROUTED,
            REWRITTEN,
            TAKEN,
            TURNED_DOWN,
            WITHDRAWN,
        )
        OCCASIONS.add(WAITING, DUE, STUCK, HANDED)
        subscribe(AccessTaken, access_taken)
        subscribe(SettingChanged, setting_changed)
        subscribe(SettingsSaved, settings_saved)
        subscribe(TemplateRewritten, tell_rewritten)
        # Whoever reads the records of messages agrees for nobody by what he reads.
        MESSAGE_SUBJECTS.add(private_subject("workflow.confirmationcode"))
