"""Who calls the interface."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.security import HttpBearer

from expertpool.accounts.models import ApiToken, User, UserRequest
from expertpool.accounts.schemas import Caller
from expertpool.accounts.services.tokens import find_token
from expertpool.core.api import allows, answers

router = Router(tags=["令牌"])


class TokenAuth(HttpBearer):
    """``Authorization: Bearer ep_…``. The token's user makes the call, whatever session there is."""

    def __call__(self, request: HttpRequest) -> ApiToken | None:
        # Asked twice in one call, before a repeated call is answered and by the endpoint.
        known: ApiToken | None = getattr(request, "auth", None)
        token = known or super().__call__(request)
        if token is not None:
            request.auth = token  # type: ignore[attr-defined]
            # A browser's session in the same call must not lend its rights to the token.
            request.user = token.user
        return token

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        return find_token(token, now=timezone.now())


class TokenRequest(UserRequest):
    """For annotations: a request that came with a token."""

    auth: ApiToken


@router.get("/me", response=answers(Caller), operation_id="caller_get", summary="查看令牌")
@allows()
def caller_get(request: TokenRequest) -> Caller:
    """返回令牌代表谁、现在能做什么，可用来检查对接是否成功。"""
    user: User = request.user
    return Caller(
        token=request.auth.name,
        username=user.username,
        name=user.name,
        department_id=user.department_id,
        permissions=sorted(user.grants),
        expires_at=request.auth.expires_at,
    )
