# ruff: noqa: S608 (the names are of tables written here)
import hmac
import hashlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from django.db import migrations

from expertpool.core.crypto import Vault, binding, blind_index

BATCH = 1_000
PERSONAL = ("FIELD_KEY", "field")
# Table, setting and old purpose of the key, columns that the row is known by, encrypted columns.
TABLES = (
    ("experts_expert", PERSONAL, ("number",),
     ("id_number", "phone", "email", "address", "bank_account")),
    ("experts_expertversion", PERSONAL, ("expert_id", "number"), ("snapshot",)),
    ("accounts_user", PERSONAL, ("username",), ("phone", "email")),
    ("notifications_message", PERSONAL, ("key",), ("recipient", "address", "subject", "body")),
    ("webhooks_subscription", PERSONAL, ("uid",), ("secret",)),
    ("siteconfig_storedsetting", PERSONAL, ("code",), ("secret",)),
    ("draws_draw", ("SEAL_KEY", "nonce"), ("number",), ("nonce",)),
    ("draws_candidate", ("SEAL_KEY", "opening"), ("draw_id", "commit"), ("opening",)),
    ("draws_pickrequest", ("SEAL_KEY", "picks"), ("draw_id", "uid"), ("picks",)),
)  # fmt: skip


def make_anew(apps, schema_editor):
    """Give every token a key id and its binding; indexes of ``gm`` get a key derived by SM3."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL expertpool.rekeying = 'on'")
        indexes = _Indexes(cursor) if settings.CRYPTO_SUITE == "gm" else None
        for table, (setting, purpose), bound, columns in TABLES:
            vault = Vault(setting)
            last = 0
            while True:
                names = ", ".join(f'"{name}"' for name in (*bound, *columns))
                cursor.execute(
                    f"SELECT id, {names} FROM {table} WHERE id > %s ORDER BY id LIMIT {BATCH}",
                    [last],
                )
                rows = cursor.fetchall()
                if not rows:
                    break
                last = rows[-1][0]
                changes = []
                for pk, *values in rows:
                    where, tokens = values[: len(bound)], values[len(bound) :]
                    plains = [_open(setting, purpose, bytes(token or b"")) for token in tokens]
                    changes.append(
                        [
                            vault.encrypt(plain, binding(table, column, *where)) if plain else b""
                            for column, plain in zip(columns, plains, strict=True)
                        ]
                        + [pk]
                    )
                    if indexes:
                        indexes.note(table, dict(zip(columns, plains, strict=True)))
                setters = ", ".join(f'"{name}" = %s' for name in columns)
                cursor.executemany(f"UPDATE {table} SET {setters} WHERE id = %s", changes)
        if indexes:
            indexes.write()
        cursor.execute("SET LOCAL expertpool.rekeying = 'off'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _derive(secret, purpose):
    return hmac.new(secret.encode(), f"expertpool:{purpose}\x01".encode(), hashlib.sha256).digest()


def _open(setting, purpose, token):
    """Read a token as it was: suite (1 byte), nonce, ciphertext and tag, bound to nothing."""
    if not token:
        return b""
    secret, (nonce, body, tag) = (
        getattr(settings, setting),
        (token[1:13], token[13:-16], token[-16:]),
    )
    if token[0] == 1:
        algorithm = algorithms.AES256(_derive(secret, f"{purpose}:aes"))
    else:
        algorithm = algorithms.SM4(_derive(secret, f"{purpose}:sm4")[:16])
    decryptor = Cipher(algorithm, modes.GCM(nonce, tag)).decryptor()
    return decryptor.update(body) + decryptor.finalize()


class _Indexes:
    """The blind indexes of ``gm``: their keys were derived by SHA-256, now by SM3."""

    def __init__(self, cursor):
        self.cursor, self.known = cursor, {}
        for table, model, column, purpose in (
            ("draws_hold", "experts_expert", "holder", "holder"),
            ("notifications_message", "accounts_user", "recipient_key", "recipient"),
        ):
            cursor.execute(f"SELECT id FROM {model}")
            for (pk,) in cursor.fetchall():
                self._add(table, column, purpose, str(pk))

    def note(self, table, plains):
        text = (
            {name: plain.decode() for name, plain in plains.items() if plain}
            if table in ("experts_expert", "accounts_user")
            else {}
        )
        if table == "experts_expert":
            for name in ("phone", "id_number"):
                self._add(table, f"{name}_index", f"expert.{name}", text.get(name, ""))
            self._add(table, "phone_tail_index", "expert.phone_tail", text.get("phone", "")[-4:])
            self._add(table, "email_index", "expert.email", text.get("email", "").lower())
        elif table == "accounts_user":
            for name in ("phone", "email"):
                self._add(table, f"{name}_index", f"user.{name}", text.get(name, "").lower())

    def _add(self, table, column, purpose, value):
        if value:
            key = _derive(settings.INDEX_KEY, f"index:{purpose}")
            old = hmac.new(key, value.encode(), "sm3").digest()[:16]
            self.known.setdefault((table, column), {})[old] = blind_index(purpose, value)

    def write(self):
        for (table, column), pairs in self.known.items():
            self.cursor.execute(
                f"UPDATE {table} SET {column} = known.new"
                " FROM unnest(%s::bytea[], %s::bytea[]) AS known(old, new)"
                f" WHERE {column} = known.old",
                [list(pairs), list(pairs.values())],
            )


class Migration(migrations.Migration):
    """Tokens without key id and binding are read here for the last time."""

    dependencies = [
        ("core", "0005_bound_tokens"),
        ("accounts", "0006_bound_tokens"),
        ("experts", "0008_bound_tokens"),
        ("notifications", "0005_bound_tokens"),
        ("siteconfig", "0003_bound_tokens"),
        ("webhooks", "0002_bound_tokens"),
        ("draws", "0019_bound_tokens"),
    ]

    operations = [migrations.RunPython(make_anew, migrations.RunPython.noop)]
