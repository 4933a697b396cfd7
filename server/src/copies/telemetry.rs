//! What a tenant's telemetry says against a copy: a data source that it does not send, a window beyond what it keeps. Of a
//! tenant for which nothing is recorded nothing is said.

use super::Warning;
use crate::db::tenants::{Tenant, TenantSource};
use catalog::instance::Window;
use catalog::procedure::normal_data_source;
use chrono::{DateTime, Duration, Utc};

/// What is to be said of a copy that reads these data sources, for a tenant and a window.
pub fn about(
    data_sources: &[String],
    tenant: &Tenant,
    window: Option<Window>,
    now: DateTime<Utc>,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if tenant.data_sources.is_empty() {
        return warnings;
    }
    let mut warn = |code: &str, message: String, help: &str| {
        let (tenant, code, help) = (Some(tenant.id.clone()), code.to_owned(), help.to_owned());
        warnings.push(Warning { tenant, code, message, help });
    };
    let sent = |source: &String| -> Option<&TenantSource> {
        tenant.data_sources.iter().find(|one| normal_data_source(&one.name) == *source)
    };
    let missing: Vec<&str> =
        data_sources.iter().filter(|source| sent(source).is_none()).map(String::as_str).collect();
    if !missing.is_empty() {
        warn(
            "data-source-not-sent",
            format!("this tenant does not send {}, which the procedure reads", missing.join(", ")),
            "Finding nothing there means nothing: hunt with what it sends, or close the copy as not huntable.",
        );
    }
    let Some(window) = window else { return warnings };
    // Whoever keeps 30 days has the last 30 days: the seconds between asking and making do not count.
    let age = now - window.from - Duration::minutes(1);
    for source in data_sources {
        let Some(days) = sent(source).and_then(|one| one.retention_days) else { continue };
        if age > Duration::days(i64::from(days)) {
            warn(
                "window-beyond-retention",
                format!(
                    "this tenant keeps {source} for {days} {}, and the window begins {} days ago",
                    if days == 1 { "day" } else { "days" },
                    (age.num_hours() + 12) / 24
                ),
                "What is older is not there any more: shorten the window, or say what was really hunted when you close the copy.",
            );
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::{Value, json};

    const PATH: &str = "/api/v1/procedures/lsass/instances";

    async fn told(sample: &Sample, sources: Value, window: Value) -> Vec<(String, String)> {
        let tenant = sample.tenant().await;
        let lead = sample.user(Role::Lead).await;
        let changed =
            lead.patch(&format!("/api/v1/tenants/{tenant}"), &json!({"data_sources": sources})).await;
        assert_eq!(changed.status, 200, "{}", changed.text());
        let order = json!({"tenants": [tenant], "window": window, "dry_run": true});
        let told = lead.post(PATH, &order).await.json();
        let told = told["warnings"].as_array().unwrap().iter();
        let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
        told.inspect(|one| assert_eq!(one["tenant"], tenant.as_str()))
            .map(|one| (text(one, "code"), text(one, "message")))
            .collect()
    }

    #[tokio::test]
    async fn of_a_tenant_of_which_nothing_is_recorded_nothing_is_said() {
        let sample = Sample::open().await;
        assert_eq!(told(&sample, json!([]), json!({"last": "3650d"})).await, []);
    }

    #[tokio::test]
    async fn a_data_source_that_the_tenant_does_not_send_is_told() {
        let sample = Sample::open().await;
        let told = told(&sample, json!([{"name": "netflow"}, {"name": "auth"}]), json!({"last": "7d"})).await;
        let said = "this tenant does not send process, which the procedure reads";
        assert_eq!(told, [("data-source-not-sent".to_owned(), said.to_owned())]);
    }

    #[tokio::test]
    async fn a_window_that_begins_before_what_is_kept_is_told() {
        for (last, days, said) in [
            ("30d", json!(30), None),
            (
                "31d",
                json!(30),
                Some("this tenant keeps process for 30 days, and the window begins 31 days ago"),
            ),
            ("2d", json!(1), Some("this tenant keeps process for 1 day, and the window begins 2 days ago")),
            ("3650d", Value::Null, None),
        ] {
            let sample = Sample::open().await;
            // As the service writes it, which is not how the procedure does.
            let sources = json!([{"name": "scwx.Process", "retention_days": days}, {"name": "dns", "retention_days": 1}]);
            let told = told(&sample, sources, json!({"last": last})).await;
            let wanted: Vec<_> = said
                .into_iter()
                .map(|said| ("window-beyond-retention".to_owned(), said.to_owned()))
                .collect();
            assert_eq!(told, wanted, "{last}");
        }
    }
}
