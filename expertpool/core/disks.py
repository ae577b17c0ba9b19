"""What a disk refuses, in words that tell how to mend it. Asks nothing: whoever starts reads it before the program
stands."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

FULL = "磁盘已满，请先清理"
ANOTHER = "换一个目录"
_MENDS = {
    errno.EROFS: "它所在的磁盘是只读的，请改为可写，或{another}。",
    errno.ENOSPC: f"{FULL}。",
    errno.EDQUOT: "磁盘配额已满，请先清理。",
    errno.EEXIST: "它是一个文件，不是目录，请{another}。",
    errno.ENOTDIR: "它的上级是一个文件，不是目录，请{another}。",
    errno.EACCES: "没有权限，请用创建它的那个系统用户运行，或更改其所有者。",
}

# Of any file, whatever is done with it.
_ANYWHERE = (errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EACCES)


def mend_of(error: OSError, another: str = ANOTHER) -> str:
    """Return what to do where the disk refused; ``another`` says how to go elsewhere."""
    known = _MENDS.get(error.errno or 0, _MENDS[errno.EACCES])
    return known.format(another=another)


@contextmanager
def refused_as(refusal: type[Exception]) -> Iterator[None]:
    """Raise ``refusal`` for what a disk refuses inside the block; whatever else goes wrong is raised as it is."""
    try:
        yield
    except OSError as error:
        if error.errno not in _ANYWHERE:
            raise
        where = f"不能读写 {error.filename}：" if error.filename else ""
        raise refusal(f"{where}{mend_of(error)}") from error
