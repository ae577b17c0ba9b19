from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "expertpool.privacy"
    verbose_name = "个人信息"

    def ready(self) -> None:
        from expertpool.achievements.registry import NAMING, Naming
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.audit.events import PersonsListed
        from expertpool.changes.registry import OWN_DATA
        from expertpool.core import home
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.mandates import MANDATES
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, NARROW_PAGES, PAGE_TABS, narrow_pages
        from expertpool.experts.queries.erasing import KEEPERS
        from expertpool.experts.registry import SUSPENSIONS, Suspension
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.privacy import receivers
        from expertpool.privacy.actions import ACTIONS
        from expertpool.privacy.exports import ReadExport
        from expertpool.privacy.home import TODOS
        from expertpool.privacy.menu import ITEMS
        from expertpool.privacy.occasions import OCCASIONS as TOLD
        from expertpool.privacy.permissions import PERMISSIONS
        from expertpool.privacy.queries.consents import may_be_named, withdrew, withdrew_since
        from expertpool.privacy.queries.erasing import KEEPERS as STAYS
        from expertpool.privacy.queries.written import WRITTEN
        from expertpool.privacy.registry import BELOW, PERSONS, PERSONS_BELOW, READS
        from expertpool.privacy.services.listing import note_listed
        from expertpool.privacy.services.matters import MATTERS
        from expertpool.privacy.settings import SETTINGS
        from expertpool.privacy.tables import OWN
        from expertpool.privacy.tabs import TABS
        from expertpool.siteconfig.events import SettingChanged
        from expertpool.workflow.services.matters import register_matters

        register_permissions(PERMISSIONS)
        subscribe(PersonsListed, note_listed)
        SITE_SETTINGS.add(*SETTINGS)
        register_matters(*MATTERS)
        LOG_ACTIONS.add(*ACTIONS)
        MANDATES.add(*WRITTEN)
        MENU.add(*ITEMS)
        home.TODOS.add(*TODOS)
        PAGE_TABS.add(*TABS)
        OCCASIONS.add(*TOLD)
        OWN_DATA.add(*OWN)
        # Whoever is frozen or on the blacklist keeps his rights.
        NARROW_PAGES.add(*narrow_pages("privacy:own", "privacy:ask", "privacy:consent"))
        READS.add(*BELOW)
        PERSONS.add(*PERSONS_BELOW)
        EXPORTS.add(ReadExport())
        KEEPERS.add(*STAYS)
        SUSPENSIONS.add(Suspension("privacy", withdrew, "本人撤回同意", withdrew_since))
        subscribe(SettingChanged, receivers.setting_changed)
        NAMING.add(Naming("privacy", may_be_named))
