from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "expertpool.projects"
    verbose_name = "项目"

    def ready(self) -> None:
        from expertpool.core.permissions import register_permissions
        from expertpool.projects.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
