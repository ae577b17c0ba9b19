import hashlib
import json
from datetime import UTC

from django.db import migrations
from django.utils import timezone
from expertpool.core.crypto import proof

SITE = (
    *("account.acted", "mail.rerouted", "request.asked", "request.agreed", "request.lowered"),
    *("draw.pool_changed", "draw.alarm", "draw.held_refused", "draw.panel_moved"),
    "report.chain_head",
)
# One that has no site message stays on wherever it goes.
STAY = {(code, "site") for code in SITE} | {
    ("expert.contact_changed", "sms"),
    ("expert.contact_changed", "email"),
}
LABELS = {"site": "站内信", "sms": "短信", "email": "邮件"}


def switch_on(apps, schema_editor):
    """Switch on again what tells of what somebody does, and log it."""
    templates = apps.get_model("notifications", "MessageTemplate").objects
    for row in templates.filter(active=False).order_by("pk"):
        if (row.occasion, row.channel) in STAY:
            row.active, row.version = True, row.version + 1
            said = [
                row.occasion,
                row.channel,
                row.version,
                row.subject,
                row.body,
                "",
                "",
                True,
                None,
            ]
            row.proof = proof("notifications.template", said)
            row.save(update_fields=["active", "version", "proof"])
            _log(apps, row)


def _log(apps, template):
    entry = apps.get_model("audit", "Entry")(
        at=timezone.now(),
        actor_name="系统",
        action="notifications.template_save",
        subject_type="notifications.messagetemplate",
        subject_id=str(template.pk),
        subject_label=f"{template.occasion} {LABELS[template.channel]}",
        before={"启用": False},
        after={"启用": True},
        note="这种通知把某人的操作告诉别人，不能停用：系统升级时启用",
    )
    # As `audit.services.recording.content_digest` has it in this version.
    content = {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": None,
        "actor_name": entry.actor_name,
        "address": "",
        "action": entry.action,
        "subject": [entry.subject_type, entry.subject_id, entry.subject_label],
        "before": entry.before,
        "after": entry.after,
        "note": entry.note,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    entry.digest = hashlib.sha256(text.encode()).digest()
    entry.save(force_insert=True)


class Migration(migrations.Migration):
    """Whoever is watched does not switch off who watches (docs/decisions/0125)."""

    dependencies = [("notifications", "0008_template_proofs"), ("audit", "0002_chain")]

    operations = [migrations.RunPython(switch_on, migrations.RunPython.noop)]
