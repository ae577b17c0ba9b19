from django.apps import AppConfig


class TelephoneConfig(AppConfig):
    name = "expertpool.telephone"
    verbose_name = "电话"
