//! `/instances/new`: copies of several procedures for a scope. Nothing is made before what would be made was shown.

use super::Visitor;
use super::shared::{pairs, tenant as row};
use crate::app::App;
use crate::auth::Role;
use crate::copies::many::{Many, ManyOrder, Scope, make_many};
use crate::copies::window::{Last, Since, SinceWhat, WindowSpec};
use crate::http::problem::{Problem, sentence};
use crate::http::query;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use catalog::instance::Hold;
use catalog::notebook::Metadata;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use web::pages::copy::Refusal;
use web::pages::many::{LeftOut, MadeOne, ManyForm, ManyView, Outcome, page};
use web::view::FieldError;

/// What the form is filled in with.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    procedure: Option<String>,
    customer: Option<String>,
}

/// What the form holds; see [`ManyForm`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filled {
    procedures: String,
    labels: String,
    region: String,
    customer: String,
    tenants: String,
    last: String,
    since: String,
    parameters: String,
    hold: String,
    #[serde(rename = "do")]
    what: String,
}

impl Filled {
    fn order(&self, app: &App) -> Result<ManyOrder, FieldError> {
        let wrong = |field: &str, message: String| FieldError { field: field.to_owned(), message };
        let lines = |text: &str| {
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
        };
        let labels = pairs(&self.labels)
            .map_err(|line| wrong("labels", format!("A label is written key=value; this is not: {line}")))?;
        let parameters = pairs(&self.parameters).map_err(|line| {
            wrong("parameters", format!("A parameter is written NAME=value; this is not: {line}"))
        })?;
        let spec = match (query::one(Some(&self.last)), self.since_hunted()) {
            (None, false) => None,
            (None, true) => {
                let said = "Say how far to look back where nothing was ever hunted: 7d.";
                return Err(wrong("last", said.to_owned()));
            }
            (Some(last), false) => Some(WindowSpec::Last(Last { last, zone: None })),
            (Some(last), true) => {
                Some(WindowSpec::Since(Since { since: SinceWhat::LastHunted, last, zone: None }))
            }
        };
        let window = spec
            .map(|spec| spec.resolve(app.clock.now()))
            .transpose()
            .map_err(|error| wrong("last", error.to_string()))?;
        Ok(ManyOrder {
            procedures: lines(&self.procedures),
            scope: Scope {
                tenants: lines(&self.tenants),
                labels,
                region: query::one(Some(&self.region)),
                customer: query::one(Some(&self.customer)),
            },
            window,
            parameters: parameters.into_iter().map(|(name, text)| (name, value(text))).collect::<Metadata>(),
            hold: match self.hold.as_str() {
                "writes" => Some(Hold::Writes),
                "none" => Some(Hold::None),
                _ => None,
            },
            dry_run: self.what != "make",
        })
    }

    fn since_hunted(&self) -> bool {
        self.since == "last-hunted"
    }

    fn form(self) -> ManyForm {
        ManyForm {
            since_hunted: self.since_hunted(),
            procedures: self.procedures,
            labels: self.labels,
            region: self.region,
            customer: self.customer,
            tenants: self.tenants,
            last: self.last,
            parameters: self.parameters,
            hold: self.hold,
        }
    }
}

/// What was typed: a number or yes and no where it is one beyond doubt, else text. Several procedures may want several types;
/// what does not fit is refused by each of them.
fn value(text: String) -> Value {
    match text.as_str() {
        "True" => Value::Bool(true),
        "False" => Value::Bool(false),
        number
            if number.len() < 16
                && number.parse::<i64>().is_ok_and(|parsed| parsed.to_string() == number) =>
        {
            number.parse::<i64>().map_or(Value::Null, Value::from)
        }
        _ => Value::String(text),
    }
}

/// The form.
///
/// # Errors
/// 403 without the role.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    visitor.who.require(Role::Hunter)?;
    let form = ManyForm {
        procedures: query::one(wanted.procedure.as_ref()).unwrap_or_default(),
        customer: query::one(wanted.customer.as_ref()).unwrap_or_default(),
        last: "7d".to_owned(),
        hold: "default".to_owned(),
        ..ManyForm::default()
    };
    visitor.render(&app, page, ManyView { form, ..ManyView::default() }).await
}

