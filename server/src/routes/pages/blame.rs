//! `/procedures/{id}/blame`: who last changed each cell, and each line where that is asked for.

use super::Visitor;
use super::shared::{Context, head};
use crate::app::App;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::blame::runs;
use crate::routes::api::{Which, no_procedure};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use catalog::index::{Revision, RevisionStatus};
use catalog::library::{Attributed, Attribution, Blame, CutBecause, LibraryError, Reading};
use catalog::notebook::{CellKind as Kind, ipynb};
use catalog::render::Rendered;
use serde::Deserialize;
use std::collections::HashSet;
use web::links;
use web::pages::blame::{AGES, BlameView, By, Group, Lines, Of, Part, page};
use web::pages::procedure::CellKind;

/// A page shows so many lines.
const LINES: usize = 5_000;

/// Of which part the lines are asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    cell: Option<String>,
}

/// The part of which the lines are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    All,
    Metadata,
    Cell(usize),
}

impl Open {
    fn read(cell: Option<&String>) -> Result<Self, Problem> {
        Ok(match query::one(cell).as_deref() {
            None => Self::Nothing,
            Some("all") => Self::All,
            Some("metadata") => Self::Metadata,
            Some(number) => Self::Cell(number.parse().map_err(|_| {
                Problem::invalid("cell is the number of a cell, metadata or all.".to_owned())
            })?),
        })
    }
}

/// The page.
///
/// # Errors
/// 404 when there is no such procedure, or no such revision of it.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(which): Query<Which>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (address, at) = (which.address(&id), which.commit()?);
    let open = Open::read(asked.cell.as_ref())?;
    let (context, cache, named) = (Context::of(&app), app.clone(), address.repo.is_some());
    let view = app
        .read(move |library| {
            let Some(blame) = library.blame(&address, at.as_deref())? else { return Ok(None) };
            let shown = at.or_else(|| blame.past.then(|| blame.commit.clone()));
            let Some(reading) = library.read(&address, shown.as_deref())? else { return Ok(None) };
            let rendered = cache.rendered.of(library, &reading);
            Ok::<_, LibraryError>(Some(view(&context, &blame, &reading, &rendered, open, named)))
        })
        .await?
        .ok_or_else(|| no_procedure(&id))?;
    visitor.render(&app, page, view).await
}

fn view(
    context: &Context,
    blame: &Blame,
    reading: &Reading,
    rendered: &Rendered,
    open: Open,
    named: bool,
) -> BlameView {
    let Blame { entry, found, .. } = blame;
    let names = Names { context, blame, ages: ages(&found.revisions) };
    let mut room = LINES;
    let all = (open == Open::All).then(|| names.lines(found, (1, line_count(found)), &mut room));
    let mut groups: Vec<Group> = Vec::new();
    if all.is_none() {
        for (by, part) in names.parts(reading, rendered, open, &mut room) {
            let by = names.by(by);
            match groups.last_mut().filter(|group| group.by == by) {
                Some(group) => group.parts.push(part),
                None => groups.push(Group { by, parts: vec![part] }),
            }
        }
    }
    let asked = match open {
        Open::Nothing => 0,
        Open::All => line_count(found) as usize,
        Open::Metadata => found.metadata.map_or(0, count),
        Open::Cell(cell) => found.cells.get(cell).copied().flatten().map_or(0, count),
    };
    let people: HashSet<(&str, &str)> = found.revisions.iter().flat_map(Revision::people).collect();
    let at = blame.past.then(|| blame.commit.clone());
    BlameView {
        head: head(entry, &reading.procedure.title, &blame.others, named, at),
        commit: context.commit(&entry.repo, &blame.commit),
        past: blame.past,
        gone: blame.deleted.is_some(),
        groups,
        all,
        left_out: asked.saturating_sub(LINES),
        people: people.len(),
        revisions: found.revisions.len(),
        cut: found.cut.as_ref().map(|cut| {
            let short: String = cut.commit.chars().take(8).collect();
            match cut.because {
                CutBecause::TooMuch => format!(
                    "There is more history than is looked through: what stands at {short} may be older."
                ),
                CutBecause::Unreadable => format!(
                    "What came before {short} is on no record or cannot be read: what stands at it may be older."
                ),
            }
        }),
        is_ipynb: ipynb::is_path(&blame.path),
    }
}

fn count(by: Attribution) -> usize {
    (by.lines.1 - by.lines.0 + 1) as usize
}

fn line_count(found: &Attributed) -> u32 {
    u32::try_from(found.lines.len()).unwrap_or(u32::MAX)
}

/// How old each revision is among all of them, in shades.
fn ages(revisions: &[Revision]) -> Vec<u8> {
    let times = || revisions.iter().map(|revision| revision.authored_at.0);
    let (newest, oldest) = (times().max().unwrap_or(0), times().min().unwrap_or(0));
    let span = i128::from(newest) - i128::from(oldest);
    let shade = |at: i64| match span {
        0 => 0,
        span => (i128::from(newest) - i128::from(at)) * i128::from(AGES - 1) / span,
    };
    times().map(|at| u8::try_from(shade(at)).unwrap_or(0).min(AGES - 1)).collect()
}

