-- What other linters found in a repository: one upload for each repository, commit and tool (the newest one counts), and what
-- is wrong in it, in order. Passed and failed are counts.
CREATE TABLE lint_uploads (
    id           TEXT PRIMARY KEY,
    repo         TEXT NOT NULL,
    commit_id    TEXT NOT NULL,
    tool         TEXT NOT NULL,
    passed       BIGINT NOT NULL,
    failed       BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    created_by   TEXT NOT NULL REFERENCES accounts (id),
    created_name TEXT NOT NULL,
    UNIQUE (repo, commit_id, tool)
);
CREATE INDEX lint_uploads_by_repo ON lint_uploads (repo, created_at);
CREATE TABLE lint_results (
    upload_id TEXT NOT NULL REFERENCES lint_uploads (id),
    place     BIGINT NOT NULL,
    path      TEXT NOT NULL,
    line      BIGINT NOT NULL,
    code      TEXT NOT NULL,
    severity  TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
    message   TEXT NOT NULL,
    PRIMARY KEY (upload_id, place)
);
