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
]
