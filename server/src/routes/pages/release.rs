//! A copy's cells that write to the service, on its page, and the form that releases them.

use super::Visitor;
use super::instance;
use super::shared::Context;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::copies::releasing;
use crate::db::instances::Instance;
use crate::http::problem::Problem;
use crate::routes::api::instances::load;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use serde::Deserialize;
use web::pages::release::{HeldCell, HeldView, Release, ReleaseForm};
use web::view::FieldError;

/// What the form holds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filled {
    cells: Vec<String>,
    reason: String,
}

/// Releases held cells.
///
/// # Errors
/// 403 without the role, 404 when there is no such copy.
pub async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let done = releasing::release(&app, &visitor.who, &id, &filled.cells, &filled.reason).await;
    let problem = match done {
        Ok(_) => {
            let there = format!("{}#held", web::links::instance(&id));
            return Ok(Redirect::to(&there).into_response());
        }
        Err(problem) if matches!(problem.status, 409 | 422) => problem,
        Err(problem) => return Err(problem),
    };
    let field = match problem.kind.as_str() {
        "/problems/no-reason" => "reason",
        "/problems/no-cells" => "cells",
        _ => "",
    };
    let message = format!("{} {}", problem.detail, problem.remedy.clone().unwrap_or_default());
    let errors = vec![FieldError { field: field.to_owned(), message: message.trim().to_owned() }];
    let form = ReleaseForm { chosen: filled.cells, reason: filled.reason, errors };
    let copy = load(&app, &visitor.who, &id).await?;
    let page = instance::page_again(&app, &visitor, copy, form).await?;
    Ok((problem.status_code(), page).into_response())
}

/// The cells of a copy that were held, with the form for somebody who may release some. Where the copy's bytes are lost, there
/// is nothing to be released of it; its page is shown all the same.
///
/// # Errors
/// When the database fails.
pub async fn held(
    app: &App,
    who: &Principal,
    context: &Context,
    copy: &Instance,
    form: Option<ReleaseForm>,
) -> Result<HeldView, Problem> {
    let cells = releasing::held(app, copy).await.unwrap_or_default();
    if cells.is_empty() {
        return Ok(HeldView::default());
    }
    let releases = app.database.instances(&who.tenants()).releases(&copy.id).await?;
    let place = |id: &String| cells.iter().find(|cell| cell.id == *id).map(|cell| cell.cell);
    let releases = releases.into_iter().map(|release| Release {
        cells: release.cells.iter().filter_map(place).collect(),
        at: context.moment(release.created_at),
        by: release.created_by.name,
        reason: release.reason,
    });
    let releases = releases.collect();
    let may = who.role >= Role::Hunter && (copy.life.state.is_open() || form.is_some());
    Ok(HeldView {
        releases,
        form: may.then(|| form.unwrap_or_default()),
        cells: cells
            .into_iter()
            .map(|one| HeldCell { id: one.id, cell: one.cell, source: one.source, released: one.released })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::{Sample, procedure};
    use serde_json::json;

    #[tokio::test]
    async fn held_cells_are_released_by_the_form_of_the_copys_page() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let text = procedure("writes", "Writes", "T1003.001", "FROM process");
        let writes = "\n```{code-cell}\nservice.mutation.create_case(\"<b>\")\n```\n";
        sample.commit("Add one that writes", &[("writes.md", Some(format!("{text}{writes}")))]);
        sample.test.app.jobs.sync("hunts").await.unwrap();
        let order = json!({"tenants": [sample.tenant().await], "hold": "writes"});
        let made = hunter.post("/api/v1/procedures/writes/instances", &order).await.json();
        let copy = &made["instances"][0];
        let (id, cell) =
            (copy["id"].as_str().unwrap(), copy["provenance"]["held_cells"][0].as_str().unwrap());
        let (path, place) = (format!("/instances/{id}"), format!("/instances/{id}/release"));
        let page = hunter.get(&path).await.text();
        for said in
            ["Cells that write", "create_case(\"&lt;b&gt;\")", "It is held", &format!("action=\"{place}\"")]
        {
            assert!(page.contains(said), "{said}: {page}");
        }
        let viewer = sample.user(Role::Viewer).await;
        let seen = viewer.get(&path).await.text();
        assert!(seen.contains("create_case") && !seen.contains(&place), "a viewer reads them");
        assert_eq!(viewer.form(&place, &[("cells", cell), ("reason", "x")]).await.status, 403);
        let without = hunter.form(&place, &[("cells", cell), ("reason", " ")]).await;
        assert_eq!(without.status, 422);
        assert!(
            without.text().contains("needs a reason") && without.text().contains("checked"),
            "{}",
            without.text()
        );
        let none = hunter.form(&place, &[("reason", "Agreed.")]).await;
        assert_eq!(none.status, 422);
        assert!(none.text().contains("No cell is chosen") && none.text().contains("Agreed."));
        let done = hunter.form(&place, &[("cells", cell), ("reason", "Agreed with the customer.")]).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, format!("{path}#held").as_str()));
        let page = hunter.get(&path).await.text();
        for said in ["It is released", "Agreed with the customer.", "released a held cell"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(!page.contains(&place), "nothing is held any more");
        let verified = hunter.get(&format!("{path}/verify")).await.text();
        assert!(
            verified.contains("The copy is what it says.") && verified.contains("Cells that write"),
            "{verified}"
        );
    }
}
