from __future__ import annotations

from expertpool.accounts.services import forgotten
from expertpool.core.jobs import UntilDone, app


@app.task(name="accounts.send_link", retry=UntilDone())
def send_link(record_id: int) -> None:
    """Send the link by which somebody who forgot his password chooses another one."""
    forgotten.send_link(record_id=record_id)
