//! All else that is on record.

use super::*;

on_both!(
    a_delivery_counts_once_for_a_repository,
    repositories_are_kept_in_the_order_in_which_they_came,
    nudges_are_counted_for_each_repository,
    defects_are_found_by_every_id_of_a_procedure,
    reviews_come_newest_first,
    everybody_follows_for_themselves,
    field_notes_are_found_by_what_they_are_about_while_they_hold,
    a_request_that_comes_again_is_answered_alike,
    a_claim_that_was_left_behind_is_free_after_a_while,
    deeds_are_told_newest_first,
    saved_searches_are_each_persons_own_and_bounded,
    names_sort_by_their_bytes,
    what_is_no_leak_is_remembered_as_it_was_judged_first,
);

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

async fn what_is_no_leak_is_remembered_as_it_was_judged_first(bench: Bench) {
    let ana = bench.account("Ana", Role::Lead).await;
    let judged = |reason: &str| NotLeak {
        finding: "guidance:00ff".to_owned(),
        excerpt: "Internal only".to_owned(),
        reason: reason.to_owned(),
        created_at: bench.now(),
        created_by: Named { id: ana.id.clone(), name: ana.name.clone() },
    };
    assert!(bench.db.not_leaks().await.unwrap().is_empty());
    assert!(bench.db.add_not_leak(&judged("It is a name.")).await.unwrap());
    assert!(!bench.db.add_not_leak(&judged("It is none.")).await.unwrap());
    assert_eq!(bench.db.judged_no_leaks().await.unwrap(), [judged("It is a name.")]);
    assert!(bench.db.not_leaks().await.unwrap().contains("guidance:00ff"));
}
