//! Per-tenant copies: parameters inferred, checked and injected; provenance.
