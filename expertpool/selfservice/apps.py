from django.apps import AppConfig


class SelfserviceConfig(AppConfig):
    name = "expertpool.selfservice"
    verbose_name = "专家自助"

    def ready(self) -> None:
        from expertpool.accounts.events import AccessEnded
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.changes.registry import OWN_DATA
        from expertpool.core import home
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.events import subscribe
        from expertpool.core.registry import MENU, NARROW_PAGES, PAGE_TABS, narrow_pages
        from expertpool.draws.registry import LINK_PAGES, LinkPage
        from expertpool.experts.queries.erasing import ERASERS
        from expertpool.selfservice.actions import ACTIONS
        from expertpool.selfservice.home import NUMBERS, SHORTCUTS
        from expertpool.selfservice.menu import ITEMS, LETTER_PAGES
        from expertpool.selfservice.queries.letters import reply_address
        from expertpool.selfservice.receivers import access_ended
        from expertpool.selfservice.services.erasing import ERASERS as GOES
        from expertpool.selfservice.settings import CALENDAR_FEEDS
        from expertpool.selfservice.tables import REVIEWS
        from expertpool.selfservice.tabs import TABS

        LOG_ACTIONS.add(*ACTIONS)
        subscribe(AccessEnded, access_ended)
        SITE_SETTINGS.add(CALENDAR_FEEDS)
        MENU.add(*ITEMS)
        NARROW_PAGES.add(*narrow_pages(*LETTER_PAGES))
        OWN_DATA.add(REVIEWS)
        home.NUMBERS.add(*NUMBERS)
        home.SHORTCUTS.add(*SHORTCUTS)
        PAGE_TABS.add(*TABS)
        LINK_PAGES.add(LinkPage("reply", reply_address))
        ERASERS.add(*GOES)
