//! Accounts, sessions, tokens and links.

use super::*;

on_both!(
    a_name_is_taken_once,
    only_one_becomes_the_first_account,
    a_session_lasts_until_it_is_over_or_ended,
    a_token_stands_for_its_account_until_that_is_disabled,
    a_link_is_used_once_and_not_after_its_time,
    a_link_for_the_first_account_is_worth_nothing_once_there_is_one,
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
