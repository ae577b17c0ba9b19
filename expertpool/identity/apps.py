from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "expertpool.identity"
    verbose_name = "统一认证"

    def ready(self) -> None:
        from expertpool.accounts.registry import PASSWORD_BARS, PasswordBar
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.configuration import (
            SETTING_CONSTRAINTS,
            SETTING_TRIALS,
            SITE_SETTINGS,
        )
        from expertpool.core.registry import ENTRANCES, MENU
        from expertpool.identity.actions import ACTIONS
        from expertpool.identity.menu import ITEM, WAY_IN
        from expertpool.identity.queries import why_no_password
        from expertpool.identity.services.trial import TRIAL
        from expertpool.identity.settings.oidc import OIDC_COMPLETE, OIDC_SETTINGS

        SITE_SETTINGS.add(*OIDC_SETTINGS)
        SETTING_CONSTRAINTS.add(OIDC_COMPLETE)
        SETTING_TRIALS.add(TRIAL)
        LOG_ACTIONS.add(*ACTIONS)
        PASSWORD_BARS.add(PasswordBar("identity", why_no_password))
        ENTRANCES.add(WAY_IN)
        MENU.add(ITEM)
