from django.apps import AppConfig


class NetworksConfig(AppConfig):
    name = "expertpool.networks"
    verbose_name = "受限地址"

    def ready(self) -> None:
        from expertpool.audit.actions import LOG_ACTIONS
        from expertpool.core.mandates import MANDATES, Mandate
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU
        from expertpool.networks.actions import ACTIONS
        from expertpool.networks.menu import ITEM
        from expertpool.networks.permissions import PERMISSIONS
        from expertpool.networks.queries import written_rules

        register_permissions(PERMISSIONS)
        LOG_ACTIONS.add(*ACTIONS)
        MENU.add(ITEM)
        MANDATES.add(Mandate("networks.rule", "受限地址", written_rules, is_whole=True))
