from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "expertpool.projects"
    verbose_name = "项目"
