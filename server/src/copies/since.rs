//! *Since last hunted*: the window that begins where the last hunt with a procedure for a tenant ended.

use super::Warning;
use super::window::Asked;
use crate::app::App;
use crate::auth::Principal;
use crate::db::instances::Instance;
use crate::db::lives::HuntedFilter;
use crate::http::problem::Problem;
use catalog::index::Entry;
use catalog::instance::Window;
use chrono::{DateTime, SecondsFormat, Utc};
use std::collections::HashMap;

/// Of so many tenants it is known when a procedure was last hunted for them.
const MOST: u32 = 50_000;

/// Until when a procedure was hunted, by tenant; empty where nobody asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hunted(HashMap<String, DateTime<Utc>>);

impl Hunted {
    /// Looks it up where a window depends on it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(
        app: &App,
        who: &Principal,
        entry: &Entry,
        asked: Option<Asked>,
    ) -> Result<Self, Problem> {
        let Some(Asked::SinceHunted(_)) = asked else { return Ok(Self::default()) };
        let of = HuntedFilter {
            repo: Some(entry.repo.clone()),
            procedures: entry.names(),
            limit: MOST,
            ..HuntedFilter::default()
        };
        let mut until = HashMap::new();
        for copy in app.database.instances(&who.tenants()).last_hunted(&of).await? {
            if let (Some(tenant), Some(end)) = (&copy.tenant, hunted_until(&copy)) {
                // Under several ids of a procedure the newest hunt counts; they come newest first.
                until.entry(tenant.id.clone()).or_insert(end);
            }
        }
        Ok(Self(until))
    }

    /// The window of a copy for a tenant, and what is to be said of it.
    pub fn window(&self, asked: Option<Asked>, tenant: Option<&str>) -> (Option<Window>, Option<Warning>) {
        let otherwise = match asked {
            None => return (None, None),
            Some(Asked::Same(window)) => return (Some(window), None),
            Some(Asked::SinceHunted(otherwise)) => otherwise,
        };
        let last = tenant.and_then(|tenant| self.0.get(tenant));
        let why = match last {
            Some(from) if *from < otherwise.to => {
                return (Some(Window { from: *from, to: otherwise.to }), None);
            }
            Some(from) => ("hunted-until-now", format!("the last hunt reaches until {}", instant(*from))),
            None => ("never-hunted", "it was never hunted with this procedure for this tenant".to_owned()),
        };
        let warning = Warning {
            tenant: tenant.map(str::to_owned),
            code: why.0.to_owned(),
            message: format!(
                "{}: the copy looks at what was asked for instead, from {}",
                why.1,
                instant(otherwise.from)
            ),
            help: "Nothing is left out by that. Ask for another window where it is too long or too short."
                .to_owned(),
        };
        (Some(otherwise), Some(warning))
    }
}

