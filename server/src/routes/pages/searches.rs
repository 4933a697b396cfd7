//! `/searches`: the searches that somebody keeps.

use super::Visitor;
use super::catalog::value_label;
use super::customers::is_of_form;
use crate::app::App;
use crate::db::searches::SavedSearch;
use crate::http::problem::Problem;
use crate::routes::api::searches::{NewSearch, SearchPatch, add, amend, remove, search_of};
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use catalog::index::{Search, Sort};
use serde::Deserialize;
use web::links;
use web::pages::catalog::Chosen;
use web::pages::searches::{SaveForm, Saved, SavedLink, SearchesView, page};
use web::view::FieldError;

/// How many of the searches are run to be counted.
const COUNTED: usize = 20;

/// What the forms hold.
#[derive(Debug, Default, Deserialize)]
pub struct Filled {
    #[serde(default)]
    name: String,
    #[serde(default)]
    query: String,
}

impl Filled {
    /// The form again, with what is wrong.
    fn again(self, problem: &Problem) -> SaveForm {
        let remedy = problem.remedy.as_deref().unwrap_or_default();
        let message = format!("{} {remedy}", problem.detail).trim_end().to_owned();
        let errors = vec![FieldError { field: "name".to_owned(), message }];
        SaveForm { name: self.name, query: self.query, errors }
    }
}

/// The saved searches of a visitor.
///
/// # Errors
/// When the database fails.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    list(&app, &visitor, None, None).await
}

/// The names of somebody's saved searches.
///
/// # Errors
/// When the database fails.
pub async fn named(app: &App, visitor: &Visitor) -> Result<Vec<SavedLink>, Problem> {
    let saved = app.database.searches(&visitor.who).list().await?;
    Ok(saved.into_iter().map(|one| SavedLink { name: one.name, query: one.query }).collect())
}

async fn list(
    app: &App,
    visitor: &Visitor,
    form: Option<SaveForm>,
    wrong: Option<(String, SaveForm)>,
) -> Result<Response, Problem> {
    let saved = app.database.searches(&visitor.who).list().await?;
    // What a newer configuration no longer knows asks for nothing, and is still there to be deleted.
    let saved: Vec<(SavedSearch, Search)> = (saved.into_iter())
        .map(|one| {
            let search = search_of(app, &one.query).unwrap_or_default();
            (one, search)
        })
        .collect();
    let searches = app
        .read(move |library| {
            let release = library.release();
            let mut shown = Vec::with_capacity(saved.len());
            for (place, (one, search)) in saved.into_iter().enumerate() {
                let count = match place {
                    0..COUNTED => Some(library.rank(&Search { limit: 1, ..search.clone() })?.total as u64),
                    _ => None,
                };
                let chosen = search.filters.chosen().flat_map(|(facet, values)| {
                    values.iter().map(move |value| Chosen {
                        facet: facet.to_owned(),
                        value: value.clone(),
                        label: value_label(facet, value, release),
                    })
                });
                let order = match search.sort {
                    Sort::Relevance => None,
                    Sort::Changed => Some("last changed first"),
                    Sort::Title => Some("by title"),
                };
                let order = order.map(|label| Chosen {
                    facet: "sort".to_owned(),
                    value: String::new(),
                    label: label.to_owned(),
                });
                shown.push(Saved {
                    chosen: chosen.chain(order).collect(),
                    q: search.text.clone(),
                    id: one.id,
                    name: one.name,
                    query: one.query,
                    count,
                });
            }
            Ok(shown)
        })
        .await?;
    visitor.render(app, page, SearchesView { searches, form, wrong }).await
}

/// Saves a search, and goes back to it.
///
/// # Errors
/// When the database fails.
pub async fn create(
    State(app): State<App>,
    visitor: Visitor,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let new = NewSearch { name: filled.name.clone(), query: filled.query.clone() };
    match add(&app, &visitor.who, new).await {
        Ok(saved) => Ok(Redirect::to(&links::catalog(&saved.query)).into_response()),
        Err(problem) if is_of_form(&problem) => {
            let page = list(&app, &visitor, Some(filled.again(&problem)), None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Renames a saved search.
///
/// # Errors
/// 404 when the visitor has no such one.
pub async fn rename(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let patch = SearchPatch { name: Some(filled.name.clone()), query: None };
    match amend(&app, &visitor.who, &id, patch).await {
        Ok(_) => Ok(Redirect::to("/searches").into_response()),
        Err(problem) if is_of_form(&problem) => {
            let page = list(&app, &visitor, None, Some((id, filled.again(&problem)))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// Deletes a saved search.
///
/// # Errors
/// 404 when the visitor has no such one.
pub async fn delete(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    remove(&app, &visitor.who, &id).await?;
    Ok(Redirect::to("/searches").into_response())
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn a_search_is_saved_from_its_results_and_found_again_beside_them() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let page = viewer.get("/?q=lsass&tactic=TA0006").await.text();
        assert!(page.contains("Save this search"));
        assert!(page.contains("name=\"query\" value=\"q=lsass&amp;tactic=TA0006\""), "{page}");
        let saved = viewer.form("/searches", &[("name", "Dumps"), ("query", "q=lsass&tactic=TA0006")]).await;
        assert_eq!((saved.status.as_u16(), saved.header("location")), (303, "/?q=lsass&tactic=TA0006"));
        let page = viewer.get("/?tactic=TA0006&q=lsass").await.text();
        assert!(page.contains("Saved as ") && !page.contains("Save this search"));
        assert!(
            page.contains("href=\"/?q=lsass&amp;tactic=TA0006\" aria-current=\"page\">Dumps</a>"),
            "{page}"
        );
        assert!(viewer.get("/").await.text().contains(">Dumps</a>"));
        let other = sample.user(Role::Admin).await;
        assert!(!other.get("/").await.text().contains("Dumps"));
        viewer.form("/searches", &[("name", "New"), ("query", "tag=windows&sort=changed")]).await;
        let list = viewer.get("/searches").await.text();
        assert!(list.contains("last changed first"), "{list}");
        assert!(list.contains("Credential Access") && list.contains(" now</p>"), "{list}");
    }

    #[tokio::test]
    async fn a_saved_search_is_renamed_and_deleted_by_forms() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        for name in ["Dumps", "Shells"] {
            viewer.form("/searches", &[("name", name), ("query", "q=lsass")]).await;
        }
        let twice = viewer.form("/searches", &[("name", "Dumps"), ("query", "q=x")]).await;
        assert_eq!(twice.status, 422);
        assert!(twice.text().contains("The name Dumps is taken.") && twice.text().contains("value=\"q=x\""));
        let listed = viewer.get("/api/v1/searches").await.json();
        let path = format!("/searches/{}", listed["searches"][0]["id"].as_str().unwrap());
        let taken = viewer.form(&path, &[("name", "Shells")]).await;
        assert_eq!(taken.status, 422);
        assert!(taken.text().contains("<details open"), "{}", taken.text());
        assert_eq!(viewer.form(&path, &[("name", "Lsass")]).await.status, 303);
        assert!(viewer.get("/searches").await.text().contains("Lsass"));
        let other = sample.user(Role::Admin).await;
        assert_eq!(other.form(&format!("{path}/delete"), &[]).await.status, 404);
        assert_eq!(viewer.form(&format!("{path}/delete"), &[]).await.status, 303);
        assert!(!viewer.get("/searches").await.text().contains("Lsass"));
    }
}
