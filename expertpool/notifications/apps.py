from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "expertpool.notifications"
    verbose_name = "通知"

    def ready(self) -> None:
        from expertpool.accounts.events import AccessEnded, AccountActed, RoleGained
        from expertpool.audit.actions import LOG_ACTIONS, VALUE_LABELS
        from expertpool.core.configuration import (
            SETTING_CONSTRAINTS,
            SETTING_TRIALS,
            SITE_SETTINGS,
        )
        from expertpool.core.events import subscribe
        from expertpool.core.exporting import EXPORTS
        from expertpool.core.health import CHECK_GROUPS, CHECKS
        from expertpool.core.mandates import MANDATES
        from expertpool.core.permissions import register_permissions
        from expertpool.core.registry import MENU, MENU_GROUPS, NARROW_PAGES, narrow_pages
        from expertpool.core.saved_searches import SharedSearchCleared
        from expertpool.files.registry import FILE_SUBJECTS
        from expertpool.networks.events import NetworkRuled
        from expertpool.notifications.actions import ACTIONS, VALUES
        from expertpool.notifications.channels import CHANNELS
        from expertpool.notifications.channels.sms.smpp import on_told
        from expertpool.notifications.exports import RecordExport
        from expertpool.notifications.menu import GROUP, ITEMS
        from expertpool.notifications.occasions import OCCASIONS
        from expertpool.notifications.permissions import PERMISSIONS
        from expertpool.notifications.queries.health import (
            GATEWAYS,
            REPLIES,
            RETURNS,
            gateway_checks,
        )
        from expertpool.notifications.queries.replies import REPLIES as REPLY_ROWS
        from expertpool.notifications.queries.templates import TEMPLATE_FILES
        from expertpool.notifications.receivers import setting_changed
        from expertpool.notifications.services.account_acts import (
            ACTED,
            RULED,
            tell_acted,
            tell_gained,
            tell_ruled,
        )
        from expertpool.notifications.services.line import take_told
        from expertpool.notifications.services.password_ends import ENDS
        from expertpool.notifications.services.searches import CLEARED, tell_cleared
        from expertpool.notifications.services.wechat import CHANGED, end_with_access
        from expertpool.notifications.settings import SETTINGS
        from expertpool.siteconfig.events import SettingChanged

        register_permissions(PERMISSIONS)
        EXPORTS.add(RecordExport())
        MANDATES.add(REPLY_ROWS)
        SITE_SETTINGS.add(*SETTINGS)
        for channel in CHANNELS:
            SITE_SETTINGS.add(*channel.settings)
            SETTING_CONSTRAINTS.add(*channel.constraints)
            SETTING_TRIALS.add(*channel.trials)
        LOG_ACTIONS.add(*ACTIONS)
        VALUE_LABELS.add(*VALUES)
        MENU_GROUPS.add(GROUP)
        MENU.add(*ITEMS)
        NARROW_PAGES.add(
            *narrow_pages("notifications:inbox", "notifications:message", "notifications:read_all")
        )
        OCCASIONS.add(ACTED, RULED, CHANGED, CLEARED, ENDS)
        CHECK_GROUPS.add(GATEWAYS)
        CHECKS.add(*gateway_checks(), RETURNS, REPLIES)
        subscribe(AccessEnded, end_with_access)
        subscribe(AccountActed, tell_acted)
        subscribe(RoleGained, tell_gained)
        subscribe(SettingChanged, setting_changed)
        subscribe(NetworkRuled, tell_ruled)
        subscribe(SharedSearchCleared, tell_cleared)
        FILE_SUBJECTS.add(TEMPLATE_FILES)
        on_told(take_told)
