"""Which rules stop a draw, and what a regime allows, are settings of the office (docs/decisions/0174)."""

import json
from datetime import UTC

from django.db import migrations

from expertpool.core.crypto import proof

HEAD = "siteconfig.head"
REGIMES = ("tender", "procurement", "internal")


def move(apps, schema_editor):
    """What was chosen becomes settings, each with a change by whoever set it last: what counts where
    somebody alters the row."""
    chosen = {}
    for one in apps.get_model("projects", "RuleSetting")._default_manager.filter(blocking=True):
        regime = one.rule.partition(".")[0]
        chosen.setdefault((regime, "blocking"), []).append(one.rule)
    for one in apps.get_model("projects", "RegimeSetting")._default_manager.filter(on=True):
        chosen.setdefault((one.regime, "options"), []).append(one.option)
    with schema_editor.connection.cursor() as cursor:
        stored = {}
        for (regime, kind), values in sorted(chosen.items()):
            if regime in REGIMES:
                code = f"projects.{kind}.{regime}"
                stored[code] = (_change(cursor, code, sorted(values)), sorted(values))
        if stored:
            _name_in_head(cursor, {code: change for code, (change, _) in stored.items()})
        for code, (change, values) in stored.items():
            _store(cursor, code, change, values)


def _change(cursor, code, values):
    cursor.execute(
        "SELECT actor_id, at FROM audit_entry WHERE action IN ('project.rule', 'project.option')"
        " AND actor_id IS NOT NULL ORDER BY id DESC LIMIT 1"
    )
    found = cursor.fetchone()
    if found is None:  # as if long ago, by the first who was there
        cursor.execute("SELECT id, created_at FROM accounts_user ORDER BY id LIMIT 1")
        found = cursor.fetchone()
    if found is None:
        return 0
    actor, at = found
    cursor.execute("SELECT nextval(pg_get_serial_sequence('siteconfig_settingchange', 'id'))")
    pk = cursor.fetchone()[0]
    said = [pk, code, at.astimezone(UTC).isoformat(), values, False]
    cursor.execute(
        "INSERT INTO siteconfig_settingchange"
        " (id, code, at, actor_id, before, after, was_default, reset, proof)"
        " VALUES (%s, %s, %s, %s, '[]', %s, true, false, %s)",
        [pk, code, at, actor, json.dumps(values), proof("siteconfig.change", said)],
    )
    return pk


def _name_in_head(cursor, changes):
    """The head says which settings there are: only one that this system wrote is made anew."""
    cursor.execute(
        "SELECT change, value, proof FROM siteconfig_storedsetting WHERE code = %s", [HEAD]
    )
    found = cursor.fetchone()
    if found:
        of_head, value, kept = found
        head = json.loads(value) if isinstance(value, str) else value
        if bytes(kept) != _proof(HEAD, of_head, head):
            return
    else:
        cursor.execute("SELECT count(*) FROM siteconfig_storedsetting")
        if cursor.fetchone()[0]:
            return
        cursor.execute(
            "SELECT count(*) FROM audit_entry WHERE action IN ('setting.change', 'setting.reset')"
        )
        of_head, head = 0, {"changes": {}, "logged": cursor.fetchone()[0]}
    head["changes"] |= changes
    _store(cursor, HEAD, of_head, head)


def _store(cursor, code, change, value):
    cursor.execute(
        "INSERT INTO siteconfig_storedsetting (code, value, secret, reset, change, proof)"
        " VALUES (%s, %s, '', false, %s, %s)"
        " ON CONFLICT (code) DO UPDATE SET value = EXCLUDED.value, proof = EXCLUDED.proof",
        [code, json.dumps(value), change, _proof(code, change, value)],
    )


def _proof(code, change, value):
    return proof("siteconfig.stored", [code, change, False, value])


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0013_approvals_of_contents"),
        ("siteconfig", "0006_head"),
    ]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        # What was just written would keep the tables from being dropped.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.DeleteModel("RegimeSetting"),
        migrations.DeleteModel("RuleSetting"),
    ]
