"""WeChat on this machine: it gives tokens, takes messages, says who stands behind a code, and pushes what wechatpy, which
nobody here wrote, has signed and encrypted."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

APP, SECRET = "wx1234567890abcdef", "secret-of-tests"
TOKEN = "tokenOfTests"
AES_KEY = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode().rstrip("=")
MOMENT, NONCE = "1767225600", "nonce1"


class Wechat:
    """Use as a context manager. ``taken`` are the messages that it took, ``error`` what it says instead; ``tokens``
    counts how many it gave, of which only the last is good."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.forced: list[bool] = []
        self.tokens = 1
        self.error: dict[str, Any] | None = None
        wechat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self._say(wechat._post(urlsplit(self.path), json.loads(body)))

            def do_GET(self) -> None:
                self._say(wechat._get(parse_qs(urlsplit(self.path).query)))

            def _say(self, said: dict[str, Any]) -> None:
                answer = json.dumps(said).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Wechat:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def token(self) -> str:
        return f"token-{self.tokens}"

    def _post(self, at: Any, said: dict[str, Any]) -> dict[str, Any]:
        self.paths.append(at.path)
        if at.path == "/cgi-bin/stable_token":
            if (said["appid"], said["secret"]) != (APP, SECRET):
                return {"errcode": 40125, "errmsg": "invalid appsecret"}
            self.forced.append(said["force_refresh"])
            self.tokens += said["force_refresh"]
            return {"access_token": self.token, "expires_in": 7200}
        if parse_qs(at.query).get("access_token") != [self.token]:
            return {"errcode": 40001, "errmsg": "invalid credential"}
        if self.error is not None:
            return self.error
        self.taken.append(said)
        return {"errcode": 0, "errmsg": "ok", "msgid": 200163836 + len(self.taken)}

    def _get(self, query: dict[str, list[str]]) -> dict[str, Any]:
        if query.get("appid") != [APP] or query.get("secret") != [SECRET]:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        code = query["code"][0]
        if not code.startswith("code-of-"):
            return {"errcode": 40029, "errmsg": "invalid code"}
        return {"openid": code.removeprefix("code-of-"), "access_token": "x", "expires_in": 7200}


def signed(*more: str, token: str = TOKEN, at: str = MOMENT, nonce: str = NONCE) -> str:
    """Return what wechatpy signs a push with."""
    signer = WeChatSigner()
    signer.add_data(token, at, nonce, *more)
    return str(signer.signature)


def pushed(inner: str, *, key: str = AES_KEY, app: str = APP) -> tuple[bytes, dict[str, str]]:
    """Return the body of a push in the safe mode, and the parameters of its address."""
    crypto = WeChatCrypto(TOKEN, key, app)
    body = crypto.encrypt_message(inner, NONCE, MOMENT)
    sealed = body.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
    query = {
        "timestamp": MOMENT,
        "nonce": NONCE,
        "signature": signed(),
        "encrypt_type": "aes",
        "msg_signature": signed(sealed),
    }
    return body.encode(), query


def text_of(openid: str, content: str, number: str = "1001") -> str:
    return (
        f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{MOMENT}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{content}]]></Content><MsgId>{number}</MsgId></xml>"
    )


def finished(number: int, status: str) -> str:
    return (
        f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName>"
        f"<CreateTime>{MOMENT}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>{number}</MsgID>"
        f"<Status><![CDATA[{status}]]></Status></xml>"
    )
