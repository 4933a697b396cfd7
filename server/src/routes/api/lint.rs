//! GET `/lint/rules`, `/lint/rules/{code}`: the rules and their pages; `/repos/{name}/badge.svg`: how a repository stands.

use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use catalog::library::Readiness;
use catalog::lint::{self, Rule, Severity};
use serde::Serialize;
use utoipa::ToSchema;

/// All rules.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesAnswer {
    /// By group.
    pub rules: Vec<RuleItem>,
}

/// One rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleItem {
    /// Its code: never reused for another meaning.
    pub code: &'static str,
    /// `Metadata`, `Structure`, `Tags`, `Code`, `Safety` or `Catalog`.
    pub group: &'static str,
    /// How bad what it says is, unless a team says otherwise.
    #[schema(value_type = String)]
    pub severity: Severity,
    /// Whether it is looked at where a team says nothing of it.
    pub by_default: bool,
    /// What is wrong, in a few words.
    pub title: String,
    /// Its page, as markdown; in the list null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}

impl RuleItem {
    fn of(rule: &Rule) -> Self {
        Self {
            code: rule.code,
            group: rule.group.label(),
            severity: rule.severity,
            by_default: rule.by_default,
            title: rule.title(),
            page: None,
        }
    }
}

/// The rules that every procedure is held to.
#[utoipa::path(get, path = "/lint/rules", tag = "procedures", responses((status = 200, body = RulesAnswer)))]
pub async fn list(_who: Principal) -> Json<RulesAnswer> {
    Json(RulesAnswer { rules: lint::rules().iter().map(RuleItem::of).collect() })
}

/// One rule with its page.
#[utoipa::path(
    get, path = "/lint/rules/{code}", tag = "procedures",
    params(("code" = String, Path, description = "Its code")),
    responses((status = 200, body = RuleItem), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn get(_who: Principal, Path(code): Path<String>) -> Result<Json<RuleItem>, Problem> {
    let rule = lint::rule(&code).ok_or_else(|| Problem::not_found(format!("rule {code}")))?;
    Ok(Json(RuleItem { page: Some(rule.page()), ..RuleItem::of(rule) }))
}

/// A badge: how many files of a repository have errors or warnings.
#[utoipa::path(
    get, path = "/repos/{name}/badge.svg", tag = "repositories",
    params(("name" = String, Path, description = "The repository")),
    responses(
        (status = 200, body = String, content_type = "image/svg+xml"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn badge(
    State(app): State<App>,
    _who: Principal,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let state = app.library.repositories().into_iter().find(|state| state.repository.name == name);
    let state = state.ok_or_else(|| Problem::not_found(format!("repository {name}")))?;
    let headers = [
        Cache::Never.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml; charset=utf-8")),
    ];
    Ok((headers, drawn(&said(&state.readiness, state.indexed))).into_response())
}

/// What a badge says, and its colour.
fn said(readiness: &Readiness, indexed: bool) -> (String, &'static str) {
    let count = |number: u64, what: &str| match number {
        1 => format!("1 file with {what}"),
        number => format!("{number} files with {what}"),
    };
    match readiness {
        _ if !indexed => ("not read yet".to_owned(), "#5c6370"),
        Readiness { with_errors: 1.., .. } => (count(readiness.with_errors, "errors"), "#a32a22"),
        Readiness { with_warnings: 1.., .. } => (count(readiness.with_warnings, "warnings"), "#8a5a00"),
        _ if readiness.entries() == 0 => ("no procedures".to_owned(), "#5c6370"),
        _ => (format!("{} procedures, clean", readiness.procedures), "#1f6b3b"),
    }
}

/// The badge as SVG. Nothing of it comes from outside: numbers and our own words.
fn drawn((said, colour): &(String, &'static str)) -> String {
    const NAME: &str = "huntshelf";
    // Seven units a letter is wide enough for each that occurs.
    let width = |text: &str| 7 * text.chars().count() + 12;
    let (left, right) = (width(NAME), width(said));
    let all = left + right;
    let (name_at, said_at) = (left / 2, left + right / 2);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all}\" height=\"20\" role=\"img\" aria-label=\"{NAME}: {said}\">\
         <title>{NAME}: {said}</title>\
         <rect width=\"{all}\" height=\"20\" rx=\"3\" fill=\"{colour}\"/>\
         <path d=\"M3 0h{inner}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z\" fill=\"#33383f\"/>\
         <g fill=\"#fff\" text-anchor=\"middle\" font-family=\"DejaVu Sans,Verdana,sans-serif\" font-size=\"11\">\
         <text x=\"{name_at}\" y=\"14\">{NAME}</text><text x=\"{said_at}\" y=\"14\">{said}</text></g></svg>\n",
        inner = left - 3,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;
    use crate::sample::Sample;

    #[test]
    fn a_badge_says_the_worst() {
        let of = |with_errors, with_warnings, procedures| {
            said(&Readiness { with_errors, with_warnings, procedures, ..Readiness::default() }, true).0
        };
        assert_eq!(of(1, 7, 9), "1 file with errors");
        assert_eq!(of(0, 7, 9), "7 files with warnings");
        assert_eq!(of(0, 0, 9), "9 procedures, clean");
        assert_eq!(of(0, 0, 0), "no procedures");
        assert_eq!(said(&Readiness::default(), false).0, "not read yet");
    }

    #[tokio::test]
    async fn rules_and_badges_are_there() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let rules = viewer.get("/api/v1/lint/rules").await.json();
        assert_eq!(rules["rules"].as_array().unwrap().len(), lint::rules().len());
        let one = viewer.get("/api/v1/lint/rules/title-twice").await.json();
        assert!(one["page"].as_str().unwrap().starts_with("# More than one title"));
        assert_eq!(viewer.get("/api/v1/lint/rules/nothing").await.status, 404);
        let badge = viewer.get("/api/v1/repos/hunts/badge.svg").await;
        assert_eq!(badge.header("content-type"), "image/svg+xml; charset=utf-8");
        assert!(badge.text().contains("with errors"), "{}", badge.text());
        assert_eq!(viewer.get("/api/v1/repos/nothing/badge.svg").await.status, 404);
    }
}
