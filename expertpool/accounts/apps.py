from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "expertpool.accounts"
    verbose_name = "账号权限"
