-- Notebooks that came back, each version that differs. Bytes are in the object store.
CREATE TABLE returns (
    id           TEXT PRIMARY KEY,
    instance_id  TEXT NOT NULL REFERENCES instances (id),
    object       TEXT NOT NULL,
    file_name    TEXT NOT NULL,
    size         BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    created_by   TEXT NOT NULL REFERENCES accounts (id),
    created_name TEXT NOT NULL
);
CREATE UNIQUE INDEX returns_once ON returns (instance_id, object);
