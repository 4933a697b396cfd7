//! One suite for both databases. It runs on SQLite always, and on PostgreSQL where `HUNTSHELF_TEST_POSTGRES` names a
//! server; each test has a file, or a schema, of its own.

use super::accounts::Account;
use super::customers::Customer;
use super::defects::{Defect, Severity};
use super::field_notes::{FieldNote, NoteFilter};
use super::follows::Follow;
use super::idempotency::Claim;
use super::instances::{Instance, InstanceFilter, InstanceTenant};
use super::lint_results::{LintResult, LintUpload};
use super::lives::{Disposition, Finding, HuntedFilter, Life, Named, State};
use super::not_leaks::NotLeak;
use super::releases::Release;
use super::repositories::RepositoryRow;
use super::returns::Returned;
use super::reviews::{Review, ReviewKind};
use super::roster::Writes;
use super::searches::SavedSearch;
use super::sign_in::Link;
use super::tenants::{Tenant, TenantFilter, TenantSource};
use super::{Database, DbError};
use crate::auth::{Principal, Role, TenantScope};
use crate::clock::Clock;
use crate::config::RepositoryEntry;
use crate::entropy::{self, Secret};
use crate::testing::{FixedClock, SeededEntropy};
use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use std::collections::BTreeMap;

/// A database, the time, and random numbers.
struct Bench {
    db: Database,
    clock: FixedClock,
    entropy: SeededEntropy,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Database::sqlite(&folder.path().join("test.db")).await.unwrap();
        Self { db, clock: FixedClock::default(), entropy: SeededEntropy::default(), _folder: folder }
    }

    /// In a schema named after the test; `None` where no server is named.
    async fn postgres(test: &str) -> Option<Self> {
        use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};
        let Ok(url) = std::env::var("HUNTSHELF_TEST_POSTGRES") else {
            eprintln!("{test}: skipped on PostgreSQL, HUNTSHELF_TEST_POSTGRES is not set");
            return None;
        };
        let options: PgConnectOptions = url.parse().unwrap();
        // A name of at most 63 bytes, in which nothing needs quoting.
        let schema: String = format!("t_{test}").chars().take(60).collect();
        let mut connection = PgConnection::connect_with(&options).await.unwrap();
        for statement in
            [format!("DROP SCHEMA IF EXISTS {schema} CASCADE"), format!("CREATE SCHEMA {schema}")]
        {
            connection.execute(sqlx::AssertSqlSafe(statement)).await.unwrap();
        }
        let db = Database::postgres_with(options.options([("search_path", schema)])).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        Some(Self { db, clock: FixedClock::default(), entropy: SeededEntropy::default(), _folder: folder })
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn id(&self) -> String {
        entropy::id(&self.clock, &self.entropy)
    }

    fn secret(&self) -> Secret {
        Secret::new("", &self.entropy)
    }

    async fn account(&self, name: &str, role: Role) -> Account {
        let account =
            Account { id: self.id(), name: name.to_owned(), role, created_at: self.now(), disabled_at: None };
        self.db.create_account(&account).await.unwrap();
        account
    }

    async fn customer(&self, scope: &TenantScope, name: &str) -> Customer {
        let customer = Customer {
            id: entropy::short_id(&self.entropy),
            name: name.to_owned(),
            labels: BTreeMap::from([("sector".to_owned(), "health".to_owned())]),
            contacts: vec!["Ana <ana@example.com>".to_owned()],
            created_at: self.now(),
            updated_at: self.now(),
        };
        self.db.customers(scope).create(&customer).await.unwrap();
        customer
    }

    fn tenant_of(&self, customer: &Customer, key: &str) -> Tenant {
        Tenant {
            id: entropy::short_id(&self.entropy),
            customer_id: customer.id.clone(),
            customer: customer.name.clone(),
            service: "taegis".to_owned(),
            region: "us1".to_owned(),
            key: key.to_owned(),
            name: format!("Tenant {key}"),
            labels: BTreeMap::new(),
            parameters: json!({"LIMIT": 5}).as_object().unwrap().clone(),
            time_zone: "Europe/Berlin".to_owned(),
            data_sources: vec![TenantSource { name: "process".to_owned(), retention_days: Some(90) }],
            retired_at: None,
            created_at: self.now(),
            updated_at: self.now(),
        }
    }

    async fn tenant(&self, scope: &TenantScope, customer: &Customer, key: &str) -> Tenant {
        let tenant = self.tenant_of(customer, key);
        self.db.tenants(scope).create(&tenant).await.unwrap();
        tenant
    }

    fn instance(&self, who: &Account, procedure: &str, tenant: Option<&Tenant>) -> Instance {
        Instance {
            id: self.id(),
            repo: "playbook".to_owned(),
            procedure: procedure.to_owned(),
            path: format!("hunts/{procedure}.md"),
            title: "A hunt".to_owned(),
            commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
            blob: "89abcdef0123456789abcdef0123456789abcdef".to_owned(),
            techniques: vec!["T1003.001".to_owned(), "T1059".to_owned()],
            tenant: tenant.map(|tenant| InstanceTenant {
                id: tenant.id.clone(),
                key: tenant.key.clone(),
                region: tenant.region.clone(),
                name: tenant.name.clone(),
                customer_id: tenant.customer_id.clone(),
                customer: tenant.customer.clone(),
            }),
            file_name: format!("{procedure}_us1_1.ipynb"),
            life: Life::default(),
            held_cells: 2,
            provenance: json!({"procedure": procedure, "tenant": "0145483"}),
            warnings: vec!["Mind the gap.".to_owned()],
            object: "a".repeat(64),
            source_object: "b".repeat(64),
            size: 1234,
            created_at: self.now(),
            created_by: who.id.clone(),
            created_name: who.name.clone(),
        }
    }
}

fn principal(account: &Account) -> Principal {
    account.clone().into()
}

/// Each test on both databases.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::Bench::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                if let Some(bench) = super::Bench::postgres(stringify!($name)).await {
                    super::$name(bench).await;
                }
            })+
        }
    };
}

// After the macro that they use.
mod accounts;
mod copies;
mod lint_results;
mod records;
mod releases;
mod tenants;

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| {
        let mut names: Vec<_> = std::fs::read_dir(format!("../migrations/{folder}"))
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}
