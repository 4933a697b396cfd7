-- People.
CREATE TABLE accounts (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    role        TEXT NOT NULL CHECK (role IN ('viewer', 'hunter', 'lead', 'admin')),
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT
);

-- What they sign in with. Only hashes of secrets are kept.
CREATE TABLE sessions (
    hash       TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id);

CREATE TABLE tokens (
    id           TEXT PRIMARY KEY,
    hash         TEXT NOT NULL UNIQUE,
    account_id   TEXT NOT NULL REFERENCES accounts (id),
    role         TEXT NOT NULL CHECK (role IN ('viewer', 'hunter', 'lead', 'admin')),
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at   BIGINT
);
CREATE INDEX tokens_by_account ON tokens (account_id);

-- A link without an account makes the first admin.
CREATE TABLE links (
    hash       TEXT PRIMARY KEY,
    account_id TEXT REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

-- Whom we work for. Labels, contacts and parameter values are JSON.
CREATE TABLE customers (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    labels     TEXT NOT NULL,
    contacts   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE tenants (
    id          TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    service     TEXT NOT NULL,
    region      TEXT NOT NULL,
    tenant_key  TEXT NOT NULL,
    name        TEXT NOT NULL,
    labels      TEXT NOT NULL,
    parameters  TEXT NOT NULL,
    time_zone   TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    UNIQUE (service, region, tenant_key)
);
CREATE INDEX tenants_by_customer ON tenants (customer_id);
CREATE INDEX tenants_by_key ON tenants (tenant_key);

-- Copies. One of a procedure that asks for no tenant may have none. The account stands by name too, as it was then.
CREATE TABLE instances (
    id            TEXT PRIMARY KEY,
    repo          TEXT NOT NULL,
    procedure_id  TEXT NOT NULL,
    path          TEXT NOT NULL,
    title         TEXT NOT NULL,
    commit_id     TEXT NOT NULL,
    blob_id       TEXT NOT NULL,
    techniques    TEXT NOT NULL,
    tenant_id     TEXT REFERENCES tenants (id),
    customer_id   TEXT REFERENCES customers (id),
    file_name     TEXT NOT NULL,
    state         TEXT NOT NULL,
    held_cells    BIGINT NOT NULL,
    provenance    TEXT NOT NULL,
    warnings      TEXT NOT NULL,
    object        TEXT NOT NULL,
    source_object TEXT NOT NULL,
    size          BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    created_by    TEXT NOT NULL REFERENCES accounts (id),
    created_name  TEXT NOT NULL
);
CREATE INDEX instances_by_procedure ON instances (repo, procedure_id);
CREATE INDEX instances_by_tenant ON instances (tenant_id);
CREATE INDEX instances_by_time ON instances (created_at);

-- A request that was answered is answered alike when it comes again. `answer` is null while the first one is at work.
CREATE TABLE idempotency_keys (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    key_text   TEXT NOT NULL,
    request    TEXT NOT NULL,
    status     BIGINT,
    answer     TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, key_text)
);

-- Who did what. No foreign key: these rows outlive everything.
CREATE TABLE audit (
    id           TEXT PRIMARY KEY,
    at           BIGINT NOT NULL,
    account_id   TEXT,
    account_name TEXT NOT NULL,
    action       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    detail       TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (at);
