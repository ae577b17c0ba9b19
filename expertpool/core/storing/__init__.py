"""Where stored files are: one store for all of them, on the disk or on an S3 server (`config.storing`).

Whatever is to be found again goes through `store`, by a name with "/" in it: web and worker may run
on machines that share nothing else. Only scratch paper of one process lies on its own disk.
"""

from typing import cast

from django.core.files.storage import default_storage

from expertpool.core.storing.base import FileStore, Kept, StoreDown
from expertpool.core.storing.keeping import KEPT_FOLDERS, KeptFolder

__all__ = ["KEPT_FOLDERS", "FileStore", "Kept", "KeptFolder", "StoreDown", "store"]

store = cast(FileStore, default_storage)
