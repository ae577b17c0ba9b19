"""What pydantic finds wrong, in Chinese."""

from __future__ import annotations

from typing import Any

MESSAGES = {
    "missing": "必须填写",
    "extra_forbidden": "没有这个字段，请核对名称",
    "string_type": "应为文字",
    "string_unicode": "含有不能保存的字符",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "string_pattern_mismatch": "格式不对",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数字太大",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字",
    "decimal_max_digits": "数字太长，最多 {max_digits} 位",
    "decimal_max_places": "小数最多 {decimal_places} 位",
    "decimal_whole_digits": "整数部分最多 {whole_digits} 位",
    "finite_number": "应为有限的数字",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "literal_error": "只能是 {expected}",
    "enum": "只能是 {expected}",
    "timezone_aware": "时间应带时区，如 2026-12-01T09:30:00+08:00",
    "datetime_type": "应为时间，如 2026-12-01T09:30:00+08:00",
    "datetime_parsing": "应为时间，如 2026-12-01T09:30:00+08:00",
    "datetime_from_date_parsing": "应为时间，如 2026-12-01T09:30:00+08:00",
    "datetime_object_invalid": "应为时间，如 2026-12-01T09:30:00+08:00",
    "date_type": "应为日期，如 2026-12-01",
    "date_parsing": "应为日期，如 2026-12-01",
    "date_from_datetime_parsing": "应为日期，如 2026-12-01",
    "date_from_datetime_inexact": "应为日期，如 2026-12-01",
}
OTHER = "填写的值不对"


def message_for(error: dict[str, Any]) -> str:
    """Return the sentence for one error of pydantic; ours come through as they are."""
    if error["type"] == "value_error":
        text = str(error.get("ctx", {}).get("error", ""))
        # English is what pydantic says itself.
        return text if text and not text.isascii() else OTHER
    context = {
        name: str(value).replace(" or ", " 或 ") for name, value in error.get("ctx", {}).items()
    }
    try:
        return MESSAGES.get(error["type"], OTHER).format_map(context)
    except KeyError:
        return OTHER
