from django.apps import AppConfig


class StyleguideConfig(AppConfig):
    name = "expertpool.styleguide"
    verbose_name = "样式指南"
