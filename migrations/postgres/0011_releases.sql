-- That a person released held cells of a copy: which (JSON), why, and the bytes that were handed out before and after. The
-- copy's own row names what is handed out now.
CREATE TABLE releases (
    id            TEXT COLLATE "C" PRIMARY KEY,
    instance_id   TEXT COLLATE "C" NOT NULL REFERENCES instances (id),
    cells         TEXT COLLATE "C" NOT NULL,
    reason        TEXT COLLATE "C" NOT NULL,
    before_object TEXT COLLATE "C" NOT NULL,
    object        TEXT COLLATE "C" NOT NULL,
    created_at    BIGINT NOT NULL,
    created_by    TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    created_name  TEXT COLLATE "C" NOT NULL
);
CREATE INDEX releases_by_instance ON releases (instance_id);
