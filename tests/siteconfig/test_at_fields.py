"""What does not fit together is said at the field where it is mended; hosts are hosts, whatever they are for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from expertpool.accounts.settings import TOKEN_LONGEST, TOKEN_USUAL
from expertpool.core.configuration import SITE_SETTINGS, Setting
from expertpool.core.configuration.catalogue import SETTING_CONSTRAINTS, settings_of
from expertpool.identity.settings import ldap, oidc
from expertpool.notifications.channels.email import bounce_settings
from expertpool.notifications.channels.email import settings as mail
from expertpool.notifications.channels.sms import settings as sms
from expertpool.notifications.channels.voice import settings as voice
from expertpool.siteconfig.exceptions import SettingsRefused
from expertpool.siteconfig.services import check_values

HOSTS = (ldap.HOST, mail.HOST, bounce_settings.HOST, sms.SMPP_HOST)
WRONG: list[tuple[Setting[Any], dict[Setting[Any], Any]]] = [
    (oidc.SCOPES, {oidc.SCOPES: "profile"}),
    (oidc.CLIENT, {oidc.ENABLED: True, oidc.ISSUER: "https://id.example.cn"}),
    (ldap.READER, {ldap.ENABLED: True, ldap.HOST: "ldap.example.cn"}),
    (mail.SENDER, {mail.HOST: "smtp.example.cn"}),
    (mail.SECURITY, {mail.HOST: "smtp.example.cn", mail.SENDER: "a@b.cn", mail.SECURITY: "none"}),
    (bounce_settings.USER, {bounce_settings.HOST: "imap.example.cn"}),
    (sms.SMPP_TLS, {sms.SMPP_HOST: "10.1.1.1", sms.SMPP_TLS: False}),
    (sms.GATEWAY_URL, {sms.GATEWAY_URL: "ftp://x"}),
    (voice.LOGIN, {voice.USER: "a1", voice.LOGIN: "甲"}),
    (TOKEN_USUAL, {TOKEN_USUAL: timedelta(days=30), TOKEN_LONGEST: timedelta(days=7)}),
]


def refusal(values: dict[Setting[Any], Any]) -> dict[str, list[str]]:
    group = next(iter(values)).group
    whole = {one.code: one.default for one in settings_of(group)}
    with pytest.raises(SettingsRefused) as refused:
        check_values(group, whole | {one.code: value for one, value in values.items()}, {})
    return refused.value.errors


@pytest.mark.parametrize(("at", "values"), WRONG)
def test_a_rule_between_settings_is_said_at_the_field(
    at: Setting[Any], values: dict[Setting[Any], Any]
) -> None:
    errors = refusal(values)
    assert list(errors) == [at.code]


def test_every_place_is_a_field_of_its_page() -> None:
    for one in SETTING_CONSTRAINTS:
        if isinstance(one.at, Setting):
            assert one.at in set(SITE_SETTINGS)
            assert one.at.group == one.group
            assert not one.at.page


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(
    "typed", ["😀😀", "ldaps://a.example.cn", "a.example.cn:636", "a b", "-a.cn"]
)
def test_what_is_no_host_is_refused(host: Setting[str], typed: str) -> None:
    assert "应是主机名" in refusal({host: typed})[host.code][0]


@pytest.mark.parametrize("typed", ["smtp.example.cn", "mail_1", "10.8.0.5", "fe80::1", "a.cn."])
def test_hosts_and_addresses_are_taken(typed: str) -> None:
    for host in HOSTS:
        host.kind.check(typed)


@pytest.mark.parametrize("typed", ["ab", "+86", "８６", "8 6"])
def test_what_is_no_country_code_is_refused(typed: str) -> None:
    assert "只能是数字" in refusal({sms.SMPP_PREFIX: typed})[sms.SMPP_PREFIX.code][0]
