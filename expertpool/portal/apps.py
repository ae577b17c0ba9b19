from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "expertpool.portal"
    verbose_name = "门户"

    def ready(self) -> None:
        from expertpool.accounts.events import AccessEnded, AccountActed, AccountsOpened
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core import home
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.duties import DutiesLate
        from expertpool.core.events import subscribe
        from expertpool.core.registry import ACCOUNT_ITEMS, MENU, NARROW_PAGES, narrow_pages
        from expertpool.core.scanning import VirusFound
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.notifications.queries.subjects import MESSAGE_SUBJECTS
        from expertpool.portal.actions import ACTIONS
        from expertpool.portal.home import TODOS
        from expertpool.portal.menu import ACCOUNT, ITEM
        from expertpool.portal.occasions import DUTIES_LATE, OPENED, PHONE, VIRUS
        from expertpool.portal.services import opening
        from expertpool.portal.services.duties import tell_late
        from expertpool.portal.services.phones import MESSAGES
        from expertpool.portal.services.viruses import tell_virus
        from expertpool.portal.settings import SETTINGS

        SITE_SETTINGS.add(*SETTINGS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU.add(ITEM)
        NARROW_PAGES.add(*narrow_pages("portal:home"))
        home.TODOS.add(*TODOS)
        ACCOUNT_ITEMS.add(ACCOUNT)
        OCCASIONS.add(PHONE, OPENED, DUTIES_LATE, VIRUS)
        MESSAGE_SUBJECTS.add(MESSAGES, opening.MESSAGES)
        subscribe(AccountsOpened, opening.send_links)
        subscribe(AccessEnded, opening.withdraw)
        subscribe(AccountActed, opening.follow)
        subscribe(DutiesLate, tell_late)
        subscribe(VirusFound, tell_virus)
