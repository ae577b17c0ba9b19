from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "expertpool.certificates"
    verbose_name = "专家证书"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.automation.services.happening import register_events
        from expertpool.certificates import home
        from expertpool.certificates.actions import ACTIONS
        from expertpool.certificates.exports import CertificateExport
        from expertpool.certificates.menu import ITEMS
        from expertpool.certificates.models import CertificateRun
        from expertpool.certificates.occasions import OCCASIONS as MINE
        from expertpool.certificates.permissions import PERMISSIONS
        from expertpool.certificates.receivers import member_came
        from expertpool.certificates.services import event_kinds
        from expertpool.certificates.services.erasing import ERASERS as GOES
        from expertpool.certificates.settings import SETTINGS
        from expertpool.certificates.tabs import TABS
        from expertpool.core import home as home_page
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.criteria import register_criteria
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.mandates import MANDATES, Mandate, unfinished
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, PAGE_TABS, PUBLIC_PAGES, PublicPage
        from expertpool.experts.events import ExpertApproved
        from expertpool.experts.queries.erasing import ERASERS
        from expertpool.notifications.occasions import OCCASIONS

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        LOG_ACTIONS.add(*ACTIONS)
        OCCASIONS.add(*MINE)
        MANDATES.add(
            Mandate("certificates.run", "证书批量办理", lambda now: unfinished(CertificateRun, now))
        )
        PUBLIC_PAGES.add(
            PublicPage(
                "certificates:check", "查验证书", "凭编码核验聘书、证书的真伪和状态。", listed=False
            )
        )
        MENU.add(*ITEMS)
        PAGE_TABS.add(*TABS)
        EXPORTS.add(CertificateExport())
        home_page.TODOS.add(*home.TODOS)
        home_page.SHORTCUTS.add(*home.SHORTCUTS)
        subscribe(ExpertApproved, member_came)
        register_criteria(event_kinds.SUBJECT, *event_kinds.CRITERIA)
        register_events(*event_kinds.EVENTS)
        ERASERS.add(*GOES)
