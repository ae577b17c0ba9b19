from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "expertpool.core"
    verbose_name = "基础"
