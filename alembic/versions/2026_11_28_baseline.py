"""The ledger, what is projected from it, and what stands beside it: what every later migration starts from.

Written as SQL, because the database is PostgreSQL and the checks, grants and triggers are the point;
`alembic check` holds it against `db/models/`.
"""

from alembic import op

revision = "2026_11_28_baseline"
down_revision = None
branch_labels = None
depends_on = None

LEDGER = r"""
CREATE TABLE program (
  id uuid CONSTRAINT pk_program PRIMARY KEY,
  title text NOT NULL,
  plan text NOT NULL,
  plan_sha256 text NOT NULL,
  standing text NOT NULL,
  open_phases text[] NOT NULL,
  parties text[] NOT NULL,
  started_at timestamptz NOT NULL,
  next_due timestamptz,
  overdue_from timestamptz,
  seq bigint NOT NULL,
  head bytea NOT NULL,
  clock_seq bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  parent_id uuid,
  name_in_parent text
) WITH (fillfactor = 50);
CREATE INDEX ix_program_started_at_id ON program (started_at DESC, id);
CREATE INDEX ix_program_plan ON program (plan);
CREATE INDEX ix_program_standing ON program (standing);
CREATE INDEX ix_program_next_due ON program (next_due);
CREATE INDEX ix_program_overdue_from ON program (overdue_from);
CREATE INDEX ix_program_parent_id ON program (parent_id);
CREATE INDEX ix_program_open_phases ON program USING gin (open_phases);
CREATE INDEX ix_program_parties ON program USING gin (parties);

CREATE TABLE ledger_entry (
  program_id uuid NOT NULL,
  seq bigint NOT NULL,
  prev bytea NOT NULL,
  leaf bytea NOT NULL,
  body bytea NOT NULL,
  recorded_at timestamptz NOT NULL,
  kind text NOT NULL,
  actor text,
  subject text,
  act_id text NOT NULL,
  content text,
  CONSTRAINT pk_ledger_entry PRIMARY KEY (program_id, seq),
  CONSTRAINT ck_ledger_entry_leaf_is_of_body CHECK (leaf = sha256('\x00'::bytea || body)),
  CONSTRAINT ck_ledger_entry_prev_is_a_hash CHECK (octet_length(prev) = 32),
  CONSTRAINT ck_ledger_entry_first_follows_nothing CHECK (seq > 1 OR prev = decode(repeat('00', 32), 'hex')),
  CONSTRAINT ck_ledger_entry_seq_counts_from_one CHECK (seq >= 1),
  CONSTRAINT ck_ledger_entry_body_is_bounded CHECK (octet_length(body) <= 1048576)
);
CREATE UNIQUE INDEX uq_ledger_entry_program_id_act_id ON ledger_entry (program_id, act_id)
  WHERE content IS NOT NULL AND kind <> 'attempt_refused';
"""

PROJECTIONS = """
CREATE TABLE phase (
  program_id uuid NOT NULL,
  name text NOT NULL,
  title text NOT NULL,
  status text NOT NULL,
  entry_met boolean NOT NULL,
  entry_met_at timestamptz,
  opened_at timestamptz,
  exit_met boolean NOT NULL,
  completed_at timestamptz,
  stability_status text,
  stability_counted_from timestamptz,
  stability_completes_at timestamptz,
  stability_completed_at timestamptz,
  stability_moved_by text,
  CONSTRAINT pk_phase PRIMARY KEY (program_id, name)
);
CREATE TABLE milestone (
  program_id uuid NOT NULL,
  name text NOT NULL,
  phase text NOT NULL,
  title text NOT NULL,
  party text NOT NULL,
  status text NOT NULL,
  first_recorded_at timestamptz,
  due_original timestamptz,
  due_revised timestamptz,
  missed_at timestamptz,
  achieved_at timestamptz,
  finding_outcome text,
  finding_proposes text,
  finding_sentence text,
  observable_until timestamptz,
  CONSTRAINT pk_milestone PRIMARY KEY (program_id, name)
) WITH (fillfactor = 70);
CREATE INDEX ix_milestone_due_revised_program_id ON milestone (due_revised, program_id);
CREATE TABLE commitment (
  program_id uuid NOT NULL,
  name text NOT NULL,
  title text NOT NULL,
  party text,
  status text NOT NULL,
  in_force_since timestamptz NOT NULL,
  because text,
  CONSTRAINT pk_commitment PRIMARY KEY (program_id, name)
);
CREATE TABLE clock (
  program_id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  phase text NOT NULL,
  due_at timestamptz NOT NULL,
  note text NOT NULL,
  CONSTRAINT pk_clock PRIMARY KEY (program_id, name)
);
CREATE INDEX ix_clock_due_at_program_id ON clock (due_at, program_id) WHERE kind <> 'deadline';
CREATE TABLE incident (
  program_id uuid NOT NULL,
  id text NOT NULL,
  kind text NOT NULL,
  severity text NOT NULL,
  status text NOT NULL,
  place text NOT NULL,
  happened_at timestamptz NOT NULL,
  happened_until timestamptz,
  reported_at timestamptz NOT NULL,
  resolved_at timestamptz,
  attributed_to text,
  confidence text NOT NULL,
  reported_by text NOT NULL,
  reported_for text,
  related_to text,
  CONSTRAINT pk_incident PRIMARY KEY (program_id, id)
);
CREATE TABLE evidence (
  program_id uuid NOT NULL,
  id text NOT NULL,
  milestone text,
  shows text,
  status text NOT NULL,
  recorded_by text NOT NULL,
  recorded_for text,
  recorded_at timestamptz NOT NULL,
  happened_at timestamptz,
  verified_by text,
  indicator text,
  value numeric,
  unit text,
  period text,
  producer text,
  edition text,
  retrieved_at timestamptz,
  filed boolean,
  CONSTRAINT pk_evidence PRIMARY KEY (program_id, id)
) WITH (fillfactor = 80);
CREATE TABLE membership (
  program_id uuid NOT NULL,
  person text NOT NULL,
  role text NOT NULL,
  party text NOT NULL,
  CONSTRAINT pk_membership PRIMARY KEY (program_id, person, role, party)
);
CREATE INDEX ix_membership_person_role_party ON membership (person, role, party);
CREATE TABLE owed (
  program_id uuid NOT NULL,
  party text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  title text NOT NULL,
  since timestamptz NOT NULL,
  due timestamptz,
  milestone_due_original timestamptz,
  milestone_due_revised timestamptz,
  due_at timestamptz NOT NULL,
  overdue_from timestamptz,
  ends_at timestamptz,
  binding boolean NOT NULL,
  CONSTRAINT pk_owed PRIMARY KEY (program_id, party, kind, name)
);
CREATE INDEX ix_owed_party_kind_due_at ON owed (party, kind, due_at, program_id, name);
CREATE INDEX ix_owed_kind_due_at ON owed (kind, due_at, program_id, party, name);
"""

