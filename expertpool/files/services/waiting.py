"""Files that were taken while the scanner gave no answer: nobody reads them until it does."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from expertpool.core.fields import is_vouched
from expertpool.core.scanning import Infected, NotScanned, ScanRefused, scan
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import stored
from expertpool.files.services.attaching import remove_attachment
from expertpool.files.services.receiving import door_of

logger = logging.getLogger(__name__)


def scan_held(*, now: datetime) -> int:
    """Scan the files that wait for it, the oldest first; return how many can be read now.

    One with a virus is removed, which is logged; whoever sent it is told, and the security administrators.
    While the scanner gives no answer, the others are not tried.
    """
    released = 0
    for attachment in Attachment.objects.filter(held=True).order_by("pk"):
        try:
            released += _release(attachment, now)
        except NotScanned:
            break
        except FileNotFoundError:
            logger.warning("attachment %s waits for the scanner and is gone", attachment.pk)
        except Infected as found:
            remove_attachment(
                attachment=attachment, actor=None, now=now, note=found.virus, even_closed=True
            )
        except (
            ScanRefused,
            FileRefused,
        ) as refusal:  # stays as it is: somebody has to say what becomes of it
            logger.warning("attachment %s: %s", attachment.pk, type(refusal).__name__)
    return released


def _release(attachment: Attachment, now: datetime) -> bool:
    with stored(attachment) as file:
        scan(
            file,
            name=attachment.name,
            door=door_of(attachment.subject_type),
            user_id=attachment.created_by_id,
            now=now,
            kept=True,
        )
    with transaction.atomic():
        row = Attachment.objects.select_for_update(of=("self",)).filter(pk=attachment.pk).first()
        if row is None or not row.held or not is_vouched(row):
            return False
        row.held = False
        row.save(update_fields=["held", "proof"])
    return True
