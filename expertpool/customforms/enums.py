from django.db import models


class FieldKind(models.TextChoices):
    TEXT = "text", "单行文字"
    LONG_TEXT = "long_text", "多行文字"
    NUMBER = "number", "数字"
    DATE = "date", "日期"
    CHOICE = "choice", "单选"
    WORDS = "words", "多选"
    FLAG = "flag", "是／否"
    FILE = "file", "文件"


# Kinds whose values are chosen from the options of the field.
WITH_OPTIONS = (FieldKind.CHOICE, FieldKind.WORDS)
