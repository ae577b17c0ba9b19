from django.apps import AppConfig


class ExpertsConfig(AppConfig):
    name = "expertpool.experts"
    verbose_name = "专家"
