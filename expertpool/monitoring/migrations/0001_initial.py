from django.conf import settings
from django.db import migrations, models

import expertpool.core.client

# Partitioned by month, by the owner of the tables: the application may alter none (docs/decisions/0093, 0373).
TABLE = """
CREATE SEQUENCE {table}_id_seq AS bigint;
CREATE TABLE {table} (
    id bigint NOT NULL DEFAULT nextval('{table}_id_seq'),
    at timestamp with time zone NOT NULL,
    {columns},
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
ALTER SEQUENCE {table}_id_seq OWNED BY {table}.id;
CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT;
"""
USER = "user_id bigint NOT NULL REFERENCES accounts_user (id) DEFERRABLE INITIALLY DEFERRED"
HEARTBEATS = (
    TABLE.format(table="monitoring_heartbeat", columns=USER)
    + "CREATE INDEX monitoring_heartbeat_at ON monitoring_heartbeat (at, user_id);"
)
VISITS = (
    TABLE.format(table="monitoring_visit", columns=f"{USER}, page varchar(80) NOT NULL")
    + "CREATE INDEX monitoring_visit_at ON monitoring_visit (at DESC, id DESC);"
    + "CREATE INDEX monitoring_visit_user ON monitoring_visit (user_id, at DESC);"
)
PUBLIC = (
    TABLE.format(
        table="monitoring_publicvisit",
        columns=(
            "page varchar(80) NOT NULL, region varchar(40) NOT NULL, referrer varchar(100) NOT NULL, "
            "engine varchar(20) NOT NULL, keyword varchar(60) NOT NULL, device varchar(40) NOT NULL"
        ),
    )
    + "CREATE INDEX monitoring_public_at ON monitoring_publicvisit (at);"
)
# What lies in a month goes out of the rest before the month has a table of its own.
FUNCTIONS = """
CREATE FUNCTION monitoring_add_month(part_of text, month date) RETURNS boolean
    LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
    last timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
    part text := part_of || to_char(month, '_YYYYMM');
BEGIN
    IF part_of NOT IN ('monitoring_heartbeat', 'monitoring_visit', 'monitoring_publicvisit') THEN
        RAISE EXCEPTION 'no table of months: %', part_of;
    END IF;
    IF to_regclass(quote_ident(part)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', part_of);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, part_of);
    EXECUTE format(
        'WITH moved AS (DELETE FROM %I WHERE at >= %L AND at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
        part_of || '_rest', first, last, part
    );
    EXECUTE format(
        'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part_of, part, first, last
    );
    RETURN true;
END $$;

CREATE FUNCTION monitoring_drop_months(part_of text, before timestamptz) RETURNS integer
    LANGUAGE plpgsql AS $$
DECLARE
    part text;
    dropped integer := 0;
BEGIN
    IF part_of NOT IN ('monitoring_heartbeat', 'monitoring_visit', 'monitoring_publicvisit') THEN
        RAISE EXCEPTION 'no table of months: %', part_of;
    END IF;
    -- Whoever speaks as the application does not wipe out what has just been seen.
    IF before > now() - interval '30 days' THEN
        RAISE EXCEPTION 'months of the last 30 days stay';
    END IF;
    FOR part IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = to_regclass(quote_ident(part_of)) AND relname ~ '_[0-9]{6}$'
            AND (to_date(right(relname, 6), 'YYYYMM') + interval '1 month') AT TIME ZONE 'UTC' <= before
    LOOP
        EXECUTE format('DROP TABLE %I', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

DO $$
DECLARE
    one text;
BEGIN
    FOREACH one IN ARRAY ARRAY['monitoring_add_month(text, date)', 'monitoring_drop_months(text, timestamptz)'] LOOP
        EXECUTE format(
            'ALTER FUNCTION %s SECURITY DEFINER SET search_path = %I, pg_temp', one, current_schema()
        );
    END LOOP;
END $$;
"""
NO_FUNCTIONS = """
DROP FUNCTION monitoring_add_month(text, date);
DROP FUNCTION monitoring_drop_months(text, timestamptz);
"""


def user() -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=models.CASCADE,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name="用户",
    )


def key() -> tuple[str, models.Field]:
    return (
        "id",
        models.BigAutoField(
            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
        ),
    )


class Migration(migrations.Migration):
    """Who was at his account when, which pages were opened, visits of public pages (docs/decisions/0373)."""

    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="RegionNetwork",
            fields=[
                key(),
                (
                    "network",
                    models.CharField(
                        max_length=43,
                        unique=True,
                        validators=[expertpool.core.client.validate_network],
                        verbose_name="网段",
                    ),
                ),
                ("region", models.CharField(max_length=40, verbose_name="地域")),
            ],
            options={
                "verbose_name": "地域网段",
                "verbose_name_plural": "地域网段",
                "ordering": ["region", "network"],
            },
        ),
        migrations.CreateModel(
            name="LastBeat",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=models.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="用户",
                    ),
                ),
                ("at", models.DateTimeField(db_index=True, verbose_name="最近心跳")),
            ],
            options={"verbose_name": "在线状态", "verbose_name_plural": "在线状态"},
        ),
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(HEARTBEATS, "DROP TABLE monitoring_heartbeat;"),
                migrations.RunSQL(VISITS, "DROP TABLE monitoring_visit;"),
                migrations.RunSQL(PUBLIC, "DROP TABLE monitoring_publicvisit;"),
                migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
            ],
            [
                migrations.CreateModel(
                    name="Heartbeat",
                    fields=[
                        key(),
                        ("user", user()),
                        ("at", models.DateTimeField(verbose_name="时间")),
                    ],
                    options={
                        "verbose_name": "心跳",
                        "verbose_name_plural": "心跳",
                        "indexes": [
                            models.Index(fields=["at", "user"], name="monitoring_heartbeat_at")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Visit",
                    fields=[
                        key(),
                        ("user", user()),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        ("page", models.CharField(blank=True, max_length=80, verbose_name="页面")),
                    ],
                    options={
                        "verbose_name": "访问页面",
                        "verbose_name_plural": "访问页面",
                        "ordering": ["-at", "-id"],
                        "indexes": [
                            models.Index(fields=["-at", "-id"], name="monitoring_visit_at"),
                            models.Index(fields=["user", "-at"], name="monitoring_visit_user"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PublicVisit",
                    fields=[
                        key(),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        ("page", models.CharField(max_length=80, verbose_name="页面")),
                        ("region", models.CharField(max_length=40, verbose_name="地域")),
                        (
                            "referrer",
                            models.CharField(blank=True, max_length=100, verbose_name="来源网站"),
                        ),
                        (
                            "engine",
                            models.CharField(blank=True, max_length=20, verbose_name="搜索引擎"),
                        ),
                        (
                            "keyword",
                            models.CharField(blank=True, max_length=60, verbose_name="关键词"),
                        ),
                        (
                            "device",
                            models.CharField(blank=True, max_length=40, verbose_name="设备"),
                        ),
                    ],
                    options={
                        "verbose_name": "公开页面访问",
                        "verbose_name_plural": "公开页面访问",
                        "indexes": [models.Index(fields=["at"], name="monitoring_public_at")],
                    },
                ),
            ],
        ),
    ]
