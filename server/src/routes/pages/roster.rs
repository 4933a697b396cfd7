//! `/roster`: customers and tenants as a table, taken in two steps: what it would change, then the change.

use super::Visitor;
use crate::app::App;
use crate::auth::Role;
use crate::http::problem::Problem;
use crate::roster::plan::{Effect, Plan, Planned};
use crate::roster::{apply, preview};
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use web::pages::roster::{Changed, PlannedLine, PreviewView, RosterView, page, preview_page};

/// So many lines that change something are shown; the others are counted.
const SHOWN: usize = 500;

/// Where a table is sent.
///
/// # Errors
/// 403 without the role.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.who.require(Role::Lead)?;
    visitor.render(&app, page, RosterView::default()).await
}

/// What a table would change; with `apply` set to `yes`, the change.
///
/// # Errors
/// 403 without the role.
pub async fn send(State(app): State<App>, visitor: Visitor, form: Multipart) -> Result<Response, Problem> {
    visitor.who.require(Role::Lead)?;
    let (text, shall) = read(form).await?;
    if text.trim().is_empty() {
        return again(&app, &visitor, "Choose a file, or paste a table.".to_owned(), text).await;
    }
    let done =
        if shall { apply(&app, &visitor.who, &text).await } else { preview(&app, &visitor.who, &text).await };
    match done {
        Ok(plan) => visitor.render(&app, preview_page, view(plan, text, shall)).await,
        Err(problem) if problem.status == 422 || problem.status == 409 => {
            // Something is not as it was when the preview was made: that is shown anew.
            let plan = preview(&app, &visitor.who, &text).await?;
            let page = visitor.render(&app, preview_page, view(plan, text, false)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(problem) if problem.status == 400 => again(&app, &visitor, problem.detail, text).await,
        Err(problem) => Err(problem),
    }
}

async fn again(app: &App, visitor: &Visitor, error: String, text: String) -> Result<Response, Problem> {
    let page = visitor.render(app, page, RosterView { error: Some(error), text }).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// The table of the form, and whether it is to be written.
async fn read(mut form: Multipart) -> Result<(String, bool), Problem> {
    let unreadable =
        |_| Problem::invalid("The form could not be read.").remedy("Send a table of at most 8 MiB.");
    let (mut pasted, mut file, mut shall) = (String::new(), Vec::new(), false);
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name().unwrap_or_default() {
            "file" => file = field.bytes().await.map_err(unreadable)?.to_vec(),
            "table" => pasted = field.text().await.map_err(unreadable)?,
            "apply" => shall = field.text().await.map_err(unreadable)? == "yes",
            _ => {}
        }
    }
    if file.is_empty() {
        return Ok((pasted, shall));
    }
    let text = String::from_utf8(file).map_err(|_| {
        Problem::invalid("The file is not written in UTF-8.").remedy("Save it as CSV in UTF-8.")
    })?;
    Ok((text, shall))
}

fn view(plan: Plan, text: String, applied: bool) -> PreviewView {
    let counts = plan.counts();
    // What cannot be comes first; what stays as it is needs no line.
    let mut lines: Vec<Planned> = plan.lines.into_iter().filter(|line| line.effect != Effect::Same).collect();
    lines.sort_by_key(|line| line.effect != Effect::Refused);
    let unshown = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    PreviewView {
        applied,
        created: counts.created,
        changed: counts.changed,
        same: counts.same,
        refused: counts.refused,
        lines: lines
            .into_iter()
            .map(|line| PlannedLine {
                number: line.line,
                effect: line.effect.word(),
                customer: line.customer,
                tenant: line.tenant,
                changes: line
                    .fields
                    .into_iter()
                    .map(|one| Changed { field: one.field, before: one.before, after: one.after })
                    .collect(),
                reason: line.reason,
            })
            .collect(),
        unshown,
        text,
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use crate::testing::{TestAnswer, TestUser};
    use axum::http::{Request, header};
    use std::fmt::Write as _;

    async fn send(user: &TestUser, fields: &[(&str, &str)]) -> TestAnswer {
        let mut body = String::new();
        for (name, value) in fields {
            let part = if *name == "file" { "; filename=\"t.csv\"" } else { "" };
            write!(body, "--b\r\nContent-Disposition: form-data; name=\"{name}\"{part}\r\n\r\n{value}\r\n")
                .unwrap();
        }
        body.push_str("--b--\r\n");
        let request =
            Request::post("/roster").header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
        user.send_with(request, body).await
    }

    #[tokio::test]
    async fn a_table_is_sent_looked_at_and_taken_without_javascript() {
        let sample = Sample::open().await;
        let lead = sample.user(Role::Lead).await;
        assert!(lead.get("/roster").await.text().contains("multipart/form-data"));
        let table = "customer,key,name\nClinic,0007,Ward\n";
        let shown = send(&lead, &[("file", table)]).await;
        assert_eq!(shown.status, 200, "{}", shown.text());
        let text = shown.text();
        assert!(text.contains("Ward") && text.contains("name=\"table\"") && text.contains("0007"), "{text}");
        assert!(!lead.get("/tenants").await.text().contains("Ward"));
        let taken = send(&lead, &[("table", table), ("apply", "yes")]).await;
        assert!(taken.text().contains("1 new"), "{}", taken.text());
        assert!(lead.get("/tenants").await.text().contains("Ward"));
    }

    #[tokio::test]
    async fn what_cannot_be_is_said_and_nothing_is_written() {
        let sample = Sample::open().await;
        let lead = sample.user(Role::Lead).await;
        let wrong = send(&lead, &[("file", "customer,key,service\nClinic,1,oracle\n")]).await;
        assert!(wrong.text().contains("oracle is no service") && !wrong.text().contains("value=\"yes\""));
        let none = send(&lead, &[("file", ""), ("table", "")]).await;
        assert_eq!(none.status, 422);
        let other = send(&lead, &[("table", "colour\nred")]).await;
        assert!(other.status == 422 && other.text().contains("column colour is not known"));
        assert_eq!(sample.user(Role::Hunter).await.get("/roster").await.status, 403);
    }
}
