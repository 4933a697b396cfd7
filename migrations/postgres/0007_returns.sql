-- Notebooks that came back, each version that differs. Bytes are in the object store.
CREATE TABLE returns (
    id           TEXT COLLATE "C" PRIMARY KEY,
    instance_id  TEXT COLLATE "C" NOT NULL REFERENCES instances (id),
    object       TEXT COLLATE "C" NOT NULL,
    file_name    TEXT COLLATE "C" NOT NULL,
    size         BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    created_by   TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    created_name TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX returns_once ON returns (instance_id, object);
