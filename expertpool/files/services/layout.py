"""Office files as they were laid out, for who reads them in the browser: made on the first look, kept for a day."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from expertpool.core.documents.office import office_pdf
from expertpool.core.reading.messages import Refused
from expertpool.core.storing import store
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import LAID_OUT, opened

FOLDER = "previews"


def laid_out(attachment: Attachment) -> IO[bytes]:
    """Return ``attachment`` (`queries.has_layout`) as PDF. Refuses (FileRefused) what cannot be opened or laid out."""
    name = layout_name(attachment)
    with opened(
        attachment
    ) as file:  # before what was made of it: it may have been led elsewhere since
        if not store.exists(name):
            try:
                content = office_pdf(file, LAID_OUT[attachment.content_type])
            except Refused as refused:
                raise FileRefused("；".join(refused.problems)) from None
            store.replace(name, content)
            return BytesIO(content)
    return store.open(name)


def layout_name(attachment: Attachment) -> str:
    """Return where it is kept; the name of the file itself is random, and no two share it."""
    return f"{FOLDER}/{str(attachment.file.name).rpartition('/')[2]}.pdf"
