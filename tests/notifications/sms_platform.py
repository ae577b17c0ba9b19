"""The short message platforms of others on this machine: what is asked of them is checked by the vendors'
own code (their SDKs), which nobody here wrote."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from alibabacloud_tea_openapi.utils import Utils
from darabonba.request import DaraRequest
from tencentcloud.common.sign import Sign

KEY, SECRET = "AKID-test", "secret+/=测试"


class Platform:
    """Use as a context manager. ``taken`` are the messages of requests whose signature is right; ``status``
    and ``answer`` are what it says, where set, as ``kind``; ``hanging`` holds its answers back. ``details`` is what it knows of messages, by its own names."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.details: list[dict[str, Any]] = []
        self.status = 200
        self.answer: bytes | None = None
        self.kind = "application/json"
        self.hanging = threading.Event()
        self.hanging.set()
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, answer = platform._answer(self, body)
                platform.hanging.wait(30)
                self.send_response(status)
                self.send_header("Content-Type", platform.kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.host}"

    def __enter__(self) -> Platform:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hanging.set()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes]:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.headers.append(headers)
        authorization = headers.get("authorization", "")
        if authorization.startswith("ACS3"):
            right = authorization == aliyun_authorization(request.path, headers)
            taken = dict(parse_qsl(urlsplit(request.path).query))
            good: dict[str, Any]
            good, bad = {"Code": "OK", "BizId": "9006^0"}, {"Code": "SignatureDoesNotMatch"}
            if headers["x-acs-action"] == "QuerySendDetails":
                good = {"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": self.details}}
        elif authorization.startswith("TC3"):
            right = authorization.endswith(f"Signature={tencent_signature(headers, body)}")
            taken = json.loads(body)
            status = {"Code": "Ok", "SerialNo": "5000:1", "Message": "send success"}
            good = {"Response": {"SendStatusSet": [status], "RequestId": "1"}}
            if headers["x-tc-action"].startswith("Pull"):
                good = {"Response": {"PullSmsSendStatusSet": self.details, "RequestId": "1"}}
            bad = {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": ""}}}
        else:
            right, good, bad = True, {"code": 0, "data": {"msgid": 778}}, {}
            kind, _, charset = headers.get("content-type", "").partition("; charset=")
            text, form = body.decode(charset), kind == "application/x-www-form-urlencoded"
            taken = dict(parse_qsl(text, encoding=charset)) if form else json.loads(text)
        if right:
            self.taken.append(taken)
        if self.answer is not None:
            return self.status, self.answer
        return self.status, json.dumps(good if right else bad).encode()


def aliyun_authorization(path: str, headers: Mapping[str, str]) -> str:
    """Return what the vendor's SDK would have signed these headers with."""
    names = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    request = DaraRequest()
    request.method, request.pathname = "POST", "/"
    request.query = dict(parse_qsl(urlsplit(path).query, keep_blank_values=True))
    request.headers = {name: headers[name] for name in names}
    digest = headers["x-acs-content-sha256"]
    return str(Utils.get_authorization(request, "ACS3-HMAC-SHA256", digest, KEY, SECRET))


def tencent_signature(headers: Mapping[str, str], body: bytes) -> str:
    """Return what the vendor's SDK would have signed ``body`` with."""
    at = headers["x-tc-timestamp"]
    day = datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%d")
    lines = f"content-type:{headers['content-type']}\nhost:{headers['host']}\n"
    digest = hashlib.sha256(body).hexdigest()
    request = f"POST\n/\n\n{lines}\ncontent-type;host\n{digest}"
    hashed = hashlib.sha256(request.encode()).hexdigest()
    text = f"TC3-HMAC-SHA256\n{at}\n{day}/sms/tc3_request\n{hashed}"
    return str(Sign.sign_tc3(SECRET, day, "sms", text))
