from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "expertpool.core"
    verbose_name = "基础"

    def ready(self) -> None:
        from expertpool.core.configuration import register_settings
        from expertpool.core.registry import MenuItem, register_account_items
        from expertpool.core.settings import SETTINGS

        register_settings(*SETTINGS)
        register_account_items(
            MenuItem("core.exports", "我的导出", "download", "core:export_list", order=50)
        )
