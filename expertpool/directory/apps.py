from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "expertpool.directory"
    verbose_name = "基础资料"