BESIDE = """
CREATE TABLE schema_compatibility (
  oldest text CONSTRAINT pk_schema_compatibility PRIMARY KEY
);
INSERT INTO schema_compatibility (oldest) VALUES ('2026_11_28_baseline');
CREATE TABLE dispatch (
  program_id uuid NOT NULL CONSTRAINT fk_dispatch_program_id REFERENCES program (id),
  dispatched_seq bigint DEFAULT 0 NOT NULL,
  namespace_id text,
  epoch bigint,
  dispatched_at timestamptz,
  verified_at timestamptz,
  CONSTRAINT pk_dispatch PRIMARY KEY (program_id)
);
CREATE INDEX ix_dispatch_verified_at ON dispatch (verified_at NULLS FIRST);
CREATE TABLE epoch (
  number bigint CONSTRAINT pk_epoch PRIMARY KEY,
  declared_at timestamptz DEFAULT now() NOT NULL,
  reason text NOT NULL
);
INSERT INTO epoch (number, reason) VALUES (1, 'the first');
CREATE TABLE clock_acceptance (
  accepted_at timestamptz CONSTRAINT pk_clock_acceptance PRIMARY KEY,
  reason text NOT NULL
);
CREATE TABLE token (
  id uuid CONSTRAINT pk_token PRIMARY KEY,
  hash bytea NOT NULL CONSTRAINT uq_token_hash UNIQUE,
  person text NOT NULL,
  program_id uuid,
  party text,
  role text,
  created_at timestamptz DEFAULT now() NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  note text DEFAULT '' NOT NULL,
  issued_by text,
  revoked_by text,
  last_used_at timestamptz,
  CONSTRAINT ck_token_hash_is_a_hash CHECK (octet_length(hash) = 32)
);
CREATE INDEX ix_token_person ON token (person);
CREATE INDEX ix_token_program_id ON token (program_id);
CREATE TABLE session (
  id uuid CONSTRAINT pk_session PRIMARY KEY,
  hash bytea NOT NULL CONSTRAINT uq_session_hash UNIQUE,
  token_id uuid CONSTRAINT fk_session_token_id REFERENCES token (id),
  person text NOT NULL,
  role text,
  party text,
  program_id uuid,
  acting jsonb DEFAULT '{}' NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  seen_at timestamptz DEFAULT now() NOT NULL,
  seen_before timestamptz,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  CONSTRAINT ck_session_hash_is_a_hash CHECK (octet_length(hash) = 32)
);
CREATE INDEX ix_session_person ON session (person);
CREATE INDEX ix_session_token_id ON session (token_id);
CREATE TABLE document (
  program_id uuid NOT NULL CONSTRAINT fk_document_program_id REFERENCES program (id),
  sha256 text NOT NULL,
  size bigint NOT NULL,
  media_type text NOT NULL,
  name text NOT NULL,
  uploaded_by text NOT NULL,
  uploaded_for text NOT NULL,
  uploaded_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT pk_document PRIMARY KEY (program_id, sha256, uploaded_by, uploaded_for),
  CONSTRAINT ck_document_sha256_is_lower_hex CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  CONSTRAINT ck_document_size_is_not_negative CHECK (size >= 0)
);
CREATE TABLE check_run (
  program_id uuid NOT NULL CONSTRAINT fk_check_run_program_id REFERENCES program (id),
  name text NOT NULL,
  watched_since timestamptz DEFAULT now() NOT NULL,
  started_at timestamptz,
  started_run text,
  finished_at timestamptz,
  run text,
  outcome text,
  sentence text,
  bytes bigint,
  answered_at timestamptz,
  failures integer DEFAULT 0 NOT NULL,
  failing_since timestamptz,
  CONSTRAINT pk_check_run PRIMARY KEY (program_id, name)
);
CREATE TABLE check_fetch (
  program_id uuid NOT NULL,
  name text NOT NULL,
  run text NOT NULL,
  question text NOT NULL,
  answers jsonb NOT NULL,
  denied text,
  denied_as text NOT NULL,
  fetched_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT pk_check_fetch PRIMARY KEY (program_id, name),
  CONSTRAINT fk_check_fetch_program_id_name FOREIGN KEY (program_id, name)
    REFERENCES check_run (program_id, name) ON DELETE CASCADE
);
CREATE TABLE program_snapshot (
  program_id uuid NOT NULL,
  law text NOT NULL,
  point bigint NOT NULL,
  seq bigint NOT NULL,
  leaf bytea NOT NULL,
  recorded_at timestamptz NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  body bytea NOT NULL,
  CONSTRAINT pk_program_snapshot PRIMARY KEY (program_id, law, point),
  CONSTRAINT fk_program_snapshot_program_id FOREIGN KEY (program_id) REFERENCES program (id)
);
ALTER TABLE program_snapshot ALTER COLUMN body SET STORAGE EXTERNAL;
"""

