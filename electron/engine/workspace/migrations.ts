/**
 * The ledger's schema, one numbered step at a time. A step that has shipped never changes; a new one is added.
 * `user_version` holds the number of the last step taken, in the same transaction as the step.
 */
export interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
}

export const migrations: readonly Migration[] = [
  {
    number: 1,
    name: 'first ledger',
    sql: `
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

      CREATE TABLE file (
        sha256 TEXT PRIMARY KEY, bytes INTEGER NOT NULL, kind TEXT NOT NULL, created_at TEXT NOT NULL
      ) STRICT;

      CREATE TABLE dataset (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at TEXT NOT NULL,
        data_sha256 TEXT NOT NULL REFERENCES file (sha256), document TEXT NOT NULL
      ) STRICT;
      CREATE INDEX dataset_by_name ON dataset (name, created_at);

      CREATE TABLE model (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL) STRICT;

      CREATE TABLE version (
        id TEXT PRIMARY KEY, model_id TEXT NOT NULL REFERENCES model (id), version INTEGER NOT NULL,
        created_at TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES file (sha256),
        served_sha256 TEXT NOT NULL REFERENCES file (sha256), document TEXT NOT NULL,
        binding TEXT, binding_origin TEXT,
        UNIQUE (model_id, version)
      ) STRICT;

      CREATE TABLE version_file (
        version_id TEXT NOT NULL REFERENCES version (id) ON DELETE CASCADE, location TEXT NOT NULL,
        sha256 TEXT NOT NULL REFERENCES file (sha256), PRIMARY KEY (version_id, location)
      ) STRICT;

      CREATE TABLE run (
        id TEXT PRIMARY KEY, version_id TEXT NOT NULL REFERENCES version (id),
        dataset_id TEXT NOT NULL REFERENCES dataset (id), created_at TEXT NOT NULL, state TEXT NOT NULL,
        rows INTEGER NOT NULL, plan TEXT, document TEXT NOT NULL, scores_sha256 TEXT,
        evidence_sha256 TEXT REFERENCES file (sha256)
      ) STRICT;
      CREATE INDEX run_by_time ON run (created_at);

      CREATE TABLE chunk (
        run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE, number INTEGER NOT NULL,
        first_row INTEGER NOT NULL, rows INTEGER NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,
        PRIMARY KEY (run_id, number)
      ) STRICT;

      CREATE TABLE audit (
        sequence INTEGER PRIMARY KEY, time TEXT NOT NULL, actor TEXT NOT NULL, event TEXT NOT NULL,
        subject TEXT, detail TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL
      ) STRICT;
      CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit
        BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
      CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
        BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
    `,
  },
  {
    number: 2,
    name: 'policies, gates, registry, people and reviews',
    sql: `
      -- What else points at a stored file, so that it is not swept: policies, gate results, reviews.
      CREATE TABLE file_use (
        owner TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES file (sha256), PRIMARY KEY (owner, sha256)
      ) STRICT;

      CREATE TABLE policy (
        sha256 TEXT PRIMARY KEY REFERENCES file (sha256), name TEXT NOT NULL, saved_at TEXT NOT NULL
      ) STRICT;

      CREATE TABLE gate_result (
        run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE, sha256 TEXT NOT NULL REFERENCES file (sha256),
        judged_at TEXT NOT NULL, PRIMARY KEY (run_id, sha256)
      ) STRICT;

      CREATE TABLE version_stage (
        version_id TEXT PRIMARY KEY REFERENCES version (id) ON DELETE CASCADE,
        stage TEXT NOT NULL, since TEXT NOT NULL
      ) STRICT;
      CREATE TABLE version_lineage (
        version_id TEXT PRIMARY KEY REFERENCES version (id) ON DELETE CASCADE, document TEXT NOT NULL
      ) STRICT;
      CREATE TABLE model_alias (
        model_id TEXT NOT NULL REFERENCES model (id) ON DELETE CASCADE, alias TEXT NOT NULL,
        version_id TEXT NOT NULL REFERENCES version (id) ON DELETE CASCADE, since TEXT NOT NULL,
        PRIMARY KEY (model_id, alias)
      ) STRICT;

      -- identity: what the person says of their key, signed with it, as it is sent to others.
      CREATE TABLE person (
        id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, document TEXT NOT NULL, identity TEXT NOT NULL
      ) STRICT;

      -- Reviews outlive the run that they are of, and may be of a run in another workspace.
      CREATE TABLE review (
        id TEXT PRIMARY KEY, origin TEXT NOT NULL, run_id TEXT NOT NULL, version_id TEXT NOT NULL,
        evidence_sha256 TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, document TEXT NOT NULL
      ) STRICT;
      CREATE INDEX review_by_version ON review (version_id);

      CREATE TABLE checkpoint (
        sequence INTEGER PRIMARY KEY, created_at TEXT NOT NULL, envelope TEXT NOT NULL
      ) STRICT;
      CREATE INDEX audit_by_subject ON audit (subject);
    `,
  },
  {
    number: 3,
    name: 'comparisons and chosen thresholds',
    sql: `
      CREATE TABLE comparison (
        id TEXT PRIMARY KEY, created_at TEXT NOT NULL, dataset_id TEXT NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
        sha256 TEXT NOT NULL REFERENCES file (sha256), summary TEXT NOT NULL
      ) STRICT;
      CREATE TABLE comparison_run (
        comparison_id TEXT NOT NULL REFERENCES comparison (id) ON DELETE CASCADE,
        run_id TEXT NOT NULL REFERENCES run (id), PRIMARY KEY (comparison_id, run_id)
      ) STRICT;
      -- A comparison of a run that is gone could not be checked any more.
      CREATE TRIGGER comparison_goes_with_run BEFORE DELETE ON run BEGIN
        DELETE FROM file_use WHERE owner IN (SELECT comparison_id FROM comparison_run WHERE run_id = OLD.id);
        DELETE FROM comparison WHERE id IN (SELECT comparison_id FROM comparison_run WHERE run_id = OLD.id);
      END;

      CREATE TABLE version_threshold (
        version_id TEXT PRIMARY KEY REFERENCES version (id) ON DELETE CASCADE, threshold REAL NOT NULL,
        document TEXT NOT NULL
      ) STRICT;
    `,
  },
  {
    number: 4,
    name: 'drift',
    sql: `
      -- Says by hashes what was compared, so it outlives the datasets.
      CREATE TABLE drift (
        id TEXT PRIMARY KEY, created_at TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES file (sha256),
        summary TEXT NOT NULL
      ) STRICT;
    `,
  },
  {
    number: 5,
    name: 'monitoring',
    sql: `
      -- Logs and labels that came back from production, as Parquet.
      CREATE TABLE monitor_batch (
        id TEXT PRIMARY KEY, version_id TEXT NOT NULL REFERENCES version (id), kind TEXT NOT NULL,
        created_at TEXT NOT NULL, source_sha256 TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES file (sha256),
        document TEXT NOT NULL, UNIQUE (version_id, kind, source_sha256)
      ) STRICT;
      CREATE TABLE monitor_report (
        id TEXT PRIMARY KEY, version_id TEXT NOT NULL REFERENCES version (id), created_at TEXT NOT NULL,
        sha256 TEXT NOT NULL REFERENCES file (sha256), summary TEXT NOT NULL
      ) STRICT;
      CREATE TABLE monitor_alert (
        id TEXT PRIMARY KEY, version_id TEXT NOT NULL REFERENCES version (id), rule TEXT NOT NULL, subject TEXT NOT NULL,
        state TEXT NOT NULL, opened_at TEXT NOT NULL, document TEXT NOT NULL
      ) STRICT;
      CREATE INDEX monitor_alert_by_subject ON monitor_alert (version_id, rule, subject);
      CREATE TABLE retrain_task (
        id TEXT PRIMARY KEY, version_id TEXT NOT NULL REFERENCES version (id), state TEXT NOT NULL,
        opened_at TEXT NOT NULL, document TEXT NOT NULL
      ) STRICT;
      CREATE TABLE monitor_triggers (
        version_id TEXT PRIMARY KEY REFERENCES version (id) ON DELETE CASCADE, yaml TEXT NOT NULL
      ) STRICT;
    `,
  },
  {
    number: 6,
    name: 'releases',
    sql: `
      -- What was written outlives run and version, and may have been moved since.
      CREATE TABLE release (
        id TEXT PRIMARY KEY, written_at TEXT NOT NULL, run_id TEXT NOT NULL, version_id TEXT NOT NULL,
        model TEXT NOT NULL, version INTEGER NOT NULL, evidence_sha256 TEXT NOT NULL, summary TEXT NOT NULL
      ) STRICT;
    `,
  },
]
