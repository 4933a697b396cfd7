//! One suite for both databases. It runs on SQLite always, and on PostgreSQL where `HUNTSHELF_TEST_POSTGRES` names a
//! server; each test has a file, or a schema, of its own.

use super::accounts::Account;
use super::customers::Customer;
use super::defects::{Defect, Severity};
use super::field_notes::{FieldNote, NoteFilter};
use super::follows::Follow;
use super::idempotency::Claim;
use super::instances::{Instance, InstanceFilter, InstanceTenant};
use super::lives::{Disposition, Finding, HuntedFilter, Life, Named, State};
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

on_both!(
    a_name_is_taken_once,
    a_delivery_counts_once_for_a_repository,
    repositories_are_kept_in_the_order_in_which_they_came,
    nudges_are_counted_for_each_repository,
    defects_are_found_by_every_id_of_a_procedure,
    reviews_come_newest_first,
    everybody_follows_for_themselves,
    field_notes_are_found_by_what_they_are_about_while_they_hold,
    only_one_becomes_the_first_account,
    a_session_lasts_until_it_is_over_or_ended,
    a_token_stands_for_its_account_until_that_is_disabled,
    a_link_is_used_once_and_not_after_its_time,
    a_link_for_the_first_account_is_worth_nothing_once_there_is_one,
    tenants_keep_their_zeros_and_their_values,
    a_key_is_taken_once_in_a_region_of_a_service,
    tenants_are_found_by_text_in_which_nothing_is_a_wildcard,
    a_customer_is_changed_and_keeps_its_rows,
    tenants_come_page_by_page_and_by_what_they_are,
    a_tenant_with_copies_is_not_deleted,
    a_roster_is_written_whole_or_not_at_all,
    copies_come_back_as_they_went_in,
    copies_are_found_by_what_they_are_of,
    copies_go_on_record_together_or_not_at_all,
    what_came_back_is_kept_newest_first,
    what_became_of_a_copy_is_written_onto_what_its_author_saw,
    copies_are_found_by_what_came_of_them,
    the_last_hunt_is_told_for_each_procedure_and_tenant,
    a_copy_for_nobody_has_no_tenant,
    a_request_that_comes_again_is_answered_alike,
    a_claim_that_was_left_behind_is_free_after_a_while,
    deeds_are_told_newest_first,
    saved_searches_are_each_persons_own_and_bounded,
    names_sort_by_their_bytes,
);

async fn a_name_is_taken_once(bench: Bench) {
    let ana = bench.account("Ana", Role::Lead).await;
    assert_eq!(bench.db.account_named("Ana").await.unwrap(), Some(ana.clone()));
    let again = Account { id: bench.id(), ..ana };
    let refused = bench.db.create_account(&again).await.unwrap_err();
    assert!(matches!(refused, DbError::Taken(_)), "{refused}");
    assert_eq!(bench.db.account_named("ana").await.unwrap(), None);
}

async fn only_one_becomes_the_first_account(bench: Bench) {
    assert!(!bench.db.has_accounts().await.unwrap());
    let account = |name: &str| Account {
        id: bench.id(),
        name: name.to_owned(),
        role: Role::Admin,
        created_at: bench.now(),
        disabled_at: None,
    };
    assert!(bench.db.create_first_account(&account("Ana")).await.unwrap());
    assert!(!bench.db.create_first_account(&account("Eve")).await.unwrap());
    assert_eq!(bench.db.accounts().await.unwrap().len(), 1);
}

async fn a_session_lasts_until_it_is_over_or_ended(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let (first, second) = (bench.secret(), bench.secret());
    let until = bench.now() + Duration::hours(1);
    bench.db.create_session(&first, &ana, bench.now(), until).await.unwrap();
    bench.db.create_session(&second, &ana, bench.now(), until).await.unwrap();
    assert_eq!(bench.db.session(&first, bench.now()).await.unwrap(), Some(ana.clone()));
    assert_eq!(bench.db.session(&bench.secret(), bench.now()).await.unwrap(), None);
    bench.db.end_session(&first, bench.now()).await.unwrap();
    assert_eq!(bench.db.session(&first, bench.now()).await.unwrap(), None);
    assert_eq!(bench.db.session(&second, until).await.unwrap(), None);
}

async fn a_token_stands_for_its_account_until_that_is_disabled(bench: Bench) {
    let ana = bench.account("Ana", Role::Lead).await;
    let secret = bench.secret();
    bench.db.create_token("t1", &secret, &ana, Role::Viewer, bench.now()).await.unwrap();
    let found = bench.db.token(&secret).await.unwrap().unwrap();
    assert_eq!((found.role, &found.account, found.last_used_at), (Role::Viewer, &ana, None));
    bench.db.touch_token("t1", bench.now()).await.unwrap();
    assert_eq!(bench.db.token(&secret).await.unwrap().unwrap().last_used_at, Some(bench.now()));
    assert!(bench.db.disable_account("Ana", bench.now()).await.unwrap());
    assert!(!bench.db.disable_account("Ana", bench.now()).await.unwrap());
    assert!(bench.db.token(&secret).await.unwrap().is_none());
}

