//! `/lint`: the rules, and `/lint/{code}`: the page of one.

use super::Visitor;
use crate::app::App;
use crate::http::problem::Problem;
use axum::extract::{Path, State};
use axum::response::Response;
use catalog::lint::{self, Rule};
use catalog::render;
use std::collections::HashMap;
use std::fmt::Write as _;
use web::pages::lint::{RuleRow, RuleView, RulesView, rule, rules};

/// The rules, by group.
///
/// # Errors
/// When the index cannot be read.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let counts = counts(&app).await?;
    let mut groups: Vec<(&'static str, Vec<RuleRow>)> = Vec::new();
    for one in lint::rules() {
        let label = one.group.label();
        match groups.last_mut() {
            Some((group, rows)) if *group == label => rows.push(row(one, &counts)),
            _ => groups.push((label, vec![row(one, &counts)])),
        }
    }
    visitor.render(&app, rules, RulesView { groups }).await
}

/// One rule.
///
/// # Errors
/// 404 where there is none of that code.
pub async fn show_one(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let one = lint::rule(&code).ok_or_else(|| Problem::not_found(format!("rule {code}")))?;
    let page = one.page();
    let below = page.split_once('\n').map_or("", |(_, below)| below);
    let view = RuleView {
        rule: row(one, &counts(&app).await?),
        group: one.group.label(),
        by_default: one.by_default,
        html: render::markdown(&named(below)),
    };
    visitor.render(&app, rule, view).await
}

async fn counts(app: &App) -> Result<HashMap<String, usize>, Problem> {
    Ok(app.read(|library| library.problem_counts(None)).await?.rules.into_iter().collect())
}

fn row(rule: &Rule, counts: &HashMap<String, usize>) -> RuleRow {
    RuleRow {
        code: rule.code.to_owned(),
        title: rule.title(),
        severity: rule.severity.word(),
        files: counts.get(rule.code).copied().unwrap_or_default(),
    }
}

/// A page whose examples say in words what they are: for its tests they are marked `bad` with a line, or `good`.
fn named(page: &str) -> String {
    let mut named = String::with_capacity(page.len() + 128);
    for line in page.lines() {
        match line.strip_prefix("~~~") {
            Some(kind) if kind.starts_with("bad") => {
                let at = kind.trim_start_matches("bad").trim();
                // Writing to a string cannot fail.
                let _ = write!(named, "**Not so** (line {at}):\n\n~~~markdown\n");
            }
            Some("good") => named.push_str("**But so:**\n\n~~~markdown\n"),
            _ => {
                named.push_str(line);
                named.push('\n');
            }
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn every_rule_has_a_page_with_its_examples() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let list = viewer.get("/lint").await.text();
        for rule in lint::rules() {
            assert!(list.contains(&format!("href=\"/lint/{}\"", rule.code)), "{}", rule.code);
            let page = viewer.get(&format!("/lint/{}", rule.code)).await;
            assert_eq!(page.status, 200, "{}", rule.code);
            let shown = page.text().matches("Not so").count();
            let bad = rule.examples().iter().filter(|example| example.line.is_some()).count();
            assert_eq!(shown, bad, "{}", rule.code);
        }
        assert_eq!(viewer.get("/lint/no-such-rule").await.status, 404);
    }
}
