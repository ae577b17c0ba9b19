from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DirectoryConfig(AppConfig):
    name = "expertpool.directory"
    verbose_name = "基础资料"

    def ready(self) -> None:
        from expertpool.audit.actions import register_actions
        from expertpool.core.configuration import register_settings
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import register_menu
        from expertpool.directory.menu import ITEMS
        from expertpool.directory.permissions import PERMISSIONS
        from expertpool.directory.receivers import fill_new_database
        from expertpool.directory.settings import SETTINGS

        register_permissions(PERMISSIONS)
        register_settings(*SETTINGS)
        register_menu("system", *ITEMS)
        register_actions(
            directory__create="新增基础资料",
            directory__update="修改基础资料",
            directory__delete="删除基础资料",
            directory__move="移动专业",
        )
        post_migrate.connect(fill_new_database, sender=self)