async fn a_link_is_used_once_and_not_after_its_time(bench: Bench) {
    let ana = bench.account("Ana", Role::Lead).await;
    let (link, late) = (bench.secret(), bench.secret());
    let until = bench.now() + Duration::hours(1);
    bench.db.create_link(&link, Some(&ana), bench.now(), until).await.unwrap();
    bench.db.create_link(&late, Some(&ana), bench.now(), until).await.unwrap();
    assert_eq!(bench.db.link(&link, bench.now()).await.unwrap(), Some(Link::Account(ana)));
    assert!(bench.db.use_link(&link, bench.now()).await.unwrap());
    assert!(!bench.db.use_link(&link, bench.now()).await.unwrap());
    assert_eq!(bench.db.link(&link, bench.now()).await.unwrap(), None);
    assert_eq!(bench.db.link(&late, until).await.unwrap(), None);
    assert!(!bench.db.use_link(&late, until).await.unwrap());
}

async fn a_link_for_the_first_account_is_worth_nothing_once_there_is_one(bench: Bench) {
    let link = bench.secret();
    bench.db.create_link(&link, None, bench.now(), bench.now() + Duration::hours(1)).await.unwrap();
    assert_eq!(bench.db.link(&link, bench.now()).await.unwrap(), Some(Link::First));
    bench.account("Ana", Role::Viewer).await;
    assert_eq!(bench.db.link(&link, bench.now()).await.unwrap(), None);
    bench.db.withdraw_first_links().await.unwrap();
}

async fn tenants_keep_their_zeros_and_their_values(bench: Bench) {
    let scope = principal(&bench.account("Ana", Role::Lead).await).tenants();
    let customer = bench.customer(&scope, "Clinic").await;
    let tenant = bench.tenant(&scope, &customer, "000145483").await;
    assert_eq!(bench.db.tenants(&scope).get(&tenant.id).await.unwrap(), Some(tenant.clone()));
    let by_key = |key: &str| TenantFilter { key: Some(key.to_owned()), ..TenantFilter::default() };
    assert_eq!(bench.db.tenants(&scope).list(&by_key("000145483")).await.unwrap(), [tenant]);
    assert!(bench.db.tenants(&scope).list(&by_key("145483")).await.unwrap().is_empty());
}

async fn a_key_is_taken_once_in_a_region_of_a_service(bench: Bench) {
    let scope = principal(&bench.account("Ana", Role::Lead).await).tenants();
    let customer = bench.customer(&scope, "Clinic").await;
    bench.tenant(&scope, &customer, "1").await;
    let twin = bench.tenant_of(&customer, "1");
    let refused = bench.db.tenants(&scope).create(&twin).await.unwrap_err();
    assert!(matches!(refused, DbError::Taken(_)), "{refused}");
    let elsewhere = Tenant { region: "eu1".to_owned(), ..twin };
    bench.db.tenants(&scope).create(&elsewhere).await.unwrap();
    let moved = Tenant { region: "us1".to_owned(), ..elsewhere };
    assert!(matches!(bench.db.tenants(&scope).update(&moved).await, Err(DbError::Taken(_))));
}

async fn tenants_are_found_by_text_in_which_nothing_is_a_wildcard(bench: Bench) {
    let scope = principal(&bench.account("Ana", Role::Lead).await).tenants();
    let (clinic, bank) = (bench.customer(&scope, "Clinic").await, bench.customer(&scope, "Bank").await);
    bench.tenant(&scope, &clinic, "a_1").await;
    bench.tenant(&scope, &bank, "ab1").await;
    let found = async |text: &str| {
        let filter = TenantFilter { text: Some(text.to_owned()), ..TenantFilter::default() };
        let found = bench.db.tenants(&scope).list(&filter).await.unwrap();
        found.into_iter().map(|tenant| tenant.key).collect::<Vec<_>>()
    };
    assert_eq!(found("A_1").await, ["a_1"]);
    assert_eq!(found("clinic").await, ["a_1"]);
    assert_eq!(found("us1").await, ["ab1", "a_1"]);
    assert!(found("%").await.is_empty());
    assert!(found("\\").await.is_empty());
}

async fn a_customer_is_changed_and_keeps_its_rows(bench: Bench) {
    let scope = principal(&bench.account("Ana", Role::Lead).await).tenants();
    let customer = bench.customer(&scope, "Clinic").await;
    let tenant = bench.tenant(&scope, &customer, "1").await;
    let changed = Customer { name: "Hospital".to_owned(), labels: BTreeMap::new(), ..customer };
    assert!(bench.db.customers(&scope).update(&changed).await.unwrap());
    assert_eq!(bench.db.customers(&scope).get(&changed.id).await.unwrap(), Some(changed.clone()));
    assert_eq!(bench.db.customers(&scope).list().await.unwrap(), std::slice::from_ref(&changed));
    let renamed = bench.db.tenants(&scope).get(&tenant.id).await.unwrap().unwrap();
    assert_eq!(renamed.customer, "Hospital");
    let nobody = Customer { id: "nobody".to_owned(), name: "Nobody".to_owned(), ..changed };
    assert!(!bench.db.customers(&scope).update(&nobody).await.unwrap());
}