/// Until when was looked at with a copy: the end of the window that was hunted, else that of its own, else its close.
pub fn hunted_until(copy: &Instance) -> Option<DateTime<Utc>> {
    let own = || {
        let text = copy.provenance["window"]["to"].as_str()?;
        Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
    };
    let closed = || copy.life.closed.as_ref().map(|(at, _)| *at);
    copy.life.hunted.map(|(_, to)| to).or_else(own).or_else(closed)
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use chrono::Duration;
    use serde_json::{Value, json};

    const PATH: &str = "/api/v1/procedures/lsass/instances";

    #[tokio::test]
    async fn a_copy_since_the_last_hunt_begins_where_that_ended() {
        let sample = Sample::open().await;
        let (tenant, hunter) = (sample.tenant().await, sample.user(Role::Hunter).await);
        let order = json!({"tenants": [tenant], "window": {"since": "last-hunted", "last": "7d"}});
        let codes = |told: &Value| -> Vec<String> {
            let warnings = told["warnings"].as_array().unwrap().iter();
            warnings.map(|one| one["code"].as_str().unwrap().to_owned()).collect()
        };
        // Never hunted: what the request says, and that is told of the tenant.
        let first = hunter.post(PATH, &order).await.json();
        assert_eq!(first["instances"][0]["provenance"]["window"]["from"], "2026-11-17T12:00:00Z");
        assert_eq!(
            (codes(&first), &first["warnings"][0]["tenant"]),
            (vec!["never-hunted".to_owned()], &json!(tenant))
        );
        // Closed without a window of its own to say: until the end of the copy's.
        let id = first["instances"][0]["id"].as_str().unwrap();
        let close = async |id: &str, body: Value| {
            let answer = hunter.patch(&format!("/api/v1/instances/{id}"), &body).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        };
        close(id, json!({"disposition": "null-findings"})).await;
        let now = hunter.post(PATH, &order).await.json();
        assert_eq!(codes(&now), ["hunted-until-now", "hunted-recently"]);
        sample.test.clock.advance(Duration::days(3));
        let second = hunter.post(PATH, &order).await.json();
        let window = &second["instances"][0]["provenance"]["window"];
        assert_eq!(*window, json!({"from": "2026-11-24T12:00:00Z", "to": "2026-11-27T12:00:00Z"}));
        assert!(!codes(&second).iter().any(|code| code == "never-hunted"), "{second}");
        // What was hunted in truth counts, where somebody says so.
        let id = second["instances"][0]["id"].as_str().unwrap();
        let hunted = json!({"from": "2026-11-24T12:00:00Z", "to": "2026-11-26T00:00:00Z"});
        close(id, json!({"disposition": "null-findings", "hunted": hunted})).await;
        let third = hunter.post(PATH, &order).await.json();
        assert_eq!(third["instances"][0]["provenance"]["window"]["from"], "2026-11-26T00:00:00Z");
        // What could not be hunted was not looked at.
        let id = third["instances"][0]["id"].as_str().unwrap();
        close(id, json!({"disposition": "not-huntable"})).await;
        let fourth = hunter.post(PATH, &order).await.json();
        assert_eq!(fourth["instances"][0]["provenance"]["window"]["from"], "2026-11-26T00:00:00Z");
    }

    #[tokio::test]
    async fn each_tenant_of_a_scope_has_its_own_window() {
        let sample = Sample::open().await;
        let (first, lead) = (sample.tenant().await, sample.user(Role::Lead).await);
        let customer = lead.get("/api/v1/customers").await.json()["customers"][0]["id"].clone();
        let other = json!({"customer": customer, "key": "2", "region": "mock", "name": "Lab"});
        let other = lead.post("/api/v1/tenants", &other).await.json()["id"].as_str().unwrap().to_owned();
        let made = lead.post(PATH, &json!({"tenants": [first], "window": {"last": "2d"}})).await.json();
        let id = made["instances"][0]["id"].as_str().unwrap();
        lead.patch(&format!("/api/v1/instances/{id}"), &json!({"disposition": "null-findings"})).await;
        sample.test.clock.advance(Duration::days(1));
        let order = json!({
            "procedures": ["lsass"], "scope": {"customer": customer}, "dry_run": true,
            "window": {"since": "last-hunted", "last": "30d"},
        });
        let told = lead.post("/api/v1/instances", &order).await.json();
        let from = |tenant: &str| {
            let copies = told["instances"].as_array().unwrap().iter();
            let mut own = copies.filter(|copy| copy["tenant"]["id"] == tenant);
            own.next().unwrap()["provenance"]["window"]["from"].as_str().unwrap().to_owned()
        };
        assert_eq!(
            (from(&first).as_str(), from(&other).as_str()),
            ("2026-11-24T12:00:00Z", "2026-10-26T12:00:00Z")
        );
        let told = told["warnings"].as_array().unwrap();
        let never: Vec<&Value> = told.iter().filter(|one| one["code"] == "never-hunted").collect();
        assert!(never.len() == 1 && never[0]["tenant"] == other.as_str(), "{told:?}");
    }
}
