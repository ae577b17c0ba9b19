"""Files on a server that speaks S3: Amazon's, MinIO, Ceph, SeaweedFS, a cloud's.

Needs the optional packages (`requirements/s3.txt`). No address of it is ever given to a browser:
bytes go through the views that ask who may read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

from expertpool.core.storing.base import FileStore, Kept, StoreDown
from expertpool.core.storing.ranged import RangedFile

DOWN = "存放文件的服务器现在没有答复，请稍后再试；一直如此，请联系系统管理员。"
BUFFER = 64 * 1024


class S3Store(S3Storage, FileStore):  # type: ignore[misc]
    def replace(self, name: str, content: bytes) -> None:
        with _answered():
            self._client.put_object(Bucket=self.bucket_name, Key=name, Body=content)

    def below(self, prefix: str) -> Iterator[Kept]:
        with _answered():
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=prefix):
                for one in page.get("Contents", ()):
                    yield Kept(one["Key"], one["Size"], one["LastModified"])

    def delete(self, name: str) -> None:
        with _answered():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _answered():
            return bool(super().exists(name))

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        raise NotImplementedError("files are read through views, which ask who may")

    def _open(self, name: str, mode: str = "rb") -> File:
        with _answered():
            size = self._client.head_object(Bucket=self.bucket_name, Key=name)["ContentLength"]

        def fetch(start: int, end: int) -> bytes:
            with _answered():
                wanted = {"Key": name, "Range": f"bytes={start}-{end - 1}"}
                body = self._client.get_object(Bucket=self.bucket_name, **wanted)["Body"]
                content: bytes = body.read()
                return content

        return File(io.BufferedReader(RangedFile(fetch, size), BUFFER), name)

    def _save(self, name: str, content: Any) -> str:
        with _answered():
            return str(super()._save(name, content))

    @property
    def _client(self) -> Any:
        return self.connection.meta.client


@contextmanager
def _answered() -> Iterator[None]:
    """Tell what is not there from a server that is not there."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
            raise FileNotFoundError from error
        raise StoreDown(DOWN) from error
    except (Boto3Error, BotoCoreError, OSError) as error:
        raise StoreDown(DOWN) from error
