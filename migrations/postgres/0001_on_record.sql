-- Text is compared by its bytes (COLLATE "C"), as SQLite does, so that both give the same order.

-- People.
CREATE TABLE accounts (
    id          TEXT COLLATE "C" PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL UNIQUE,
    role        TEXT COLLATE "C" NOT NULL CHECK (role IN ('viewer', 'hunter', 'lead', 'admin')),
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT
);

-- What they sign in with. Only hashes of secrets are kept.
CREATE TABLE sessions (
    hash       TEXT COLLATE "C" PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id);

CREATE TABLE tokens (
    id           TEXT COLLATE "C" PRIMARY KEY,
    hash         TEXT COLLATE "C" NOT NULL UNIQUE,
    account_id   TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    role         TEXT COLLATE "C" NOT NULL CHECK (role IN ('viewer', 'hunter', 'lead', 'admin')),
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at   BIGINT
);
CREATE INDEX tokens_by_account ON tokens (account_id);

-- A link without an account makes the first admin.
CREATE TABLE links (
    hash       TEXT COLLATE "C" PRIMARY KEY,
    account_id TEXT COLLATE "C" REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

-- Whom we work for. Labels, contacts and parameter values are JSON.
CREATE TABLE customers (
    id         TEXT COLLATE "C" PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL UNIQUE,
    labels     TEXT COLLATE "C" NOT NULL,
    contacts   TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE tenants (
    id          TEXT COLLATE "C" PRIMARY KEY,
    customer_id TEXT COLLATE "C" NOT NULL REFERENCES customers (id),
    service     TEXT COLLATE "C" NOT NULL,
    region      TEXT COLLATE "C" NOT NULL,
    tenant_key  TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    labels      TEXT COLLATE "C" NOT NULL,
    parameters  TEXT COLLATE "C" NOT NULL,
    time_zone   TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    UNIQUE (service, region, tenant_key)
);
CREATE INDEX tenants_by_customer ON tenants (customer_id);
CREATE INDEX tenants_by_key ON tenants (tenant_key);

-- Copies. One of a procedure that asks for no tenant may have none. The account stands by name too, as it was then.
CREATE TABLE instances (
    id            TEXT COLLATE "C" PRIMARY KEY,
    repo          TEXT COLLATE "C" NOT NULL,
    procedure_id  TEXT COLLATE "C" NOT NULL,
    path          TEXT COLLATE "C" NOT NULL,
    title         TEXT COLLATE "C" NOT NULL,
    commit_id     TEXT COLLATE "C" NOT NULL,
    blob_id       TEXT COLLATE "C" NOT NULL,
    techniques    TEXT COLLATE "C" NOT NULL,
    tenant_id     TEXT COLLATE "C" REFERENCES tenants (id),
    customer_id   TEXT COLLATE "C" REFERENCES customers (id),
    file_name     TEXT COLLATE "C" NOT NULL,
    state         TEXT COLLATE "C" NOT NULL,
    held_cells    BIGINT NOT NULL,
    provenance    TEXT COLLATE "C" NOT NULL,
    warnings      TEXT COLLATE "C" NOT NULL,
    object        TEXT COLLATE "C" NOT NULL,
    source_object TEXT COLLATE "C" NOT NULL,
    size          BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    created_by    TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    created_name  TEXT COLLATE "C" NOT NULL
);
CREATE INDEX instances_by_procedure ON instances (repo, procedure_id);
CREATE INDEX instances_by_tenant ON instances (tenant_id);
CREATE INDEX instances_by_time ON instances (created_at);

-- A request that was answered is answered alike when it comes again. `answer` is null while the first one is at work.
CREATE TABLE idempotency_keys (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    key_text   TEXT COLLATE "C" NOT NULL,
    request    TEXT COLLATE "C" NOT NULL,
    status     BIGINT,
    answer     TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, key_text)
);

-- Who did what. No foreign key: these rows outlive everything.
CREATE TABLE audit (
    id           TEXT COLLATE "C" PRIMARY KEY,
    at           BIGINT NOT NULL,
    account_id   TEXT COLLATE "C",
    account_name TEXT COLLATE "C" NOT NULL,
    action       TEXT COLLATE "C" NOT NULL,
    subject      TEXT COLLATE "C" NOT NULL,
    detail       TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_by_time ON audit (at);
