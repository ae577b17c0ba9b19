from django.apps import AppConfig


class CustomformsConfig(AppConfig):
    name = "expertpool.customforms"
    verbose_name = "自定义字段"

    def ready(self) -> None:
        from expertpool.audit import actions as log
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU
        from expertpool.core.subjects import FIELD_SOURCES
        from expertpool.core.visibility import GUARD_SOURCES
        from expertpool.customforms.actions import ACTIONS, CODES
        from expertpool.customforms.menu import ITEM
        from expertpool.customforms.permissions import PERMISSIONS
        from expertpool.customforms.queries.declared import GUARDS, SOURCE
        from expertpool.customforms.queries.files import FIELD_FILES, READERS
        from expertpool.files.registry import FILE_SUBJECTS

        register_permissions(PERMISSIONS)
        log.LOG_ACTIONS.add(*ACTIONS)
        log.CODES.add(*CODES)
        log.READ_BY.add(READERS)
        MENU.add(ITEM)
        FIELD_SOURCES.add(SOURCE)
        GUARD_SOURCES.add(GUARDS)
        FILE_SUBJECTS.add(FIELD_FILES)
