import pytest

from expertpool.notifications.channels.sms.text import count_parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("字" * 70, 1),
        ("字" * 71, 2),
        ("字" * 134, 2),
        ("字" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_parts_are_counted_in_16_bit_units(text: str, parts: int) -> None:
    assert count_parts(text) == parts
