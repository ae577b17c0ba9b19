from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "expertpool.accounts"
    verbose_name = "账号权限"

    def ready(self) -> None:
        from expertpool.accounts.actions import ACTIONS, CODES, VALUES
        from expertpool.accounts.home import NUMBERS, SHORTCUTS, TODOS
        from expertpool.accounts.menu import FORGOTTEN, ITEMS, LOGIN, PASSWORD
        from expertpool.accounts.permissions import PERMISSIONS
        from expertpool.accounts.places import WRITTEN
        from expertpool.accounts.queries import branch_name, branch_of
        from expertpool.accounts.receivers import give_new_permissions, keep_where
        from expertpool.accounts.services.duties import CONSTRAINT as SEPARATED
        from expertpool.accounts.services.importing import UserImporter
        from expertpool.accounts.settings import CONSTRAINTS, SETTINGS
        from expertpool.audit import actions as log
        from expertpool.core import home
        from expertpool.core.arrangement import MENU_ARRANGEMENT
        from expertpool.core.configuration import (
            SETTING_CONSTRAINTS,
            SETTING_PAGES,
            SITE_SETTINGS,
            SettingPage,
        )
        from expertpool.core.importing import IMPORTS
        from expertpool.core.mandates import MANDATES
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import (
            ACCOUNT_ITEMS,
            MENU,
            NARROW_PAGES,
            PUBLIC_PAGES,
            narrow_pages,
        )

        register_permissions(PERMISSIONS)
        SITE_SETTINGS.add(*SETTINGS)
        SETTING_CONSTRAINTS.add(*CONSTRAINTS, SEPARATED)
        SETTING_PAGES.add(SettingPage(MENU_ARRANGEMENT.code, "accounts:menu_list"))
        log.LOG_ACTIONS.add(*ACTIONS)
        log.VALUE_LABELS.add(*VALUES)
        log.CODES.add(*CODES)
        log.BRANCHES.add(log.BranchOf("accounts.department", branch_of, branch_name))
        IMPORTS.add(UserImporter)
        MANDATES.add(*WRITTEN)
        MENU.add(*ITEMS)
        home.NUMBERS.add(*NUMBERS)
        home.SHORTCUTS.add(*SHORTCUTS)
        home.TODOS.add(*TODOS)
        ACCOUNT_ITEMS.add(PASSWORD)
        PUBLIC_PAGES.add(LOGIN, FORGOTTEN)
        NARROW_PAGES.add(*narrow_pages("accounts:logout", "accounts:password", "accounts:idle"))
        user_logged_in.connect(keep_where)
        # After every migrate, which is when a new version's catalogue meets the database.
        post_migrate.connect(give_new_permissions, sender=self)
