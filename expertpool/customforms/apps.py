from django.apps import AppConfig


class CustomformsConfig(AppConfig):
    name = "expertpool.customforms"
    verbose_name = "自定义字段"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU
        from expertpool.core.subjects import FIELD_SOURCES
        from expertpool.customforms.actions import ACTIONS
        from expertpool.customforms.menu import ITEM
        from expertpool.customforms.permissions import PERMISSIONS
        from expertpool.customforms.queries.declared import SOURCE

        register_permissions(PERMISSIONS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU.add(ITEM)
        FIELD_SOURCES.add(SOURCE)
