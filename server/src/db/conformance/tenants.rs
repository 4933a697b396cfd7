//! Customers, tenants and their roster.

use super::*;

on_both!(
    tenants_keep_their_zeros_and_their_values,
    a_key_is_taken_once_in_a_region_of_a_service,
    tenants_are_found_by_text_in_which_nothing_is_a_wildcard,
    a_customer_is_changed_and_keeps_its_rows,
    tenants_come_page_by_page_and_by_what_they_are,
    a_tenant_with_copies_is_not_deleted,
    a_roster_is_written_whole_or_not_at_all,
);

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
