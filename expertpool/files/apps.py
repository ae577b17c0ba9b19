from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "expertpool.files"
    verbose_name = "附件"

    def ready(self) -> None:
        from expertpool.audit.actions import register_actions, register_value_labels

        register_actions(
            file__attach="上传附件",
            file__download="下载附件",
            file__preview="查看附件",
            file__remove="删除附件",
        )
        register_value_labels({"file": "文件", "size": "大小（字节）", "sha256": "SHA-256"})
