"""The interface as a whole: its rules for every endpoint, its description, its addresses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer
from ninja.responses import NinjaJSONEncoder

from expertpool.core.api.idempotency import HEADER, LONGEST_KEY, answered_once
from expertpool.core.api.parsing import StrictParser
from expertpool.core.api.problems import (
    CONTENT_TYPE,
    Refusal,
    add_handlers,
    add_refusals,
    unauthorized,
    unknown_address,
    wrong_method,
)
from expertpool.core.api.rights import guarded

# Pages for people who have signed in; every endpoint asks for a token instead.
PAGES = ("openapi-json", "api-root")

KEY_PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "幂等键：同一个键和同样的内容重复发送，只执行一次，返回第一次的答复；保留 24 小时。",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
}
MEANINGS = {
    200: "成功",
    201: "已新增",
    202: "已提交申请，等待另一人确认",
    400: "请求格式不对",
    401: "没有有效的令牌",
    403: "没有权限，或名单尚未公开",
    404: "没有找到，或在数据范围之外",
    409: "现在的状态不允许这样操作",
    413: "请求太大",
    422: "填写的内容有误，或幂等键已用于别的请求",
    429: "查询过于频繁",
    500: "系统内部错误",
    503: "数据库没有及时答复",
}


class _Encoder(NinjaJSONEncoder):
    """Writes each moment by the site's own clock, with its offset, whatever made it: a row has UTC, an hour that is told
    the local one."""

    def default(self, o: Any) -> Any:
        is_moment = isinstance(o, datetime) and timezone.is_aware(o)
        return super().default(timezone.localtime(o) if is_moment else o)


class _Renderer(JSONRenderer):
    encoder_class = _Encoder


class Api(NinjaAPI):
    """An interface whose endpoints take a token, say whom they allow, and err in one form."""

    def __init__(
        self,
        *,
        auth: Callable[[HttpRequest], Any],
        refusals: Sequence[Refusal],
        **options: Any,
    ) -> None:
        super().__init__(
            auth=auth, docs_url=None, parser=StrictParser(), renderer=_Renderer(), **options
        )
        self.token_auth = auth
        # Rights are asked inside, once values are read; a repeated call is caught before all else.
        self.add_decorator(guarded, mode="operation")
        self.add_decorator(answered_once(auth), mode="view")
        add_handlers(self)
        add_refusals(self, refusals)

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the description, with what all endpoints have in common."""
        schema = super().get_openapi_schema(**options)
        problems: dict[str, Any] = {}
        for operations in schema["paths"].values():
            for method, operation in operations.items():
                if method == "post":
                    operation["parameters"].append(KEY_PARAMETER)
                operation["responses"] = _shared(operation["responses"], problems)
        schema["components"]["responses"] = problems
        return schema


def _shared(answers: dict[int, Any], problems: dict[str, Any]) -> dict[str, Any]:
    """Return ``answers`` with their meanings; each problem is described once, in ``problems``."""
    result: dict[str, Any] = {}
    for status, answer in sorted(answers.items()):
        answer["description"] = MEANINGS[status]
        shape = answer.get("content", {}).get("application/json", {})
        if shape.get("schema", {}).get("$ref", "").endswith("/Problem"):
            problems[f"problem{status}"] = answer | {"content": {CONTENT_TYPE: shape}}
            result[str(status)] = {"$ref": f"#/components/responses/problem{status}"}
        else:
            result[str(status)] = answer
    return result


def api_urls(api: Api) -> tuple[list[Any], str, str]:
    """Return what `urls.py` mounts: no endpoint asks for a session, which would count nothing, and
    a wrong address or method is answered as any other error."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern) and pattern.name not in PAGES:
            pattern.callback = login_not_required(_telling_methods(pattern.callback))
    unknown = path("<path:address>", _unknown_address(api.token_auth), name="unknown")
    return [*patterns, unknown], app_name, namespace


def _telling_methods(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def tell(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        return wrong_method(answer["Allow"]) if answer.status_code == 405 else answer

    return tell


def _unknown_address(auth: Callable[[HttpRequest], Any]) -> Callable[..., HttpResponse]:
    """Return the view of whatever no endpoint has."""

    @csrf_exempt
    @login_not_required
    def tell(request: HttpRequest, address: str) -> HttpResponse:
        return unknown_address() if auth(request) else unauthorized()

    return tell