/// What revisions are called on the page.
struct Names<'a> {
    context: &'a Context,
    blame: &'a Blame,
    ages: Vec<u8>,
}

impl Names<'_> {
    fn by(&self, revision: usize) -> By {
        let found = &self.blame.found.revisions[revision];
        By {
            commit: self.context.commit(&found.repo, &found.commit),
            people: found.people().map(|(name, _)| name.to_owned()).collect(),
            when: self.context.when(found.authored_at.0),
            subject: found.subject.clone(),
            age: self.ages[revision],
            path: (found.path != self.blame.path).then(|| found.path.clone()),
            first: found.status == RevisionStatus::Added,
        }
    }

    /// The notebook's parts, in order, each with the revision that last changed it.
    fn parts(
        &self,
        reading: &Reading,
        rendered: &Rendered,
        open: Open,
        room: &mut usize,
    ) -> Vec<(usize, Part)> {
        let found = &self.blame.found;
        let mut parts = Vec::new();
        if let Some((path, by)) = &found.described_by {
            let href = links::repository_file(&self.blame.entry.repo, &self.blame.commit, path);
            parts.push((*by, Part { beside: Some((path.clone(), href)), ..Part::default() }));
        }
        if let Some(by) = found.metadata {
            let part = Part {
                lines: Some(by.lines),
                text: self.text(by),
                by_line: (open == Open::Metadata).then(|| self.lines(found, by.lines, room)),
                ..Part::default()
            };
            parts.push((by.revision, part));
        }
        for cell in &rendered.cells {
            let Some(by) = found.cells.get(cell.index).copied().flatten() else { continue };
            let kind = match reading.notebook.cells[cell.index].kind {
                Kind::Markdown => CellKind::Markdown,
                Kind::Code => CellKind::Code,
                Kind::Raw => CellKind::Raw,
            };
            let part = Part {
                of: Of::Cell(cell.index, kind),
                lines: Some(by.lines),
                html: cell.html.clone(),
                by_line: (open == Open::Cell(cell.index)).then(|| self.lines(found, by.lines, room)),
                ..Part::default()
            };
            parts.push((by.revision, part));
        }
        parts
    }

    fn text(&self, by: Attribution) -> String {
        let (first, last) = (by.lines.0 as usize, by.lines.1 as usize);
        let lines = self.blame.found.text.split_inclusive('\n').take(last).skip(first.saturating_sub(1));
        lines.collect()
    }

    /// Lines from the first to the last, from 1, those of one revision together.
    fn lines(&self, found: &Attributed, (first, last): (u32, u32), room: &mut usize) -> Vec<Lines> {
        let skipped = (first as usize).saturating_sub(1).min(found.lines.len());
        let end = (last as usize).min(found.lines.len()).min(skipped + *room).max(skipped);
        *room -= end - skipped;
        let mut texts = found.text.split_inclusive('\n').skip(skipped);
        runs(&found.lines[skipped..end])
            .map(|(at, count, by)| Lines {
                by: self.by(by as usize),
                first: u32::try_from(skipped + at + 1).unwrap_or(u32::MAX),
                text: texts
                    .by_ref()
                    .take(count)
                    .map(|line| line.trim_end_matches(['\n', '\r']).to_owned())
                    .collect(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn the_page_names_who_changed_each_cell_and_shows_the_lines_of_the_one_asked_for() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let page = viewer.get("/procedures/lsass/blame").await.text();
        for text in
            ["Narrow the query", "Add the first hunts", "old/lsass.md", "id=\"cell-3\"", "id=\"metadata\""]
        {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert_eq!(page.matches("class=\"blame-group").count(), 2, "equal neighbours are one group");
        assert!(page.contains(&format!("/procedures/lsass/diff?to={}", sample.commits[2])));
        assert!(
            page.contains(&format!("/procedures/lsass/at/{}", sample.commits[0])),
            "the first changed nothing"
        );
        assert!(!page.contains("blame-lines"));
        let lines = viewer.get("/procedures/lsass/blame?cell=3").await.text();
        assert!(lines.contains("blame-lines") && lines.contains("FROM process WHERE target"), "{lines}");
        let all = viewer.get("/procedures/lsass/blame?cell=all").await.text();
        assert!(all.contains("format_name: myst") && all.contains("TENANT_ID: str"));
        let past = viewer.get(&format!("/procedures/lsass/blame?at={}", sample.commits[0])).await.text();
        assert!(past.contains("An old revision") && !past.contains("Narrow the query"));
        let read = viewer.get("/procedures/lsass").await.text();
        assert!(read.contains("/procedures/lsass/blame?cell=3#cell-3"), "each cell leads there");
        assert_eq!(viewer.get("/procedures/lsass/blame?cell=x").await.status, 400);
        assert_eq!(viewer.get("/procedures/lsass/blame?cell=99").await.status, 200);
    }
}
