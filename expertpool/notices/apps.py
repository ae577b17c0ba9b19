from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "expertpool.notices"
    verbose_name = "专家通知"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.changes.registry import OWN_DATA
        from expertpool.core import home as home_page
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.mandates import MANDATES, Mandate
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, NARROW_PAGES, narrow_pages
        from expertpool.experts.queries.erasing import KEEPERS
        from expertpool.experts.registry import LIST_ACTIONS as OF_EXPERTS
        from expertpool.files.registry import FILE_SUBJECTS
        from expertpool.notices import home
        from expertpool.notices.actions import ACTIONS
        from expertpool.notices.exports import AddresseeExport
        from expertpool.notices.menu import ITEMS, LIST_ACTIONS
        from expertpool.notices.models import ExpertNotice
        from expertpool.notices.occasions import LINK, REMINDER, SENT
        from expertpool.notices.permissions import PERMISSIONS
        from expertpool.notices.queries.erasing import KEEPERS as STAYS
        from expertpool.notices.queries.notices import NOTICE_FILES
        from expertpool.notices.settings import SETTINGS
        from expertpool.notices.tables import OWN
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.notifications.queries.subjects import MESSAGE_SUBJECTS, private_subject

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        LOG_ACTIONS.add(*ACTIONS)
        MANDATES.add(
            Mandate(
                "notices",
                "专家通知",
                lambda now: ExpertNotice.objects.select_related("sent_by", "withdrawn_by"),
            )
        )
        OCCASIONS.add(SENT, REMINDER)
        MESSAGE_SUBJECTS.add(private_subject(LINK, named=True))
        MENU.add(*ITEMS)
        NARROW_PAGES.add(*narrow_pages("notices:own", "notices:own_detail", "notices:confirm"))
        OF_EXPERTS.add(*LIST_ACTIONS)
        EXPORTS.add(AddresseeExport())
        FILE_SUBJECTS.add(NOTICE_FILES)
        OWN_DATA.add(OWN)
        home_page.TODOS.add(*home.TODOS)
        home_page.SHORTCUTS.add(*home.SHORTCUTS)
        KEEPERS.add(*STAYS)
