from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "expertpool.webhooks"
    verbose_name = "事件推送"

    def ready(self) -> None:
        from expertpool.audit import actions as log
        from expertpool.automation.registry import RULE_ACTIONS
        from expertpool.core.events import subscribe
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU
        from expertpool.draws.events import DrawEnded, DrawSealed, InvitationAnswered, NamesReleased
        from expertpool.experts.events import (
            ExpertEntered,
            ExpertsImported,
            LeaveFiled,
            StatusChanged,
        )
        from expertpool.projects.events import ProjectApproved
        from expertpool.webhooks import receivers
        from expertpool.webhooks.actions import ACTIONS, CODES
        from expertpool.webhooks.menu import ITEM
        from expertpool.webhooks.permissions import PERMISSIONS
        from expertpool.webhooks.services.rule_action import CALL

        register_permissions(PERMISSIONS)
        log.LOG_ACTIONS.add(*ACTIONS)
        log.CODES.add(*CODES)
        MENU.add(ITEM)
        RULE_ACTIONS.add(CALL)
        subscribe(ProjectApproved, receivers.project_approved)
        subscribe(DrawSealed, receivers.draw_sealed)
        subscribe(DrawEnded, receivers.draw_ended)
        subscribe(InvitationAnswered, receivers.invitation_answered)
        subscribe(NamesReleased, receivers.names_released)
        subscribe(ExpertEntered, receivers.expert_entered)
        subscribe(ExpertsImported, receivers.experts_imported)
        subscribe(StatusChanged, receivers.status_changed)
        subscribe(LeaveFiled, receivers.leave_filed)
