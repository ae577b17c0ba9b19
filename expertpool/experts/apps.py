from django.apps import AppConfig


class ExpertsConfig(AppConfig):
    name = "expertpool.experts"
    verbose_name = "专家"

    def ready(self) -> None:
        from expertpool.core.permissions import register_permissions
        from expertpool.experts.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