async fn tenants_come_page_by_page_and_by_what_they_are(bench: Bench) {
    let scope = principal(&bench.account("Ana", Role::Lead).await).tenants();
    let (clinic, bank) = (bench.customer(&scope, "Clinic").await, bench.customer(&scope, "Bank").await);
    let tenants = bench.db.tenants(&scope);
    for (customer, key) in [(&clinic, "2"), (&bank, "1"), (&clinic, "3"), (&bank, "4")] {
        bench.tenant(&scope, customer, key).await;
    }
    let retired = Tenant {
        region: "eu1".to_owned(),
        service: "sentinel".to_owned(),
        labels: BTreeMap::from([("env".to_owned(), "lab=1".to_owned())]),
        retired_at: Some(bench.now()),
        ..bench.tenant_of(&clinic, "5")
    };
    tenants.create(&retired).await.unwrap();
    assert_eq!(tenants.get(&retired.id).await.unwrap(), Some(retired.clone()));
    let found = async |filter: TenantFilter| {
        tenants.list(&filter).await.unwrap().into_iter().map(|one| one.key).collect::<Vec<_>>()
    };
    let any = TenantFilter::default;
    let all = tenants.list(&any()).await.unwrap();
    assert_eq!(all.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["1", "4", "2", "3", "5"]);
    let page = TenantFilter { after: Some(all[1].id.clone()), limit: Some(2), ..any() };
    assert_eq!(found(page).await, ["2", "3"]);
    assert!(found(TenantFilter { after: Some("nobody".into()), ..any() }).await.is_empty());
    assert_eq!(found(TenantFilter { retired: Some(true), ..any() }).await, ["5"]);
    assert_eq!(found(TenantFilter { retired: Some(false), ..any() }).await, ["1", "4", "2", "3"]);
    assert_eq!(found(TenantFilter { region: Some("eu1".into()), ..any() }).await, ["5"]);
    assert_eq!(found(TenantFilter { service: Some("sentinel".into()), ..any() }).await, ["5"]);
    let text = |text: &str| TenantFilter { text: Some(text.to_owned()), ..any() };
    assert_eq!(found(text("env=LAB=1")).await, ["5"]);
    assert_eq!(found(text("sector=health")).await.len(), 5, "of their customers");
    assert!(found(text("sector=heal_h")).await.is_empty() && found(text("{")).await.is_empty());
    assert_eq!(tenants.count().await.unwrap(), 5);
    let each = tenants.count_each().await.unwrap();
    assert_eq!((each[&clinic.id], each[&bank.id]), (3, 2));
    assert_eq!(tenants.zones().await.unwrap(), ["Europe/Berlin"]);
}

async fn a_tenant_with_copies_is_not_deleted(bench: Bench) {
    let ana = bench.account("Ana", Role::Lead).await;
    let scope = principal(&ana).tenants();
    let customer = bench.customer(&scope, "Clinic").await;
    let (ward, lab) =
        (bench.tenant(&scope, &customer, "1").await, bench.tenant(&scope, &customer, "2").await);
    bench.db.instances(&scope).create(&[bench.instance(&ana, "h1", Some(&ward))]).await.unwrap();
    let tenants = bench.db.tenants(&scope);
    assert!(!tenants.delete(&ward.id).await.unwrap() && tenants.get(&ward.id).await.unwrap().is_some());
    assert!(tenants.delete(&lab.id).await.unwrap() && tenants.get(&lab.id).await.unwrap().is_none());
    assert!(!tenants.delete(&lab.id).await.unwrap());
}

async fn a_roster_is_written_whole_or_not_at_all(bench: Bench) {
    let scope = principal(&bench.account("Ana", Role::Lead).await).tenants();
    let old = bench.customer(&scope, "Clinic").await;
    let ward = bench.tenant(&scope, &old, "1").await;
    let new = Customer { id: "bank".to_owned(), name: "Bank".to_owned(), ..old.clone() };
    let moved = Tenant {
        key: "9".to_owned(),
        customer_id: new.id.clone(),
        customer: new.name.clone(),
        ..ward.clone()
    };
    // The key that a tenant gives up goes to a new one.
    let heir = bench.tenant_of(&new, "1");
    let twin = Tenant { id: "twin".to_owned(), ..heir.clone() };
    let mut writes = Writes {
        new_customers: vec![new.clone()],
        changed_customers: vec![Customer { contacts: Vec::new(), ..old.clone() }],
        new_tenants: vec![heir.clone(), twin],
        changed_tenants: vec![moved.clone()],
    };
    let refused = bench.db.write_roster(&scope, &writes).await.unwrap_err();
    assert!(matches!(refused, DbError::Taken(_)), "{refused}");
    assert_eq!(bench.db.customers(&scope).list().await.unwrap(), [old]);
    writes.new_tenants.pop();
    bench.db.write_roster(&scope, &writes).await.unwrap();
    let tenants = bench.db.tenants(&scope);
    assert_eq!(tenants.get(&ward.id).await.unwrap(), Some(moved));
    assert_eq!(tenants.get(&heir.id).await.unwrap(), Some(heir));
    assert_eq!(bench.db.customers(&scope).get("bank").await.unwrap(), Some(new));
}

async fn copies_come_back_as_they_went_in(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let scope = principal(&ana).tenants();
    let customer = bench.customer(&scope, "Clinic").await;
    let tenant = bench.tenant(&scope, &customer, "0145483").await;
    let copy = bench.instance(&ana, "h1", Some(&tenant));
    bench.db.instances(&scope).create(std::slice::from_ref(&copy)).await.unwrap();
    assert_eq!(bench.db.instances(&scope).get(&copy.id).await.unwrap(), Some(copy.clone()));
    let all = InstanceFilter { limit: 10, ..InstanceFilter::default() };
    assert_eq!(bench.db.instances(&scope).list(&all).await.unwrap(), std::slice::from_ref(&copy));
    let of_commits = bench.db.instances(&scope).of_commits(&copy.repo).await.unwrap();
    assert_eq!(of_commits.into_iter().collect::<Vec<_>>(), [(copy.commit, 1)]);
    assert!(bench.db.instances(&scope).of_commits("another").await.unwrap().is_empty());
}

