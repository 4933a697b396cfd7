-- That a person released held cells of a copy: which (JSON), why, and the bytes that were handed out before and after. The
-- copy's own row names what is handed out now.
CREATE TABLE releases (
    id            TEXT PRIMARY KEY,
    instance_id   TEXT NOT NULL REFERENCES instances (id),
    cells         TEXT NOT NULL,
    reason        TEXT NOT NULL,
    before_object TEXT NOT NULL,
    object        TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    created_by    TEXT NOT NULL REFERENCES accounts (id),
    created_name  TEXT NOT NULL
);
CREATE INDEX releases_by_instance ON releases (instance_id);
