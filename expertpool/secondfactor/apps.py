from django.apps import AppConfig


class SecondfactorConfig(AppConfig):
    name = "expertpool.secondfactor"
    verbose_name = "第二步验证"

    def ready(self) -> None:
        from expertpool.accounts.registry import SECOND_STEPS, SecondStep
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.events import subscribe
        from expertpool.core.registry import ACCOUNT_ITEMS, MENU, NARROW_PAGES, narrow_pages
        from expertpool.secondfactor import receivers
        from expertpool.secondfactor.actions import ACTIONS
        from expertpool.secondfactor.menu import ITEM, OWN
        from expertpool.secondfactor.queries import has_to_show, why_app_is_needed
        from expertpool.secondfactor.services.matters import RESET
        from expertpool.secondfactor.settings import SETTINGS
        from expertpool.siteconfig.events import SettingChanged
        from expertpool.workflow.services.matters import register_matters

        SECOND_STEPS.add(
            SecondStep("secondfactor", has_to_show, "secondfactor:step", why_app_is_needed)
        )
        SITE_SETTINGS.add(*SETTINGS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU.add(ITEM)
        ACCOUNT_ITEMS.add(OWN)
        NARROW_PAGES.add(
            *narrow_pages(
                "secondfactor:own",
                "secondfactor:codes",
                "secondfactor:passkey_options",
                "secondfactor:passkey_add",
                "secondfactor:passkey_remove",
            )
        )
        register_matters(RESET)
        subscribe(SettingChanged, receivers.setting_changed)
