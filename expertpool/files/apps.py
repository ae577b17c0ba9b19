from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "expertpool.files"
    verbose_name = "附件"
