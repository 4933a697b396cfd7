//! Held cells that are released, and the copies of a period.

use super::*;

on_both!(
    what_is_released_changes_what_is_handed_out_and_is_kept,
    nobody_releases_onto_what_somebody_else_released,
    copies_of_a_period_were_made_or_closed_in_it,
);

fn release(bench: &Bench, who: &Account, copy: &Instance, (before, after): (&str, &str)) -> Release {
    Release {
        id: bench.id(),
        instance: copy.id.clone(),
        cells: vec!["a-1".to_owned(), "b".to_owned()],
        reason: "Agreed with \"them\"".to_owned(),
        before: before.repeat(64),
        object: after.repeat(64),
        created_at: bench.now(),
        created_by: Named { id: who.id.clone(), name: who.name.clone() },
    }
}

async fn what_is_released_changes_what_is_handed_out_and_is_kept(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let scope = principal(&ana).tenants();
    let copy = bench.instance(&ana, "h1", None);
    let instances = bench.db.instances(&scope);
    instances.create(std::slice::from_ref(&copy)).await.unwrap();
    assert_eq!(instances.releases(&copy.id).await.unwrap(), []);
    let first = release(&bench, &ana, &copy, ("a", "c"));
    let said = json!({"procedure": "h1", "released_cells": ["a-1"]});
    assert!(instances.release(&first, 77, &said).await.unwrap());
    bench.clock.advance(Duration::hours(1));
    let second = release(&bench, &ana, &copy, ("c", "d"));
    assert!(instances.release(&second, 78, &said).await.unwrap());
    assert_eq!(instances.releases(&copy.id).await.unwrap(), [first, second]);
    let now = instances.get(&copy.id).await.unwrap().unwrap();
    assert_eq!((now.object, now.size, now.provenance), ("d".repeat(64), 78, said));
    assert_eq!((now.life, now.held_cells), (copy.life, copy.held_cells));
}

async fn nobody_releases_onto_what_somebody_else_released(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let scope = principal(&ana).tenants();
    let copy = bench.instance(&ana, "h1", None);
    let instances = bench.db.instances(&scope);
    instances.create(std::slice::from_ref(&copy)).await.unwrap();
    assert!(instances.release(&release(&bench, &ana, &copy, ("a", "c")), 1, &json!({})).await.unwrap());
    assert!(!instances.release(&release(&bench, &ana, &copy, ("a", "d")), 2, &json!({})).await.unwrap());
    let gone = Release { instance: "none".to_owned(), ..release(&bench, &ana, &copy, ("c", "d")) };
    assert!(!instances.release(&gone, 2, &json!({})).await.unwrap());
    assert_eq!(instances.releases(&copy.id).await.unwrap().len(), 1);
    assert_eq!(instances.get(&copy.id).await.unwrap().unwrap().object, "c".repeat(64));
}

async fn copies_of_a_period_were_made_or_closed_in_it(bench: Bench) {
    let ana = bench.account("Ana", Role::Hunter).await;
    let scope = principal(&ana).tenants();
    let (clinic, bank) = (bench.customer(&scope, "Clinic").await, bench.customer(&scope, "Bank").await);
    let (ward, vault) = (bench.tenant(&scope, &clinic, "1").await, bench.tenant(&scope, &bank, "2").await);
    let begin = bench.now();
    let instances = bench.db.instances(&scope);
    let old = bench.instance(&ana, "old", Some(&ward));
    bench.clock.advance(Duration::days(10));
    let new = bench.instance(&ana, "new", Some(&ward));
    let others = bench.instance(&ana, "others", Some(&vault));
    instances.create(&[old.clone(), new, others]).await.unwrap();
    let closed = Life {
        state: State::Closed,
        disposition: Some(Disposition::NullFindings),
        closed: Some((begin + Duration::days(20), Named { id: ana.id.clone(), name: "Ana".into() })),
        ..Life::default()
    };
    assert!(instances.amend(&old.id, &closed).await.unwrap());
    let of = async |from: i64, to: i64, limit: u32| {
        let period = (begin + Duration::days(from), begin + Duration::days(to));
        let found = instances.of_period(&clinic.id, period, limit).await.unwrap();
        found.into_iter().map(|copy| copy.procedure).collect::<Vec<_>>()
    };
    assert_eq!(of(0, 30, 9).await, ["old", "new"]);
    assert_eq!(of(0, 30, 1).await, ["old"]);
    assert_eq!(of(0, 10, 9).await, ["old"], "the end is not in it");
    assert_eq!(of(10, 20, 9).await, ["new"]);
    assert_eq!(of(11, 21, 9).await, ["old"], "closed in it");
    assert!(of(21, 30, 9).await.is_empty());
}