async fn copies_are_found_by_what_they_are_of(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let scope = principal(&ana).tenants();
    let customer = bench.customer(&scope, "Clinic").await;
    let tenant = bench.tenant(&scope, &customer, "0145483").await;
    let old = bench.instance(&ana, "h_1", Some(&tenant));
    bench.clock.advance(Duration::days(1));
    let new = bench.instance(&ana, "hx1", None);
    bench.db.instances(&scope).create(&[old.clone(), new.clone()]).await.unwrap();
    let found = async |filter: InstanceFilter| {
        let filter = InstanceFilter { limit: 10, ..filter };
        let found = bench.db.instances(&scope).list(&filter).await.unwrap();
        found.into_iter().map(|copy| copy.procedure).collect::<Vec<_>>()
    };
    let some = |text: &str| Some(text.to_owned());
    let any = InstanceFilter::default;
    assert_eq!(found(any()).await, ["hx1", "h_1"]);
    assert_eq!(found(InstanceFilter { procedures: vec!["h_1".into()], ..any() }).await, ["h_1"]);
    let ids = vec!["hx1".into(), "gone".into(), "h_1".into()];
    assert_eq!(found(InstanceFilter { procedures: ids, ..any() }).await, ["hx1", "h_1"]);
    assert!(found(InstanceFilter { procedures: vec!["h".into()], ..any() }).await.is_empty());
    assert_eq!(found(InstanceFilter { technique: some("T1003"), ..any() }).await.len(), 2);
    assert_eq!(found(InstanceFilter { technique: some("T1059"), ..any() }).await.len(), 2);
    assert!(found(InstanceFilter { technique: some("T100"), ..any() }).await.is_empty());
    assert_eq!(found(InstanceFilter { tenant: some("0145483"), ..any() }).await, ["h_1"]);
    assert_eq!(found(InstanceFilter { tenant: Some(tenant.id.clone()), ..any() }).await, ["h_1"]);
    assert_eq!(found(InstanceFilter { customer: Some(customer.id.clone()), ..any() }).await, ["h_1"]);
    assert_eq!(found(InstanceFilter { commit: some("01234567"), ..any() }).await.len(), 2);
    assert!(found(InstanceFilter { commit: some("12345678"), ..any() }).await.is_empty());
    assert_eq!(found(InstanceFilter { states: State::OPEN.to_vec(), ..any() }).await.len(), 2);
    assert!(found(InstanceFilter { states: vec![State::Returned], ..any() }).await.is_empty());
    assert!(found(InstanceFilter { commits: vec!["0123".into()], ..any() }).await.is_empty());
    assert_eq!(
        found(InstanceFilter { commits: vec!["x".into(), old.commit.clone()], ..any() }).await.len(),
        2
    );
    assert_eq!(found(InstanceFilter { hunter: some("Ana"), ..any() }).await.len(), 2);
    assert!(found(InstanceFilter { repo: some("other"), ..any() }).await.is_empty());
    assert_eq!(found(InstanceFilter { since: Some(bench.now()), ..any() }).await, ["hx1"]);
    assert_eq!(found(InstanceFilter { before: Some(new.id), ..any() }).await, ["h_1"]);
}

async fn copies_go_on_record_together_or_not_at_all(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let scope = principal(&ana).tenants();
    let copy = bench.instance(&ana, "h1", None);
    let refused = bench.db.instances(&scope).create(&[copy.clone(), copy.clone()]).await;
    assert!(refused.is_err());
    assert_eq!(bench.db.instances(&scope).get(&copy.id).await.unwrap(), None);
}

async fn what_became_of_a_copy_is_written_onto_what_its_author_saw(bench: Bench) {
    let (ana, ben) = (bench.account("Ana", Role::Hunter).await, bench.account("Ben", Role::Hunter).await);
    let scope = principal(&ana).tenants();
    let first = bench.instance(&ana, "h1", None);
    let copy = Instance {
        life: Life { replaces: Some(first.id.clone()), ..Life::default() },
        ..bench.instance(&ana, "h1", None)
    };
    let instances = bench.db.instances(&scope);
    instances.create(&[first, copy.clone()]).await.unwrap();
    let closed = Life {
        state: State::Closed,
        disposition: Some(Disposition::Findings(Finding::VisibilityGap)),
        note: "Two hosts\nsend nothing.".to_owned(),
        link: "https://tickets.example.com/1".to_owned(),
        hunted: Some((bench.now() - Duration::days(7), bench.now())),
        assignee: Some(Named { id: ben.id.clone(), name: ben.name.clone() }),
        closed: Some((bench.now(), Named { id: ana.id.clone(), name: ana.name.clone() })),
        ..copy.life.clone()
    };
    let replacing =
        async |procedure: &str| instances.replacing("playbook", &[procedure.to_owned()]).await.unwrap();
    assert_eq!(replacing("h1").await, [(closed.replaces.clone().unwrap(), copy.id.clone())]);
    assert_eq!(replacing("h2").await, []);
    assert!(instances.amend(&copy.id, &closed).await.unwrap());
    let written = Instance { life: Life { version: 1, ..closed.clone() }, ..copy.clone() };
    assert_eq!(instances.get(&copy.id).await.unwrap(), Some(written.clone()));
    assert!(!instances.amend(&copy.id, &Life::default()).await.unwrap(), "somebody else changed it");
    assert!(!instances.amend("none", &closed).await.unwrap());
    let opened = Life { version: 1, replaces: closed.replaces.clone(), ..Life::default() };
    assert!(instances.amend(&copy.id, &opened).await.unwrap());
    let written = Instance { life: Life { version: 2, ..opened }, ..written };
    assert_eq!(instances.get(&copy.id).await.unwrap(), Some(written));
}

