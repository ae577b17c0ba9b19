import hashlib
import json
from datetime import UTC

from django.db import migrations
from django.utils import timezone

ENDED = ("success", "success_supplement", "unsatisfied")


def mend(apps, schema_editor):
    """End again each list that a supplement of nobody had opened after its end, and log it.

    Before version a2f5a02 再补抽一次 answered that nobody was left and stored an empty supplement all
    the same. The list says again what it said: nobody came, nobody left.
    """
    event = apps.get_model("draws", "DrawEvent")
    for draw in apps.get_model("draws", "Draw").objects.filter(kind="random", status__in=ENDED):
        rows = list(event.objects.filter(draw=draw).order_by("n"))
        contents = [row.content for row in rows]
        end = _end_before_nothing(contents)
        if end is None:
            continue
        again = {key: end[key] for key in ("type", "state", "lacking") if key in end}
        again |= {"n": len(rows) + 1, "at": contents[-1].get("at", end.get("at")), "mended": True}
        event.objects.create(draw=draw, n=again["n"], at=rows[-1].at, content=again)
        _log(apps, draw, contents, [*contents, again])


def _end_before_nothing(contents):
    """The end that is followed by supplements of nobody, and the skips before them, and by nothing
    else; None where a record is otherwise, or whole."""
    last = len(contents)
    while last and (contents[last - 1]["type"] == "skip" or contents[last - 1].get("seats") == []):
        last -= 1
    whole = last == len(contents)
    return None if whole or not last or contents[last - 1]["type"] != "end" else contents[last - 1]


def _log(apps, draw, before, after):
    entry = apps.get_model("audit", "Entry")(
        at=timezone.now(),
        actor_name="系统",
        action="draw.record_mended",
        subject_type="draws.draw",
        subject_id=str(draw.pk),
        subject_label=draw.number,
        before={"事件数": len(before), "摘要": _digest(before)},
        after={"事件数": len(after), "摘要": _digest(after)},
        note="补抽无人之后重新写入结束；席位、结果不变",
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
    entry.digest = bytes.fromhex(_digest(content))
    entry.save(force_insert=True)


def _digest(content):
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Migration(migrations.Migration):
    """Records that a supplement of nobody left without an end (docs/decisions/0057)."""

    dependencies = [("draws", "0025_chained_events"), ("audit", "0002_chain")]

    operations = [migrations.RunPython(mend, migrations.RunPython.noop)]
