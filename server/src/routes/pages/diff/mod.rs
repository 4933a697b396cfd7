//! `/procedures/{id}/diff/{from}..{to}`: two revisions compared.

mod shown;

pub(super) use shown::{Notebooks, cells, fields, plain};

use super::Visitor;
use super::shared::{Context, change, head};
use crate::app::App;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::diff::DiffParams;
use crate::routes::api::{defects, no_procedure};
use axum::extract::{Multipart, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use catalog::diff::{self as texts, NotebookDiff, Unified};
use catalog::library::{Address, Comparison, Sides, UploadComparison};
use serde::Deserialize;
use web::pages::diff::{Cell, DiffView, Hunk, Layout, Newer, Shape, page};
use web::pages::history::Revision;
use web::view::{ProcedureHead, Standing};

/// A page shows so many lines of a difference.
const LINES: usize = 5_000;

/// Which repository, and what is shown of the comparison.
#[derive(Debug, Default, Deserialize)]
pub struct Named {
    repo: Option<String>,
    view: Option<String>,
    prose: Option<String>,
    all: Option<String>,
}

impl Named {
    fn shape(&self) -> Shape {
        let is = |value: &Option<String>, word: &str| value.as_deref() == Some(word);
        Shape {
            layout: if is(&self.view, "inline") { Layout::Inline } else { Layout::Split },
            text: is(&self.view, "text"),
            read: is(&self.prose, "read"),
            whole: is(&self.all, "1"),
        }
    }
}

/// The form of the history page: on to the address of the comparison.
///
/// # Errors
/// 400 when a side is no commit.
pub async fn choose(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(params): Query<DiffParams>,
) -> Result<Response, Problem> {
    let repo = query::one(params.repo.as_ref());
    let from = query::commit("from", params.from.as_ref())?;
    let to = query::commit("to", params.to.as_ref())?;
    match (from, to) {
        (Some(from), Some(to)) => {
            Ok(Redirect::to(&web::links::diff(&id, &from, &to, repo.as_deref())).into_response())
        }
        (from, to) => compare(&app, &visitor, Address { id, repo }, from, to, Shape::default()).await,
    }
}

/// The comparison.
///
/// # Errors
/// 404 when there is no such procedure, or no such revision of it.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, range)): Path<(String, String)>,
    Query(named): Query<Named>,
) -> Result<Response, Problem> {
    let (from, to) = range
        .split_once("..")
        .ok_or_else(|| Problem::invalid("A comparison is addressed by two commits with .. between them."))?;
    let from = query::commit("the older side", Some(&from.to_owned()))?;
    let to = query::commit("the newer side", Some(&to.to_owned()))?;
    let shape = named.shape();
    compare(&app, &visitor, Address { id, repo: query::one(named.repo.as_ref()) }, from, to, shape).await
}

async fn compare(
    app: &App,
    visitor: &Visitor,
    address: Address,
    from: Option<String>,
    to: Option<String>,
    shape: Shape,
) -> Result<Response, Problem> {
    let (named, id) = (address.repo.is_some(), address.id.clone());
    let found = app
        .read(move |library| {
            let compared = library.compare(&address, from.as_deref(), to.as_deref())?;
            Ok(compared.map(|Comparison { entry, from, to, changes, notebooks, unified, sides }| {
                (entry, from, to, Found::of(changes, notebooks, unified, &sides, shape))
            }))
        })
        .await?;
    let (entry, from, to, found) = found.ok_or_else(|| no_procedure(&id))?;
    let (context, marked) = (Context::of(app), defects::marked(app, &entry).await?);
    let head = head(&entry, &entry.procedure.title, &[], named, None);
    let to = Newer::Revision(Box::new(context.judged(to, &marked)));
    visitor.render(app, page, found.view(head, context.judged(from, &marked), to, shape)).await
}