/// Closes a copy.
async fn close(bench: &Bench, who: &Account, copy: &Instance, disposition: Disposition) {
    let closed = Some((bench.now(), Named { id: who.id.clone(), name: who.name.clone() }));
    let life = Life { state: State::Closed, disposition: Some(disposition), closed, ..copy.life.clone() };
    let scope = principal(who).tenants();
    assert!(bench.db.instances(&scope).amend(&copy.id, &life).await.unwrap());
}

async fn copies_are_found_by_what_came_of_them(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let scope = principal(&ana).tenants();
    let (one, two) = (bench.instance(&ana, "h1", None), bench.instance(&ana, "h2", None));
    bench.db.instances(&scope).create(&[one.clone(), two.clone()]).await.unwrap();
    close(&bench, &ana, &one, Disposition::NullFindings).await;
    bench.clock.advance(Duration::days(1));
    close(&bench, &ana, &two, Disposition::Findings(Finding::Benign)).await;
    let found = async |filter: InstanceFilter| {
        let filter = InstanceFilter { limit: 10, ..filter };
        let found = bench.db.instances(&scope).list(&filter).await.unwrap();
        found.into_iter().map(|copy| copy.procedure).collect::<Vec<_>>()
    };
    let any = InstanceFilter::default;
    assert_eq!(found(InstanceFilter { disposition: Some("null-findings".into()), ..any() }).await, ["h1"]);
    assert_eq!(found(InstanceFilter { disposition: Some("findings".into()), ..any() }).await, ["h2"]);
    assert_eq!(found(InstanceFilter { finding: Some(Finding::Benign), ..any() }).await, ["h2"]);
    assert!(found(InstanceFilter { finding: Some(Finding::Malicious), ..any() }).await.is_empty());
    assert_eq!(found(InstanceFilter { closed_since: Some(bench.now()), ..any() }).await, ["h2"]);
    assert_eq!(found(InstanceFilter { closed_before: Some(bench.now()), ..any() }).await, ["h1"]);
    assert_eq!(found(InstanceFilter { states: vec![State::Closed], ..any() }).await.len(), 2);
}

async fn the_last_hunt_is_told_for_each_procedure_and_tenant(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let scope = principal(&ana).tenants();
    let customer = bench.customer(&scope, "Clinic").await;
    let (ward, lab) =
        (bench.tenant(&scope, &customer, "1").await, bench.tenant(&scope, &customer, "2").await);
    let copies: Vec<Instance> = [("h1", &ward), ("h1", &ward), ("h1", &lab), ("h2", &ward), ("h2", &lab)]
        .map(|(procedure, tenant)| bench.instance(&ana, procedure, Some(tenant)))
        .into();
    let instances = bench.db.instances(&scope);
    instances.create(&copies).await.unwrap();
    // The older copy for the ward is closed last, and counts; what could not be hunted does not.
    for (place, disposition) in [
        (1, Disposition::NullFindings),
        (0, Disposition::Findings(Finding::Malicious)),
        (2, Disposition::NotHuntable),
        (3, Disposition::NullFindings),
    ] {
        bench.clock.advance(Duration::hours(1));
        close(&bench, &ana, &copies[place], disposition).await;
    }
    let hunted = async |filter: HuntedFilter| {
        let found = instances.last_hunted(&HuntedFilter { limit: 10, ..filter }).await.unwrap();
        found.into_iter().map(|copy| copy.id).collect::<Vec<_>>()
    };
    let ids = |places: &[usize]| places.iter().map(|place| copies[*place].id.clone()).collect::<Vec<_>>();
    let any = HuntedFilter::default;
    assert_eq!(hunted(any()).await, ids(&[3, 0]));
    assert_eq!(hunted(HuntedFilter { procedures: vec!["h1".into(), "x".into()], ..any() }).await, ids(&[0]));
    assert_eq!(hunted(HuntedFilter { tenant: Some(lab.id.clone()), ..any() }).await, ids(&[]));
    assert_eq!(hunted(HuntedFilter { customer: Some(customer.id.clone()), ..any() }).await, ids(&[3, 0]));
    assert_eq!(hunted(HuntedFilter { since: Some(bench.now()), ..any() }).await, ids(&[3]));
    assert_eq!(hunted(HuntedFilter { repo: Some("other".into()), ..any() }).await, ids(&[]));
    let commits = bench.db.copied_commits(&scope, "playbook", &["h1".into(), "h9".into()]).await.unwrap();
    assert_eq!(commits, [copies[0].commit.clone()]);
    assert!(bench.db.copied_commits(&scope, "playbook", &["h".into()]).await.unwrap().is_empty());
}

