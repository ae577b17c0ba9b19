"""The one form of errors: application/problem+json (RFC 9457) with Chinese texts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from ninja import Field, NinjaAPI, Schema
from ninja.errors import HttpError
from ninja.errors import ValidationError as ValuesError
from psycopg.errors import QueryCanceled

from expertpool.core.api.wording import message_for
from expertpool.core.client import IN_DOUBT, only_reads
from expertpool.core.subjects import SUBJECTS, joined_fields

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
CODES = frozenset({400, 401, 403, 404, 409, 413, 422, 429, 500, 503})


class FieldError(Schema):
    """One wrong value."""

    field: str = Field(description="字段路径，如 groups.0.seats；为空表示整个请求")
    message: str = Field(description="哪里不对、怎样改")


class Problem(Schema):
    """An error (RFC 9457)."""

    type: str = Field(description="错误的种类，固定不变，供程序判断")
    title: str = Field(description="这种错误的名称")
    status: int = Field(description="HTTP 状态码")
    detail: str = Field(description="这一次的原因和改正办法")
    errors: list[FieldError] = Field(description="有错的字段")


@dataclass(frozen=True)
class Refusal:
    """How an expected failure of a service is answered: its own sentence is the ``detail``.

    An exception with an attribute ``field`` is about that field. ``log`` is called before the
    answer, where it is nothing to expect.
    """

    exception: type[Exception]
    status: int
    code: str
    title: str
    log: Callable[[HttpRequest, Exception], None] | None = None


def answers(shape: Any, status: int = 200) -> dict[Any, Any]:
    """Return the answers that an endpoint documents: ``shape``, or a problem."""
    return {status: shape, CODES - {status}: Problem}


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """Return the answer of an error; ``code`` names its kind for programs and never changes."""
    content = {
        "type": f"urn:expertpool:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "errors": [{"field": field, "message": message} for field, message in errors],
    }
    return JsonResponse(
        content,
        status=status,
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


def unauthorized() -> HttpResponse:
    """The answer to a call without a valid token; it does not tell what is wrong with it."""
    response = problem(
        401,
        "unauthorized",
        "没有有效的令牌",
        "请在 Authorization 请求头里给出有效的令牌（Bearer …）；令牌可能已过期或已被收回。",
    )
    response["WWW-Authenticate"] = "Bearer"
    return response


def unknown_address() -> HttpResponse:
    """The answer to a call of an address that no endpoint has."""
    return problem(404, "unknown-address", "没有这个接口", "没有这个地址，请核对接口说明。")


def wrong_method(allowed: str) -> HttpResponse:
    """The answer to a call by a method that the address does not take (RFC 9110, 15.5.6)."""
    response = problem(
        405, "wrong-method", "请求方法不对", f"这个地址只接受 {allowed}，请核对接口说明。"
    )
    response["Allow"] = allowed
    return response


def add_handlers(api: NinjaAPI) -> None:
    """Let ``api`` answer every error as a problem."""
    api.add_exception_handler(HttpError, _http_error)
    api.add_exception_handler(Http404, _not_found)
    api.add_exception_handler(PermissionDenied, _forbidden)
    api.add_exception_handler(ValuesError, _wrong_values)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(RequestDataTooBig, _too_big)
    api.add_exception_handler(SuspiciousOperation, _malformed)
    api.add_exception_handler(MultiPartParserError, _malformed)
    api.add_exception_handler(RawPostDataException, _no_json)
    api.add_exception_handler(OperationalError, _unanswered)
    api.add_exception_handler(Exception, _unexpected)


def _no_json(_request: HttpRequest, _error: Any) -> HttpResponse:
    """A form that was read as one, where the body itself is asked for."""
    return problem(
        415,
        "unsupported-media-type",
        "内容类型不对",
        "这个接口只接受 JSON：请求头 Content-Type 应为 application/json，不能以表单（multipart/form-data）发送。",
    )


def _unanswered(request: HttpRequest, error: Any) -> HttpResponse:
    """The database is away, or gave a statement up for its time."""
    logger.error("the database did not answer: %s", type(error.__cause__ or error).__name__)
    nothing_done = only_reads(request) or isinstance(error.__cause__, QueryCanceled)
    answer = problem(
        503,
        "unanswered",
        "数据库没有及时答复",
        "没有改动任何内容。请减少条件或稍后再试。" if nothing_done else IN_DOUBT,
    )
    answer["Retry-After"] = "60"
    return answer


def add_refusals(api: NinjaAPI, refusals: Sequence[Refusal]) -> None:
    """Let ``api`` answer the expected failures of an app; the most special one counts."""
    for refusal in refusals:
        api.add_exception_handler(refusal.exception, _refuser(refusal))


def _refuser(refusal: Refusal) -> Any:
    def refuse(request: HttpRequest, error: Any) -> HttpResponse:
        if refusal.log is not None:
            refusal.log(request, error)
        field = getattr(error, "field", None)
        errors = [(field, str(error))] if field else []
        return problem(refusal.status, refusal.code, refusal.title, str(error), errors)

    return refuse


def _http_error(request: HttpRequest, error: Any) -> HttpResponse:
    if error.status_code == 401:
        return unauthorized()
    # The parser knew the field, ninja only that a body cannot be read.
    if isinstance(error.__cause__, ValidationError):
        return _invalid(request, error.__cause__)
    return _malformed(request, error)


def _malformed(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(400, "malformed", "请求格式不对", "请求内容不完整，或不是有效的 JSON、表单。")


def _too_big(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(413, "too-big", "请求太大", "请求内容太大，请减少后再发送。")


def _not_found(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(404, "not-found", "没有找到", "没有这条数据，或它不在令牌用户的数据范围内。")


def _forbidden(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(
        403,
        "forbidden",
        "没有权限",
        str(error) or "令牌的范围或令牌用户的角色不含这项操作，请联系管理员。",
    )


def _wrong_values(request: HttpRequest, error: Any) -> HttpResponse:
    return _invalid_values([(_path(item["loc"]), message_for(item)) for item in error.errors])


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    if hasattr(error, "error_dict"):
        found = [
            (_place_of(field), message)
            for field, messages in error.message_dict.items()
            for message in messages
        ]
    else:
        found = [("", message) for message in error.messages]
    return _invalid_values(found)


def _place_of(field: str) -> str:
    """Return where in a body the field of a record stands: those that joined stand under ``fields``."""
    if field == "__all__":
        return ""
    joined = {one.code for subject in SUBJECTS for one in joined_fields(subject.code)}
    return f"fields.{field}" if field in joined else field


def _invalid_values(errors: Sequence[tuple[str, str]]) -> HttpResponse:
    detail = "；".join(message.rstrip("。") for _, message in errors[:3])
    return problem(422, "invalid-values", "填写的内容有误", f"{detail}。", errors)


def _path(loc: Sequence[int | str]) -> str:
    """Return where a value stands: without its source, and without the name of the body."""
    parts = loc[2:] if loc[0] in {"body", "form", "file"} and len(loc) > 2 else loc[1:]
    if loc[0] == "body" and len(loc) == 2:
        return ""
    return ".".join(str(part) for part in parts)


def _unexpected(request: HttpRequest, error: Any) -> HttpResponse:
    logger.error("an API call failed", exc_info=error)
    return problem(
        500,
        "internal",
        "系统内部错误",
        "系统内部错误，没有改动任何数据；请联系管理员查看系统日志。",
    )
