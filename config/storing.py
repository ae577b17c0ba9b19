"""Where stored files are: on the disk, or on an S3 server that web and worker of all machines share."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.environment import env_str, file_secret

LOCAL = {"BACKEND": "expertpool.core.storing.local.LocalStore"}
CONNECT, ANSWER = 5, 30  # seconds that the server may take
TRIES = 3
S3_ADDRESS = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*")


def file_storage() -> dict[str, Any]:
    """Return what ``STORAGES`` says of stored files: by S3_BUCKET and its like, else the local disk."""
    bucket = env_str("S3_BUCKET")
    if not bucket:
        return LOCAL
    return _s3(bucket, "S3_")


def backup_storage() -> dict[str, Any]:
    """Return what ``STORAGES`` says of the second place of backups: by BACKUP_S3 and its like, an account and a
    bucket of its own; empty for none. It is another's machine: what lies there is encrypted."""
    address = env_str("BACKUP_S3")
    if not address:
        return {}
    if not S3_ADDRESS.fullmatch(address):
        message = f"环境变量 BACKUP_S3 应写作 s3://桶/前缀，现在是「{address}」。"
        raise ImproperlyConfigured(message)
    if not env_str("BACKUP_RECIPIENTS"):
        message = "设置了 BACKUP_S3，但没有设置 BACKUP_RECIPIENTS：离开本机的备份必须加密，请先生成一对密钥（docs/operations/backup.md）。"
        raise ImproperlyConfigured(message)
    return {"backups": _s3(urlsplit(address).netloc, "BACKUP_S3_")}


def _s3(bucket: str, names: str) -> dict[str, Any]:
    if find_spec("storages") is None or find_spec("boto3") is None:
        message = "设置了 S3 服务器，但没有安装 S3 所需的软件包：请先运行 make setup-s3。"
        raise ImproperlyConfigured(message)
    endpoint = env_str(f"{names}ENDPOINT")
    options = {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": env_str(f"{names}REGION", "us-east-1"),
        "access_key": file_secret(f"{names}ACCESS_KEY"),
        "secret_key": file_secret(f"{names}SECRET_KEY"),
        "verify": env_str(f"{names}CA") or None,
        "client_config": _client_config(by_path=bool(endpoint)),
        # Names are ours, and never given twice.
        "file_overwrite": True,
        "querystring_auth": False,
    }
    return {"BACKEND": "expertpool.core.storing.s3.S3Store", "OPTIONS": options}


def _client_config(*, by_path: bool) -> Any:
    from botocore.config import Config  # noqa: PLC0415 (is there only where it is wanted)

    return Config(
        signature_version="s3v4",
        # What servers other than Amazon's know.
        s3={"addressing_style": "path"} if by_path else {},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=CONNECT,
        read_timeout=ANSWER,
        retries={"mode": "standard", "total_max_attempts": TRIES},
    )