async fn what_came_back_is_kept_newest_first(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let scope = principal(&ana).tenants();
    let copy = bench.instance(&ana, "h1", None);
    let instances = bench.db.instances(&scope);
    instances.create(std::slice::from_ref(&copy)).await.unwrap();
    let returned = |object: &str| Returned {
        id: bench.id(),
        instance: copy.id.clone(),
        object: object.repeat(64),
        file_name: "h1.ipynb".to_owned(),
        size: 12,
        created_at: bench.now(),
        created_by: Named { id: ana.id.clone(), name: ana.name.clone() },
    };
    let first = returned("a");
    bench.clock.advance(Duration::hours(1));
    let second = returned("b");
    assert!(instances.add_return(&first).await.unwrap());
    assert!(instances.add_return(&second).await.unwrap());
    // The same bytes once more, as by another request at the same time.
    assert!(!instances.add_return(&Returned { id: "again".to_owned(), ..first.clone() }).await.unwrap());
    assert_eq!(instances.returned(&copy.id, &first.object).await.unwrap(), Some(first.clone()));
    assert_eq!(instances.returned(&copy.id, "none").await.unwrap(), None);
    assert!(instances.add_return(&Returned { instance: "none".to_owned(), ..returned("c") }).await.is_err());
    assert_eq!(instances.returns(&copy.id).await.unwrap(), [second, first]);
    assert_eq!(instances.returns("none").await.unwrap(), []);
}

async fn a_copy_for_nobody_has_no_tenant(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let scope = principal(&ana).tenants();
    let copy = bench.instance(&ana, "h1", None);
    bench.db.instances(&scope).create(std::slice::from_ref(&copy)).await.unwrap();
    assert_eq!(bench.db.instances(&scope).get(&copy.id).await.unwrap().unwrap().tenant, None);
}

async fn a_request_that_comes_again_is_answered_alike(bench: Bench) {
    let ana = principal(&bench.account("Ana", Role::Hunter).await);
    let ben = principal(&bench.account("Ben", Role::Hunter).await);
    let claim = async |who: &Principal, request: &str| {
        bench.db.claim_key(who, "key", request, bench.now()).await.unwrap()
    };
    assert_eq!(claim(&ana, "first").await, Claim::Ours);
    assert_eq!(claim(&ana, "first").await, Claim::AtWork);
    assert_eq!(claim(&ana, "other").await, Claim::OtherRequest);
    assert_eq!(claim(&ben, "other").await, Claim::Ours);
    bench.db.answer_key(&ana, "key", 201, "{}").await.unwrap();
    assert_eq!(claim(&ana, "first").await, Claim::Answered { status: 201, body: "{}".to_owned() });
    bench.db.release_key(&ben, "key").await.unwrap();
    assert_eq!(claim(&ben, "third").await, Claim::Ours);
}

async fn a_claim_that_was_left_behind_is_free_after_a_while(bench: Bench) {
    let ana = principal(&bench.account("Ana", Role::Hunter).await);
    let claim = async || bench.db.claim_key(&ana, "key", "first", bench.now()).await.unwrap();
    assert_eq!(claim().await, Claim::Ours);
    bench.clock.advance(Duration::minutes(6));
    assert_eq!(claim().await, Claim::Ours);
}

async fn deeds_are_told_newest_first(bench: Bench) {
    let ana = principal(&bench.account("Ana", Role::Lead).await);
    for action in ["customer.create", "tenant.create"] {
        bench.clock.advance(Duration::seconds(1));
        let detail = json!({"name": "x"});
        bench.db.note(&bench.id(), bench.now(), &ana, (action, "1", &detail)).await.unwrap();
    }
    let deeds = bench.db.deeds(10).await.unwrap();
    let actions: Vec<_> = deeds.iter().map(|deed| deed.action.as_str()).collect();
    assert_eq!(actions, ["tenant.create", "customer.create"]);
    assert_eq!(deeds[0].by, "Ana");
}

async fn saved_searches_are_each_persons_own_and_bounded(bench: Bench) {
    let ana = principal(&bench.account("Ana", Role::Viewer).await);
    let ben = principal(&bench.account("Ben", Role::Viewer).await);
    let search = |name: &str| SavedSearch {
        id: entropy::short_id(&bench.entropy),
        name: name.to_owned(),
        query: "q=lsass&tag=a%26b".to_owned(),
        created_at: bench.now(),
        updated_at: bench.now(),
    };
    let (mine, theirs) = (bench.db.searches(&ana), bench.db.searches(&ben));
    let (first, second) = (search("dumps"), search("Shells"));
    assert!(mine.create(&first, 2).await.unwrap() && mine.create(&second, 2).await.unwrap());
    assert!(!mine.create(&search("a third"), 2).await.unwrap());
    assert!(matches!(mine.create(&search("dumps"), 5).await, Err(DbError::Taken(_))));
    assert!(theirs.create(&search("dumps"), 2).await.unwrap(), "of another person");
    assert_eq!(mine.list().await.unwrap(), [second.clone(), first.clone()]);
    assert_eq!(mine.get(&first.id).await.unwrap(), Some(first.clone()));

    let renamed = SavedSearch { name: "lsass".to_owned(), query: "q=x".to_owned(), ..first.clone() };
    assert!(!theirs.update(&renamed).await.unwrap() && !theirs.delete(&first.id).await.unwrap());
    assert_eq!(theirs.get(&first.id).await.unwrap(), None);
    assert!(mine.update(&renamed).await.unwrap());
    let onto = SavedSearch { name: second.name.clone(), ..renamed.clone() };
    assert!(matches!(mine.update(&onto).await, Err(DbError::Taken(_))));
    assert_eq!(mine.get(&first.id).await.unwrap(), Some(renamed));
    assert!(mine.delete(&first.id).await.unwrap() && !mine.delete(&first.id).await.unwrap());
    assert_eq!(mine.list().await.unwrap(), [second]);
}

