from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "expertpool.audit"
    verbose_name = "留痕"
