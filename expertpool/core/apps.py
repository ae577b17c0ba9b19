from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "expertpool.core"
    verbose_name = "基础"

    def ready(self) -> None:
        from django.core.checks import register as register_check
        from django.core.validators import ProhibitNullCharactersValidator

        from expertpool.core.catalogue import check_catalogues
        from expertpool.core.configuration import SITE_SETTINGS
        from expertpool.core.permissions import check_required_codes
        from expertpool.core.registry import ACCOUNT_ITEMS, MENU_GROUPS, MenuGroup, MenuItem
        from expertpool.core.search import SEARCHES, SearchProvider, find_pages
        from expertpool.core.settings import SETTINGS
        from expertpool.core.text import HIDDEN

        # Every text field of a form has this check; Django's words for it speak of empty strings.
        ProhibitNullCharactersValidator.message = HIDDEN
        register_check(check_catalogues)
        register_check(check_required_codes)
        SITE_SETTINGS.add(*SETTINGS)
        MENU_GROUPS.add(MenuGroup("home", "", 0), MenuGroup("system", "系统管理", 90))
        ACCOUNT_ITEMS.add(
            MenuItem("core.exports", "我的导出", "download", "core:export_list", order=50)
        )
        SEARCHES.add(SearchProvider("pages", "功能", find_pages, order=900))