async fn a_delivery_counts_once_for_a_repository(bench: Bench) {
    let (db, now) = (&bench.db, bench.now());
    assert!(db.claim_delivery("a", "github:1", now).await.unwrap());
    assert!(!db.claim_delivery("a", "github:1", now).await.unwrap());
    assert!(db.claim_delivery("b", "github:1", now).await.unwrap());
    db.release_delivery("a", "github:1").await.unwrap();
    assert!(db.claim_delivery("a", "github:1", now).await.unwrap());
    assert_eq!(db.prune_deliveries(now + Duration::days(14)).await.unwrap(), 0);
    assert_eq!(db.prune_deliveries(now + Duration::days(14) + Duration::milliseconds(1)).await.unwrap(), 2);
}

async fn repositories_are_kept_in_the_order_in_which_they_came(bench: Bench) {
    let (db, now) = (&bench.db, bench.now());
    let row = |name: &str, seconds| RepositoryRow {
        name: name.to_owned(),
        entry: RepositoryEntry::of("https://git.example.com/hunts.git"),
        created_at: now + Duration::seconds(seconds),
        updated_at: now + Duration::seconds(seconds),
    };
    let (first, second) = (row("z", 0), row("a", 1));
    db.create_repository(&second).await.unwrap();
    db.create_repository(&first).await.unwrap();
    assert!(matches!(db.create_repository(&row("a", 2)).await, Err(DbError::Taken(_))));
    assert_eq!(db.repositories().await.unwrap(), [first.clone(), second.clone()]);
    let changed = RepositoryEntry { branch: Some("main".to_owned()), ..first.entry.clone() };
    let later = now + Duration::seconds(9);
    assert!(db.update_repository("z", &changed, later).await.unwrap());
    assert!(!db.update_repository("none", &changed, later).await.unwrap());
    let expected = RepositoryRow { entry: changed, updated_at: later, ..first };
    assert_eq!(db.repositories().await.unwrap()[0], expected);
    assert!(db.delete_repository("z").await.unwrap() && !db.delete_repository("z").await.unwrap());
    assert_eq!(db.repositories().await.unwrap(), [second]);
}

async fn nudges_are_counted_for_each_repository(bench: Bench) {
    let (db, now) = (&bench.db, bench.now());
    assert_eq!(db.nudge("a", now).await.unwrap(), 1);
    assert_eq!(db.nudge("b", now).await.unwrap(), 1);
    assert_eq!(db.nudge("a", now + Duration::seconds(1)).await.unwrap(), 2);
    assert_eq!(db.nudges().await.unwrap(), [("a".to_owned(), 2), ("b".to_owned(), 1)]);
}

async fn defects_are_found_by_every_id_of_a_procedure(bench: Bench) {
    let ana = bench.account("Ana", Role::Lead).await;
    let defect = |procedure: &str| Defect {
        id: entropy::short_id(&bench.entropy),
        repo: "hunts".to_owned(),
        procedure: procedure.to_owned(),
        path: "lsass.md".to_owned(),
        from: "a".repeat(40),
        mended: None,
        severity: Severity::High,
        reason: "It reads nothing.".to_owned(),
        created_at: bench.now(),
        created_by: (ana.id.clone(), ana.name.clone()),
        updated_at: bench.now(),
        withdrawn_at: None,
    };
    let (old, new, other) = (defect("old"), defect("new"), defect("other"));
    for one in [&old, &new, &other, &Defect { repo: "elsewhere".to_owned(), ..defect("new") }] {
        bench.db.create_defect(one).await.unwrap();
    }
    let found = bench.db.defects("hunts", &["new".to_owned(), "old".to_owned()]).await.unwrap();
    assert!(found.len() == 2 && found.contains(&old) && found.contains(&new));
    let changed = Defect {
        mended: Some("b".repeat(40)),
        severity: Severity::Low,
        withdrawn_at: Some(bench.now()),
        ..old.clone()
    };
    assert!(bench.db.update_defect(&changed).await.unwrap());
    assert_eq!(bench.db.defect(&old.id).await.unwrap(), Some(changed));
    assert!(!bench.db.update_defect(&defect("none")).await.unwrap());
}

async fn reviews_come_newest_first(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let review = |hours: i64, kind| Review {
        id: entropy::short_id(&bench.entropy),
        repo: "hunts".to_owned(),
        procedure: "lsass".to_owned(),
        path: "lsass.md".to_owned(),
        commit: "a".repeat(40),
        blob: "b".repeat(40),
        kind,
        note: "Ran it.".to_owned(),
        created_at: bench.now() + Duration::hours(hours),
        created_by: (ana.id.clone(), ana.name.clone()),
    };
    let (first, second) = (review(0, ReviewKind::Technical), review(1, ReviewKind::Report));
    for one in [&first, &second] {
        bench.db.create_review(one).await.unwrap();
    }
    assert_eq!(bench.db.reviews("hunts", &["lsass".to_owned()]).await.unwrap(), [second, first]);
    assert_eq!(bench.db.reviews("other", &["lsass".to_owned()]).await.unwrap(), []);
}

