from django.apps import AppConfig


class DrawsConfig(AppConfig):
    name = "expertpool.draws"
    verbose_name = "抽取"
