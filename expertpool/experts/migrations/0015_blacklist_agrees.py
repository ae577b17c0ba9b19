import hashlib
import json
from datetime import UTC

from django.db import migrations
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

LISTED = Q(status="blacklisted") | Q(status="deleted", status_before_deletion="blacklisted")
WORDS = {
    "pending": "待审核",
    "formal": "在库",
    "frozen": "冻结",
    "blacklisted": "黑名单",
    "deleted": "已删除",
}

AGREE = """
CREATE FUNCTION experts_blacklist_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    who bigint[];
BEGIN
    IF TG_TABLE_NAME = 'experts_expert' THEN
        who := ARRAY[NEW.id];
    ELSE
        who := ARRAY[NEW.expert_id, OLD.expert_id];
    END IF;
    IF EXISTS (
        SELECT FROM experts_expert one WHERE one.id = ANY (who) AND (
            one.status = 'blacklisted'
            OR (one.status = 'deleted' AND one.status_before_deletion = 'blacklisted')
        ) IS DISTINCT FROM EXISTS (
            SELECT FROM experts_blacklistentry entry
            WHERE entry.expert_id = one.id AND entry.removed_at IS NULL
        )
    ) THEN
        RAISE EXCEPTION 'whoever has an open entry is on the blacklist, and nobody else (expert %)', who
            USING ERRCODE = 'check_violation', CONSTRAINT = 'experts_blacklist_agrees';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER experts_blacklist_agrees
    AFTER UPDATE OF status, status_before_deletion ON experts_expert
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status
        OR OLD.status_before_deletion IS DISTINCT FROM NEW.status_before_deletion)
    EXECUTE FUNCTION experts_blacklist_agrees();
CREATE CONSTRAINT TRIGGER experts_blacklist_agrees_new
    AFTER INSERT ON experts_expert
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.status = 'blacklisted' OR NEW.status_before_deletion = 'blacklisted')
    EXECUTE FUNCTION experts_blacklist_agrees();
CREATE CONSTRAINT TRIGGER experts_blacklist_agrees
    AFTER INSERT OR UPDATE OF removed_at, expert_id ON experts_blacklistentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION experts_blacklist_agrees();
"""
UNDO = """
DROP TRIGGER experts_blacklist_agrees ON experts_blacklistentry;
DROP TRIGGER experts_blacklist_agrees_new ON experts_expert;
DROP TRIGGER experts_blacklist_agrees ON experts_expert;
DROP FUNCTION experts_blacklist_agrees();
"""


def mend(apps, schema_editor):
    """Bring back to the blacklist whoever left it without being taken off, and log it.

    Bulk 审核通过 and 冻结 took experts from it and left their entries open; nobody had decided that
    they may be drawn.
    """
    expert = apps.get_model("experts", "Expert")
    entry = apps.get_model("experts", "BlacklistEntry")
    now = timezone.now()
    still_open = entry.objects.filter(removed_at__isnull=True)
    has_entry = Exists(still_open.filter(expert=OuterRef("pk")))
    for one in expert.objects.filter(has_entry).exclude(LISTED):
        before = WORDS[one.status]
        if one.status == "deleted":
            one.status_before_deletion = "blacklisted"
        else:
            one.status = "blacklisted"
        expert.objects.filter(pk=one.pk).update(
            status=one.status, status_before_deletion=one.status_before_deletion, updated_at=now
        )
        _log(apps, one, before, now, "移入黑名单的记录未曾解除，系统升级时恢复")
    for one in expert.objects.filter(LISTED).exclude(has_entry):
        entry.objects.create(expert=one, reason="原记录缺失，系统升级时补记", added_at=now)
        _log(apps, one, WORDS[one.status], now, "黑名单记录缺失，系统升级时补记")


def _log(apps, expert, before, now, note):
    entry = apps.get_model("audit", "Entry")(
        at=now,
        actor_name="系统",
        action="expert.blacklist",
        subject_type="experts.expert",
        subject_id=str(expert.pk),
        subject_label=f"{expert.name}（{expert.number}）",
        before={"状态": before},
        after={"状态": WORDS[expert.status]},
        note=note,
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
    """An open entry of the blacklist means blacklisted (docs/decisions/0096)."""

    dependencies = [("experts", "0014_avoidance_by"), ("audit", "0002_chain")]

    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop),
        migrations.RunSQL(AGREE, UNDO),
    ]
