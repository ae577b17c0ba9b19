"""Who has to show a second step."""

from collections.abc import Sequence

from expertpool.accounts.queries import role_names
from expertpool.accounts.settings import SIGN_IN
from expertpool.core.configuration import Setting, Several


def _roles() -> tuple[tuple[str, str], ...]:
    return tuple(role_names().items())


def _any_of(values: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the roles of which any of ``values`` demands it."""
    return tuple(sorted({role for value in values for role in value}))


REQUIRED_OF = Setting(
    "secondfactor.roles",
    "登录须第二步验证的角色",
    Several(_roles),
    (),
    group=SIGN_IN,
    order=15,
    help="这些角色登录时，输入密码之后还要出示验证器的数字、通行密钥或备用码；还没有设置的，登录时先设置。"
    "已登录的人下次登录起适用；取消要求一天后生效，并通知安全管理员。",
    strictest=_any_of,
)
SETTINGS = (REQUIRED_OF,)
