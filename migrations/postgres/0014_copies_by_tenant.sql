-- What goes on with a procedure for one tenant is asked before every copy.
CREATE INDEX instances_by_procedure_and_tenant ON instances (repo, procedure_id, tenant_id);
