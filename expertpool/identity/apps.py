from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "expertpool.identity"
    verbose_name = "统一认证"

    def ready(self) -> None:
        from expertpool.accounts.events import HandedOver
        from expertpool.accounts.registry import (
            LEAVINGS,
            OTHER_HANDS,
            PASSWORD_BARS,
            PASSWORD_DOORS,
            OtherHands,
            PasswordBar,
        )
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.configuration import (
            SETTING_CONSTRAINTS,
            SETTING_TRIALS,
            SITE_SETTINGS,
        )
        from expertpool.core.events import subscribe
        from expertpool.core.registry import ENTRANCES, MENU
        from expertpool.identity.actions import ACTIONS
        from expertpool.identity.menu import ITEM, WAY_IN
        from expertpool.identity.queries import let_in_since, why_no_password
        from expertpool.identity.receivers import settings_saved
        from expertpool.identity.services import by_directory, trial
        from expertpool.identity.services.leaving import LEAVING
        from expertpool.identity.services.mapping import end_with_hand
        from expertpool.identity.settings.ldap import LDAP_COMPLETE, LDAP_SETTINGS
        from expertpool.identity.settings.oidc import OIDC_COMPLETE, OIDC_SETTINGS
        from expertpool.siteconfig.events import SettingsSaved

        SITE_SETTINGS.add(*OIDC_SETTINGS, *LDAP_SETTINGS)
        SETTING_CONSTRAINTS.add(*OIDC_COMPLETE, LDAP_COMPLETE)
        SETTING_TRIALS.add(trial.TRIAL, by_directory.TRIAL)
        LOG_ACTIONS.add(*ACTIONS)
        PASSWORD_BARS.add(PasswordBar("identity", why_no_password))
        LEAVINGS.add(LEAVING)
        PASSWORD_DOORS.add(by_directory.DOOR)
        OTHER_HANDS.add(OtherHands("identity", let_in_since))
        subscribe(SettingsSaved, settings_saved)
        subscribe(HandedOver, end_with_hand)
        ENTRANCES.add(WAY_IN)
        MENU.add(ITEM)
