-- Repositories that were added on the page. `entry` is JSON: what `[[repositories]]` says of one in the configuration.
CREATE TABLE repositories (
    name       TEXT COLLATE "C" PRIMARY KEY,
    entry      TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- What forges have delivered, so that nothing counts twice. `delivery` is their id, or a hash of the body.
CREATE TABLE webhook_deliveries (
    repo     TEXT COLLATE "C" NOT NULL,
    delivery TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (repo, delivery)
);
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (at);

-- How often something was said to be new, for the servers that share this database.
CREATE TABLE nudges (
    repo   TEXT COLLATE "C" PRIMARY KEY,
    number BIGINT NOT NULL,
    at     BIGINT NOT NULL
);
