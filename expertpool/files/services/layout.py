"""Office files as they were laid out, for who reads them in the browser: made on the first look, kept for a day."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from expertpool.core.documents.office import FAILED, office_pdf
from expertpool.core.reading.messages import Refused
from expertpool.core.reading.turns import Busy
from expertpool.core.storing import store
from expertpool.files.exceptions import FileBusy, FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import LAID_OUT, opened
from expertpool.files.queries.content import LAYOUT, content, is_sealed, sealed

FOLDER = "previews"


def laid_out(attachment: Attachment) -> IO[bytes]:
    """Return ``attachment`` (`queries.has_layout`) as PDF. Refuses (FileRefused) what cannot be opened or laid out,
    which is remembered as long; FileBusy where too many wait."""
    name = layout_name(attachment)
    with opened(
        attachment
    ) as file:  # before what was made of it: it may have been led elsewhere since
        if not store.exists(name):
            plain = _made(attachment, file)
            if is_sealed(attachment):
                plain = sealed(attachment, BytesIO(plain), LAYOUT).read()
            store.replace(name, plain)
        made = content(attachment, name, LAYOUT)
    if not made.read(1):
        made.close()
        raise FileRefused(FAILED)
    made.seek(0)
    return made


def _made(attachment: Attachment, file: IO[bytes]) -> bytes:
    """Return the layout; nothing where there can be none, so that nobody has the same tried again and again."""
    try:
        return office_pdf(file, LAID_OUT[attachment.content_type])
    except Busy as busy:
        raise FileBusy(*busy.problems) from None
    except Refused:
        return b""


def layout_name(attachment: Attachment) -> str:
    """Return where it is kept; the name of the file itself is random, and no two share it."""
    return f"{FOLDER}/{str(attachment.file.name).rpartition('/')[2]}.pdf"
