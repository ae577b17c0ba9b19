"""The interface for other platforms at /api/v1: each app's endpoints are mounted here."""

from __future__ import annotations

from config import altered
from expertpool.accounts import api as accounts
from expertpool.core.api import Api, Refusal, api_urls
from expertpool.core.criteria import CriteriaError
from expertpool.core.permissions import requires
from expertpool.core.storing import StoreDown
from expertpool.draws import api as draws
from expertpool.experts import api as experts
from expertpool.files import api as files
from expertpool.projects import api as projects
from expertpool.reviews import api as reviews

DESCRIPTION = """\
其他平台用令牌调用：申请和审核项目、设置抽取方案、执行抽取、跟踪进度、取回抽取记录和抽取表，登记评审对象。

- 请求头 `Authorization: Bearer 令牌`；令牌由管理员在「系统管理 › 接口令牌」创建。
- 权限和数据范围与令牌代表的用户在页面上的相同；范围之外的数据一律 404。
- 所有 POST 可带 `Idempotency-Key`：重复发送只执行一次。
- 答复中的时间一律是北京时间，带时区，如 `2026-12-01T09:30:00+08:00`；发来的时间可以用任何时区，须写明。
- 错误一律是 `application/problem+json`。
- 名单公开之前，任何接口都不返回被抽中的是谁。
"""

api = Api(
    title="专家库综合管理系统接口",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    auth=accounts.TokenAuth(),
    docs_decorator=requires("accounts.tokens"),
    refusals=(
        Refusal(CriteriaError, 422, "criteria-refused", "抽取条件有误"),
        Refusal(StoreDown, 503, "store-down", "文件存取不了，请稍后再试"),
        *altered.REFUSALS,
        *files.REFUSALS,
        *experts.REFUSALS,
        *projects.REFUSALS,
        *draws.REFUSALS,
        *reviews.REFUSALS,
    ),
)
api.add_router("", accounts.router)
api.add_router("", experts.router)
api.add_router("", projects.router)
api.add_router("", files.router)
api.add_router("", draws.router)
api.add_router("", reviews.router)

urls = api_urls(api)