/// A revision and a file of the visitor's: a form with `file`, and `at` for the revision, by default the newest. Nothing of
/// the file is kept.
///
/// # Errors
/// 400 when there is no file in the form, 404 when there is no such procedure or revision, 422 when it is no notebook.
pub async fn upload(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(named): Query<Named>,
    mut form: Multipart,
) -> Result<Response, Problem> {
    let unreadable =
        |_| Problem::invalid("The form could not be read.").remedy("Choose a notebook of at most 4 MiB.");
    let (mut file, mut at, mut shape) = (None, None, Shape::default());
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" => {
                let name = field.file_name().unwrap_or_default().chars().take(200).collect::<String>();
                file = Some((name, field.bytes().await.map_err(unreadable)?));
            }
            "at" => at = Some(field.text().await.map_err(unreadable)?),
            "view" if field.text().await.map_err(unreadable)? == "inline" => shape.layout = Layout::Inline,
            _ => {}
        }
    }
    let (name, bytes) = file.filter(|(_, bytes)| !bytes.is_empty()).ok_or_else(|| {
        Problem::invalid("There is no file in the form.").remedy("Choose a notebook: MyST or ipynb.")
    })?;
    let at = query::commit("at", at.as_ref())?;
    let address = Address { id: id.clone(), repo: query::one(named.repo.as_ref()) };
    let repo_named = address.repo.is_some();
    let found = app
        .read(move |library| {
            let compared = library.compare_upload(&address, at.as_deref(), bytes.into())?;
            Ok(compared.map(
                |UploadComparison { entry, from, changes, notebooks, unified, sides, .. }| {
                    (entry, from, Found::of(changes, notebooks, unified, &sides, shape))
                },
            ))
        })
        .await?;
    let (entry, from, found) = found.ok_or_else(|| no_procedure(&id))?;
    let (context, marked) = (Context::of(&app), defects::marked(&app, &entry).await?);
    let head = head(&entry, &entry.procedure.title, &[], repo_named, None);
    let name = if name.is_empty() { "A file".to_owned() } else { name };
    visitor
        .render(&app, page, found.view(head, context.judged(from, &marked), Newer::File(name), shape))
        .await
}

/// What a comparison found, as far as it is shown.
struct Found {
    changes: Vec<texts::Change>,
    notebooks: NotebookDiff,
    cells: Vec<Cell>,
    unified: Unified,
}

impl Found {
    fn of(
        changes: Vec<texts::Change>,
        mut notebooks: NotebookDiff,
        unified: Unified,
        sides: &Sides,
        shape: Shape,
    ) -> Self {
        let both = Notebooks { old: sides.older(), new: sides.newer() };
        let cells = if shape.text { Vec::new() } else { cells(&mut notebooks, &both, shape.read) };
        Self { changes, notebooks, cells, unified }
    }

    fn view(self, head: ProcedureHead, from: Revision, to: Newer, shape: Shape) -> DiffView {
        let Self { changes, notebooks, cells, unified } = self;
        let same = unified.text.is_empty();
        // What was lost can be brought back only where nothing newer has done so.
        let lost =
            head.standing == Standing::Broken && changes.iter().any(|change| change.kind == "metadata-lost");
        let restore =
            lost.then(|| web::links::procedure_file(&head.id, "restore.patch", head.link_repo(), None));
        let left_out = notebooks.left_out;
        let (hunks, lines) = if shape.text { hunks(unified.hunks) } else { (Vec::new(), left_out.lines) };
        DiffView {
            head,
            from,
            to,
            changes: changes.into_iter().map(change).collect(),
            fields: fields(notebooks.metadata),
            cells,
            cells_left_out: if shape.text { 0 } else { left_out.cells },
            hunks,
            left_out: lines,
            shape,
            same,
            restore,
        }
    }
}

/// The hunks that a page shows, and how many lines are left out.
pub(super) fn hunks(hunks: Vec<texts::Hunk>) -> (Vec<Hunk>, usize) {
    let (mut shown, mut room, mut left_out) = (Vec::new(), LINES, 0);
    for mut hunk in hunks {
        left_out += hunk.lines.len().saturating_sub(room);
        hunk.lines.truncate(room);
        room -= hunk.lines.len();
        if !hunk.lines.is_empty() {
            shown.push(Hunk { header: hunk.header, lines: hunk.lines.into_iter().map(plain).collect() });
        }
    }
    (shown, left_out)
}

#[cfg(test)]
mod tests;