# ALWAYS: an ordinary trigger is passed by with session_replication_role = replica.
APPEND_ONLY = """
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of ledger_entry is refused: the ledger is append-only', TG_OP
    USING ERRCODE = 'restrict_violation',
          HINT = 'A correction is a new entry that points at the old one.';
END $$;
CREATE TRIGGER ledger_is_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_is_append_only;
"""

# In the place of a foreign key from each entry, which took a fifth of the time of an append: a program has its head
# row for good, and an append that finds none fails with its lock.
HEADS_STAY = """
CREATE FUNCTION heads_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of program is refused: a ledger keeps its head row', TG_OP
    USING ERRCODE = 'restrict_violation', HINT = 'A program that is over is terminated.';
END $$;
CREATE TRIGGER heads_stay
  BEFORE DELETE OR TRUNCATE ON program
  FOR EACH STATEMENT EXECUTE FUNCTION heads_stay();
ALTER TABLE program ENABLE ALWAYS TRIGGER heads_stay;
"""

# Roles belong to the whole cluster: another database of it may have made this one, or be making it now.
SERVICE_ROLE = """
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'accord_service') THEN
    CREATE ROLE accord_service LOGIN;
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
  WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'the role accord_service is missing, and % may not create it', current_user
      USING HINT = 'As a superuser: CREATE ROLE accord_service LOGIN; GRANT accord_service TO the owner.';
END $$;
DO $$
BEGIN
  IF NOT pg_has_role(current_user, 'accord_service', 'SET') THEN
    EXECUTE format('GRANT accord_service TO %I', current_user);
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO accord_service;
GRANT SELECT ON alembic_version, schema_compatibility, program, ledger_entry, phase, milestone, commitment, clock, incident,
  evidence, membership, owed, dispatch, epoch, clock_acceptance, token, session, document, check_run, check_fetch,
  program_snapshot TO accord_service;
GRANT INSERT ON ledger_entry, document, epoch, clock_acceptance TO accord_service;
GRANT INSERT, UPDATE ON program, phase, milestone, commitment, incident, evidence, dispatch, token, session
  TO accord_service;
GRANT INSERT, DELETE ON program_snapshot TO accord_service;
GRANT INSERT, UPDATE, DELETE ON clock, membership, owed, check_run, check_fetch TO accord_service;
"""

# A downgrade is for development: what has been recorded is not dropped by a command given in the wrong window.
NOTHING_RECORDED = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM ledger_entry) THEN
    RAISE EXCEPTION 'the ledger holds entries, and this downgrade would drop them'
      USING HINT = 'Drop the whole database instead, if that is what you want.';
  END IF;
END $$;
"""


def upgrade() -> None:
    for part in (LEDGER, PROJECTIONS, BESIDE, APPEND_ONLY, HEADS_STAY, SERVICE_ROLE):
        op.execute(part)


def downgrade() -> None:
    op.execute(NOTHING_RECORDED)
    op.execute(
        "DROP TABLE schema_compatibility, program_snapshot, check_fetch, check_run, document, session, token,"
        " clock_acceptance, epoch, dispatch, owed, membership, evidence, incident, clock, commitment, milestone, phase,"
        " ledger_entry, program"
    )
    op.execute("DROP FUNCTION ledger_is_append_only")
    op.execute("DROP FUNCTION heads_stay")
    op.execute("REVOKE ALL ON alembic_version FROM accord_service")
    op.execute("REVOKE USAGE ON SCHEMA public FROM accord_service")
