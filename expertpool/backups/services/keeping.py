"""Deleting the backups that are not kept any more."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from expertpool.backups.exceptions import BackupRefused
from expertpool.backups.models import Backup
from expertpool.backups.queries import backups_in, chains_in
from expertpool.backups.services.journal import noted_files
from expertpool.backups.services.making import alone
from expertpool.backups.services.manifest import read_manifest
from expertpool.backups.services.stored_files import forget_files


def remove_older(directory: Path, *, kept: int, now: datetime) -> list[str]:
    """Keep the newest ``kept`` full backups with what builds on them; delete the others, then the
    stored files that no backup names. Return the names of what was deleted.

    One whose manifest does not open counts as full, and is deleted with its age alone; as long as
    there is one, no stored file is. While the newest that was tried did not hold, the newest that did stays.
    """
    with alone(directory):
        chains = chains_in(directory)
        held = _newest_that_held(directory, [folder.name for chain in chains for folder in chain])
        older = [chain for chain in chains[:-kept] if held not in {one.name for one in chain}]
        gone = [folder for chain in older for folder in chain]
        for folder in gone:
            # Not under its name while it is only half there.
            going = folder.rename(folder.with_name(f".{folder.name}.part"))
            shutil.rmtree(going)
        names = [folder.name for folder in gone]
        Backup.objects.filter(directory=str(directory), name__in=names).update(removed_at=now)
        try:
            left = [read_manifest(folder).files for folder in backups_in(directory)]
            left.append(noted_files(directory))
        except BackupRefused:
            return names
        forget_files(directory, {file.stored for files in left for file in files.values()})
        return names


def _newest_that_held(directory: Path, names: Sequence[str]) -> str:
    """Return the one of ``names`` to which somebody would go back from a newer one that is bad; empty for none."""
    tried = Backup.objects.filter(
        directory=str(directory), name__in=names, checked_at__isnull=False
    )
    newest, held = tried.first(), tried.filter(check_fault="").first()
    return held.name if newest and held and newest.check_fault else ""
