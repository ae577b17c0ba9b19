"""Trying a provider before its settings are saved: what it says of itself, and its keys."""

from __future__ import annotations

from expertpool.core.configuration import Reader, Trial, TrialFailed
from expertpool.identity.exceptions import IdentityError
from expertpool.identity.services.provider import forget_providers, provider_of
from expertpool.identity.services.tokens import ALGORITHMS
from expertpool.identity.settings.oidc import ISSUER, OIDC


def try_provider(read: Reader, address: str) -> str:
    """Return what the provider says of itself. Raises TrialFailed with what is wrong."""
    if not read(ISSUER):
        raise TrialFailed("请先填写颁发者。")
    # Else what is kept would answer for an address that has just been mended.
    forget_providers()
    try:
        provider = provider_of(read, fresh=True)
    except IdentityError as error:
        raise TrialFailed(str(error)) from error
    offered = provider.algorithms or ALGORITHMS
    usable = sorted(ALGORITHMS & offered)
    if not usable:
        raise TrialFailed("身份平台的签名算法本系统都不采用，请在它那里改为 RS256 或 ES256。")
    return (
        f"身份平台答复正常：公钥 {len(provider.keys)} 个，签名算法 {'、'.join(usable)}。"
        "客户端编号和密钥要到有人登录时才能验证，请保存后试登一次。"
    )


TRIAL = Trial(OIDC, "测试身份平台", "", try_provider, is_mail=False, asks=False)
