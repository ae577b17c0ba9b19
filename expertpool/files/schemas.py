"""What the interface takes and gives of stored files."""

from datetime import datetime

from django.apps import apps
from ninja import Field

from expertpool.core.api import Input, Output
from expertpool.files.registry import FILE_SUBJECTS


def _kinds() -> str:
    """Return what may have files, by the names of its models; apps have declared it by now."""
    codes = [subject.code for subject in FILE_SUBJECTS]
    return "，".join(f"{code} {apps.get_model(code)._meta.verbose_name}" for code in codes)


class SubjectRef(Input):
    """What a file belongs to."""

    subject_type: str = Field(
        max_length=64,
        pattern=r"^[a-z]+\.[a-z]+$",
        description=f"所属对象的种类：{_kinds()}",
    )
    subject_id: str = Field(max_length=20, pattern=r"^[0-9]+$", description="所属对象的 id")


class UploadInput(SubjectRef):
    kind: str = Field(
        "",
        max_length=32,
        description="类别，可不填；项目、批次的附件：internal 仅内部（不填即是），experts 应邀专家可见",
    )


class AttachmentOutput(Output):
    id: int
    name: str = Field(description="文件名")
    kind: str = Field(description="类别")
    content_type: str
    size: int = Field(description="字节数")
    sha256: str = Field(description="内容的 SHA-256，十六进制")
    held: bool = Field(description="正在等待病毒查杀，查杀之后才能下载")
    created_at: datetime

    @staticmethod
    def resolve_sha256(obj: object) -> str:
        digest: bytes = obj.sha256  # type: ignore[attr-defined]
        return bytes(digest).hex()
