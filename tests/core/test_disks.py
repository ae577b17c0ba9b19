import errno

import pytest

from expertpool.core.disks import mend_of, refused_as


class Refused(Exception):
    """As an app has it."""


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "磁盘已满，请先清理。"),
        (errno.EROFS, "它所在的磁盘是只读的，请改为可写，或换一个目录。"),
        (errno.EACCES, "没有权限，请用创建它的那个系统用户运行，或更改其所有者。"),
    ],
)
def test_what_a_disk_refuses_is_said_with_its_mend(number: int, words: str) -> None:
    with pytest.raises(Refused, match=f"^不能读写 /mnt/a：{words}$"), refused_as(Refused):
        raise OSError(number, "No space left on device", "/mnt/a")
    with pytest.raises(Refused, match=f"^{words}$"), refused_as(Refused):  # of who only writes on
        raise OSError(number, "No space left on device")
    assert mend_of(OSError(number, "")) == words


@pytest.mark.parametrize(
    "error", [FileNotFoundError(2, "x"), FileExistsError(17, "x"), OSError("x")]
)
def test_what_else_goes_wrong_stays_what_it_is(error: OSError) -> None:
    with pytest.raises(type(error), match="x") as raised, refused_as(Refused):
        raise error
    assert raised.value is error


def test_who_can_go_elsewhere_is_told_how() -> None:
    assert "或用 EXPERTPOOL_HOME" in mend_of(OSError(errno.EROFS, ""), "用 EXPERTPOOL_HOME 换")