/// What would be made, or the making.
///
/// # Errors
/// 403 without the role.
pub async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    visitor.who.require(Role::Hunter)?;
    let make = filled.what == "make";
    let error = match filled.order(&app) {
        Ok(order) => match make_many(&app, &visitor.who, order).await {
            Ok(many) => {
                let made = make && many.made.iter().any(|one| !one.instances.is_empty());
                let status = if made { StatusCode::CREATED } else { StatusCode::OK };
                let view =
                    ManyView { form: filled.form(), outcome: Some(outcome(many, made)), errors: Vec::new() };
                return Ok((status, visitor.render(&app, page, view).await?).into_response());
            }
            Err(problem) if matches!(problem.status, 400 | 404 | 410 | 422) => {
                let remedy = problem.remedy.unwrap_or_default();
                FieldError { field: String::new(), message: format!("{} {remedy}", problem.detail) }
            }
            Err(problem) => return Err(problem),
        },
        Err(error) => error,
    };
    let view = ManyView { form: filled.form(), outcome: None, errors: vec![error] };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, visitor.render(&app, page, view).await?).into_response())
}

/// Warnings that are about a tenant, and not about how a procedure is written.
const OF_TENANTS: [&str; 6] = [
    "open-copy",
    "hunted-recently",
    "never-hunted",
    "hunted-until-now",
    "data-source-not-sent",
    "window-beyond-retention",
];

/// The window of a copy as it is read.
fn window(provenance: &Value) -> String {
    match (provenance["window"]["from"].as_str(), provenance["window"]["to"].as_str()) {
        (Some(from), Some(to)) => format!("{from} to {to}"),
        _ => String::new(),
    }
}

