-- What the gate before a report found and somebody judged to be no leak: the pair of rule and text, as `rule:hash`. `excerpt`
-- is what was shown of it, without names of other customers.
CREATE TABLE not_leaks (
    finding      TEXT COLLATE "C" PRIMARY KEY,
    excerpt      TEXT COLLATE "C" NOT NULL,
    reason       TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    created_by   TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    created_name TEXT COLLATE "C" NOT NULL
);