async fn everybody_follows_for_themselves(bench: Bench) {
    let (ana, ben) = (bench.account("Ana", Role::Viewer).await, bench.account("Ben", Role::Admin).await);
    let (ana, ben) = (principal(&ana), principal(&ben));
    let (mine, theirs) = (bench.db.follows(&ana), bench.db.follows(&ben));
    let follow = |procedure: &str| Follow {
        repo: "hunts".to_owned(),
        procedure: procedure.to_owned(),
        seen: "a".repeat(40),
        created_at: bench.now(),
        seen_at: bench.now(),
    };
    assert!(mine.begin(&follow("one"), 2).await.unwrap() && mine.begin(&follow("one"), 2).await.unwrap());
    assert!(mine.begin(&follow("two"), 2).await.unwrap());
    assert!(!mine.begin(&follow("three"), 2).await.unwrap(), "that is one too many");
    assert_eq!(mine.list().await.unwrap(), [follow("one"), follow("two")]);
    assert_eq!(theirs.list().await.unwrap(), []);
    let later = bench.now() + Duration::hours(1);
    assert!(mine.saw("hunts", "one", &"b".repeat(40), later).await.unwrap());
    assert!(!theirs.saw("hunts", "one", &"b".repeat(40), later).await.unwrap());
    assert_eq!(
        mine.list().await.unwrap()[0],
        Follow { seen: "b".repeat(40), seen_at: later, ..follow("one") }
    );
    assert!(!theirs.end("hunts", "one").await.unwrap() && mine.end("hunts", "one").await.unwrap());
    assert_eq!(mine.list().await.unwrap(), [follow("two")]);
}

async fn field_notes_are_found_by_what_they_are_about_while_they_hold(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let scope = principal(&ana).tenants();
    let customer = bench.customer(&scope, "Clinic").await;
    let (ward, lab) =
        (bench.tenant(&scope, &customer, "1").await, bench.tenant(&scope, &customer, "2").await);
    let note = |procedure: Option<&str>, tenant: Option<&Tenant>, text: &str| FieldNote {
        id: entropy::short_id(&bench.entropy),
        procedure: procedure.map(|id| ("hunts".to_owned(), id.to_owned())),
        tenant: tenant.map(|one| Named { id: one.id.clone(), name: one.name.clone() }),
        note: text.to_owned(),
        expires_at: None,
        created_at: bench.now(),
        created_by: Named { id: ana.id.clone(), name: ana.name.clone() },
        withdrawn_at: None,
    };
    let until =
        FieldNote { expires_at: Some(bench.now() + Duration::days(1)), ..note(None, Some(&ward), "ward") };
    let both = note(Some("h1"), Some(&ward), "both");
    let notes = bench.db.field_notes(&scope);
    for one in [
        &note(Some("h1"), None, "h1"),
        &until,
        &both,
        &note(Some("h1"), Some(&lab), "lab"),
        &note(Some("h2"), Some(&ward), "h2"),
    ] {
        notes.create(one).await.unwrap();
    }
    assert!(notes.create(&note(None, None, "of nothing")).await.is_err());
    let found = async |procedure: Option<&str>, tenant: Option<&Tenant>, at| {
        let filter = NoteFilter {
            procedure: procedure.map(|id| ("hunts".to_owned(), vec!["old".to_owned(), id.to_owned()])),
            tenant: tenant.map(|one| one.id.clone()),
            for_pair: procedure.is_some() && tenant.is_some(),
            at,
            limit: 10,
        };
        let mut found: Vec<_> = notes.list(&filter).await.unwrap().into_iter().map(|one| one.note).collect();
        found.sort();
        found
    };
    assert_eq!(found(Some("h1"), Some(&ward), Some(bench.now())).await, ["both", "h1", "ward"]);
    assert_eq!(found(Some("h1"), None, None).await, ["both", "h1", "lab"]);
    assert_eq!(found(None, Some(&ward), None).await, ["both", "h2", "ward"]);
    assert_eq!(found(None, None, None).await.len(), 5);
    let later = Some(bench.now() + Duration::days(1));
    assert_eq!(found(None, Some(&ward), later).await, ["both", "h2"]);
    let back = FieldNote { withdrawn_at: Some(bench.now()), ..both.clone() };
    assert!(notes.update(&back).await.unwrap());
    assert_eq!(notes.get(&both.id).await.unwrap(), Some(back));
    assert_eq!(found(None, Some(&ward), later).await, ["h2"]);
    assert!(!notes.update(&note(Some("h1"), None, "not there")).await.unwrap());
}

async fn names_sort_by_their_bytes(bench: Bench) {
    let scope = principal(&bench.account("Ana", Role::Lead).await).tenants();
    for name in ["b", "a", "B", "_", "ä"] {
        bench.customer(&scope, name).await;
    }
    let names: Vec<_> =
        bench.db.customers(&scope).list().await.unwrap().into_iter().map(|customer| customer.name).collect();
    assert_eq!(names, ["B", "_", "a", "b", "ä"]);
}

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
