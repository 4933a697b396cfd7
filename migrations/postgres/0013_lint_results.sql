-- What other linters found in a repository: one upload for each repository, commit and tool (the newest one counts), and what
-- is wrong in it, in order. Passed and failed are counts.
CREATE TABLE lint_uploads (
    id           TEXT COLLATE "C" PRIMARY KEY,
    repo         TEXT COLLATE "C" NOT NULL,
    commit_id    TEXT COLLATE "C" NOT NULL,
    tool         TEXT COLLATE "C" NOT NULL,
    passed       BIGINT NOT NULL,
    failed       BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    created_by   TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    created_name TEXT COLLATE "C" NOT NULL,
    UNIQUE (repo, commit_id, tool)
);
CREATE INDEX lint_uploads_by_repo ON lint_uploads (repo, created_at);
CREATE TABLE lint_results (
    upload_id TEXT COLLATE "C" NOT NULL REFERENCES lint_uploads (id),
    place     BIGINT NOT NULL,
    path      TEXT COLLATE "C" NOT NULL,
    line      BIGINT NOT NULL,
    code      TEXT COLLATE "C" NOT NULL,
    severity  TEXT COLLATE "C" NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
    message   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (upload_id, place)
);
