from django.apps import AppConfig


class JoiningConfig(AppConfig):
    name = "expertpool.joining"
    verbose_name = "入库申请"

    def ready(self) -> None:
        from expertpool.accounts.registry import (
            CONTACT_OWNERS,
            OUTSIDERS,
            PASSWORD_LINKS,
            ContactOwners,
            Outsiders,
            PasswordLink,
        )
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.automation.services.happening import register_events
        from expertpool.core import home
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.criteria import join_criteria, register_criteria
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.mandates import MANDATES, Mandate
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import ENTRANCES, MENU, PUBLIC_PAGES, Entrance, PublicPage
        from expertpool.customforms.registry import FIELD_USES
        from expertpool.experts.queries.erasing import ERASERS, KEEPERS
        from expertpool.files.registry import FILE_SUBJECTS
        from expertpool.joining.actions import ACTIONS
        from expertpool.joining.exports import ApplicationExport
        from expertpool.joining.home import SHORTCUTS, TODOS
        from expertpool.joining.menu import ITEMS
        from expertpool.joining.models import FriendLink
        from expertpool.joining.occasions import CODES, LINKS, OCCASIONS, PASSWORDS
        from expertpool.joining.permissions import PERMISSIONS
        from expertpool.joining.queries.applications import (
            FIELD_USE,
            FIELDS,
            FILES,
            OF_EXPERTS,
            SUBJECT,
            added_fields,
            applicants_among,
            copied_fields,
            is_his_own,
        )
        from expertpool.joining.queries.flow import FLOW
        from expertpool.joining.queries.public import is_open
        from expertpool.joining.queries.recommendations import WRITTEN
        from expertpool.joining.services import event_kinds
        from expertpool.joining.services.erasing import ERASERS as GOES
        from expertpool.joining.services.erasing import KEEPERS as STAYS
        from expertpool.joining.services.passwords import NOT_OURS, send_password_link
        from expertpool.joining.settings import SETTINGS
        from expertpool.notifications import occasions
        from expertpool.notifications.queries.subjects import (
            MESSAGE_SUBJECTS,
            MessageSubject,
            private_subject,
        )
        from expertpool.workflow.registry import FLOW_SUBJECTS

        register_permissions(PERMISSIONS)
        LOG_ACTIONS.add(*ACTIONS)
        MANDATES.add(*WRITTEN)
        MANDATES.add(Mandate("joining.link", "友情链接", lambda now: FriendLink.objects.all()))
        SITE_SETTINGS.add(*SETTINGS)
        MENU.add(*ITEMS)
        home.TODOS.add(*TODOS)
        home.SHORTCUTS.add(*SHORTCUTS)
        EXPORTS.add(ApplicationExport())
        FILE_SUBJECTS.add(FILES)
        register_criteria(SUBJECT, *FIELDS, *copied_fields())
        join_criteria(SUBJECT, added_fields)
        register_criteria("experts.expert", OF_EXPERTS)
        FLOW_SUBJECTS.add(FLOW)
        FIELD_USES.add(FIELD_USE)
        register_events(*event_kinds.EVENTS)
        occasions.OCCASIONS.add(*OCCASIONS)
        # The code and the link in them act for whoever has them.
        MESSAGE_SUBJECTS.add(
            private_subject(CODES, fares=False),
            private_subject(LINKS),
            private_subject(PASSWORDS),
            # What was decided is known to whoever decides, and to the applicant.
            MessageSubject(
                SUBJECT,
                readable=lambda user, ids: ids if user.has_permission("joining.review") else (),
                sealed="审核入库申请的人可见",
                fares=True,
            ),
        )
        PASSWORD_LINKS.add(PasswordLink("joining", is_his_own, send_password_link))
        CONTACT_OWNERS.add(
            ContactOwners("joining", is_his_own, lambda user, field, index: "", NOT_OURS)
        )
        OUTSIDERS.add(Outsiders("joining", applicants_among, lambda users, since: ()))
        PUBLIC_PAGES.add(
            PublicPage(
                "joining:start",
                "申请成为专家",
                "申请加入专家库：入库条件、需要准备的材料和在线申请。",
                is_open,
            )
        )
        ENTRANCES.add(Entrance("joining", "申请成为专家", "joining:start", is_open))
        ERASERS.add(*GOES)
        KEEPERS.add(*STAYS)
