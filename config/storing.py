"""Where stored files are: on the disk, or on an S3 server that web and worker of all machines share."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.environment import env_str, file_secret

LOCAL = {"BACKEND": "expertpool.core.storing.local.LocalStore"}
CONNECT, ANSWER = 5, 30  # seconds that the server may take
TRIES = 3


def file_storage() -> dict[str, Any]:
    """Return what ``STORAGES`` says of stored files: by S3_BUCKET and its like, else the local disk."""
    bucket = env_str("S3_BUCKET")
    if not bucket:
        return LOCAL
    if find_spec("storages") is None or find_spec("boto3") is None:
        message = "设置了 S3_BUCKET，但没有安装 S3 所需的软件包：请先运行 make setup-s3。"
        raise ImproperlyConfigured(message)
    options = {
        "bucket_name": bucket,
        "endpoint_url": env_str("S3_ENDPOINT") or None,
        "region_name": env_str("S3_REGION", "us-east-1"),
        "access_key": file_secret("S3_ACCESS_KEY"),
        "secret_key": file_secret("S3_SECRET_KEY"),
        "verify": env_str("S3_CA") or None,
        "client_config": _client_config(),
        # Names are ours, and never given twice.
        "file_overwrite": True,
        "querystring_auth": False,
    }
    return {"BACKEND": "expertpool.core.storing.s3.S3Store", "OPTIONS": options}


def _client_config() -> Any:
    from botocore.config import Config  # noqa: PLC0415 (is there only where it is wanted)

    return Config(
        signature_version="s3v4",
        # What servers other than Amazon's know.
        s3={"addressing_style": "path"} if env_str("S3_ENDPOINT") else {},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=CONNECT,
        read_timeout=ANSWER,
        retries={"mode": "standard", "total_max_attempts": TRIES},
    )
