//! Copies, what became of them and what came back.

use super::*;

on_both!(
    copies_come_back_as_they_went_in,
    copies_are_found_by_what_they_are_of,
    copies_go_on_record_together_or_not_at_all,
    what_came_back_is_kept_newest_first,
    what_became_of_a_copy_is_written_onto_what_its_author_saw,
    copies_are_found_by_what_came_of_them,
    the_last_hunt_is_told_for_each_procedure_and_tenant,
    what_was_done_to_open_copies_is_told_once_for_each,
    a_copy_for_nobody_has_no_tenant,
);

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
        life: Life {
            replaces: Some(first.id.clone()),
            note: "As before.".to_owned(),
            link: "https://tickets.example.com/0".to_owned(),
            ..Life::default()
        },
        ..bench.instance(&ana, "h1", None)
    };
    let instances = bench.db.instances(&scope);
    instances.create(&[first.clone(), copy.clone()]).await.unwrap();
    assert_eq!(instances.in_place_of(&first.id).await.unwrap(), std::slice::from_ref(&copy));
    assert_eq!(instances.in_place_of(&copy.id).await.unwrap(), []);
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

async fn what_was_done_to_open_copies_is_told_once_for_each(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let (who, scope) = (principal(&ana), principal(&ana).tenants());
    let copies: Vec<Instance> = ["h1", "h2", "h3"].map(|id| bench.instance(&ana, id, None)).into();
    bench.db.instances(&scope).create(&copies).await.unwrap();
    for (place, action, path) in [(0, "send", "old"), (0, "send", "new"), (1, "send", "b"), (2, "other", "c")]
    {
        bench.clock.advance(Duration::seconds(1));
        let (subject, detail) = (copies[place].id.as_str(), json!({"path": path}));
        bench.db.note(&bench.id(), bench.now(), &who, (action, subject, &detail)).await.unwrap();
    }
    let told = async || {
        let deeds = bench.db.last_deeds_to_open_copies("send").await.unwrap();
        deeds.into_iter().map(|deed| deed.detail["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told().await, ["new", "b"]);
    close(&bench, &ana, &copies[0], Disposition::NullFindings).await;
    assert_eq!(told().await, ["b"]);
}

async fn a_copy_for_nobody_has_no_tenant(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let scope = principal(&ana).tenants();
    let copy = bench.instance(&ana, "h1", None);
    bench.db.instances(&scope).create(std::slice::from_ref(&copy)).await.unwrap();
    assert_eq!(bench.db.instances(&scope).get(&copy.id).await.unwrap().unwrap().tenant, None);
}
