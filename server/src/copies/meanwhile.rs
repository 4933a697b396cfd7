//! Deconfliction: who else hunts, or has just hunted, for a tenant with the procedure that is about to be copied.

use super::{Warning, short};
use crate::app::App;
use crate::auth::Principal;
use crate::db::going_on::GoingOn;
use crate::db::instances::Instance;
use crate::http::problem::Problem;
use catalog::index::Entry;
use chrono::{DateTime, Duration, Utc};
use std::collections::HashMap;

/// Copies that are open for longer were forgotten: they are told of no more.
const OPEN: Duration = Duration::days(90);
/// What was hunted before that is not told.
const RECENT: Duration = Duration::days(30);
/// So many copies are looked through of each tenant.
const MOST: u32 = 5_000;

/// What goes on with a procedure, by tenant.
#[derive(Debug, Default)]
pub struct Meanwhile {
    open: HashMap<String, Vec<Instance>>,
    hunted: HashMap<String, Instance>,
    now: DateTime<Utc>,
}

/// What goes on with a procedure for some tenants, by their ids.
///
/// # Errors
/// When the database fails.
pub async fn meanwhile(
    app: &App,
    who: &Principal,
    entry: &Entry,
    tenants: &[&str],
) -> Result<Meanwhile, Problem> {
    let (scope, now) = (who.tenants(), app.clock.now());
    let asked = GoingOn {
        repo: &entry.repo,
        procedures: &entry.names(),
        tenants,
        made_since: now - OPEN,
        closed_since: now - RECENT,
        limit: MOST,
    };
    let mut found = Meanwhile { now, ..Meanwhile::default() };
    for instance in app.database.instances(&scope).going_on(&asked).await? {
        let Some(tenant) = instance.tenant.as_ref().map(|tenant| tenant.id.clone()) else { continue };
        match found.hunted.get(&tenant) {
            _ if instance.life.state.is_open() => found.open.entry(tenant).or_default().push(instance),
            // Under several ids of a procedure the newest hunt counts.
            Some(newer) if closed(newer) >= closed(&instance) => {}
            _ => drop(found.hunted.insert(tenant, instance)),
        }
    }
    found.open.values_mut().for_each(|open| open.sort_by(|one, other| other.id.cmp(&one.id)));
    Ok(found)
}

fn closed(instance: &Instance) -> Option<DateTime<Utc>> {
    instance.life.closed.as_ref().map(|(at, _)| *at)
}

impl Meanwhile {
    /// The same, but for one copy: who is at work with it knows.
    #[must_use]
    pub fn without(mut self, copy: &str) -> Self {
        self.open.values_mut().for_each(|open| open.retain(|one| one.id != copy));
        self.hunted.retain(|_, one| one.id != copy);
        self
    }

    /// What is to be said of a tenant before another copy is made for it.
    pub fn of(&self, tenant: &str) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut warn = |code: &str, message: String, help: String| {
            warnings.push(Warning { tenant: Some(tenant.to_owned()), code: code.to_owned(), message, help });
        };
        if let Some(open) = self.open.get(tenant)
            && let Some(newest) = open.first()
        {
            let whose = newest.life.assignee.as_ref().map_or(&newest.created_name, |who| &who.name);
            let since = stretch(self.now - newest.created_at);
            let further = match open.len() - 1 {
                0 => String::new(),
                count => format!(", and there are {count} more"),
            };
            warn(
                "open-copy",
                format!("{whose} has an open copy of this procedure for this tenant, since {since}{further}"),
                format!("Look at it before hunting the same twice: {}", web::links::instance(&newest.id)),
            );
        }
        if let Some(last) = self.hunted.get(tenant)
            && let (Some((at, by)), Some(disposition)) = (&last.life.closed, last.life.disposition)
        {
            let (ago, said, commit) = (stretch(self.now - *at), disposition.said(), short(&last.commit));
            warn(
                "hunted-recently",
                format!("hunted {ago} ago by {} at {commit}: {said}", by.name),
                format!("What came of it: {}", web::links::instance(&last.id)),
            );
        }
        warnings
    }
}

/// A stretch of time as one says it: `5 min`, `2 h`, `3 days`.
pub fn stretch(long: Duration) -> String {
    match long.num_minutes().max(0) {
        0 => "less than a minute".to_owned(),
        minutes @ 1..60 => format!("{minutes} min"),
        minutes @ 60..2_880 => format!("{} h", minutes / 60),
        minutes => format!("{} days", minutes / 1_440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::json;

    #[test]
    fn a_stretch_is_said_in_the_unit_that_fits() {
        for (minutes, said) in [
            (0, "less than a minute"),
            (59, "59 min"),
            (125, "2 h"),
            (47 * 60, "47 h"),
            (3 * 1_440, "3 days"),
        ] {
            assert_eq!(stretch(Duration::minutes(minutes)), said);
        }
    }

    #[tokio::test]
    async fn who_makes_a_copy_hears_of_open_ones_and_of_what_was_just_hunted() {
        let sample = Sample::open().await;
        let (tenant, hunter) = (sample.tenant().await, sample.user(Role::Hunter).await);
        let path = "/api/v1/procedures/lsass/instances";
        let order = json!({"tenants": [tenant]});
        let first = hunter.post(path, &order).await.json();
        assert_eq!(first["warnings"], json!([]));
        sample.test.clock.advance(Duration::hours(2));
        let told = async || {
            let dry = json!({"tenants": [tenant], "dry_run": true});
            let told = hunter.post(path, &dry).await.json();
            let told = told["warnings"].as_array().unwrap().iter();
            told.map(|one| one["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let said = "hunter of the test has an open copy of this procedure for this tenant, since 2 h";
        assert_eq!(told().await, [said]);
        let id = first["instances"][0]["id"].as_str().unwrap();
        let closed = json!({"disposition": "null-findings"});
        assert_eq!(hunter.patch(&format!("/api/v1/instances/{id}"), &closed).await.status, 200);
        sample.test.clock.advance(Duration::days(3));
        let told_now = told().await;
        assert_eq!(told_now.len(), 1, "{told_now:?}");
        assert!(told_now[0].starts_with("hunted 3 days ago by hunter of the test at "), "{told_now:?}");
        assert!(told_now[0].ends_with(": null findings"), "{told_now:?}");
        sample.test.clock.advance(Duration::days(30));
        assert!(told().await.is_empty());
    }
}
