-- What a tenant sends, with how long it is kept: JSON. When it was retired: it keeps its copies, and gets no new ones.
ALTER TABLE tenants ADD COLUMN data_sources TEXT COLLATE "C" NOT NULL DEFAULT '[]';
ALTER TABLE tenants ADD COLUMN retired_at BIGINT;
CREATE INDEX tenants_by_region ON tenants (service, region);