fn outcome(many: Many, made: bool) -> Outcome {
    let mut outcome = Outcome {
        made,
        resolved: many.resolved.iter().map(row).collect(),
        left_out: many
            .left_out
            .into_iter()
            .map(|one| LeftOut { name: one.name_or_id().to_owned(), reason: one.reason })
            .collect(),
        left_out_unlisted: many.left_out_unlisted,
        ..Outcome::default()
    };
    let names: BTreeMap<&String, &String> = many.resolved.iter().map(|one| (&one.id, &one.name)).collect();
    let mut warnings: Vec<(String, usize)> = Vec::new();
    for one in many.made {
        let title = one.entry.procedure.title.clone();
        for warning in one.warnings {
            let whose = warning
                .tenant
                .as_ref()
                .and_then(|id| names.get(id))
                .map_or(String::new(), |name| format!("{name}: "));
            // What is said of many copies alike is said once; who hunts where is said of each.
            let apart = OF_TENANTS.contains(&warning.code.as_str());
            let said = if apart {
                format!("{whose}{}.", warning.message)
            } else {
                format!("{title}: {}.", warning.message)
            };
            match warnings.iter_mut().find(|(known, _)| *known == said) {
                Some((_, times)) => *times += 1,
                None => warnings.push((said, 1)),
            }
        }
        outcome.refused.extend(one.refused.into_iter().map(|refused| {
            let name =
                if refused.name.is_empty() { refused.tenant.unwrap_or_default() } else { refused.name };
            let refusal = Refusal {
                code: refused.refusal.code,
                reason: format!("{}.", sentence(&refused.refusal.reason)),
                remedy: refused.refusal.remedy,
            };
            (title.clone(), name, refusal)
        }));
        outcome.copies.extend(one.instances.into_iter().map(|copy| MadeOne {
            id: Some(copy.id).filter(|id| !id.is_empty()),
            title: copy.title,
            tenant: copy.tenant.map(|tenant| tenant.name).unwrap_or_default(),
            file_name: copy.file_name,
            window: window(&copy.provenance),
        }));
    }
    outcome.warnings = warnings;
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;
    use serde_json::json;

    #[test]
    fn a_value_is_a_number_only_beyond_doubt() {
        assert_eq!(value("5".to_owned()), json!(5));
        assert_eq!(value("True".to_owned()), json!(true));
        for text in ["0145483", "5.0", "+5", "", "9999999999999999999"] {
            assert_eq!(value(text.to_owned()), json!(text));
        }
    }

    #[tokio::test]
    async fn what_would_be_made_is_shown_before_it_is_made() {
        let sample = Sample::open().await;
        sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        assert!(hunter.get("/instances/new?procedure=lsass").await.text().contains(">\nlsass</textarea>"));
        let fields =
            |what| [("procedures", "lsass\nstacking"), ("customer", "Clinic"), ("last", "24h"), ("do", what)];
        let shown = hunter.form("/instances/new", &fields("preview")).await;
        assert_eq!(shown.status, 200, "{}", shown.text());
        let text = shown.text();
        assert!(
            text.contains("2 copies would be made, for 1 tenant") && text.contains("Make these 2 copies"),
            "{text}"
        );
        assert_eq!(hunter.get("/api/v1/instances").await.json()["instances"], json!([]));
        let made = hunter.form("/instances/new", &fields("make")).await;
        assert_eq!(made.status, 201);
        assert!(made.text().contains("2 copies made") && made.text().contains("lsass_mock_0145483.ipynb"));
        assert_eq!(hunter.get("/api/v1/instances").await.json()["instances"].as_array().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn since_last_hunted_is_another_window_for_each_and_is_shown_first() {
        let sample = Sample::open().await;
        let (first, lead) = (sample.tenant().await, sample.user(Role::Lead).await);
        let customer = lead.get("/api/v1/customers").await.json()["customers"][0]["id"].clone();
        let other = json!({"customer": customer, "key": "2", "region": "mock", "name": "Lab", "data_sources": [{"name": "dns"}]});
        lead.post("/api/v1/tenants", &other).await;
        let order = json!({"tenants": [first], "window": {"last": "2d"}});
        let made = lead.post("/api/v1/procedures/lsass/instances", &order).await.json();
        let id = made["instances"][0]["id"].as_str().unwrap();
        lead.patch(&format!("/api/v1/instances/{id}"), &json!({"disposition": "null-findings"})).await;
        sample.test.clock.advance(chrono::Duration::days(1));
        let fields = |last| {
            [("procedures", "lsass"), ("customer", "Clinic"), ("last", last), ("since", "last-hunted")]
        };
        let shown = lead.form("/instances/new", &fields("7d")).await.text();
        for said in [
            "Ward: <!><strong>2026-11-24T12:00:00Z to 2026-11-25T12:00:00Z",
            "Lab: <!><strong>2026-11-18T12:00:00Z to 2026-11-25T12:00:00Z",
            "Lab: it was never hunted with this procedure",
            "Lab: this tenant does not send process",
        ] {
            assert!(shown.replace("<!>", "").contains(&said.replace("<!>", "")), "{said}: {shown}");
        }
        let unsaid = lead.form("/instances/new", &fields("")).await;
        assert_eq!(unsaid.status, 422);
        assert!(unsaid.text().contains("Say how far to look back where nothing was ever hunted"));
    }

    #[tokio::test]
    async fn a_mistake_is_shown_with_what_was_filled_in() {
        let sample = Sample::open().await;
        sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        for (fields, said) in [
            ([("procedures", "lsass"), ("labels", "")], "The scope is empty"),
            ([("procedures", "lsass"), ("labels", "health")], "key=value; this is not: health"),
            ([("procedures", "none"), ("customer", "Clinic")], "There is no procedure none"),
            ([("procedures", "lsass"), ("region", "mars")], "No tenant is active"),
        ] {
            let answer = hunter.form("/instances/new", &fields).await;
            assert_eq!(answer.status, 422, "{fields:?}");
            let text = answer.text();
            assert!(text.contains(said) || text.contains("No tenant, label, region"), "{fields:?}: {text}");
            assert!(text.contains(fields[0].1), "{fields:?}");
        }
        assert_eq!(sample.user(Role::Viewer).await.get("/instances/new").await.status, 403);
    }
}
