-- What the migrations make of an empty database (docs/decisions/0190). Written by `make tables`.
SET LOCAL check_function_bodies = false;

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE TYPE public.procrastinate_job_event_type AS ENUM (
    'deferred',
    'started',
    'deferred_for_retry',
    'failed',
    'succeeded',
    'cancelled',
    'abort_requested',
    'aborted',
    'scheduled',
    'retried'
);

CREATE TYPE public.procrastinate_job_status AS ENUM (
    'todo',
    'doing',
    'succeeded',
    'failed',
    'cancelled',
    'aborting',
    'aborted'
);

CREATE TYPE public.procrastinate_job_to_defer_v1 AS (
	queue_name character varying,
	task_name character varying,
	priority integer,
	lock text,
	queueing_lock text,
	args jsonb,
	scheduled_at timestamp with time zone
);

CREATE FUNCTION public.accounts_duties_stand() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM siteconfig_storedsetting
        WHERE code = 'accounts.separation' AND NOT reset AND value = 'true'::jsonb
    ) AND EXISTS (
        SELECT 1 FROM accounts_rolepermission WHERE code = OLD.code
    ) AND NOT EXISTS (
        SELECT 1 FROM accounts_knownpermission WHERE code = OLD.code AND duty = OLD.duty
    ) THEN
        RAISE EXCEPTION 'a right that a role gives stays the work of the same of the three administrators'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_duties_stand';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.accounts_three_apart() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM siteconfig_storedsetting
        WHERE code = 'accounts.separation' AND NOT reset AND value = 'true'::jsonb
    ) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('accounts.three_apart'));
    IF EXISTS (
        WITH given AS (
            SELECT DISTINCT p.role_id, k.duty FROM accounts_rolepermission p
            JOIN accounts_knownpermission k ON k.code = p.code
        )
        SELECT 1 FROM given mine
        JOIN accounts_user_roles held ON held.role_id = mine.role_id
        JOIN accounts_user_roles other ON other.user_id = held.user_id
        JOIN given theirs ON theirs.role_id = other.role_id
        WHERE mine.duty <> '' AND theirs.duty <> mine.duty
    ) THEN
        RAISE EXCEPTION 'nobody has rights of two of the three administrators, or of one and of business'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_three_apart';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.audit_anchor_in_order() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.number > COALESCE((SELECT max(number) FROM audit_anchor), 0)
        AND NEW.number <= COALESCE((SELECT max(number) FROM audit_chainhead), 0) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the log (%) is confirmed in order, as far as it goes', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION public.audit_anchor_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND (NEW.number, NEW.hash, NEW.previous, NEW.at)
            IS NOT DISTINCT FROM (OLD.number, OLD.hash, OLD.previous, OLD.at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the log (%) is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION public.audit_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 THEN
        IF TG_TABLE_NAME IN ('audit_chainhead', 'audit_branch') THEN
            RETURN NEW;
        END IF;
        IF OLD.chain_no IS NULL THEN
            OLD.chain_no := NEW.chain_no;
            OLD.previous_hash := NEW.previous_hash;
            OLD.hash := NEW.hash;
            IF OLD.branch_no IS NULL THEN
                OLD.branch_no := NEW.branch_no;
                OLD.branch_hash := NEW.branch_hash;
            END IF;
            IF OLD IS NOT DISTINCT FROM NEW THEN
                RETURN NEW;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION 'the log (%) is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION public.audit_entry_arrives() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.id IS DISTINCT FROM currval(pg_get_serial_sequence(TG_RELID::regclass::text, 'id'))
        OR num_nonnulls(NEW.chain_no, NEW.previous_hash, NEW.hash,
                        NEW.branch_no, NEW.branch_hash) > 0 THEN
        RAISE EXCEPTION 'the log (%) is append-only: a place of its own refused', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.audit_entry_last() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE audit_entry SET chain_no = NULL
        WHERE id = NEW.id AND chain_no IS NULL AND branch_no IS NULL;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.audit_entry_link() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    entry record;
    ours bigint;
    head_number bigint;
    head_hash bytea;
BEGIN
    IF (SELECT num_nonnulls(chain_no, branch_no) > 0 FROM audit_entry WHERE id = NEW.id) THEN
        RETURN NULL;
    END IF;
    SELECT min(branch) INTO ours FROM audit_entry WHERE chain_no IS NULL AND branch_no IS NULL
        HAVING count(branch) = count(*) AND min(branch) = max(branch);
    IF ours IS NOT NULL THEN
        INSERT INTO audit_branch (department, number, hash)
            VALUES (ours, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
        SELECT number, hash INTO STRICT head_number, head_hash
            FROM audit_branch WHERE department = ours FOR UPDATE;
        FOR entry IN SELECT id, digest FROM audit_entry
            WHERE chain_no IS NULL AND branch_no IS NULL ORDER BY id
        LOOP
            head_number := head_number + 1;
            head_hash := sha256(head_hash || entry.digest);
            UPDATE audit_entry SET branch_no = head_number, branch_hash = head_hash
                WHERE id = entry.id;
        END LOOP;
        UPDATE audit_branch SET number = head_number, hash = head_hash WHERE department = ours;
        RETURN NULL;
    END IF;
    INSERT INTO audit_chainhead (id, number, hash)
        VALUES (1, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
    SELECT number, hash INTO STRICT head_number, head_hash
        FROM audit_chainhead WHERE id = 1 FOR UPDATE;
    FOR entry IN
        SELECT id, digest FROM (
            (SELECT id, digest, branch, branch_no FROM audit_entry
                WHERE chain_no IS NULL AND branch_no IS NOT NULL
                ORDER BY branch, branch_no LIMIT 5000)
            UNION ALL
            (SELECT id, digest, NULL, NULL FROM audit_entry
                WHERE chain_no IS NULL AND branch_no IS NULL)
        ) AS waiting
        ORDER BY branch, branch_no, id
    LOOP
        head_number := head_number + 1;
        UPDATE audit_entry
            SET chain_no = head_number, previous_hash = head_hash,
                hash = sha256(head_hash || entry.digest)
            WHERE id = entry.id;
        head_hash := sha256(head_hash || entry.digest);
    END LOOP;
    UPDATE audit_chainhead SET number = head_number, hash = head_hash WHERE id = 1;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.automation_fired_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'what an action has come to stays'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.automation_keep_decided() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'a request that has ended is not opened again'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.core_ends_stay() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'what has ended in % stays so', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.core_keep_binding() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'encrypted values of % are bound to columns that never change', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.core_may_rekey() RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT pg_has_role(session_user, relowner, 'MEMBER') FROM pg_class
     WHERE oid = 'core_rekeying'::regclass
$$;

CREATE FUNCTION public.core_runs_only_grow() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'a run of before does not come back' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.core_same_token(old bytea, new bytea) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT old IS NOT DISTINCT FROM new
        OR (coalesce(current_setting('expertpool.rekeying', true), '') = 'on' AND core_may_rekey())
$$;

CREATE FUNCTION public.directory_alias_is_of_one() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('directory.units', 0));
    IF TG_TABLE_NAME = 'directory_unitalias' THEN
        IF NOT NEW.shared AND EXISTS (
            SELECT FROM directory_unit one
            WHERE one.normalised_name = NEW.normalised_name AND one.id <> NEW.unit_id
        ) THEN
            RAISE EXCEPTION 'the alias % is the name of another unit', NEW.name
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directory_alias_is_of_one';
        END IF;
    ELSIF EXISTS (
        SELECT FROM directory_unitalias one
        WHERE one.normalised_name = NEW.normalised_name AND one.unit_id <> NEW.id AND NOT one.shared
    ) THEN
        RAISE EXCEPTION 'the name % is an alias of another unit', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'directory_alias_is_of_one';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.draws_follow_status() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE draws_drawproject SET valid = NEW.status NOT IN ('abandoned', 'void')
        WHERE draw_id = NEW.id;
    RETURN NULL;
END $$;

CREATE FUNCTION public.draws_guard_block() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.draw_id, OLD.n, OLD.commits)
       IS DISTINCT FROM
       (NEW.draw_id, NEW.n, NEW.commits)
       OR NOT core_same_token(OLD.openings, NEW.openings)
       OR NOT core_same_token(OLD.fittings, NEW.fittings)
    THEN
        RAISE EXCEPTION 'a sealed block never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.draws_guard_draw() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.number, OLD.project_id, OLD.kind, OLD.widens_id, OLD.rule, OLD.candidate_count,
        OLD.seal, OLD.sealed_at, OLD.operator_id)
       IS DISTINCT FROM
       (NEW.number, NEW.project_id, NEW.kind, NEW.widens_id, NEW.rule, NEW.candidate_count,
        NEW.seal, NEW.sealed_at, NEW.operator_id)
       OR NOT core_same_token(OLD.nonce, NEW.nonce)
       OR (OLD.seed <> '' AND (OLD.seed, OLD.reveals) IS DISTINCT FROM (NEW.seed, NEW.reveals))
    THEN
        RAISE EXCEPTION 'the seal of draw % never changes', OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.draws_guard_event() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
DECLARE
    chained boolean;
    expected integer;
    last jsonb;
    kind text := NEW.content->>'type';
BEGIN
    SELECT rule ? 'events' INTO chained FROM draws_draw WHERE id = NEW.draw_id;
    SELECT coalesce(max(n), 0) + 1 INTO expected FROM draws_drawevent WHERE draw_id = NEW.draw_id;
    SELECT content INTO last FROM draws_drawevent
        WHERE draw_id = NEW.draw_id AND content->>'type' NOT IN ('note', 'skip')
        ORDER BY n DESC LIMIT 1;
    IF NEW.n <> expected OR (NEW.content->>'n')::integer IS DISTINCT FROM NEW.n THEN
        RAISE EXCEPTION 'event % of draw % does not follow', NEW.n, NEW.draw_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF chained AND (NEW.content->>'hash') !~ '^[0-9a-f]{64}$' IS NOT FALSE THEN
        RAISE EXCEPTION 'event % of draw % has no hash', NEW.n, NEW.draw_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF last->>'type' = 'void' OR last->>'state' = 'void'
       OR last->>'type' = 'end' AND (
           kind = 'end' AND NEW.content->>'state' <> 'void'
           OR kind = 'supplement' AND NEW.content->'seats' = '[]')
    THEN
        RAISE EXCEPTION 'no % follows the end of draw %', kind, NEW.draw_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $_$;

CREATE FUNCTION public.draws_guard_invitation() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.draw_id, OLD.commit) IS DISTINCT FROM (NEW.draw_id, NEW.commit)
       OR NOT core_same_token(OLD.opening, NEW.opening)
    THEN
        RAISE EXCEPTION 'who was seated never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.draws_guard_plan_version() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.plan_id, OLD.number, OLD.words, OLD.made_by_id, OLD.made_at)
       IS DISTINCT FROM (NEW.plan_id, NEW.number, NEW.words, NEW.made_by_id, NEW.made_at)
       OR (OLD.approved AND (NEW.approved IS NOT TRUE OR OLD.thin IS DISTINCT FROM NEW.thin))
       OR (OLD.returned_at IS NOT NULL AND NEW.returned_at IS NULL)
    THEN
        RAISE EXCEPTION 'what a version of a plan says never changes, nor that it was approved or returned'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.draws_guard_project() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE draw draws_draw%ROWTYPE;
BEGIN
    SELECT * INTO draw FROM draws_draw WHERE id = NEW.draw_id;
    IF TG_OP = 'UPDATE' AND (OLD.draw_id, OLD.project_id)
                            IS DISTINCT FROM (NEW.draw_id, NEW.project_id)
    THEN
        RAISE EXCEPTION 'the projects of draw % never change', draw.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' AND NOT draw.rule -> 'projects' ?
                                (SELECT number FROM projects_project WHERE id = NEW.project_id)
    THEN
        RAISE EXCEPTION 'the rule of draw % does not name project %', draw.number, NEW.project_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' AND draw.widens_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM draws_drawproject
        WHERE draw_id = draw.widens_id AND project_id = NEW.project_id AND valid)
    THEN
        RAISE EXCEPTION 'draw % widens one of other projects', draw.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.first := draw.widens_id IS NULL;
    NEW.valid := draw.status NOT IN ('abandoned', 'void');
    RETURN NEW;
END $$;

CREATE FUNCTION public.draws_guard_publication() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.public_id <> NEW.public_id THEN
        RAISE EXCEPTION 'the public address of draw % never changes', OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.published_at IS NULL THEN
        IF NEW.published_at IS NOT NULL
           AND NEW.status NOT IN ('success', 'success_supplement', 'unsatisfied') THEN
            RAISE EXCEPTION 'draw % has not ended or is not valid: its result is not published',
                OLD.number USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF (OLD.published_at, OLD.publication) IS DISTINCT FROM (NEW.published_at, NEW.publication)
          OR NEW.status NOT IN (OLD.status, 'void') THEN
        RAISE EXCEPTION 'the published result of draw % never changes', OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.draws_guard_status() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (
        ('sealed', 'inviting'), ('sealed', 'abandoned'),
        ('inviting', 'success'), ('inviting', 'success_supplement'),
        ('inviting', 'unsatisfied'), ('inviting', 'void'),
        ('success', 'inviting'), ('success', 'void'),
        ('success_supplement', 'inviting'), ('success_supplement', 'void'),
        ('unsatisfied', 'inviting'), ('unsatisfied', 'void'))
    THEN
        RAISE EXCEPTION 'draw % cannot go from % to %', OLD.number, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.draws_guard_widening() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE base draws_draw%ROWTYPE;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.status IN ('abandoned', 'void') AND EXISTS (
            SELECT FROM draws_draw
            WHERE widens_id = NEW.id AND status NOT IN ('abandoned', 'void'))
        THEN
            RAISE EXCEPTION 'draw % was widened', NEW.number USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO base FROM draws_draw WHERE id = NEW.widens_id;
    IF (NEW.rule ->> 'widens', NEW.rule ->> 'widens_seal')
           IS DISTINCT FROM (base.number::text, base.seal::text)
       OR (NEW.widens_id IS NOT NULL AND NOT (
               NEW.kind = 'random' AND base.kind = 'random' AND base.project_id = NEW.project_id
               AND base.status IN ('success', 'success_supplement', 'unsatisfied')))
    THEN
        RAISE EXCEPTION 'draw % cannot widen another so', NEW.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.draws_keep_decided() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'a request that has ended is not opened again'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.draws_keep_id() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'what a row of % is found by never changes', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.draws_keep_ruled_role() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM draws_revealrule WHERE role_id = OLD.id) THEN
        RAISE EXCEPTION 'a role whose members read names at a time of their own stays'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION public.draws_only_grows() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'an old proof of % does not count again', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.draws_panel_of(draw bigint) RETURNS bigint
    LANGUAGE sql STABLE
    AS $$
    WITH RECURSIVE chain AS (
        SELECT id, widens_id FROM draws_draw WHERE id = draw
        UNION ALL
        SELECT before.id, before.widens_id FROM draws_draw before
            JOIN chain ON before.id = chain.widens_id
    )
    SELECT id FROM chain WHERE widens_id IS NULL
$$;

CREATE FUNCTION public.draws_pause_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (NEW.draw_id, NEW.paused_at) IS NOT DISTINCT FROM (OLD.draw_id, OLD.paused_at)
        AND NEW.lost @> OLD.lost THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'for whom a draw was paused (%) stays', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION public.draws_plan_undisputed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM draws_drawplan plan
        JOIN draws_planversion said ON said.plan_id = plan.id AND said.number = plan.version
        WHERE plan.project_id = NEW.project_id AND said.approved IS NOT TRUE
          AND (said.submitted_at IS NOT NULL OR EXISTS (
              SELECT 1 FROM draws_planversion older
              WHERE older.plan_id = plan.id AND older.returned_at IS NOT NULL)))
    THEN
        RAISE EXCEPTION 'the plan of draw % waits for its approval or was returned', NEW.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.draws_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: a sealed draw never changes', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.draws_set_panel() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.panel_id := draws_panel_of(NEW.draw_id);
    RETURN NEW;
END $$;

CREATE FUNCTION public.experts_blacklist_agrees() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.experts_contacts_of_account() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    is_new boolean := TG_OP = 'INSERT';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('experts.contacts', 0));
    IF EXISTS (
        SELECT FROM experts_expert one WHERE one.phone_index = NEW.phone_index
            AND one.user_id IS DISTINCT FROM NEW.id
            AND (is_new OR NEW.phone_index IS DISTINCT FROM OLD.phone_index)
    ) OR EXISTS (
        SELECT FROM experts_expert one WHERE one.email_index = NEW.email_index
            AND one.user_id IS DISTINCT FROM NEW.id
            AND (is_new OR NEW.email_index IS DISTINCT FROM OLD.email_index)
    ) THEN
        RAISE EXCEPTION 'a phone or mail of account % stands in the file of an expert who is another', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'experts_contacts_once';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.experts_contacts_of_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('experts.contacts', 0));
    IF EXISTS (
        SELECT FROM accounts_user account WHERE account.id IS DISTINCT FROM NEW.user_id AND (
            (account.phone_index = NEW.phone_index AND NEW.phone_index IS DISTINCT FROM OLD.phone_index)
            OR (account.email_index = NEW.email_index AND NEW.email_index IS DISTINCT FROM OLD.email_index)
        )
    ) THEN
        RAISE EXCEPTION 'a phone or mail of expert % is that of another''s account', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'experts_contacts_once';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.experts_contacts_of_new() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('experts.contacts', 0));
    IF EXISTS (
        SELECT FROM new_files one JOIN accounts_user account ON account.phone_index = one.phone_index
        WHERE account.id IS DISTINCT FROM one.user_id
    ) OR EXISTS (
        SELECT FROM new_files one JOIN accounts_user account ON account.email_index = one.email_index
        WHERE account.id IS DISTINCT FROM one.user_id
    ) THEN
        RAISE EXCEPTION 'a phone or mail of a new file is that of another''s account'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'experts_contacts_once';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.experts_note_new() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO experts_unpackedexpert (expert_key) SELECT id FROM written;
    RETURN NULL;
END $$;

CREATE FUNCTION public.experts_note_written() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO experts_unpackedexpert (expert_key) VALUES (NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION public.experts_version_is_final() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND core_same_token(OLD.snapshot, NEW.snapshot)
       AND to_jsonb(OLD) - 'snapshot' = to_jsonb(NEW) - 'snapshot'
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.note = ''
       AND to_jsonb(OLD) - 'snapshot' - 'note' = to_jsonb(NEW) - 'snapshot' - 'note'
       AND EXISTS (SELECT FROM experts_expert WHERE id = OLD.expert_id AND erased_at IS NOT NULL)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '专家历史版本不能修改或删除';
END $$;

CREATE FUNCTION public.joining_only_grows() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'an earlier version of % does not count again', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.monitoring_add_month(part_of text, month date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.monitoring_drop_months(part_of text, before timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
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
END $_$;

CREATE FUNCTION public.notifications_template_goes_on() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the version of a template never goes back (%)', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'notifications_template_goes_on';
END $$;

CREATE FUNCTION public.points_only_grows() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the ledger of points (%) only grows: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION public.procrastinate_cancel_job_v1(job_id bigint, abort boolean, delete_job boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status = 'todo'
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        IF abort THEN
            UPDATE procrastinate_jobs
            SET abort_requested = true,
                status = CASE status
                    WHEN 'todo' THEN 'cancelled'::procrastinate_job_status ELSE status
                END
            WHERE id = job_id AND status IN ('todo', 'doing')
            RETURNING id INTO _job_id;
        ELSE
            UPDATE procrastinate_jobs
            SET status = 'cancelled'::procrastinate_job_status
            WHERE id = job_id AND status = 'todo'
            RETURNING id INTO _job_id;
        END IF;
    END IF;
    RETURN _job_id;
END;
$$;

CREATE FUNCTION public.procrastinate_defer_jobs_v1(jobs public.procrastinate_job_to_defer_v1[]) RETURNS bigint[]
    LANGUAGE plpgsql
    AS $$
DECLARE
    job_ids bigint[];
BEGIN
    WITH inserted_jobs AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
        SELECT (job).queue_name,
               (job).task_name,
               (job).priority,
               (job).lock,
               (job).queueing_lock,
               (job).args,
               (job).scheduled_at
        FROM unnest(jobs) AS job
        RETURNING id
    )
    SELECT array_agg(id) FROM inserted_jobs INTO job_ids;

    RETURN job_ids;
END;
$$;

CREATE FUNCTION public.procrastinate_defer_periodic_job_v2(_queue_name character varying, _lock character varying, _queueing_lock character varying, _task_name character varying, _priority integer, _periodic_id character varying, _defer_timestamp bigint, _args jsonb) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
	_job_id bigint;
	_defer_id bigint;
BEGIN
    INSERT
        INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
        VALUES (_task_name, _periodic_id, _defer_timestamp)
        ON CONFLICT DO NOTHING
        RETURNING id into _defer_id;

    IF _defer_id IS NULL THEN
        RETURN NULL;
    END IF;

    UPDATE procrastinate_periodic_defers
        SET job_id = (
            SELECT COALESCE((
                SELECT unnest(procrastinate_defer_jobs_v1(
                    ARRAY[
                        ROW(
                            _queue_name,
                            _task_name,
                            _priority,
                            _lock,
                            _queueing_lock,
                            _args,
                            NULL::timestamptz
                        )
                    ]::procrastinate_job_to_defer_v1[]
                ))
            ), NULL)
        )
        WHERE id = _defer_id
        RETURNING job_id INTO _job_id;

    DELETE
        FROM procrastinate_periodic_defers
        USING (
            SELECT id
            FROM procrastinate_periodic_defers
            WHERE procrastinate_periodic_defers.task_name = _task_name
            AND procrastinate_periodic_defers.periodic_id = _periodic_id
            AND procrastinate_periodic_defers.defer_timestamp < _defer_timestamp
            ORDER BY id
            FOR UPDATE
        ) to_delete
        WHERE procrastinate_periodic_defers.id = to_delete.id;

    RETURN _job_id;
END;
$$;

CREATE TABLE public.procrastinate_jobs (
    id bigint NOT NULL,
    queue_name character varying(128) NOT NULL,
    task_name character varying(128) NOT NULL,
    lock text,
    args jsonb DEFAULT '{}'::jsonb NOT NULL,
    status public.procrastinate_job_status DEFAULT 'todo'::public.procrastinate_job_status NOT NULL,
    scheduled_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    queueing_lock text,
    priority integer DEFAULT 0 NOT NULL,
    abort_requested boolean DEFAULT false NOT NULL,
    worker_id bigint,
    CONSTRAINT check_not_todo_abort_requested CHECK ((NOT ((status = 'todo'::public.procrastinate_job_status) AND (abort_requested = true))))
);

CREATE FUNCTION public.procrastinate_fetch_job_v2(target_queue_names character varying[], p_worker_id bigint) RETURNS public.procrastinate_jobs
    LANGUAGE plpgsql
    AS $$
DECLARE
	found_jobs procrastinate_jobs;
BEGIN
    WITH candidate AS (
        SELECT jobs.*
            FROM procrastinate_jobs AS jobs
            WHERE
                -- reject the job if its lock has earlier or higher priority jobs
                NOT EXISTS (
                    SELECT 1
                        FROM procrastinate_jobs AS other_jobs
                        WHERE
                            jobs.lock IS NOT NULL
                            AND other_jobs.lock = jobs.lock
                            AND (
                                -- job with same lock is already running
                                other_jobs.status = 'doing'
                                OR
                                -- job with same lock is waiting and has higher priority (or same priority but was queued first)
                                (
                                    other_jobs.status = 'todo'
                                    AND (
                                        other_jobs.priority > jobs.priority
                                        OR (
                                        other_jobs.priority = jobs.priority
                                        AND other_jobs.id < jobs.id
                                        )
                                    )
                                )
                            )
                )
                AND jobs.status = 'todo'
                AND (target_queue_names IS NULL OR jobs.queue_name = ANY( target_queue_names ))
                AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
            ORDER BY jobs.priority DESC, jobs.id ASC LIMIT 1
            FOR UPDATE OF jobs SKIP LOCKED
    )
    UPDATE procrastinate_jobs
        SET status = 'doing', worker_id = p_worker_id
        FROM candidate
        WHERE procrastinate_jobs.id = candidate.id
        RETURNING procrastinate_jobs.* INTO found_jobs;

 RETURN found_jobs;
END;
$$;

CREATE FUNCTION public.procrastinate_finish_job_v1(job_id bigint, end_status public.procrastinate_job_status, delete_job boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF end_status NOT IN ('succeeded', 'failed', 'aborted') THEN
        RAISE 'End status should be either "succeeded", "failed" or "aborted" (job id: %)', job_id;
    END IF;
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = end_status,
            abort_requested = false,
            attempts = CASE status
                WHEN 'doing' THEN attempts + 1 ELSE attempts
            END
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" or "todo" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION public.procrastinate_notify_queue_abort_job_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'abort_job_requested', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_notify_queue_job_inserted_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'job_inserted', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_prune_stalled_workers_v1(seconds_since_heartbeat double precision) RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    DELETE FROM procrastinate_workers
    WHERE last_heartbeat < NOW() - (seconds_since_heartbeat || 'SECOND')::INTERVAL
    RETURNING procrastinate_workers.id;
END;
$$;

CREATE FUNCTION public.procrastinate_register_worker_v1() RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    INSERT INTO procrastinate_workers DEFAULT VALUES
    RETURNING procrastinate_workers.id;
END;
$$;

CREATE FUNCTION public.procrastinate_retry_job_v1(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
BEGIN
    SELECT abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status = 'doing'
    FOR UPDATE
    INTO _abort_requested;
    IF _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION public.procrastinate_retry_job_v2(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
    _current_status procrastinate_job_status;
BEGIN
    SELECT status, abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status IN ('doing', 'failed')
    FOR UPDATE
    INTO _current_status, _abort_requested;
    IF _current_status = 'doing' AND _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status IN ('doing', 'failed')
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or has an invalid status to retry (job id: %)', job_id;
    END IF;

END;
$$;

CREATE FUNCTION public.procrastinate_trigger_abort_requested_events_procedure_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'abort_requested'::procrastinate_job_event_type);
    RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_scheduled_events_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type, at)
        VALUES (NEW.id, 'scheduled'::procrastinate_job_event_type, NEW.scheduled_at);

	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_status_events_insert_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'deferred'::procrastinate_job_event_type);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_status_events_update_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    WITH t AS (
        SELECT CASE
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND NEW.status = 'doing'::procrastinate_job_status
                THEN 'started'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'deferred_for_retry'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'failed'::procrastinate_job_status
                THEN 'failed'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'succeeded'::procrastinate_job_status
                THEN 'succeeded'::procrastinate_job_event_type
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND (
                    NEW.status = 'cancelled'::procrastinate_job_status
                    OR NEW.status = 'failed'::procrastinate_job_status
                    OR NEW.status = 'succeeded'::procrastinate_job_status
                )
                THEN 'cancelled'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'aborted'::procrastinate_job_status
                THEN 'aborted'::procrastinate_job_event_type
            WHEN OLD.status = 'failed'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'retried'::procrastinate_job_event_type
            ELSE NULL
        END as event_type
    )
    INSERT INTO procrastinate_events(job_id, type)
        SELECT NEW.id, t.event_type
        FROM t
        WHERE t.event_type IS NOT NULL;
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_unlink_periodic_defers_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_periodic_defers
    SET job_id = NULL
    WHERE job_id = OLD.id;
    RETURN OLD;
END;
$$;

CREATE FUNCTION public.procrastinate_unregister_worker_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM procrastinate_workers
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION public.procrastinate_update_heartbeat_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_workers
    SET last_heartbeat = NOW()
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION public.projects_guard_batch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.batch_id, OLD.leads_batch) IS DISTINCT FROM (NEW.batch_id, NEW.leads_batch) AND (
        OLD.draw_state <> 'not_drawn' OR EXISTS (
            SELECT FROM projects_project
            WHERE batch_id IN (OLD.batch_id, NEW.batch_id) AND draw_state <> 'not_drawn'
        )
    ) THEN
        RAISE EXCEPTION 'the batch of project % is drawn: nobody joins or leaves', OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.projects_only_grows() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'an old proof of % does not count again', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.siteconfig_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the history (%) is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION public.workflow_notice_stands() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.title = '' AND NEW.lines = '[]'
       AND to_jsonb(OLD) - 'title' - 'lines' - 'proof' = to_jsonb(NEW) - 'title' - 'lines' - 'proof'
       AND EXISTS (SELECT FROM workflow_approval WHERE id = OLD.approval_id AND ended_at IS NOT NULL)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '公示的内容不能修改';
END $$;

CREATE FUNCTION public.workflow_objection_stands() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT FROM workflow_publicnotice WHERE id = OLD.notice_id AND title <> '') THEN
        RAISE EXCEPTION '公示的异议不能删除';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION public.workflow_only_grows() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'an old proof of % does not count again', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TABLE public.accounts_apitoken (
    id bigint NOT NULL,
    name character varying(40) NOT NULL,
    scopes jsonb NOT NULL,
    digest bytea NOT NULL,
    hint character varying(12) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_by_id bigint NOT NULL,
    user_id bigint NOT NULL,
    confirmed_at timestamp with time zone,
    proof bytea,
    CONSTRAINT accounts_token_bounds CHECK (((expires_at >= '2000-01-01 08:00:00+08'::timestamp with time zone) AND (expires_at <= '2099-12-31 23:59:00+08'::timestamp with time zone)))
);

ALTER TABLE public.accounts_apitoken ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_apitoken_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.accounts_department (
    id bigint NOT NULL,
    name character varying(100) NOT NULL,
    path character varying(200) NOT NULL,
    "order" smallint NOT NULL,
    active boolean NOT NULL,
    parent_id bigint,
    proof bytea,
    CONSTRAINT accounts_department_order_check CHECK (("order" >= 0))
);

ALTER TABLE public.accounts_department ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_department_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.accounts_knownpermission (
    code character varying(64) NOT NULL,
    duty character varying(16) DEFAULT ''::character varying NOT NULL
);

CREATE TABLE public.accounts_loginrecord (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    account character varying(100) NOT NULL,
    address character varying(45) NOT NULL,
    device character varying(200) NOT NULL,
    outcome character varying(16) NOT NULL,
    user_id bigint,
    method character varying(8) NOT NULL,
    user_agent character varying(300) NOT NULL,
    network character varying(45) DEFAULT ''::character varying NOT NULL,
    typed bytea DEFAULT '\x'::bytea NOT NULL
);

ALTER TABLE public.accounts_loginrecord ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_loginrecord_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.accounts_role (
    id bigint NOT NULL,
    code character varying(32) NOT NULL,
    name character varying(50) NOT NULL,
    description character varying(200) NOT NULL,
    built_in boolean NOT NULL
);

ALTER TABLE public.accounts_role ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_role_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.accounts_rolefield (
    id bigint NOT NULL,
    field character varying(64) NOT NULL,
    level character varying(8) NOT NULL,
    role_id bigint NOT NULL,
    proof bytea
);

ALTER TABLE public.accounts_rolefield ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_rolefield_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.accounts_rolepermission (
    id bigint NOT NULL,
    code character varying(64) NOT NULL,
    scope character varying(24) NOT NULL,
    role_id bigint NOT NULL,
    proof bytea
);

CREATE TABLE public.accounts_rolepermission_departments (
    id bigint NOT NULL,
    rolepermission_id bigint NOT NULL,
    department_id bigint NOT NULL,
    proof bytea
);

ALTER TABLE public.accounts_rolepermission_departments ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_rolepermission_departments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.accounts_rolepermission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_rolepermission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.accounts_signedin (
    id bigint NOT NULL,
    since timestamp with time zone NOT NULL,
    used_at timestamp with time zone NOT NULL,
    address character varying(45) NOT NULL,
    device character varying(200) NOT NULL,
    session_id character varying(40) NOT NULL,
    user_id bigint NOT NULL,
    until timestamp with time zone
);

ALTER TABLE public.accounts_signedin ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_signedin_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.accounts_usedpassword (
    id bigint NOT NULL,
    password bytea NOT NULL,
    at timestamp with time zone NOT NULL,
    user_id bigint NOT NULL,
    uid uuid NOT NULL
);

ALTER TABLE public.accounts_usedpassword ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_usedpassword_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.accounts_user (
    id bigint NOT NULL,
    password bytea NOT NULL,
    last_login timestamp with time zone,
    username character varying(50) NOT NULL,
    name character varying(50) NOT NULL,
    phone bytea NOT NULL,
    phone_index bytea,
    email bytea NOT NULL,
    email_index bytea,
    is_active boolean NOT NULL,
    failed_logins smallint NOT NULL,
    locked_until timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    department_id bigint,
    must_change_password boolean NOT NULL,
    phone_verified_at timestamp with time zone,
    session_round integer NOT NULL,
    app_secret bytea NOT NULL,
    app_set_up_at timestamp with time zone,
    app_step bigint,
    created_proof bytea,
    phone_proof bytea,
    app_proof bytea,
    link_round integer DEFAULT 0 NOT NULL,
    place_proof bytea,
    blacklisted_at timestamp with time zone,
    CONSTRAINT accounts_user_blacklisted CHECK (((blacklisted_at IS NULL) OR (NOT is_active))),
    CONSTRAINT accounts_user_failed_logins_check CHECK ((failed_logins >= 0)),
    CONSTRAINT accounts_user_link_round_check CHECK ((link_round >= 0)),
    CONSTRAINT accounts_user_session_round_check CHECK ((session_round >= 0))
);

ALTER TABLE public.accounts_user ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_user_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.accounts_user_roles (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    role_id bigint NOT NULL,
    proof bytea
);

ALTER TABLE public.accounts_user_roles ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_user_roles_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.achievements_achievement (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    title character varying(200) NOT NULL,
    year smallint NOT NULL,
    number character varying(100) NOT NULL,
    source character varying(200) NOT NULL,
    level character varying(20) NOT NULL,
    rank smallint,
    summary text NOT NULL,
    state character varying(10) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    asked_at timestamp with time zone,
    approved_at timestamp with time zone,
    updated_at timestamp with time zone NOT NULL,
    asked_by_id bigint,
    created_by_id bigint NOT NULL,
    expert_id bigint NOT NULL,
    taken_back_at timestamp with time zone,
    proof_n integer NOT NULL,
    proof bytea NOT NULL,
    uid uuid NOT NULL,
    authors bytea CONSTRAINT achievements_achievement_authors_not_null1 NOT NULL,
    CONSTRAINT achievements_achievement_proof_n_check CHECK ((proof_n >= 0)),
    CONSTRAINT achievements_achievement_rank_check CHECK ((rank >= 0)),
    CONSTRAINT achievements_achievement_year_check CHECK ((year >= 0)),
    CONSTRAINT achievements_approved_when CHECK ((((approved_at IS NOT NULL) AND ((state)::text = 'approved'::text)) OR ((NOT ((state)::text = 'approved'::text)) AND (approved_at IS NULL)))),
    CONSTRAINT achievements_bounds CHECK ((((rank >= 1) AND (rank <= 99)) AND ((year >= 1950) AND (year <= 2099)))),
    CONSTRAINT achievements_known CHECK ((((kind)::text = ANY ((ARRAY['paper'::character varying, 'patent'::character varying, 'award'::character varying, 'standard'::character varying])::text[])) AND ((state)::text = ANY ((ARRAY['draft'::character varying, 'pending'::character varying, 'returned'::character varying, 'approved'::character varying])::text[]))))
);

ALTER TABLE public.achievements_achievement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.achievements_achievement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.audit_anchor (
    id bigint NOT NULL,
    number bigint NOT NULL,
    hash character varying(64) NOT NULL,
    previous bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    proof bytea NOT NULL
);

ALTER TABLE public.audit_anchor ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.audit_anchor_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.audit_branch (
    department bigint NOT NULL,
    number bigint NOT NULL,
    hash bytea NOT NULL
);

CREATE TABLE public.audit_chainhead (
    id bigint NOT NULL,
    number bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_one_chain_head CHECK ((id = 1))
);

ALTER TABLE public.audit_chainhead ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.audit_chainhead_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.audit_entry (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_name character varying(64) NOT NULL,
    address character varying(45) NOT NULL,
    action character varying(64) NOT NULL,
    subject_type character varying(64) NOT NULL,
    subject_id character varying(64) NOT NULL,
    subject_label character varying(200) NOT NULL,
    before jsonb,
    after jsonb,
    note character varying(500) NOT NULL,
    digest bytea NOT NULL,
    chain_no bigint,
    previous_hash bytea,
    hash bytea,
    actor_id bigint,
    proof bytea,
    branch bigint,
    branch_no bigint,
    branch_hash bytea
);

ALTER TABLE public.audit_entry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.audit_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.audit_unproven (
    id bigint NOT NULL,
    number bigint NOT NULL,
    proof bytea
);

ALTER TABLE public.audit_unproven ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.audit_unproven_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);

ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);

ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);

ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_errand (
    id bigint NOT NULL,
    role character varying(32) NOT NULL,
    text character varying(300) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    note character varying(300) NOT NULL,
    done_by_id bigint,
    firing_id bigint NOT NULL,
    proof bytea NOT NULL,
    ended_by_id bigint,
    CONSTRAINT automation_errand_done CHECK ((((done_at IS NULL) AND (done_by_id IS NULL) AND (ended_by_id IS NULL)) OR ((done_at IS NOT NULL) AND (done_by_id IS NOT NULL) AND (ended_by_id IS NULL)) OR ((done_at IS NOT NULL) AND (done_by_id IS NULL) AND (ended_by_id IS NOT NULL))))
);

ALTER TABLE public.automation_errand ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_errand_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_eventrule (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    name character varying(60) NOT NULL,
    "position" integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint NOT NULL,
    CONSTRAINT automation_eventrule_position_check CHECK (("position" >= 0))
);

ALTER TABLE public.automation_eventrule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_eventrule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_firing (
    id bigint NOT NULL,
    number smallint NOT NULL,
    action character varying(64) NOT NULL,
    state character varying(10) NOT NULL,
    detail character varying(300) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    replay_of_id bigint,
    replayed_by_id bigint,
    rule_id bigint NOT NULL,
    occurrence_id bigint NOT NULL,
    version_id bigint NOT NULL,
    CONSTRAINT automation_firing_number_check CHECK ((number >= 0)),
    CONSTRAINT automation_replayed_by_somebody CHECK ((((replay_of_id IS NULL) AND (replayed_by_id IS NULL)) OR ((replay_of_id IS NOT NULL) AND (replayed_by_id IS NOT NULL)))),
    CONSTRAINT automation_state_known CHECK ((((done_at IS NULL) AND ((state)::text = 'waiting'::text)) OR ((done_at IS NOT NULL) AND ((state)::text = ANY ((ARRAY['done'::character varying, 'failed'::character varying, 'skipped'::character varying])::text[])))))
);

ALTER TABLE public.automation_firing ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_firing_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_occurrence (
    id bigint NOT NULL,
    kind character varying(64) NOT NULL,
    subject_id bigint NOT NULL,
    key character varying(150) NOT NULL,
    at timestamp with time zone NOT NULL,
    depth smallint NOT NULL,
    considered_at timestamp with time zone,
    proof bytea NOT NULL,
    cause_id bigint,
    CONSTRAINT automation_occurrence_depth_check CHECK ((depth >= 0))
);

ALTER TABLE public.automation_occurrence ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_occurrence_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_rulerequest (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    asked_proof bytea NOT NULL,
    contents jsonb NOT NULL,
    decided_by_id bigint,
    requested_by_id bigint NOT NULL,
    rule_id bigint NOT NULL,
    CONSTRAINT automation_rulerequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT automation_rulerequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT automation_rulerequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.automation_rulerequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_rulerequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.automation_ruleversion (
    id bigint NOT NULL,
    number integer NOT NULL,
    name character varying(60) NOT NULL,
    purpose character varying(300) NOT NULL,
    event character varying(64) NOT NULL,
    condition jsonb NOT NULL,
    actions jsonb NOT NULL,
    words jsonb NOT NULL,
    active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    proof bytea NOT NULL,
    confirmed_by_id bigint,
    created_by_id bigint NOT NULL,
    rule_id bigint NOT NULL,
    CONSTRAINT automation_by_two_persons CHECK (((confirmed_by_id IS NULL) OR (NOT ((confirmed_by_id = created_by_id) AND (confirmed_by_id IS NOT NULL))))),
    CONSTRAINT automation_ruleversion_number_check CHECK ((number >= 0))
);

ALTER TABLE public.automation_ruleversion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.automation_ruleversion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.backups_backup (
    id bigint NOT NULL,
    name character varying(32) NOT NULL,
    directory character varying(500) NOT NULL,
    kind character varying(8) NOT NULL,
    state character varying(8) NOT NULL,
    is_encrypted boolean NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    size bigint,
    chain bigint,
    fault character varying(1000) NOT NULL,
    checked_at timestamp with time zone,
    check_fault character varying(1000) NOT NULL,
    removed_at timestamp with time zone,
    asked_by_id bigint,
    CONSTRAINT backups_done_is_finished CHECK (((NOT ((state)::text = 'done'::text)) OR (finished_at IS NOT NULL)))
);

ALTER TABLE public.backups_backup ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.backups_backup_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.bundles_bundle (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    is_archive boolean NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    state character varying(8) NOT NULL,
    done smallint NOT NULL,
    parts jsonb NOT NULL,
    withheld jsonb NOT NULL,
    files integer NOT NULL,
    digest character varying(64) NOT NULL,
    error character varying(200) NOT NULL,
    finished_at timestamp with time zone,
    proof bytea NOT NULL,
    asked_by_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT bundles_bundle_done_check CHECK ((done >= 0)),
    CONSTRAINT bundles_bundle_files_check CHECK ((files >= 0)),
    CONSTRAINT bundles_done CHECK (((NOT ((state)::text = 'done'::text)) OR ((finished_at IS NOT NULL) AND (NOT ((digest)::text = ''::text))))),
    CONSTRAINT bundles_state CHECK (((state)::text = ANY ((ARRAY['queued'::character varying, 'running'::character varying, 'done'::character varying, 'failed'::character varying])::text[])))
);

ALTER TABLE public.bundles_bundle ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.bundles_bundle_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.certificates_background (
    id bigint NOT NULL,
    content bytea NOT NULL,
    digest bytea NOT NULL,
    landscape boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint NOT NULL
);

ALTER TABLE public.certificates_background ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.certificates_background_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.certificates_certificate (
    id bigint NOT NULL,
    number character varying(40) NOT NULL,
    code bytea NOT NULL,
    code_digest bytea NOT NULL,
    kind character varying(12) NOT NULL,
    expert_type character varying(50) NOT NULL,
    valid_from date NOT NULL,
    valid_until date,
    issued_at timestamp with time zone NOT NULL,
    ending character varying(10) NOT NULL,
    ended_at timestamp with time zone,
    reason character varying(200) NOT NULL,
    proof bytea,
    ended_by_id bigint,
    expert_id bigint NOT NULL,
    issued_by_id bigint,
    replaces_id bigint,
    version_id bigint NOT NULL,
    name bytea CONSTRAINT certificates_certificate_name_not_null1 NOT NULL,
    name_index bytea,
    contents bytea NOT NULL,
    CONSTRAINT certificates_bounds CHECK ((((valid_from >= '1900-01-01'::date) AND (valid_from <= '2099-12-31'::date)) AND ((valid_until >= '1900-01-01'::date) AND (valid_until <= '2099-12-31'::date)))),
    CONSTRAINT certificates_ended_when CHECK ((((ended_at IS NULL) AND ((ending)::text = ''::text)) OR ((ended_at IS NOT NULL) AND ((ending)::text = ANY ((ARRAY['replaced'::character varying, 'revoked'::character varying])::text[]))))),
    CONSTRAINT certificates_revoked_why CHECK (((((ending)::text = 'revoked'::text) AND (NOT ((reason)::text = ''::text))) OR ((NOT ((ending)::text = 'revoked'::text)) AND ((reason)::text = ''::text)))),
    CONSTRAINT certificates_valid_order CHECK (((valid_until IS NULL) OR (valid_until >= valid_from)))
);

ALTER TABLE public.certificates_certificate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.certificates_certificate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.certificates_certificaterun (
    id bigint NOT NULL,
    kind character varying(8) NOT NULL,
    chosen jsonb NOT NULL,
    state character varying(8) NOT NULL,
    total integer NOT NULL,
    done integer NOT NULL,
    made integer NOT NULL,
    error character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    user_id bigint NOT NULL,
    uid uuid NOT NULL,
    proof bytea NOT NULL,
    refused bytea CONSTRAINT certificates_certificaterun_refused_not_null1 NOT NULL,
    CONSTRAINT certificates_certificaterun_done_check CHECK ((done >= 0)),
    CONSTRAINT certificates_certificaterun_made_check CHECK ((made >= 0)),
    CONSTRAINT certificates_certificaterun_total_check CHECK ((total >= 0)),
    CONSTRAINT certificates_run_state CHECK (((state)::text = ANY ((ARRAY['queued'::character varying, 'running'::character varying, 'done'::character varying, 'failed'::character varying])::text[])))
);

ALTER TABLE public.certificates_certificaterun ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.certificates_certificaterun_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.certificates_design (
    id bigint NOT NULL,
    name character varying(50) NOT NULL,
    kinds character varying(12)[] NOT NULL,
    types character varying(50)[] NOT NULL,
    prefix character varying(20) NOT NULL,
    with_year boolean NOT NULL,
    digits smallint NOT NULL,
    active boolean NOT NULL,
    built_in character varying(12),
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT certificates_design_bounds CHECK (((digits >= 3) AND (digits <= 8))),
    CONSTRAINT certificates_design_digits_check CHECK ((digits >= 0)),
    CONSTRAINT certificates_design_kinds CHECK ((
CASE
    WHEN (kinds IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(kinds, 1), 0)
END > 0))
);

ALTER TABLE public.certificates_design ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.certificates_design_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.certificates_designversion (
    id bigint NOT NULL,
    number integer NOT NULL,
    landscape boolean NOT NULL,
    elements jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    background_id bigint,
    created_by_id bigint,
    design_id bigint NOT NULL,
    CONSTRAINT certificates_designversion_number_check CHECK ((number >= 0))
);

ALTER TABLE public.certificates_designversion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.certificates_designversion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.certificates_lookup (
    id bigint NOT NULL,
    address_index bytea,
    hour timestamp with time zone NOT NULL,
    count integer NOT NULL,
    CONSTRAINT certificates_lookup_count_check CHECK ((count >= 0))
);

ALTER TABLE public.certificates_lookup ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.certificates_lookup_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.certificates_series (
    id bigint NOT NULL,
    beginning character varying(24) NOT NULL,
    last integer NOT NULL,
    CONSTRAINT certificates_series_last_check CHECK ((last >= 0))
);

ALTER TABLE public.certificates_series ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.certificates_series_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.changes_career (
    id bigint NOT NULL,
    "position" character varying(50) NOT NULL,
    start_date date,
    end_date date,
    note character varying(200) NOT NULL,
    is_own boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    avoidance_id bigint,
    expert_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    removed_at timestamp with time zone,
    CONSTRAINT changes_career_bounds CHECK ((((end_date >= '1900-01-01'::date) AND (end_date <= '2099-12-31'::date)) AND ((start_date >= '1900-01-01'::date) AND (start_date <= '2099-12-31'::date)))),
    CONSTRAINT changes_career_dates CHECK (((start_date IS NULL) OR (end_date IS NULL) OR (end_date >= start_date)))
);

ALTER TABLE public.changes_career ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.changes_career_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.changes_changeitem (
    id bigint NOT NULL,
    field character varying(50) NOT NULL,
    before bytea NOT NULL,
    after bytea NOT NULL,
    value bytea NOT NULL,
    is_open boolean NOT NULL,
    expert_id bigint NOT NULL,
    overtaken_by_id bigint,
    request_id bigint NOT NULL
);

ALTER TABLE public.changes_changeitem ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.changes_changeitem_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.changes_changerequest (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    reason bytea NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    state character varying(10) NOT NULL,
    note character varying(500) NOT NULL,
    ended_at timestamp with time zone,
    asked_by_id bigint NOT NULL,
    decided_by_id bigint,
    expert_id bigint NOT NULL,
    taken_back_at timestamp with time zone,
    proof bytea NOT NULL,
    CONSTRAINT changes_request_decided CHECK ((((decided_by_id IS NOT NULL) AND ((state)::text = ANY ((ARRAY['approved'::character varying, 'rejected'::character varying])::text[])) AND (NOT ((decided_by_id = asked_by_id) AND (decided_by_id IS NOT NULL)))) OR ((NOT ((state)::text = ANY ((ARRAY['approved'::character varying, 'rejected'::character varying])::text[]))) AND (decided_by_id IS NULL)))),
    CONSTRAINT changes_request_ended CHECK ((((ended_at IS NULL) AND ((state)::text = 'waiting'::text)) OR ((NOT ((state)::text = 'waiting'::text)) AND (ended_at IS NOT NULL))))
);

ALTER TABLE public.changes_changerequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.changes_changerequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.changes_work (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    title character varying(200) NOT NULL,
    outlet character varying(200) NOT NULL,
    year smallint,
    part character varying(50) NOT NULL,
    is_own boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expert_id bigint NOT NULL,
    removed_at timestamp with time zone,
    CONSTRAINT changes_work_bounds CHECK (((year >= 1900) AND (year <= 2100))),
    CONSTRAINT changes_work_year_check CHECK ((year >= 0))
);

ALTER TABLE public.changes_work ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.changes_work_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_askedjob (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    task character varying(100) NOT NULL,
    given jsonb NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    proof bytea NOT NULL,
    user_id bigint
);

ALTER TABLE public.core_askedjob ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_askedjob_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_bulkrun (
    id bigint NOT NULL,
    action character varying(100) NOT NULL,
    title character varying(100) NOT NULL,
    chosen jsonb NOT NULL,
    made jsonb NOT NULL,
    state character varying(8) NOT NULL,
    total integer NOT NULL,
    done integer NOT NULL,
    said character varying(500) NOT NULL,
    error character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    user_id bigint NOT NULL,
    uid uuid NOT NULL,
    proof bytea NOT NULL,
    stop_asked boolean DEFAULT false NOT NULL,
    undoes_id bigint,
    seen boolean DEFAULT false NOT NULL,
    page character varying(500) NOT NULL,
    back bytea CONSTRAINT core_bulkrun_back_not_null1 NOT NULL,
    posted bytea CONSTRAINT core_bulkrun_posted_not_null1 NOT NULL,
    asked_with bytea CONSTRAINT core_bulkrun_asked_with_not_null1 NOT NULL,
    refused bytea CONSTRAINT core_bulkrun_refused_not_null1 NOT NULL,
    CONSTRAINT core_bulk_state CHECK (((state)::text = ANY ((ARRAY['queued'::character varying, 'running'::character varying, 'done'::character varying, 'stopped'::character varying, 'failed'::character varying])::text[]))),
    CONSTRAINT core_bulkrun_done_check CHECK ((done >= 0)),
    CONSTRAINT core_bulkrun_total_check CHECK ((total >= 0))
);

ALTER TABLE public.core_bulkrun ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_bulkrun_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_dutyrun (
    id bigint NOT NULL,
    name character varying(100) NOT NULL,
    at timestamp with time zone NOT NULL,
    proof bytea,
    n bigint NOT NULL,
    CONSTRAINT core_dutyrun_n_check CHECK ((n >= 0))
);

ALTER TABLE public.core_dutyrun ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_dutyrun_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_exportrun (
    id bigint NOT NULL,
    exporter character varying(64) NOT NULL,
    title character varying(100) NOT NULL,
    address character varying(45) NOT NULL,
    state character varying(8) NOT NULL,
    total integer NOT NULL,
    rows integer NOT NULL,
    error character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    user_id bigint NOT NULL,
    proof bytea NOT NULL,
    uid uuid NOT NULL,
    params bytea CONSTRAINT core_exportrun_params_not_null1 NOT NULL,
    CONSTRAINT core_export_finished CHECK (((NOT ((state)::text = 'done'::text)) OR (finished_at IS NOT NULL))),
    CONSTRAINT core_export_state CHECK (((state)::text = ANY ((ARRAY['queued'::character varying, 'running'::character varying, 'done'::character varying, 'failed'::character varying])::text[]))),
    CONSTRAINT core_exportrun_rows_check CHECK ((rows >= 0)),
    CONSTRAINT core_exportrun_total_check CHECK ((total >= 0))
);

ALTER TABLE public.core_exportrun ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_exportrun_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_importmemory (
    id bigint NOT NULL,
    importer character varying(64) NOT NULL,
    "column" character varying(64) NOT NULL,
    said character varying(100) NOT NULL,
    meant character varying(200) NOT NULL,
    user_id bigint NOT NULL
);

ALTER TABLE public.core_importmemory ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_importmemory_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_importrun (
    id bigint NOT NULL,
    importer character varying(64) NOT NULL,
    state character varying(12) NOT NULL,
    header_row smallint NOT NULL,
    headers jsonb NOT NULL,
    mapping jsonb NOT NULL,
    options jsonb NOT NULL,
    total integer NOT NULL,
    accepted integer NOT NULL,
    refused integer NOT NULL,
    partial boolean NOT NULL,
    reasons jsonb NOT NULL,
    done_rows integer NOT NULL,
    error character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    finished_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    user_id bigint NOT NULL,
    checks smallint NOT NULL,
    "left" jsonb NOT NULL,
    notes jsonb NOT NULL,
    sheet character varying(100) NOT NULL,
    proof bytea NOT NULL,
    uid uuid NOT NULL,
    file_name bytea CONSTRAINT core_importrun_file_name_not_null1 NOT NULL,
    CONSTRAINT core_import_finished CHECK (((NOT ((state)::text = 'done'::text)) OR (finished_at IS NOT NULL))),
    CONSTRAINT core_import_state CHECK (((state)::text = ANY ((ARRAY['uploaded'::character varying, 'mapping'::character varying, 'previewed'::character varying, 'running'::character varying, 'done'::character varying, 'failed'::character varying, 'discarded'::character varying])::text[]))),
    CONSTRAINT core_importrun_accepted_check CHECK ((accepted >= 0)),
    CONSTRAINT core_importrun_checks_check CHECK ((checks >= 0)),
    CONSTRAINT core_importrun_done_rows_check CHECK ((done_rows >= 0)),
    CONSTRAINT core_importrun_header_row_check CHECK ((header_row >= 0)),
    CONSTRAINT core_importrun_refused_check CHECK ((refused >= 0)),
    CONSTRAINT core_importrun_total_check CHECK ((total >= 0))
);

ALTER TABLE public.core_importrun ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_importrun_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_keycheck (
    id bigint NOT NULL,
    setting character varying(16) NOT NULL,
    digest bytea NOT NULL
);

ALTER TABLE public.core_keycheck ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_keycheck_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_rekeying (
    id bigint NOT NULL,
    "column" character varying(128) NOT NULL,
    head bytea NOT NULL,
    last_id bigint NOT NULL,
    changed bigint NOT NULL,
    shut bigint NOT NULL,
    CONSTRAINT core_rekeying_changed_check CHECK ((changed >= 0)),
    CONSTRAINT core_rekeying_shut_check CHECK ((shut >= 0))
);

ALTER TABLE public.core_rekeying ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_rekeying_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_savedsearch (
    id bigint NOT NULL,
    page character varying(32) NOT NULL,
    name character varying(50) NOT NULL,
    shared boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    owner_id bigint NOT NULL,
    uid uuid NOT NULL,
    query bytea CONSTRAINT core_savedsearch_query_not_null1 NOT NULL
);

ALTER TABLE public.core_savedsearch ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_savedsearch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.core_storedanswer (
    id bigint NOT NULL,
    owner character varying(40) NOT NULL,
    key character varying(100) NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint NOT NULL,
    content_type character varying(100) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    content bytea CONSTRAINT core_storedanswer_content_not_null1 NOT NULL,
    CONSTRAINT core_storedanswer_status_check CHECK ((status >= 0))
);

ALTER TABLE public.core_storedanswer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_storedanswer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.customforms_customfield (
    id bigint NOT NULL,
    subject character varying(50) NOT NULL,
    code character varying(12) NOT NULL,
    label character varying(30) NOT NULL,
    kind character varying(12) NOT NULL,
    options jsonb NOT NULL,
    required boolean NOT NULL,
    help character varying(200) NOT NULL,
    "order" smallint NOT NULL,
    active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    in_application boolean DEFAULT false NOT NULL,
    "group" character varying(20) NOT NULL,
    owner character varying(12) NOT NULL,
    readers jsonb NOT NULL,
    wait_words jsonb NOT NULL,
    waits_for character varying(40) NOT NULL,
    "least" numeric(16,3),
    most numeric(16,3),
    CONSTRAINT customforms_bounds_order CHECK ((("least" IS NULL) OR (most IS NULL) OR (most >= "least"))),
    CONSTRAINT customforms_code_form CHECK (((code)::text ~ '^x[1-9][0-9]*$'::text)),
    CONSTRAINT customforms_customfield_order_check CHECK (("order" >= 0)),
    CONSTRAINT customforms_field_bounds CHECK (((("least" >= ('-1000000000000'::bigint)::numeric) AND ("least" <= ('1000000000000'::bigint)::numeric)) AND ((most >= ('-1000000000000'::bigint)::numeric) AND (most <= ('1000000000000'::bigint)::numeric)))),
    CONSTRAINT customforms_kind_known CHECK (((kind)::text = ANY ((ARRAY['text'::character varying, 'long_text'::character varying, 'number'::character varying, 'date'::character varying, 'choice'::character varying, 'words'::character varying, 'flag'::character varying, 'file'::character varying])::text[]))),
    CONSTRAINT customforms_owner_known CHECK (((owner)::text = ANY ((ARRAY['own'::character varying, 'controlled'::character varying, 'office'::character varying])::text[])))
);

ALTER TABLE public.customforms_customfield ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.customforms_customfield_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.customforms_fieldfile (
    id bigint NOT NULL,
    subject character varying(50) NOT NULL,
    code character varying(12) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint
);

ALTER TABLE public.customforms_fieldfile ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.customforms_fieldfile_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.customforms_fieldmark (
    id bigint NOT NULL,
    mark uuid NOT NULL
);

ALTER TABLE public.customforms_fieldmark ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.customforms_fieldmark_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.directory_dictionaryitem (
    id bigint NOT NULL,
    dictionary character varying(32) NOT NULL,
    name character varying(50) NOT NULL,
    "order" smallint NOT NULL,
    active boolean NOT NULL,
    CONSTRAINT directory_dictionaryitem_order_check CHECK (("order" >= 0))
);

ALTER TABLE public.directory_dictionaryitem ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.directory_dictionaryitem_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.directory_division (
    code character varying(6) NOT NULL,
    name character varying(50) NOT NULL,
    level smallint NOT NULL,
    parent_id character varying(6),
    CONSTRAINT directory_division_level_check CHECK ((level >= 0))
);

CREATE TABLE public.directory_formerunit (
    id bigint NOT NULL,
    name character varying(200) NOT NULL,
    merged_at timestamp with time zone NOT NULL,
    unit_id bigint NOT NULL
);

CREATE TABLE public.directory_specialty (
    id bigint NOT NULL,
    code character varying(20) NOT NULL,
    name character varying(200) NOT NULL,
    level smallint NOT NULL,
    path character varying(200) NOT NULL,
    active boolean NOT NULL,
    parent_id bigint,
    scheme_id bigint NOT NULL,
    CONSTRAINT directory_specialty_level_check CHECK ((level >= 0))
);

ALTER TABLE public.directory_specialty ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.directory_specialty_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.directory_specialtyscheme (
    id bigint NOT NULL,
    code character varying(32) NOT NULL,
    name character varying(100) NOT NULL,
    active boolean NOT NULL,
    "order" smallint NOT NULL,
    CONSTRAINT directory_specialtyscheme_order_check CHECK (("order" >= 0))
);

ALTER TABLE public.directory_specialtyscheme ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.directory_specialtyscheme_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.directory_title (
    id bigint NOT NULL,
    name character varying(50) NOT NULL,
    level smallint NOT NULL,
    CONSTRAINT directory_title_level_check CHECK ((level >= 0))
);

ALTER TABLE public.directory_title ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.directory_title_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.directory_unit (
    id bigint NOT NULL,
    name character varying(200) NOT NULL,
    normalised_name character varying(200) NOT NULL,
    uscc character varying(18) NOT NULL,
    active boolean NOT NULL,
    core_name character varying(200) GENERATED ALWAYS AS (regexp_replace((normalised_name)::text, '(股份)?有限(责任)?公司|[()·,.-]'::text, ''::text, 'g'::text)) STORED,
    confirmed boolean NOT NULL,
    compared boolean NOT NULL
);

ALTER TABLE public.directory_unit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.directory_unit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.directory_unitalias (
    id bigint NOT NULL,
    name character varying(200) NOT NULL,
    normalised_name character varying(200) NOT NULL,
    unit_id bigint NOT NULL,
    core_name character varying(200) GENERATED ALWAYS AS (regexp_replace((normalised_name)::text, '(股份)?有限(责任)?公司|[()·,.-]'::text, ''::text, 'g'::text)) STORED,
    shared boolean NOT NULL
);

ALTER TABLE public.directory_unitalias ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.directory_unitalias_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.directory_unitpair (
    id bigint NOT NULL,
    likeness double precision NOT NULL,
    apart boolean NOT NULL,
    first_id bigint NOT NULL,
    second_id bigint NOT NULL,
    CONSTRAINT directory_pair_ordered CHECK ((first_id < second_id))
);

ALTER TABLE public.directory_unitpair ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.directory_unitpair_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.directory_unitrelation (
    id bigint NOT NULL,
    kind character varying(12) NOT NULL,
    share numeric(5,2),
    from_date date,
    to_date date,
    source character varying(200) NOT NULL,
    owned_id bigint NOT NULL,
    owner_id bigint NOT NULL,
    CONSTRAINT directory_relation_bounds CHECK ((((from_date >= '1900-01-01'::date) AND (from_date <= '2099-12-31'::date)) AND ((to_date >= '1900-01-01'::date) AND (to_date <= '2099-12-31'::date)))),
    CONSTRAINT directory_relation_dates CHECK (((from_date IS NULL) OR (to_date IS NULL) OR (to_date >= from_date))),
    CONSTRAINT directory_relation_share CHECK (((((kind)::text = 'parent'::text) AND (share IS NULL)) OR (((kind)::text = 'shareholder'::text) AND (share IS NOT NULL) AND ((share >= 0.01) AND (share <= (100)::numeric))))),
    CONSTRAINT directory_relation_two CHECK ((NOT (owner_id = owned_id)))
);

ALTER TABLE public.directory_unitrelation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.directory_unitrelation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);

ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);

ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);

CREATE TABLE public.draws_answerrequest (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    state character varying(12) NOT NULL,
    ground character varying(50) NOT NULL,
    decided_by_id bigint,
    invitation_id bigint NOT NULL,
    requested_by_id bigint NOT NULL,
    asked_proof bytea NOT NULL,
    leave_id bigint,
    CONSTRAINT draws_answerrequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT draws_answerrequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT draws_answerrequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.draws_answerrequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_answerrequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_conditiongroup (
    id bigint NOT NULL,
    name character varying(50) NOT NULL,
    seats smallint NOT NULL,
    "order" smallint NOT NULL,
    plan_id bigint NOT NULL,
    standby_seats smallint NOT NULL,
    CONSTRAINT draws_conditiongroup_order_check CHECK (("order" >= 0)),
    CONSTRAINT draws_conditiongroup_seats_check CHECK ((seats >= 0)),
    CONSTRAINT draws_conditiongroup_standby_seats_check CHECK ((standby_seats >= 0)),
    CONSTRAINT draws_group_bounds CHECK ((((seats >= 1) AND (seats <= 99)) AND ((standby_seats >= 0) AND (standby_seats <= 99))))
);

ALTER TABLE public.draws_conditiongroup ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_conditiongroup_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_conditionlevel (
    id bigint NOT NULL,
    level smallint NOT NULL,
    criteria jsonb NOT NULL,
    group_id bigint NOT NULL,
    CONSTRAINT draws_conditionlevel_level_check CHECK ((level >= 0)),
    CONSTRAINT draws_level_positive CHECK ((level > 0))
);

ALTER TABLE public.draws_conditionlevel ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_conditionlevel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_conditiontemplate (
    id bigint NOT NULL,
    name character varying(50) NOT NULL,
    groups jsonb NOT NULL,
    shared boolean NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    owner_id bigint NOT NULL
);

ALTER TABLE public.draws_conditiontemplate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_conditiontemplate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_counttally (
    id bigint NOT NULL,
    hour timestamp with time zone NOT NULL,
    times integer NOT NULL,
    last character varying(500) NOT NULL,
    last_at timestamp with time zone NOT NULL,
    project_id bigint NOT NULL,
    user_id bigint NOT NULL,
    CONSTRAINT draws_counttally_times_check CHECK ((times >= 0))
);

ALTER TABLE public.draws_counttally ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_counttally_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_draw (
    id bigint NOT NULL,
    number character varying(32) NOT NULL,
    status character varying(20) NOT NULL,
    rule jsonb NOT NULL,
    candidate_count integer NOT NULL,
    seal character varying(64) NOT NULL,
    nonce bytea NOT NULL,
    reveals jsonb NOT NULL,
    seed character varying(64) NOT NULL,
    reveal_at timestamp with time zone NOT NULL,
    released_at timestamp with time zone,
    sealed_at timestamp with time zone NOT NULL,
    ordered_at timestamp with time zone,
    ended_at timestamp with time zone,
    operator_id bigint NOT NULL,
    project_id bigint NOT NULL,
    kind character varying(12) NOT NULL,
    widens_id bigint,
    checked_events integer NOT NULL,
    public_id character varying(16) NOT NULL,
    published_at timestamp with time zone,
    publication jsonb,
    reveal_proof bytea NOT NULL,
    moves integer NOT NULL,
    open_counts jsonb,
    CONSTRAINT draws_draw_candidate_count_check CHECK ((candidate_count >= 0)),
    CONSTRAINT draws_draw_checked_events_check CHECK ((checked_events >= 0)),
    CONSTRAINT draws_draw_moves_check CHECK ((moves >= 0)),
    CONSTRAINT draws_only_random_is_sealed CHECK (((((kind)::text = 'random'::text) AND (NOT ((seal)::text = ''::text))) OR ((NOT ((kind)::text = 'random'::text)) AND ((seal)::text = ''::text) AND ((seed)::text = ''::text)))),
    CONSTRAINT draws_published_once_released CHECK ((((publication IS NULL) AND (published_at IS NULL)) OR ((ended_at IS NOT NULL) AND (publication IS NOT NULL) AND (published_at IS NOT NULL) AND (released_at IS NOT NULL)))),
    CONSTRAINT draws_status_has_its_times CHECK ((((((status)::text = ANY ((ARRAY['sealed'::character varying, 'abandoned'::character varying])::text[])) AND (ordered_at IS NULL)) OR ((NOT ((status)::text = ANY ((ARRAY['sealed'::character varying, 'abandoned'::character varying])::text[]))) AND (ordered_at IS NOT NULL))) AND ((((status)::text = ANY ((ARRAY['sealed'::character varying, 'inviting'::character varying])::text[])) AND (ended_at IS NULL)) OR ((NOT ((status)::text = ANY ((ARRAY['sealed'::character varying, 'inviting'::character varying])::text[]))) AND (ended_at IS NOT NULL))))),
    CONSTRAINT draws_status_known CHECK ((((status)::text = ANY ((ARRAY['sealed'::character varying, 'inviting'::character varying, 'success'::character varying, 'success_supplement'::character varying, 'unsatisfied'::character varying, 'abandoned'::character varying, 'void'::character varying])::text[])) AND (((kind)::text = 'random'::text) OR (NOT ((status)::text = 'success_supplement'::text)))))
);

ALTER TABLE public.draws_draw ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_draw_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_drawalarm (
    id bigint NOT NULL,
    kind character varying(12) CONSTRAINT draws_drawalarm_matter_not_null NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    draw_id bigint NOT NULL,
    detail character varying(500) NOT NULL,
    CONSTRAINT draws_alarm_kind_known CHECK (((kind)::text = ANY ((ARRAY['answers'::character varying, 'clock'::character varying, 'release'::character varying, 'end'::character varying, 'record'::character varying, 'reveal'::character varying, 'emergency'::character varying, 'request'::character varying, 'unordered'::character varying, 'line'::character varying, 'order'::character varying, 'contact'::character varying, 'log'::character varying, 'off'::character varying])::text[])))
);

ALTER TABLE public.draws_drawalarm ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_drawalarm_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_drawevent (
    id bigint NOT NULL,
    n integer NOT NULL,
    at timestamp with time zone NOT NULL,
    content jsonb NOT NULL,
    draw_id bigint NOT NULL,
    hash character varying(64) GENERATED ALWAYS AS ((content ->> 'hash'::text)) STORED,
    CONSTRAINT draws_drawevent_n_check CHECK ((n >= 0))
);

ALTER TABLE public.draws_drawevent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_drawevent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_drawpause (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    paused_at timestamp with time zone NOT NULL,
    resumed_at timestamp with time zone,
    draw_id bigint NOT NULL,
    paused_by_id bigint,
    resumed_by_id bigint,
    lost jsonb NOT NULL,
    told jsonb NOT NULL,
    proof bytea NOT NULL,
    CONSTRAINT draws_pause_by_somebody CHECK (((paused_by_id IS NOT NULL) OR (NOT (lost = '[]'::jsonb))))
);

ALTER TABLE public.draws_drawpause ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_drawpause_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_drawplan (
    id bigint NOT NULL,
    unit_cap smallint,
    frequency_cap smallint,
    frequency_days smallint NOT NULL,
    contributors jsonb NOT NULL,
    reply_minutes integer NOT NULL,
    leave_hours smallint NOT NULL,
    reveal_hours smallint NOT NULL,
    channels jsonb NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    project_id bigint NOT NULL,
    version integer NOT NULL,
    CONSTRAINT draws_drawplan_frequency_cap_check CHECK ((frequency_cap >= 0)),
    CONSTRAINT draws_drawplan_frequency_days_check CHECK ((frequency_days >= 0)),
    CONSTRAINT draws_drawplan_leave_hours_check CHECK ((leave_hours >= 0)),
    CONSTRAINT draws_drawplan_reply_minutes_check CHECK ((reply_minutes >= 0)),
    CONSTRAINT draws_drawplan_reveal_hours_check CHECK ((reveal_hours >= 0)),
    CONSTRAINT draws_drawplan_unit_cap_check CHECK ((unit_cap >= 0)),
    CONSTRAINT draws_drawplan_version_check CHECK ((version >= 0)),
    CONSTRAINT draws_plan_bounds CHECK ((((frequency_cap >= 1) AND (frequency_cap <= 999)) AND ((frequency_days >= 1) AND (frequency_days <= 3650)) AND ((leave_hours >= 0) AND (leave_hours <= 720)) AND ((reply_minutes >= 1) AND (reply_minutes <= 43200)) AND ((reveal_hours >= 0) AND (reveal_hours <= 720)) AND ((unit_cap >= 1) AND (unit_cap <= 99))))
);

ALTER TABLE public.draws_drawplan ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_drawplan_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_drawproject (
    id bigint NOT NULL,
    valid boolean NOT NULL,
    draw_id bigint NOT NULL,
    project_id bigint NOT NULL,
    first boolean NOT NULL
);

ALTER TABLE public.draws_drawproject ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_drawproject_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_emergency (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    supervisor character varying(50) NOT NULL,
    minutes smallint NOT NULL,
    declared_at timestamp with time zone NOT NULL,
    declared_by_id bigint NOT NULL,
    draw_id bigint NOT NULL,
    ended_at timestamp with time zone,
    ended_by_id bigint,
    proof bytea NOT NULL,
    CONSTRAINT draws_emergency_minutes CHECK (((minutes >= 5) AND (minutes <= 120))),
    CONSTRAINT draws_emergency_minutes_check CHECK ((minutes >= 0))
);

ALTER TABLE public.draws_emergency ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_emergency_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_emergencyendrequest (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    decided_by_id bigint,
    draw_id bigint NOT NULL,
    requested_by_id bigint NOT NULL,
    asked_proof bytea NOT NULL,
    CONSTRAINT draws_emergencyendrequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT draws_emergencyendrequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT draws_emergencyendrequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.draws_emergencyendrequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_emergencyendrequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_emergencyrequest (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    minutes smallint NOT NULL,
    decided_by_id bigint,
    draw_id bigint NOT NULL,
    requested_by_id bigint NOT NULL,
    asked_proof bytea NOT NULL,
    CONSTRAINT draws_emergencyrequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT draws_emergencyrequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT draws_emergencyrequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at))),
    CONSTRAINT draws_emergencyrequest_minutes CHECK (((minutes >= 5) AND (minutes <= 120))),
    CONSTRAINT draws_emergencyrequest_minutes_check CHECK ((minutes >= 0))
);

ALTER TABLE public.draws_emergencyrequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_emergencyrequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reports_exposurereport (
    id bigint CONSTRAINT draws_exposurereport_id_not_null NOT NULL,
    start_date date CONSTRAINT draws_exposurereport_start_date_not_null NOT NULL,
    end_date date CONSTRAINT draws_exposurereport_end_date_not_null NOT NULL,
    state character varying(8) CONSTRAINT draws_exposurereport_state_not_null NOT NULL,
    figures jsonb CONSTRAINT draws_exposurereport_figures_not_null NOT NULL,
    requested_at timestamp with time zone CONSTRAINT draws_exposurereport_requested_at_not_null NOT NULL,
    computed_at timestamp with time zone,
    requested_by_id bigint,
    rows_digest character varying(64) DEFAULT ''::character varying NOT NULL,
    proof bytea,
    CONSTRAINT reports_exposure_bounds CHECK ((((end_date >= '1900-01-01'::date) AND (end_date <= '2099-12-31'::date)) AND ((start_date >= '1900-01-01'::date) AND (start_date <= '2099-12-31'::date)))),
    CONSTRAINT reports_exposure_period CHECK ((end_date >= start_date))
);

ALTER TABLE public.reports_exposurereport ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_exposurereport_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reports_exposurerow (
    id bigint CONSTRAINT draws_exposurerow_id_not_null NOT NULL,
    eligible integer CONSTRAINT draws_exposurerow_eligible_not_null NOT NULL,
    drawn integer CONSTRAINT draws_exposurerow_drawn_not_null NOT NULL,
    supplemented integer CONSTRAINT draws_exposurerow_supplemented_not_null NOT NULL,
    expected double precision CONSTRAINT draws_exposurerow_expected_not_null NOT NULL,
    residual double precision,
    tail double precision CONSTRAINT draws_exposurerow_tail_not_null NOT NULL,
    is_striking boolean CONSTRAINT draws_exposurerow_is_striking_not_null NOT NULL,
    asked integer CONSTRAINT draws_exposurerow_asked_not_null NOT NULL,
    accepted integer CONSTRAINT draws_exposurerow_accepted_not_null NOT NULL,
    declined integer CONSTRAINT draws_exposurerow_declined_not_null NOT NULL,
    no_answer integer CONSTRAINT draws_exposurerow_no_answer_not_null NOT NULL,
    expert_id bigint CONSTRAINT draws_exposurerow_expert_id_not_null NOT NULL,
    report_id bigint CONSTRAINT draws_exposurerow_report_id_not_null NOT NULL,
    CONSTRAINT draws_exposurerow_accepted_check CHECK ((accepted >= 0)),
    CONSTRAINT draws_exposurerow_asked_check CHECK ((asked >= 0)),
    CONSTRAINT draws_exposurerow_declined_check CHECK ((declined >= 0)),
    CONSTRAINT draws_exposurerow_drawn_check CHECK ((drawn >= 0)),
    CONSTRAINT draws_exposurerow_eligible_check CHECK ((eligible >= 0)),
    CONSTRAINT draws_exposurerow_no_answer_check CHECK ((no_answer >= 0)),
    CONSTRAINT draws_exposurerow_supplemented_check CHECK ((supplemented >= 0))
);

ALTER TABLE public.reports_exposurerow ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_exposurerow_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_hold (
    id bigint NOT NULL,
    holder bytea,
    during tstzrange NOT NULL,
    active boolean NOT NULL,
    invitation_id bigint NOT NULL,
    CONSTRAINT draws_hold_active_has_holder CHECK (((active AND (holder IS NOT NULL)) OR ((NOT active) AND (holder IS NULL))))
);

ALTER TABLE public.draws_hold ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_hold_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_invitation (
    id bigint NOT NULL,
    line integer NOT NULL,
    "group" character varying(8) NOT NULL,
    level smallint NOT NULL,
    origin character varying(12) NOT NULL,
    state character varying(12) NOT NULL,
    invited_at timestamp with time zone NOT NULL,
    deadline_at timestamp with time zone NOT NULL,
    replied_at timestamp with time zone,
    replied_via character varying(12) NOT NULL,
    changed_by_id bigint,
    draw_id bigint NOT NULL,
    expert_id bigint,
    panel_role character varying(8) NOT NULL,
    witness character varying(50) NOT NULL,
    panel_id bigint NOT NULL,
    moved_up_at timestamp with time zone,
    commit character varying(64) NOT NULL,
    opening bytea NOT NULL,
    reached_at timestamp with time zone,
    time_left interval,
    released_as jsonb,
    asked_again_at timestamp with time zone,
    reminded_at timestamp with time zone,
    sign_in_tries smallint NOT NULL,
    signed_in_at timestamp with time zone,
    seat_key bytea,
    proof bytea NOT NULL,
    proof_n integer NOT NULL,
    reason bytea CONSTRAINT draws_invitation_reason_not_null1 NOT NULL,
    role_changes jsonb NOT NULL,
    CONSTRAINT draws_invitation_level_check CHECK ((level >= 0)),
    CONSTRAINT draws_invitation_line_check CHECK ((line >= 0)),
    CONSTRAINT draws_invitation_proof_n_check CHECK ((proof_n >= 0)),
    CONSTRAINT draws_invitation_sign_in_tries_check CHECK ((sign_in_tries >= 0)),
    CONSTRAINT draws_standby_without_role CHECK ((((panel_role)::text = ''::text) OR (NOT (("group")::text ~~ 's%'::text))))
);

ALTER TABLE public.draws_invitation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_invitation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_pickrequest (
    id bigint NOT NULL,
    picks bytea NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    decided_by_id bigint,
    draw_id bigint NOT NULL,
    requested_by_id bigint NOT NULL,
    uid uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    proof character varying(8) NOT NULL,
    asked_proof bytea NOT NULL,
    CONSTRAINT draws_pickrequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT draws_pickrequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT draws_pickrequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.draws_pickrequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_pickrequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_planversion (
    id bigint NOT NULL,
    number integer NOT NULL,
    words jsonb NOT NULL,
    made_at timestamp with time zone NOT NULL,
    submitted_at timestamp with time zone,
    thin jsonb NOT NULL,
    decided_at timestamp with time zone,
    approved boolean,
    made_by_id bigint NOT NULL,
    plan_id bigint NOT NULL,
    submitted_by_id bigint,
    counts jsonb NOT NULL,
    approval_proof bytea NOT NULL,
    covers jsonb NOT NULL,
    returned_at timestamp with time zone,
    CONSTRAINT draws_plan_version_decided CHECK ((((approved IS NULL) AND (decided_at IS NULL)) OR ((approved IS NOT NULL) AND (decided_at IS NOT NULL) AND (submitted_at IS NOT NULL)))),
    CONSTRAINT draws_plan_version_returned CHECK (((NOT ((NOT approved) AND (approved IS NOT NULL))) OR (returned_at IS NOT NULL))),
    CONSTRAINT draws_plan_version_submitted CHECK ((((submitted_at IS NULL) AND (submitted_by_id IS NULL)) OR ((submitted_at IS NOT NULL) AND (submitted_by_id IS NOT NULL)))),
    CONSTRAINT draws_planversion_number_check CHECK ((number >= 0))
);

ALTER TABLE public.draws_planversion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_planversion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_quietwaiver (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    waived_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    draw_id bigint NOT NULL,
    waived_by_id bigint NOT NULL
);

ALTER TABLE public.draws_quietwaiver ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_quietwaiver_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_releaserequest (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    decided_by_id bigint,
    draw_id bigint NOT NULL,
    requested_by_id bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    proof character varying(8) NOT NULL,
    asked_proof bytea NOT NULL,
    CONSTRAINT draws_releaserequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT draws_releaserequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT draws_releaserequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.draws_releaserequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_releaserequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_replylink (
    id bigint NOT NULL,
    token_hash bytea NOT NULL,
    invitation_id bigint NOT NULL,
    proof bytea NOT NULL
);

ALTER TABLE public.draws_replylink ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_replylink_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_reschedulerequest (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    meetings jsonb NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    decided_by_id bigint,
    draw_id bigint NOT NULL,
    requested_by_id bigint NOT NULL,
    asked_proof bytea NOT NULL,
    CONSTRAINT draws_reschedulerequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT draws_reschedulerequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT draws_reschedulerequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.draws_reschedulerequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_reschedulerequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_rescheduling (
    id bigint NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    reason character varying(200) NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    draw_id bigint NOT NULL,
    moved_by_id bigint NOT NULL,
    confirmed_by_id bigint
);

ALTER TABLE public.draws_rescheduling ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_rescheduling_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_revealrule (
    id bigint NOT NULL,
    hours smallint NOT NULL,
    role_id bigint NOT NULL,
    CONSTRAINT draws_reveal_rule_bounds CHECK (((hours >= 0) AND (hours <= 720))),
    CONSTRAINT draws_revealrule_hours_check CHECK ((hours >= 0))
);

ALTER TABLE public.draws_revealrule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_revealrule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_sealblock (
    id bigint NOT NULL,
    n integer NOT NULL,
    commits bytea NOT NULL,
    openings bytea NOT NULL,
    draw_id bigint NOT NULL,
    fittings bytea NOT NULL,
    CONSTRAINT draws_sealblock_n_check CHECK ((n >= 0))
);

ALTER TABLE public.draws_sealblock ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_sealblock_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_voidrequest (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    decided_by_id bigint,
    draw_id bigint NOT NULL,
    requested_by_id bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    proof character varying(8) NOT NULL,
    asked_proof bytea NOT NULL,
    CONSTRAINT draws_voidrequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT draws_voidrequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT draws_voidrequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.draws_voidrequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_voidrequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.draws_wideningrequest (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    plan_version integer NOT NULL,
    decided_by_id bigint,
    draw_id bigint NOT NULL,
    requested_by_id bigint NOT NULL,
    asked_proof bytea NOT NULL,
    CONSTRAINT draws_wideningrequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT draws_wideningrequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT draws_wideningrequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at))),
    CONSTRAINT draws_wideningrequest_plan_version_check CHECK ((plan_version >= 0))
);

ALTER TABLE public.draws_wideningrequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.draws_wideningrequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.evaluations_cautionlift (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    asked_proof bytea NOT NULL,
    caution_id bigint NOT NULL,
    decided_by_id bigint,
    requested_by_id bigint NOT NULL,
    decided_proof bytea,
    CONSTRAINT evaluations_cautionlift_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT evaluations_cautionlift_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT evaluations_cautionlift_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.evaluations_cautionlift ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.evaluations_cautionlift_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.evaluations_cautionobjection (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    text bytea NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    answer character varying(500) NOT NULL,
    answered_at timestamp with time zone,
    upheld boolean,
    proof bytea,
    answered_by_id bigint,
    caution_id bigint NOT NULL,
    CONSTRAINT evaluations_caution_objection_answered CHECK ((((answered_at IS NULL) AND (answered_by_id IS NULL) AND (upheld IS NULL)) OR ((answered_at IS NOT NULL) AND (answered_by_id IS NOT NULL) AND (upheld IS NOT NULL))))
);

ALTER TABLE public.evaluations_cautionobjection ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.evaluations_cautionobjection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.evaluations_evaluation (
    id bigint NOT NULL,
    people integer NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    reminded_at timestamp with time zone,
    closed_at timestamp with time zone,
    project_id bigint NOT NULL,
    agency_form_id bigint,
    expert_form_id bigint,
    organiser_form_id bigint,
    object_until timestamp with time zone,
    CONSTRAINT evaluations_due_after CHECK ((due_at > opened_at)),
    CONSTRAINT evaluations_evaluation_bounds CHECK ((((due_at >= '2000-01-01 08:00:00+08'::timestamp with time zone) AND (due_at <= '2099-12-31 23:59:00+08'::timestamp with time zone)) AND ((object_until >= '2000-01-01 08:00:00+08'::timestamp with time zone) AND (object_until <= '2099-12-31 23:59:00+08'::timestamp with time zone)))),
    CONSTRAINT evaluations_evaluation_people_check CHECK ((people >= 0))
);

ALTER TABLE public.evaluations_evaluation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.evaluations_evaluation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.evaluations_rating (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    target character varying(12) NOT NULL,
    scores jsonb NOT NULL,
    total numeric(5,2) NOT NULL,
    participation character varying(12) NOT NULL,
    comment bytea NOT NULL,
    given_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    proof bytea NOT NULL,
    evaluation_id bigint NOT NULL,
    expert_id bigint,
    invitation_id bigint,
    rater_id bigint NOT NULL,
    form_id bigint NOT NULL,
    CONSTRAINT evaluations_about_one CHECK ((((expert_id IS NOT NULL) AND (invitation_id IS NOT NULL) AND ((participation)::text = ANY ((ARRAY['very_high'::character varying, 'high'::character varying, 'fair'::character varying, 'low'::character varying, 'none'::character varying])::text[])) AND ((target)::text = 'expert'::text)) OR ((expert_id IS NULL) AND (invitation_id IS NULL) AND ((participation)::text = ''::text) AND ((target)::text = ANY ((ARRAY['organiser'::character varying, 'agency'::character varying])::text[]))))),
    CONSTRAINT evaluations_rating_bounds CHECK (((total >= (0)::numeric) AND (total <= (100)::numeric)))
);

ALTER TABLE public.evaluations_rating ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.evaluations_rating_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.evaluations_ratingform (
    id bigint NOT NULL,
    target character varying(12) NOT NULL,
    project_kind character varying(50) NOT NULL,
    version integer NOT NULL,
    active boolean NOT NULL,
    dimensions jsonb NOT NULL,
    grades jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    proof bytea NOT NULL,
    by_id bigint,
    CONSTRAINT evaluations_form_target CHECK (((target)::text = ANY ((ARRAY['expert'::character varying, 'organiser'::character varying, 'agency'::character varying])::text[]))),
    CONSTRAINT evaluations_ratingform_version_check CHECK ((version >= 0))
);

ALTER TABLE public.evaluations_ratingform ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.evaluations_ratingform_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.evaluations_ratingobjection (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    text bytea NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    upheld boolean,
    answer character varying(500) NOT NULL,
    answered_at timestamp with time zone,
    answered_by_id bigint,
    rating_id bigint NOT NULL,
    proof bytea,
    CONSTRAINT evaluations_objection_answered CHECK ((((answered_at IS NULL) AND (answered_by_id IS NULL) AND (upheld IS NULL)) OR ((answered_at IS NOT NULL) AND (answered_by_id IS NOT NULL) AND (upheld IS NOT NULL))))
);

ALTER TABLE public.evaluations_ratingobjection ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.evaluations_ratingobjection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.evaluations_sanction (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    asked_proof bytea NOT NULL,
    kind character varying(12) NOT NULL,
    decided_by_id bigint,
    expert_id bigint NOT NULL,
    requested_by_id bigint NOT NULL,
    decided_proof bytea,
    CONSTRAINT evaluations_sanction_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT evaluations_sanction_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT evaluations_sanction_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at))),
    CONSTRAINT evaluations_sanction_known CHECK (((kind)::text = ANY ((ARRAY['caution'::character varying, 'blacklist'::character varying])::text[])))
);

ALTER TABLE public.evaluations_sanction ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.evaluations_sanction_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.experts_avoidanceremoval (
    id bigint NOT NULL,
    target character varying(320) NOT NULL,
    kind character varying(20) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    agreed boolean,
    note character varying(300) NOT NULL,
    decided_at timestamp with time zone,
    asked_by_id bigint NOT NULL,
    avoidance_id bigint,
    decided_by_id bigint,
    expert_id bigint NOT NULL,
    uid uuid NOT NULL,
    reason bytea CONSTRAINT experts_avoidanceremoval_reason_not_null1 NOT NULL,
    proof bytea,
    CONSTRAINT experts_removal_decided CHECK ((((agreed IS NULL) AND (decided_at IS NULL) AND (decided_by_id IS NULL)) OR ((agreed IS NOT NULL) AND (decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL))))
);

ALTER TABLE public.experts_avoidanceremoval ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_avoidanceremoval_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.experts_avoidanceunit (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    start_date date,
    end_date date,
    note character varying(200) NOT NULL,
    unit_id bigint,
    expert_id bigint NOT NULL,
    person_name character varying(100) NOT NULL,
    created_at timestamp with time zone,
    created_by_id bigint,
    is_own boolean NOT NULL,
    removed_at timestamp with time zone,
    CONSTRAINT experts_avoidance_bounds CHECK ((((end_date >= '1900-01-01'::date) AND (end_date <= '2099-12-31'::date)) AND ((start_date >= '1900-01-01'::date) AND (start_date <= '2099-12-31'::date)))),
    CONSTRAINT experts_avoidance_dates CHECK (((start_date IS NULL) OR (end_date IS NULL) OR (end_date >= start_date))),
    CONSTRAINT experts_avoidance_target CHECK (((((kind)::text = ANY ((ARRAY['kin'::character varying, 'teacher'::character varying, 'person'::character varying])::text[])) AND (NOT ((person_name)::text = ''::text))) OR ((NOT ((kind)::text = ANY ((ARRAY['kin'::character varying, 'teacher'::character varying, 'person'::character varying])::text[]))) AND (unit_id IS NOT NULL))))
);

ALTER TABLE public.experts_avoidanceunit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_avoidanceunit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.experts_blacklistappeal (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    reason bytea NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    agreed boolean,
    note character varying(300) NOT NULL,
    decided_at timestamp with time zone,
    decided_by_id bigint,
    entry_id bigint NOT NULL,
    proof bytea,
    CONSTRAINT experts_appeal_decided CHECK ((((agreed IS NULL) AND (decided_by_id IS NULL)) OR ((agreed IS NOT NULL) AND (decided_at IS NOT NULL))))
);

ALTER TABLE public.experts_blacklistappeal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_blacklistappeal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.experts_blacklistentry (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    evidence character varying(500) NOT NULL,
    until_date date,
    added_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone,
    removal_reason character varying(500) NOT NULL,
    added_by_id bigint,
    removed_by_id bigint,
    expert_id bigint NOT NULL,
    status_before character varying(12) NOT NULL,
    uid uuid NOT NULL,
    version integer NOT NULL,
    proof bytea,
    CONSTRAINT experts_blacklist_bounds CHECK (((until_date >= '1900-01-01'::date) AND (until_date <= '2099-12-31'::date))),
    CONSTRAINT experts_blacklistentry_version_check CHECK ((version >= 0))
);

ALTER TABLE public.experts_blacklistentry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_blacklistentry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.experts_expert (
    id bigint NOT NULL,
    number character varying(20) NOT NULL,
    kind character varying(12) NOT NULL,
    sex character varying(6) NOT NULL,
    birth_date date,
    id_number bytea NOT NULL,
    id_number_index bytea,
    phone bytea NOT NULL,
    phone_index bytea,
    email bytea NOT NULL,
    email_index bytea,
    title character varying(50) NOT NULL,
    title_level smallint NOT NULL,
    "position" character varying(50) NOT NULL,
    education character varying(50) NOT NULL,
    practice_years smallint,
    expert_type character varying(50) NOT NULL,
    postcode character varying(10) NOT NULL,
    bank_name character varying(100) NOT NULL,
    bank_account bytea NOT NULL,
    remark text NOT NULL,
    contact_person character varying(50) NOT NULL,
    status character varying(12) NOT NULL,
    status_before_deletion character varying(12) NOT NULL,
    deletion_reason character varying(200) NOT NULL,
    deleted_at timestamp with time zone,
    term_start_date date,
    term_end_date date,
    source character varying(16) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deleted_by_id bigint,
    department_id bigint,
    division_id character varying(6),
    employer_id bigint,
    user_id bigint,
    created_by_id bigint,
    address bytea NOT NULL,
    extra jsonb NOT NULL,
    account_proof bytea,
    email_twin integer NOT NULL,
    link_sent_at timestamp with time zone,
    activated_at timestamp with time zone,
    id_kind character varying(12) NOT NULL,
    merged_into_id bigint,
    recommender character varying(100) DEFAULT ''::character varying NOT NULL,
    erased_at timestamp with time zone,
    name_until date,
    name bytea CONSTRAINT experts_expert_name_not_null1 NOT NULL,
    name_index bytea,
    CONSTRAINT experts_deleted_when CHECK ((((deleted_at IS NOT NULL) AND ((status)::text = 'deleted'::text)) OR ((NOT ((status)::text = 'deleted'::text)) AND (deleted_at IS NULL)))),
    CONSTRAINT experts_erased_is_closed CHECK (((erased_at IS NULL) OR ((birth_date IS NULL) AND (email_index IS NULL) AND (id_number_index IS NULL) AND (phone_index IS NULL) AND ((status)::text = 'deleted'::text)))),
    CONSTRAINT experts_expert_bounds CHECK ((((birth_date >= '1900-01-01'::date) AND (birth_date <= '2099-12-31'::date)) AND ((practice_years >= 0) AND (practice_years <= 80)) AND ((term_end_date >= '1900-01-01'::date) AND (term_end_date <= '2099-12-31'::date)) AND ((term_start_date >= '1900-01-01'::date) AND (term_start_date <= '2099-12-31'::date)))),
    CONSTRAINT experts_expert_email_twin_check CHECK ((email_twin >= 0)),
    CONSTRAINT experts_expert_practice_years_check CHECK ((practice_years >= 0)),
    CONSTRAINT experts_expert_title_level_check CHECK ((title_level >= 0)),
    CONSTRAINT experts_merged_is_closed CHECK (((merged_into_id IS NULL) OR (((status)::text = 'deleted'::text) AND (NOT ((merged_into_id = id) AND (merged_into_id IS NOT NULL)))))),
    CONSTRAINT experts_status_known CHECK (((status)::text = ANY ((ARRAY['pending'::character varying, 'formal'::character varying, 'frozen'::character varying, 'blacklisted'::character varying, 'deleted'::character varying])::text[]))),
    CONSTRAINT experts_term_order CHECK (((term_start_date IS NULL) OR (term_end_date IS NULL) OR (term_end_date >= term_start_date)))
);

ALTER TABLE public.experts_expert ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_expert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.experts_expert_tags (
    id bigint NOT NULL,
    expert_id bigint NOT NULL,
    tag_id bigint NOT NULL
);

ALTER TABLE public.experts_expert_tags ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_expert_tags_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.experts_expertspecialty (
    id bigint NOT NULL,
    expert_id bigint NOT NULL,
    specialty_id bigint NOT NULL
);

ALTER TABLE public.experts_expertspecialty ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_expertspecialty_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.experts_expertversion (
    id bigint NOT NULL,
    number integer NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_name character varying(64) NOT NULL,
    changed jsonb NOT NULL,
    snapshot bytea NOT NULL,
    actor_id bigint,
    expert_id bigint NOT NULL,
    note character varying(200) NOT NULL,
    via character varying(10) NOT NULL,
    CONSTRAINT experts_expertversion_number_check CHECK ((number >= 0))
);

ALTER TABLE public.experts_expertversion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_expertversion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.experts_leave (
    id bigint NOT NULL,
    during tstzrange NOT NULL,
    created_at timestamp with time zone NOT NULL,
    cancelled_at timestamp with time zone,
    created_by_id bigint,
    expert_id bigint NOT NULL,
    uid uuid NOT NULL,
    reason bytea CONSTRAINT experts_leave_reason_not_null1 NOT NULL,
    is_own boolean NOT NULL,
    taken_back_at timestamp with time zone,
    proof bytea,
    end_proof bytea,
    CONSTRAINT experts_leave_bounds CHECK ((during <@ '["2000-01-01 08:00:00+08","2099-12-31 23:59:00+08")'::tstzrange)),
    CONSTRAINT experts_leave_not_empty CHECK ((NOT isempty(during)))
);

ALTER TABLE public.experts_leave ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_leave_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE public.experts_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.experts_searchpack (
    id bigint NOT NULL,
    source character varying(20) NOT NULL,
    part integer NOT NULL,
    content bytea NOT NULL,
    written integer NOT NULL,
    CONSTRAINT experts_searchpack_part_check CHECK ((part >= 0)),
    CONSTRAINT experts_searchpack_written_check CHECK ((written >= 0))
);
ALTER TABLE ONLY public.experts_searchpack ALTER COLUMN content SET STORAGE EXTERNAL;

ALTER TABLE public.experts_searchpack ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_searchpack_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.experts_sharing (
    id bigint NOT NULL,
    mode character varying(10) NOT NULL,
    contacts boolean NOT NULL,
    set_at timestamp with time zone NOT NULL,
    department_id bigint NOT NULL,
    set_by_id bigint,
    CONSTRAINT experts_sharing_mode CHECK (((mode)::text = ANY ((ARRAY['all'::character varying, 'chosen'::character varying, 'none'::character varying, 'above'::character varying])::text[])))
);

CREATE TABLE public.experts_sharing_borrowers (
    id bigint NOT NULL,
    sharing_id bigint NOT NULL,
    department_id bigint NOT NULL
);

ALTER TABLE public.experts_sharing_borrowers ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_sharing_borrowers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.experts_sharing ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_sharing_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.experts_tag (
    id bigint NOT NULL,
    name character varying(50) NOT NULL,
    colour character varying(16) NOT NULL,
    CONSTRAINT experts_tag_colour_known CHECK (((colour)::text = ANY ((ARRAY['blue'::character varying, 'green'::character varying, 'orange'::character varying, 'amber'::character varying, 'red'::character varying, 'grey'::character varying])::text[])))
);

ALTER TABLE public.experts_tag ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_tag_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.experts_toldapart (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    told_at timestamp with time zone NOT NULL,
    first_id bigint NOT NULL,
    second_id bigint NOT NULL,
    told_by_id bigint,
    CONSTRAINT experts_apart_ordered CHECK ((first_id < second_id))
);

ALTER TABLE public.experts_toldapart ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_toldapart_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.experts_unpackedexpert (
    id bigint NOT NULL,
    expert_key bigint NOT NULL
);

ALTER TABLE public.experts_unpackedexpert ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experts_unpackedexpert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.experts_untoldversion (
    version_id bigint NOT NULL,
    noted_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
);

CREATE TABLE public.fees_accountcode (
    id bigint NOT NULL,
    digest bytea NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    tries smallint NOT NULL,
    used_at timestamp with time zone,
    expert_id bigint NOT NULL,
    topic bytea,
    CONSTRAINT fees_accountcode_tries_check CHECK ((tries >= 0)),
    CONSTRAINT fees_code_few_tries CHECK ((tries <= 5)),
    CONSTRAINT fees_code_used_in_time CHECK (((used_at IS NULL) OR (used_at < expires_at)))
);

ALTER TABLE public.fees_accountcode ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.fees_accountcode_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.fees_bankaccount (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    bank character varying(100) NOT NULL,
    number bytea NOT NULL,
    is_own boolean NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(200) NOT NULL,
    ended_at timestamp with time zone,
    proof bytea NOT NULL,
    asked_by_id bigint,
    decided_by_id bigint,
    expert_id bigint NOT NULL,
    asked_proof bytea NOT NULL,
    CONSTRAINT fees_account_decided CHECK ((((agreed IS NULL) AND (decided_at IS NULL)) OR ((agreed IS NOT NULL) AND (decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL))))
);

ALTER TABLE public.fees_bankaccount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.fees_bankaccount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.fees_correctionrequest (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    asked_proof bytea NOT NULL,
    gross numeric(8,2) NOT NULL,
    decided_by_id bigint,
    line_id bigint NOT NULL,
    requested_by_id bigint NOT NULL,
    CONSTRAINT fees_correction_bounds CHECK (((gross >= ('-100000'::integer)::numeric) AND (gross <= (100000)::numeric))),
    CONSTRAINT fees_correction_is_some CHECK ((NOT (gross = (0)::numeric))),
    CONSTRAINT fees_correctionrequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT fees_correctionrequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT fees_correctionrequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.fees_correctionrequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.fees_correctionrequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.fees_feeline (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    outcome character varying(16) NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    break_minutes integer NOT NULL,
    is_holiday boolean NOT NULL,
    is_leader boolean NOT NULL,
    other numeric(8,2) NOT NULL,
    note character varying(200) NOT NULL,
    steps jsonb NOT NULL,
    gross numeric(10,2) NOT NULL,
    tax numeric(10,2) NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    signed_at timestamp with time zone,
    signature bytea NOT NULL,
    signed_from bytea NOT NULL,
    reversed_at timestamp with time zone,
    reversal character varying(200) NOT NULL,
    proof bytea NOT NULL,
    entered_by_id bigint NOT NULL,
    expert_id bigint NOT NULL,
    invitation_id bigint NOT NULL,
    project_id bigint NOT NULL,
    rate_id bigint NOT NULL,
    travel numeric(10,2) NOT NULL,
    said jsonb,
    items integer DEFAULT 0 NOT NULL,
    days jsonb DEFAULT '[]'::jsonb NOT NULL,
    corrects_id bigint,
    received_at timestamp with time zone,
    agreed_net numeric(8,2) DEFAULT 0 NOT NULL,
    CONSTRAINT fees_ends_after CHECK ((((ended_at IS NULL) AND (started_at IS NULL)) OR (ended_at > started_at))),
    CONSTRAINT fees_feeline_break_minutes_check CHECK ((break_minutes >= 0)),
    CONSTRAINT fees_feeline_items_check CHECK ((items >= 0)),
    CONSTRAINT fees_less_corrects CHECK (((gross >= (0)::numeric) OR ((corrects_id IS NOT NULL) AND (signed_at IS NULL)))),
    CONSTRAINT fees_line_agreed_bounds CHECK (((agreed_net >= (0)::numeric) AND (agreed_net <= (100000)::numeric))),
    CONSTRAINT fees_line_bounds CHECK ((((break_minutes >= 0) AND (break_minutes <= 20160)) AND ((ended_at >= '2000-01-01 08:00:00+08'::timestamp with time zone) AND (ended_at <= '2099-12-31 23:59:00+08'::timestamp with time zone)) AND ((gross >= ('-10000000'::integer)::numeric) AND (gross <= (10000000)::numeric)) AND ((other >= (0)::numeric) AND (other <= (100000)::numeric)) AND ((started_at >= '2000-01-01 08:00:00+08'::timestamp with time zone) AND (started_at <= '2099-12-31 23:59:00+08'::timestamp with time zone)) AND ((tax >= ('-10000000'::integer)::numeric) AND (tax <= (10000000)::numeric)) AND ((travel >= (0)::numeric) AND (travel <= (10000000)::numeric)))),
    CONSTRAINT fees_line_items_bounds CHECK (((items >= 0) AND (items <= 10000))),
    CONSTRAINT fees_outcome_known CHECK (((outcome)::text = ANY ((ARRAY['completed'::character varying, 'aborted'::character varying, 'not_reviewed'::character varying, 'recused'::character varying, 'unfinished'::character varying])::text[]))),
    CONSTRAINT fees_received_of_less CHECK (((received_at IS NULL) OR (gross < (0)::numeric))),
    CONSTRAINT fees_reversed_once_sent CHECK (((reversed_at IS NULL) OR (sent_at IS NOT NULL))),
    CONSTRAINT fees_signed_once_sent CHECK (((signed_at IS NULL) OR (sent_at IS NOT NULL)))
);

ALTER TABLE public.fees_feeline ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.fees_feeline_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.fees_feerate (
    id bigint NOT NULL,
    name character varying(40) NOT NULL,
    version integer NOT NULL,
    active boolean NOT NULL,
    project_kind character varying(50) NOT NULL,
    effective_on date NOT NULL,
    stages jsonb NOT NULL,
    holiday numeric(3,2) NOT NULL,
    leader numeric(8,2) NOT NULL,
    not_reviewed numeric(8,2) NOT NULL,
    recused numeric(8,2) NOT NULL,
    aborted_cap numeric(8,2),
    source character varying(100) NOT NULL,
    at timestamp with time zone NOT NULL,
    proof bytea NOT NULL,
    by_id bigint,
    travel_cap numeric(8,2),
    each numeric(8,2) DEFAULT 0 NOT NULL,
    department_id bigint,
    pays character varying(8) DEFAULT ''::character varying NOT NULL,
    regime character varying(12) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT fees_feerate_version_check CHECK ((version >= 0)),
    CONSTRAINT fees_rate_bounds CHECK ((((effective_on >= '1900-01-01'::date) AND (effective_on <= '2099-12-31'::date)) AND ((holiday >= (1)::numeric) AND (holiday <= (5)::numeric)) AND ((leader >= (0)::numeric) AND (leader <= (100000)::numeric)) AND ((not_reviewed >= (0)::numeric) AND (not_reviewed <= (100000)::numeric)) AND ((recused >= (0)::numeric) AND (recused <= (100000)::numeric)))),
    CONSTRAINT fees_rate_cap_bounds CHECK (((aborted_cap >= (0)::numeric) AND (aborted_cap <= (100000)::numeric))),
    CONSTRAINT fees_rate_each_bounds CHECK (((each >= (0)::numeric) AND (each <= (100000)::numeric))),
    CONSTRAINT fees_rate_pays_known CHECK (((pays)::text = ANY ((ARRAY[''::character varying, 'owner'::character varying, 'agency'::character varying, 'centre'::character varying])::text[]))),
    CONSTRAINT fees_rate_regime_known CHECK (((regime)::text = ANY ((ARRAY[''::character varying, 'tender'::character varying, 'procurement'::character varying, 'internal'::character varying])::text[]))),
    CONSTRAINT fees_rate_travel_bounds CHECK (((travel_cap >= (0)::numeric) AND (travel_cap <= (100000)::numeric)))
);

ALTER TABLE public.fees_feerate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.fees_feerate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.fees_payment (
    id bigint NOT NULL,
    reference character varying(24) NOT NULL,
    uid uuid NOT NULL,
    gross numeric(10,2) NOT NULL,
    tax numeric(10,2) NOT NULL,
    travel numeric(10,2) NOT NULL,
    amount numeric(10,2) NOT NULL,
    paid_at timestamp with time zone,
    returned_at timestamp with time zone,
    dropped_at timestamp with time zone,
    note character varying(200) NOT NULL,
    proof bytea NOT NULL,
    account_id bigint NOT NULL,
    line_id bigint NOT NULL,
    batch_id bigint NOT NULL,
    CONSTRAINT fees_payment_bounds CHECK ((((amount >= (0)::numeric) AND (amount <= (10000000)::numeric)) AND ((gross >= (0)::numeric) AND (gross <= (10000000)::numeric)) AND ((tax >= ('-10000000'::integer)::numeric) AND (tax <= (10000000)::numeric)) AND ((travel >= (0)::numeric) AND (travel <= (10000000)::numeric)))),
    CONSTRAINT fees_payment_one_end CHECK (((dropped_at IS NULL) OR ((paid_at IS NULL) AND (returned_at IS NULL)))),
    CONSTRAINT fees_payment_sum CHECK ((amount = ((gross - tax) + travel)))
);

ALTER TABLE public.fees_payment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.fees_payment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.fees_paymentbatch (
    id bigint NOT NULL,
    number character varying(20) NOT NULL,
    title character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    count integer NOT NULL,
    total numeric(12,2) NOT NULL,
    approved_at timestamp with time zone,
    dropped_at timestamp with time zone,
    proof bytea NOT NULL,
    made_by_id bigint NOT NULL,
    CONSTRAINT fees_batch_bounds CHECK (((total >= (0)::numeric) AND (total <= (1000000000)::numeric))),
    CONSTRAINT fees_batch_one_end CHECK (((approved_at IS NULL) OR (dropped_at IS NULL))),
    CONSTRAINT fees_paymentbatch_count_check CHECK ((count >= 0))
);

ALTER TABLE public.fees_paymentbatch ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.fees_paymentbatch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.fees_paymentrequest (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    asked_proof bytea NOT NULL,
    decided_proof bytea,
    batch_id bigint NOT NULL,
    decided_by_id bigint,
    requested_by_id bigint NOT NULL,
    CONSTRAINT fees_paymentrequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT fees_paymentrequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT fees_paymentrequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.fees_paymentrequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.fees_paymentrequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.files_attachment (
    id bigint NOT NULL,
    subject_type character varying(64) NOT NULL,
    subject_id character varying(64) NOT NULL,
    kind character varying(32) NOT NULL,
    file character varying(100) NOT NULL,
    content_type character varying(100) NOT NULL,
    size bigint NOT NULL,
    sha256 bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    held boolean DEFAULT false NOT NULL,
    proof bytea,
    removed_at timestamp with time zone,
    uid uuid NOT NULL,
    name bytea CONSTRAINT files_attachment_name_not_null1 NOT NULL,
    file_key bytea,
    sealed_at timestamp with time zone,
    CONSTRAINT files_attachment_size_check CHECK ((size >= 0))
);

ALTER TABLE public.files_attachment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.files_attachment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_grouprole (
    id bigint NOT NULL,
    "group" character varying(255) NOT NULL,
    proof bytea,
    role_id bigint NOT NULL
);

ALTER TABLE public.identity_grouprole ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_grouprole_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_outsideidentity (
    id bigint NOT NULL,
    source character varying(8) NOT NULL,
    issuer character varying(300) NOT NULL,
    subject character varying(255) NOT NULL,
    shown_as character varying(150) NOT NULL,
    has_own_password boolean NOT NULL,
    bound_at timestamp with time zone NOT NULL,
    proof bytea,
    user_id bigint NOT NULL
);

ALTER TABLE public.identity_outsideidentity ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_outsideidentity_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.inspections_inspection (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    state character varying(10) NOT NULL,
    contents bytea NOT NULL,
    is_declared boolean NOT NULL,
    version integer NOT NULL,
    due_on date NOT NULL,
    asked_at timestamp with time zone,
    is_late boolean NOT NULL,
    returned_at timestamp with time zone,
    note character varying(500) NOT NULL,
    decided_at timestamp with time zone,
    suspended_at timestamp with time zone,
    lifted_at timestamp with time zone,
    lift_reason character varying(200) NOT NULL,
    asked_by_id bigint,
    decided_by_id bigint,
    expert_id bigint NOT NULL,
    lifted_by_id bigint,
    round_id bigint NOT NULL,
    proof_n integer NOT NULL,
    proof bytea NOT NULL,
    CONSTRAINT inspections_asked CHECK ((((state)::text = 'waiting'::text) OR ((asked_at IS NOT NULL) AND (asked_by_id IS NOT NULL)))),
    CONSTRAINT inspections_decided CHECK ((((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND ((state)::text = ANY ((ARRAY['passed'::character varying, 'failed'::character varying])::text[])) AND (NOT ((decided_by_id = asked_by_id) AND (decided_by_id IS NOT NULL) AND (asked_by_id IS NOT NULL)))) OR ((NOT ((state)::text = ANY ((ARRAY['passed'::character varying, 'failed'::character varying])::text[]))) AND (decided_at IS NULL) AND (decided_by_id IS NULL)))),
    CONSTRAINT inspections_inspection_bounds CHECK (((due_on >= '1900-01-01'::date) AND (due_on <= '2099-12-31'::date))),
    CONSTRAINT inspections_inspection_proof_n_check CHECK ((proof_n >= 0)),
    CONSTRAINT inspections_inspection_version_check CHECK ((version >= 0)),
    CONSTRAINT inspections_known CHECK (((state)::text = ANY ((ARRAY['waiting'::character varying, 'submitted'::character varying, 'returned'::character varying, 'passed'::character varying, 'failed'::character varying])::text[]))),
    CONSTRAINT inspections_lifted CHECK (((lifted_at IS NULL) OR (NOT ((lift_reason)::text = ''::text))))
);

ALTER TABLE public.inspections_inspection ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.inspections_inspection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.inspections_renewal (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    reason bytea NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    state character varying(10) NOT NULL,
    until date,
    note character varying(500) NOT NULL,
    ended_at timestamp with time zone,
    asked_by_id bigint NOT NULL,
    decided_by_id bigint,
    expert_id bigint NOT NULL,
    proof bytea NOT NULL,
    CONSTRAINT inspections_renewal_bounds CHECK (((until >= '1900-01-01'::date) AND (until <= '2099-12-31'::date))),
    CONSTRAINT inspections_renewal_decided CHECK ((((decided_by_id IS NOT NULL) AND ((state)::text = ANY ((ARRAY['approved'::character varying, 'rejected'::character varying])::text[])) AND (NOT ((decided_by_id = asked_by_id) AND (decided_by_id IS NOT NULL)))) OR ((NOT ((state)::text = ANY ((ARRAY['approved'::character varying, 'rejected'::character varying])::text[]))) AND (decided_by_id IS NULL)))),
    CONSTRAINT inspections_renewal_ended CHECK ((((ended_at IS NULL) AND ((state)::text = 'waiting'::text)) OR ((NOT ((state)::text = 'waiting'::text)) AND (ended_at IS NOT NULL))))
);

ALTER TABLE public.inspections_renewal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.inspections_renewal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.inspections_renewalrun (
    id bigint NOT NULL,
    until date NOT NULL,
    reason character varying(200) NOT NULL,
    chosen jsonb NOT NULL,
    state character varying(8) NOT NULL,
    total integer NOT NULL,
    done integer NOT NULL,
    made integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    user_id bigint NOT NULL,
    uid uuid NOT NULL,
    proof bytea NOT NULL,
    refused bytea CONSTRAINT inspections_renewalrun_refused_not_null1 NOT NULL,
    CONSTRAINT inspections_renewalrun_done_check CHECK ((done >= 0)),
    CONSTRAINT inspections_renewalrun_made_check CHECK ((made >= 0)),
    CONSTRAINT inspections_renewalrun_total_check CHECK ((total >= 0)),
    CONSTRAINT inspections_run_bounds CHECK (((until >= '1900-01-01'::date) AND (until <= '2099-12-31'::date))),
    CONSTRAINT inspections_run_state CHECK (((state)::text = ANY ((ARRAY['queued'::character varying, 'running'::character varying, 'done'::character varying, 'failed'::character varying])::text[])))
);

ALTER TABLE public.inspections_renewalrun ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.inspections_renewalrun_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.inspections_round (
    id bigint NOT NULL,
    name character varying(60) NOT NULL,
    year smallint NOT NULL,
    criteria jsonb NOT NULL,
    guidance text NOT NULL,
    materials jsonb NOT NULL,
    declaration text NOT NULL,
    due_date date NOT NULL,
    suspend_from date,
    state character varying(10) NOT NULL,
    total integer NOT NULL,
    done integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    opened_at timestamp with time zone,
    closed_at timestamp with time zone,
    updated_at timestamp with time zone NOT NULL,
    created_by_id bigint NOT NULL,
    opened_by_id bigint,
    uid uuid NOT NULL,
    proof_n integer NOT NULL,
    proof bytea NOT NULL,
    CONSTRAINT inspections_round_bounds CHECK ((((due_date >= '1900-01-01'::date) AND (due_date <= '2099-12-31'::date)) AND ((suspend_from >= '1900-01-01'::date) AND (suspend_from <= '2099-12-31'::date)) AND ((year >= 2000) AND (year <= 2099)))),
    CONSTRAINT inspections_round_closed CHECK ((((closed_at IS NOT NULL) AND ((state)::text = 'closed'::text)) OR ((NOT ((state)::text = 'closed'::text)) AND (closed_at IS NULL)))),
    CONSTRAINT inspections_round_days CHECK (((suspend_from IS NULL) OR (suspend_from > due_date))),
    CONSTRAINT inspections_round_done_check CHECK ((done >= 0)),
    CONSTRAINT inspections_round_known CHECK (((state)::text = ANY ((ARRAY['draft'::character varying, 'opening'::character varying, 'open'::character varying, 'closed'::character varying])::text[]))),
    CONSTRAINT inspections_round_opened CHECK ((((opened_at IS NULL) AND ((state)::text = 'draft'::text)) OR ((NOT ((state)::text = 'draft'::text)) AND (opened_at IS NOT NULL)))),
    CONSTRAINT inspections_round_proof_n_check CHECK ((proof_n >= 0)),
    CONSTRAINT inspections_round_total_check CHECK ((total >= 0)),
    CONSTRAINT inspections_round_year_check CHECK ((year >= 0))
);

ALTER TABLE public.inspections_round ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.inspections_round_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.joining_application (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    number character varying(20) NOT NULL,
    kind character varying(12) NOT NULL,
    channel character varying(12) NOT NULL,
    in_wechat boolean NOT NULL,
    consented_at timestamp with time zone NOT NULL,
    contents bytea NOT NULL,
    version integer NOT NULL,
    state character varying(12) NOT NULL,
    name character varying(100) NOT NULL,
    employer_name character varying(200) NOT NULL,
    title character varying(50) NOT NULL,
    title_level smallint NOT NULL,
    phone_index bytea,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    handed_in_at timestamp with time zone,
    decided_at timestamp with time zone,
    note character varying(500) NOT NULL,
    reasons jsonb NOT NULL,
    erased_at timestamp with time zone,
    decided_by_id bigint,
    expert_id bigint,
    user_id bigint NOT NULL,
    consent_id bigint NOT NULL,
    recommendation_id bigint,
    proof bytea,
    returned_contents bytea NOT NULL,
    division_id character varying(6),
    education character varying(50) NOT NULL,
    expert_type character varying(50) NOT NULL,
    extra jsonb NOT NULL,
    practice_years smallint,
    id_number_index bytea,
    CONSTRAINT joining_application_practice_years_check CHECK ((practice_years >= 0)),
    CONSTRAINT joining_application_title_level_check CHECK ((title_level >= 0)),
    CONSTRAINT joining_application_version_check CHECK ((version >= 0)),
    CONSTRAINT joining_handed_in_when CHECK ((((state)::text = 'draft'::text) OR ((state)::text = 'withdrawn'::text) OR (handed_in_at IS NOT NULL))),
    CONSTRAINT joining_state_known CHECK (((state)::text = ANY ((ARRAY['draft'::character varying, 'pending'::character varying, 'returned'::character varying, 'approved'::character varying, 'rejected'::character varying, 'withdrawn'::character varying])::text[])))
);

ALTER TABLE public.joining_application ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.joining_application_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.joining_application_specialties (
    id bigint NOT NULL,
    application_id bigint NOT NULL,
    specialty_id bigint NOT NULL
);

ALTER TABLE public.joining_application_specialties ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.joining_application_specialties_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.joining_consenttext (
    id bigint NOT NULL,
    number integer NOT NULL,
    text text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    proof bytea NOT NULL,
    purpose character varying(10) DEFAULT 'joining'::character varying NOT NULL,
    CONSTRAINT joining_consent_purpose_known CHECK (((purpose)::text = ANY ((ARRAY['joining'::character varying, 'public'::character varying])::text[]))),
    CONSTRAINT joining_consenttext_number_check CHECK ((number >= 0))
);

ALTER TABLE public.joining_consenttext ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.joining_consenttext_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.joining_friendlink (
    id bigint NOT NULL,
    name character varying(30) NOT NULL,
    url character varying(300) NOT NULL,
    "order" smallint NOT NULL,
    active boolean NOT NULL,
    uid uuid NOT NULL,
    proof_n integer NOT NULL,
    proof bytea NOT NULL,
    CONSTRAINT joining_friendlink_order_check CHECK (("order" >= 0)),
    CONSTRAINT joining_friendlink_proof_n_check CHECK ((proof_n >= 0)),
    CONSTRAINT joining_link_bounds CHECK ((("order" >= 0) AND ("order" <= 9999)))
);

ALTER TABLE public.joining_friendlink ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.joining_friendlink_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.joining_recommendation (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    name bytea NOT NULL,
    phone bytea NOT NULL,
    email bytea NOT NULL,
    contact_index bytea,
    reason bytea NOT NULL,
    digest bytea,
    sent_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_by_id bigint NOT NULL,
    recommender_id bigint NOT NULL,
    proof bytea,
    CONSTRAINT joining_link_used_in_time CHECK (((used_at IS NULL) OR (used_at < expires_at))),
    CONSTRAINT joining_link_used_or_revoked CHECK (((used_at IS NULL) OR (revoked_at IS NULL)))
);

ALTER TABLE public.joining_recommendation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.joining_recommendation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.joining_registration (
    id bigint NOT NULL,
    digest bytea NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    tries smallint NOT NULL,
    used_at timestamp with time zone,
    uid uuid NOT NULL,
    expert_kind character varying(12) NOT NULL,
    name bytea NOT NULL,
    contact_kind character varying(8) NOT NULL,
    contact bytea NOT NULL,
    contact_index bytea,
    address_index bytea,
    channel character varying(12) NOT NULL,
    in_wechat boolean NOT NULL,
    consent_id bigint NOT NULL,
    recommendation_id bigint,
    CONSTRAINT joining_code_few_tries CHECK ((tries <= 5)),
    CONSTRAINT joining_code_used_in_time CHECK (((used_at IS NULL) OR (used_at < expires_at))),
    CONSTRAINT joining_registration_tries_check CHECK ((tries >= 0))
);

ALTER TABLE public.joining_registration ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.joining_registration_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.monitoring_heartbeat (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    user_id bigint NOT NULL
)
PARTITION BY RANGE (at);

CREATE SEQUENCE public.monitoring_heartbeat_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.monitoring_heartbeat_id_seq OWNED BY public.monitoring_heartbeat.id;

CREATE TABLE public.monitoring_heartbeat_rest (
    id bigint DEFAULT nextval('public.monitoring_heartbeat_id_seq'::regclass) CONSTRAINT monitoring_heartbeat_id_not_null NOT NULL,
    at timestamp with time zone CONSTRAINT monitoring_heartbeat_at_not_null NOT NULL,
    user_id bigint CONSTRAINT monitoring_heartbeat_user_id_not_null NOT NULL
);

CREATE TABLE public.monitoring_lastbeat (
    user_id bigint NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.monitoring_publicvisit (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    page character varying(80) NOT NULL,
    region character varying(40) NOT NULL,
    referrer character varying(100) NOT NULL,
    engine character varying(20) NOT NULL,
    keyword character varying(60) NOT NULL,
    device character varying(40) NOT NULL
)
PARTITION BY RANGE (at);

CREATE SEQUENCE public.monitoring_publicvisit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.monitoring_publicvisit_id_seq OWNED BY public.monitoring_publicvisit.id;

CREATE TABLE public.monitoring_publicvisit_rest (
    id bigint DEFAULT nextval('public.monitoring_publicvisit_id_seq'::regclass) CONSTRAINT monitoring_publicvisit_id_not_null NOT NULL,
    at timestamp with time zone CONSTRAINT monitoring_publicvisit_at_not_null NOT NULL,
    page character varying(80) CONSTRAINT monitoring_publicvisit_page_not_null NOT NULL,
    region character varying(40) CONSTRAINT monitoring_publicvisit_region_not_null NOT NULL,
    referrer character varying(100) CONSTRAINT monitoring_publicvisit_referrer_not_null NOT NULL,
    engine character varying(20) CONSTRAINT monitoring_publicvisit_engine_not_null NOT NULL,
    keyword character varying(60) CONSTRAINT monitoring_publicvisit_keyword_not_null NOT NULL,
    device character varying(40) CONSTRAINT monitoring_publicvisit_device_not_null NOT NULL
);

CREATE TABLE public.monitoring_regionnetwork (
    id bigint NOT NULL,
    network character varying(43) NOT NULL,
    region character varying(40) NOT NULL
);

ALTER TABLE public.monitoring_regionnetwork ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.monitoring_regionnetwork_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.monitoring_visit (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    user_id bigint NOT NULL,
    page character varying(80) NOT NULL
)
PARTITION BY RANGE (at);

CREATE SEQUENCE public.monitoring_visit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.monitoring_visit_id_seq OWNED BY public.monitoring_visit.id;

CREATE TABLE public.monitoring_visit_rest (
    id bigint DEFAULT nextval('public.monitoring_visit_id_seq'::regclass) CONSTRAINT monitoring_visit_id_not_null NOT NULL,
    at timestamp with time zone CONSTRAINT monitoring_visit_at_not_null NOT NULL,
    user_id bigint CONSTRAINT monitoring_visit_user_id_not_null NOT NULL,
    page character varying(80) CONSTRAINT monitoring_visit_page_not_null NOT NULL
);

CREATE TABLE public.networks_networkrule (
    id bigint NOT NULL,
    kind character varying(8) NOT NULL,
    network character varying(43) NOT NULL,
    reason character varying(200) NOT NULL,
    is_automatic boolean NOT NULL,
    made_at timestamp with time zone NOT NULL,
    until timestamp with time zone,
    ended_at timestamp with time zone,
    ended_by_id bigint,
    made_by_id bigint,
    uid uuid NOT NULL,
    proof bytea,
    CONSTRAINT networks_rule_bounds CHECK (((until >= '2000-01-01 08:00:00+08'::timestamp with time zone) AND (until <= '2099-12-31 23:59:00+08'::timestamp with time zone))),
    CONSTRAINT networks_rule_made_by CHECK ((is_automatic OR (made_by_id IS NOT NULL)))
);

ALTER TABLE public.networks_networkrule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.networks_networkrule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notices_addressee (
    id bigint NOT NULL,
    sent_at timestamp with time zone,
    skipped character varying(100) NOT NULL,
    reminders smallint NOT NULL,
    expert_id bigint NOT NULL,
    notice_id bigint NOT NULL,
    proof bytea NOT NULL,
    CONSTRAINT notices_addressee_reminders_check CHECK ((reminders >= 0)),
    CONSTRAINT notices_sent_or_skipped CHECK ((((skipped)::text = ''::text) OR (sent_at IS NULL)))
);

ALTER TABLE public.notices_addressee ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.notices_addressee_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notices_expertnotice (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    title character varying(100) NOT NULL,
    text text NOT NULL,
    channels jsonb NOT NULL,
    needs_receipt boolean NOT NULL,
    state character varying(10) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    reminders smallint NOT NULL,
    reminded_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    withdrawal_reason character varying(200) NOT NULL,
    created_by_id bigint NOT NULL,
    department_id bigint,
    sent_by_id bigint,
    withdrawn_by_id bigint,
    proof bytea NOT NULL,
    CONSTRAINT notices_expertnotice_reminders_check CHECK ((reminders >= 0)),
    CONSTRAINT notices_sent_by_whom CHECK ((((sent_at IS NULL) AND (sent_by_id IS NULL) AND ((state)::text = 'draft'::text)) OR ((NOT ((state)::text = 'draft'::text)) AND (sent_at IS NOT NULL) AND (sent_by_id IS NOT NULL)))),
    CONSTRAINT notices_state_known CHECK (((state)::text = ANY ((ARRAY['draft'::character varying, 'sending'::character varying, 'sent'::character varying, 'withdrawn'::character varying])::text[]))),
    CONSTRAINT notices_withdrawn_why CHECK (((((state)::text = 'withdrawn'::text) AND (withdrawn_at IS NOT NULL) AND (withdrawn_by_id IS NOT NULL) AND (NOT ((withdrawal_reason)::text = ''::text))) OR ((NOT ((state)::text = 'withdrawn'::text)) AND (withdrawn_at IS NULL))))
);

ALTER TABLE public.notices_expertnotice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.notices_expertnotice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notices_receipt (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    at timestamp with time zone NOT NULL,
    proof bytea,
    addressee_id bigint NOT NULL,
    CONSTRAINT notices_receipt_known CHECK (((kind)::text = ANY ((ARRAY['read'::character varying, 'confirmed'::character varying])::text[])))
);

ALTER TABLE public.notices_receipt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.notices_receipt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notifications_attempt (
    id bigint NOT NULL,
    number smallint NOT NULL,
    state character varying(12) NOT NULL,
    provider character varying(20) NOT NULL,
    provider_id character varying(100) NOT NULL,
    detail character varying(300) NOT NULL,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    ask_at timestamp with time zone,
    message_id bigint NOT NULL,
    called_off boolean DEFAULT false NOT NULL,
    CONSTRAINT notifications_attempt_known CHECK (((state)::text = ANY ((ARRAY['sending'::character varying, 'accepted'::character varying, 'delivered'::character varying, 'undelivered'::character varying, 'rejected'::character varying, 'retry'::character varying, 'down'::character varying, 'unknown'::character varying, 'called_off'::character varying])::text[]))),
    CONSTRAINT notifications_attempt_number_check CHECK ((number >= 0))
);

ALTER TABLE public.notifications_attempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.notifications_attempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notifications_channelhealth (
    id bigint NOT NULL,
    channel character varying(8) NOT NULL,
    failures integer NOT NULL,
    failing_since timestamp with time zone,
    detail character varying(300) NOT NULL,
    failed_at timestamp with time zone,
    worked_at timestamp with time zone,
    probe_at timestamp with time zone,
    provider character varying(20) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT notifications_channelhealth_failures_check CHECK ((failures >= 0))
);

ALTER TABLE public.notifications_channelhealth ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.notifications_channelhealth_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notifications_deliveryevent (
    id bigint NOT NULL,
    key character varying(200) NOT NULL,
    provider character varying(20) NOT NULL,
    provider_id character varying(100) NOT NULL,
    kind character varying(12) NOT NULL,
    code character varying(64) NOT NULL,
    at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    attempt_id bigint,
    CONSTRAINT notifications_event_bounds CHECK (((at >= '2000-01-01 08:00:00+08'::timestamp with time zone) AND (at <= '2099-12-31 23:59:00+08'::timestamp with time zone)))
);

ALTER TABLE public.notifications_deliveryevent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.notifications_deliveryevent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notifications_message (
    id bigint NOT NULL,
    key character varying(100) NOT NULL,
    occasion character varying(64) NOT NULL,
    channel character varying(8) NOT NULL,
    recipient_key bytea,
    recipient bytea NOT NULL,
    address bytea NOT NULL,
    subject bytea NOT NULL,
    body bytea NOT NULL,
    about_type character varying(64) NOT NULL,
    about_id character varying(64) NOT NULL,
    state character varying(12) NOT NULL,
    attempts smallint NOT NULL,
    detail character varying(300) NOT NULL,
    provider_id character varying(100) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sending_at timestamp with time zone,
    sent_at timestamp with time zone,
    read_at timestamp with time zone,
    documents jsonb NOT NULL,
    due_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    deleted_by_id bigint,
    deletion_reason character varying(200) NOT NULL,
    refusals smallint NOT NULL,
    uid uuid NOT NULL,
    registered bytea NOT NULL,
    answer_code bytea NOT NULL,
    answer_key bytea,
    wait interval,
    put_off character varying(8) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT notifications_deleted_when_over CHECK (((deleted_at IS NULL) OR (NOT ((state)::text = ANY ((ARRAY['queued'::character varying, 'sending'::character varying])::text[]))))),
    CONSTRAINT notifications_message_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT notifications_message_refusals_check CHECK ((refusals >= 0)),
    CONSTRAINT notifications_sending_since CHECK (((NOT ((state)::text = 'sending'::text)) OR (sending_at IS NOT NULL))),
    CONSTRAINT notifications_sent_at_known CHECK (((NOT ((state)::text = ANY ((ARRAY['sent'::character varying, 'delivered'::character varying, 'read'::character varying])::text[]))) OR (sent_at IS NOT NULL))),
    CONSTRAINT notifications_state_known CHECK (((state)::text = ANY ((ARRAY['queued'::character varying, 'sending'::character varying, 'sent'::character varying, 'delivered'::character varying, 'read'::character varying, 'failed'::character varying, 'no_account'::character varying, 'unknown'::character varying, 'cancelled'::character varying])::text[])))
);

CREATE TABLE public.notifications_message_attachments (
    id bigint NOT NULL,
    message_id bigint NOT NULL,
    attachment_id bigint NOT NULL
);

ALTER TABLE public.notifications_message_attachments ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.notifications_message_attachments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.notifications_message ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.notifications_message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notifications_messagetemplate (
    id bigint NOT NULL,
    occasion character varying(64) NOT NULL,
    channel character varying(8) NOT NULL,
    subject character varying(200) NOT NULL,
    body text NOT NULL,
    active boolean NOT NULL,
    since timestamp with time zone,
    subject_before character varying(200) NOT NULL,
    body_before text NOT NULL,
    version integer NOT NULL,
    proof bytea NOT NULL,
    registered character varying(64) NOT NULL,
    registered_before character varying(64) NOT NULL,
    "values" text NOT NULL,
    values_before text NOT NULL,
    project_kind character varying(50) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT notifications_messagetemplate_version_check CHECK ((version >= 0))
);

ALTER TABLE public.notifications_messagetemplate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.notifications_messagetemplate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notifications_pace (
    id bigint NOT NULL,
    key character varying(40) NOT NULL,
    given_until timestamp with time zone NOT NULL
);

ALTER TABLE public.notifications_pace ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.notifications_pace_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notifications_reply (
    id bigint NOT NULL,
    key character varying(100) NOT NULL,
    decision character varying(8) NOT NULL,
    provider character varying(20) NOT NULL,
    sender bytea,
    received_at timestamp with time zone NOT NULL,
    proof bytea NOT NULL,
    message_id bigint,
    source bytea,
    CONSTRAINT notifications_reply_known CHECK (((decision)::text = ANY ((ARRAY['yes'::character varying, 'no'::character varying, 'unclear'::character varying, 'stop'::character varying, 'doubted'::character varying])::text[])))
);

ALTER TABLE public.notifications_reply ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.notifications_reply_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notifications_returnmailbox (
    id bigint NOT NULL,
    key character varying(64) NOT NULL,
    validity bigint NOT NULL,
    uid bigint NOT NULL,
    read_at timestamp with time zone,
    failing_since timestamp with time zone,
    detail character varying(300) NOT NULL
);

ALTER TABLE public.notifications_returnmailbox ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.notifications_returnmailbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.notifications_wechatbinding (
    id bigint NOT NULL,
    mark uuid NOT NULL,
    app character varying(32) NOT NULL,
    openid bytea NOT NULL,
    openid_index bytea NOT NULL,
    bound_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    proof bytea NOT NULL,
    user_id bigint NOT NULL,
    CONSTRAINT notifications_wechat_bounds CHECK ((((bound_at >= '2000-01-01 08:00:00+08'::timestamp with time zone) AND (bound_at <= '2099-12-31 23:59:00+08'::timestamp with time zone)) AND ((ended_at >= '2000-01-01 08:00:00+08'::timestamp with time zone) AND (ended_at <= '2099-12-31 23:59:00+08'::timestamp with time zone))))
);

ALTER TABLE public.notifications_wechatbinding ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.notifications_wechatbinding_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.operations_alert (
    id bigint NOT NULL,
    check_code character varying(64) NOT NULL,
    label character varying(40) NOT NULL,
    state character varying(8) NOT NULL,
    sentence character varying(300) NOT NULL,
    figure character varying(100) NOT NULL,
    mend character varying(300) NOT NULL,
    began_at timestamp with time zone NOT NULL,
    told_at timestamp with time zone,
    told_state character varying(8) NOT NULL,
    well_since timestamp with time zone,
    ended_at timestamp with time zone,
    acknowledged_at timestamp with time zone,
    note character varying(200) NOT NULL,
    acknowledged_by_id bigint,
    CONSTRAINT operations_alert_acknowledged_by CHECK ((((acknowledged_at IS NULL) AND (acknowledged_by_id IS NULL)) OR ((acknowledged_at IS NOT NULL) AND (acknowledged_by_id IS NOT NULL))))
);

ALTER TABLE public.operations_alert ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.operations_alert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.operations_jobfailure (
    id bigint NOT NULL,
    job_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    reason character varying(40) NOT NULL,
    place character varying(200) NOT NULL
);

ALTER TABLE public.operations_jobfailure ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.operations_jobfailure_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.papers_papertemplate (
    id bigint NOT NULL,
    paper character varying(32) NOT NULL,
    project_kind character varying(50) NOT NULL,
    name character varying(200) NOT NULL,
    form character varying(8) NOT NULL,
    state character varying(12) NOT NULL,
    used_at timestamp with time zone,
    uploaded_at timestamp with time zone NOT NULL,
    uploaded_by_id bigint NOT NULL,
    CONSTRAINT papers_template_state_known CHECK (((state)::text = ANY ((ARRAY['active'::character varying, 'disabled'::character varying, 'removed'::character varying])::text[]))),
    CONSTRAINT papers_unused_template_is_deleted CHECK (((NOT ((state)::text = 'removed'::text)) OR (used_at IS NOT NULL)))
);

ALTER TABLE public.papers_papertemplate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.papers_papertemplate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.points_benefit (
    id bigint NOT NULL,
    name character varying(50) NOT NULL,
    description text NOT NULL,
    "order" integer NOT NULL,
    active boolean NOT NULL,
    level_id bigint,
    CONSTRAINT points_benefit_bounds CHECK ((("order" >= 0) AND ("order" <= 9999))),
    CONSTRAINT points_benefit_order_check CHECK (("order" >= 0))
);

ALTER TABLE public.points_benefit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.points_benefit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.points_benefitrequest (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    text bytea NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    agreed boolean,
    answer character varying(500) NOT NULL,
    answered_at timestamp with time zone,
    answered_by_id bigint,
    benefit_id bigint NOT NULL,
    expert_id bigint NOT NULL,
    proof bytea,
    answer_proof bytea,
    CONSTRAINT points_request_answered CHECK ((((agreed IS NULL) AND (answered_at IS NULL) AND (answered_by_id IS NULL)) OR ((agreed IS NOT NULL) AND (answered_at IS NOT NULL) AND (answered_by_id IS NOT NULL))))
);

ALTER TABLE public.points_benefitrequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.points_benefitrequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.points_correction (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    asked_proof bytea NOT NULL,
    points integer NOT NULL,
    decided_by_id bigint,
    expert_id bigint NOT NULL,
    requested_by_id bigint NOT NULL,
    counters_id bigint,
    CONSTRAINT points_correction_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT points_correction_bounds CHECK (((points >= '-10000'::integer) AND (points <= 10000))),
    CONSTRAINT points_correction_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT points_correction_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at))),
    CONSTRAINT points_correction_something CHECK ((NOT (points = 0)))
);

ALTER TABLE public.points_correction ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.points_correction_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.points_pointaccount (
    id bigint NOT NULL,
    n integer NOT NULL,
    last integer GENERATED ALWAYS AS (NULLIF(n, 0)) STORED,
    balance integer NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    expert_id bigint NOT NULL,
    CONSTRAINT points_account_begins CHECK (((n > 0) OR ((balance = 0) AND (n = 0)))),
    CONSTRAINT points_account_bounds CHECK (((balance >= '-10000000'::integer) AND (balance <= 10000000))),
    CONSTRAINT points_pointaccount_n_check CHECK ((n >= 0))
);

ALTER TABLE public.points_pointaccount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.points_pointaccount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.points_pointentry (
    id bigint NOT NULL,
    n integer NOT NULL,
    prior integer GENERATED ALWAYS AS (NULLIF((n - 1), 0)) STORED,
    points integer NOT NULL,
    before integer NOT NULL,
    balance integer NOT NULL,
    cause character varying(12) NOT NULL,
    label character varying(50) NOT NULL,
    note character varying(500) NOT NULL,
    key character varying(100) NOT NULL,
    at timestamp with time zone NOT NULL,
    proof bytea NOT NULL,
    actor_id bigint,
    counters_id bigint,
    expert_id bigint NOT NULL,
    invitation_id bigint,
    CONSTRAINT points_entry_begins CHECK (((n > 1) OR ((before = 0) AND (n = 1)))),
    CONSTRAINT points_entry_bounds CHECK ((((balance >= '-10000000'::integer) AND (balance <= 10000000)) AND ((points >= '-10000000'::integer) AND (points <= 10000000)))),
    CONSTRAINT points_entry_something CHECK ((NOT (points = 0))),
    CONSTRAINT points_entry_sum CHECK ((balance = (before + points))),
    CONSTRAINT points_pointentry_n_check CHECK ((n >= 0))
);

ALTER TABLE public.points_pointentry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.points_pointentry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.points_pointlevel (
    id bigint NOT NULL,
    name character varying(20) NOT NULL,
    threshold integer NOT NULL,
    note character varying(200) NOT NULL,
    CONSTRAINT points_level_bounds CHECK (((threshold >= 0) AND (threshold <= 1000000))),
    CONSTRAINT points_pointlevel_threshold_check CHECK ((threshold >= 0))
);

ALTER TABLE public.points_pointlevel ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.points_pointlevel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.points_pointrule (
    id bigint NOT NULL,
    fact character varying(32) NOT NULL,
    points integer NOT NULL,
    active boolean NOT NULL,
    since timestamp with time zone NOT NULL,
    proof bytea NOT NULL,
    CONSTRAINT points_rule_bounds CHECK (((points >= '-1000'::integer) AND (points <= 1000))),
    CONSTRAINT points_rule_something CHECK ((NOT (points = 0)))
);

ALTER TABLE public.points_pointrule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.points_pointrule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.points_settled (
    id bigint NOT NULL,
    settled_at timestamp with time zone NOT NULL,
    taken_back_at timestamp with time zone,
    draw_id bigint NOT NULL
);

ALTER TABLE public.points_settled ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.points_settled_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.privacy_consent (
    id bigint NOT NULL,
    given boolean NOT NULL,
    at timestamp with time zone NOT NULL,
    proof bytea NOT NULL,
    expert_id bigint NOT NULL,
    text_id bigint NOT NULL
);

ALTER TABLE public.privacy_consent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.privacy_consent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.privacy_datarequest (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    uid uuid NOT NULL,
    text bytea NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    agreed boolean,
    answer bytea NOT NULL,
    answered_at timestamp with time zone,
    answered_by_id bigint,
    expert_id bigint NOT NULL,
    proof bytea NOT NULL,
    answer_proof bytea,
    CONSTRAINT privacy_request_answered CHECK ((((agreed IS NULL) AND (answered_at IS NULL) AND (answered_by_id IS NULL)) OR ((agreed IS NOT NULL) AND (answered_at IS NOT NULL) AND (answered_by_id IS NOT NULL)))),
    CONSTRAINT privacy_request_known CHECK (((kind)::text = ANY ((ARRAY['erase'::character varying, 'correct'::character varying, 'explain'::character varying, 'other'::character varying])::text[])))
);

ALTER TABLE public.privacy_datarequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.privacy_datarequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.privacy_erasurerequest (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    asked_proof bytea NOT NULL,
    plan character varying(500) NOT NULL,
    decided_by_id bigint,
    expert_id bigint NOT NULL,
    requested_by_id bigint NOT NULL,
    CONSTRAINT privacy_erasurerequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT privacy_erasurerequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT privacy_erasurerequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.privacy_erasurerequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.privacy_erasurerequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.privacy_listedread (
    id bigint NOT NULL,
    entry bigint NOT NULL,
    experts integer[] NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE public.privacy_listedread ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.privacy_listedread_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.procrastinate_events (
    id bigint NOT NULL,
    job_id bigint NOT NULL,
    type public.procrastinate_job_event_type,
    at timestamp with time zone DEFAULT now()
);

CREATE SEQUENCE public.procrastinate_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_events_id_seq OWNED BY public.procrastinate_events.id;

CREATE SEQUENCE public.procrastinate_jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_jobs_id_seq OWNED BY public.procrastinate_jobs.id;

CREATE TABLE public.procrastinate_periodic_defers (
    id bigint NOT NULL,
    task_name character varying(128) NOT NULL,
    defer_timestamp bigint,
    job_id bigint,
    periodic_id character varying(128) DEFAULT ''::character varying NOT NULL
);

CREATE SEQUENCE public.procrastinate_periodic_defers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_periodic_defers_id_seq OWNED BY public.procrastinate_periodic_defers.id;

CREATE TABLE public.procrastinate_workers (
    id bigint NOT NULL,
    last_heartbeat timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.procrastinate_workers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.procrastinate_workers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.projects_avoidance (
    id bigint NOT NULL,
    subject character varying(8) NOT NULL,
    name character varying(200) NOT NULL,
    uscc character varying(18) NOT NULL,
    unit_name character varying(200) NOT NULL,
    expert_number character varying(20) NOT NULL,
    from_date date,
    to_date date,
    reason character varying(200) NOT NULL,
    unit_id bigint,
    project_id bigint NOT NULL,
    role character varying(10) NOT NULL,
    CONSTRAINT projects_avoidance_bounds CHECK ((((from_date >= '1900-01-01'::date) AND (from_date <= '2099-12-31'::date)) AND ((to_date >= '1900-01-01'::date) AND (to_date <= '2099-12-31'::date)))),
    CONSTRAINT projects_avoidance_complete CHECK (((((subject)::text = 'unit'::text) AND ((unit_id IS NOT NULL) OR (NOT ((name)::text = ''::text)))) OR (((subject)::text = 'person'::text) AND ((NOT ((name)::text = ''::text)) OR (NOT ((expert_number)::text = ''::text)))) OR ((from_date IS NOT NULL) AND ((subject)::text = 'period'::text) AND (to_date >= from_date)))),
    CONSTRAINT projects_avoidance_role CHECK ((((role)::text = ''::text) OR ((subject)::text = 'person'::text)))
);

ALTER TABLE public.projects_avoidance ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_avoidance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.projects_progressentry (
    id bigint NOT NULL,
    text text NOT NULL,
    at timestamp with time zone NOT NULL,
    author_id bigint NOT NULL,
    project_id bigint NOT NULL
);

ALTER TABLE public.projects_progressentry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_progressentry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.projects_project (
    id bigint NOT NULL,
    number character varying(50) NOT NULL,
    name character varying(200) NOT NULL,
    kind character varying(50) NOT NULL,
    regime character varying(12) NOT NULL,
    budget numeric(14,2),
    opening_at timestamp with time zone NOT NULL,
    duration_minutes integer NOT NULL,
    place character varying(200) NOT NULL,
    check_in_at timestamp with time zone,
    contact_name character varying(50) NOT NULL,
    contact_phone character varying(30) NOT NULL,
    description text NOT NULL,
    status character varying(12) NOT NULL,
    draw_state character varying(20) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    submitted_at timestamp with time zone,
    decided_at timestamp with time zone,
    decision_note character varying(500) NOT NULL,
    created_by_id bigint NOT NULL,
    decided_by_id bigint,
    department_id bigint NOT NULL,
    purchaser_id bigint,
    representatives smallint NOT NULL,
    archive_note character varying(500) NOT NULL,
    archived_at timestamp with time zone,
    archived_by_id bigint,
    leads_batch boolean NOT NULL,
    batch_id bigint,
    extra jsonb NOT NULL,
    edited_by_id bigint,
    submitted_by_id bigint,
    status_n integer NOT NULL,
    status_proof bytea NOT NULL,
    CONSTRAINT projects_approver_not_applicant CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = created_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT projects_approver_not_editor CHECK (((NOT ((status)::text = ANY ((ARRAY['approved'::character varying, 'archived'::character varying])::text[]))) OR (decided_by_id IS NULL) OR (((submitted_by_id IS NULL) OR (NOT ((decided_by_id = submitted_by_id) AND (decided_by_id IS NOT NULL) AND (submitted_by_id IS NOT NULL)))) AND ((edited_by_id IS NULL) OR (NOT ((decided_by_id = edited_by_id) AND (decided_by_id IS NOT NULL) AND (edited_by_id IS NOT NULL))))))),
    CONSTRAINT projects_archived_stays_archived CHECK (((archived_at IS NULL) OR ((status)::text = 'archived'::text))),
    CONSTRAINT projects_draw_state_known CHECK (((draw_state)::text = ANY ((ARRAY['not_drawn'::character varying, 'drawing'::character varying, 'success'::character varying, 'unsatisfied'::character varying, 'success_supplement'::character varying])::text[]))),
    CONSTRAINT projects_drawn_only_approved CHECK ((((draw_state)::text = 'not_drawn'::text) OR ((status)::text = ANY ((ARRAY['approved'::character varying, 'archived'::character varying])::text[])))),
    CONSTRAINT projects_leads_its_batch CHECK (((NOT leads_batch) OR (batch_id IS NOT NULL))),
    CONSTRAINT projects_project_bounds CHECK ((((budget >= (0)::numeric) AND (budget <= 999999999999.99)) AND ((check_in_at >= '2000-01-01 08:00:00+08'::timestamp with time zone) AND (check_in_at <= '2099-12-31 23:59:00+08'::timestamp with time zone)) AND ((duration_minutes >= 1) AND (duration_minutes <= 43200)) AND ((opening_at >= '2000-01-01 08:00:00+08'::timestamp with time zone) AND (opening_at <= '2099-12-31 23:59:00+08'::timestamp with time zone)) AND ((representatives >= 0) AND (representatives <= 99)))),
    CONSTRAINT projects_project_duration_minutes_check CHECK ((duration_minutes >= 0)),
    CONSTRAINT projects_project_representatives_check CHECK ((representatives >= 0)),
    CONSTRAINT projects_project_status_n_check CHECK ((status_n >= 0)),
    CONSTRAINT projects_status_known CHECK (((status)::text = ANY ((ARRAY['draft'::character varying, 'pending'::character varying, 'approved'::character varying, 'rejected'::character varying, 'archived'::character varying])::text[])))
);

ALTER TABLE public.projects_project ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_project_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.projects_projectbatch (
    id bigint NOT NULL,
    number character varying(50) NOT NULL,
    name character varying(100) NOT NULL,
    note text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint NOT NULL
);

ALTER TABLE public.projects_projectbatch ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_projectbatch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.projects_task (
    id bigint NOT NULL,
    title character varying(100) NOT NULL,
    detail text NOT NULL,
    due_date date NOT NULL,
    created_at timestamp with time zone NOT NULL,
    completed_at timestamp with time zone,
    note character varying(500) NOT NULL,
    cancelled_at timestamp with time zone,
    assignee_id bigint,
    completed_by_id bigint,
    created_by_id bigint NOT NULL,
    department_id bigint,
    project_id bigint NOT NULL,
    CONSTRAINT projects_task_bounds CHECK (((due_date >= '1900-01-01'::date) AND (due_date <= '2099-12-31'::date))),
    CONSTRAINT projects_task_completed_later CHECK (((completed_at IS NULL) OR (completed_at >= created_at))),
    CONSTRAINT projects_task_ends_once CHECK ((((completed_at IS NULL) AND (completed_by_id IS NULL)) OR ((cancelled_at IS NULL) AND (completed_at IS NOT NULL) AND (completed_by_id IS NOT NULL)))),
    CONSTRAINT projects_task_is_somebodys CHECK (((department_id IS NOT NULL) OR (assignee_id IS NOT NULL)))
);

ALTER TABLE public.projects_task ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_task_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reports_candidatelist (
    id bigint NOT NULL,
    experts bigint[] NOT NULL,
    listed_at timestamp with time zone NOT NULL,
    draw_id bigint NOT NULL,
    proof bytea
);

ALTER TABLE public.reports_candidatelist ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reports_candidatelist_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reports_departmentmonth (
    id bigint NOT NULL,
    month date NOT NULL,
    figures jsonb NOT NULL,
    counted_at timestamp with time zone NOT NULL,
    department_id bigint NOT NULL,
    proof bytea,
    CONSTRAINT reports_month_bounds CHECK (((month >= '1900-01-01'::date) AND (month <= '2099-12-31'::date))),
    CONSTRAINT reports_month_first CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);

ALTER TABLE public.reports_departmentmonth ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reports_departmentmonth_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reports_projecttally (
    project_id bigint NOT NULL,
    numbers jsonb NOT NULL
);

CREATE TABLE public.reports_tally (
    id bigint NOT NULL,
    by character varying(20) NOT NULL,
    whole boolean NOT NULL,
    part character varying(200) NOT NULL,
    sums jsonb NOT NULL,
    department_id bigint,
    tallying_id bigint NOT NULL,
    CONSTRAINT reports_tally_whole CHECK (((NOT whole) OR (department_id IS NULL)))
);

ALTER TABLE public.reports_tally ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reports_tally_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reports_tallying (
    id bigint NOT NULL,
    topic character varying(20) NOT NULL,
    counted_at timestamp with time zone NOT NULL
);

ALTER TABLE public.reports_tallying ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reports_tallying_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reviews_handback (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    asked_proof bytea NOT NULL,
    decided_by_id bigint,
    requested_by_id bigint NOT NULL,
    submission_id bigint NOT NULL,
    CONSTRAINT reviews_handback_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT reviews_handback_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT reviews_handback_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.reviews_handback ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_handback_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reviews_itemassignment (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    per_item smallint NOT NULL,
    per_expert smallint NOT NULL,
    supervised boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    number character varying(20) NOT NULL,
    rule_content jsonb NOT NULL,
    items_content jsonb NOT NULL,
    people bytea NOT NULL,
    nonce bytea NOT NULL,
    seal character varying(64) NOT NULL,
    sealed_at timestamp with time zone,
    reveals jsonb NOT NULL,
    seed character varying(64) NOT NULL,
    events jsonb NOT NULL,
    drawn_at timestamp with time zone,
    voided_at timestamp with time zone,
    voided_why character varying(500) NOT NULL,
    proof bytea NOT NULL,
    review_id bigint NOT NULL,
    sealed_by_id bigint,
    by_hand boolean NOT NULL,
    chosen jsonb NOT NULL,
    why_by_hand character varying(500) NOT NULL,
    CONSTRAINT reviews_assignment_bounds CHECK ((((per_expert >= 1) AND (per_expert <= 2000)) AND ((per_item >= 1) AND (per_item <= 50)))),
    CONSTRAINT reviews_drawn_once_sealed CHECK (((drawn_at IS NULL) OR (sealed_at IS NOT NULL))),
    CONSTRAINT reviews_itemassignment_per_expert_check CHECK ((per_expert >= 0)),
    CONSTRAINT reviews_itemassignment_per_item_check CHECK ((per_item >= 0))
);

ALTER TABLE public.reviews_itemassignment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_itemassignment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reviews_reassignrequest (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    asked_proof bytea NOT NULL,
    leaves boolean NOT NULL,
    counts boolean NOT NULL,
    places jsonb NOT NULL,
    ground character varying(50) NOT NULL,
    assignment_id bigint,
    decided_by_id bigint,
    requested_by_id bigint NOT NULL,
    reviewer_id bigint,
    review_id bigint NOT NULL,
    invitation_id bigint,
    CONSTRAINT reviews_reassign_of_one CHECK ((((invitation_id IS NULL) AND (reviewer_id IS NOT NULL)) OR ((invitation_id IS NOT NULL) AND (NOT leaves) AND (reviewer_id IS NULL)))),
    CONSTRAINT reviews_reassignrequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT reviews_reassignrequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT reviews_reassignrequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.reviews_reassignrequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_reassignrequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reviews_review (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    by_stage boolean NOT NULL,
    stages smallint NOT NULL,
    due_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    opened_at timestamp with time zone,
    reminded_at timestamp with time zone,
    ended_at timestamp with time zone,
    items_hash character varying(64) NOT NULL,
    proof bytea NOT NULL,
    created_by_id bigint NOT NULL,
    project_id bigint NOT NULL,
    rule_id bigint,
    CONSTRAINT reviews_ends_once_open CHECK (((ended_at IS NULL) OR (opened_at IS NOT NULL))),
    CONSTRAINT reviews_opens_with_rule CHECK (((opened_at IS NULL) OR (rule_id IS NOT NULL))),
    CONSTRAINT reviews_review_bounds CHECK ((((due_at >= '2000-01-01 08:00:00+08'::timestamp with time zone) AND (due_at <= '2099-12-31 23:59:00+08'::timestamp with time zone)) AND ((stages >= 1) AND (stages <= 20)))),
    CONSTRAINT reviews_review_stages_check CHECK ((stages >= 0))
);

ALTER TABLE public.reviews_review ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_review_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reviews_reviewer (
    id bigint NOT NULL,
    place smallint NOT NULL,
    is_leader boolean NOT NULL,
    joined_at timestamp with time zone NOT NULL,
    signed_in_at timestamp with time zone,
    left_at timestamp with time zone,
    left_why character varying(200) NOT NULL,
    counts boolean NOT NULL,
    proof bytea NOT NULL,
    expert_id bigint NOT NULL,
    invitation_id bigint NOT NULL,
    review_id bigint NOT NULL,
    CONSTRAINT reviews_reviewer_bounds CHECK (((place >= 1) AND (place <= 10000))),
    CONSTRAINT reviews_reviewer_place_check CHECK ((place >= 0))
);

ALTER TABLE public.reviews_reviewer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_reviewer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reviews_reviewitem (
    id bigint NOT NULL,
    place integer NOT NULL,
    number character varying(40) NOT NULL,
    alias character varying(40) NOT NULL,
    name character varying(200) NOT NULL,
    unit character varying(200) NOT NULL,
    category character varying(50) NOT NULL,
    price numeric(15,2),
    fixed_at timestamp with time zone,
    review_id bigint NOT NULL,
    CONSTRAINT reviews_item_bounds CHECK ((((place >= 1) AND (place <= 10000)) AND ((price >= (0)::numeric) AND (price <= ('1000000000000'::bigint)::numeric)))),
    CONSTRAINT reviews_reviewitem_place_check CHECK ((place >= 0))
);

ALTER TABLE public.reviews_reviewitem ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_reviewitem_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reviews_reviewresult (
    id bigint NOT NULL,
    content jsonb NOT NULL,
    digest character varying(64) NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    proof bytea NOT NULL,
    review_id bigint NOT NULL,
    sealed_by_id bigint NOT NULL
);

ALTER TABLE public.reviews_reviewresult ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_reviewresult_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reviews_reviewrule (
    id bigint NOT NULL,
    name character varying(40) NOT NULL,
    version integer NOT NULL,
    active boolean NOT NULL,
    project_kind character varying(50) NOT NULL,
    anonymous boolean NOT NULL,
    content jsonb NOT NULL,
    source character varying(100) NOT NULL,
    at timestamp with time zone NOT NULL,
    proof bytea NOT NULL,
    by_id bigint,
    CONSTRAINT reviews_reviewrule_version_check CHECK ((version >= 0))
);

ALTER TABLE public.reviews_reviewrule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_reviewrule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reviews_scoresheet (
    id bigint NOT NULL,
    scores jsonb NOT NULL,
    revision integer NOT NULL,
    saved_at timestamp with time zone,
    item_id bigint NOT NULL,
    reviewer_id bigint NOT NULL,
    is_far boolean,
    CONSTRAINT reviews_scoresheet_revision_check CHECK ((revision >= 0))
);

ALTER TABLE public.reviews_scoresheet ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_scoresheet_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reviews_stoprequest (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    asked_proof bytea NOT NULL,
    decided_by_id bigint,
    requested_by_id bigint NOT NULL,
    review_id bigint NOT NULL,
    CONSTRAINT reviews_stoprequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT reviews_stoprequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT reviews_stoprequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.reviews_stoprequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_stoprequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.reviews_submission (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    version smallint NOT NULL,
    content jsonb NOT NULL,
    submitted_at timestamp with time zone NOT NULL,
    signature bytea NOT NULL,
    signed_from bytea NOT NULL,
    returned_at timestamp with time zone,
    returned_why character varying(500) NOT NULL,
    proof bytea NOT NULL,
    reviewer_id bigint NOT NULL,
    remarks jsonb NOT NULL,
    CONSTRAINT reviews_submission_version_check CHECK ((version >= 0))
);

ALTER TABLE public.reviews_submission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_submission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.secondfactor_passkey (
    id bigint NOT NULL,
    name character varying(40) NOT NULL,
    handle character varying(1400) NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    proof bytea,
    user_id bigint NOT NULL,
    host character varying(253) DEFAULT ''::character varying NOT NULL,
    host_proof bytea
);

ALTER TABLE public.secondfactor_passkey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.secondfactor_passkey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.secondfactor_recoverycode (
    id bigint NOT NULL,
    digest bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    user_id bigint NOT NULL
);

ALTER TABLE public.secondfactor_recoverycode ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.secondfactor_recoverycode_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.secondfactor_resetrequest (
    id bigint NOT NULL,
    reason character varying(500) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    agreed boolean,
    note character varying(500) NOT NULL,
    proof character varying(8) NOT NULL,
    asked_proof bytea NOT NULL,
    decided_by_id bigint,
    requested_by_id bigint NOT NULL,
    user_id bigint NOT NULL,
    CONSTRAINT secondfactor_resetrequest_agreed_by_somebody CHECK (((NOT (agreed AND (agreed IS NOT NULL))) OR (decided_by_id IS NOT NULL))),
    CONSTRAINT secondfactor_resetrequest_by_two_persons CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT secondfactor_resetrequest_decided_in_time CHECK (((decided_by_id IS NULL) OR (decided_at < expires_at)))
);

ALTER TABLE public.secondfactor_resetrequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.secondfactor_resetrequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.selfservice_calendarfeed (
    id bigint NOT NULL,
    mark uuid NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    expert_id bigint NOT NULL,
    ended_at timestamp with time zone,
    proof bytea NOT NULL
);

ALTER TABLE public.selfservice_calendarfeed ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.selfservice_calendarfeed_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.siteconfig_settingchange (
    id bigint NOT NULL,
    code character varying(80) NOT NULL,
    at timestamp with time zone NOT NULL,
    before jsonb,
    after jsonb,
    was_default boolean NOT NULL,
    reset boolean NOT NULL,
    actor_id bigint NOT NULL,
    proof bytea NOT NULL
);

ALTER TABLE public.siteconfig_settingchange ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.siteconfig_settingchange_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.siteconfig_storedsetting (
    id bigint NOT NULL,
    code character varying(80) NOT NULL,
    value jsonb,
    secret bytea NOT NULL,
    reset boolean NOT NULL,
    change bigint NOT NULL,
    proof bytea NOT NULL,
    CONSTRAINT siteconfig_plain_or_secret CHECK (((value IS NULL) OR (secret = '\x'::bytea)))
);

ALTER TABLE public.siteconfig_storedsetting ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.siteconfig_storedsetting_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.telephone_call (
    id bigint NOT NULL,
    agent character varying(64) NOT NULL,
    began_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    rang_at timestamp with time zone,
    answered_at timestamp with time zone,
    ended_at timestamp with time zone,
    pressed character varying(8) NOT NULL,
    outcome character varying(12) NOT NULL,
    words character varying(100) NOT NULL,
    tape character varying(100) NOT NULL,
    tape_key bytea NOT NULL,
    sha256 character varying(64) NOT NULL,
    proof bytea NOT NULL,
    attempt_id bigint NOT NULL,
    CONSTRAINT telephone_call_bounds CHECK ((((began_at >= '2000-01-01 08:00:00+08'::timestamp with time zone) AND (began_at <= '2099-12-31 23:59:00+08'::timestamp with time zone)) AND ((ended_at >= '2000-01-01 08:00:00+08'::timestamp with time zone) AND (ended_at <= '2099-12-31 23:59:00+08'::timestamp with time zone)))),
    CONSTRAINT telephone_ended_with_outcome CHECK ((((ended_at IS NULL) AND ((outcome)::text = ''::text)) OR ((ended_at IS NOT NULL) AND (NOT ((outcome)::text = ''::text))))),
    CONSTRAINT telephone_outcome_known CHECK (((outcome)::text = ANY ((ARRAY[''::character varying, 'yes'::character varying, 'no'::character varying, 'heard'::character varying, 'no_key'::character varying, 'hung_up'::character varying, 'no_answer'::character varying, 'busy'::character varying, 'rejected'::character varying, 'off'::character varying, 'bad_number'::character varying, 'congested'::character varying, 'down'::character varying, 'refused'::character varying, 'called_off'::character varying, 'interrupted'::character varying])::text[])))
);

ALTER TABLE public.telephone_call ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.telephone_call_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.webhooks_delivery (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    event character varying(40) NOT NULL,
    body text NOT NULL,
    state character varying(12) NOT NULL,
    attempts smallint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    status_code smallint,
    detail character varying(300) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    delivered_at timestamp with time zone,
    subscription_id bigint NOT NULL,
    key character varying(100) NOT NULL,
    proof bytea NOT NULL,
    CONSTRAINT webhooks_delivery_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT webhooks_delivery_status_code_check CHECK ((status_code >= 0)),
    CONSTRAINT webhooks_state_known CHECK (((state)::text = ANY ((ARRAY['waiting'::character varying, 'delivered'::character varying, 'failed'::character varying])::text[])))
);

ALTER TABLE public.webhooks_delivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.webhooks_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.webhooks_subscription (
    id bigint NOT NULL,
    name character varying(40) NOT NULL,
    url character varying(500) NOT NULL,
    secret bytea NOT NULL,
    events jsonb NOT NULL,
    active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint NOT NULL,
    uid uuid NOT NULL,
    proof_n integer NOT NULL,
    proof bytea NOT NULL,
    CONSTRAINT webhooks_subscription_proof_n_check CHECK ((proof_n >= 0))
);

ALTER TABLE public.webhooks_subscription ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.webhooks_subscription_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.workflow_approval (
    id bigint NOT NULL,
    subject_type character varying(64) NOT NULL,
    subject_id bigint NOT NULL,
    state character varying(12) NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    step_id bigint,
    version_id bigint NOT NULL,
    proof bytea NOT NULL,
    moves integer NOT NULL,
    department_id bigint,
    due_at timestamp with time zone,
    reminded smallint DEFAULT 0 NOT NULL,
    CONSTRAINT workflow_approval_moves_check CHECK ((moves >= 0)),
    CONSTRAINT workflow_approval_reminded_check CHECK ((reminded >= 0)),
    CONSTRAINT workflow_running_has_a_step CHECK ((((ended_at IS NULL) AND ((state)::text = 'running'::text) AND (step_id IS NOT NULL)) OR ((NOT ((state)::text = 'running'::text)) AND (ended_at IS NOT NULL) AND (step_id IS NULL))))
);

ALTER TABLE public.workflow_approval ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.workflow_approval_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.workflow_confirmationcode (
    id bigint NOT NULL,
    matter character varying(64) NOT NULL,
    request_id bigint NOT NULL,
    digest bytea NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    tries smallint NOT NULL,
    used_at timestamp with time zone,
    person_id bigint NOT NULL,
    CONSTRAINT workflow_code_few_tries CHECK ((tries <= 5)),
    CONSTRAINT workflow_code_used_in_time CHECK (((used_at IS NULL) OR (used_at < expires_at))),
    CONSTRAINT workflow_confirmationcode_tries_check CHECK ((tries >= 0))
);

ALTER TABLE public.workflow_confirmationcode ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.workflow_confirmationcode_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.workflow_decision (
    id bigint NOT NULL,
    agreed boolean NOT NULL,
    note character varying(500) NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    approval_id bigint NOT NULL,
    decided_by_id bigint NOT NULL,
    step_id bigint NOT NULL,
    fields jsonb DEFAULT '{}'::jsonb NOT NULL,
    for_whom_id bigint,
    proof bytea NOT NULL,
    round integer,
    CONSTRAINT workflow_decision_round_check CHECK ((round >= 0))
);

ALTER TABLE public.workflow_decision ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.workflow_decision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.workflow_delegation (
    id bigint NOT NULL,
    begins_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    reason character varying(200) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    proof bytea NOT NULL,
    giver_id bigint NOT NULL,
    to_id bigint NOT NULL,
    CONSTRAINT workflow_delegated_for_a_time CHECK ((ends_at > begins_at)),
    CONSTRAINT workflow_delegated_to_another CHECK ((NOT (giver_id = to_id)))
);

ALTER TABLE public.workflow_delegation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.workflow_delegation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.workflow_flowstep (
    id bigint NOT NULL,
    "order" smallint NOT NULL,
    name character varying(30) NOT NULL,
    condition jsonb NOT NULL,
    on_rejection character varying(12) NOT NULL,
    role_id bigint,
    version_id bigint NOT NULL,
    agreement character varying(4) DEFAULT 'any'::character varying NOT NULL,
    days smallint,
    department_id bigint,
    kind character varying(8) DEFAULT 'decision'::character varying NOT NULL,
    persons smallint,
    place character varying(8) DEFAULT 'any'::character varying NOT NULL,
    return_to smallint,
    CONSTRAINT workflow_flowstep_days_check CHECK ((days >= 0)),
    CONSTRAINT workflow_flowstep_order_check CHECK (("order" >= 0)),
    CONSTRAINT workflow_flowstep_persons_check CHECK ((persons >= 0)),
    CONSTRAINT workflow_flowstep_return_to_check CHECK ((return_to >= 0)),
    CONSTRAINT workflow_named_department CHECK ((((department_id IS NOT NULL) AND ((place)::text = 'named'::text)) OR ((NOT ((place)::text = 'named'::text)) AND (department_id IS NULL)))),
    CONSTRAINT workflow_notice_has_days CHECK (((NOT ((kind)::text = 'notice'::text)) OR ((days >= 1) AND (role_id IS NULL)))),
    CONSTRAINT workflow_returns_to_an_earlier CHECK (((((on_rejection)::text = 'step'::text) AND (return_to < "order")) OR ((NOT ((on_rejection)::text = 'step'::text)) AND (return_to IS NULL)))),
    CONSTRAINT workflow_some_persons CHECK (((((agreement)::text = 'some'::text) AND (persons >= 2)) OR ((NOT ((agreement)::text = 'some'::text)) AND (persons IS NULL))))
);

ALTER TABLE public.workflow_flowstep ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.workflow_flowstep_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.workflow_flowversion (
    id bigint NOT NULL,
    subject character varying(64) NOT NULL,
    number integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    proof bytea NOT NULL,
    CONSTRAINT workflow_flowversion_number_check CHECK ((number >= 0))
);

ALTER TABLE public.workflow_flowversion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.workflow_flowversion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.workflow_objection (
    id bigint NOT NULL,
    code uuid NOT NULL,
    name bytea NOT NULL,
    contact bytea NOT NULL,
    text bytea NOT NULL,
    filed_at timestamp with time zone NOT NULL,
    address_index bytea NOT NULL,
    once bytea NOT NULL,
    notice_id bigint NOT NULL,
    proof bytea NOT NULL
);

ALTER TABLE public.workflow_objection ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.workflow_objection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.workflow_publicnotice (
    id bigint NOT NULL,
    public_id uuid NOT NULL,
    round integer NOT NULL,
    title character varying(200) NOT NULL,
    lines jsonb NOT NULL,
    begins_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    proof bytea NOT NULL,
    approval_id bigint NOT NULL,
    step_id bigint NOT NULL,
    CONSTRAINT workflow_publicnotice_round_check CHECK ((round >= 0))
);

ALTER TABLE public.workflow_publicnotice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.workflow_publicnotice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY public.monitoring_heartbeat ATTACH PARTITION public.monitoring_heartbeat_rest DEFAULT;

ALTER TABLE ONLY public.monitoring_publicvisit ATTACH PARTITION public.monitoring_publicvisit_rest DEFAULT;

ALTER TABLE ONLY public.monitoring_visit ATTACH PARTITION public.monitoring_visit_rest DEFAULT;

ALTER TABLE ONLY public.monitoring_heartbeat ALTER COLUMN id SET DEFAULT nextval('public.monitoring_heartbeat_id_seq'::regclass);

ALTER TABLE ONLY public.monitoring_publicvisit ALTER COLUMN id SET DEFAULT nextval('public.monitoring_publicvisit_id_seq'::regclass);

ALTER TABLE ONLY public.monitoring_visit ALTER COLUMN id SET DEFAULT nextval('public.monitoring_visit_id_seq'::regclass);

ALTER TABLE ONLY public.procrastinate_events ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_events_id_seq'::regclass);

ALTER TABLE ONLY public.procrastinate_jobs ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_jobs_id_seq'::regclass);

ALTER TABLE ONLY public.procrastinate_periodic_defers ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_periodic_defers_id_seq'::regclass);

SELECT pg_catalog.setval('public.accounts_apitoken_id_seq', 1, false);

SELECT pg_catalog.setval('public.accounts_department_id_seq', 1, false);

SELECT pg_catalog.setval('public.accounts_loginrecord_id_seq', 1, false);

SELECT pg_catalog.setval('public.accounts_role_id_seq', 1, false);

SELECT pg_catalog.setval('public.accounts_rolefield_id_seq', 1, false);

SELECT pg_catalog.setval('public.accounts_rolepermission_departments_id_seq', 1, false);

SELECT pg_catalog.setval('public.accounts_rolepermission_id_seq', 1, false);

SELECT pg_catalog.setval('public.accounts_signedin_id_seq', 1, false);

SELECT pg_catalog.setval('public.accounts_usedpassword_id_seq', 1, false);

SELECT pg_catalog.setval('public.accounts_user_id_seq', 1, false);

SELECT pg_catalog.setval('public.accounts_user_roles_id_seq', 1, false);

SELECT pg_catalog.setval('public.achievements_achievement_id_seq', 1, false);

SELECT pg_catalog.setval('public.audit_anchor_id_seq', 1, false);

SELECT pg_catalog.setval('public.audit_chainhead_id_seq', 1, false);

SELECT pg_catalog.setval('public.audit_entry_id_seq', 1, false);

SELECT pg_catalog.setval('public.audit_unproven_id_seq', 1, false);

SELECT pg_catalog.setval('public.auth_group_id_seq', 1, false);

SELECT pg_catalog.setval('public.auth_group_permissions_id_seq', 1, false);

SELECT pg_catalog.setval('public.auth_permission_id_seq', 1, false);

SELECT pg_catalog.setval('public.automation_errand_id_seq', 1, false);

SELECT pg_catalog.setval('public.automation_eventrule_id_seq', 1, false);

SELECT pg_catalog.setval('public.automation_firing_id_seq', 1, false);

SELECT pg_catalog.setval('public.automation_occurrence_id_seq', 1, false);

SELECT pg_catalog.setval('public.automation_rulerequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.automation_ruleversion_id_seq', 1, false);

SELECT pg_catalog.setval('public.backups_backup_id_seq', 1, false);

SELECT pg_catalog.setval('public.bundles_bundle_id_seq', 1, false);

SELECT pg_catalog.setval('public.certificates_background_id_seq', 1, false);

SELECT pg_catalog.setval('public.certificates_certificate_id_seq', 1, false);

SELECT pg_catalog.setval('public.certificates_certificaterun_id_seq', 1, false);

SELECT pg_catalog.setval('public.certificates_design_id_seq', 1, false);

SELECT pg_catalog.setval('public.certificates_designversion_id_seq', 1, false);

SELECT pg_catalog.setval('public.certificates_lookup_id_seq', 1, false);

SELECT pg_catalog.setval('public.certificates_series_id_seq', 1, false);

SELECT pg_catalog.setval('public.changes_career_id_seq', 1, false);

SELECT pg_catalog.setval('public.changes_changeitem_id_seq', 1, false);

SELECT pg_catalog.setval('public.changes_changerequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.changes_work_id_seq', 1, false);

SELECT pg_catalog.setval('public.core_askedjob_id_seq', 1, false);

SELECT pg_catalog.setval('public.core_bulkrun_id_seq', 1, false);

SELECT pg_catalog.setval('public.core_dutyrun_id_seq', 1, false);

SELECT pg_catalog.setval('public.core_exportrun_id_seq', 1, false);

SELECT pg_catalog.setval('public.core_importmemory_id_seq', 1, false);

SELECT pg_catalog.setval('public.core_importrun_id_seq', 1, false);

SELECT pg_catalog.setval('public.core_keycheck_id_seq', 1, false);

SELECT pg_catalog.setval('public.core_rekeying_id_seq', 1, false);

SELECT pg_catalog.setval('public.core_savedsearch_id_seq', 1, false);

SELECT pg_catalog.setval('public.core_storedanswer_id_seq', 1, false);

SELECT pg_catalog.setval('public.customforms_customfield_id_seq', 1, false);

SELECT pg_catalog.setval('public.customforms_fieldfile_id_seq', 1, false);

SELECT pg_catalog.setval('public.customforms_fieldmark_id_seq', 1, false);

SELECT pg_catalog.setval('public.directory_dictionaryitem_id_seq', 1, false);

SELECT pg_catalog.setval('public.directory_specialty_id_seq', 1, false);

SELECT pg_catalog.setval('public.directory_specialtyscheme_id_seq', 1, false);

SELECT pg_catalog.setval('public.directory_title_id_seq', 1, false);

SELECT pg_catalog.setval('public.directory_unit_id_seq', 1, false);

SELECT pg_catalog.setval('public.directory_unitalias_id_seq', 1, false);

SELECT pg_catalog.setval('public.directory_unitpair_id_seq', 1, false);

SELECT pg_catalog.setval('public.directory_unitrelation_id_seq', 1, false);

SELECT pg_catalog.setval('public.django_content_type_id_seq', 1, false);

SELECT pg_catalog.setval('public.django_migrations_id_seq', 446, true);

SELECT pg_catalog.setval('public.draws_answerrequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_conditiongroup_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_conditionlevel_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_conditiontemplate_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_counttally_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_draw_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_drawalarm_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_drawevent_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_drawpause_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_drawplan_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_drawproject_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_emergency_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_emergencyendrequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_emergencyrequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_exposurereport_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_exposurerow_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_hold_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_invitation_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_pickrequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_planversion_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_quietwaiver_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_releaserequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_replylink_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_reschedulerequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_rescheduling_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_revealrule_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_sealblock_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_voidrequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.draws_wideningrequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.evaluations_cautionlift_id_seq', 1, false);

SELECT pg_catalog.setval('public.evaluations_cautionobjection_id_seq', 1, false);

SELECT pg_catalog.setval('public.evaluations_evaluation_id_seq', 1, false);

SELECT pg_catalog.setval('public.evaluations_rating_id_seq', 1, false);

SELECT pg_catalog.setval('public.evaluations_ratingform_id_seq', 1, false);

SELECT pg_catalog.setval('public.evaluations_ratingobjection_id_seq', 1, false);

SELECT pg_catalog.setval('public.evaluations_sanction_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_avoidanceremoval_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_avoidanceunit_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_blacklistappeal_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_blacklistentry_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_expert_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_expert_tags_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_expertspecialty_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_expertversion_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_leave_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_number_seq', 1, false);

SELECT pg_catalog.setval('public.experts_searchpack_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_sharing_borrowers_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_sharing_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_tag_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_toldapart_id_seq', 1, false);

SELECT pg_catalog.setval('public.experts_unpackedexpert_id_seq', 1, false);

SELECT pg_catalog.setval('public.fees_accountcode_id_seq', 1, false);

SELECT pg_catalog.setval('public.fees_bankaccount_id_seq', 1, false);

SELECT pg_catalog.setval('public.fees_correctionrequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.fees_feeline_id_seq', 1, false);

SELECT pg_catalog.setval('public.fees_feerate_id_seq', 1, false);

SELECT pg_catalog.setval('public.fees_payment_id_seq', 1, false);

SELECT pg_catalog.setval('public.fees_paymentbatch_id_seq', 1, false);

SELECT pg_catalog.setval('public.fees_paymentrequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.files_attachment_id_seq', 1, false);

SELECT pg_catalog.setval('public.identity_grouprole_id_seq', 1, false);

SELECT pg_catalog.setval('public.identity_outsideidentity_id_seq', 1, false);

SELECT pg_catalog.setval('public.inspections_inspection_id_seq', 1, false);

SELECT pg_catalog.setval('public.inspections_renewal_id_seq', 1, false);

SELECT pg_catalog.setval('public.inspections_renewalrun_id_seq', 1, false);

SELECT pg_catalog.setval('public.inspections_round_id_seq', 1, false);

SELECT pg_catalog.setval('public.joining_application_id_seq', 1, false);

SELECT pg_catalog.setval('public.joining_application_specialties_id_seq', 1, false);

SELECT pg_catalog.setval('public.joining_consenttext_id_seq', 1, false);

SELECT pg_catalog.setval('public.joining_friendlink_id_seq', 1, false);

SELECT pg_catalog.setval('public.joining_recommendation_id_seq', 1, false);

SELECT pg_catalog.setval('public.joining_registration_id_seq', 1, false);

SELECT pg_catalog.setval('public.monitoring_heartbeat_id_seq', 1, false);

SELECT pg_catalog.setval('public.monitoring_publicvisit_id_seq', 1, false);

SELECT pg_catalog.setval('public.monitoring_regionnetwork_id_seq', 1, false);

SELECT pg_catalog.setval('public.monitoring_visit_id_seq', 1, false);

SELECT pg_catalog.setval('public.networks_networkrule_id_seq', 1, false);

SELECT pg_catalog.setval('public.notices_addressee_id_seq', 1, false);

SELECT pg_catalog.setval('public.notices_expertnotice_id_seq', 1, false);

SELECT pg_catalog.setval('public.notices_receipt_id_seq', 1, false);

SELECT pg_catalog.setval('public.notifications_attempt_id_seq', 1, false);

SELECT pg_catalog.setval('public.notifications_channelhealth_id_seq', 1, false);

SELECT pg_catalog.setval('public.notifications_deliveryevent_id_seq', 1, false);

SELECT pg_catalog.setval('public.notifications_message_attachments_id_seq', 1, false);

SELECT pg_catalog.setval('public.notifications_message_id_seq', 1, false);

SELECT pg_catalog.setval('public.notifications_messagetemplate_id_seq', 1, false);

SELECT pg_catalog.setval('public.notifications_pace_id_seq', 1, false);

SELECT pg_catalog.setval('public.notifications_reply_id_seq', 1, false);

SELECT pg_catalog.setval('public.notifications_returnmailbox_id_seq', 1, false);

SELECT pg_catalog.setval('public.notifications_wechatbinding_id_seq', 1, false);

SELECT pg_catalog.setval('public.operations_alert_id_seq', 1, false);

SELECT pg_catalog.setval('public.operations_jobfailure_id_seq', 1, false);

SELECT pg_catalog.setval('public.papers_papertemplate_id_seq', 1, false);

SELECT pg_catalog.setval('public.points_benefit_id_seq', 1, false);

SELECT pg_catalog.setval('public.points_benefitrequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.points_correction_id_seq', 1, false);

SELECT pg_catalog.setval('public.points_pointaccount_id_seq', 1, false);

SELECT pg_catalog.setval('public.points_pointentry_id_seq', 1, false);

SELECT pg_catalog.setval('public.points_pointlevel_id_seq', 1, false);

SELECT pg_catalog.setval('public.points_pointrule_id_seq', 1, false);

SELECT pg_catalog.setval('public.points_settled_id_seq', 1, false);

SELECT pg_catalog.setval('public.privacy_consent_id_seq', 1, false);

SELECT pg_catalog.setval('public.privacy_datarequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.privacy_erasurerequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.privacy_listedread_id_seq', 1, false);

SELECT pg_catalog.setval('public.procrastinate_events_id_seq', 1, false);

SELECT pg_catalog.setval('public.procrastinate_jobs_id_seq', 1, false);

SELECT pg_catalog.setval('public.procrastinate_periodic_defers_id_seq', 1, false);

SELECT pg_catalog.setval('public.procrastinate_workers_id_seq', 1, false);

SELECT pg_catalog.setval('public.projects_avoidance_id_seq', 1, false);

SELECT pg_catalog.setval('public.projects_progressentry_id_seq', 1, false);

SELECT pg_catalog.setval('public.projects_project_id_seq', 1, false);

SELECT pg_catalog.setval('public.projects_projectbatch_id_seq', 1, false);

SELECT pg_catalog.setval('public.projects_task_id_seq', 1, false);

SELECT pg_catalog.setval('public.reports_candidatelist_id_seq', 1, false);

SELECT pg_catalog.setval('public.reports_departmentmonth_id_seq', 1, false);

SELECT pg_catalog.setval('public.reports_tally_id_seq', 1, false);

SELECT pg_catalog.setval('public.reports_tallying_id_seq', 1, false);

SELECT pg_catalog.setval('public.reviews_handback_id_seq', 1, false);

SELECT pg_catalog.setval('public.reviews_itemassignment_id_seq', 1, false);

SELECT pg_catalog.setval('public.reviews_reassignrequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.reviews_review_id_seq', 1, false);

SELECT pg_catalog.setval('public.reviews_reviewer_id_seq', 1, false);

SELECT pg_catalog.setval('public.reviews_reviewitem_id_seq', 1, false);

SELECT pg_catalog.setval('public.reviews_reviewresult_id_seq', 1, false);

SELECT pg_catalog.setval('public.reviews_reviewrule_id_seq', 1, false);

SELECT pg_catalog.setval('public.reviews_scoresheet_id_seq', 1, false);

SELECT pg_catalog.setval('public.reviews_stoprequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.reviews_submission_id_seq', 1, false);

SELECT pg_catalog.setval('public.secondfactor_passkey_id_seq', 1, false);

SELECT pg_catalog.setval('public.secondfactor_recoverycode_id_seq', 1, false);

SELECT pg_catalog.setval('public.secondfactor_resetrequest_id_seq', 1, false);

SELECT pg_catalog.setval('public.selfservice_calendarfeed_id_seq', 1, false);

SELECT pg_catalog.setval('public.siteconfig_settingchange_id_seq', 1, false);

SELECT pg_catalog.setval('public.siteconfig_storedsetting_id_seq', 1, false);

SELECT pg_catalog.setval('public.telephone_call_id_seq', 1, false);

SELECT pg_catalog.setval('public.webhooks_delivery_id_seq', 1, false);

SELECT pg_catalog.setval('public.webhooks_subscription_id_seq', 1, false);

SELECT pg_catalog.setval('public.workflow_approval_id_seq', 1, false);

SELECT pg_catalog.setval('public.workflow_confirmationcode_id_seq', 1, false);

SELECT pg_catalog.setval('public.workflow_decision_id_seq', 1, false);

SELECT pg_catalog.setval('public.workflow_delegation_id_seq', 1, false);

SELECT pg_catalog.setval('public.workflow_flowstep_id_seq', 1, false);

SELECT pg_catalog.setval('public.workflow_flowversion_id_seq', 1, false);

SELECT pg_catalog.setval('public.workflow_objection_id_seq', 1, false);

SELECT pg_catalog.setval('public.workflow_publicnotice_id_seq', 1, false);

ALTER TABLE ONLY public.accounts_apitoken
    ADD CONSTRAINT accounts_apitoken_digest_key UNIQUE (digest);

ALTER TABLE ONLY public.accounts_apitoken
    ADD CONSTRAINT accounts_apitoken_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_department
    ADD CONSTRAINT accounts_department_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_knownpermission
    ADD CONSTRAINT accounts_knownpermission_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.accounts_loginrecord
    ADD CONSTRAINT accounts_loginrecord_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_rolepermission
    ADD CONSTRAINT accounts_role_code UNIQUE (role_id, code);

ALTER TABLE ONLY public.accounts_role
    ADD CONSTRAINT accounts_role_code_key UNIQUE (code);

ALTER TABLE ONLY public.accounts_rolefield
    ADD CONSTRAINT accounts_role_field UNIQUE (role_id, field);

ALTER TABLE ONLY public.accounts_role
    ADD CONSTRAINT accounts_role_name_key UNIQUE (name);

ALTER TABLE ONLY public.accounts_role
    ADD CONSTRAINT accounts_role_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_rolefield
    ADD CONSTRAINT accounts_rolefield_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_rolepermission_departments
    ADD CONSTRAINT accounts_rolepermission__rolepermission_id_depart_3fa89945_uniq UNIQUE (rolepermission_id, department_id);

ALTER TABLE ONLY public.accounts_rolepermission_departments
    ADD CONSTRAINT accounts_rolepermission_departments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_rolepermission
    ADD CONSTRAINT accounts_rolepermission_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_signedin
    ADD CONSTRAINT accounts_signedin_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_signedin
    ADD CONSTRAINT accounts_signedin_session_id_key UNIQUE (session_id);

ALTER TABLE ONLY public.accounts_usedpassword
    ADD CONSTRAINT accounts_usedpassword_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_usedpassword
    ADD CONSTRAINT accounts_usedpassword_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT accounts_user_email UNIQUE (email_index);

ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT accounts_user_phone UNIQUE (phone_index);

ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT accounts_user_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_user_roles
    ADD CONSTRAINT accounts_user_roles_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_user_roles
    ADD CONSTRAINT accounts_user_roles_user_id_role_id_d36f9c32_uniq UNIQUE (user_id, role_id);

ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT accounts_user_username_key UNIQUE (username);

ALTER TABLE ONLY public.achievements_achievement
    ADD CONSTRAINT achievements_achievement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.achievements_achievement
    ADD CONSTRAINT achievements_achievement_uid_08d07f85_uniq UNIQUE (uid);

ALTER TABLE ONLY public.audit_anchor
    ADD CONSTRAINT audit_anchor_number_key UNIQUE (number);

ALTER TABLE ONLY public.audit_anchor
    ADD CONSTRAINT audit_anchor_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_branch
    ADD CONSTRAINT audit_branch_pkey PRIMARY KEY (department);

ALTER TABLE ONLY public.audit_chainhead
    ADD CONSTRAINT audit_chainhead_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_chain_no_key UNIQUE (chain_no);

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_unproven
    ADD CONSTRAINT audit_unproven_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_errand
    ADD CONSTRAINT automation_errand_firing_id_key UNIQUE (firing_id);

ALTER TABLE ONLY public.automation_errand
    ADD CONSTRAINT automation_errand_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_eventrule
    ADD CONSTRAINT automation_eventrule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_eventrule
    ADD CONSTRAINT automation_eventrule_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.automation_firing
    ADD CONSTRAINT automation_firing_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_firing
    ADD CONSTRAINT automation_firing_replay_of_id_key UNIQUE (replay_of_id);

ALTER TABLE ONLY public.automation_occurrence
    ADD CONSTRAINT automation_occurrence_key_key UNIQUE (key);

ALTER TABLE ONLY public.automation_occurrence
    ADD CONSTRAINT automation_occurrence_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_rulerequest
    ADD CONSTRAINT automation_rulerequest_asked_proof_key UNIQUE (asked_proof);

ALTER TABLE ONLY public.automation_rulerequest
    ADD CONSTRAINT automation_rulerequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_ruleversion
    ADD CONSTRAINT automation_ruleversion_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.automation_ruleversion
    ADD CONSTRAINT automation_version_once UNIQUE (rule_id, number);

ALTER TABLE ONLY public.backups_backup
    ADD CONSTRAINT backups_backup_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.bundles_bundle
    ADD CONSTRAINT bundles_bundle_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.bundles_bundle
    ADD CONSTRAINT bundles_bundle_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.certificates_background
    ADD CONSTRAINT certificates_background_digest_key UNIQUE (digest);

ALTER TABLE ONLY public.certificates_background
    ADD CONSTRAINT certificates_background_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.certificates_certificate
    ADD CONSTRAINT certificates_certificate_code_digest_key UNIQUE (code_digest);

ALTER TABLE ONLY public.certificates_certificate
    ADD CONSTRAINT certificates_certificate_number_key UNIQUE (number);

ALTER TABLE ONLY public.certificates_certificate
    ADD CONSTRAINT certificates_certificate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.certificates_certificate
    ADD CONSTRAINT certificates_certificate_replaces_id_key UNIQUE (replaces_id);

ALTER TABLE ONLY public.certificates_certificaterun
    ADD CONSTRAINT certificates_certificaterun_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.certificates_certificaterun
    ADD CONSTRAINT certificates_certificaterun_uid_733677e1_uniq UNIQUE (uid);

ALTER TABLE ONLY public.certificates_design
    ADD CONSTRAINT certificates_design_built_in_key UNIQUE (built_in);

ALTER TABLE ONLY public.certificates_design
    ADD CONSTRAINT certificates_design_name_key UNIQUE (name);

ALTER TABLE ONLY public.certificates_design
    ADD CONSTRAINT certificates_design_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.certificates_designversion
    ADD CONSTRAINT certificates_designversion_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.certificates_lookup
    ADD CONSTRAINT certificates_lookup_once UNIQUE (address_index, hour);

ALTER TABLE ONLY public.certificates_lookup
    ADD CONSTRAINT certificates_lookup_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.certificates_series
    ADD CONSTRAINT certificates_series_beginning_key UNIQUE (beginning);

ALTER TABLE ONLY public.certificates_series
    ADD CONSTRAINT certificates_series_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.certificates_designversion
    ADD CONSTRAINT certificates_version_once UNIQUE (design_id, number);

ALTER TABLE ONLY public.changes_career
    ADD CONSTRAINT changes_career_avoidance_id_key UNIQUE (avoidance_id);

ALTER TABLE ONLY public.changes_career
    ADD CONSTRAINT changes_career_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.changes_changeitem
    ADD CONSTRAINT changes_changeitem_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.changes_changerequest
    ADD CONSTRAINT changes_changerequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.changes_changerequest
    ADD CONSTRAINT changes_changerequest_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.changes_changeitem
    ADD CONSTRAINT changes_item_once UNIQUE (request_id, field);

ALTER TABLE ONLY public.changes_work
    ADD CONSTRAINT changes_work_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_storedanswer
    ADD CONSTRAINT core_answer_once UNIQUE (owner, key);

ALTER TABLE ONLY public.core_askedjob
    ADD CONSTRAINT core_askedjob_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_askedjob
    ADD CONSTRAINT core_askedjob_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.core_bulkrun
    ADD CONSTRAINT core_bulkrun_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_bulkrun
    ADD CONSTRAINT core_bulkrun_uid_6c034f12_uniq UNIQUE (uid);

ALTER TABLE ONLY public.core_dutyrun
    ADD CONSTRAINT core_dutyrun_name_key UNIQUE (name);

ALTER TABLE ONLY public.core_dutyrun
    ADD CONSTRAINT core_dutyrun_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_exportrun
    ADD CONSTRAINT core_exportrun_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_exportrun
    ADD CONSTRAINT core_exportrun_uid_b0c17721_uniq UNIQUE (uid);

ALTER TABLE ONLY public.core_importmemory
    ADD CONSTRAINT core_import_memory_once UNIQUE (user_id, importer, "column", said);

ALTER TABLE ONLY public.core_importmemory
    ADD CONSTRAINT core_importmemory_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_importrun
    ADD CONSTRAINT core_importrun_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_importrun
    ADD CONSTRAINT core_importrun_uid_f5c318ce_uniq UNIQUE (uid);

ALTER TABLE ONLY public.core_keycheck
    ADD CONSTRAINT core_keycheck_once UNIQUE (setting, digest);

ALTER TABLE ONLY public.core_keycheck
    ADD CONSTRAINT core_keycheck_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_rekeying
    ADD CONSTRAINT core_rekeying_column_key UNIQUE ("column");

ALTER TABLE ONLY public.core_rekeying
    ADD CONSTRAINT core_rekeying_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_savedsearch
    ADD CONSTRAINT core_saved_search_once UNIQUE (owner_id, page, name);

ALTER TABLE ONLY public.core_savedsearch
    ADD CONSTRAINT core_savedsearch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.core_savedsearch
    ADD CONSTRAINT core_savedsearch_uid_07315fc4_uniq UNIQUE (uid);

ALTER TABLE ONLY public.core_storedanswer
    ADD CONSTRAINT core_storedanswer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.customforms_customfield
    ADD CONSTRAINT customforms_code_once UNIQUE (subject, code);

ALTER TABLE ONLY public.customforms_customfield
    ADD CONSTRAINT customforms_customfield_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.customforms_fieldfile
    ADD CONSTRAINT customforms_fieldfile_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.customforms_fieldmark
    ADD CONSTRAINT customforms_fieldmark_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_unitalias
    ADD CONSTRAINT directory_alias_once UNIQUE (unit_id, normalised_name);

ALTER TABLE ONLY public.directory_dictionaryitem
    ADD CONSTRAINT directory_dictionaryitem_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_division
    ADD CONSTRAINT directory_division_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.directory_formerunit
    ADD CONSTRAINT directory_formerunit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_dictionaryitem
    ADD CONSTRAINT directory_item_once UNIQUE (dictionary, name);

ALTER TABLE ONLY public.directory_unitpair
    ADD CONSTRAINT directory_pair_once UNIQUE (first_id, second_id);

ALTER TABLE ONLY public.directory_specialty
    ADD CONSTRAINT directory_specialty_code UNIQUE (scheme_id, code);

ALTER TABLE ONLY public.directory_specialty
    ADD CONSTRAINT directory_specialty_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_specialtyscheme
    ADD CONSTRAINT directory_specialtyscheme_code_key UNIQUE (code);

ALTER TABLE ONLY public.directory_specialtyscheme
    ADD CONSTRAINT directory_specialtyscheme_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_title
    ADD CONSTRAINT directory_title_name_key UNIQUE (name);

ALTER TABLE ONLY public.directory_title
    ADD CONSTRAINT directory_title_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_unit
    ADD CONSTRAINT directory_unit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_unitalias
    ADD CONSTRAINT directory_unitalias_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_unitpair
    ADD CONSTRAINT directory_unitpair_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_unitrelation
    ADD CONSTRAINT directory_unitrelation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);

ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);

ALTER TABLE ONLY public.draws_drawalarm
    ADD CONSTRAINT draws_alarm_once UNIQUE (draw_id, kind);

ALTER TABLE ONLY public.draws_answerrequest
    ADD CONSTRAINT draws_answerrequest_asked_proof_eda97b64_uniq UNIQUE (asked_proof);

ALTER TABLE ONLY public.draws_answerrequest
    ADD CONSTRAINT draws_answerrequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_conditiongroup
    ADD CONSTRAINT draws_conditiongroup_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_conditionlevel
    ADD CONSTRAINT draws_conditionlevel_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_conditiontemplate
    ADD CONSTRAINT draws_conditiontemplate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_counttally
    ADD CONSTRAINT draws_counttally_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_draw
    ADD CONSTRAINT draws_draw_number_key UNIQUE (number);

ALTER TABLE ONLY public.draws_draw
    ADD CONSTRAINT draws_draw_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_draw
    ADD CONSTRAINT draws_draw_public_id_900b4bb4_uniq UNIQUE (public_id);

ALTER TABLE ONLY public.draws_drawalarm
    ADD CONSTRAINT draws_drawalarm_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_drawevent
    ADD CONSTRAINT draws_drawevent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_drawpause
    ADD CONSTRAINT draws_drawpause_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_drawplan
    ADD CONSTRAINT draws_drawplan_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_drawplan
    ADD CONSTRAINT draws_drawplan_project_id_key UNIQUE (project_id);

ALTER TABLE ONLY public.draws_drawproject
    ADD CONSTRAINT draws_drawproject_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_emergency
    ADD CONSTRAINT draws_emergency_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_emergencyendrequest
    ADD CONSTRAINT draws_emergencyendrequest_asked_proof_22311a11_uniq UNIQUE (asked_proof);

ALTER TABLE ONLY public.draws_emergencyendrequest
    ADD CONSTRAINT draws_emergencyendrequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_emergencyrequest
    ADD CONSTRAINT draws_emergencyrequest_asked_proof_7892d22c_uniq UNIQUE (asked_proof);

ALTER TABLE ONLY public.draws_emergencyrequest
    ADD CONSTRAINT draws_emergencyrequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_drawevent
    ADD CONSTRAINT draws_event_hash UNIQUE (hash);

ALTER TABLE ONLY public.draws_drawevent
    ADD CONSTRAINT draws_event_n UNIQUE (draw_id, n);

ALTER TABLE ONLY public.reports_exposurereport
    ADD CONSTRAINT draws_exposurereport_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reports_exposurerow
    ADD CONSTRAINT draws_exposurerow_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_conditiongroup
    ADD CONSTRAINT draws_group_order UNIQUE (plan_id, "order");

ALTER TABLE ONLY public.draws_hold
    ADD CONSTRAINT draws_hold_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_invitation
    ADD CONSTRAINT draws_invitation_commit UNIQUE (draw_id, commit);

ALTER TABLE ONLY public.draws_invitation
    ADD CONSTRAINT draws_invitation_line UNIQUE (draw_id, line);

ALTER TABLE ONLY public.draws_invitation
    ADD CONSTRAINT draws_invitation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_conditionlevel
    ADD CONSTRAINT draws_level_once UNIQUE (group_id, level);

ALTER TABLE ONLY public.draws_hold
    ADD CONSTRAINT draws_no_double_booking EXCLUDE USING gist (holder WITH =, during WITH &&) WHERE (active);

ALTER TABLE ONLY public.draws_pickrequest
    ADD CONSTRAINT draws_pickrequest_asked_proof_a9dc257f_uniq UNIQUE (asked_proof);

ALTER TABLE ONLY public.draws_pickrequest
    ADD CONSTRAINT draws_pickrequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_pickrequest
    ADD CONSTRAINT draws_pickrequest_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.draws_planversion
    ADD CONSTRAINT draws_plan_version_once UNIQUE (plan_id, number);

ALTER TABLE ONLY public.draws_planversion
    ADD CONSTRAINT draws_planversion_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_drawproject
    ADD CONSTRAINT draws_project_once UNIQUE (draw_id, project_id);

ALTER TABLE ONLY public.draws_quietwaiver
    ADD CONSTRAINT draws_quietwaiver_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_releaserequest
    ADD CONSTRAINT draws_releaserequest_asked_proof_f869b6dd_uniq UNIQUE (asked_proof);

ALTER TABLE ONLY public.draws_releaserequest
    ADD CONSTRAINT draws_releaserequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_replylink
    ADD CONSTRAINT draws_replylink_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_replylink
    ADD CONSTRAINT draws_replylink_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.draws_reschedulerequest
    ADD CONSTRAINT draws_reschedulerequest_asked_proof_a83a136d_uniq UNIQUE (asked_proof);

ALTER TABLE ONLY public.draws_reschedulerequest
    ADD CONSTRAINT draws_reschedulerequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_rescheduling
    ADD CONSTRAINT draws_rescheduling_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_revealrule
    ADD CONSTRAINT draws_revealrule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_revealrule
    ADD CONSTRAINT draws_revealrule_role_id_key UNIQUE (role_id);

ALTER TABLE ONLY public.draws_sealblock
    ADD CONSTRAINT draws_sealblock_n UNIQUE (draw_id, n);

ALTER TABLE ONLY public.draws_sealblock
    ADD CONSTRAINT draws_sealblock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_counttally
    ADD CONSTRAINT draws_tally_once UNIQUE (user_id, hour, project_id);

ALTER TABLE ONLY public.draws_conditiontemplate
    ADD CONSTRAINT draws_template_name UNIQUE (owner_id, name);

ALTER TABLE ONLY public.draws_voidrequest
    ADD CONSTRAINT draws_voidrequest_asked_proof_850a0e60_uniq UNIQUE (asked_proof);

ALTER TABLE ONLY public.draws_voidrequest
    ADD CONSTRAINT draws_voidrequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.draws_wideningrequest
    ADD CONSTRAINT draws_wideningrequest_asked_proof_d97e9232_uniq UNIQUE (asked_proof);

ALTER TABLE ONLY public.draws_wideningrequest
    ADD CONSTRAINT draws_wideningrequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.evaluations_cautionlift
    ADD CONSTRAINT evaluations_cautionlift_asked_proof_key UNIQUE (asked_proof);

ALTER TABLE ONLY public.evaluations_cautionlift
    ADD CONSTRAINT evaluations_cautionlift_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.evaluations_cautionobjection
    ADD CONSTRAINT evaluations_cautionobjection_caution_id_key UNIQUE (caution_id);

ALTER TABLE ONLY public.evaluations_cautionobjection
    ADD CONSTRAINT evaluations_cautionobjection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.evaluations_cautionobjection
    ADD CONSTRAINT evaluations_cautionobjection_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.evaluations_evaluation
    ADD CONSTRAINT evaluations_evaluation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.evaluations_evaluation
    ADD CONSTRAINT evaluations_evaluation_project_id_key UNIQUE (project_id);

ALTER TABLE ONLY public.evaluations_ratingform
    ADD CONSTRAINT evaluations_form_once UNIQUE (target, project_kind, version);

ALTER TABLE ONLY public.evaluations_rating
    ADD CONSTRAINT evaluations_rating_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.evaluations_rating
    ADD CONSTRAINT evaluations_rating_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.evaluations_ratingform
    ADD CONSTRAINT evaluations_ratingform_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.evaluations_ratingobjection
    ADD CONSTRAINT evaluations_ratingobjection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.evaluations_ratingobjection
    ADD CONSTRAINT evaluations_ratingobjection_rating_id_key UNIQUE (rating_id);

ALTER TABLE ONLY public.evaluations_ratingobjection
    ADD CONSTRAINT evaluations_ratingobjection_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.evaluations_sanction
    ADD CONSTRAINT evaluations_sanction_asked_proof_key UNIQUE (asked_proof);

ALTER TABLE ONLY public.evaluations_sanction
    ADD CONSTRAINT evaluations_sanction_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_toldapart
    ADD CONSTRAINT experts_apart_once UNIQUE (first_id, second_id);

ALTER TABLE ONLY public.experts_avoidanceremoval
    ADD CONSTRAINT experts_avoidanceremoval_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_avoidanceremoval
    ADD CONSTRAINT experts_avoidanceremoval_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.experts_avoidanceunit
    ADD CONSTRAINT experts_avoidanceunit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_blacklistappeal
    ADD CONSTRAINT experts_blacklistappeal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_blacklistappeal
    ADD CONSTRAINT experts_blacklistappeal_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.experts_blacklistentry
    ADD CONSTRAINT experts_blacklistentry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_blacklistentry
    ADD CONSTRAINT experts_blacklistentry_uid_540230fc_uniq UNIQUE (uid);

ALTER TABLE ONLY public.experts_expert
    ADD CONSTRAINT experts_email_once UNIQUE (email_index, email_twin);

ALTER TABLE ONLY public.experts_expert
    ADD CONSTRAINT experts_expert_number_key UNIQUE (number);

ALTER TABLE ONLY public.experts_expert
    ADD CONSTRAINT experts_expert_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_expert_tags
    ADD CONSTRAINT experts_expert_tags_expert_id_tag_id_6368367f_uniq UNIQUE (expert_id, tag_id);

ALTER TABLE ONLY public.experts_expert_tags
    ADD CONSTRAINT experts_expert_tags_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_expert
    ADD CONSTRAINT experts_expert_user_id_key UNIQUE (user_id);

ALTER TABLE ONLY public.experts_expertspecialty
    ADD CONSTRAINT experts_expertspecialty_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_expertversion
    ADD CONSTRAINT experts_expertversion_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_expert
    ADD CONSTRAINT experts_id_number_once UNIQUE (id_number_index);

ALTER TABLE ONLY public.experts_leave
    ADD CONSTRAINT experts_leave_no_overlap EXCLUDE USING gist (expert_id WITH =, ((is_own)::integer) WITH =, during WITH &&) WHERE ((cancelled_at IS NULL));

ALTER TABLE ONLY public.experts_leave
    ADD CONSTRAINT experts_leave_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_leave
    ADD CONSTRAINT experts_leave_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.experts_searchpack
    ADD CONSTRAINT experts_pack_once UNIQUE (source, part);

ALTER TABLE ONLY public.experts_expert
    ADD CONSTRAINT experts_phone_once UNIQUE (phone_index);

ALTER TABLE ONLY public.experts_searchpack
    ADD CONSTRAINT experts_searchpack_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_sharing_borrowers
    ADD CONSTRAINT experts_sharing_borrower_sharing_id_department_id_3bb21c3a_uniq UNIQUE (sharing_id, department_id);

ALTER TABLE ONLY public.experts_sharing_borrowers
    ADD CONSTRAINT experts_sharing_borrowers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_sharing
    ADD CONSTRAINT experts_sharing_department_id_key UNIQUE (department_id);

ALTER TABLE ONLY public.experts_sharing
    ADD CONSTRAINT experts_sharing_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_expertspecialty
    ADD CONSTRAINT experts_specialty_once UNIQUE (expert_id, specialty_id);

ALTER TABLE ONLY public.experts_tag
    ADD CONSTRAINT experts_tag_name_key UNIQUE (name);

ALTER TABLE ONLY public.experts_tag
    ADD CONSTRAINT experts_tag_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_toldapart
    ADD CONSTRAINT experts_toldapart_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_unpackedexpert
    ADD CONSTRAINT experts_unpackedexpert_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.experts_untoldversion
    ADD CONSTRAINT experts_untoldversion_pkey PRIMARY KEY (version_id);

ALTER TABLE ONLY public.experts_expertversion
    ADD CONSTRAINT experts_version_once UNIQUE (expert_id, number);

ALTER TABLE ONLY public.fees_accountcode
    ADD CONSTRAINT fees_accountcode_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fees_bankaccount
    ADD CONSTRAINT fees_bankaccount_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fees_bankaccount
    ADD CONSTRAINT fees_bankaccount_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.fees_correctionrequest
    ADD CONSTRAINT fees_correctionrequest_asked_proof_key UNIQUE (asked_proof);

ALTER TABLE ONLY public.fees_correctionrequest
    ADD CONSTRAINT fees_correctionrequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fees_feeline
    ADD CONSTRAINT fees_feeline_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fees_feeline
    ADD CONSTRAINT fees_feeline_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.fees_feerate
    ADD CONSTRAINT fees_feerate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fees_paymentrequest
    ADD CONSTRAINT fees_one_payment_request UNIQUE (batch_id);

ALTER TABLE ONLY public.fees_payment
    ADD CONSTRAINT fees_payment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fees_payment
    ADD CONSTRAINT fees_payment_reference_key UNIQUE (reference);

ALTER TABLE ONLY public.fees_payment
    ADD CONSTRAINT fees_payment_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.fees_paymentbatch
    ADD CONSTRAINT fees_paymentbatch_number_key UNIQUE (number);

ALTER TABLE ONLY public.fees_paymentbatch
    ADD CONSTRAINT fees_paymentbatch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fees_paymentrequest
    ADD CONSTRAINT fees_paymentrequest_asked_proof_key UNIQUE (asked_proof);

ALTER TABLE ONLY public.fees_paymentrequest
    ADD CONSTRAINT fees_paymentrequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fees_feerate
    ADD CONSTRAINT fees_rate_once UNIQUE (name, version);

ALTER TABLE ONLY public.files_attachment
    ADD CONSTRAINT files_attachment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.files_attachment
    ADD CONSTRAINT files_attachment_uid_e0069e48_uniq UNIQUE (uid);

ALTER TABLE ONLY public.identity_grouprole
    ADD CONSTRAINT identity_group_role UNIQUE ("group", role_id);

ALTER TABLE ONLY public.identity_grouprole
    ADD CONSTRAINT identity_grouprole_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_outsideidentity
    ADD CONSTRAINT identity_one_account UNIQUE (source, issuer, subject);

ALTER TABLE ONLY public.identity_outsideidentity
    ADD CONSTRAINT identity_one_subject UNIQUE (user_id, source, issuer);

ALTER TABLE ONLY public.identity_outsideidentity
    ADD CONSTRAINT identity_outsideidentity_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inspections_inspection
    ADD CONSTRAINT inspections_inspection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inspections_inspection
    ADD CONSTRAINT inspections_inspection_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.inspections_inspection
    ADD CONSTRAINT inspections_once UNIQUE (round_id, expert_id);

ALTER TABLE ONLY public.inspections_renewal
    ADD CONSTRAINT inspections_renewal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inspections_renewal
    ADD CONSTRAINT inspections_renewal_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.inspections_renewalrun
    ADD CONSTRAINT inspections_renewalrun_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inspections_renewalrun
    ADD CONSTRAINT inspections_renewalrun_uid_10247f18_uniq UNIQUE (uid);

ALTER TABLE ONLY public.inspections_round
    ADD CONSTRAINT inspections_round_name_key UNIQUE (name);

ALTER TABLE ONLY public.inspections_round
    ADD CONSTRAINT inspections_round_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.inspections_round
    ADD CONSTRAINT inspections_round_uid_115f899c_uniq UNIQUE (uid);

ALTER TABLE ONLY public.joining_application
    ADD CONSTRAINT joining_application_expert_id_key UNIQUE (expert_id);

ALTER TABLE ONLY public.joining_application
    ADD CONSTRAINT joining_application_number_key UNIQUE (number);

ALTER TABLE ONLY public.joining_application
    ADD CONSTRAINT joining_application_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.joining_application
    ADD CONSTRAINT joining_application_recommendation_id_key UNIQUE (recommendation_id);

ALTER TABLE ONLY public.joining_application_specialties
    ADD CONSTRAINT joining_application_spec_application_id_specialty_9bc7ecd8_uniq UNIQUE (application_id, specialty_id);

ALTER TABLE ONLY public.joining_application_specialties
    ADD CONSTRAINT joining_application_specialties_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.joining_application
    ADD CONSTRAINT joining_application_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.joining_consenttext
    ADD CONSTRAINT joining_consent_version_once UNIQUE (purpose, number);

ALTER TABLE ONLY public.joining_consenttext
    ADD CONSTRAINT joining_consenttext_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.joining_friendlink
    ADD CONSTRAINT joining_friendlink_name_key UNIQUE (name);

ALTER TABLE ONLY public.joining_friendlink
    ADD CONSTRAINT joining_friendlink_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.joining_friendlink
    ADD CONSTRAINT joining_friendlink_uid_4e7f6eab_uniq UNIQUE (uid);

ALTER TABLE ONLY public.joining_recommendation
    ADD CONSTRAINT joining_recommendation_digest_key UNIQUE (digest);

ALTER TABLE ONLY public.joining_recommendation
    ADD CONSTRAINT joining_recommendation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.joining_recommendation
    ADD CONSTRAINT joining_recommendation_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.joining_registration
    ADD CONSTRAINT joining_registration_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.joining_registration
    ADD CONSTRAINT joining_registration_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.monitoring_heartbeat
    ADD CONSTRAINT monitoring_heartbeat_pkey PRIMARY KEY (id, at);

ALTER TABLE ONLY public.monitoring_heartbeat_rest
    ADD CONSTRAINT monitoring_heartbeat_rest_pkey PRIMARY KEY (id, at);

ALTER TABLE ONLY public.monitoring_lastbeat
    ADD CONSTRAINT monitoring_lastbeat_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.monitoring_publicvisit
    ADD CONSTRAINT monitoring_publicvisit_pkey PRIMARY KEY (id, at);

ALTER TABLE ONLY public.monitoring_publicvisit_rest
    ADD CONSTRAINT monitoring_publicvisit_rest_pkey PRIMARY KEY (id, at);

ALTER TABLE ONLY public.monitoring_regionnetwork
    ADD CONSTRAINT monitoring_regionnetwork_network_key UNIQUE (network);

ALTER TABLE ONLY public.monitoring_regionnetwork
    ADD CONSTRAINT monitoring_regionnetwork_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.monitoring_visit
    ADD CONSTRAINT monitoring_visit_pkey PRIMARY KEY (id, at);

ALTER TABLE ONLY public.monitoring_visit_rest
    ADD CONSTRAINT monitoring_visit_rest_pkey PRIMARY KEY (id, at);

ALTER TABLE ONLY public.networks_networkrule
    ADD CONSTRAINT networks_networkrule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.networks_networkrule
    ADD CONSTRAINT networks_networkrule_uid_cfd05186_uniq UNIQUE (uid);

ALTER TABLE ONLY public.notices_addressee
    ADD CONSTRAINT notices_addressee_once UNIQUE (notice_id, expert_id);

ALTER TABLE ONLY public.notices_addressee
    ADD CONSTRAINT notices_addressee_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notices_expertnotice
    ADD CONSTRAINT notices_expertnotice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notices_expertnotice
    ADD CONSTRAINT notices_expertnotice_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.notices_receipt
    ADD CONSTRAINT notices_receipt_once UNIQUE (addressee_id, kind);

ALTER TABLE ONLY public.notices_receipt
    ADD CONSTRAINT notices_receipt_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_attempt
    ADD CONSTRAINT notifications_attempt_once UNIQUE (message_id, number);

ALTER TABLE ONLY public.notifications_attempt
    ADD CONSTRAINT notifications_attempt_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_channelhealth
    ADD CONSTRAINT notifications_channelhealth_channel_key UNIQUE (channel);

ALTER TABLE ONLY public.notifications_channelhealth
    ADD CONSTRAINT notifications_channelhealth_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_deliveryevent
    ADD CONSTRAINT notifications_deliveryevent_key_key UNIQUE (key);

ALTER TABLE ONLY public.notifications_deliveryevent
    ADD CONSTRAINT notifications_deliveryevent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_message_attachments
    ADD CONSTRAINT notifications_message_at_message_id_attachment_id_0d5725c6_uniq UNIQUE (message_id, attachment_id);

ALTER TABLE ONLY public.notifications_message_attachments
    ADD CONSTRAINT notifications_message_attachments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_message
    ADD CONSTRAINT notifications_message_key_key UNIQUE (key);

ALTER TABLE ONLY public.notifications_message
    ADD CONSTRAINT notifications_message_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_message
    ADD CONSTRAINT notifications_message_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.notifications_messagetemplate
    ADD CONSTRAINT notifications_messagetemplate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_pace
    ADD CONSTRAINT notifications_pace_key_key UNIQUE (key);

ALTER TABLE ONLY public.notifications_pace
    ADD CONSTRAINT notifications_pace_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_reply
    ADD CONSTRAINT notifications_reply_key_key UNIQUE (key);

ALTER TABLE ONLY public.notifications_reply
    ADD CONSTRAINT notifications_reply_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_returnmailbox
    ADD CONSTRAINT notifications_returnmailbox_key_key UNIQUE (key);

ALTER TABLE ONLY public.notifications_returnmailbox
    ADD CONSTRAINT notifications_returnmailbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.notifications_messagetemplate
    ADD CONSTRAINT notifications_template_once UNIQUE (occasion, channel, project_kind);

ALTER TABLE ONLY public.notifications_wechatbinding
    ADD CONSTRAINT notifications_wechatbinding_mark_key UNIQUE (mark);

ALTER TABLE ONLY public.notifications_wechatbinding
    ADD CONSTRAINT notifications_wechatbinding_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.operations_alert
    ADD CONSTRAINT operations_alert_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.operations_jobfailure
    ADD CONSTRAINT operations_jobfailure_job_id_key UNIQUE (job_id);

ALTER TABLE ONLY public.operations_jobfailure
    ADD CONSTRAINT operations_jobfailure_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.papers_papertemplate
    ADD CONSTRAINT papers_papertemplate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.points_benefit
    ADD CONSTRAINT points_benefit_name_key UNIQUE (name);

ALTER TABLE ONLY public.points_benefit
    ADD CONSTRAINT points_benefit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.points_benefitrequest
    ADD CONSTRAINT points_benefitrequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.points_benefitrequest
    ADD CONSTRAINT points_benefitrequest_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.points_correction
    ADD CONSTRAINT points_correction_asked_proof_key UNIQUE (asked_proof);

ALTER TABLE ONLY public.points_correction
    ADD CONSTRAINT points_correction_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.points_pointentry
    ADD CONSTRAINT points_entry_balance UNIQUE (expert_id, n, balance);

ALTER TABLE ONLY public.points_pointentry
    ADD CONSTRAINT points_entry_once UNIQUE (expert_id, n);

ALTER TABLE ONLY public.points_pointaccount
    ADD CONSTRAINT points_pointaccount_expert_id_key UNIQUE (expert_id);

ALTER TABLE ONLY public.points_pointaccount
    ADD CONSTRAINT points_pointaccount_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.points_pointentry
    ADD CONSTRAINT points_pointentry_counters_id_key UNIQUE (counters_id);

ALTER TABLE ONLY public.points_pointentry
    ADD CONSTRAINT points_pointentry_key_key UNIQUE (key);

ALTER TABLE ONLY public.points_pointentry
    ADD CONSTRAINT points_pointentry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.points_pointlevel
    ADD CONSTRAINT points_pointlevel_name_key UNIQUE (name);

ALTER TABLE ONLY public.points_pointlevel
    ADD CONSTRAINT points_pointlevel_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.points_pointlevel
    ADD CONSTRAINT points_pointlevel_threshold_key UNIQUE (threshold);

ALTER TABLE ONLY public.points_pointrule
    ADD CONSTRAINT points_pointrule_fact_key UNIQUE (fact);

ALTER TABLE ONLY public.points_pointrule
    ADD CONSTRAINT points_pointrule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.points_settled
    ADD CONSTRAINT points_settled_draw_id_key UNIQUE (draw_id);

ALTER TABLE ONLY public.points_settled
    ADD CONSTRAINT points_settled_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.privacy_consent
    ADD CONSTRAINT privacy_consent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.privacy_datarequest
    ADD CONSTRAINT privacy_datarequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.privacy_datarequest
    ADD CONSTRAINT privacy_datarequest_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.privacy_erasurerequest
    ADD CONSTRAINT privacy_erasurerequest_asked_proof_key UNIQUE (asked_proof);

ALTER TABLE ONLY public.privacy_erasurerequest
    ADD CONSTRAINT privacy_erasurerequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.privacy_listedread
    ADD CONSTRAINT privacy_listedread_entry_key UNIQUE (entry);

ALTER TABLE ONLY public.privacy_listedread
    ADD CONSTRAINT privacy_listedread_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_events
    ADD CONSTRAINT procrastinate_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_unique UNIQUE (task_name, periodic_id, defer_timestamp);

ALTER TABLE ONLY public.procrastinate_workers
    ADD CONSTRAINT procrastinate_workers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.projects_avoidance
    ADD CONSTRAINT projects_avoidance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.projects_progressentry
    ADD CONSTRAINT projects_progressentry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.projects_project
    ADD CONSTRAINT projects_project_number_key UNIQUE (number);

ALTER TABLE ONLY public.projects_project
    ADD CONSTRAINT projects_project_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.projects_projectbatch
    ADD CONSTRAINT projects_projectbatch_number_key UNIQUE (number);

ALTER TABLE ONLY public.projects_projectbatch
    ADD CONSTRAINT projects_projectbatch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.projects_task
    ADD CONSTRAINT projects_task_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reports_candidatelist
    ADD CONSTRAINT reports_candidatelist_draw_id_key UNIQUE (draw_id);

ALTER TABLE ONLY public.reports_candidatelist
    ADD CONSTRAINT reports_candidatelist_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reports_departmentmonth
    ADD CONSTRAINT reports_departmentmonth_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reports_exposurereport
    ADD CONSTRAINT reports_exposure_period_once UNIQUE (start_date, end_date);

ALTER TABLE ONLY public.reports_exposurerow
    ADD CONSTRAINT reports_exposure_row_once UNIQUE (report_id, expert_id);

ALTER TABLE ONLY public.reports_departmentmonth
    ADD CONSTRAINT reports_month_once UNIQUE (department_id, month);

ALTER TABLE ONLY public.reports_projecttally
    ADD CONSTRAINT reports_projecttally_pkey PRIMARY KEY (project_id);

ALTER TABLE ONLY public.reports_tally
    ADD CONSTRAINT reports_tally_once UNIQUE NULLS NOT DISTINCT (tallying_id, by, whole, department_id, part);

ALTER TABLE ONLY public.reports_tally
    ADD CONSTRAINT reports_tally_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reports_tallying
    ADD CONSTRAINT reports_tallying_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reports_tallying
    ADD CONSTRAINT reports_tallying_topic_key UNIQUE (topic);

ALTER TABLE ONLY public.reviews_handback
    ADD CONSTRAINT reviews_handback_asked_proof_key UNIQUE (asked_proof);

ALTER TABLE ONLY public.reviews_handback
    ADD CONSTRAINT reviews_handback_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reviews_reviewitem
    ADD CONSTRAINT reviews_item_alias UNIQUE (review_id, alias);

ALTER TABLE ONLY public.reviews_reviewitem
    ADD CONSTRAINT reviews_item_number UNIQUE (review_id, number);

ALTER TABLE ONLY public.reviews_itemassignment
    ADD CONSTRAINT reviews_itemassignment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reviews_itemassignment
    ADD CONSTRAINT reviews_itemassignment_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.reviews_reviewer
    ADD CONSTRAINT reviews_place UNIQUE (review_id, place);

ALTER TABLE ONLY public.reviews_reassignrequest
    ADD CONSTRAINT reviews_reassignrequest_asked_proof_key UNIQUE (asked_proof);

ALTER TABLE ONLY public.reviews_reassignrequest
    ADD CONSTRAINT reviews_reassignrequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reviews_review
    ADD CONSTRAINT reviews_review_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reviews_review
    ADD CONSTRAINT reviews_review_project_id_key UNIQUE (project_id);

ALTER TABLE ONLY public.reviews_review
    ADD CONSTRAINT reviews_review_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.reviews_reviewer
    ADD CONSTRAINT reviews_reviewer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reviews_reviewitem
    ADD CONSTRAINT reviews_reviewitem_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reviews_reviewresult
    ADD CONSTRAINT reviews_reviewresult_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reviews_reviewresult
    ADD CONSTRAINT reviews_reviewresult_review_id_key UNIQUE (review_id);

ALTER TABLE ONLY public.reviews_reviewrule
    ADD CONSTRAINT reviews_reviewrule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reviews_reviewrule
    ADD CONSTRAINT reviews_rule_once UNIQUE (name, version);

ALTER TABLE ONLY public.reviews_scoresheet
    ADD CONSTRAINT reviews_scoresheet_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reviews_scoresheet
    ADD CONSTRAINT reviews_sheet_once UNIQUE (reviewer_id, item_id);

ALTER TABLE ONLY public.reviews_stoprequest
    ADD CONSTRAINT reviews_stoprequest_asked_proof_key UNIQUE (asked_proof);

ALTER TABLE ONLY public.reviews_stoprequest
    ADD CONSTRAINT reviews_stoprequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reviews_submission
    ADD CONSTRAINT reviews_submission_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.reviews_submission
    ADD CONSTRAINT reviews_submission_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.reviews_submission
    ADD CONSTRAINT reviews_version_once UNIQUE (reviewer_id, version);

ALTER TABLE ONLY public.secondfactor_passkey
    ADD CONSTRAINT secondfactor_passkey_handle_key UNIQUE (handle);

ALTER TABLE ONLY public.secondfactor_passkey
    ADD CONSTRAINT secondfactor_passkey_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.secondfactor_recoverycode
    ADD CONSTRAINT secondfactor_recoverycode_digest_key UNIQUE (digest);

ALTER TABLE ONLY public.secondfactor_recoverycode
    ADD CONSTRAINT secondfactor_recoverycode_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.secondfactor_resetrequest
    ADD CONSTRAINT secondfactor_resetrequest_asked_proof_key UNIQUE (asked_proof);

ALTER TABLE ONLY public.secondfactor_resetrequest
    ADD CONSTRAINT secondfactor_resetrequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.selfservice_calendarfeed
    ADD CONSTRAINT selfservice_calendarfeed_mark_key UNIQUE (mark);

ALTER TABLE ONLY public.selfservice_calendarfeed
    ADD CONSTRAINT selfservice_calendarfeed_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.siteconfig_settingchange
    ADD CONSTRAINT siteconfig_settingchange_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.siteconfig_storedsetting
    ADD CONSTRAINT siteconfig_storedsetting_code_key UNIQUE (code);

ALTER TABLE ONLY public.siteconfig_storedsetting
    ADD CONSTRAINT siteconfig_storedsetting_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.telephone_call
    ADD CONSTRAINT telephone_call_attempt_id_key UNIQUE (attempt_id);

ALTER TABLE ONLY public.telephone_call
    ADD CONSTRAINT telephone_call_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.webhooks_delivery
    ADD CONSTRAINT webhooks_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.webhooks_delivery
    ADD CONSTRAINT webhooks_delivery_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.webhooks_subscription
    ADD CONSTRAINT webhooks_subscription_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.webhooks_subscription
    ADD CONSTRAINT webhooks_subscription_uid_key UNIQUE (uid);

ALTER TABLE ONLY public.workflow_approval
    ADD CONSTRAINT workflow_approval_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_confirmationcode
    ADD CONSTRAINT workflow_confirmationcode_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_decision
    ADD CONSTRAINT workflow_decision_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_delegation
    ADD CONSTRAINT workflow_delegation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_flowstep
    ADD CONSTRAINT workflow_flowstep_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_flowversion
    ADD CONSTRAINT workflow_flowversion_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_publicnotice
    ADD CONSTRAINT workflow_notice_once UNIQUE (approval_id, round);

ALTER TABLE ONLY public.workflow_objection
    ADD CONSTRAINT workflow_objection_code_key UNIQUE (code);

ALTER TABLE ONLY public.workflow_objection
    ADD CONSTRAINT workflow_objection_once UNIQUE (notice_id, once);

ALTER TABLE ONLY public.workflow_objection
    ADD CONSTRAINT workflow_objection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_decision
    ADD CONSTRAINT workflow_part_once UNIQUE (approval_id, round, for_whom_id);

ALTER TABLE ONLY public.workflow_decision
    ADD CONSTRAINT workflow_person_once UNIQUE (approval_id, round, decided_by_id);

ALTER TABLE ONLY public.workflow_publicnotice
    ADD CONSTRAINT workflow_publicnotice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_publicnotice
    ADD CONSTRAINT workflow_publicnotice_public_id_key UNIQUE (public_id);

ALTER TABLE ONLY public.workflow_flowstep
    ADD CONSTRAINT workflow_step_order UNIQUE (version_id, "order");

ALTER TABLE ONLY public.workflow_flowversion
    ADD CONSTRAINT workflow_version_once UNIQUE (subject, number);

CREATE INDEX accounts_apitoken_created_by_id_eaf61c5d ON public.accounts_apitoken USING btree (created_by_id);

CREATE INDEX accounts_apitoken_user_id_bbee13e0 ON public.accounts_apitoken USING btree (user_id);

CREATE INDEX accounts_department_parent_id_1cf3cf29 ON public.accounts_department USING btree (parent_id);

CREATE INDEX accounts_department_path_064ef90e ON public.accounts_department USING btree (path);

CREATE INDEX accounts_department_path_064ef90e_like ON public.accounts_department USING btree (path varchar_pattern_ops);

CREATE INDEX accounts_knownpermission_code_0bf4c36c_like ON public.accounts_knownpermission USING btree (code varchar_pattern_ops);

CREATE INDEX accounts_links_asked ON public.accounts_loginrecord USING btree (at) WHERE ((outcome)::text = 'link_asked'::text);

CREATE INDEX accounts_login_address ON public.accounts_loginrecord USING btree (address, at DESC);

CREATE INDEX accounts_login_network ON public.accounts_loginrecord USING btree (network, at DESC);

CREATE INDEX accounts_login_user ON public.accounts_loginrecord USING btree (user_id, at DESC);

CREATE INDEX accounts_loginrecord_user_id_7e8b3080 ON public.accounts_loginrecord USING btree (user_id);

CREATE INDEX accounts_role_code_31e05c3f_like ON public.accounts_role USING btree (code varchar_pattern_ops);

CREATE INDEX accounts_role_name_2b60d248_like ON public.accounts_role USING btree (name varchar_pattern_ops);

CREATE INDEX accounts_rolefield_role_id_60b895a3 ON public.accounts_rolefield USING btree (role_id);

CREATE INDEX accounts_rolepermission_departments_department_id_a7a0ff13 ON public.accounts_rolepermission_departments USING btree (department_id);

CREATE INDEX accounts_rolepermission_departments_rolepermission_id_52580e61 ON public.accounts_rolepermission_departments USING btree (rolepermission_id);

CREATE INDEX accounts_rolepermission_role_id_db688956 ON public.accounts_rolepermission USING btree (role_id);

CREATE INDEX accounts_signedin_session_id_e979e706_like ON public.accounts_signedin USING btree (session_id varchar_pattern_ops);

CREATE INDEX accounts_signedin_user_id_118d7b15 ON public.accounts_signedin USING btree (user_id);

CREATE INDEX accounts_usedpassword_user_id_cd0d3a6f ON public.accounts_usedpassword USING btree (user_id);

CREATE INDEX accounts_user_department_id_8dc06840 ON public.accounts_user USING btree (department_id);

CREATE INDEX accounts_user_roles_role_id_3be0e909 ON public.accounts_user_roles USING btree (role_id);

CREATE INDEX accounts_user_roles_user_id_5c537963 ON public.accounts_user_roles USING btree (user_id);

CREATE INDEX accounts_user_username_6088629e_like ON public.accounts_user USING btree (username varchar_pattern_ops);

CREATE INDEX achievements_achievement_asked_by_id_d8cb9f33 ON public.achievements_achievement USING btree (asked_by_id);

CREATE INDEX achievements_achievement_created_by_id_74196c6d ON public.achievements_achievement USING btree (created_by_id);

CREATE INDEX achievements_achievement_expert_id_0327cc1e ON public.achievements_achievement USING btree (expert_id);

CREATE UNIQUE INDEX achievements_asked_once ON public.achievements_achievement USING btree (expert_id, kind, title, year) WHERE (NOT ((state)::text = 'approved'::text));

CREATE INDEX achievements_by_year ON public.achievements_achievement USING btree (state, year DESC, id DESC);

CREATE UNIQUE INDEX achievements_once ON public.achievements_achievement USING btree (expert_id, kind, title, year) WHERE ((state)::text = 'approved'::text);

CREATE INDEX audit_action ON public.audit_entry USING btree (action, id DESC);

CREATE INDEX audit_actor ON public.audit_entry USING btree (actor_id, id DESC);

CREATE INDEX audit_at ON public.audit_entry USING btree (at DESC);

CREATE UNIQUE INDEX audit_branch_place ON public.audit_entry USING btree (branch, branch_no) WHERE (branch_no IS NOT NULL);

CREATE INDEX audit_entry_actor_id_57c4b003 ON public.audit_entry USING btree (actor_id);

CREATE INDEX audit_entry_unlinked ON public.audit_entry USING btree (id) WHERE ((chain_no IS NULL) AND (branch_no IS NULL));

CREATE INDEX audit_entry_waiting ON public.audit_entry USING btree (branch, branch_no) WHERE ((chain_no IS NULL) AND (branch_no IS NOT NULL));

CREATE UNIQUE INDEX audit_proof ON public.audit_entry USING btree (proof) WHERE (proof IS NOT NULL);

CREATE INDEX audit_subject ON public.audit_entry USING btree (subject_type, subject_id, id DESC);

CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);

CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);

CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);

CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);

CREATE INDEX automation_errand_done_by_id_84caba87 ON public.automation_errand USING btree (done_by_id);

CREATE INDEX automation_errand_ended_by_id_7300bf36 ON public.automation_errand USING btree (ended_by_id);

CREATE INDEX automation_errand_open ON public.automation_errand USING btree (role, done_at);

CREATE INDEX automation_eventrule_created_by_id_75cb0b2b ON public.automation_eventrule USING btree (created_by_id);

CREATE UNIQUE INDEX automation_fires_once ON public.automation_firing USING btree (occurrence_id, rule_id, number) WHERE (replay_of_id IS NULL);

CREATE INDEX automation_firing_occurrence_id_a6c06445 ON public.automation_firing USING btree (occurrence_id);

CREATE INDEX automation_firing_replayed_by_id_0de57be7 ON public.automation_firing USING btree (replayed_by_id);

CREATE INDEX automation_firing_rule ON public.automation_firing USING btree (rule_id, created_at);

CREATE INDEX automation_firing_rule_id_74a04d68 ON public.automation_firing USING btree (rule_id);

CREATE INDEX automation_firing_state ON public.automation_firing USING btree (state, id DESC);

CREATE INDEX automation_firing_version_id_42e881d5 ON public.automation_firing USING btree (version_id);

CREATE INDEX automation_happened ON public.automation_occurrence USING btree (kind, subject_id, at);

CREATE INDEX automation_occurrence_cause_id_2a840191 ON public.automation_occurrence USING btree (cause_id);

CREATE INDEX automation_occurrence_key_44c81b89_like ON public.automation_occurrence USING btree (key varchar_pattern_ops);

CREATE UNIQUE INDEX automation_one_open_request ON public.automation_rulerequest USING btree (rule_id) WHERE (decided_at IS NULL);

CREATE INDEX automation_rulerequest_decided_by_id_e1caefc9 ON public.automation_rulerequest USING btree (decided_by_id);

CREATE INDEX automation_rulerequest_requested_by_id_985b816d ON public.automation_rulerequest USING btree (requested_by_id);

CREATE INDEX automation_rulerequest_rule_id_f7adf0a3 ON public.automation_rulerequest USING btree (rule_id);

CREATE INDEX automation_ruleversion_confirmed_by_id_c118531f ON public.automation_ruleversion USING btree (confirmed_by_id);

CREATE INDEX automation_ruleversion_created_by_id_58496765 ON public.automation_ruleversion USING btree (created_by_id);

CREATE INDEX automation_ruleversion_rule_id_7248420e ON public.automation_ruleversion USING btree (rule_id);

CREATE INDEX backups_backup_asked_by_id_8deb61c0 ON public.backups_backup USING btree (asked_by_id);

CREATE INDEX backups_newest ON public.backups_backup USING btree (started_at DESC, id DESC);

CREATE INDEX bundles_bundle_asked_by_id_d7b0ff98 ON public.bundles_bundle USING btree (asked_by_id);

CREATE INDEX bundles_bundle_project_id_1979d4d4 ON public.bundles_bundle USING btree (project_id);

CREATE UNIQUE INDEX bundles_one_at_a_time ON public.bundles_bundle USING btree (project_id, asked_by_id, is_archive) WHERE (finished_at IS NULL);

CREATE INDEX certificates_background_created_by_id_1064a4ae ON public.certificates_background USING btree (created_by_id);

CREATE INDEX certificates_certificate_ended_by_id_bbfd9d48 ON public.certificates_certificate USING btree (ended_by_id);

CREATE INDEX certificates_certificate_expert_id_760c8fb9 ON public.certificates_certificate USING btree (expert_id);

CREATE INDEX certificates_certificate_issued_by_id_30d17c3a ON public.certificates_certificate USING btree (issued_by_id);

CREATE INDEX certificates_certificate_number_5a831df7_like ON public.certificates_certificate USING btree (number varchar_pattern_ops);

CREATE INDEX certificates_certificate_version_id_fea31139 ON public.certificates_certificate USING btree (version_id);

CREATE INDEX certificates_certificaterun_user_id_606719e4 ON public.certificates_certificaterun USING btree (user_id);

CREATE INDEX certificates_design_built_in_b3956a28_like ON public.certificates_design USING btree (built_in varchar_pattern_ops);

CREATE INDEX certificates_design_name_9bbbb6b0_like ON public.certificates_design USING btree (name varchar_pattern_ops);

CREATE INDEX certificates_designversion_background_id_6229d25b ON public.certificates_designversion USING btree (background_id);

CREATE INDEX certificates_designversion_created_by_id_ad13df09 ON public.certificates_designversion USING btree (created_by_id);

CREATE INDEX certificates_designversion_design_id_c5d030b5 ON public.certificates_designversion USING btree (design_id);

CREATE UNIQUE INDEX certificates_one_open ON public.certificates_certificate USING btree (expert_id) WHERE ((ending)::text = ''::text);

CREATE INDEX certificates_series_beginning_92708065_like ON public.certificates_series USING btree (beginning varchar_pattern_ops);

CREATE INDEX certificates_until ON public.certificates_certificate USING btree (valid_until, id);

CREATE INDEX changes_career_expert ON public.changes_career USING btree (expert_id);

CREATE INDEX changes_career_expert_id_d0592079 ON public.changes_career USING btree (expert_id);

CREATE INDEX changes_career_unit_id_17cf7c28 ON public.changes_career USING btree (unit_id);

CREATE INDEX changes_changeitem_expert_id_2527e04e ON public.changes_changeitem USING btree (expert_id);

CREATE INDEX changes_changeitem_overtaken_by_id_5866c79d ON public.changes_changeitem USING btree (overtaken_by_id);

CREATE INDEX changes_changeitem_request_id_812af94f ON public.changes_changeitem USING btree (request_id);

CREATE INDEX changes_changerequest_asked_by_id_aedd492f ON public.changes_changerequest USING btree (asked_by_id);

CREATE INDEX changes_changerequest_decided_by_id_73c66b65 ON public.changes_changerequest USING btree (decided_by_id);

CREATE INDEX changes_changerequest_expert_id_355be562 ON public.changes_changerequest USING btree (expert_id);

CREATE UNIQUE INDEX changes_one_open ON public.changes_changeitem USING btree (expert_id, field) WHERE is_open;

CREATE INDEX changes_request_state ON public.changes_changerequest USING btree (state, id DESC);

CREATE INDEX changes_work_expert ON public.changes_work USING btree (expert_id);

CREATE INDEX changes_work_expert_id_f21836eb ON public.changes_work USING btree (expert_id);

CREATE INDEX core_answer_expires ON public.core_storedanswer USING btree (expires_at);

CREATE INDEX core_askedjob_user_id_620f7e7b ON public.core_askedjob USING btree (user_id);

CREATE INDEX core_bulkrun_undoes_id_c272776d ON public.core_bulkrun USING btree (undoes_id);

CREATE INDEX core_bulkrun_user_id_d998297b ON public.core_bulkrun USING btree (user_id);

CREATE INDEX core_dutyrun_name_3e35a108_like ON public.core_dutyrun USING btree (name varchar_pattern_ops);

CREATE INDEX core_export_user ON public.core_exportrun USING btree (user_id, created_at DESC);

CREATE INDEX core_exportrun_user_id_cc490930 ON public.core_exportrun USING btree (user_id);

CREATE INDEX core_import_expiry ON public.core_importrun USING btree (expires_at);

CREATE INDEX core_import_user ON public.core_importrun USING btree (user_id, importer, created_at DESC);

CREATE INDEX core_importmemory_user_id_d05ac1c6 ON public.core_importmemory USING btree (user_id);

CREATE INDEX core_importrun_user_id_d920c2c1 ON public.core_importrun USING btree (user_id);

CREATE INDEX core_rekeying_column_8007ecc2_like ON public.core_rekeying USING btree ("column" varchar_pattern_ops);

CREATE INDEX core_savedsearch_owner_id_4b680a18 ON public.core_savedsearch USING btree (owner_id);

CREATE INDEX customforms_customfield_created_by_id_1a094210 ON public.customforms_customfield USING btree (created_by_id);

CREATE INDEX customforms_fieldfile_created_by_id_20cb6e9c ON public.customforms_fieldfile USING btree (created_by_id);

CREATE UNIQUE INDEX customforms_label_once ON public.customforms_customfield USING btree (subject, label) WHERE active;

CREATE INDEX directory_alias_core ON public.directory_unitalias USING gin (core_name public.gin_trgm_ops);

CREATE UNIQUE INDEX directory_alias_of_one ON public.directory_unitalias USING btree (normalised_name) WHERE (NOT shared);

CREATE INDEX directory_division_code_8a9e8c02_like ON public.directory_division USING btree (code varchar_pattern_ops);

CREATE INDEX directory_division_parent_id_e0ac9f49 ON public.directory_division USING btree (parent_id);

CREATE INDEX directory_division_parent_id_e0ac9f49_like ON public.directory_division USING btree (parent_id varchar_pattern_ops);

CREATE INDEX directory_formerunit_unit_id_b5460132 ON public.directory_formerunit USING btree (unit_id);

CREATE INDEX directory_path ON public.directory_specialty USING btree (scheme_id, path varchar_pattern_ops);

CREATE UNIQUE INDEX directory_relation_once ON public.directory_unitrelation USING btree (owner_id, owned_id, kind) WHERE (to_date IS NULL);

CREATE INDEX directory_specialty_name ON public.directory_specialty USING btree (name);

CREATE INDEX directory_specialty_parent_id_bf2540dc ON public.directory_specialty USING btree (parent_id);

CREATE INDEX directory_specialty_scheme_id_e8414662 ON public.directory_specialty USING btree (scheme_id);

CREATE INDEX directory_specialtyscheme_code_1acea1b0_like ON public.directory_specialtyscheme USING btree (code varchar_pattern_ops);

CREATE INDEX directory_title_name_22d63f5d_like ON public.directory_title USING btree (name varchar_pattern_ops);

CREATE INDEX directory_unit_bracketed ON public.directory_unit USING btree (regexp_replace((normalised_name)::text, '\([^()]+\)$'::text, ''::text)) WHERE ((normalised_name)::text ~~ '%)'::text);

CREATE INDEX directory_unit_core ON public.directory_unit USING gin (core_name public.gin_trgm_ops);

CREATE INDEX directory_unit_name ON public.directory_unit USING gin (name public.gin_trgm_ops);

CREATE INDEX directory_unit_normalised_name_2ba8bfa8 ON public.directory_unit USING btree (normalised_name);

CREATE INDEX directory_unit_normalised_name_2ba8bfa8_like ON public.directory_unit USING btree (normalised_name varchar_pattern_ops);

CREATE INDEX directory_unit_uncompared ON public.directory_unit USING btree (id) WHERE (NOT compared);

CREATE INDEX directory_unit_unknown ON public.directory_unit USING btree (id) WHERE ((NOT confirmed) AND ((uscc)::text = ''::text));

CREATE UNIQUE INDEX directory_unit_uscc ON public.directory_unit USING btree (uscc) WHERE (NOT ((uscc)::text = ''::text));

CREATE INDEX directory_unitalias_normalised_name_386237e0 ON public.directory_unitalias USING btree (normalised_name);

CREATE INDEX directory_unitalias_normalised_name_386237e0_like ON public.directory_unitalias USING btree (normalised_name varchar_pattern_ops);

CREATE INDEX directory_unitalias_unit_id_45bbcf9d ON public.directory_unitalias USING btree (unit_id);

CREATE INDEX directory_unitpair_first_id_4b56c89e ON public.directory_unitpair USING btree (first_id);

CREATE INDEX directory_unitpair_second_id_5d3ebab8 ON public.directory_unitpair USING btree (second_id);

CREATE INDEX directory_unitrelation_owned_id_b7c7012a ON public.directory_unitrelation USING btree (owned_id);

CREATE INDEX directory_unitrelation_owner_id_116f4135 ON public.directory_unitrelation USING btree (owner_id);

CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);

CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);

CREATE INDEX draws_alarm_open ON public.draws_drawalarm USING btree (draw_id) WHERE (done_at IS NULL);

CREATE INDEX draws_answerrequest_decided_by_id_9b496368 ON public.draws_answerrequest USING btree (decided_by_id);

CREATE INDEX draws_answerrequest_invitation_id_0f9b6d0e ON public.draws_answerrequest USING btree (invitation_id);

CREATE INDEX draws_answerrequest_leave_id_dedcadf4 ON public.draws_answerrequest USING btree (leave_id);

CREATE INDEX draws_answerrequest_requested_by_id_c7818c95 ON public.draws_answerrequest USING btree (requested_by_id);

CREATE INDEX draws_conditiongroup_plan_id_6255b0c7 ON public.draws_conditiongroup USING btree (plan_id);

CREATE INDEX draws_conditionlevel_group_id_bc7611e2 ON public.draws_conditionlevel USING btree (group_id);

CREATE INDEX draws_conditiontemplate_owner_id_fbb8d504 ON public.draws_conditiontemplate USING btree (owner_id);

CREATE INDEX draws_counttally_project_id_3e434593 ON public.draws_counttally USING btree (project_id);

CREATE INDEX draws_counttally_user_id_fbdfa596 ON public.draws_counttally USING btree (user_id);

CREATE INDEX draws_draw_number_0fd52f89_like ON public.draws_draw USING btree (number varchar_pattern_ops);

CREATE INDEX draws_draw_operator_id_5f305ccf ON public.draws_draw USING btree (operator_id);

CREATE INDEX draws_draw_project_id_bf06efb6 ON public.draws_draw USING btree (project_id);

CREATE INDEX draws_draw_public_id_900b4bb4_like ON public.draws_draw USING btree (public_id varchar_pattern_ops);

CREATE INDEX draws_draw_widens_id_b430f457 ON public.draws_draw USING btree (widens_id);

CREATE INDEX draws_drawalarm_draw_id_ce02eefe ON public.draws_drawalarm USING btree (draw_id);

CREATE INDEX draws_drawevent_draw_id_50939873 ON public.draws_drawevent USING btree (draw_id);

CREATE INDEX draws_drawpause_draw_id_11e32eac ON public.draws_drawpause USING btree (draw_id);

CREATE INDEX draws_drawpause_paused_by_id_dc823758 ON public.draws_drawpause USING btree (paused_by_id);

CREATE INDEX draws_drawpause_resumed_by_id_c2017caa ON public.draws_drawpause USING btree (resumed_by_id);

CREATE INDEX draws_drawproject_draw_id_c7637b0f ON public.draws_drawproject USING btree (draw_id);

CREATE INDEX draws_drawproject_project_id_83c2051b ON public.draws_drawproject USING btree (project_id);

CREATE INDEX draws_emergency_declared_by_id_f6518998 ON public.draws_emergency USING btree (declared_by_id);

CREATE INDEX draws_emergency_draw_id_bc3ce6ec ON public.draws_emergency USING btree (draw_id);

CREATE INDEX draws_emergency_ended_by_id_edeba85c ON public.draws_emergency USING btree (ended_by_id);

CREATE INDEX draws_emergencyendrequest_decided_by_id_1e87df2b ON public.draws_emergencyendrequest USING btree (decided_by_id);

CREATE INDEX draws_emergencyendrequest_draw_id_5d00a0d4 ON public.draws_emergencyendrequest USING btree (draw_id);

CREATE INDEX draws_emergencyendrequest_requested_by_id_5581fee1 ON public.draws_emergencyendrequest USING btree (requested_by_id);

CREATE INDEX draws_emergencyrequest_decided_by_id_a0f9f9bf ON public.draws_emergencyrequest USING btree (decided_by_id);

CREATE INDEX draws_emergencyrequest_draw_id_abd06ba1 ON public.draws_emergencyrequest USING btree (draw_id);

CREATE INDEX draws_emergencyrequest_requested_by_id_76ca40e2 ON public.draws_emergencyrequest USING btree (requested_by_id);

CREATE INDEX draws_exposurereport_requested_by_id_258580cf ON public.reports_exposurereport USING btree (requested_by_id);

CREATE INDEX draws_exposurerow_expert_id_5612ea4d ON public.reports_exposurerow USING btree (expert_id);

CREATE INDEX draws_exposurerow_report_id_61819505 ON public.reports_exposurerow USING btree (report_id);

CREATE INDEX draws_hold_during ON public.draws_hold USING gist (during) WHERE active;

CREATE INDEX draws_hold_holder ON public.draws_hold USING btree (holder);

CREATE INDEX draws_hold_invitation_id_ec2c26cf ON public.draws_hold USING btree (invitation_id);

CREATE INDEX draws_invitation_changed_by_id_adcda263 ON public.draws_invitation USING btree (changed_by_id);

CREATE INDEX draws_invitation_deadline ON public.draws_invitation USING btree (state, deadline_at);

CREATE INDEX draws_invitation_draw_id_ab83060f ON public.draws_invitation USING btree (draw_id);

CREATE INDEX draws_invitation_expert ON public.draws_invitation USING btree (expert_id, state);

CREATE INDEX draws_invitation_expert_id_bad7c2aa ON public.draws_invitation USING btree (expert_id);

CREATE INDEX draws_invitation_panel_id_a160f3ad ON public.draws_invitation USING btree (panel_id);

CREATE INDEX draws_invitation_seat_key_308e7110 ON public.draws_invitation USING btree (seat_key);

CREATE UNIQUE INDEX draws_one_emergency ON public.draws_emergency USING btree (draw_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX draws_one_leader ON public.draws_invitation USING btree (panel_id) WHERE (((panel_role)::text = 'leader'::text) AND ((state)::text = ANY ((ARRAY['invited'::character varying, 'accepted'::character varying])::text[])));

CREATE UNIQUE INDEX draws_one_open_answerrequest ON public.draws_answerrequest USING btree (invitation_id) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX draws_one_open_emergencyendrequest ON public.draws_emergencyendrequest USING btree (draw_id) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX draws_one_open_emergencyrequest ON public.draws_emergencyrequest USING btree (draw_id) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX draws_one_open_pause ON public.draws_drawpause USING btree (draw_id) WHERE (resumed_at IS NULL);

CREATE UNIQUE INDEX draws_one_open_pickrequest ON public.draws_pickrequest USING btree (draw_id) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX draws_one_open_releaserequest ON public.draws_releaserequest USING btree (draw_id) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX draws_one_open_reschedulerequest ON public.draws_reschedulerequest USING btree (draw_id) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX draws_one_open_voidrequest ON public.draws_voidrequest USING btree (draw_id) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX draws_one_open_wideningrequest ON public.draws_wideningrequest USING btree (draw_id) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX draws_one_valid_draw ON public.draws_drawproject USING btree (project_id) WHERE (first AND valid);

CREATE INDEX draws_pickrequest_decided_by_id_0e4add1a ON public.draws_pickrequest USING btree (decided_by_id);

CREATE INDEX draws_pickrequest_draw_id_0b0b80c5 ON public.draws_pickrequest USING btree (draw_id);

CREATE INDEX draws_pickrequest_requested_by_id_d4388ff0 ON public.draws_pickrequest USING btree (requested_by_id);

CREATE INDEX draws_planversion_made_by_id_9790fb7a ON public.draws_planversion USING btree (made_by_id);

CREATE INDEX draws_planversion_plan_id_5cd88d46 ON public.draws_planversion USING btree (plan_id);

CREATE INDEX draws_planversion_submitted_by_id_d01a3f2f ON public.draws_planversion USING btree (submitted_by_id);

CREATE INDEX draws_quietwaiver_draw_id_201b24f7 ON public.draws_quietwaiver USING btree (draw_id);

CREATE INDEX draws_quietwaiver_waived_by_id_c5dc4caf ON public.draws_quietwaiver USING btree (waived_by_id);

CREATE INDEX draws_releaserequest_decided_by_id_0d0df2ae ON public.draws_releaserequest USING btree (decided_by_id);

CREATE INDEX draws_releaserequest_draw_id_a2e906c3 ON public.draws_releaserequest USING btree (draw_id);

CREATE INDEX draws_releaserequest_requested_by_id_b79716e4 ON public.draws_releaserequest USING btree (requested_by_id);

CREATE INDEX draws_replylink_invitation_id_5682dc5a ON public.draws_replylink USING btree (invitation_id);

CREATE INDEX draws_reschedulerequest_decided_by_id_3961bce4 ON public.draws_reschedulerequest USING btree (decided_by_id);

CREATE INDEX draws_reschedulerequest_draw_id_0d702bb5 ON public.draws_reschedulerequest USING btree (draw_id);

CREATE INDEX draws_reschedulerequest_requested_by_id_696ce7bf ON public.draws_reschedulerequest USING btree (requested_by_id);

CREATE INDEX draws_rescheduling_confirmed_by_id_44066006 ON public.draws_rescheduling USING btree (confirmed_by_id);

CREATE INDEX draws_rescheduling_draw_id_848e7b44 ON public.draws_rescheduling USING btree (draw_id);

CREATE INDEX draws_rescheduling_moved_by_id_64fb710f ON public.draws_rescheduling USING btree (moved_by_id);

CREATE INDEX draws_returned ON public.draws_planversion USING btree (plan_id) WHERE (returned_at IS NOT NULL);

CREATE INDEX draws_sealblock_draw_id_4556eede ON public.draws_sealblock USING btree (draw_id);

CREATE INDEX draws_status ON public.draws_draw USING btree (status, id DESC);

CREATE INDEX draws_untold ON public.draws_draw USING btree (number) WHERE (released_at IS NULL);

CREATE INDEX draws_voidrequest_decided_by_id_99e55227 ON public.draws_voidrequest USING btree (decided_by_id);

CREATE INDEX draws_voidrequest_draw_id_d2e066cb ON public.draws_voidrequest USING btree (draw_id);

CREATE INDEX draws_voidrequest_requested_by_id_0d8e4d77 ON public.draws_voidrequest USING btree (requested_by_id);

CREATE UNIQUE INDEX draws_widened_once ON public.draws_draw USING btree (widens_id) WHERE (NOT ((status)::text = ANY ((ARRAY['abandoned'::character varying, 'void'::character varying])::text[])));

CREATE INDEX draws_wideningrequest_decided_by_id_dfacaede ON public.draws_wideningrequest USING btree (decided_by_id);

CREATE INDEX draws_wideningrequest_draw_id_118e04e0 ON public.draws_wideningrequest USING btree (draw_id);

CREATE INDEX draws_wideningrequest_requested_by_id_4ec8bfb3 ON public.draws_wideningrequest USING btree (requested_by_id);

CREATE INDEX evaluations_caution_objections ON public.evaluations_cautionobjection USING btree (answered_at, id DESC);

CREATE INDEX evaluations_cautionlift_caution_id_ca48a0fa ON public.evaluations_cautionlift USING btree (caution_id);

CREATE INDEX evaluations_cautionlift_decided_by_id_be1748cf ON public.evaluations_cautionlift USING btree (decided_by_id);

CREATE INDEX evaluations_cautionlift_requested_by_id_224f810e ON public.evaluations_cautionlift USING btree (requested_by_id);

CREATE INDEX evaluations_cautionobjection_answered_by_id_255b1883 ON public.evaluations_cautionobjection USING btree (answered_by_id);

CREATE INDEX evaluations_due ON public.evaluations_evaluation USING btree (closed_at, due_at);

CREATE INDEX evaluations_evaluation_agency_form_id_a9645443 ON public.evaluations_evaluation USING btree (agency_form_id);

CREATE INDEX evaluations_evaluation_expert_form_id_1354c69e ON public.evaluations_evaluation USING btree (expert_form_id);

CREATE INDEX evaluations_evaluation_organiser_form_id_7863c363 ON public.evaluations_evaluation USING btree (organiser_form_id);

CREATE INDEX evaluations_expert ON public.evaluations_rating USING btree (expert_id, given_at DESC);

CREATE UNIQUE INDEX evaluations_expert_once ON public.evaluations_rating USING btree (evaluation_id, rater_id, expert_id) WHERE ((target)::text = 'expert'::text);

CREATE INDEX evaluations_invitation ON public.evaluations_rating USING btree (invitation_id);

CREATE INDEX evaluations_objection_open ON public.evaluations_ratingobjection USING btree (answered_at, id DESC);

CREATE UNIQUE INDEX evaluations_one_lift ON public.evaluations_cautionlift USING btree (caution_id) WHERE ((decided_at IS NULL) OR agreed);

CREATE UNIQUE INDEX evaluations_one_open_sanction ON public.evaluations_sanction USING btree (expert_id, kind) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX evaluations_organiser_once ON public.evaluations_rating USING btree (evaluation_id, rater_id, target) WHERE ((target)::text = ANY ((ARRAY['organiser'::character varying, 'agency'::character varying])::text[]));

CREATE INDEX evaluations_rating_evaluation_id_63625ded ON public.evaluations_rating USING btree (evaluation_id);

CREATE INDEX evaluations_rating_expert_id_20f1b19a ON public.evaluations_rating USING btree (expert_id);

CREATE INDEX evaluations_rating_form_id_390a1d04 ON public.evaluations_rating USING btree (form_id);

CREATE INDEX evaluations_rating_invitation_id_3c52a472 ON public.evaluations_rating USING btree (invitation_id);

CREATE INDEX evaluations_rating_rater_id_0a67bd04 ON public.evaluations_rating USING btree (rater_id);

CREATE INDEX evaluations_ratingform_by_id_c721d23b ON public.evaluations_ratingform USING btree (by_id);

CREATE INDEX evaluations_ratingobjection_answered_by_id_548aa9eb ON public.evaluations_ratingobjection USING btree (answered_by_id);

CREATE INDEX evaluations_sanction_decided_by_id_1a4e75db ON public.evaluations_sanction USING btree (decided_by_id);

CREATE INDEX evaluations_sanction_expert_id_cf85af29 ON public.evaluations_sanction USING btree (expert_id);

CREATE INDEX evaluations_sanction_requested_by_id_b04e6034 ON public.evaluations_sanction USING btree (requested_by_id);

CREATE INDEX evaluations_sanctions ON public.evaluations_sanction USING btree (expert_id, decided_at DESC);

CREATE INDEX experts_avoidance_person ON public.experts_avoidanceunit USING btree (person_name) WHERE (NOT ((person_name)::text = ''::text));

CREATE INDEX experts_avoidance_unit ON public.experts_avoidanceunit USING btree (unit_id, expert_id);

CREATE INDEX experts_avoidance_when ON public.experts_avoidanceunit USING btree (created_at);

CREATE INDEX experts_avoidanceremoval_asked_by_id_305d4ac9 ON public.experts_avoidanceremoval USING btree (asked_by_id);

CREATE INDEX experts_avoidanceremoval_avoidance_id_5e6f0ea4 ON public.experts_avoidanceremoval USING btree (avoidance_id);

CREATE INDEX experts_avoidanceremoval_decided_by_id_597ce080 ON public.experts_avoidanceremoval USING btree (decided_by_id);

CREATE INDEX experts_avoidanceremoval_expert_id_a4bf7943 ON public.experts_avoidanceremoval USING btree (expert_id);

CREATE INDEX experts_avoidanceunit_created_by_id_2c7f9980 ON public.experts_avoidanceunit USING btree (created_by_id);

CREATE INDEX experts_avoidanceunit_expert_id_29170312 ON public.experts_avoidanceunit USING btree (expert_id);

CREATE INDEX experts_avoidanceunit_unit_id_8c230986 ON public.experts_avoidanceunit USING btree (unit_id);

CREATE INDEX experts_blacklistappeal_decided_by_id_d2a8e4d2 ON public.experts_blacklistappeal USING btree (decided_by_id);

CREATE INDEX experts_blacklistappeal_entry_id_1011e51a ON public.experts_blacklistappeal USING btree (entry_id);

CREATE UNIQUE INDEX experts_blacklisted_once ON public.experts_blacklistentry USING btree (expert_id) WHERE (removed_at IS NULL);

CREATE INDEX experts_blacklistentry_added_by_id_c22c52de ON public.experts_blacklistentry USING btree (added_by_id);

CREATE INDEX experts_blacklistentry_expert_id_c102af83 ON public.experts_blacklistentry USING btree (expert_id);

CREATE INDEX experts_blacklistentry_removed_by_id_fdcc644f ON public.experts_blacklistentry USING btree (removed_by_id);

CREATE INDEX experts_by_birth ON public.experts_expert USING btree (birth_date, name_index) INCLUDE (id, status, merged_into_id);

CREATE INDEX experts_by_employer ON public.experts_expert USING btree (employer_id, name_index) INCLUDE (id, status, merged_into_id);

CREATE INDEX experts_by_level ON public.experts_expert USING btree (title_level, id);

CREATE INDEX experts_by_name ON public.experts_expert USING btree (name_index);

CREATE INDEX experts_by_specialty ON public.experts_expertspecialty USING btree (specialty_id, expert_id);

CREATE INDEX experts_by_term ON public.experts_expert USING btree (term_end_date, id);

CREATE INDEX experts_expert_created_by_id_a2c53ee1 ON public.experts_expert USING btree (created_by_id);

CREATE INDEX experts_expert_deleted_by_id_94867c77 ON public.experts_expert USING btree (deleted_by_id);

CREATE INDEX experts_expert_department_id_3f168a3c ON public.experts_expert USING btree (department_id);

CREATE INDEX experts_expert_division_id_ad0ac467 ON public.experts_expert USING btree (division_id);

CREATE INDEX experts_expert_division_id_ad0ac467_like ON public.experts_expert USING btree (division_id varchar_pattern_ops);

CREATE INDEX experts_expert_number_25ad9787_like ON public.experts_expert USING btree (number varchar_pattern_ops);

CREATE INDEX experts_expert_tags_expert_id_7e688536 ON public.experts_expert_tags USING btree (expert_id);

CREATE INDEX experts_expert_tags_tag_id_532f8e07 ON public.experts_expert_tags USING btree (tag_id);

CREATE INDEX experts_expertspecialty_expert_id_fe230b1a ON public.experts_expertspecialty USING btree (expert_id);

CREATE INDEX experts_expertspecialty_specialty_id_ad0da66c ON public.experts_expertspecialty USING btree (specialty_id);

CREATE INDEX experts_expertversion_actor_id_cb90656d ON public.experts_expertversion USING btree (actor_id);

CREATE INDEX experts_expertversion_expert_id_676207d1 ON public.experts_expertversion USING btree (expert_id);

CREATE INDEX experts_extra ON public.experts_expert USING gin (extra jsonb_path_ops);

CREATE INDEX experts_leave_created_by_id_67f47e92 ON public.experts_leave USING btree (created_by_id);

CREATE INDEX experts_leave_expert_id_70a02265 ON public.experts_leave USING btree (expert_id);

CREATE INDEX experts_leave_when ON public.experts_leave USING btree (created_at);

CREATE INDEX experts_merged ON public.experts_expert USING btree (merged_into_id) WHERE (merged_into_id IS NOT NULL);

CREATE INDEX experts_no_email ON public.experts_expert USING btree (id) WHERE ((email_index IS NULL) AND ((status)::text = 'formal'::text));

CREATE INDEX experts_number ON public.experts_expert USING gin (number public.gin_trgm_ops);

CREATE INDEX experts_sharing_borrowers_department_id_6c95ad39 ON public.experts_sharing_borrowers USING btree (department_id);

CREATE INDEX experts_sharing_borrowers_sharing_id_3fe8e6f9 ON public.experts_sharing_borrowers USING btree (sharing_id);

CREATE INDEX experts_sharing_set_by_id_0520971e ON public.experts_sharing USING btree (set_by_id);

CREATE INDEX experts_status ON public.experts_expert USING btree (status, id DESC);

CREATE INDEX experts_tag_name_bafb08bf_like ON public.experts_tag USING btree (name varchar_pattern_ops);

CREATE INDEX experts_term ON public.experts_expert USING btree (status, term_end_date);

CREATE INDEX experts_toldapart_first_id_da50ae16 ON public.experts_toldapart USING btree (first_id);

CREATE INDEX experts_toldapart_second_id_63049536 ON public.experts_toldapart USING btree (second_id);

CREATE INDEX experts_toldapart_told_by_id_c5a663b9 ON public.experts_toldapart USING btree (told_by_id);

CREATE INDEX experts_version_at ON public.experts_expertversion USING btree (at DESC, id DESC);

CREATE UNIQUE INDEX fees_account_once ON public.fees_bankaccount USING btree (expert_id) WHERE (ended_at IS NULL);

CREATE INDEX fees_accountcode_expert_id_6e17b6b2 ON public.fees_accountcode USING btree (expert_id);

CREATE INDEX fees_bankaccount_asked_by_id_83da30a5 ON public.fees_bankaccount USING btree (asked_by_id);

CREATE INDEX fees_bankaccount_decided_by_id_44305416 ON public.fees_bankaccount USING btree (decided_by_id);

CREATE INDEX fees_bankaccount_expert_id_1af3e58f ON public.fees_bankaccount USING btree (expert_id);

CREATE INDEX fees_code_expert ON public.fees_accountcode USING btree (expert_id, sent_at);

CREATE INDEX fees_correctionrequest_decided_by_id_fd452e83 ON public.fees_correctionrequest USING btree (decided_by_id);

CREATE INDEX fees_correctionrequest_line_id_85089a20 ON public.fees_correctionrequest USING btree (line_id);

CREATE INDEX fees_correctionrequest_requested_by_id_e19ee6f2 ON public.fees_correctionrequest USING btree (requested_by_id);

CREATE INDEX fees_expert ON public.fees_feeline USING btree (expert_id, entered_at DESC);

CREATE INDEX fees_feeline_corrects_id_bcfa27d1 ON public.fees_feeline USING btree (corrects_id);

CREATE INDEX fees_feeline_entered_by_id_5b176e75 ON public.fees_feeline USING btree (entered_by_id);

CREATE INDEX fees_feeline_expert_id_09f19c78 ON public.fees_feeline USING btree (expert_id);

CREATE INDEX fees_feeline_invitation_id_1a11b62a ON public.fees_feeline USING btree (invitation_id);

CREATE INDEX fees_feeline_project_id_aab70f8b ON public.fees_feeline USING btree (project_id);

CREATE INDEX fees_feeline_rate_id_e2f9604b ON public.fees_feeline USING btree (rate_id);

CREATE INDEX fees_feerate_by_id_e60c22d4 ON public.fees_feerate USING btree (by_id);

CREATE INDEX fees_feerate_department_id_9eb72d05 ON public.fees_feerate USING btree (department_id);

CREATE UNIQUE INDEX fees_line_once ON public.fees_feeline USING btree (project_id, expert_id) WHERE ((corrects_id IS NULL) AND (reversed_at IS NULL));

CREATE INDEX fees_month ON public.fees_feeline USING btree (expert_id, sent_at);

CREATE UNIQUE INDEX fees_one_correction_request ON public.fees_correctionrequest USING btree (line_id) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX fees_paid_once ON public.fees_payment USING btree (line_id) WHERE ((dropped_at IS NULL) AND (returned_at IS NULL));

CREATE INDEX fees_paid_when ON public.fees_payment USING btree (paid_at);

CREATE INDEX fees_payment_account_id_4a66b327 ON public.fees_payment USING btree (account_id);

CREATE INDEX fees_payment_batch_id_7a10de58 ON public.fees_payment USING btree (batch_id);

CREATE INDEX fees_payment_line_id_369752e7 ON public.fees_payment USING btree (line_id);

CREATE INDEX fees_payment_reference_d1e7fd86_like ON public.fees_payment USING btree (reference varchar_pattern_ops);

CREATE INDEX fees_paymentbatch_made_by_id_b1952f44 ON public.fees_paymentbatch USING btree (made_by_id);

CREATE INDEX fees_paymentbatch_number_79cd3b8a_like ON public.fees_paymentbatch USING btree (number varchar_pattern_ops);

CREATE INDEX fees_paymentrequest_batch_id_89ef4364 ON public.fees_paymentrequest USING btree (batch_id);

CREATE INDEX fees_paymentrequest_decided_by_id_b2c807c6 ON public.fees_paymentrequest USING btree (decided_by_id);

CREATE INDEX fees_paymentrequest_requested_by_id_cbdb7e9b ON public.fees_paymentrequest USING btree (requested_by_id);

CREATE INDEX fees_payments ON public.fees_payment USING btree (line_id);

CREATE INDEX fees_project ON public.fees_feeline USING btree (project_id);

CREATE INDEX files_attachment_created_by_id_a07bf3f8 ON public.files_attachment USING btree (created_by_id);

CREATE INDEX files_clear ON public.files_attachment USING btree (id) WHERE (NOT ((file)::text ~~ '%.sealed'::text));

CREATE INDEX files_held ON public.files_attachment USING btree (id) WHERE held;

CREATE INDEX files_subject ON public.files_attachment USING btree (subject_type, subject_id);

CREATE INDEX identity_grouprole_role_id_11786a85 ON public.identity_grouprole USING btree (role_id);

CREATE INDEX identity_outsideidentity_user_id_8cfb8ed2 ON public.identity_outsideidentity USING btree (user_id);

CREATE INDEX idx_procrastinate_jobs_worker_not_null ON public.procrastinate_jobs USING btree (worker_id) WHERE ((worker_id IS NOT NULL) AND (status = 'doing'::public.procrastinate_job_status));

CREATE INDEX idx_procrastinate_workers_last_heartbeat ON public.procrastinate_workers USING btree (last_heartbeat);

CREATE INDEX inspections_expert ON public.inspections_inspection USING btree (expert_id);

CREATE INDEX inspections_inspection_asked_by_id_76bf76a3 ON public.inspections_inspection USING btree (asked_by_id);

CREATE INDEX inspections_inspection_decided_by_id_a8b65204 ON public.inspections_inspection USING btree (decided_by_id);

CREATE INDEX inspections_inspection_expert_id_a7335d41 ON public.inspections_inspection USING btree (expert_id);

CREATE INDEX inspections_inspection_lifted_by_id_cf0da483 ON public.inspections_inspection USING btree (lifted_by_id);

CREATE INDEX inspections_inspection_round_id_d65551d9 ON public.inspections_inspection USING btree (round_id);

CREATE INDEX inspections_renewal_asked_by_id_fef6b74e ON public.inspections_renewal USING btree (asked_by_id);

CREATE INDEX inspections_renewal_decided_by_id_b3faa849 ON public.inspections_renewal USING btree (decided_by_id);

CREATE INDEX inspections_renewal_expert ON public.inspections_renewal USING btree (expert_id);

CREATE INDEX inspections_renewal_expert_id_41b21f05 ON public.inspections_renewal USING btree (expert_id);

CREATE UNIQUE INDEX inspections_renewal_once ON public.inspections_renewal USING btree (expert_id) WHERE ((state)::text = 'waiting'::text);

CREATE INDEX inspections_renewalrun_user_id_f5fd6b98 ON public.inspections_renewalrun USING btree (user_id);

CREATE INDEX inspections_round_created_by_id_f7b660c2 ON public.inspections_round USING btree (created_by_id);

CREATE INDEX inspections_round_name_011c353d_like ON public.inspections_round USING btree (name varchar_pattern_ops);

CREATE INDEX inspections_round_opened_by_id_f1881d5d ON public.inspections_round USING btree (opened_by_id);

CREATE INDEX inspections_state ON public.inspections_inspection USING btree (round_id, state);

CREATE INDEX joining_application_consent_id_daf5c329 ON public.joining_application USING btree (consent_id);

CREATE INDEX joining_application_decided_by_id_317df695 ON public.joining_application USING btree (decided_by_id);

CREATE INDEX joining_application_division_id_17f7d116 ON public.joining_application USING btree (division_id);

CREATE INDEX joining_application_division_id_17f7d116_like ON public.joining_application USING btree (division_id varchar_pattern_ops);

CREATE INDEX joining_application_number_b7360db9_like ON public.joining_application USING btree (number varchar_pattern_ops);

CREATE INDEX joining_application_specialties_application_id_f25a89bc ON public.joining_application_specialties USING btree (application_id);

CREATE INDEX joining_application_specialties_specialty_id_15247c5e ON public.joining_application_specialties USING btree (specialty_id);

CREATE INDEX joining_application_user_id_1ef47720 ON public.joining_application USING btree (user_id);

CREATE INDEX joining_by_address ON public.joining_registration USING btree (address_index, sent_at);

CREATE INDEX joining_by_contact ON public.joining_registration USING btree (contact_index, sent_at);

CREATE INDEX joining_by_id_number ON public.joining_application USING btree (id_number_index);

CREATE INDEX joining_by_phone ON public.joining_application USING btree (phone_index);

CREATE INDEX joining_by_recommender ON public.joining_recommendation USING btree (recommender_id, id DESC);

CREATE INDEX joining_by_state ON public.joining_application USING btree (state, id DESC);

CREATE INDEX joining_by_time ON public.joining_registration USING btree (sent_at);

CREATE INDEX joining_consenttext_created_by_id_3f49e54b ON public.joining_consenttext USING btree (created_by_id);

CREATE INDEX joining_friendlink_name_3edcd575_like ON public.joining_friendlink USING btree (name varchar_pattern_ops);

CREATE UNIQUE INDEX joining_one_open ON public.joining_application USING btree (user_id) WHERE ((state)::text = ANY ((ARRAY['draft'::character varying, 'returned'::character varying, 'pending'::character varying])::text[]));

CREATE INDEX joining_recommendation_created_by_id_6e6aafcd ON public.joining_recommendation USING btree (created_by_id);

CREATE INDEX joining_recommendation_recommender_id_78ca44fc ON public.joining_recommendation USING btree (recommender_id);

CREATE INDEX joining_registration_consent_id_94fa28ab ON public.joining_registration USING btree (consent_id);

CREATE INDEX joining_registration_recommendation_id_aa8af80f ON public.joining_registration USING btree (recommendation_id);

CREATE INDEX monitoring_heartbeat_at ON ONLY public.monitoring_heartbeat USING btree (at, user_id);

CREATE INDEX monitoring_heartbeat_rest_at_user_id_idx ON public.monitoring_heartbeat_rest USING btree (at, user_id);

CREATE INDEX monitoring_lastbeat_at_3d6799a7 ON public.monitoring_lastbeat USING btree (at);

CREATE INDEX monitoring_public_at ON ONLY public.monitoring_publicvisit USING btree (at);

CREATE INDEX monitoring_publicvisit_rest_at_idx ON public.monitoring_publicvisit_rest USING btree (at);

CREATE INDEX monitoring_regionnetwork_network_862bf74f_like ON public.monitoring_regionnetwork USING btree (network varchar_pattern_ops);

CREATE INDEX monitoring_visit_at ON ONLY public.monitoring_visit USING btree (at DESC, id DESC);

CREATE INDEX monitoring_visit_rest_at_id_idx ON public.monitoring_visit_rest USING btree (at DESC, id DESC);

CREATE INDEX monitoring_visit_user ON ONLY public.monitoring_visit USING btree (user_id, at DESC);

CREATE INDEX monitoring_visit_rest_user_id_at_idx ON public.monitoring_visit_rest USING btree (user_id, at DESC);

CREATE INDEX networks_networkrule_ended_by_id_74758953 ON public.networks_networkrule USING btree (ended_by_id);

CREATE INDEX networks_networkrule_made_by_id_5a8b2afc ON public.networks_networkrule USING btree (made_by_id);

CREATE INDEX networks_rule_of ON public.networks_networkrule USING btree (network, id DESC);

CREATE INDEX notices_addressee_expert_id_abfe056e ON public.notices_addressee USING btree (expert_id);

CREATE INDEX notices_addressee_notice_id_57b952a9 ON public.notices_addressee USING btree (notice_id);

CREATE INDEX notices_expertnotice_created_by_id_94984386 ON public.notices_expertnotice USING btree (created_by_id);

CREATE INDEX notices_expertnotice_department_id_913cbe5b ON public.notices_expertnotice USING btree (department_id);

CREATE INDEX notices_expertnotice_sent_by_id_44923787 ON public.notices_expertnotice USING btree (sent_by_id);

CREATE INDEX notices_expertnotice_withdrawn_by_id_177d3bb6 ON public.notices_expertnotice USING btree (withdrawn_by_id);

CREATE INDEX notices_of_expert ON public.notices_addressee USING btree (expert_id, id DESC);

CREATE INDEX notices_receipt_addressee_id_bf67c823 ON public.notices_receipt USING btree (addressee_id);

CREATE INDEX notices_waiting ON public.notices_addressee USING btree (notice_id, id) WHERE ((sent_at IS NULL) AND ((skipped)::text = ''::text));

CREATE INDEX notifications_about ON public.notifications_message USING btree (about_type, about_id, id DESC);

CREATE INDEX notifications_answer ON public.notifications_message USING btree (answer_key) WHERE (answer_key IS NOT NULL);

CREATE INDEX notifications_attempt_message_id_656352e7 ON public.notifications_attempt USING btree (message_id);

CREATE INDEX notifications_channelhealth_channel_f166c527_like ON public.notifications_channelhealth USING btree (channel varchar_pattern_ops);

CREATE INDEX notifications_created ON public.notifications_message USING btree (created_at DESC);

CREATE INDEX notifications_deliveryevent_attempt_id_87bc75c5 ON public.notifications_deliveryevent USING btree (attempt_id);

CREATE INDEX notifications_deliveryevent_key_4c116c93_like ON public.notifications_deliveryevent USING btree (key varchar_pattern_ops);

CREATE INDEX notifications_guesses ON public.notifications_reply USING btree (sender, received_at) WHERE (message_id IS NULL);

CREATE INDEX notifications_message_attachments_attachment_id_2612f49b ON public.notifications_message_attachments USING btree (attachment_id);

CREATE INDEX notifications_message_attachments_message_id_31f7d635 ON public.notifications_message_attachments USING btree (message_id);

CREATE INDEX notifications_message_deleted_by_id_4d8a4248 ON public.notifications_message USING btree (deleted_by_id);

CREATE INDEX notifications_message_key_0781d074_like ON public.notifications_message USING btree (key varchar_pattern_ops);

CREATE INDEX notifications_open ON public.notifications_message USING btree (state, due_at) WHERE ((state)::text = ANY ((ARRAY['queued'::character varying, 'sending'::character varying])::text[]));

CREATE INDEX notifications_pace_key_32f94928_like ON public.notifications_pace USING btree (key varchar_pattern_ops);

CREATE INDEX notifications_provider_id ON public.notifications_attempt USING btree (provider, provider_id) WHERE (NOT ((provider_id)::text = ''::text));

CREATE INDEX notifications_recipient ON public.notifications_message USING btree (recipient_key, channel, id DESC);

CREATE INDEX notifications_replies ON public.notifications_reply USING btree (received_at);

CREATE INDEX notifications_reply_key_f0c94dae_like ON public.notifications_reply USING btree (key varchar_pattern_ops);

CREATE INDEX notifications_reply_message_id_e01fcc06 ON public.notifications_reply USING btree (message_id);

CREATE INDEX notifications_returnmailbox_key_1584badb_like ON public.notifications_returnmailbox USING btree (key varchar_pattern_ops);

CREATE INDEX notifications_to_ask ON public.notifications_attempt USING btree (ask_at) WHERE (ask_at IS NOT NULL);

CREATE INDEX notifications_waiting_event ON public.notifications_deliveryevent USING btree (provider, provider_id) WHERE (attempt_id IS NULL);

CREATE UNIQUE INDEX notifications_wechat_of_one ON public.notifications_wechatbinding USING btree (openid_index) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX notifications_wechat_one ON public.notifications_wechatbinding USING btree (user_id) WHERE (ended_at IS NULL);

CREATE INDEX notifications_wechatbinding_user_id_58eebfa6 ON public.notifications_wechatbinding USING btree (user_id);

CREATE INDEX operations_alert_acknowledged_by_id_b4835707 ON public.operations_alert USING btree (acknowledged_by_id);

CREATE UNIQUE INDEX operations_alert_once ON public.operations_alert USING btree (check_code) WHERE (ended_at IS NULL);

CREATE INDEX operations_failed_jobs ON public.procrastinate_jobs USING btree (id) WHERE (status = 'failed'::public.procrastinate_job_status);

CREATE UNIQUE INDEX papers_one_active_template ON public.papers_papertemplate USING btree (paper, project_kind) WHERE ((state)::text = 'active'::text);

CREATE INDEX papers_papertemplate_uploaded_by_id_0afbc913 ON public.papers_papertemplate USING btree (uploaded_by_id);

CREATE INDEX points_account_balance ON public.points_pointaccount USING btree (balance DESC, id);

CREATE INDEX points_benefit_level_id_77daeb23 ON public.points_benefit USING btree (level_id);

CREATE INDEX points_benefit_name_cf0b0b0b_like ON public.points_benefit USING btree (name varchar_pattern_ops);

CREATE INDEX points_benefitrequest_answered_by_id_4beddec2 ON public.points_benefitrequest USING btree (answered_by_id);

CREATE INDEX points_benefitrequest_benefit_id_39071237 ON public.points_benefitrequest USING btree (benefit_id);

CREATE INDEX points_benefitrequest_expert_id_699e9c42 ON public.points_benefitrequest USING btree (expert_id);

CREATE INDEX points_correction_counters_id_7b1b44eb ON public.points_correction USING btree (counters_id);

CREATE INDEX points_correction_decided_by_id_4ecca871 ON public.points_correction USING btree (decided_by_id);

CREATE INDEX points_correction_expert_id_51611449 ON public.points_correction USING btree (expert_id);

CREATE INDEX points_correction_requested_by_id_87172343 ON public.points_correction USING btree (requested_by_id);

CREATE INDEX points_entry_expert_at ON public.points_pointentry USING btree (expert_id, at);

CREATE INDEX points_entry_latest ON public.points_pointentry USING btree (at DESC, id DESC);

CREATE UNIQUE INDEX points_one_open_correction ON public.points_correction USING btree (expert_id) WHERE (decided_at IS NULL);

CREATE INDEX points_pointentry_actor_id_7022407b ON public.points_pointentry USING btree (actor_id);

CREATE INDEX points_pointentry_expert_id_45ab2e53 ON public.points_pointentry USING btree (expert_id);

CREATE INDEX points_pointentry_invitation_id_cdee849a ON public.points_pointentry USING btree (invitation_id);

CREATE INDEX points_pointentry_key_c02882ae_like ON public.points_pointentry USING btree (key varchar_pattern_ops);

CREATE INDEX points_pointlevel_name_6813497b_like ON public.points_pointlevel USING btree (name varchar_pattern_ops);

CREATE INDEX points_pointrule_fact_00f9e13e_like ON public.points_pointrule USING btree (fact varchar_pattern_ops);

CREATE INDEX points_request_open ON public.points_benefitrequest USING btree (answered_at, id DESC);

CREATE INDEX privacy_consent_expert ON public.privacy_consent USING btree (expert_id, id DESC);

CREATE INDEX privacy_consent_expert_id_399d8d1e ON public.privacy_consent USING btree (expert_id);

CREATE INDEX privacy_consent_text_id_5aa09ced ON public.privacy_consent USING btree (text_id);

CREATE INDEX privacy_datarequest_answered_by_id_a2abc16e ON public.privacy_datarequest USING btree (answered_by_id);

CREATE INDEX privacy_datarequest_expert_id_1b20acc9 ON public.privacy_datarequest USING btree (expert_id);

CREATE INDEX privacy_erasurerequest_decided_by_id_b47d6147 ON public.privacy_erasurerequest USING btree (decided_by_id);

CREATE INDEX privacy_erasurerequest_expert_id_8403257c ON public.privacy_erasurerequest USING btree (expert_id);

CREATE INDEX privacy_erasurerequest_requested_by_id_ffc2e232 ON public.privacy_erasurerequest USING btree (requested_by_id);

CREATE INDEX privacy_listedread_at_1767d073 ON public.privacy_listedread USING btree (at);

CREATE UNIQUE INDEX privacy_one_erasure ON public.privacy_erasurerequest USING btree (expert_id) WHERE (decided_at IS NULL);

CREATE INDEX privacy_request_due ON public.privacy_datarequest USING btree (answered_at, due_at);

CREATE INDEX procrastinate_events_job_id_fkey_v1 ON public.procrastinate_events USING btree (job_id);

CREATE INDEX procrastinate_jobs_id_lock_idx_v1 ON public.procrastinate_jobs USING btree (id, lock) WHERE (status = ANY (ARRAY['todo'::public.procrastinate_job_status, 'doing'::public.procrastinate_job_status]));

CREATE UNIQUE INDEX procrastinate_jobs_lock_idx_v1 ON public.procrastinate_jobs USING btree (lock) WHERE (status = 'doing'::public.procrastinate_job_status);

CREATE INDEX procrastinate_jobs_priority_idx_v1 ON public.procrastinate_jobs USING btree (priority DESC, id) WHERE (status = 'todo'::public.procrastinate_job_status);

CREATE INDEX procrastinate_jobs_queue_name_idx_v1 ON public.procrastinate_jobs USING btree (queue_name);

CREATE UNIQUE INDEX procrastinate_jobs_queueing_lock_idx_v1 ON public.procrastinate_jobs USING btree (queueing_lock) WHERE (status = 'todo'::public.procrastinate_job_status);

CREATE INDEX procrastinate_periodic_defers_job_id_fkey_v1 ON public.procrastinate_periodic_defers USING btree (job_id);

CREATE INDEX projects_avoidance_project_id_4d767013 ON public.projects_avoidance USING btree (project_id);

CREATE INDEX projects_avoidance_unit_id_6067b4d3 ON public.projects_avoidance USING btree (unit_id);

CREATE INDEX projects_draw_state ON public.projects_project USING btree (draw_state, id DESC);

CREATE INDEX projects_extra ON public.projects_project USING gin (extra jsonb_path_ops);

CREATE INDEX projects_name ON public.projects_project USING gin (name public.gin_trgm_ops);

CREATE UNIQUE INDEX projects_one_lead_of_a_batch ON public.projects_project USING btree (batch_id) WHERE leads_batch;

CREATE INDEX projects_opening ON public.projects_project USING btree (opening_at);

CREATE INDEX projects_progressentry_author_id_716a1029 ON public.projects_progressentry USING btree (author_id);

CREATE INDEX projects_progressentry_project_id_3c67b0ff ON public.projects_progressentry USING btree (project_id);

CREATE INDEX projects_project_archived_by_id_7c2f59de ON public.projects_project USING btree (archived_by_id);

CREATE INDEX projects_project_batch_id_c8cee900 ON public.projects_project USING btree (batch_id);

CREATE INDEX projects_project_created_by_id_c49d7b6d ON public.projects_project USING btree (created_by_id);

CREATE INDEX projects_project_decided_by_id_97717324 ON public.projects_project USING btree (decided_by_id);

CREATE INDEX projects_project_department_id_2d73b0cf ON public.projects_project USING btree (department_id);

CREATE INDEX projects_project_edited_by_id_3d521db1 ON public.projects_project USING btree (edited_by_id);

CREATE INDEX projects_project_number_578befa6_like ON public.projects_project USING btree (number varchar_pattern_ops);

CREATE INDEX projects_project_purchaser_id_35e6fc47 ON public.projects_project USING btree (purchaser_id);

CREATE INDEX projects_project_submitted_by_id_22838da7 ON public.projects_project USING btree (submitted_by_id);

CREATE INDEX projects_projectbatch_created_by_id_02c00e44 ON public.projects_projectbatch USING btree (created_by_id);

CREATE INDEX projects_projectbatch_number_af676f6a_like ON public.projects_projectbatch USING btree (number varchar_pattern_ops);

CREATE INDEX projects_status ON public.projects_project USING btree (status, id DESC);

CREATE INDEX projects_task_assignee_id_5061de72 ON public.projects_task USING btree (assignee_id);

CREATE INDEX projects_task_completed_by_id_d8cc047e ON public.projects_task USING btree (completed_by_id);

CREATE INDEX projects_task_created_by_id_3dc419bd ON public.projects_task USING btree (created_by_id);

CREATE INDEX projects_task_department_id_ff0d2f90 ON public.projects_task USING btree (department_id);

CREATE INDEX projects_task_open ON public.projects_task USING btree (due_date) WHERE ((cancelled_at IS NULL) AND (completed_at IS NULL));

CREATE INDEX projects_task_project_id_a1b987d6 ON public.projects_task USING btree (project_id);

CREATE INDEX reports_candidates ON public.reports_candidatelist USING gin (experts);

CREATE INDEX reports_departmentmonth_department_id_1b8044ae ON public.reports_departmentmonth USING btree (department_id);

CREATE INDEX reports_tally_department_id_17515fca ON public.reports_tally USING btree (department_id);

CREATE INDEX reports_tally_tallying_id_6141338b ON public.reports_tally USING btree (tallying_id);

CREATE INDEX reports_tallying_topic_16d6c120_like ON public.reports_tallying USING btree (topic varchar_pattern_ops);

CREATE UNIQUE INDEX reviews_assignment_number ON public.reviews_itemassignment USING btree (number) WHERE (NOT ((number)::text = ''::text));

CREATE INDEX reviews_due ON public.reviews_review USING btree (ended_at, due_at);

CREATE INDEX reviews_expert ON public.reviews_reviewer USING btree (expert_id, joined_at DESC);

CREATE UNIQUE INDEX reviews_expert_once ON public.reviews_reviewer USING btree (review_id, expert_id) WHERE (left_at IS NULL);

CREATE INDEX reviews_handback_decided_by_id_6a7f0057 ON public.reviews_handback USING btree (decided_by_id);

CREATE INDEX reviews_handback_requested_by_id_775951a3 ON public.reviews_handback USING btree (requested_by_id);

CREATE INDEX reviews_handback_submission_id_49ee202f ON public.reviews_handback USING btree (submission_id);

CREATE INDEX reviews_itemassignment_review_id_5579d4a1 ON public.reviews_itemassignment USING btree (review_id);

CREATE INDEX reviews_itemassignment_sealed_by_id_84eb6f11 ON public.reviews_itemassignment USING btree (sealed_by_id);

CREATE UNIQUE INDEX reviews_one_assignment ON public.reviews_itemassignment USING btree (review_id) WHERE (voided_at IS NULL);

CREATE UNIQUE INDEX reviews_one_bring_in ON public.reviews_reassignrequest USING btree (invitation_id) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX reviews_one_hand_back ON public.reviews_handback USING btree (submission_id) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX reviews_one_leader ON public.reviews_reviewer USING btree (review_id) WHERE (is_leader AND (left_at IS NULL));

CREATE UNIQUE INDEX reviews_one_reassign ON public.reviews_reassignrequest USING btree (reviewer_id) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX reviews_one_stop ON public.reviews_stoprequest USING btree (review_id) WHERE (decided_at IS NULL);

CREATE INDEX reviews_reassignrequest_assignment_id_6f1c3753 ON public.reviews_reassignrequest USING btree (assignment_id);

CREATE INDEX reviews_reassignrequest_decided_by_id_207d043b ON public.reviews_reassignrequest USING btree (decided_by_id);

CREATE INDEX reviews_reassignrequest_invitation_id_78d14577 ON public.reviews_reassignrequest USING btree (invitation_id);

CREATE INDEX reviews_reassignrequest_requested_by_id_b410a71a ON public.reviews_reassignrequest USING btree (requested_by_id);

CREATE INDEX reviews_reassignrequest_review_id_44711f8b ON public.reviews_reassignrequest USING btree (review_id);

CREATE INDEX reviews_reassignrequest_reviewer_id_40ed6894 ON public.reviews_reassignrequest USING btree (reviewer_id);

CREATE INDEX reviews_review_created_by_id_2db9f91c ON public.reviews_review USING btree (created_by_id);

CREATE INDEX reviews_review_rule_id_0405e7fd ON public.reviews_review USING btree (rule_id);

CREATE INDEX reviews_reviewer_expert_id_e8e1eab5 ON public.reviews_reviewer USING btree (expert_id);

CREATE INDEX reviews_reviewer_invitation_id_035c54a0 ON public.reviews_reviewer USING btree (invitation_id);

CREATE INDEX reviews_reviewer_review_id_2640ec53 ON public.reviews_reviewer USING btree (review_id);

CREATE INDEX reviews_reviewitem_review_id_e3ed2353 ON public.reviews_reviewitem USING btree (review_id);

CREATE INDEX reviews_reviewresult_sealed_by_id_b45c6786 ON public.reviews_reviewresult USING btree (sealed_by_id);

CREATE INDEX reviews_reviewrule_by_id_1e0df5d8 ON public.reviews_reviewrule USING btree (by_id);

CREATE INDEX reviews_scoresheet_item_id_84f93c03 ON public.reviews_scoresheet USING btree (item_id);

CREATE INDEX reviews_scoresheet_reviewer_id_e40543ce ON public.reviews_scoresheet USING btree (reviewer_id);

CREATE INDEX reviews_stoprequest_decided_by_id_1940fbd3 ON public.reviews_stoprequest USING btree (decided_by_id);

CREATE INDEX reviews_stoprequest_requested_by_id_e6b6f101 ON public.reviews_stoprequest USING btree (requested_by_id);

CREATE INDEX reviews_stoprequest_review_id_82a9f931 ON public.reviews_stoprequest USING btree (review_id);

CREATE INDEX reviews_submission_reviewer_id_db900e63 ON public.reviews_submission USING btree (reviewer_id);

CREATE UNIQUE INDEX reviews_submitted_once ON public.reviews_submission USING btree (reviewer_id) WHERE (returned_at IS NULL);

CREATE UNIQUE INDEX secondfactor_one_open_reset ON public.secondfactor_resetrequest USING btree (user_id) WHERE (decided_at IS NULL);

CREATE INDEX secondfactor_passkey_handle_94802922_like ON public.secondfactor_passkey USING btree (handle varchar_pattern_ops);

CREATE INDEX secondfactor_passkey_user_id_f3e0b060 ON public.secondfactor_passkey USING btree (user_id);

CREATE INDEX secondfactor_recoverycode_user_id_70046412 ON public.secondfactor_recoverycode USING btree (user_id);

CREATE INDEX secondfactor_resetrequest_decided_by_id_bdbaff55 ON public.secondfactor_resetrequest USING btree (decided_by_id);

CREATE INDEX secondfactor_resetrequest_requested_by_id_81c11e75 ON public.secondfactor_resetrequest USING btree (requested_by_id);

CREATE INDEX secondfactor_resetrequest_user_id_a7b586aa ON public.secondfactor_resetrequest USING btree (user_id);

CREATE INDEX selfservice_calendarfeed_expert_id_e928675b ON public.selfservice_calendarfeed USING btree (expert_id);

CREATE UNIQUE INDEX selfservice_feed_one ON public.selfservice_calendarfeed USING btree (expert_id) WHERE (ended_at IS NULL);

CREATE INDEX siteconfig_changes_of ON public.siteconfig_settingchange USING btree (code, id DESC);

CREATE INDEX siteconfig_settingchange_actor_id_20d1e675 ON public.siteconfig_settingchange USING btree (actor_id);

CREATE INDEX siteconfig_storedsetting_code_3f2f339b_like ON public.siteconfig_storedsetting USING btree (code varchar_pattern_ops);

CREATE INDEX telephone_running ON public.telephone_call USING btree (seen_at) WHERE (ended_at IS NULL);

CREATE INDEX webhooks_delivery_of ON public.webhooks_delivery USING btree (subscription_id, id DESC);

CREATE INDEX webhooks_delivery_state ON public.webhooks_delivery USING btree (state, id DESC);

CREATE INDEX webhooks_delivery_subscription_id_f436ed71 ON public.webhooks_delivery USING btree (subscription_id);

CREATE UNIQUE INDEX webhooks_fact_once ON public.webhooks_delivery USING btree (subscription_id, key) WHERE (NOT ((key)::text = ''::text));

CREATE INDEX webhooks_subscription_created_by_id_667c65d5 ON public.webhooks_subscription USING btree (created_by_id);

CREATE INDEX workflow_approval_department_id_1d573224 ON public.workflow_approval USING btree (department_id);

CREATE INDEX workflow_approval_step_id_653b16f8 ON public.workflow_approval USING btree (step_id);

CREATE INDEX workflow_approval_version_id_e44b3eaf ON public.workflow_approval USING btree (version_id);

CREATE INDEX workflow_code_request ON public.workflow_confirmationcode USING btree (matter, request_id);

CREATE INDEX workflow_confirmationcode_person_id_23f05d11 ON public.workflow_confirmationcode USING btree (person_id);

CREATE INDEX workflow_decision_approval_id_f1b6470b ON public.workflow_decision USING btree (approval_id);

CREATE INDEX workflow_decision_decided_by_id_8969c511 ON public.workflow_decision USING btree (decided_by_id);

CREATE INDEX workflow_decision_for_whom_id_f8f478aa ON public.workflow_decision USING btree (for_whom_id);

CREATE INDEX workflow_decision_step_id_2cbb8401 ON public.workflow_decision USING btree (step_id);

CREATE INDEX workflow_delegation_giver_id_7b452eff ON public.workflow_delegation USING btree (giver_id);

CREATE INDEX workflow_delegation_to_id_35d27f2b ON public.workflow_delegation USING btree (to_id);

CREATE INDEX workflow_due ON public.workflow_approval USING btree (due_at) WHERE ((due_at IS NOT NULL) AND ((state)::text = 'running'::text));

CREATE INDEX workflow_flowstep_department_id_c1644508 ON public.workflow_flowstep USING btree (department_id);

CREATE INDEX workflow_flowstep_role_id_f50aa8bf ON public.workflow_flowstep USING btree (role_id);

CREATE INDEX workflow_flowstep_version_id_2aac4f1a ON public.workflow_flowstep USING btree (version_id);

CREATE INDEX workflow_flowversion_created_by_id_196cce10 ON public.workflow_flowversion USING btree (created_by_id);

CREATE INDEX workflow_objection_notice_id_97b9aae3 ON public.workflow_objection USING btree (notice_id);

CREATE INDEX workflow_objection_source ON public.workflow_objection USING btree (address_index, filed_at);

CREATE UNIQUE INDEX workflow_one_running ON public.workflow_approval USING btree (subject_type, subject_id) WHERE ((state)::text = 'running'::text);

CREATE INDEX workflow_publicnotice_approval_id_20bc7009 ON public.workflow_publicnotice USING btree (approval_id);

CREATE INDEX workflow_publicnotice_step_id_9bc74812 ON public.workflow_publicnotice USING btree (step_id);

CREATE INDEX workflow_subject ON public.workflow_approval USING btree (subject_type, subject_id);

ALTER INDEX public.monitoring_heartbeat_at ATTACH PARTITION public.monitoring_heartbeat_rest_at_user_id_idx;

ALTER INDEX public.monitoring_heartbeat_pkey ATTACH PARTITION public.monitoring_heartbeat_rest_pkey;

ALTER INDEX public.monitoring_public_at ATTACH PARTITION public.monitoring_publicvisit_rest_at_idx;

ALTER INDEX public.monitoring_publicvisit_pkey ATTACH PARTITION public.monitoring_publicvisit_rest_pkey;

ALTER INDEX public.monitoring_visit_at ATTACH PARTITION public.monitoring_visit_rest_at_id_idx;

ALTER INDEX public.monitoring_visit_pkey ATTACH PARTITION public.monitoring_visit_rest_pkey;

ALTER INDEX public.monitoring_visit_user ATTACH PARTITION public.monitoring_visit_rest_user_id_at_idx;

CREATE TRIGGER accounts_apitoken_revoked_at_stays BEFORE UPDATE OF revoked_at ON public.accounts_apitoken FOR EACH ROW WHEN (((NULLIF((old.revoked_at)::text, ''::text) IS NOT NULL) AND (old.revoked_at IS DISTINCT FROM new.revoked_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE CONSTRAINT TRIGGER accounts_duties_stand AFTER DELETE OR UPDATE ON public.accounts_knownpermission DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((old.duty)::text <> ''::text)) EXECUTE FUNCTION public.accounts_duties_stand();

CREATE TRIGGER accounts_role_id BEFORE UPDATE OF id, code ON public.accounts_role FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR ((old.code)::text IS DISTINCT FROM (new.code)::text))) EXECUTE FUNCTION public.draws_keep_id();

CREATE TRIGGER accounts_three_apart AFTER INSERT OR UPDATE ON public.accounts_rolepermission FOR EACH STATEMENT EXECUTE FUNCTION public.accounts_three_apart();

CREATE TRIGGER accounts_three_apart AFTER INSERT OR UPDATE ON public.accounts_user_roles FOR EACH STATEMENT EXECUTE FUNCTION public.accounts_three_apart();

CREATE TRIGGER accounts_three_apart AFTER INSERT OR UPDATE ON public.siteconfig_storedsetting FOR EACH ROW WHEN (((new.code)::text = 'accounts.separation'::text)) EXECUTE FUNCTION public.accounts_three_apart();

CREATE TRIGGER accounts_usedpassword_bound BEFORE UPDATE OF uid ON public.accounts_usedpassword FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER accounts_user_bound BEFORE UPDATE OF username ON public.accounts_user FOR EACH ROW WHEN (((old.username)::text IS DISTINCT FROM (new.username)::text)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER accounts_user_id BEFORE UPDATE OF id ON public.accounts_user FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.draws_keep_id();

CREATE TRIGGER achievements_achievement_proof_n_stays BEFORE UPDATE OF proof_n ON public.achievements_achievement FOR EACH ROW WHEN ((new.proof_n < old.proof_n)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER achievements_achievement_uid_stays BEFORE UPDATE OF uid ON public.achievements_achievement FOR EACH ROW WHEN (((NULLIF((old.uid)::text, ''::text) IS NOT NULL) AND (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER audit_anchor_in_order BEFORE INSERT ON public.audit_anchor FOR EACH ROW EXECUTE FUNCTION public.audit_anchor_in_order();

CREATE TRIGGER audit_anchor_kept BEFORE DELETE OR UPDATE ON public.audit_anchor FOR EACH ROW EXECUTE FUNCTION public.audit_anchor_kept();

CREATE TRIGGER audit_anchor_no_truncate BEFORE TRUNCATE ON public.audit_anchor FOR EACH STATEMENT EXECUTE FUNCTION public.audit_anchor_kept();

CREATE TRIGGER audit_branch_append_only BEFORE DELETE OR UPDATE ON public.audit_branch FOR EACH ROW EXECUTE FUNCTION public.audit_append_only();

CREATE TRIGGER audit_branch_no_truncate BEFORE TRUNCATE ON public.audit_branch FOR EACH STATEMENT EXECUTE FUNCTION public.audit_append_only();

CREATE TRIGGER audit_chainhead_append_only BEFORE DELETE OR UPDATE ON public.audit_chainhead FOR EACH ROW EXECUTE FUNCTION public.audit_append_only();

CREATE TRIGGER audit_chainhead_no_truncate BEFORE TRUNCATE ON public.audit_chainhead FOR EACH STATEMENT EXECUTE FUNCTION public.audit_append_only();

CREATE TRIGGER audit_entry_append_only BEFORE DELETE OR UPDATE ON public.audit_entry FOR EACH ROW EXECUTE FUNCTION public.audit_append_only();

CREATE TRIGGER audit_entry_arrives BEFORE INSERT ON public.audit_entry FOR EACH ROW EXECUTE FUNCTION public.audit_entry_arrives();

CREATE CONSTRAINT TRIGGER audit_entry_last AFTER INSERT ON public.audit_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.audit_entry_last();

CREATE CONSTRAINT TRIGGER audit_entry_link AFTER UPDATE ON public.audit_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.chain_no IS NULL) AND (new.branch_no IS NULL))) EXECUTE FUNCTION public.audit_entry_link();

CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON public.audit_entry FOR EACH STATEMENT EXECUTE FUNCTION public.audit_append_only();

CREATE TRIGGER automation_errand_done_at_stays BEFORE UPDATE OF done_at ON public.automation_errand FOR EACH ROW WHEN (((NULLIF((old.done_at)::text, ''::text) IS NOT NULL) AND (old.done_at IS DISTINCT FROM new.done_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER automation_firing_ended BEFORE UPDATE ON public.automation_firing FOR EACH ROW WHEN (((old.state)::text <> 'waiting'::text)) EXECUTE FUNCTION public.automation_fired_once();

CREATE TRIGGER automation_rulerequest_ended BEFORE UPDATE OF decided_at ON public.automation_rulerequest FOR EACH ROW WHEN (((old.decided_at IS NOT NULL) AND (new.decided_at IS NULL))) EXECUTE FUNCTION public.automation_keep_decided();

CREATE TRIGGER bundles_bundle_digest_stays BEFORE UPDATE OF digest ON public.bundles_bundle FOR EACH ROW WHEN (((NULLIF((old.digest)::text, ''::text) IS NOT NULL) AND ((old.digest)::text IS DISTINCT FROM (new.digest)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER bundles_bundle_finished_at_stays BEFORE UPDATE OF finished_at ON public.bundles_bundle FOR EACH ROW WHEN (((NULLIF((old.finished_at)::text, ''::text) IS NOT NULL) AND (old.finished_at IS DISTINCT FROM new.finished_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER bundles_bundle_uid_stays BEFORE UPDATE OF uid ON public.bundles_bundle FOR EACH ROW WHEN (((NULLIF((old.uid)::text, ''::text) IS NOT NULL) AND (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER certificates_certificate_bound BEFORE UPDATE OF number ON public.certificates_certificate FOR EACH ROW WHEN (((old.number)::text IS DISTINCT FROM (new.number)::text)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER certificates_certificate_ended_at_stays BEFORE UPDATE OF ended_at ON public.certificates_certificate FOR EACH ROW WHEN (((NULLIF((old.ended_at)::text, ''::text) IS NOT NULL) AND (old.ended_at IS DISTINCT FROM new.ended_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER certificates_certificate_ending_stays BEFORE UPDATE OF ending ON public.certificates_certificate FOR EACH ROW WHEN (((NULLIF((old.ending)::text, ''::text) IS NOT NULL) AND ((old.ending)::text IS DISTINCT FROM (new.ending)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER certificates_certificaterun_done_stays BEFORE UPDATE OF done ON public.certificates_certificaterun FOR EACH ROW WHEN ((new.done < old.done)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER certificates_certificaterun_finished_at_stays BEFORE UPDATE OF finished_at ON public.certificates_certificaterun FOR EACH ROW WHEN (((NULLIF((old.finished_at)::text, ''::text) IS NOT NULL) AND (old.finished_at IS DISTINCT FROM new.finished_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER certificates_certificaterun_uid_stays BEFORE UPDATE OF uid ON public.certificates_certificaterun FOR EACH ROW WHEN (((NULLIF((old.uid)::text, ''::text) IS NOT NULL) AND (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER changes_changeitem_keeps_binding BEFORE UPDATE ON public.changes_changeitem FOR EACH ROW WHEN (((old.request_id IS DISTINCT FROM new.request_id) OR ((old.field)::text IS DISTINCT FROM (new.field)::text))) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER changes_changerequest_ended_at_stays BEFORE UPDATE OF ended_at ON public.changes_changerequest FOR EACH ROW WHEN (((NULLIF((old.ended_at)::text, ''::text) IS NOT NULL) AND (old.ended_at IS DISTINCT FROM new.ended_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER changes_changerequest_keeps_binding BEFORE UPDATE ON public.changes_changerequest FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER core_askedjob_finished_at_stays BEFORE UPDATE OF finished_at ON public.core_askedjob FOR EACH ROW WHEN (((NULLIF((old.finished_at)::text, ''::text) IS NOT NULL) AND (old.finished_at IS DISTINCT FROM new.finished_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER core_askedjob_uid_stays BEFORE UPDATE OF uid ON public.core_askedjob FOR EACH ROW WHEN (((NULLIF((old.uid)::text, ''::text) IS NOT NULL) AND (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER core_bulkrun_done_stays BEFORE UPDATE OF done ON public.core_bulkrun FOR EACH ROW WHEN ((new.done < old.done)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER core_bulkrun_finished_at_stays BEFORE UPDATE OF finished_at ON public.core_bulkrun FOR EACH ROW WHEN (((NULLIF((old.finished_at)::text, ''::text) IS NOT NULL) AND (old.finished_at IS DISTINCT FROM new.finished_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER core_bulkrun_uid_stays BEFORE UPDATE OF uid ON public.core_bulkrun FOR EACH ROW WHEN (((NULLIF((old.uid)::text, ''::text) IS NOT NULL) AND (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER core_dutyrun_next BEFORE UPDATE ON public.core_dutyrun FOR EACH ROW WHEN (((new.n <> (old.n + 1)) OR ((new.name)::text <> (old.name)::text))) EXECUTE FUNCTION public.core_runs_only_grow();

CREATE TRIGGER core_dutyrun_stays BEFORE DELETE ON public.core_dutyrun FOR EACH ROW EXECUTE FUNCTION public.core_runs_only_grow();

CREATE TRIGGER core_exportrun_finished_at_stays BEFORE UPDATE OF finished_at ON public.core_exportrun FOR EACH ROW WHEN (((NULLIF((old.finished_at)::text, ''::text) IS NOT NULL) AND (old.finished_at IS DISTINCT FROM new.finished_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER core_exportrun_uid_stays BEFORE UPDATE OF uid ON public.core_exportrun FOR EACH ROW WHEN (((NULLIF((old.uid)::text, ''::text) IS NOT NULL) AND (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER core_importrun_uid_stays BEFORE UPDATE OF uid ON public.core_importrun FOR EACH ROW WHEN (((NULLIF((old.uid)::text, ''::text) IS NOT NULL) AND (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER core_savedsearch_uid_stays BEFORE UPDATE OF uid ON public.core_savedsearch FOR EACH ROW WHEN (((NULLIF((old.uid)::text, ''::text) IS NOT NULL) AND (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER core_storedanswer_key_stays BEFORE UPDATE OF key ON public.core_storedanswer FOR EACH ROW WHEN (((NULLIF((old.key)::text, ''::text) IS NOT NULL) AND ((old.key)::text IS DISTINCT FROM (new.key)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER core_storedanswer_owner_stays BEFORE UPDATE OF owner ON public.core_storedanswer FOR EACH ROW WHEN (((NULLIF((old.owner)::text, ''::text) IS NOT NULL) AND ((old.owner)::text IS DISTINCT FROM (new.owner)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER directory_alias_is_of_one AFTER INSERT OR UPDATE OF normalised_name ON public.directory_unit FOR EACH ROW EXECUTE FUNCTION public.directory_alias_is_of_one();

CREATE TRIGGER directory_alias_is_of_one AFTER INSERT OR UPDATE OF normalised_name, unit_id, shared ON public.directory_unitalias FOR EACH ROW EXECUTE FUNCTION public.directory_alias_is_of_one();

CREATE TRIGGER draws_answerrequest_ended BEFORE UPDATE OF decided_at ON public.draws_answerrequest FOR EACH ROW WHEN (((old.decided_at IS NOT NULL) AND (new.decided_at IS NULL))) EXECUTE FUNCTION public.draws_keep_decided();

CREATE TRIGGER draws_answerrequest_id BEFORE UPDATE OF invitation_id ON public.draws_answerrequest FOR EACH ROW WHEN ((old.invitation_id IS DISTINCT FROM new.invitation_id)) EXECUTE FUNCTION public.draws_keep_id();

CREATE TRIGGER draws_draw_id BEFORE UPDATE OF id ON public.draws_draw FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.draws_keep_id();

CREATE TRIGGER draws_draw_kept BEFORE DELETE ON public.draws_draw FOR EACH ROW EXECUTE FUNCTION public.draws_refuse_change();

CREATE TRIGGER draws_draw_moves BEFORE UPDATE OF moves ON public.draws_draw FOR EACH ROW WHEN ((new.moves < old.moves)) EXECUTE FUNCTION public.draws_only_grows();

CREATE TRIGGER draws_draw_plan_undisputed BEFORE INSERT ON public.draws_draw FOR EACH ROW EXECUTE FUNCTION public.draws_plan_undisputed();

CREATE TRIGGER draws_draw_published BEFORE UPDATE ON public.draws_draw FOR EACH ROW EXECUTE FUNCTION public.draws_guard_publication();

CREATE TRIGGER draws_draw_sealed BEFORE UPDATE ON public.draws_draw FOR EACH ROW EXECUTE FUNCTION public.draws_guard_draw();

CREATE TRIGGER draws_draw_status BEFORE UPDATE ON public.draws_draw FOR EACH ROW WHEN (((old.status)::text IS DISTINCT FROM (new.status)::text)) EXECUTE FUNCTION public.draws_guard_status();

CREATE TRIGGER draws_draw_widens BEFORE INSERT OR UPDATE OF status ON public.draws_draw FOR EACH ROW EXECUTE FUNCTION public.draws_guard_widening();

CREATE TRIGGER draws_emergencyendrequest_ended BEFORE UPDATE OF decided_at ON public.draws_emergencyendrequest FOR EACH ROW WHEN (((old.decided_at IS NOT NULL) AND (new.decided_at IS NULL))) EXECUTE FUNCTION public.draws_keep_decided();

CREATE TRIGGER draws_emergencyrequest_ended BEFORE UPDATE OF decided_at ON public.draws_emergencyrequest FOR EACH ROW WHEN (((old.decided_at IS NOT NULL) AND (new.decided_at IS NULL))) EXECUTE FUNCTION public.draws_keep_decided();

CREATE TRIGGER draws_event_follows BEFORE INSERT ON public.draws_drawevent FOR EACH ROW EXECUTE FUNCTION public.draws_guard_event();

CREATE TRIGGER draws_event_kept BEFORE DELETE OR UPDATE ON public.draws_drawevent FOR EACH ROW EXECUTE FUNCTION public.draws_refuse_change();

CREATE TRIGGER draws_invitation_id BEFORE UPDATE OF id ON public.draws_invitation FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.draws_keep_id();

CREATE TRIGGER draws_invitation_kept BEFORE DELETE ON public.draws_invitation FOR EACH ROW EXECUTE FUNCTION public.draws_refuse_change();

CREATE TRIGGER draws_invitation_panel BEFORE INSERT OR UPDATE OF draw_id, panel_id ON public.draws_invitation FOR EACH ROW EXECUTE FUNCTION public.draws_set_panel();

CREATE TRIGGER draws_invitation_proof_n BEFORE UPDATE OF proof_n ON public.draws_invitation FOR EACH ROW WHEN (((new.proof_n <> old.proof_n) AND (new.proof_n <> (old.proof_n + 1)))) EXECUTE FUNCTION public.draws_only_grows();

CREATE TRIGGER draws_invitation_released_as BEFORE UPDATE OF released_as ON public.draws_invitation FOR EACH ROW WHEN (((old.released_as IS DISTINCT FROM new.released_as) AND (old.released_as IS NOT NULL))) EXECUTE FUNCTION public.draws_refuse_change();

CREATE TRIGGER draws_invitation_sealed BEFORE UPDATE ON public.draws_invitation FOR EACH ROW EXECUTE FUNCTION public.draws_guard_invitation();

CREATE TRIGGER draws_pause_kept BEFORE UPDATE ON public.draws_drawpause FOR EACH ROW EXECUTE FUNCTION public.draws_pause_kept();

CREATE TRIGGER draws_pickrequest_bound BEFORE UPDATE OF draw_id, uid ON public.draws_pickrequest FOR EACH ROW WHEN (((old.draw_id IS DISTINCT FROM new.draw_id) OR (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER draws_pickrequest_ended BEFORE UPDATE OF decided_at ON public.draws_pickrequest FOR EACH ROW WHEN (((old.decided_at IS NOT NULL) AND (new.decided_at IS NULL))) EXECUTE FUNCTION public.draws_keep_decided();

CREATE TRIGGER draws_planversion_fixed BEFORE UPDATE ON public.draws_planversion FOR EACH ROW EXECUTE FUNCTION public.draws_guard_plan_version();

CREATE TRIGGER draws_project_guarded BEFORE INSERT OR UPDATE ON public.draws_drawproject FOR EACH ROW EXECUTE FUNCTION public.draws_guard_project();

CREATE TRIGGER draws_project_kept BEFORE DELETE ON public.draws_drawproject FOR EACH ROW EXECUTE FUNCTION public.draws_refuse_change();

CREATE TRIGGER draws_projects_follow AFTER UPDATE OF status ON public.draws_draw FOR EACH ROW WHEN (((old.status)::text IS DISTINCT FROM (new.status)::text)) EXECUTE FUNCTION public.draws_follow_status();

CREATE TRIGGER draws_releaserequest_ended BEFORE UPDATE OF decided_at ON public.draws_releaserequest FOR EACH ROW WHEN (((old.decided_at IS NOT NULL) AND (new.decided_at IS NULL))) EXECUTE FUNCTION public.draws_keep_decided();

CREATE TRIGGER draws_replylink_id BEFORE UPDATE OF invitation_id ON public.draws_replylink FOR EACH ROW WHEN ((old.invitation_id IS DISTINCT FROM new.invitation_id)) EXECUTE FUNCTION public.draws_keep_id();

CREATE TRIGGER draws_reschedulerequest_ended BEFORE UPDATE OF decided_at ON public.draws_reschedulerequest FOR EACH ROW WHEN (((old.decided_at IS NOT NULL) AND (new.decided_at IS NULL))) EXECUTE FUNCTION public.draws_keep_decided();

CREATE TRIGGER draws_ruled_role_stays BEFORE DELETE ON public.accounts_role FOR EACH ROW EXECUTE FUNCTION public.draws_keep_ruled_role();

CREATE TRIGGER draws_sealblock_kept BEFORE DELETE ON public.draws_sealblock FOR EACH ROW EXECUTE FUNCTION public.draws_refuse_change();

CREATE TRIGGER draws_sealblock_sealed BEFORE UPDATE ON public.draws_sealblock FOR EACH ROW EXECUTE FUNCTION public.draws_guard_block();

CREATE TRIGGER draws_voidrequest_ended BEFORE UPDATE OF decided_at ON public.draws_voidrequest FOR EACH ROW WHEN (((old.decided_at IS NOT NULL) AND (new.decided_at IS NULL))) EXECUTE FUNCTION public.draws_keep_decided();

CREATE TRIGGER draws_wideningrequest_ended BEFORE UPDATE OF decided_at ON public.draws_wideningrequest FOR EACH ROW WHEN (((old.decided_at IS NOT NULL) AND (new.decided_at IS NULL))) EXECUTE FUNCTION public.draws_keep_decided();

CREATE TRIGGER evaluations_caution_objection_binding BEFORE UPDATE ON public.evaluations_cautionobjection FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER evaluations_cautionlift_agreed_stays BEFORE UPDATE OF agreed ON public.evaluations_cautionlift FOR EACH ROW WHEN (((NULLIF((old.agreed)::text, ''::text) IS NOT NULL) AND (old.agreed IS DISTINCT FROM new.agreed))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_cautionlift_caution_id_stays BEFORE UPDATE OF caution_id ON public.evaluations_cautionlift FOR EACH ROW WHEN (((NULLIF((old.caution_id)::text, ''::text) IS NOT NULL) AND (old.caution_id IS DISTINCT FROM new.caution_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_cautionlift_decided_at_stays BEFORE UPDATE OF decided_at ON public.evaluations_cautionlift FOR EACH ROW WHEN (((NULLIF((old.decided_at)::text, ''::text) IS NOT NULL) AND (old.decided_at IS DISTINCT FROM new.decided_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_cautionlift_decided_by_id_stays BEFORE UPDATE OF decided_by_id ON public.evaluations_cautionlift FOR EACH ROW WHEN (((NULLIF((old.decided_by_id)::text, ''::text) IS NOT NULL) AND (old.decided_by_id IS DISTINCT FROM new.decided_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_cautionlift_reason_stays BEFORE UPDATE OF reason ON public.evaluations_cautionlift FOR EACH ROW WHEN (((NULLIF((old.reason)::text, ''::text) IS NOT NULL) AND ((old.reason)::text IS DISTINCT FROM (new.reason)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_cautionobjection_answer_stays BEFORE UPDATE OF answer ON public.evaluations_cautionobjection FOR EACH ROW WHEN (((NULLIF((old.answer)::text, ''::text) IS NOT NULL) AND ((old.answer)::text IS DISTINCT FROM (new.answer)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_cautionobjection_answered_at_stays BEFORE UPDATE OF answered_at ON public.evaluations_cautionobjection FOR EACH ROW WHEN (((NULLIF((old.answered_at)::text, ''::text) IS NOT NULL) AND (old.answered_at IS DISTINCT FROM new.answered_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_cautionobjection_answered_by_id_stays BEFORE UPDATE OF answered_by_id ON public.evaluations_cautionobjection FOR EACH ROW WHEN (((NULLIF((old.answered_by_id)::text, ''::text) IS NOT NULL) AND (old.answered_by_id IS DISTINCT FROM new.answered_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_cautionobjection_caution_id_stays BEFORE UPDATE OF caution_id ON public.evaluations_cautionobjection FOR EACH ROW WHEN (((NULLIF((old.caution_id)::text, ''::text) IS NOT NULL) AND (old.caution_id IS DISTINCT FROM new.caution_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_cautionobjection_upheld_stays BEFORE UPDATE OF upheld ON public.evaluations_cautionobjection FOR EACH ROW WHEN (((NULLIF((old.upheld)::text, ''::text) IS NOT NULL) AND (old.upheld IS DISTINCT FROM new.upheld))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_evaluation_closed_at_stays BEFORE UPDATE OF closed_at ON public.evaluations_evaluation FOR EACH ROW WHEN (((NULLIF((old.closed_at)::text, ''::text) IS NOT NULL) AND (old.closed_at IS DISTINCT FROM new.closed_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_objection_binding BEFORE UPDATE ON public.evaluations_ratingobjection FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER evaluations_rating_binding BEFORE UPDATE ON public.evaluations_rating FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER evaluations_rating_evaluation_id_stays BEFORE UPDATE OF evaluation_id ON public.evaluations_rating FOR EACH ROW WHEN (((NULLIF((old.evaluation_id)::text, ''::text) IS NOT NULL) AND (old.evaluation_id IS DISTINCT FROM new.evaluation_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_rating_expert_id_stays BEFORE UPDATE OF expert_id ON public.evaluations_rating FOR EACH ROW WHEN (((NULLIF((old.expert_id)::text, ''::text) IS NOT NULL) AND (old.expert_id IS DISTINCT FROM new.expert_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_rating_form_id_stays BEFORE UPDATE OF form_id ON public.evaluations_rating FOR EACH ROW WHEN (((NULLIF((old.form_id)::text, ''::text) IS NOT NULL) AND (old.form_id IS DISTINCT FROM new.form_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_rating_given_at_stays BEFORE UPDATE OF given_at ON public.evaluations_rating FOR EACH ROW WHEN (((NULLIF((old.given_at)::text, ''::text) IS NOT NULL) AND (old.given_at IS DISTINCT FROM new.given_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_rating_invitation_id_stays BEFORE UPDATE OF invitation_id ON public.evaluations_rating FOR EACH ROW WHEN (((NULLIF((old.invitation_id)::text, ''::text) IS NOT NULL) AND (old.invitation_id IS DISTINCT FROM new.invitation_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_rating_participation_stays BEFORE UPDATE OF participation ON public.evaluations_rating FOR EACH ROW WHEN (((NULLIF((old.participation)::text, ''::text) IS NOT NULL) AND ((old.participation)::text IS DISTINCT FROM (new.participation)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_rating_rater_id_stays BEFORE UPDATE OF rater_id ON public.evaluations_rating FOR EACH ROW WHEN (((NULLIF((old.rater_id)::text, ''::text) IS NOT NULL) AND (old.rater_id IS DISTINCT FROM new.rater_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_rating_scores_stays BEFORE UPDATE OF scores ON public.evaluations_rating FOR EACH ROW WHEN (((NULLIF((old.scores)::text, ''::text) IS NOT NULL) AND (old.scores IS DISTINCT FROM new.scores))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_rating_target_stays BEFORE UPDATE OF target ON public.evaluations_rating FOR EACH ROW WHEN (((NULLIF((old.target)::text, ''::text) IS NOT NULL) AND ((old.target)::text IS DISTINCT FROM (new.target)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_rating_total_stays BEFORE UPDATE OF total ON public.evaluations_rating FOR EACH ROW WHEN (((NULLIF((old.total)::text, ''::text) IS NOT NULL) AND (old.total IS DISTINCT FROM new.total))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_rating_withdrawn_at_stays BEFORE UPDATE OF withdrawn_at ON public.evaluations_rating FOR EACH ROW WHEN (((NULLIF((old.withdrawn_at)::text, ''::text) IS NOT NULL) AND (old.withdrawn_at IS DISTINCT FROM new.withdrawn_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_ratingobjection_answer_stays BEFORE UPDATE OF answer ON public.evaluations_ratingobjection FOR EACH ROW WHEN (((NULLIF((old.answer)::text, ''::text) IS NOT NULL) AND ((old.answer)::text IS DISTINCT FROM (new.answer)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_ratingobjection_answered_at_stays BEFORE UPDATE OF answered_at ON public.evaluations_ratingobjection FOR EACH ROW WHEN (((NULLIF((old.answered_at)::text, ''::text) IS NOT NULL) AND (old.answered_at IS DISTINCT FROM new.answered_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_ratingobjection_answered_by_id_stays BEFORE UPDATE OF answered_by_id ON public.evaluations_ratingobjection FOR EACH ROW WHEN (((NULLIF((old.answered_by_id)::text, ''::text) IS NOT NULL) AND (old.answered_by_id IS DISTINCT FROM new.answered_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_ratingobjection_rating_id_stays BEFORE UPDATE OF rating_id ON public.evaluations_ratingobjection FOR EACH ROW WHEN (((NULLIF((old.rating_id)::text, ''::text) IS NOT NULL) AND (old.rating_id IS DISTINCT FROM new.rating_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_ratingobjection_upheld_stays BEFORE UPDATE OF upheld ON public.evaluations_ratingobjection FOR EACH ROW WHEN (((NULLIF((old.upheld)::text, ''::text) IS NOT NULL) AND (old.upheld IS DISTINCT FROM new.upheld))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_sanction_agreed_stays BEFORE UPDATE OF agreed ON public.evaluations_sanction FOR EACH ROW WHEN (((NULLIF((old.agreed)::text, ''::text) IS NOT NULL) AND (old.agreed IS DISTINCT FROM new.agreed))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_sanction_decided_at_stays BEFORE UPDATE OF decided_at ON public.evaluations_sanction FOR EACH ROW WHEN (((NULLIF((old.decided_at)::text, ''::text) IS NOT NULL) AND (old.decided_at IS DISTINCT FROM new.decided_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_sanction_decided_by_id_stays BEFORE UPDATE OF decided_by_id ON public.evaluations_sanction FOR EACH ROW WHEN (((NULLIF((old.decided_by_id)::text, ''::text) IS NOT NULL) AND (old.decided_by_id IS DISTINCT FROM new.decided_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_sanction_expert_id_stays BEFORE UPDATE OF expert_id ON public.evaluations_sanction FOR EACH ROW WHEN (((NULLIF((old.expert_id)::text, ''::text) IS NOT NULL) AND (old.expert_id IS DISTINCT FROM new.expert_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_sanction_kind_stays BEFORE UPDATE OF kind ON public.evaluations_sanction FOR EACH ROW WHEN (((NULLIF((old.kind)::text, ''::text) IS NOT NULL) AND ((old.kind)::text IS DISTINCT FROM (new.kind)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER evaluations_sanction_reason_stays BEFORE UPDATE OF reason ON public.evaluations_sanction FOR EACH ROW WHEN (((NULLIF((old.reason)::text, ''::text) IS NOT NULL) AND ((old.reason)::text IS DISTINCT FROM (new.reason)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_avoidanceremoval_bound BEFORE UPDATE OF uid ON public.experts_avoidanceremoval FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER experts_avoidanceremoval_decided_at_stays BEFORE UPDATE OF decided_at ON public.experts_avoidanceremoval FOR EACH ROW WHEN (((NULLIF((old.decided_at)::text, ''::text) IS NOT NULL) AND (old.decided_at IS DISTINCT FROM new.decided_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_avoidanceremoval_expert_id_stays BEFORE UPDATE OF expert_id ON public.experts_avoidanceremoval FOR EACH ROW WHEN (((NULLIF((old.expert_id)::text, ''::text) IS NOT NULL) AND (old.expert_id IS DISTINCT FROM new.expert_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE CONSTRAINT TRIGGER experts_blacklist_agrees AFTER INSERT OR UPDATE OF removed_at, expert_id ON public.experts_blacklistentry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.experts_blacklist_agrees();

CREATE CONSTRAINT TRIGGER experts_blacklist_agrees AFTER UPDATE OF status, status_before_deletion ON public.experts_expert DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((((old.status)::text IS DISTINCT FROM (new.status)::text) OR ((old.status_before_deletion)::text IS DISTINCT FROM (new.status_before_deletion)::text))) EXECUTE FUNCTION public.experts_blacklist_agrees();

CREATE CONSTRAINT TRIGGER experts_blacklist_agrees_new AFTER INSERT ON public.experts_expert DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((((new.status)::text = 'blacklisted'::text) OR ((new.status_before_deletion)::text = 'blacklisted'::text))) EXECUTE FUNCTION public.experts_blacklist_agrees();

CREATE TRIGGER experts_blacklistappeal_bound BEFORE UPDATE OF uid, entry_id ON public.experts_blacklistappeal FOR EACH ROW WHEN (((old.uid IS DISTINCT FROM new.uid) OR (old.entry_id IS DISTINCT FROM new.entry_id))) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER experts_blacklistappeal_decided_at_stays BEFORE UPDATE OF decided_at ON public.experts_blacklistappeal FOR EACH ROW WHEN (((NULLIF((old.decided_at)::text, ''::text) IS NOT NULL) AND (old.decided_at IS DISTINCT FROM new.decided_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_blacklistentry_added_at_stays BEFORE UPDATE OF added_at ON public.experts_blacklistentry FOR EACH ROW WHEN (((NULLIF((old.added_at)::text, ''::text) IS NOT NULL) AND (old.added_at IS DISTINCT FROM new.added_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_blacklistentry_removed_at_stays BEFORE UPDATE OF removed_at ON public.experts_blacklistentry FOR EACH ROW WHEN (((NULLIF((old.removed_at)::text, ''::text) IS NOT NULL) AND (old.removed_at IS DISTINCT FROM new.removed_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_blacklistentry_uid_stays BEFORE UPDATE OF uid ON public.experts_blacklistentry FOR EACH ROW WHEN (((NULLIF((old.uid)::text, ''::text) IS NOT NULL) AND (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_blacklistentry_version_stays BEFORE UPDATE OF version ON public.experts_blacklistentry FOR EACH ROW WHEN ((new.version < old.version)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_contacts_once AFTER UPDATE OF phone_index, email_index ON public.accounts_user FOR EACH ROW WHEN (((old.phone_index IS DISTINCT FROM new.phone_index) OR (old.email_index IS DISTINCT FROM new.email_index))) EXECUTE FUNCTION public.experts_contacts_of_account();

CREATE TRIGGER experts_contacts_once AFTER UPDATE OF phone_index, email_index ON public.experts_expert FOR EACH ROW WHEN (((old.phone_index IS DISTINCT FROM new.phone_index) OR (old.email_index IS DISTINCT FROM new.email_index))) EXECUTE FUNCTION public.experts_contacts_of_changed();

CREATE TRIGGER experts_contacts_once_new AFTER INSERT ON public.accounts_user FOR EACH ROW WHEN (((new.phone_index IS NOT NULL) OR (new.email_index IS NOT NULL))) EXECUTE FUNCTION public.experts_contacts_of_account();

CREATE TRIGGER experts_contacts_once_new AFTER INSERT ON public.experts_expert REFERENCING NEW TABLE AS new_files FOR EACH STATEMENT EXECUTE FUNCTION public.experts_contacts_of_new();

CREATE TRIGGER experts_expert_bound BEFORE UPDATE OF number ON public.experts_expert FOR EACH ROW WHEN (((old.number)::text IS DISTINCT FROM (new.number)::text)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER experts_expert_created_by_id_stays BEFORE UPDATE OF created_by_id ON public.experts_expert FOR EACH ROW WHEN (((NULLIF((old.created_by_id)::text, ''::text) IS NOT NULL) AND (old.created_by_id IS DISTINCT FROM new.created_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_expert_erased_at_stays BEFORE UPDATE OF erased_at ON public.experts_expert FOR EACH ROW WHEN (((NULLIF((old.erased_at)::text, ''::text) IS NOT NULL) AND (old.erased_at IS DISTINCT FROM new.erased_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_expert_id BEFORE UPDATE OF id ON public.experts_expert FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.draws_keep_id();

CREATE TRIGGER experts_leave_bound BEFORE UPDATE OF uid ON public.experts_leave FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER experts_leave_cancelled_at_stays BEFORE UPDATE OF cancelled_at ON public.experts_leave FOR EACH ROW WHEN (((NULLIF((old.cancelled_at)::text, ''::text) IS NOT NULL) AND (old.cancelled_at IS DISTINCT FROM new.cancelled_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_leave_created_at_stays BEFORE UPDATE OF created_at ON public.experts_leave FOR EACH ROW WHEN (((NULLIF((old.created_at)::text, ''::text) IS NOT NULL) AND (old.created_at IS DISTINCT FROM new.created_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_leave_created_by_id_stays BEFORE UPDATE OF created_by_id ON public.experts_leave FOR EACH ROW WHEN (((NULLIF((old.created_by_id)::text, ''::text) IS NOT NULL) AND (old.created_by_id IS DISTINCT FROM new.created_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_leave_during_stays BEFORE UPDATE OF during ON public.experts_leave FOR EACH ROW WHEN (((NULLIF((old.during)::text, ''::text) IS NOT NULL) AND (old.during IS DISTINCT FROM new.during))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_leave_expert_id_stays BEFORE UPDATE OF expert_id ON public.experts_leave FOR EACH ROW WHEN (((NULLIF((old.expert_id)::text, ''::text) IS NOT NULL) AND (old.expert_id IS DISTINCT FROM new.expert_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_leave_is_own_stays BEFORE UPDATE OF is_own ON public.experts_leave FOR EACH ROW WHEN (((NULLIF((old.is_own)::text, ''::text) IS NOT NULL) AND (old.is_own IS DISTINCT FROM new.is_own))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_leave_proof_stays BEFORE UPDATE OF proof ON public.experts_leave FOR EACH ROW WHEN (((NULLIF((old.proof)::text, ''::text) IS NOT NULL) AND (old.proof IS DISTINCT FROM new.proof))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_searchpack_bound BEFORE UPDATE OF source, part ON public.experts_searchpack FOR EACH ROW WHEN ((((old.source)::text IS DISTINCT FROM (new.source)::text) OR (old.part IS DISTINCT FROM new.part))) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER experts_searchpack_written_stays BEFORE UPDATE OF written ON public.experts_searchpack FOR EACH ROW WHEN ((new.written < old.written)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER experts_unpacked AFTER UPDATE OF phone, email, id_number, address, bank_account, name ON public.experts_expert FOR EACH ROW WHEN (((old.phone IS DISTINCT FROM new.phone) OR (old.email IS DISTINCT FROM new.email) OR (old.id_number IS DISTINCT FROM new.id_number) OR (old.address IS DISTINCT FROM new.address) OR (old.bank_account IS DISTINCT FROM new.bank_account) OR (old.name IS DISTINCT FROM new.name))) EXECUTE FUNCTION public.experts_note_written();

CREATE TRIGGER experts_unpacked_new AFTER INSERT ON public.experts_expert REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION public.experts_note_new();

CREATE TRIGGER experts_version_is_final BEFORE DELETE OR UPDATE ON public.experts_expertversion FOR EACH ROW EXECUTE FUNCTION public.experts_version_is_final();

CREATE TRIGGER fees_bankaccount_binding BEFORE UPDATE ON public.fees_bankaccount FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER fees_bankaccount_decided_at_stays BEFORE UPDATE OF decided_at ON public.fees_bankaccount FOR EACH ROW WHEN (((NULLIF((old.decided_at)::text, ''::text) IS NOT NULL) AND (old.decided_at IS DISTINCT FROM new.decided_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_bankaccount_ended_at_stays BEFORE UPDATE OF ended_at ON public.fees_bankaccount FOR EACH ROW WHEN (((NULLIF((old.ended_at)::text, ''::text) IS NOT NULL) AND (old.ended_at IS DISTINCT FROM new.ended_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_correctionrequest_agreed_stays BEFORE UPDATE OF agreed ON public.fees_correctionrequest FOR EACH ROW WHEN (((NULLIF((old.agreed)::text, ''::text) IS NOT NULL) AND (old.agreed IS DISTINCT FROM new.agreed))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_correctionrequest_decided_at_stays BEFORE UPDATE OF decided_at ON public.fees_correctionrequest FOR EACH ROW WHEN (((NULLIF((old.decided_at)::text, ''::text) IS NOT NULL) AND (old.decided_at IS DISTINCT FROM new.decided_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_correctionrequest_decided_by_id_stays BEFORE UPDATE OF decided_by_id ON public.fees_correctionrequest FOR EACH ROW WHEN (((NULLIF((old.decided_by_id)::text, ''::text) IS NOT NULL) AND (old.decided_by_id IS DISTINCT FROM new.decided_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_correctionrequest_gross_stays BEFORE UPDATE OF gross ON public.fees_correctionrequest FOR EACH ROW WHEN (((NULLIF((old.gross)::text, ''::text) IS NOT NULL) AND (old.gross IS DISTINCT FROM new.gross))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_correctionrequest_line_id_stays BEFORE UPDATE OF line_id ON public.fees_correctionrequest FOR EACH ROW WHEN (((NULLIF((old.line_id)::text, ''::text) IS NOT NULL) AND (old.line_id IS DISTINCT FROM new.line_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_correctionrequest_reason_stays BEFORE UPDATE OF reason ON public.fees_correctionrequest FOR EACH ROW WHEN (((NULLIF((old.reason)::text, ''::text) IS NOT NULL) AND ((old.reason)::text IS DISTINCT FROM (new.reason)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_feeline_binding BEFORE UPDATE ON public.fees_feeline FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER fees_feeline_received_at_stays BEFORE UPDATE OF received_at ON public.fees_feeline FOR EACH ROW WHEN (((NULLIF((old.received_at)::text, ''::text) IS NOT NULL) AND (old.received_at IS DISTINCT FROM new.received_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_feeline_reversal_stays BEFORE UPDATE OF reversal ON public.fees_feeline FOR EACH ROW WHEN (((NULLIF((old.reversal)::text, ''::text) IS NOT NULL) AND ((old.reversal)::text IS DISTINCT FROM (new.reversal)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_feeline_reversed_at_stays BEFORE UPDATE OF reversed_at ON public.fees_feeline FOR EACH ROW WHEN (((NULLIF((old.reversed_at)::text, ''::text) IS NOT NULL) AND (old.reversed_at IS DISTINCT FROM new.reversed_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_feeline_said_stays BEFORE UPDATE OF said ON public.fees_feeline FOR EACH ROW WHEN (((NULLIF((old.said)::text, ''::text) IS NOT NULL) AND (old.said IS DISTINCT FROM new.said))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_feeline_sent_at_stays BEFORE UPDATE OF sent_at ON public.fees_feeline FOR EACH ROW WHEN (((NULLIF((old.sent_at)::text, ''::text) IS NOT NULL) AND (old.sent_at IS DISTINCT FROM new.sent_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_feeline_sent_stays BEFORE UPDATE ON public.fees_feeline FOR EACH ROW WHEN (((old.sent_at IS NOT NULL) AND ((((((((((((((((((((old.project_id IS DISTINCT FROM new.project_id) OR (old.expert_id IS DISTINCT FROM new.expert_id)) OR (old.invitation_id IS DISTINCT FROM new.invitation_id)) OR (old.rate_id IS DISTINCT FROM new.rate_id)) OR ((old.outcome)::text IS DISTINCT FROM (new.outcome)::text)) OR (old.started_at IS DISTINCT FROM new.started_at)) OR (old.ended_at IS DISTINCT FROM new.ended_at)) OR (old.break_minutes IS DISTINCT FROM new.break_minutes)) OR (old.is_holiday IS DISTINCT FROM new.is_holiday)) OR (old.is_leader IS DISTINCT FROM new.is_leader)) OR (old.other IS DISTINCT FROM new.other)) OR ((old.note)::text IS DISTINCT FROM (new.note)::text)) OR (old.steps IS DISTINCT FROM new.steps)) OR (old.gross IS DISTINCT FROM new.gross)) OR (old.tax IS DISTINCT FROM new.tax)) OR (old.travel IS DISTINCT FROM new.travel)) OR (old.items IS DISTINCT FROM new.items)) OR (old.days IS DISTINCT FROM new.days)) OR (old.corrects_id IS DISTINCT FROM new.corrects_id)) OR (old.agreed_net IS DISTINCT FROM new.agreed_net)))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_feeline_signed_at_stays BEFORE UPDATE OF signed_at ON public.fees_feeline FOR EACH ROW WHEN (((NULLIF((old.signed_at)::text, ''::text) IS NOT NULL) AND (old.signed_at IS DISTINCT FROM new.signed_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_payment_dropped_at_stays BEFORE UPDATE OF dropped_at ON public.fees_payment FOR EACH ROW WHEN (((NULLIF((old.dropped_at)::text, ''::text) IS NOT NULL) AND (old.dropped_at IS DISTINCT FROM new.dropped_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_payment_paid_at_stays BEFORE UPDATE OF paid_at ON public.fees_payment FOR EACH ROW WHEN (((NULLIF((old.paid_at)::text, ''::text) IS NOT NULL) AND (old.paid_at IS DISTINCT FROM new.paid_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_payment_returned_at_stays BEFORE UPDATE OF returned_at ON public.fees_payment FOR EACH ROW WHEN (((NULLIF((old.returned_at)::text, ''::text) IS NOT NULL) AND (old.returned_at IS DISTINCT FROM new.returned_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_payment_stays BEFORE UPDATE ON public.fees_payment FOR EACH ROW WHEN ((((((((((old.uid IS DISTINCT FROM new.uid) OR ((old.reference)::text IS DISTINCT FROM (new.reference)::text)) OR (old.batch_id IS DISTINCT FROM new.batch_id)) OR (old.line_id IS DISTINCT FROM new.line_id)) OR (old.account_id IS DISTINCT FROM new.account_id)) OR (old.gross IS DISTINCT FROM new.gross)) OR (old.tax IS DISTINCT FROM new.tax)) OR (old.travel IS DISTINCT FROM new.travel)) OR (old.amount IS DISTINCT FROM new.amount))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_paymentbatch_approved_at_stays BEFORE UPDATE OF approved_at ON public.fees_paymentbatch FOR EACH ROW WHEN (((NULLIF((old.approved_at)::text, ''::text) IS NOT NULL) AND (old.approved_at IS DISTINCT FROM new.approved_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_paymentbatch_dropped_at_stays BEFORE UPDATE OF dropped_at ON public.fees_paymentbatch FOR EACH ROW WHEN (((NULLIF((old.dropped_at)::text, ''::text) IS NOT NULL) AND (old.dropped_at IS DISTINCT FROM new.dropped_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_paymentbatch_stays BEFORE UPDATE ON public.fees_paymentbatch FOR EACH ROW WHEN ((((((((old.number)::text IS DISTINCT FROM (new.number)::text) OR ((old.title)::text IS DISTINCT FROM (new.title)::text)) OR (old.made_at IS DISTINCT FROM new.made_at)) OR (old.made_by_id IS DISTINCT FROM new.made_by_id)) OR (old.count IS DISTINCT FROM new.count)) OR (old.total IS DISTINCT FROM new.total))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_paymentrequest_agreed_stays BEFORE UPDATE OF agreed ON public.fees_paymentrequest FOR EACH ROW WHEN (((NULLIF((old.agreed)::text, ''::text) IS NOT NULL) AND (old.agreed IS DISTINCT FROM new.agreed))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_paymentrequest_batch_id_stays BEFORE UPDATE OF batch_id ON public.fees_paymentrequest FOR EACH ROW WHEN (((NULLIF((old.batch_id)::text, ''::text) IS NOT NULL) AND (old.batch_id IS DISTINCT FROM new.batch_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_paymentrequest_decided_at_stays BEFORE UPDATE OF decided_at ON public.fees_paymentrequest FOR EACH ROW WHEN (((NULLIF((old.decided_at)::text, ''::text) IS NOT NULL) AND (old.decided_at IS DISTINCT FROM new.decided_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_paymentrequest_decided_by_id_stays BEFORE UPDATE OF decided_by_id ON public.fees_paymentrequest FOR EACH ROW WHEN (((NULLIF((old.decided_by_id)::text, ''::text) IS NOT NULL) AND (old.decided_by_id IS DISTINCT FROM new.decided_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER fees_paymentrequest_reason_stays BEFORE UPDATE OF reason ON public.fees_paymentrequest FOR EACH ROW WHEN (((NULLIF((old.reason)::text, ''::text) IS NOT NULL) AND ((old.reason)::text IS DISTINCT FROM (new.reason)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER files_attachment_uid_stays BEFORE UPDATE OF uid ON public.files_attachment FOR EACH ROW WHEN (((NULLIF((old.uid)::text, ''::text) IS NOT NULL) AND (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER inspections_inspection_keeps_binding BEFORE UPDATE ON public.inspections_inspection FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER inspections_inspection_lifted_at_stays BEFORE UPDATE OF lifted_at ON public.inspections_inspection FOR EACH ROW WHEN (((NULLIF((old.lifted_at)::text, ''::text) IS NOT NULL) AND (old.lifted_at IS DISTINCT FROM new.lifted_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER inspections_inspection_proof_n_stays BEFORE UPDATE OF proof_n ON public.inspections_inspection FOR EACH ROW WHEN ((new.proof_n < old.proof_n)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER inspections_renewal_ended_at_stays BEFORE UPDATE OF ended_at ON public.inspections_renewal FOR EACH ROW WHEN (((NULLIF((old.ended_at)::text, ''::text) IS NOT NULL) AND (old.ended_at IS DISTINCT FROM new.ended_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER inspections_renewal_keeps_binding BEFORE UPDATE ON public.inspections_renewal FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER inspections_renewalrun_done_stays BEFORE UPDATE OF done ON public.inspections_renewalrun FOR EACH ROW WHEN ((new.done < old.done)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER inspections_renewalrun_finished_at_stays BEFORE UPDATE OF finished_at ON public.inspections_renewalrun FOR EACH ROW WHEN (((NULLIF((old.finished_at)::text, ''::text) IS NOT NULL) AND (old.finished_at IS DISTINCT FROM new.finished_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER inspections_renewalrun_uid_stays BEFORE UPDATE OF uid ON public.inspections_renewalrun FOR EACH ROW WHEN (((NULLIF((old.uid)::text, ''::text) IS NOT NULL) AND (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER inspections_round_closed_at_stays BEFORE UPDATE OF closed_at ON public.inspections_round FOR EACH ROW WHEN (((NULLIF((old.closed_at)::text, ''::text) IS NOT NULL) AND (old.closed_at IS DISTINCT FROM new.closed_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER inspections_round_kept BEFORE DELETE ON public.inspections_round FOR EACH ROW WHEN ((old.opened_at IS NOT NULL)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER inspections_round_opened_at_stays BEFORE UPDATE OF opened_at ON public.inspections_round FOR EACH ROW WHEN (((NULLIF((old.opened_at)::text, ''::text) IS NOT NULL) AND (old.opened_at IS DISTINCT FROM new.opened_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER inspections_round_proof_n_stays BEFORE UPDATE OF proof_n ON public.inspections_round FOR EACH ROW WHEN ((new.proof_n < old.proof_n)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER inspections_round_uid_stays BEFORE UPDATE OF uid ON public.inspections_round FOR EACH ROW WHEN (((NULLIF((old.uid)::text, ''::text) IS NOT NULL) AND (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER joining_application_bound BEFORE UPDATE OF uid ON public.joining_application FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER joining_application_version BEFORE UPDATE OF version ON public.joining_application FOR EACH ROW WHEN ((new.version < old.version)) EXECUTE FUNCTION public.joining_only_grows();

CREATE TRIGGER joining_friendlink_proof_n_stays BEFORE UPDATE OF proof_n ON public.joining_friendlink FOR EACH ROW WHEN ((new.proof_n < old.proof_n)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER joining_friendlink_uid_stays BEFORE UPDATE OF uid ON public.joining_friendlink FOR EACH ROW WHEN (((NULLIF((old.uid)::text, ''::text) IS NOT NULL) AND (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER joining_recommendation_bound BEFORE UPDATE OF uid ON public.joining_recommendation FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER joining_recommendation_recommender_id_stays BEFORE UPDATE OF recommender_id ON public.joining_recommendation FOR EACH ROW WHEN (((NULLIF((old.recommender_id)::text, ''::text) IS NOT NULL) AND (old.recommender_id IS DISTINCT FROM new.recommender_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER joining_recommendation_revoked_at_stays BEFORE UPDATE OF revoked_at ON public.joining_recommendation FOR EACH ROW WHEN (((NULLIF((old.revoked_at)::text, ''::text) IS NOT NULL) AND (old.revoked_at IS DISTINCT FROM new.revoked_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER joining_recommendation_used_at_stays BEFORE UPDATE OF used_at ON public.joining_recommendation FOR EACH ROW WHEN (((NULLIF((old.used_at)::text, ''::text) IS NOT NULL) AND (old.used_at IS DISTINCT FROM new.used_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER joining_registration_bound BEFORE UPDATE OF uid ON public.joining_registration FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER networks_networkrule_ended_at_stays BEFORE UPDATE OF ended_at ON public.networks_networkrule FOR EACH ROW WHEN (((NULLIF((old.ended_at)::text, ''::text) IS NOT NULL) AND (old.ended_at IS DISTINCT FROM new.ended_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER notices_expertnotice_kept BEFORE DELETE ON public.notices_expertnotice FOR EACH ROW WHEN ((old.sent_at IS NOT NULL)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER notices_expertnotice_sent_at_stays BEFORE UPDATE OF sent_at ON public.notices_expertnotice FOR EACH ROW WHEN (((NULLIF((old.sent_at)::text, ''::text) IS NOT NULL) AND (old.sent_at IS DISTINCT FROM new.sent_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER notices_expertnotice_uid_stays BEFORE UPDATE OF uid ON public.notices_expertnotice FOR EACH ROW WHEN (((NULLIF((old.uid)::text, ''::text) IS NOT NULL) AND (old.uid IS DISTINCT FROM new.uid))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER notices_expertnotice_withdrawn_at_stays BEFORE UPDATE OF withdrawn_at ON public.notices_expertnotice FOR EACH ROW WHEN (((NULLIF((old.withdrawn_at)::text, ''::text) IS NOT NULL) AND (old.withdrawn_at IS DISTINCT FROM new.withdrawn_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER notifications_message_bound BEFORE UPDATE OF key ON public.notifications_message FOR EACH ROW WHEN (((old.key)::text IS DISTINCT FROM (new.key)::text)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER notifications_template_goes_on BEFORE UPDATE ON public.notifications_messagetemplate FOR EACH ROW WHEN (((new.version < old.version) OR (new.id <> old.id))) EXECUTE FUNCTION public.notifications_template_goes_on();

CREATE TRIGGER notifications_wechat_bound BEFORE UPDATE OF mark ON public.notifications_wechatbinding FOR EACH ROW WHEN ((old.mark IS DISTINCT FROM new.mark)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER notifications_wechatbinding_ended_at_stays BEFORE UPDATE OF ended_at ON public.notifications_wechatbinding FOR EACH ROW WHEN (((NULLIF((old.ended_at)::text, ''::text) IS NOT NULL) AND (old.ended_at IS DISTINCT FROM new.ended_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER points_account_grows BEFORE UPDATE ON public.points_pointaccount FOR EACH ROW WHEN (((new.n <= old.n) OR (new.expert_id <> old.expert_id))) EXECUTE FUNCTION public.points_only_grows();

CREATE TRIGGER points_benefitrequest_agreed_stays BEFORE UPDATE OF agreed ON public.points_benefitrequest FOR EACH ROW WHEN (((NULLIF((old.agreed)::text, ''::text) IS NOT NULL) AND (old.agreed IS DISTINCT FROM new.agreed))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER points_benefitrequest_answered_at_stays BEFORE UPDATE OF answered_at ON public.points_benefitrequest FOR EACH ROW WHEN (((NULLIF((old.answered_at)::text, ''::text) IS NOT NULL) AND (old.answered_at IS DISTINCT FROM new.answered_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER points_benefitrequest_answered_by_id_stays BEFORE UPDATE OF answered_by_id ON public.points_benefitrequest FOR EACH ROW WHEN (((NULLIF((old.answered_by_id)::text, ''::text) IS NOT NULL) AND (old.answered_by_id IS DISTINCT FROM new.answered_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER points_benefitrequest_asked_at_stays BEFORE UPDATE OF asked_at ON public.points_benefitrequest FOR EACH ROW WHEN (((NULLIF((old.asked_at)::text, ''::text) IS NOT NULL) AND (old.asked_at IS DISTINCT FROM new.asked_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER points_benefitrequest_benefit_id_stays BEFORE UPDATE OF benefit_id ON public.points_benefitrequest FOR EACH ROW WHEN (((NULLIF((old.benefit_id)::text, ''::text) IS NOT NULL) AND (old.benefit_id IS DISTINCT FROM new.benefit_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER points_benefitrequest_expert_id_stays BEFORE UPDATE OF expert_id ON public.points_benefitrequest FOR EACH ROW WHEN (((NULLIF((old.expert_id)::text, ''::text) IS NOT NULL) AND (old.expert_id IS DISTINCT FROM new.expert_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER points_benefitrequest_keeps_binding BEFORE UPDATE ON public.points_benefitrequest FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER points_entry_append_only BEFORE DELETE OR UPDATE ON public.points_pointentry FOR EACH ROW EXECUTE FUNCTION public.points_only_grows();

CREATE TRIGGER points_settled_taken_back_at_stays BEFORE UPDATE OF taken_back_at ON public.points_settled FOR EACH ROW WHEN (((NULLIF((old.taken_back_at)::text, ''::text) IS NOT NULL) AND (old.taken_back_at IS DISTINCT FROM new.taken_back_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER privacy_datarequest_agreed_stays BEFORE UPDATE OF agreed ON public.privacy_datarequest FOR EACH ROW WHEN (((NULLIF((old.agreed)::text, ''::text) IS NOT NULL) AND (old.agreed IS DISTINCT FROM new.agreed))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER privacy_datarequest_answered_at_stays BEFORE UPDATE OF answered_at ON public.privacy_datarequest FOR EACH ROW WHEN (((NULLIF((old.answered_at)::text, ''::text) IS NOT NULL) AND (old.answered_at IS DISTINCT FROM new.answered_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER privacy_datarequest_answered_by_id_stays BEFORE UPDATE OF answered_by_id ON public.privacy_datarequest FOR EACH ROW WHEN (((NULLIF((old.answered_by_id)::text, ''::text) IS NOT NULL) AND (old.answered_by_id IS DISTINCT FROM new.answered_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER privacy_datarequest_asked_at_stays BEFORE UPDATE OF asked_at ON public.privacy_datarequest FOR EACH ROW WHEN (((NULLIF((old.asked_at)::text, ''::text) IS NOT NULL) AND (old.asked_at IS DISTINCT FROM new.asked_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER privacy_datarequest_due_at_stays BEFORE UPDATE OF due_at ON public.privacy_datarequest FOR EACH ROW WHEN (((NULLIF((old.due_at)::text, ''::text) IS NOT NULL) AND (old.due_at IS DISTINCT FROM new.due_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER privacy_datarequest_expert_id_stays BEFORE UPDATE OF expert_id ON public.privacy_datarequest FOR EACH ROW WHEN (((NULLIF((old.expert_id)::text, ''::text) IS NOT NULL) AND (old.expert_id IS DISTINCT FROM new.expert_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER privacy_datarequest_keeps_binding BEFORE UPDATE ON public.privacy_datarequest FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER privacy_datarequest_kind_stays BEFORE UPDATE OF kind ON public.privacy_datarequest FOR EACH ROW WHEN (((NULLIF((old.kind)::text, ''::text) IS NOT NULL) AND ((old.kind)::text IS DISTINCT FROM (new.kind)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER procrastinate_jobs_notify_queue_job_aborted_v1 AFTER UPDATE OF abort_requested ON public.procrastinate_jobs FOR EACH ROW WHEN (((old.abort_requested = false) AND (new.abort_requested = true) AND (new.status = 'doing'::public.procrastinate_job_status))) EXECUTE FUNCTION public.procrastinate_notify_queue_abort_job_v1();

CREATE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1 AFTER INSERT ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::public.procrastinate_job_status)) EXECUTE FUNCTION public.procrastinate_notify_queue_job_inserted_v1();

CREATE TRIGGER procrastinate_trigger_abort_requested_events_v1 AFTER UPDATE OF abort_requested ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.abort_requested = true)) EXECUTE FUNCTION public.procrastinate_trigger_abort_requested_events_procedure_v1();

CREATE TRIGGER procrastinate_trigger_delete_jobs_v1 BEFORE DELETE ON public.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION public.procrastinate_unlink_periodic_defers_v1();

CREATE TRIGGER procrastinate_trigger_scheduled_events_v1 AFTER INSERT OR UPDATE ON public.procrastinate_jobs FOR EACH ROW WHEN (((new.scheduled_at IS NOT NULL) AND (new.status = 'todo'::public.procrastinate_job_status))) EXECUTE FUNCTION public.procrastinate_trigger_function_scheduled_events_v1();

CREATE TRIGGER procrastinate_trigger_status_events_insert_v1 AFTER INSERT ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::public.procrastinate_job_status)) EXECUTE FUNCTION public.procrastinate_trigger_function_status_events_insert_v1();

CREATE TRIGGER procrastinate_trigger_status_events_update_v1 AFTER UPDATE OF status ON public.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION public.procrastinate_trigger_function_status_events_update_v1();

CREATE TRIGGER projects_batch_frozen BEFORE UPDATE OF batch_id, leads_batch ON public.projects_project FOR EACH ROW EXECUTE FUNCTION public.projects_guard_batch();

CREATE TRIGGER projects_project_status_n BEFORE UPDATE OF status_n ON public.projects_project FOR EACH ROW WHEN (((new.status_n <> old.status_n) AND (new.status_n <> (old.status_n + 1)))) EXECUTE FUNCTION public.projects_only_grows();

CREATE TRIGGER reports_departmentmonth_counted_at_stays BEFORE UPDATE OF counted_at ON public.reports_departmentmonth FOR EACH ROW WHEN ((new.counted_at < old.counted_at)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_handback_agreed_stays BEFORE UPDATE OF agreed ON public.reviews_handback FOR EACH ROW WHEN (((NULLIF((old.agreed)::text, ''::text) IS NOT NULL) AND (old.agreed IS DISTINCT FROM new.agreed))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_handback_decided_at_stays BEFORE UPDATE OF decided_at ON public.reviews_handback FOR EACH ROW WHEN (((NULLIF((old.decided_at)::text, ''::text) IS NOT NULL) AND (old.decided_at IS DISTINCT FROM new.decided_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_handback_decided_by_id_stays BEFORE UPDATE OF decided_by_id ON public.reviews_handback FOR EACH ROW WHEN (((NULLIF((old.decided_by_id)::text, ''::text) IS NOT NULL) AND (old.decided_by_id IS DISTINCT FROM new.decided_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_handback_reason_stays BEFORE UPDATE OF reason ON public.reviews_handback FOR EACH ROW WHEN (((NULLIF((old.reason)::text, ''::text) IS NOT NULL) AND ((old.reason)::text IS DISTINCT FROM (new.reason)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_handback_submission_id_stays BEFORE UPDATE OF submission_id ON public.reviews_handback FOR EACH ROW WHEN (((NULLIF((old.submission_id)::text, ''::text) IS NOT NULL) AND (old.submission_id IS DISTINCT FROM new.submission_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_itemassignment_binding BEFORE UPDATE ON public.reviews_itemassignment FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER reviews_itemassignment_chosen_stays BEFORE UPDATE ON public.reviews_itemassignment FOR EACH ROW WHEN (((old.sealed_at IS NOT NULL) AND (((old.by_hand IS DISTINCT FROM new.by_hand) OR ((old.why_by_hand)::text IS DISTINCT FROM (new.why_by_hand)::text)) OR (old.chosen IS DISTINCT FROM new.chosen)))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_itemassignment_drawn_at_stays BEFORE UPDATE OF drawn_at ON public.reviews_itemassignment FOR EACH ROW WHEN (((NULLIF((old.drawn_at)::text, ''::text) IS NOT NULL) AND (old.drawn_at IS DISTINCT FROM new.drawn_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_itemassignment_kept BEFORE DELETE ON public.reviews_itemassignment FOR EACH ROW WHEN ((old.sealed_at IS NOT NULL)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_itemassignment_number_stays BEFORE UPDATE OF number ON public.reviews_itemassignment FOR EACH ROW WHEN (((NULLIF((old.number)::text, ''::text) IS NOT NULL) AND ((old.number)::text IS DISTINCT FROM (new.number)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_itemassignment_review_id_stays BEFORE UPDATE OF review_id ON public.reviews_itemassignment FOR EACH ROW WHEN (((NULLIF((old.review_id)::text, ''::text) IS NOT NULL) AND (old.review_id IS DISTINCT FROM new.review_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_itemassignment_seal_stays BEFORE UPDATE OF seal ON public.reviews_itemassignment FOR EACH ROW WHEN (((NULLIF((old.seal)::text, ''::text) IS NOT NULL) AND ((old.seal)::text IS DISTINCT FROM (new.seal)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_itemassignment_sealed_at_stays BEFORE UPDATE OF sealed_at ON public.reviews_itemassignment FOR EACH ROW WHEN (((NULLIF((old.sealed_at)::text, ''::text) IS NOT NULL) AND (old.sealed_at IS DISTINCT FROM new.sealed_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_itemassignment_sealed_by_id_stays BEFORE UPDATE OF sealed_by_id ON public.reviews_itemassignment FOR EACH ROW WHEN (((NULLIF((old.sealed_by_id)::text, ''::text) IS NOT NULL) AND (old.sealed_by_id IS DISTINCT FROM new.sealed_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_itemassignment_sealed_stays BEFORE UPDATE ON public.reviews_itemassignment FOR EACH ROW WHEN (((old.sealed_at IS NOT NULL) AND ((((((old.per_item IS DISTINCT FROM new.per_item) OR (old.per_expert IS DISTINCT FROM new.per_expert)) OR (old.supervised IS DISTINCT FROM new.supervised)) OR (old.rule_content IS DISTINCT FROM new.rule_content)) OR (old.items_content IS DISTINCT FROM new.items_content)) OR (NOT public.core_same_token(old.people, new.people)) OR (NOT public.core_same_token(old.nonce, new.nonce))))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_itemassignment_seed_stays BEFORE UPDATE OF seed ON public.reviews_itemassignment FOR EACH ROW WHEN (((NULLIF((old.seed)::text, ''::text) IS NOT NULL) AND ((old.seed)::text IS DISTINCT FROM (new.seed)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_itemassignment_voided_at_stays BEFORE UPDATE OF voided_at ON public.reviews_itemassignment FOR EACH ROW WHEN (((NULLIF((old.voided_at)::text, ''::text) IS NOT NULL) AND (old.voided_at IS DISTINCT FROM new.voided_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reassignrequest_agreed_stays BEFORE UPDATE OF agreed ON public.reviews_reassignrequest FOR EACH ROW WHEN (((NULLIF((old.agreed)::text, ''::text) IS NOT NULL) AND (old.agreed IS DISTINCT FROM new.agreed))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reassignrequest_assignment_id_stays BEFORE UPDATE OF assignment_id ON public.reviews_reassignrequest FOR EACH ROW WHEN (((NULLIF((old.assignment_id)::text, ''::text) IS NOT NULL) AND (old.assignment_id IS DISTINCT FROM new.assignment_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reassignrequest_counts_stays BEFORE UPDATE OF counts ON public.reviews_reassignrequest FOR EACH ROW WHEN (((NULLIF((old.counts)::text, ''::text) IS NOT NULL) AND (old.counts IS DISTINCT FROM new.counts))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reassignrequest_decided_at_stays BEFORE UPDATE OF decided_at ON public.reviews_reassignrequest FOR EACH ROW WHEN (((NULLIF((old.decided_at)::text, ''::text) IS NOT NULL) AND (old.decided_at IS DISTINCT FROM new.decided_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reassignrequest_decided_by_id_stays BEFORE UPDATE OF decided_by_id ON public.reviews_reassignrequest FOR EACH ROW WHEN (((NULLIF((old.decided_by_id)::text, ''::text) IS NOT NULL) AND (old.decided_by_id IS DISTINCT FROM new.decided_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reassignrequest_ground_stays BEFORE UPDATE OF ground ON public.reviews_reassignrequest FOR EACH ROW WHEN (((NULLIF((old.ground)::text, ''::text) IS NOT NULL) AND ((old.ground)::text IS DISTINCT FROM (new.ground)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reassignrequest_invitation_id_stays BEFORE UPDATE OF invitation_id ON public.reviews_reassignrequest FOR EACH ROW WHEN (((NULLIF((old.invitation_id)::text, ''::text) IS NOT NULL) AND (old.invitation_id IS DISTINCT FROM new.invitation_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reassignrequest_leaves_stays BEFORE UPDATE OF leaves ON public.reviews_reassignrequest FOR EACH ROW WHEN (((NULLIF((old.leaves)::text, ''::text) IS NOT NULL) AND (old.leaves IS DISTINCT FROM new.leaves))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reassignrequest_places_stays BEFORE UPDATE OF places ON public.reviews_reassignrequest FOR EACH ROW WHEN (((NULLIF((old.places)::text, ''::text) IS NOT NULL) AND (old.places IS DISTINCT FROM new.places))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reassignrequest_reason_stays BEFORE UPDATE OF reason ON public.reviews_reassignrequest FOR EACH ROW WHEN (((NULLIF((old.reason)::text, ''::text) IS NOT NULL) AND ((old.reason)::text IS DISTINCT FROM (new.reason)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reassignrequest_review_id_stays BEFORE UPDATE OF review_id ON public.reviews_reassignrequest FOR EACH ROW WHEN (((NULLIF((old.review_id)::text, ''::text) IS NOT NULL) AND (old.review_id IS DISTINCT FROM new.review_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reassignrequest_reviewer_id_stays BEFORE UPDATE OF reviewer_id ON public.reviews_reassignrequest FOR EACH ROW WHEN (((NULLIF((old.reviewer_id)::text, ''::text) IS NOT NULL) AND (old.reviewer_id IS DISTINCT FROM new.reviewer_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_review_ended_at_stays BEFORE UPDATE OF ended_at ON public.reviews_review FOR EACH ROW WHEN (((NULLIF((old.ended_at)::text, ''::text) IS NOT NULL) AND (old.ended_at IS DISTINCT FROM new.ended_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_review_opened_at_stays BEFORE UPDATE OF opened_at ON public.reviews_review FOR EACH ROW WHEN (((NULLIF((old.opened_at)::text, ''::text) IS NOT NULL) AND (old.opened_at IS DISTINCT FROM new.opened_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_review_project_id_stays BEFORE UPDATE OF project_id ON public.reviews_review FOR EACH ROW WHEN (((NULLIF((old.project_id)::text, ''::text) IS NOT NULL) AND (old.project_id IS DISTINCT FROM new.project_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_review_rule_stays BEFORE UPDATE ON public.reviews_review FOR EACH ROW WHEN (((old.opened_at IS NOT NULL) AND (((old.rule_id IS DISTINCT FROM new.rule_id) OR (old.by_stage IS DISTINCT FROM new.by_stage)) OR ((old.items_hash)::text IS DISTINCT FROM (new.items_hash)::text)))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reviewer_expert_id_stays BEFORE UPDATE OF expert_id ON public.reviews_reviewer FOR EACH ROW WHEN (((NULLIF((old.expert_id)::text, ''::text) IS NOT NULL) AND (old.expert_id IS DISTINCT FROM new.expert_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reviewer_left_at_stays BEFORE UPDATE OF left_at ON public.reviews_reviewer FOR EACH ROW WHEN (((NULLIF((old.left_at)::text, ''::text) IS NOT NULL) AND (old.left_at IS DISTINCT FROM new.left_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reviewer_review_id_stays BEFORE UPDATE OF review_id ON public.reviews_reviewer FOR EACH ROW WHEN (((NULLIF((old.review_id)::text, ''::text) IS NOT NULL) AND (old.review_id IS DISTINCT FROM new.review_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reviewitem_fixed_at_stays BEFORE UPDATE OF fixed_at ON public.reviews_reviewitem FOR EACH ROW WHEN (((NULLIF((old.fixed_at)::text, ''::text) IS NOT NULL) AND (old.fixed_at IS DISTINCT FROM new.fixed_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reviewitem_fixed_stays BEFORE UPDATE ON public.reviews_reviewitem FOR EACH ROW WHEN (((old.fixed_at IS NOT NULL) AND ((((((((old.review_id IS DISTINCT FROM new.review_id) OR (old.place IS DISTINCT FROM new.place)) OR ((old.number)::text IS DISTINCT FROM (new.number)::text)) OR ((old.alias)::text IS DISTINCT FROM (new.alias)::text)) OR ((old.name)::text IS DISTINCT FROM (new.name)::text)) OR ((old.unit)::text IS DISTINCT FROM (new.unit)::text)) OR ((old.category)::text IS DISTINCT FROM (new.category)::text)) OR (old.price IS DISTINCT FROM new.price)))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_reviewitem_kept BEFORE DELETE ON public.reviews_reviewitem FOR EACH ROW WHEN ((old.fixed_at IS NOT NULL)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_stoprequest_agreed_stays BEFORE UPDATE OF agreed ON public.reviews_stoprequest FOR EACH ROW WHEN (((NULLIF((old.agreed)::text, ''::text) IS NOT NULL) AND (old.agreed IS DISTINCT FROM new.agreed))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_stoprequest_decided_at_stays BEFORE UPDATE OF decided_at ON public.reviews_stoprequest FOR EACH ROW WHEN (((NULLIF((old.decided_at)::text, ''::text) IS NOT NULL) AND (old.decided_at IS DISTINCT FROM new.decided_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_stoprequest_decided_by_id_stays BEFORE UPDATE OF decided_by_id ON public.reviews_stoprequest FOR EACH ROW WHEN (((NULLIF((old.decided_by_id)::text, ''::text) IS NOT NULL) AND (old.decided_by_id IS DISTINCT FROM new.decided_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_stoprequest_reason_stays BEFORE UPDATE OF reason ON public.reviews_stoprequest FOR EACH ROW WHEN (((NULLIF((old.reason)::text, ''::text) IS NOT NULL) AND ((old.reason)::text IS DISTINCT FROM (new.reason)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_stoprequest_review_id_stays BEFORE UPDATE OF review_id ON public.reviews_stoprequest FOR EACH ROW WHEN (((NULLIF((old.review_id)::text, ''::text) IS NOT NULL) AND (old.review_id IS DISTINCT FROM new.review_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_submission_binding BEFORE UPDATE ON public.reviews_submission FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER reviews_submission_content_stays BEFORE UPDATE OF content ON public.reviews_submission FOR EACH ROW WHEN (((NULLIF((old.content)::text, ''::text) IS NOT NULL) AND (old.content IS DISTINCT FROM new.content))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_submission_remarks_stays BEFORE UPDATE OF remarks ON public.reviews_submission FOR EACH ROW WHEN (((NULLIF((old.remarks)::text, ''::text) IS NOT NULL) AND (old.remarks IS DISTINCT FROM new.remarks))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_submission_returned_at_stays BEFORE UPDATE OF returned_at ON public.reviews_submission FOR EACH ROW WHEN (((NULLIF((old.returned_at)::text, ''::text) IS NOT NULL) AND (old.returned_at IS DISTINCT FROM new.returned_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_submission_reviewer_id_stays BEFORE UPDATE OF reviewer_id ON public.reviews_submission FOR EACH ROW WHEN (((NULLIF((old.reviewer_id)::text, ''::text) IS NOT NULL) AND (old.reviewer_id IS DISTINCT FROM new.reviewer_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_submission_submitted_at_stays BEFORE UPDATE OF submitted_at ON public.reviews_submission FOR EACH ROW WHEN (((NULLIF((old.submitted_at)::text, ''::text) IS NOT NULL) AND (old.submitted_at IS DISTINCT FROM new.submitted_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER reviews_submission_version_stays BEFORE UPDATE OF version ON public.reviews_submission FOR EACH ROW WHEN (((NULLIF((old.version)::text, ''::text) IS NOT NULL) AND (old.version IS DISTINCT FROM new.version))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER secondfactor_recoverycode_used_at_stays BEFORE UPDATE OF used_at ON public.secondfactor_recoverycode FOR EACH ROW WHEN (((NULLIF((old.used_at)::text, ''::text) IS NOT NULL) AND (old.used_at IS DISTINCT FROM new.used_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER secondfactor_resetrequest_agreed_stays BEFORE UPDATE OF agreed ON public.secondfactor_resetrequest FOR EACH ROW WHEN (((NULLIF((old.agreed)::text, ''::text) IS NOT NULL) AND (old.agreed IS DISTINCT FROM new.agreed))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER secondfactor_resetrequest_decided_at_stays BEFORE UPDATE OF decided_at ON public.secondfactor_resetrequest FOR EACH ROW WHEN (((NULLIF((old.decided_at)::text, ''::text) IS NOT NULL) AND (old.decided_at IS DISTINCT FROM new.decided_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER secondfactor_resetrequest_decided_by_id_stays BEFORE UPDATE OF decided_by_id ON public.secondfactor_resetrequest FOR EACH ROW WHEN (((NULLIF((old.decided_by_id)::text, ''::text) IS NOT NULL) AND (old.decided_by_id IS DISTINCT FROM new.decided_by_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER secondfactor_resetrequest_reason_stays BEFORE UPDATE OF reason ON public.secondfactor_resetrequest FOR EACH ROW WHEN (((NULLIF((old.reason)::text, ''::text) IS NOT NULL) AND ((old.reason)::text IS DISTINCT FROM (new.reason)::text))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER secondfactor_resetrequest_user_id_stays BEFORE UPDATE OF user_id ON public.secondfactor_resetrequest FOR EACH ROW WHEN (((NULLIF((old.user_id)::text, ''::text) IS NOT NULL) AND (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER selfservice_calendarfeed_ended_at_stays BEFORE UPDATE OF ended_at ON public.selfservice_calendarfeed FOR EACH ROW WHEN (((NULLIF((old.ended_at)::text, ''::text) IS NOT NULL) AND (old.ended_at IS DISTINCT FROM new.ended_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER siteconfig_settingchange_append_only BEFORE DELETE OR UPDATE ON public.siteconfig_settingchange FOR EACH ROW EXECUTE FUNCTION public.siteconfig_append_only();

CREATE TRIGGER siteconfig_settingchange_no_truncate BEFORE TRUNCATE ON public.siteconfig_settingchange FOR EACH STATEMENT EXECUTE FUNCTION public.siteconfig_append_only();

CREATE TRIGGER siteconfig_storedsetting_bound BEFORE UPDATE OF code ON public.siteconfig_storedsetting FOR EACH ROW WHEN (((old.code)::text IS DISTINCT FROM (new.code)::text)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER telephone_call_bound BEFORE UPDATE OF attempt_id ON public.telephone_call FOR EACH ROW WHEN ((old.attempt_id IS DISTINCT FROM new.attempt_id)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER telephone_call_ended_at_stays BEFORE UPDATE OF ended_at ON public.telephone_call FOR EACH ROW WHEN (((NULLIF((old.ended_at)::text, ''::text) IS NOT NULL) AND (old.ended_at IS DISTINCT FROM new.ended_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER webhooks_subscription_bound BEFORE UPDATE OF uid ON public.webhooks_subscription FOR EACH ROW WHEN ((old.uid IS DISTINCT FROM new.uid)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER webhooks_subscription_proof_n_stays BEFORE UPDATE OF proof_n ON public.webhooks_subscription FOR EACH ROW WHEN ((new.proof_n < old.proof_n)) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER workflow_approval_moves BEFORE UPDATE OF moves ON public.workflow_approval FOR EACH ROW WHEN (((new.moves <> old.moves) AND (new.moves <> (old.moves + 1)))) EXECUTE FUNCTION public.workflow_only_grows();

CREATE TRIGGER workflow_delegation_ended_at_stays BEFORE UPDATE OF ended_at ON public.workflow_delegation FOR EACH ROW WHEN (((NULLIF((old.ended_at)::text, ''::text) IS NOT NULL) AND (old.ended_at IS DISTINCT FROM new.ended_at))) EXECUTE FUNCTION public.core_ends_stay();

CREATE TRIGGER workflow_notice_stands BEFORE UPDATE ON public.workflow_publicnotice FOR EACH ROW EXECUTE FUNCTION public.workflow_notice_stands();

CREATE TRIGGER workflow_objection_bound BEFORE UPDATE OF code ON public.workflow_objection FOR EACH ROW WHEN ((old.code IS DISTINCT FROM new.code)) EXECUTE FUNCTION public.core_keep_binding();

CREATE TRIGGER workflow_objection_stands BEFORE DELETE ON public.workflow_objection FOR EACH ROW EXECUTE FUNCTION public.workflow_objection_stands();

ALTER TABLE ONLY public.accounts_apitoken
    ADD CONSTRAINT accounts_apitoken_created_by_id_eaf61c5d_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_apitoken
    ADD CONSTRAINT accounts_apitoken_user_id_bbee13e0_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_department
    ADD CONSTRAINT accounts_department_parent_id_1cf3cf29_fk_accounts_ FOREIGN KEY (parent_id) REFERENCES public.accounts_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_loginrecord
    ADD CONSTRAINT accounts_loginrecord_user_id_7e8b3080_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_rolefield
    ADD CONSTRAINT accounts_rolefield_role_id_60b895a3_fk_accounts_role_id FOREIGN KEY (role_id) REFERENCES public.accounts_role(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_rolepermission_departments
    ADD CONSTRAINT accounts_rolepermiss_department_id_a7a0ff13_fk_accounts_ FOREIGN KEY (department_id) REFERENCES public.accounts_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_rolepermission_departments
    ADD CONSTRAINT accounts_rolepermiss_rolepermission_id_52580e61_fk_accounts_ FOREIGN KEY (rolepermission_id) REFERENCES public.accounts_rolepermission(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_rolepermission
    ADD CONSTRAINT accounts_rolepermission_role_id_db688956_fk_accounts_role_id FOREIGN KEY (role_id) REFERENCES public.accounts_role(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_signedin
    ADD CONSTRAINT accounts_signedin_user_id_118d7b15_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_usedpassword
    ADD CONSTRAINT accounts_usedpassword_user_id_cd0d3a6f_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT accounts_user_department_id_8dc06840_fk_accounts_department_id FOREIGN KEY (department_id) REFERENCES public.accounts_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_user_roles
    ADD CONSTRAINT accounts_user_roles_role_id_3be0e909_fk_accounts_role_id FOREIGN KEY (role_id) REFERENCES public.accounts_role(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_user_roles
    ADD CONSTRAINT accounts_user_roles_user_id_5c537963_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.achievements_achievement
    ADD CONSTRAINT achievements_achieve_asked_by_id_d8cb9f33_fk_accounts_ FOREIGN KEY (asked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.achievements_achievement
    ADD CONSTRAINT achievements_achieve_created_by_id_74196c6d_fk_accounts_ FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.achievements_achievement
    ADD CONSTRAINT achievements_achieve_expert_id_0327cc1e_fk_experts_e FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_actor_id_57c4b003_fk_accounts_user_id FOREIGN KEY (actor_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_errand
    ADD CONSTRAINT automation_errand_done_by_id_84caba87_fk_accounts_user_id FOREIGN KEY (done_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_errand
    ADD CONSTRAINT automation_errand_ended_by_id_7300bf36_fk_automatio FOREIGN KEY (ended_by_id) REFERENCES public.automation_occurrence(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_errand
    ADD CONSTRAINT automation_errand_firing_id_ad64289f_fk_automation_firing_id FOREIGN KEY (firing_id) REFERENCES public.automation_firing(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_eventrule
    ADD CONSTRAINT automation_eventrule_created_by_id_75cb0b2b_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_firing
    ADD CONSTRAINT automation_firing_occurrence_id_a6c06445_fk_automatio FOREIGN KEY (occurrence_id) REFERENCES public.automation_occurrence(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_firing
    ADD CONSTRAINT automation_firing_replay_of_id_a56dabc0_fk_automation_firing_id FOREIGN KEY (replay_of_id) REFERENCES public.automation_firing(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_firing
    ADD CONSTRAINT automation_firing_replayed_by_id_0de57be7_fk_accounts_user_id FOREIGN KEY (replayed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_firing
    ADD CONSTRAINT automation_firing_rule_id_74a04d68_fk_automation_eventrule_id FOREIGN KEY (rule_id) REFERENCES public.automation_eventrule(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_firing
    ADD CONSTRAINT automation_firing_version_id_42e881d5_fk_automatio FOREIGN KEY (version_id) REFERENCES public.automation_ruleversion(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_occurrence
    ADD CONSTRAINT automation_occurrence_cause_id_2a840191_fk_automation_firing_id FOREIGN KEY (cause_id) REFERENCES public.automation_firing(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_rulerequest
    ADD CONSTRAINT automation_rulereque_decided_by_id_e1caefc9_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_rulerequest
    ADD CONSTRAINT automation_rulereque_requested_by_id_985b816d_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_rulerequest
    ADD CONSTRAINT automation_rulereque_rule_id_f7adf0a3_fk_automatio FOREIGN KEY (rule_id) REFERENCES public.automation_eventrule(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_ruleversion
    ADD CONSTRAINT automation_ruleversi_confirmed_by_id_c118531f_fk_accounts_ FOREIGN KEY (confirmed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_ruleversion
    ADD CONSTRAINT automation_ruleversi_created_by_id_58496765_fk_accounts_ FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.automation_ruleversion
    ADD CONSTRAINT automation_ruleversi_rule_id_7248420e_fk_automatio FOREIGN KEY (rule_id) REFERENCES public.automation_eventrule(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.backups_backup
    ADD CONSTRAINT backups_backup_asked_by_id_8deb61c0_fk_accounts_user_id FOREIGN KEY (asked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.bundles_bundle
    ADD CONSTRAINT bundles_bundle_asked_by_id_d7b0ff98_fk_accounts_user_id FOREIGN KEY (asked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.bundles_bundle
    ADD CONSTRAINT bundles_bundle_project_id_1979d4d4_fk_projects_project_id FOREIGN KEY (project_id) REFERENCES public.projects_project(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.certificates_background
    ADD CONSTRAINT certificates_backgro_created_by_id_1064a4ae_fk_accounts_ FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.certificates_certificate
    ADD CONSTRAINT certificates_certifi_ended_by_id_bbfd9d48_fk_accounts_ FOREIGN KEY (ended_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.certificates_certificate
    ADD CONSTRAINT certificates_certifi_expert_id_760c8fb9_fk_experts_e FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.certificates_certificate
    ADD CONSTRAINT certificates_certifi_issued_by_id_30d17c3a_fk_accounts_ FOREIGN KEY (issued_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.certificates_certificate
    ADD CONSTRAINT certificates_certifi_replaces_id_fe1bd395_fk_certifica FOREIGN KEY (replaces_id) REFERENCES public.certificates_certificate(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.certificates_certificaterun
    ADD CONSTRAINT certificates_certifi_user_id_606719e4_fk_accounts_ FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.certificates_certificate
    ADD CONSTRAINT certificates_certifi_version_id_fea31139_fk_certifica FOREIGN KEY (version_id) REFERENCES public.certificates_designversion(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.certificates_designversion
    ADD CONSTRAINT certificates_designv_background_id_6229d25b_fk_certifica FOREIGN KEY (background_id) REFERENCES public.certificates_background(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.certificates_designversion
    ADD CONSTRAINT certificates_designv_created_by_id_ad13df09_fk_accounts_ FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.certificates_designversion
    ADD CONSTRAINT certificates_designv_design_id_c5d030b5_fk_certifica FOREIGN KEY (design_id) REFERENCES public.certificates_design(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.changes_career
    ADD CONSTRAINT changes_career_avoidance_id_34603d58_fk_experts_a FOREIGN KEY (avoidance_id) REFERENCES public.experts_avoidanceunit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.changes_career
    ADD CONSTRAINT changes_career_expert_id_d0592079_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.changes_career
    ADD CONSTRAINT changes_career_unit_id_17cf7c28_fk_directory_unit_id FOREIGN KEY (unit_id) REFERENCES public.directory_unit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.changes_changeitem
    ADD CONSTRAINT changes_changeitem_expert_id_2527e04e_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.changes_changeitem
    ADD CONSTRAINT changes_changeitem_overtaken_by_id_5866c79d_fk_experts_e FOREIGN KEY (overtaken_by_id) REFERENCES public.experts_expertversion(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.changes_changeitem
    ADD CONSTRAINT changes_changeitem_request_id_812af94f_fk_changes_c FOREIGN KEY (request_id) REFERENCES public.changes_changerequest(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.changes_changerequest
    ADD CONSTRAINT changes_changereques_decided_by_id_73c66b65_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.changes_changerequest
    ADD CONSTRAINT changes_changerequest_asked_by_id_aedd492f_fk_accounts_user_id FOREIGN KEY (asked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.changes_changerequest
    ADD CONSTRAINT changes_changerequest_expert_id_355be562_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.changes_work
    ADD CONSTRAINT changes_work_expert_id_f21836eb_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.core_askedjob
    ADD CONSTRAINT core_askedjob_user_id_620f7e7b_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.core_bulkrun
    ADD CONSTRAINT core_bulkrun_undoes_id_c272776d_fk_core_bulkrun_id FOREIGN KEY (undoes_id) REFERENCES public.core_bulkrun(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.core_bulkrun
    ADD CONSTRAINT core_bulkrun_user_id_d998297b_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.core_exportrun
    ADD CONSTRAINT core_exportrun_user_id_cc490930_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.core_importmemory
    ADD CONSTRAINT core_importmemory_user_id_d05ac1c6_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.core_importrun
    ADD CONSTRAINT core_importrun_user_id_d920c2c1_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.core_savedsearch
    ADD CONSTRAINT core_savedsearch_owner_id_4b680a18_fk_accounts_user_id FOREIGN KEY (owner_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.customforms_customfield
    ADD CONSTRAINT customforms_customfi_created_by_id_1a094210_fk_accounts_ FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.customforms_fieldfile
    ADD CONSTRAINT customforms_fieldfil_created_by_id_20cb6e9c_fk_accounts_ FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_division
    ADD CONSTRAINT directory_division_parent_id_e0ac9f49_fk_directory FOREIGN KEY (parent_id) REFERENCES public.directory_division(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_formerunit
    ADD CONSTRAINT directory_formerunit_unit_id_b5460132_fk_directory_unit_id FOREIGN KEY (unit_id) REFERENCES public.directory_unit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_specialty
    ADD CONSTRAINT directory_specialty_parent_id_bf2540dc_fk_directory FOREIGN KEY (parent_id) REFERENCES public.directory_specialty(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_specialty
    ADD CONSTRAINT directory_specialty_scheme_id_e8414662_fk_directory FOREIGN KEY (scheme_id) REFERENCES public.directory_specialtyscheme(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_unitalias
    ADD CONSTRAINT directory_unitalias_unit_id_45bbcf9d_fk_directory_unit_id FOREIGN KEY (unit_id) REFERENCES public.directory_unit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_unitpair
    ADD CONSTRAINT directory_unitpair_first_id_4b56c89e_fk_directory_unit_id FOREIGN KEY (first_id) REFERENCES public.directory_unit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_unitpair
    ADD CONSTRAINT directory_unitpair_second_id_5d3ebab8_fk_directory_unit_id FOREIGN KEY (second_id) REFERENCES public.directory_unit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_unitrelation
    ADD CONSTRAINT directory_unitrelation_owned_id_b7c7012a_fk_directory_unit_id FOREIGN KEY (owned_id) REFERENCES public.directory_unit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_unitrelation
    ADD CONSTRAINT directory_unitrelation_owner_id_116f4135_fk_directory_unit_id FOREIGN KEY (owner_id) REFERENCES public.directory_unit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_answerrequest
    ADD CONSTRAINT draws_answerrequest_decided_by_id_9b496368_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_answerrequest
    ADD CONSTRAINT draws_answerrequest_invitation_id_0f9b6d0e_fk_draws_inv FOREIGN KEY (invitation_id) REFERENCES public.draws_invitation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_answerrequest
    ADD CONSTRAINT draws_answerrequest_leave_id_dedcadf4_fk_experts_leave_id FOREIGN KEY (leave_id) REFERENCES public.experts_leave(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_answerrequest
    ADD CONSTRAINT draws_answerrequest_requested_by_id_c7818c95_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_conditiongroup
    ADD CONSTRAINT draws_conditiongroup_plan_id_6255b0c7_fk_draws_drawplan_id FOREIGN KEY (plan_id) REFERENCES public.draws_drawplan(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_conditionlevel
    ADD CONSTRAINT draws_conditionlevel_group_id_bc7611e2_fk_draws_con FOREIGN KEY (group_id) REFERENCES public.draws_conditiongroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_conditiontemplate
    ADD CONSTRAINT draws_conditiontemplate_owner_id_fbb8d504_fk_accounts_user_id FOREIGN KEY (owner_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_counttally
    ADD CONSTRAINT draws_counttally_project_id_3e434593_fk_projects_project_id FOREIGN KEY (project_id) REFERENCES public.projects_project(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_counttally
    ADD CONSTRAINT draws_counttally_user_id_fbdfa596_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_draw
    ADD CONSTRAINT draws_draw_operator_id_5f305ccf_fk_accounts_user_id FOREIGN KEY (operator_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_draw
    ADD CONSTRAINT draws_draw_project_id_bf06efb6_fk_projects_project_id FOREIGN KEY (project_id) REFERENCES public.projects_project(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_draw
    ADD CONSTRAINT draws_draw_widens_id_b430f457_fk_draws_draw_id FOREIGN KEY (widens_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_drawalarm
    ADD CONSTRAINT draws_drawalarm_draw_id_ce02eefe_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_drawevent
    ADD CONSTRAINT draws_drawevent_draw_id_50939873_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_drawpause
    ADD CONSTRAINT draws_drawpause_draw_id_11e32eac_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_drawpause
    ADD CONSTRAINT draws_drawpause_paused_by_id_dc823758_fk_accounts_user_id FOREIGN KEY (paused_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_drawpause
    ADD CONSTRAINT draws_drawpause_resumed_by_id_c2017caa_fk_accounts_user_id FOREIGN KEY (resumed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_drawplan
    ADD CONSTRAINT draws_drawplan_project_id_1e368da6_fk_projects_project_id FOREIGN KEY (project_id) REFERENCES public.projects_project(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_drawproject
    ADD CONSTRAINT draws_drawproject_draw_id_c7637b0f_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_drawproject
    ADD CONSTRAINT draws_drawproject_project_id_83c2051b_fk_projects_project_id FOREIGN KEY (project_id) REFERENCES public.projects_project(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_emergency
    ADD CONSTRAINT draws_emergency_declared_by_id_f6518998_fk_accounts_user_id FOREIGN KEY (declared_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_emergency
    ADD CONSTRAINT draws_emergency_draw_id_bc3ce6ec_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_emergency
    ADD CONSTRAINT draws_emergency_ended_by_id_edeba85c_fk_accounts_user_id FOREIGN KEY (ended_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_emergencyendrequest
    ADD CONSTRAINT draws_emergencyendre_decided_by_id_1e87df2b_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_emergencyendrequest
    ADD CONSTRAINT draws_emergencyendre_requested_by_id_5581fee1_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_emergencyendrequest
    ADD CONSTRAINT draws_emergencyendrequest_draw_id_5d00a0d4_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_emergencyrequest
    ADD CONSTRAINT draws_emergencyreque_decided_by_id_a0f9f9bf_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_emergencyrequest
    ADD CONSTRAINT draws_emergencyreque_requested_by_id_76ca40e2_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_emergencyrequest
    ADD CONSTRAINT draws_emergencyrequest_draw_id_abd06ba1_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reports_exposurereport
    ADD CONSTRAINT draws_exposurereport_requested_by_id_258580cf_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reports_exposurerow
    ADD CONSTRAINT draws_exposurerow_expert_id_5612ea4d_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reports_exposurerow
    ADD CONSTRAINT draws_exposurerow_report_id_61819505_fk_draws_exposurereport_id FOREIGN KEY (report_id) REFERENCES public.reports_exposurereport(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_hold
    ADD CONSTRAINT draws_hold_invitation_id_ec2c26cf_fk_draws_invitation_id FOREIGN KEY (invitation_id) REFERENCES public.draws_invitation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_invitation
    ADD CONSTRAINT draws_invitation_changed_by_id_adcda263_fk_accounts_user_id FOREIGN KEY (changed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_invitation
    ADD CONSTRAINT draws_invitation_draw_id_ab83060f_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_invitation
    ADD CONSTRAINT draws_invitation_expert_id_bad7c2aa_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_invitation
    ADD CONSTRAINT draws_invitation_panel_id_a160f3ad_fk_draws_draw_id FOREIGN KEY (panel_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_pickrequest
    ADD CONSTRAINT draws_pickrequest_decided_by_id_0e4add1a_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_pickrequest
    ADD CONSTRAINT draws_pickrequest_draw_id_0b0b80c5_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_pickrequest
    ADD CONSTRAINT draws_pickrequest_requested_by_id_d4388ff0_fk_accounts_user_id FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_planversion
    ADD CONSTRAINT draws_planversion_made_by_id_9790fb7a_fk_accounts_user_id FOREIGN KEY (made_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_planversion
    ADD CONSTRAINT draws_planversion_plan_id_5cd88d46_fk_draws_drawplan_id FOREIGN KEY (plan_id) REFERENCES public.draws_drawplan(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_planversion
    ADD CONSTRAINT draws_planversion_submitted_by_id_d01a3f2f_fk_accounts_user_id FOREIGN KEY (submitted_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_quietwaiver
    ADD CONSTRAINT draws_quietwaiver_draw_id_201b24f7_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_quietwaiver
    ADD CONSTRAINT draws_quietwaiver_waived_by_id_c5dc4caf_fk_accounts_user_id FOREIGN KEY (waived_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_releaserequest
    ADD CONSTRAINT draws_releaserequest_decided_by_id_0d0df2ae_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_releaserequest
    ADD CONSTRAINT draws_releaserequest_draw_id_a2e906c3_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_releaserequest
    ADD CONSTRAINT draws_releaserequest_requested_by_id_b79716e4_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_replylink
    ADD CONSTRAINT draws_replylink_invitation_id_5682dc5a_fk_draws_invitation_id FOREIGN KEY (invitation_id) REFERENCES public.draws_invitation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_reschedulerequest
    ADD CONSTRAINT draws_reschedulerequ_decided_by_id_3961bce4_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_reschedulerequest
    ADD CONSTRAINT draws_reschedulerequ_requested_by_id_696ce7bf_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_reschedulerequest
    ADD CONSTRAINT draws_reschedulerequest_draw_id_0d702bb5_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_rescheduling
    ADD CONSTRAINT draws_rescheduling_confirmed_by_id_44066006_fk_accounts_user_id FOREIGN KEY (confirmed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_rescheduling
    ADD CONSTRAINT draws_rescheduling_draw_id_848e7b44_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_rescheduling
    ADD CONSTRAINT draws_rescheduling_moved_by_id_64fb710f_fk_accounts_user_id FOREIGN KEY (moved_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_revealrule
    ADD CONSTRAINT draws_revealrule_role_id_3d29994b_fk_accounts_role_id FOREIGN KEY (role_id) REFERENCES public.accounts_role(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_sealblock
    ADD CONSTRAINT draws_sealblock_draw_id_4556eede_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_voidrequest
    ADD CONSTRAINT draws_voidrequest_decided_by_id_99e55227_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_voidrequest
    ADD CONSTRAINT draws_voidrequest_draw_id_d2e066cb_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_voidrequest
    ADD CONSTRAINT draws_voidrequest_requested_by_id_0d8e4d77_fk_accounts_user_id FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_wideningrequest
    ADD CONSTRAINT draws_wideningreques_decided_by_id_dfacaede_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_wideningrequest
    ADD CONSTRAINT draws_wideningreques_requested_by_id_4ec8bfb3_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.draws_wideningrequest
    ADD CONSTRAINT draws_wideningrequest_draw_id_118e04e0_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_cautionlift
    ADD CONSTRAINT evaluations_cautionl_caution_id_ca48a0fa_fk_evaluatio FOREIGN KEY (caution_id) REFERENCES public.evaluations_sanction(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_cautionlift
    ADD CONSTRAINT evaluations_cautionl_decided_by_id_be1748cf_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_cautionlift
    ADD CONSTRAINT evaluations_cautionl_requested_by_id_224f810e_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_cautionobjection
    ADD CONSTRAINT evaluations_cautiono_answered_by_id_255b1883_fk_accounts_ FOREIGN KEY (answered_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_cautionobjection
    ADD CONSTRAINT evaluations_cautiono_caution_id_4c26d6b8_fk_evaluatio FOREIGN KEY (caution_id) REFERENCES public.evaluations_sanction(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_evaluation
    ADD CONSTRAINT evaluations_evaluati_agency_form_id_a9645443_fk_evaluatio FOREIGN KEY (agency_form_id) REFERENCES public.evaluations_ratingform(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_evaluation
    ADD CONSTRAINT evaluations_evaluati_expert_form_id_1354c69e_fk_evaluatio FOREIGN KEY (expert_form_id) REFERENCES public.evaluations_ratingform(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_evaluation
    ADD CONSTRAINT evaluations_evaluati_organiser_form_id_7863c363_fk_evaluatio FOREIGN KEY (organiser_form_id) REFERENCES public.evaluations_ratingform(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_evaluation
    ADD CONSTRAINT evaluations_evaluati_project_id_6d01072d_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_rating
    ADD CONSTRAINT evaluations_rating_evaluation_id_63625ded_fk_evaluatio FOREIGN KEY (evaluation_id) REFERENCES public.evaluations_evaluation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_rating
    ADD CONSTRAINT evaluations_rating_expert_id_20f1b19a_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_rating
    ADD CONSTRAINT evaluations_rating_form_id_390a1d04_fk_evaluatio FOREIGN KEY (form_id) REFERENCES public.evaluations_ratingform(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_rating
    ADD CONSTRAINT evaluations_rating_invitation_id_3c52a472_fk_draws_inv FOREIGN KEY (invitation_id) REFERENCES public.draws_invitation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_rating
    ADD CONSTRAINT evaluations_rating_rater_id_0a67bd04_fk_accounts_user_id FOREIGN KEY (rater_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_ratingform
    ADD CONSTRAINT evaluations_ratingform_by_id_c721d23b_fk_accounts_user_id FOREIGN KEY (by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_ratingobjection
    ADD CONSTRAINT evaluations_ratingob_answered_by_id_548aa9eb_fk_accounts_ FOREIGN KEY (answered_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_ratingobjection
    ADD CONSTRAINT evaluations_ratingob_rating_id_42d4ff13_fk_evaluatio FOREIGN KEY (rating_id) REFERENCES public.evaluations_rating(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_sanction
    ADD CONSTRAINT evaluations_sanction_decided_by_id_1a4e75db_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_sanction
    ADD CONSTRAINT evaluations_sanction_expert_id_cf85af29_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.evaluations_sanction
    ADD CONSTRAINT evaluations_sanction_requested_by_id_b04e6034_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_avoidanceremoval
    ADD CONSTRAINT experts_avoidancerem_asked_by_id_305d4ac9_fk_accounts_ FOREIGN KEY (asked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_avoidanceremoval
    ADD CONSTRAINT experts_avoidancerem_avoidance_id_5e6f0ea4_fk_experts_a FOREIGN KEY (avoidance_id) REFERENCES public.experts_avoidanceunit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_avoidanceremoval
    ADD CONSTRAINT experts_avoidancerem_decided_by_id_597ce080_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_avoidanceremoval
    ADD CONSTRAINT experts_avoidancerem_expert_id_a4bf7943_fk_experts_e FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_avoidanceunit
    ADD CONSTRAINT experts_avoidanceuni_created_by_id_2c7f9980_fk_accounts_ FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_avoidanceunit
    ADD CONSTRAINT experts_avoidanceunit_expert_id_29170312_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_avoidanceunit
    ADD CONSTRAINT experts_avoidanceunit_unit_id_8c230986_fk_directory_unit_id FOREIGN KEY (unit_id) REFERENCES public.directory_unit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_blacklistappeal
    ADD CONSTRAINT experts_blacklistapp_decided_by_id_d2a8e4d2_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_blacklistappeal
    ADD CONSTRAINT experts_blacklistapp_entry_id_1011e51a_fk_experts_b FOREIGN KEY (entry_id) REFERENCES public.experts_blacklistentry(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_blacklistentry
    ADD CONSTRAINT experts_blacklistent_removed_by_id_fdcc644f_fk_accounts_ FOREIGN KEY (removed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_blacklistentry
    ADD CONSTRAINT experts_blacklistentry_added_by_id_c22c52de_fk_accounts_user_id FOREIGN KEY (added_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_blacklistentry
    ADD CONSTRAINT experts_blacklistentry_expert_id_c102af83_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_expert
    ADD CONSTRAINT experts_expert_created_by_id_a2c53ee1_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_expert
    ADD CONSTRAINT experts_expert_deleted_by_id_94867c77_fk_accounts_user_id FOREIGN KEY (deleted_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_expert
    ADD CONSTRAINT experts_expert_department_id_3f168a3c_fk_accounts_department_id FOREIGN KEY (department_id) REFERENCES public.accounts_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_expert
    ADD CONSTRAINT experts_expert_division_id_ad0ac467_fk_directory_division_code FOREIGN KEY (division_id) REFERENCES public.directory_division(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_expert
    ADD CONSTRAINT experts_expert_employer_id_8452b442_fk_directory_unit_id FOREIGN KEY (employer_id) REFERENCES public.directory_unit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_expert
    ADD CONSTRAINT experts_expert_merged_into_id_d2e58d1b_fk_experts_expert_id FOREIGN KEY (merged_into_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_expert_tags
    ADD CONSTRAINT experts_expert_tags_expert_id_7e688536_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_expert_tags
    ADD CONSTRAINT experts_expert_tags_tag_id_532f8e07_fk_experts_tag_id FOREIGN KEY (tag_id) REFERENCES public.experts_tag(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_expert
    ADD CONSTRAINT experts_expert_user_id_652c2981_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_expertspecialty
    ADD CONSTRAINT experts_expertspecia_specialty_id_ad0da66c_fk_directory FOREIGN KEY (specialty_id) REFERENCES public.directory_specialty(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_expertspecialty
    ADD CONSTRAINT experts_expertspecialty_expert_id_fe230b1a_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_expertversion
    ADD CONSTRAINT experts_expertversion_actor_id_cb90656d_fk_accounts_user_id FOREIGN KEY (actor_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_expertversion
    ADD CONSTRAINT experts_expertversion_expert_id_676207d1_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_leave
    ADD CONSTRAINT experts_leave_created_by_id_67f47e92_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_leave
    ADD CONSTRAINT experts_leave_expert_id_70a02265_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_sharing_borrowers
    ADD CONSTRAINT experts_sharing_borr_department_id_6c95ad39_fk_accounts_ FOREIGN KEY (department_id) REFERENCES public.accounts_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_sharing_borrowers
    ADD CONSTRAINT experts_sharing_borr_sharing_id_3fe8e6f9_fk_experts_s FOREIGN KEY (sharing_id) REFERENCES public.experts_sharing(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_sharing
    ADD CONSTRAINT experts_sharing_department_id_3054a193_fk_accounts_ FOREIGN KEY (department_id) REFERENCES public.accounts_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_sharing
    ADD CONSTRAINT experts_sharing_set_by_id_0520971e_fk_accounts_user_id FOREIGN KEY (set_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_toldapart
    ADD CONSTRAINT experts_toldapart_first_id_da50ae16_fk_experts_expert_id FOREIGN KEY (first_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_toldapart
    ADD CONSTRAINT experts_toldapart_second_id_63049536_fk_experts_expert_id FOREIGN KEY (second_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_toldapart
    ADD CONSTRAINT experts_toldapart_told_by_id_c5a663b9_fk_accounts_user_id FOREIGN KEY (told_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.experts_untoldversion
    ADD CONSTRAINT experts_untoldversio_version_id_851da3df_fk_experts_e FOREIGN KEY (version_id) REFERENCES public.experts_expertversion(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_accountcode
    ADD CONSTRAINT fees_accountcode_expert_id_6e17b6b2_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_bankaccount
    ADD CONSTRAINT fees_bankaccount_asked_by_id_83da30a5_fk_accounts_user_id FOREIGN KEY (asked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_bankaccount
    ADD CONSTRAINT fees_bankaccount_decided_by_id_44305416_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_bankaccount
    ADD CONSTRAINT fees_bankaccount_expert_id_1af3e58f_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_correctionrequest
    ADD CONSTRAINT fees_correctionreque_decided_by_id_fd452e83_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_correctionrequest
    ADD CONSTRAINT fees_correctionreque_requested_by_id_e19ee6f2_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_correctionrequest
    ADD CONSTRAINT fees_correctionrequest_line_id_85089a20_fk_fees_feeline_id FOREIGN KEY (line_id) REFERENCES public.fees_feeline(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_feeline
    ADD CONSTRAINT fees_feeline_corrects_id_bcfa27d1_fk_fees_feeline_id FOREIGN KEY (corrects_id) REFERENCES public.fees_feeline(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_feeline
    ADD CONSTRAINT fees_feeline_entered_by_id_5b176e75_fk_accounts_user_id FOREIGN KEY (entered_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_feeline
    ADD CONSTRAINT fees_feeline_expert_id_09f19c78_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_feeline
    ADD CONSTRAINT fees_feeline_invitation_id_1a11b62a_fk_draws_invitation_id FOREIGN KEY (invitation_id) REFERENCES public.draws_invitation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_feeline
    ADD CONSTRAINT fees_feeline_project_id_aab70f8b_fk_projects_project_id FOREIGN KEY (project_id) REFERENCES public.projects_project(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_feeline
    ADD CONSTRAINT fees_feeline_rate_id_e2f9604b_fk_fees_feerate_id FOREIGN KEY (rate_id) REFERENCES public.fees_feerate(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_feerate
    ADD CONSTRAINT fees_feerate_by_id_e60c22d4_fk_accounts_user_id FOREIGN KEY (by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_feerate
    ADD CONSTRAINT fees_feerate_department_id_9eb72d05_fk_accounts_department_id FOREIGN KEY (department_id) REFERENCES public.accounts_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_payment
    ADD CONSTRAINT fees_payment_account_id_4a66b327_fk_fees_bankaccount_id FOREIGN KEY (account_id) REFERENCES public.fees_bankaccount(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_payment
    ADD CONSTRAINT fees_payment_batch_id_7a10de58_fk_fees_paymentbatch_id FOREIGN KEY (batch_id) REFERENCES public.fees_paymentbatch(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_payment
    ADD CONSTRAINT fees_payment_line_id_369752e7_fk_fees_feeline_id FOREIGN KEY (line_id) REFERENCES public.fees_feeline(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_paymentbatch
    ADD CONSTRAINT fees_paymentbatch_made_by_id_b1952f44_fk_accounts_user_id FOREIGN KEY (made_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_paymentrequest
    ADD CONSTRAINT fees_paymentrequest_batch_id_89ef4364_fk_fees_paymentbatch_id FOREIGN KEY (batch_id) REFERENCES public.fees_paymentbatch(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_paymentrequest
    ADD CONSTRAINT fees_paymentrequest_decided_by_id_b2c807c6_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_paymentrequest
    ADD CONSTRAINT fees_paymentrequest_requested_by_id_cbdb7e9b_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.files_attachment
    ADD CONSTRAINT files_attachment_created_by_id_a07bf3f8_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_grouprole
    ADD CONSTRAINT identity_grouprole_role_id_11786a85_fk_accounts_role_id FOREIGN KEY (role_id) REFERENCES public.accounts_role(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_outsideidentity
    ADD CONSTRAINT identity_outsideidentity_user_id_8cfb8ed2_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inspections_inspection
    ADD CONSTRAINT inspections_inspecti_decided_by_id_a8b65204_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inspections_inspection
    ADD CONSTRAINT inspections_inspecti_lifted_by_id_cf0da483_fk_accounts_ FOREIGN KEY (lifted_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inspections_inspection
    ADD CONSTRAINT inspections_inspecti_round_id_d65551d9_fk_inspectio FOREIGN KEY (round_id) REFERENCES public.inspections_round(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inspections_inspection
    ADD CONSTRAINT inspections_inspection_asked_by_id_76bf76a3_fk_accounts_user_id FOREIGN KEY (asked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inspections_inspection
    ADD CONSTRAINT inspections_inspection_expert_id_a7335d41_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inspections_renewal
    ADD CONSTRAINT inspections_renewal_asked_by_id_fef6b74e_fk_accounts_user_id FOREIGN KEY (asked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inspections_renewal
    ADD CONSTRAINT inspections_renewal_decided_by_id_b3faa849_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inspections_renewal
    ADD CONSTRAINT inspections_renewal_expert_id_41b21f05_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inspections_renewalrun
    ADD CONSTRAINT inspections_renewalrun_user_id_f5fd6b98_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inspections_round
    ADD CONSTRAINT inspections_round_created_by_id_f7b660c2_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.inspections_round
    ADD CONSTRAINT inspections_round_opened_by_id_f1881d5d_fk_accounts_user_id FOREIGN KEY (opened_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.joining_application_specialties
    ADD CONSTRAINT joining_application__application_id_f25a89bc_fk_joining_a FOREIGN KEY (application_id) REFERENCES public.joining_application(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.joining_application_specialties
    ADD CONSTRAINT joining_application__specialty_id_15247c5e_fk_directory FOREIGN KEY (specialty_id) REFERENCES public.directory_specialty(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.joining_application
    ADD CONSTRAINT joining_application_consent_id_daf5c329_fk_joining_c FOREIGN KEY (consent_id) REFERENCES public.joining_consenttext(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.joining_application
    ADD CONSTRAINT joining_application_decided_by_id_317df695_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.joining_application
    ADD CONSTRAINT joining_application_division_id_17f7d116_fk_directory FOREIGN KEY (division_id) REFERENCES public.directory_division(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.joining_application
    ADD CONSTRAINT joining_application_expert_id_fed545fc_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.joining_application
    ADD CONSTRAINT joining_application_recommendation_id_082e5fef_fk_joining_r FOREIGN KEY (recommendation_id) REFERENCES public.joining_recommendation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.joining_application
    ADD CONSTRAINT joining_application_user_id_1ef47720_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.joining_consenttext
    ADD CONSTRAINT joining_consenttext_created_by_id_3f49e54b_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.joining_recommendation
    ADD CONSTRAINT joining_recommendati_created_by_id_6e6aafcd_fk_accounts_ FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.joining_recommendation
    ADD CONSTRAINT joining_recommendati_recommender_id_78ca44fc_fk_experts_e FOREIGN KEY (recommender_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.joining_registration
    ADD CONSTRAINT joining_registration_consent_id_94fa28ab_fk_joining_c FOREIGN KEY (consent_id) REFERENCES public.joining_consenttext(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.joining_registration
    ADD CONSTRAINT joining_registration_recommendation_id_aa8af80f_fk_joining_r FOREIGN KEY (recommendation_id) REFERENCES public.joining_recommendation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE public.monitoring_heartbeat
    ADD CONSTRAINT monitoring_heartbeat_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.monitoring_lastbeat
    ADD CONSTRAINT monitoring_lastbeat_user_id_72777da6_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE public.monitoring_visit
    ADD CONSTRAINT monitoring_visit_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.networks_networkrule
    ADD CONSTRAINT networks_networkrule_ended_by_id_74758953_fk_accounts_user_id FOREIGN KEY (ended_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.networks_networkrule
    ADD CONSTRAINT networks_networkrule_made_by_id_5a8b2afc_fk_accounts_user_id FOREIGN KEY (made_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notices_addressee
    ADD CONSTRAINT notices_addressee_expert_id_abfe056e_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notices_addressee
    ADD CONSTRAINT notices_addressee_notice_id_57b952a9_fk_notices_expertnotice_id FOREIGN KEY (notice_id) REFERENCES public.notices_expertnotice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notices_expertnotice
    ADD CONSTRAINT notices_expertnotice_created_by_id_94984386_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notices_expertnotice
    ADD CONSTRAINT notices_expertnotice_department_id_913cbe5b_fk_accounts_ FOREIGN KEY (department_id) REFERENCES public.accounts_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notices_expertnotice
    ADD CONSTRAINT notices_expertnotice_sent_by_id_44923787_fk_accounts_user_id FOREIGN KEY (sent_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notices_expertnotice
    ADD CONSTRAINT notices_expertnotice_withdrawn_by_id_177d3bb6_fk_accounts_ FOREIGN KEY (withdrawn_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notices_receipt
    ADD CONSTRAINT notices_receipt_addressee_id_bf67c823_fk_notices_addressee_id FOREIGN KEY (addressee_id) REFERENCES public.notices_addressee(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_attempt
    ADD CONSTRAINT notifications_attemp_message_id_656352e7_fk_notificat FOREIGN KEY (message_id) REFERENCES public.notifications_message(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_deliveryevent
    ADD CONSTRAINT notifications_delive_attempt_id_87bc75c5_fk_notificat FOREIGN KEY (attempt_id) REFERENCES public.notifications_attempt(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_message_attachments
    ADD CONSTRAINT notifications_messag_attachment_id_2612f49b_fk_files_att FOREIGN KEY (attachment_id) REFERENCES public.files_attachment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_message
    ADD CONSTRAINT notifications_messag_deleted_by_id_4d8a4248_fk_accounts_ FOREIGN KEY (deleted_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_message_attachments
    ADD CONSTRAINT notifications_messag_message_id_31f7d635_fk_notificat FOREIGN KEY (message_id) REFERENCES public.notifications_message(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_reply
    ADD CONSTRAINT notifications_reply_message_id_e01fcc06_fk_notificat FOREIGN KEY (message_id) REFERENCES public.notifications_message(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.notifications_wechatbinding
    ADD CONSTRAINT notifications_wechat_user_id_58eebfa6_fk_accounts_ FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.operations_alert
    ADD CONSTRAINT operations_alert_acknowledged_by_id_b4835707_fk_accounts_ FOREIGN KEY (acknowledged_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.papers_papertemplate
    ADD CONSTRAINT papers_papertemplate_uploaded_by_id_0afbc913_fk_accounts_ FOREIGN KEY (uploaded_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.points_pointaccount
    ADD CONSTRAINT points_account_shows FOREIGN KEY (expert_id, last, balance) REFERENCES public.points_pointentry(expert_id, n, balance);

ALTER TABLE ONLY public.points_benefit
    ADD CONSTRAINT points_benefit_level_id_77daeb23_fk_points_pointlevel_id FOREIGN KEY (level_id) REFERENCES public.points_pointlevel(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.points_benefitrequest
    ADD CONSTRAINT points_benefitreques_answered_by_id_4beddec2_fk_accounts_ FOREIGN KEY (answered_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.points_benefitrequest
    ADD CONSTRAINT points_benefitrequest_benefit_id_39071237_fk_points_benefit_id FOREIGN KEY (benefit_id) REFERENCES public.points_benefit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.points_benefitrequest
    ADD CONSTRAINT points_benefitrequest_expert_id_699e9c42_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.points_correction
    ADD CONSTRAINT points_correction_counters_id_7b1b44eb_fk_points_pointentry_id FOREIGN KEY (counters_id) REFERENCES public.points_pointentry(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.points_correction
    ADD CONSTRAINT points_correction_decided_by_id_4ecca871_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.points_correction
    ADD CONSTRAINT points_correction_expert_id_51611449_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.points_correction
    ADD CONSTRAINT points_correction_requested_by_id_87172343_fk_accounts_user_id FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.points_pointentry
    ADD CONSTRAINT points_entry_follows FOREIGN KEY (expert_id, prior, before) REFERENCES public.points_pointentry(expert_id, n, balance);

ALTER TABLE ONLY public.points_pointaccount
    ADD CONSTRAINT points_pointaccount_expert_id_2ed4a44b_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.points_pointentry
    ADD CONSTRAINT points_pointentry_actor_id_7022407b_fk_accounts_user_id FOREIGN KEY (actor_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.points_pointentry
    ADD CONSTRAINT points_pointentry_counters_id_a05438da_fk_points_pointentry_id FOREIGN KEY (counters_id) REFERENCES public.points_pointentry(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.points_pointentry
    ADD CONSTRAINT points_pointentry_expert_id_45ab2e53_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.points_pointentry
    ADD CONSTRAINT points_pointentry_invitation_id_cdee849a_fk_draws_invitation_id FOREIGN KEY (invitation_id) REFERENCES public.draws_invitation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.points_settled
    ADD CONSTRAINT points_settled_draw_id_6ff8bcb1_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_consent
    ADD CONSTRAINT privacy_consent_expert_id_399d8d1e_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_consent
    ADD CONSTRAINT privacy_consent_text_id_5aa09ced_fk_joining_consenttext_id FOREIGN KEY (text_id) REFERENCES public.joining_consenttext(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_datarequest
    ADD CONSTRAINT privacy_datarequest_answered_by_id_a2abc16e_fk_accounts_user_id FOREIGN KEY (answered_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_datarequest
    ADD CONSTRAINT privacy_datarequest_expert_id_1b20acc9_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_erasurerequest
    ADD CONSTRAINT privacy_erasurereque_decided_by_id_b47d6147_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_erasurerequest
    ADD CONSTRAINT privacy_erasurereque_requested_by_id_ffc2e232_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_erasurerequest
    ADD CONSTRAINT privacy_erasurerequest_expert_id_8403257c_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.procrastinate_events
    ADD CONSTRAINT procrastinate_events_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.procrastinate_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.procrastinate_workers(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.procrastinate_jobs(id);

ALTER TABLE ONLY public.projects_avoidance
    ADD CONSTRAINT projects_avoidance_project_id_4d767013_fk_projects_project_id FOREIGN KEY (project_id) REFERENCES public.projects_project(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_avoidance
    ADD CONSTRAINT projects_avoidance_unit_id_6067b4d3_fk_directory_unit_id FOREIGN KEY (unit_id) REFERENCES public.directory_unit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_progressentry
    ADD CONSTRAINT projects_progressent_project_id_3c67b0ff_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_progressentry
    ADD CONSTRAINT projects_progressentry_author_id_716a1029_fk_accounts_user_id FOREIGN KEY (author_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_project
    ADD CONSTRAINT projects_project_archived_by_id_7c2f59de_fk_accounts_user_id FOREIGN KEY (archived_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_project
    ADD CONSTRAINT projects_project_batch_id_c8cee900_fk_projects_projectbatch_id FOREIGN KEY (batch_id) REFERENCES public.projects_projectbatch(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_project
    ADD CONSTRAINT projects_project_created_by_id_c49d7b6d_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_project
    ADD CONSTRAINT projects_project_decided_by_id_97717324_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_project
    ADD CONSTRAINT projects_project_department_id_2d73b0cf_fk_accounts_ FOREIGN KEY (department_id) REFERENCES public.accounts_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_project
    ADD CONSTRAINT projects_project_edited_by_id_3d521db1_fk_accounts_user_id FOREIGN KEY (edited_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_project
    ADD CONSTRAINT projects_project_purchaser_id_35e6fc47_fk_directory_unit_id FOREIGN KEY (purchaser_id) REFERENCES public.directory_unit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_project
    ADD CONSTRAINT projects_project_submitted_by_id_22838da7_fk_accounts_user_id FOREIGN KEY (submitted_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_projectbatch
    ADD CONSTRAINT projects_projectbatc_created_by_id_02c00e44_fk_accounts_ FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_task
    ADD CONSTRAINT projects_task_assignee_id_5061de72_fk_accounts_user_id FOREIGN KEY (assignee_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_task
    ADD CONSTRAINT projects_task_completed_by_id_d8cc047e_fk_accounts_user_id FOREIGN KEY (completed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_task
    ADD CONSTRAINT projects_task_created_by_id_3dc419bd_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_task
    ADD CONSTRAINT projects_task_department_id_ff0d2f90_fk_accounts_department_id FOREIGN KEY (department_id) REFERENCES public.accounts_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.projects_task
    ADD CONSTRAINT projects_task_project_id_a1b987d6_fk_projects_project_id FOREIGN KEY (project_id) REFERENCES public.projects_project(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reports_candidatelist
    ADD CONSTRAINT reports_candidatelist_draw_id_fd4630b3_fk_draws_draw_id FOREIGN KEY (draw_id) REFERENCES public.draws_draw(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reports_departmentmonth
    ADD CONSTRAINT reports_departmentmo_department_id_1b8044ae_fk_accounts_ FOREIGN KEY (department_id) REFERENCES public.accounts_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reports_projecttally
    ADD CONSTRAINT reports_projecttally_project_id_b97bd8e2_fk_projects_project_id FOREIGN KEY (project_id) REFERENCES public.projects_project(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reports_tally
    ADD CONSTRAINT reports_tally_department_id_17515fca_fk_accounts_department_id FOREIGN KEY (department_id) REFERENCES public.accounts_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reports_tally
    ADD CONSTRAINT reports_tally_tallying_id_6141338b_fk_reports_tallying_id FOREIGN KEY (tallying_id) REFERENCES public.reports_tallying(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_handback
    ADD CONSTRAINT reviews_handback_decided_by_id_6a7f0057_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_handback
    ADD CONSTRAINT reviews_handback_requested_by_id_775951a3_fk_accounts_user_id FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_handback
    ADD CONSTRAINT reviews_handback_submission_id_49ee202f_fk_reviews_s FOREIGN KEY (submission_id) REFERENCES public.reviews_submission(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_itemassignment
    ADD CONSTRAINT reviews_itemassignme_sealed_by_id_84eb6f11_fk_accounts_ FOREIGN KEY (sealed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_itemassignment
    ADD CONSTRAINT reviews_itemassignment_review_id_5579d4a1_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_reassignrequest
    ADD CONSTRAINT reviews_reassignrequ_assignment_id_6f1c3753_fk_reviews_i FOREIGN KEY (assignment_id) REFERENCES public.reviews_itemassignment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_reassignrequest
    ADD CONSTRAINT reviews_reassignrequ_decided_by_id_207d043b_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_reassignrequest
    ADD CONSTRAINT reviews_reassignrequ_invitation_id_78d14577_fk_draws_inv FOREIGN KEY (invitation_id) REFERENCES public.draws_invitation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_reassignrequest
    ADD CONSTRAINT reviews_reassignrequ_requested_by_id_b410a71a_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_reassignrequest
    ADD CONSTRAINT reviews_reassignrequ_reviewer_id_40ed6894_fk_reviews_r FOREIGN KEY (reviewer_id) REFERENCES public.reviews_reviewer(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_reassignrequest
    ADD CONSTRAINT reviews_reassignrequest_review_id_44711f8b_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_review
    ADD CONSTRAINT reviews_review_created_by_id_2db9f91c_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_review
    ADD CONSTRAINT reviews_review_project_id_8f8337a7_fk_projects_project_id FOREIGN KEY (project_id) REFERENCES public.projects_project(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_review
    ADD CONSTRAINT reviews_review_rule_id_0405e7fd_fk_reviews_reviewrule_id FOREIGN KEY (rule_id) REFERENCES public.reviews_reviewrule(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_reviewer
    ADD CONSTRAINT reviews_reviewer_expert_id_e8e1eab5_fk_experts_expert_id FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_reviewer
    ADD CONSTRAINT reviews_reviewer_invitation_id_035c54a0_fk_draws_invitation_id FOREIGN KEY (invitation_id) REFERENCES public.draws_invitation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_reviewer
    ADD CONSTRAINT reviews_reviewer_review_id_2640ec53_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_reviewitem
    ADD CONSTRAINT reviews_reviewitem_review_id_e3ed2353_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_reviewresult
    ADD CONSTRAINT reviews_reviewresult_review_id_df83d728_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_reviewresult
    ADD CONSTRAINT reviews_reviewresult_sealed_by_id_b45c6786_fk_accounts_user_id FOREIGN KEY (sealed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_reviewrule
    ADD CONSTRAINT reviews_reviewrule_by_id_1e0df5d8_fk_accounts_user_id FOREIGN KEY (by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_scoresheet
    ADD CONSTRAINT reviews_scoresheet_item_id_84f93c03_fk_reviews_reviewitem_id FOREIGN KEY (item_id) REFERENCES public.reviews_reviewitem(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_scoresheet
    ADD CONSTRAINT reviews_scoresheet_reviewer_id_e40543ce_fk_reviews_reviewer_id FOREIGN KEY (reviewer_id) REFERENCES public.reviews_reviewer(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_stoprequest
    ADD CONSTRAINT reviews_stoprequest_decided_by_id_1940fbd3_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_stoprequest
    ADD CONSTRAINT reviews_stoprequest_requested_by_id_e6b6f101_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_stoprequest
    ADD CONSTRAINT reviews_stoprequest_review_id_82a9f931_fk_reviews_review_id FOREIGN KEY (review_id) REFERENCES public.reviews_review(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.reviews_submission
    ADD CONSTRAINT reviews_submission_reviewer_id_db900e63_fk_reviews_reviewer_id FOREIGN KEY (reviewer_id) REFERENCES public.reviews_reviewer(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.secondfactor_passkey
    ADD CONSTRAINT secondfactor_passkey_user_id_f3e0b060_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.secondfactor_recoverycode
    ADD CONSTRAINT secondfactor_recoverycode_user_id_70046412_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.secondfactor_resetrequest
    ADD CONSTRAINT secondfactor_resetre_decided_by_id_bdbaff55_fk_accounts_ FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.secondfactor_resetrequest
    ADD CONSTRAINT secondfactor_resetre_requested_by_id_81c11e75_fk_accounts_ FOREIGN KEY (requested_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.secondfactor_resetrequest
    ADD CONSTRAINT secondfactor_resetrequest_user_id_a7b586aa_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.selfservice_calendarfeed
    ADD CONSTRAINT selfservice_calendar_expert_id_e928675b_fk_experts_e FOREIGN KEY (expert_id) REFERENCES public.experts_expert(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.siteconfig_settingchange
    ADD CONSTRAINT siteconfig_settingchange_actor_id_20d1e675_fk_accounts_user_id FOREIGN KEY (actor_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.telephone_call
    ADD CONSTRAINT telephone_call_attempt_id_0bcb8996_fk_notifications_attempt_id FOREIGN KEY (attempt_id) REFERENCES public.notifications_attempt(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.webhooks_delivery
    ADD CONSTRAINT webhooks_delivery_subscription_id_f436ed71_fk_webhooks_ FOREIGN KEY (subscription_id) REFERENCES public.webhooks_subscription(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.webhooks_subscription
    ADD CONSTRAINT webhooks_subscriptio_created_by_id_667c65d5_fk_accounts_ FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_approval
    ADD CONSTRAINT workflow_approval_department_id_1d573224_fk_accounts_ FOREIGN KEY (department_id) REFERENCES public.accounts_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_approval
    ADD CONSTRAINT workflow_approval_step_id_653b16f8_fk_workflow_flowstep_id FOREIGN KEY (step_id) REFERENCES public.workflow_flowstep(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_approval
    ADD CONSTRAINT workflow_approval_version_id_e44b3eaf_fk_workflow_ FOREIGN KEY (version_id) REFERENCES public.workflow_flowversion(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_confirmationcode
    ADD CONSTRAINT workflow_confirmatio_person_id_23f05d11_fk_accounts_ FOREIGN KEY (person_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_decision
    ADD CONSTRAINT workflow_decision_approval_id_f1b6470b_fk_workflow_approval_id FOREIGN KEY (approval_id) REFERENCES public.workflow_approval(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_decision
    ADD CONSTRAINT workflow_decision_decided_by_id_8969c511_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_decision
    ADD CONSTRAINT workflow_decision_for_whom_id_f8f478aa_fk_accounts_user_id FOREIGN KEY (for_whom_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_decision
    ADD CONSTRAINT workflow_decision_step_id_2cbb8401_fk_workflow_flowstep_id FOREIGN KEY (step_id) REFERENCES public.workflow_flowstep(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_delegation
    ADD CONSTRAINT workflow_delegation_giver_id_7b452eff_fk_accounts_user_id FOREIGN KEY (giver_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_delegation
    ADD CONSTRAINT workflow_delegation_to_id_35d27f2b_fk_accounts_user_id FOREIGN KEY (to_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_flowstep
    ADD CONSTRAINT workflow_flowstep_department_id_c1644508_fk_accounts_ FOREIGN KEY (department_id) REFERENCES public.accounts_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_flowstep
    ADD CONSTRAINT workflow_flowstep_role_id_f50aa8bf_fk_accounts_role_id FOREIGN KEY (role_id) REFERENCES public.accounts_role(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_flowstep
    ADD CONSTRAINT workflow_flowstep_version_id_2aac4f1a_fk_workflow_ FOREIGN KEY (version_id) REFERENCES public.workflow_flowversion(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_flowversion
    ADD CONSTRAINT workflow_flowversion_created_by_id_196cce10_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_objection
    ADD CONSTRAINT workflow_objection_notice_id_97b9aae3_fk_workflow_ FOREIGN KEY (notice_id) REFERENCES public.workflow_publicnotice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_publicnotice
    ADD CONSTRAINT workflow_publicnotic_approval_id_20bc7009_fk_workflow_ FOREIGN KEY (approval_id) REFERENCES public.workflow_approval(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_publicnotice
    ADD CONSTRAINT workflow_publicnotice_step_id_9bc74812_fk_workflow_flowstep_id FOREIGN KEY (step_id) REFERENCES public.workflow_flowstep(id) DEFERRABLE INITIALLY DEFERRED;

INSERT INTO public.django_migrations (app, name, applied) VALUES
    ('accounts', '0001_initial', now()),
    ('accounts', '0002_sign_in', now()),
    ('accounts', '0003_user_agent', now()),
    ('accounts', '0004_apitoken', now()),
    ('accounts', '0005_known_permissions', now()),
    ('accounts', '0006_bound_tokens', now()),
    ('accounts', '0007_proof', now()),
    ('accounts', '0008_bounds', now()),
    ('accounts', '0009_rights', now()),
    ('accounts', '0010_keyed_tokens', now()),
    ('accounts', '0011_keyed_sign_in', now()),
    ('accounts', '0012_authenticator', now()),
    ('accounts', '0013_digests_in_every_row', now()),
    ('accounts', '0014_rights_have_proofs', now()),
    ('accounts', '0015_one_index_for_a_person', now()),
    ('accounts', '0016_shown_by_phone_or_app', now()),
    ('accounts', '0017_ends_stay', now()),
    ('accounts', '0018_networks_of_visitors', now()),
    ('accounts', '0019_alter_loginrecord_outcome', now()),
    ('accounts', '0020_what_was_typed_is_counted', now()),
    ('accounts', '0021_links_asked', now()),
    ('accounts', '0022_signed_in', now()),
    ('accounts', '0023_idle', now()),
    ('accounts', '0024_vouched_for_by_others', now()),
    ('accounts', '0025_three_apart', now()),
    ('accounts', '0026_links_end_links', now()),
    ('accounts', '0027_places_have_proofs', now()),
    ('accounts', '0028_duties_stand', now()),
    ('accounts', '0029_blacklisted', now()),
    ('achievements', '0001_initial', now()),
    ('achievements', '0002_taken_back', now()),
    ('achievements', '0003_proofs', now()),
    ('achievements', '0004_own_and_office', now()),
    ('achievements', '0005_authors_are_sealed', now()),
    ('audit', '0001_initial', now()),
    ('audit', '0002_chain', now()),
    ('audit', '0003_anchors', now()),
    ('audit', '0004_links_by_owner', now()),
    ('audit', '0005_places_by_the_chain', now()),
    ('audit', '0006_proofs', now()),
    ('audit', '0007_anchors_in_order', now()),
    ('audit', '0008_branches', now()),
    ('auth', '0001_initial', now()),
    ('auth', '0002_alter_permission_name_max_length', now()),
    ('auth', '0003_alter_user_email_max_length', now()),
    ('auth', '0004_alter_user_username_opts', now()),
    ('auth', '0005_alter_user_last_login_null', now()),
    ('auth', '0006_require_contenttypes_0002', now()),
    ('auth', '0007_alter_validators_add_error_messages', now()),
    ('auth', '0008_alter_user_username_max_length', now()),
    ('auth', '0009_alter_user_last_name_max_length', now()),
    ('auth', '0010_alter_group_name_max_length', now()),
    ('auth', '0011_update_proxy_permissions', now()),
    ('auth', '0012_alter_user_first_name_max_length', now()),
    ('automation', '0001_initial', now()),
    ('automation', '0002_errands_have_proofs', now()),
    ('automation', '0003_errands_end_by_events', now()),
    ('backups', '0001_initial', now()),
    ('bundles', '0001_initial', now()),
    ('certificates', '0001_initial', now()),
    ('certificates', '0002_ends_stay', now()),
    ('certificates', '0003_runs_have_proofs', now()),
    ('certificates', '0004_results_have_proofs', now()),
    ('certificates', '0005_names_are_sealed', now()),
    ('certificates', '0006_refused_are_sealed', now()),
    ('changes', '0001_initial', now()),
    ('changes', '0002_bound_tokens', now()),
    ('changes', '0003_taken_back', now()),
    ('changes', '0004_requests_have_proofs', now()),
    ('changes', '0005_taken_away', now()),
    ('changes', '0006_empty_is_sealed', now()),
    ('contenttypes', '0001_initial', now()),
    ('contenttypes', '0002_remove_content_type_name', now()),
    ('core', '0001_extensions', now()),
    ('core', '0002_exportrun', now()),
    ('core', '0003_importrun', now()),
    ('core', '0004_storedanswer', now()),
    ('core', '0005_bound_tokens', now()),
    ('core', '0006_tokens_made_anew', now()),
    ('core', '0007_key_changes', now()),
    ('core', '0008_key_checks', now()),
    ('core', '0009_discarded_imports', now()),
    ('core', '0010_import_memory', now()),
    ('core', '0011_import_findings', now()),
    ('core', '0012_rekeying_by_owner', now()),
    ('core', '0013_rekeying_is_said', now()),
    ('core', '0014_duties', now()),
    ('core', '0015_runs_only_grow', now()),
    ('core', '0016_cells_that_do_not_open', now()),
    ('core', '0017_ends_stay', now()),
    ('core', '0018_bulk_runs', now()),
    ('core', '0019_bulk_runs_have_proofs', now()),
    ('core', '0020_files_have_proofs', now()),
    ('core', '0021_asked_jobs', now()),
    ('core', '0022_results_have_proofs', now()),
    ('core', '0023_bulk_runs_stop', now()),
    ('core', '0024_savedsearch', now()),
    ('core', '0025_seen_bulk_runs', now()),
    ('core', '0026_answers_are_sealed', now()),
    ('core', '0027_searches_are_sealed', now()),
    ('core', '0028_runs_are_sealed', now()),
    ('core', '0029_file_names_are_sealed', now()),
    ('customforms', '0001_fields', now()),
    ('customforms', '0002_bounds', now()),
    ('customforms', '0003_asked_of_applicants', now()),
    ('customforms', '0004_groups_and_readers', now()),
    ('customforms', '0005_number_bounds', now()),
    ('directory', '0001_initial', now()),
    ('directory', '0002_unit_relations', now()),
    ('directory', '0003_bounds', now()),
    ('directory', '0004_one_list_of_reasons', now()),
    ('directory', '0005_units_as_a_register', now()),
    ('directory', '0006_aliases_of_one', now()),
    ('directory', '0007_compare_again', now()),
    ('directory', '0008_written_otherwise', now()),
    ('directory', '0009_units_in_brackets', now()),
    ('directory', '0010_compare_bracketed', now()),
    ('directory', '0011_names_read_alike', now()),
    ('draws', '0001_initial', now()),
    ('draws', '0002_reveal_rules_and_guards', now()),
    ('draws', '0003_condition_templates', now()),
    ('draws', '0004_void_requests', now()),
    ('draws', '0005_manual_ways', now()),
    ('draws', '0006_exposure_reports', now()),
    ('draws', '0007_emergency', now()),
    ('draws', '0008_sheet_templates', now()),
    ('draws', '0009_two_person_requests', now()),
    ('draws', '0010_release_requests', now()),
    ('draws', '0011_batches', now()),
    ('draws', '0012_widened', now()),
    ('draws', '0013_hold_indexes', now()),
    ('draws', '0014_standby', now()),
    ('draws', '0015_draw_status', now()),
    ('draws', '0016_rule_content', now()),
    ('draws', '0017_papers', now()),
    ('draws', '0018_reports', now()),
    ('draws', '0019_bound_tokens', now()),
    ('draws', '0020_seal_blocks', now()),
    ('draws', '0021_emergency_of_a_draw', now()),
    ('draws', '0022_alarms', now()),
    ('draws', '0023_requests_expire', now()),
    ('draws', '0024_plan_versions', now()),
    ('draws', '0025_chained_events', now()),
    ('draws', '0026_mend_records', now()),
    ('draws', '0027_proof', now()),
    ('draws', '0028_checked_records', now()),
    ('draws', '0029_bounds', now()),
    ('draws', '0030_widened_are_supplements', now()),
    ('draws', '0031_clock', now()),
    ('draws', '0032_publication', now()),
    ('draws', '0033_plan_counts', now()),
    ('draws', '0034_hands', now()),
    ('draws', '0035_released_as', now()),
    ('draws', '0036_widening_requests', now()),
    ('draws', '0037_letters', now()),
    ('draws', '0038_proof_by_code', now()),
    ('draws', '0039_presence', now()),
    ('draws', '0040_reveal_proof', now()),
    ('draws', '0041_count_tallies', now()),
    ('draws', '0042_keyed_links', now()),
    ('draws', '0043_earlier_reviews', now()),
    ('draws', '0044_proof_by_app', now()),
    ('draws', '0045_kinds_of_alarms', now()),
    ('draws', '0046_seat_keys', now()),
    ('draws', '0047_holds_by_hour', now()),
    ('draws', '0048_letters_of_one_seat', now()),
    ('draws', '0049_proof_of_emergencies', now()),
    ('draws', '0050_ids_never_change', now()),
    ('draws', '0051_requests_asked_for', now()),
    ('draws', '0052_pool_pauses', now()),
    ('draws', '0053_letters_to_nobody', now()),
    ('draws', '0054_fittings_sealed', now()),
    ('draws', '0055_digests_in_every_row', now()),
    ('draws', '0056_supervisors_value', now()),
    ('draws', '0057_lines_have_proofs', now()),
    ('draws', '0058_approvals_have_proofs', now()),
    ('draws', '0059_approvals_of_contents', now()),
    ('draws', '0060_more_kinds_of_alarms', now()),
    ('draws', '0061_proof_of_pauses', now()),
    ('draws', '0062_draws_never_ordered', now()),
    ('draws', '0063_approvals_of_projects', now()),
    ('draws', '0064_reasons_sealed', now()),
    ('draws', '0065_open_counts', now()),
    ('draws', '0066_roles_of_each_review', now()),
    ('draws', '0067_no_seal_on_a_no', now()),
    ('draws', '0068_only_supervisors_confirm', now()),
    ('draws', '0069_returned_plans', now()),
    ('draws', '0070_sms_replies', now()),
    ('draws', '0071_voice_replies', now()),
    ('draws', '0072_sealed_draws_at_hand', now()),
    ('draws', '0073_alarm_of_the_log', now()),
    ('draws', '0074_answers_by_wechat', now()),
    ('draws', '0075_asked_for_a_leave', now()),
    ('draws', '0076_alarm_of_an_outage', now()),
    ('draws', '0077_people_keep_their_ids', now()),
    ('draws', '0078_rules_keep_their_role', now()),
    ('evaluations', '0001_initial', now()),
    ('evaluations', '0002_objections', now()),
    ('evaluations', '0003_sanctions', now()),
    ('evaluations', '0004_cautions_are_taken_back', now()),
    ('evaluations', '0005_what_was_said_is_proven', now()),
    ('evaluations', '0006_objections_to_cautions', now()),
    ('experts', '0001_initial', now()),
    ('experts', '0002_more_of_the_record', now()),
    ('experts', '0003_who_may_be_nobody', now()),
    ('experts', '0004_a_million_numbers', now()),
    ('experts', '0005_relations_to_persons', now()),
    ('experts', '0006_list_orders', now()),
    ('experts', '0007_own_area', now()),
    ('experts', '0008_bound_tokens', now()),
    ('experts', '0009_experts_by_employer', now()),
    ('experts', '0010_fields', now()),
    ('experts', '0011_bounds', now()),
    ('experts', '0012_specialties_among_tokens', now()),
    ('experts', '0013_account_proofs', now()),
    ('experts', '0014_avoidance_by', now()),
    ('experts', '0015_blacklist_agrees', now()),
    ('experts', '0016_avoidance_removals', now()),
    ('experts', '0017_email_once', now()),
    ('experts', '0018_activation_times', now()),
    ('experts', '0019_contacts_once', now()),
    ('experts', '0020_blacklisted_signed_out', now()),
    ('experts', '0021_id_kinds', now()),
    ('experts', '0022_merged_records', now()),
    ('experts', '0023_told_apart', now()),
    ('experts', '0024_health_by_index', now()),
    ('experts', '0025_no_contact_is_sealed', now()),
    ('experts', '0026_own_words', now()),
    ('experts', '0027_own_rows', now()),
    ('experts', '0028_recommender', now()),
    ('experts', '0029_version_ways', now()),
    ('experts', '0030_interface_source', now()),
    ('experts', '0031_appeals', now()),
    ('experts', '0032_sharing', now()),
    ('experts', '0033_taken_away', now()),
    ('experts', '0034_ends_stay', now()),
    ('experts', '0035_own_ends_of_leaves', now()),
    ('experts', '0036_renewals', now()),
    ('experts', '0037_search_packs', now()),
    ('experts', '0038_tag_colours', now()),
    ('experts', '0039_who_agreed_to_an_edit', now()),
    ('experts', '0040_packs_count_writings', now()),
    ('experts', '0041_what_is_told_later_at_hand', now()),
    ('experts', '0042_searches_are_kept_by_core', now()),
    ('experts', '0043_kept_lists_of_sharing', now()),
    ('experts', '0044_unit_merges_in_histories', now()),
    ('experts', '0045_erased', now()),
    ('experts', '0046_appeal_not_decided', now()),
    ('experts', '0047_appeals_have_proofs', now()),
    ('experts', '0048_empty_is_sealed', now()),
    ('experts', '0049_reasons_are_his', now()),
    ('experts', '0050_leaves_have_proofs', now()),
    ('experts', '0051_removals_have_proofs', now()),
    ('experts', '0052_blacklist_has_proofs', now()),
    ('experts', '0053_names_are_sealed', now()),
    ('experts', '0054_who_entered_an_expert_stays', now()),
    ('experts', '0055_no_tokens', now()),
    ('experts', '0056_names_read_alike', now()),
    ('fees', '0001_initial', now()),
    ('fees', '0002_bank_accounts', now()),
    ('fees', '0003_payments', now()),
    ('fees', '0004_accounts_say_who_asked', now()),
    ('fees', '0005_letters_stay_as_sent', now()),
    ('fees', '0006_travel_by_receipts', now()),
    ('fees', '0007_paid_by_the_item', now()),
    ('fees', '0008_codes_say_for_what', now()),
    ('fees', '0009_time_by_the_day', now()),
    ('fees', '0010_corrections', now()),
    ('fees', '0011_rates_hold_for_some', now()),
    ('fees', '0012_agreed_after_tax', now()),
    ('files', '0001_initial', now()),
    ('files', '0002_held', now()),
    ('files', '0003_proofs', now()),
    ('files', '0004_removed', now()),
    ('files', '0005_names_are_sealed', now()),
    ('files', '0006_files_are_sealed', now()),
    ('identity', '0001_initial', now()),
    ('inspections', '0001_initial', now()),
    ('inspections', '0002_bound_tokens', now()),
    ('inspections', '0003_renewals', now()),
    ('inspections', '0004_bound_renewals', now()),
    ('inspections', '0005_ends_stay', now()),
    ('inspections', '0006_rounds_and_runs_have_proofs', now()),
    ('inspections', '0007_results_have_proofs', now()),
    ('inspections', '0008_rows_have_proofs', now()),
    ('inspections', '0009_empty_is_sealed', now()),
    ('inspections', '0010_refused_are_sealed', now()),
    ('joining', '0001_initial', now()),
    ('joining', '0002_bound_rows', now()),
    ('joining', '0003_applications_have_proofs', now()),
    ('joining', '0004_links_stay_used', now()),
    ('joining', '0005_consent_has_a_proof', now()),
    ('joining', '0006_links_have_proofs', now()),
    ('joining', '0007_returned_contents', now()),
    ('joining', '0008_asked_columns', now()),
    ('joining', '0009_consent_by_purpose', now()),
    ('joining', '0010_id_number_index', now()),
    ('joining', '0011_recommendations_are_his', now()),
    ('joining', '0012_recommendations_have_proofs', now()),
    ('monitoring', '0001_initial', now()),
    ('networks', '0001_initial', now()),
    ('networks', '0002_rules_have_proofs', now()),
    ('notices', '0001_initial', now()),
    ('notices', '0002_notices_have_proofs', now()),
    ('notifications', '0001_initial', now()),
    ('notifications', '0002_delivery', now()),
    ('notifications', '0003_template_files', now()),
    ('notifications', '0004_deleted_messages', now()),
    ('notifications', '0005_bound_tokens', now()),
    ('notifications', '0006_no_account', now()),
    ('notifications', '0007_channel_health', now()),
    ('notifications', '0008_template_proofs', now()),
    ('notifications', '0009_watching_stays_on', now()),
    ('notifications', '0010_channel_times', now()),
    ('notifications', '0011_addresses', now()),
    ('notifications', '0012_registered_texts', now()),
    ('notifications', '0013_attempts', now()),
    ('notifications', '0014_replies', now()),
    ('notifications', '0015_bounds', now()),
    ('notifications', '0016_reply_sources', now()),
    ('notifications', '0017_followed', now()),
    ('notifications', '0018_pacing', now()),
    ('notifications', '0019_calls', now()),
    ('notifications', '0020_returned_letters', now()),
    ('notifications', '0021_wechat', now()),
    ('notifications', '0022_attempt_words', now()),
    ('notifications', '0023_kinds', now()),
    ('notifications', '0024_wish_to_be_left_alone', now()),
    ('operations', '0001_job_failures', now()),
    ('operations', '0002_failed_jobs_found', now()),
    ('operations', '0003_alerts', now()),
    ('papers', '0001_initial', now()),
    ('points', '0001_initial', now()),
    ('points', '0002_further_on', now()),
    ('points', '0003_texts_are_his', now()),
    ('points', '0004_requests_have_proofs', now()),
    ('privacy', '0001_initial', now()),
    ('privacy', '0002_erasurerequest', now()),
    ('privacy', '0003_consent', now()),
    ('privacy', '0004_listed_reads', now()),
    ('privacy', '0005_requests_have_proofs', now()),
    ('privacy', '0006_answers_have_proofs', now()),
    ('privacy', '0007_empty_is_sealed', now()),
    ('procrastinate', '0001_initial', now()),
    ('procrastinate', '0002_drop_started_at_column', now()),
    ('procrastinate', '0003_drop_started_at_column', now()),
    ('procrastinate', '0004_drop_procrastinate_version_table', now()),
    ('procrastinate', '0005_fix_procrastinate_fetch_job', now()),
    ('procrastinate', '0006_fix_trigger_status_events_insert', now()),
    ('procrastinate', '0007_add_queueing_lock_column', now()),
    ('procrastinate', '0008_close_fetch_job_race_condition', now()),
    ('procrastinate', '0009_add_defer_job_function', now()),
    ('procrastinate', '0010_add_procrastinate_periodic_defers', now()),
    ('procrastinate', '0011_add_foreign_key_index', now()),
    ('procrastinate', '0012_add_locks_to_periodic_defer', now()),
    ('procrastinate', '0013_fix_procrastinate_defer_periodic_job', now()),
    ('procrastinate', '0014_add_finish_job_and_retry_job_functions', now()),
    ('procrastinate', '0015_add_trigger_on_job_deletion', now()),
    ('procrastinate', '0016_delete_finished_jobs', now()),
    ('procrastinate', '0017_add_checks_to_finish_job', now()),
    ('procrastinate', '0018_add_checks_to_retry_job', now()),
    ('procrastinate', '0019_fix_finish_job_compat_issue', now()),
    ('procrastinate', '0020_add_index_on_procrastinate_jobs', now()),
    ('procrastinate', '0021_add_kwargs_to_defer_periodic_job', now()),
    ('procrastinate', '0022_null_locks_excluded', now()),
    ('procrastinate', '0023_remove_old_finish_job_function', now()),
    ('procrastinate', '0024_job_id_bigint', now()),
    ('procrastinate', '0025_add_models', now()),
    ('procrastinate', '0026_add_job_priority', now()),
    ('procrastinate', '0027_add_periodic_job_priority', now()),
    ('procrastinate', '0028_add_cancel_states', now()),
    ('procrastinate', '0029_add_additional_params_to_retry_job', now()),
    ('procrastinate', '0030_alter_procrastinateevent_options', now()),
    ('procrastinate', '0031_add_indexes_for_fetch_job', now()),
    ('procrastinate', '0032_pre_cancel_notification', now()),
    ('procrastinate', '0033_post_cancel_notification', now()),
    ('procrastinate', '0034_pre_add_heartbeat', now()),
    ('procrastinate', '0035_post_add_heartbeat', now()),
    ('procrastinate', '0036_add_worker_model', now()),
    ('procrastinate', '0037_pre_batch_defer_jobs', now()),
    ('procrastinate', '0038_post_batch_defer_jobs', now()),
    ('procrastinate', '0039_pre_priority_lock_fetch_job', now()),
    ('procrastinate', '0040_pre_retry_failed_job', now()),
    ('procrastinate', '0041_post_retry_failed_job', now()),
    ('projects', '0001_initial', now()),
    ('projects', '0002_rules', now()),
    ('projects', '0003_regime_settings', now()),
    ('projects', '0004_follow_up_and_archive', now()),
    ('projects', '0005_approvals', now()),
    ('projects', '0006_avoidance_role', now()),
    ('projects', '0007_batches', now()),
    ('projects', '0008_fields', now()),
    ('projects', '0009_bounds', now()),
    ('projects', '0010_public_panel', now()),
    ('projects', '0011_two_applicants', now()),
    ('projects', '0012_status_proofs', now()),
    ('projects', '0013_approvals_of_contents', now()),
    ('projects', '0014_rules_are_settings', now()),
    ('projects', '0015_who_reads_files', now()),
    ('reports', '0001_initial', now()),
    ('reports', '0002_bounds', now()),
    ('reports', '0003_renamed_rights', now()),
    ('reports', '0004_candidates', now()),
    ('reports', '0005_department_months', now()),
    ('reports', '0006_saved_statistics', now()),
    ('reports', '0007_searches_are_kept_by_core', now()),
    ('reports', '0008_kept_numbers_have_proofs', now()),
    ('reports', '0009_exposure_has_proofs', now()),
    ('reports', '0010_tallies', now()),
    ('reviews', '0001_initial', now()),
    ('reviews', '0002_reviews_of_panels', now()),
    ('reviews', '0003_assignments', now()),
    ('reviews', '0004_results', now()),
    ('reviews', '0005_chosen_by_hand', now()),
    ('reviews', '0006_scores_far_from_the_others', now()),
    ('reviews', '0007_terms_have_proofs', now()),
    ('reviews', '0008_sealed_under_the_key_of_seals', now()),
    ('reviews', '0009_hands_take_two', now()),
    ('reviews', '0010_others_take_two', now()),
    ('reviews', '0011_reasons_have_proofs', now()),
    ('reviews', '0012_stopped_by_two', now()),
    ('reviews', '0013_drawn_anew', now()),
    ('secondfactor', '0001_initial', now()),
    ('secondfactor', '0002_passkeys_have_a_host', now()),
    ('selfservice', '0001_calendar_feed', now()),
    ('selfservice', '0002_ends_stay', now()),
    ('sessions', '0001_initial', now()),
    ('siteconfig', '0001_initial', now()),
    ('siteconfig', '0002_append_only', now()),
    ('siteconfig', '0003_bound_tokens', now()),
    ('siteconfig', '0004_proofs', now()),
    ('siteconfig', '0005_digests_in_every_row', now()),
    ('siteconfig', '0006_head', now()),
    ('telephone', '0001_initial', now()),
    ('webhooks', '0001_initial', now()),
    ('webhooks', '0002_bound_tokens', now()),
    ('webhooks', '0003_facts_once', now()),
    ('webhooks', '0004_proofs', now()),
    ('workflow', '0001_initial', now()),
    ('workflow', '0002_confirmation_codes', now()),
    ('workflow', '0003_steps_have_proofs', now()),
    ('workflow', '0004_reasons_by_field', now()),
    ('workflow', '0005_fuller_steps', now()),
    ('workflow', '0006_ends_stay', now()),
    ('workflow', '0007_objections_have_proofs', now()),
    ('workflow', '0008_notices_are_forgotten', now());
