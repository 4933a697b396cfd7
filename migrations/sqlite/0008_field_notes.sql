-- What hunters know of a procedure, of a tenant, or of both together: "SCCM fires this here". Rows name the procedure by the
-- id that it had then.
CREATE TABLE field_notes (
    id           TEXT PRIMARY KEY,
    repo         TEXT,
    procedure_id TEXT,
    tenant_id    TEXT REFERENCES tenants (id),
    note         TEXT NOT NULL,
    expires_at   BIGINT,
    created_at   BIGINT NOT NULL,
    created_by   TEXT NOT NULL REFERENCES accounts (id),
    created_name TEXT NOT NULL,
    withdrawn_at BIGINT,
    CHECK (procedure_id IS NOT NULL OR tenant_id IS NOT NULL)
);
CREATE INDEX field_notes_by_procedure ON field_notes (repo, procedure_id);
CREATE INDEX field_notes_by_tenant ON field_notes (tenant_id);
