"""Why a backup is not made, or not taken for one; messages for whoever stands before the machine."""

from __future__ import annotations

# How a restore that is only tried ends where it was kept from it (a key, the disk): that says nothing of the backup.
HINDERED = 3


class BackupRefused(Exception):
    """It cannot be done, or not so; the message tells how to mend it."""


class BackupDamaged(BackupRefused):
    """Files of the backup are missing, or are not what was written."""
