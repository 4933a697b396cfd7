-- Revisions that somebody found to be wrong: from one, until another mends it. Rows name the procedure by the id that it
-- had then, and its path.
CREATE TABLE defects (
    id            TEXT COLLATE "C" PRIMARY KEY,
    repo          TEXT COLLATE "C" NOT NULL,
    procedure_id  TEXT COLLATE "C" NOT NULL,
    path          TEXT COLLATE "C" NOT NULL,
    from_commit   TEXT COLLATE "C" NOT NULL,
    mended_commit TEXT COLLATE "C",
    severity      TEXT COLLATE "C" NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
    reason        TEXT COLLATE "C" NOT NULL,
    created_at    BIGINT NOT NULL,
    created_by    TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    created_name  TEXT COLLATE "C" NOT NULL,
    updated_at    BIGINT NOT NULL,
    withdrawn_at  BIGINT
);
CREATE INDEX defects_by_procedure ON defects (repo, procedure_id);

-- That somebody looked a revision through, and at what of it.
CREATE TABLE reviews (
    id           TEXT COLLATE "C" PRIMARY KEY,
    repo         TEXT COLLATE "C" NOT NULL,
    procedure_id TEXT COLLATE "C" NOT NULL,
    path         TEXT COLLATE "C" NOT NULL,
    commit_id    TEXT COLLATE "C" NOT NULL,
    blob_id      TEXT COLLATE "C" NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL CHECK (kind IN ('technical', 'detection', 'report')),
    note         TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    created_by   TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    created_name TEXT COLLATE "C" NOT NULL
);
CREATE INDEX reviews_by_procedure ON reviews (repo, procedure_id);

-- Procedures that somebody follows, and the newest revision of each that they have seen.
CREATE TABLE follows (
    account_id   TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    repo         TEXT COLLATE "C" NOT NULL,
    procedure_id TEXT COLLATE "C" NOT NULL,
    seen_commit  TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    PRIMARY KEY (account_id, repo, procedure_id)
);
