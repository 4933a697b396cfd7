//! `/procedures/{id}/blame`: who last changed each cell, and each line where that is asked for.
//!
//! `?at=` shows it as of a commit; `?cell=` of a number, `metadata` or `all` shows the lines of that part.

use crate::Frame;
use crate::components::notices::{Weight, notice};
use crate::components::{facts, head};
use crate::links;
use crate::pages::procedure::CellKind;
use crate::view::{Commit, ProcedureHead, When};
use leptos::prelude::*;

/// How many shades of age there are; 0 is the newest.
pub const AGES: u8 = 5;

/// Who last changed something: a revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct By {
    /// Its commit.
    pub commit: Commit,
    /// Its author, and co-authors.
    pub people: Vec<String>,
    /// When it was written.
    pub when: When,
    /// First line of its message.
    pub subject: String,
    /// How old it is among the revisions here: 0 for the newest, below [`AGES`].
    pub age: u8,
    /// The path that the file had then, where it is another now.
    pub path: Option<String>,
    /// Whether it only added the file, so that there is nothing to compare it with.
    pub first: bool,
}

/// Which part of a notebook.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Of {
    /// Its front matter.
    #[default]
    Metadata,
    /// A cell, from 0.
    Cell(usize, CellKind),
}

/// A part of the notebook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub of: Of,
    /// Its first and last line in the file, from 1; none where it has no lines of its own.
    pub lines: Option<(u32, u32)>,
    /// Rendered and sanitized by the server: prose as HTML, code and raw text as highlighted spans.
    pub html: String,
    /// Its text, where that is not rendered.
    pub text: String,
    /// The file beside the notebook that holds the metadata, and its page.
    pub beside: Option<(String, String)>,
    /// Its lines, where these are asked for.
    pub by_line: Option<Vec<Lines>>,
}

/// Lines that follow each other and came with one revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    /// The revision.
    pub by: By,
    /// The number of the first of them in the file, from 1.
    pub first: u32,
    /// The lines.
    pub text: Vec<String>,
}

/// Parts that follow each other and were last changed by one revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// The revision.
    pub by: By,
    /// The parts.
    pub parts: Vec<Part>,
}

/// The blame page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlameView {
    /// Whose text.
    pub head: ProcedureHead,
    /// The commit that it is of.
    pub commit: Commit,
    /// Whether that is an old one.
    pub past: bool,
    /// Whether the procedure is gone.
    pub gone: bool,
    /// The text, in order.
    pub groups: Vec<Group>,
    /// Every line of the file instead, where that is asked for.
    pub all: Option<Vec<Lines>>,
    /// Lines that are left out because there are too many for a page.
    pub left_out: usize,
    /// How many people and revisions are in it.
    pub people: usize,
    /// How many revisions.
    pub revisions: usize,
    /// Where blame stopped short, and why, in a sentence.
    pub cut: Option<String>,
    /// Whether the lines are those of an ipynb file's cells in `MyST`.
    pub is_ipynb: bool,
}

/// The page.
pub fn page(frame: &Frame, view: BlameView) -> String {
    let BlameView { head, groups, all, .. } = view;
    let title = format!("Who changed {}", head.title);
    let (repo, at) = (head.link_repo(), head.at.as_deref());
    let past = view.past.then(|| {
        let newest = links::blame(&head.id, repo, None, None);
        let back = (!view.gone).then(|| view! { <a href=newest>"Back to current"</a> });
        let content = view! {
            <p><strong>"An old revision"</strong> ": as commit " {facts::commit(view.commit)} " left it. " {back}</p>
        };
        notice(Weight::Caution, content.into_any())
    });
    let cut = view.cut.map(|said| notice(Weight::Note, view! { <p>{said}</p> }.into_any()));
    let left_out = (view.left_out > 0).then(|| {
        let content = view! { <p>{view.left_out} " lines are left out: there are too many for a page. The API gives them all."</p> };
        notice(Weight::Caution, content.into_any())
    });
    let counted = |count: usize, one: &str, several: &str| match count {
        1 => format!("one {one}"),
        count => format!("{count} {several}"),
    };
    let revisions = counted(view.revisions, "revision", "revisions");
    let said =
        format!("What stands here came with {revisions} of {}", counted(view.people, "person", "people"));
    let json = view.is_ipynb.then_some(". Lines are those of the cells as MyST, not of the file");
    let (other, label) = if all.is_some() {
        (links::blame(&head.id, repo, at, None), "By cell")
    } else {
        (links::blame(&head.id, repo, at, Some("all")), "Every line")
    };
    let ages = (view.revisions > 1).then(|| {
        let steps =
            (0..AGES).map(|age| view! { <span class=format!("age age-{age}")></span> }).collect_view();
        view! { <span class="ages faint">"newest " {steps} " oldest"</span> }
    });
    let text = if let Some(lines) = all {
        by_line(&head, lines, "Every line of the file")
    } else {
        let groups = groups.into_iter().map(|one| group(&head, one)).collect_view();
        view! { <article class="blamed" aria-label="Notebook"><ol>{groups}</ol></article> }.into_any()
    };
    let content = view! {
        {head::head(&head, head::Tab::Blame)}
        {past}
        {cut}
        <h2 class="unseen">"Who changed it last"</h2>
        <p class="blame-said"><span class="faint">{said} {json} "."</span> " " {ages} " " <a href=other>{label}</a></p>
        {left_out}
        {text}
    };
    frame.render(&title, move || content.into_any())
}

fn group(head: &ProcedureHead, group: Group) -> AnyView {
    let class = format!("blame-group age-{}", group.by.age);
    let parts = group.parts.into_iter().map(|one| part(head, one)).collect_view();
    view! { <li class=class>{who(head, group.by)} <div class="what">{parts}</div></li> }.into_any()
}

/// Who, when and why, with the way to what they changed.
fn who(head: &ProcedureHead, by: By) -> AnyView {
    let href = changed(head, &by);
    let subject = if by.subject.is_empty() { "(no message)".to_owned() } else { by.subject };
    let path = by.path.map(|path| view! { <p class="as">"as " <code>{path}</code></p> });
    view! {
        <div class="who">
            <p class="subject"><a href=href>{subject}</a></p>
            <p class="who-when">{by.people.join(", ")} ", " {facts::ago(by.when)} " " {facts::commit(by.commit)}</p>
            {path}
        </div>
    }
    .into_any()
}

/// What a revision changed; of the first one, which changed nothing, the procedure as it left it.
fn changed(head: &ProcedureHead, by: &By) -> String {
    if by.first {
        links::procedure_at(&head.id, &by.commit.id, head.link_repo())
    } else {
        links::change(&head.id, &by.commit.id, head.link_repo())
    }
}

fn part(head: &ProcedureHead, part: Part) -> AnyView {
    let (name, anchor, kind) = match part.of {
        Of::Metadata => ("metadata".to_owned(), "metadata".to_owned(), "Metadata"),
        Of::Cell(index, kind) => {
            let kind = match kind {
                CellKind::Markdown => "Prose",
                CellKind::Code => "Code",
                CellKind::Raw => "Raw",
            };
            (index.to_string(), format!("cell-{index}"), kind)
        }
    };
    let (repo, at) = (head.link_repo(), head.at.as_deref());
    let number = match part.of {
        Of::Metadata => None,
        Of::Cell(index, _) => {
            let read = match at {
                Some(commit) => links::procedure_at(&head.id, commit, repo),
                None => links::procedure(&head.id, "", repo),
            };
            let said = format!("Cell {index} in the procedure");
            Some(view! { <a class="number" href=format!("{read}#cell-{index}") aria-label=said>{index}</a> })
        }
    };
    let called = match part.of {
        Of::Metadata => "the metadata".to_owned(),
        Of::Cell(index, _) => format!("cell {index}"),
    };
    let switch = part.lines.map(|_| {
        let (cell, label) =
            if part.by_line.is_some() { (None, "whole") } else { (Some(name.as_str()), "by line") };
        let href = format!("{}#{anchor}", links::blame(&head.id, repo, at, cell));
        view! { <a class="line" href=href>{label} <span class="unseen">" of " {called.clone()}</span></a> }
    });
    let body = match (part.by_line, part.of) {
        (Some(lines), _) => by_line(head, lines, &format!("The lines of {called}")),
        (None, Of::Cell(_, CellKind::Markdown)) => view! { <div class="body" inner_html=part.html></div> }.into_any(),
        (None, Of::Cell(..)) => {
            let label = format!("{kind} of {called}");
            view! { <pre tabindex="0" role="region" aria-label=label><code inner_html=part.html></code></pre> }.into_any()
        }
        (None, Of::Metadata) => match part.beside {
            Some((path, href)) => view! { <p>"They stand in " <a href=href><code>{path}</code></a></p> }.into_any(),
            None => {
                view! { <pre tabindex="0" role="region" aria-label="Front matter"><code>{part.text}</code></pre> }
                    .into_any()
            }
        },
    };
    let class = match part.of {
        Of::Cell(_, CellKind::Markdown) => "cell prose",
        Of::Cell(_, CellKind::Raw) => "cell raw",
        Of::Cell(_, CellKind::Code) | Of::Metadata => "cell code",
    };
    view! {
        <section class=class id=anchor aria-label=called>
            <div class="cell-head">{number} <span>{kind}</span> {switch}</div>
            {body}
        </section>
    }
    .into_any()
}

/// Lines with who last changed them; neighbours of one revision together.
fn by_line(head: &ProcedureHead, groups: Vec<Lines>, label: &str) -> AnyView {
    let bodies = groups
        .into_iter()
        .map(|lines| {
            let rows = lines.text.len().max(1).to_string();
            let href = changed(head, &lines.by);
            let by = &lines.by;
            let said = format!("{}: {}", by.commit.short(), if by.subject.is_empty() { "(no message)" } else { &by.subject });
            let who = view! {
                <th scope="rowgroup" rowspan=rows>
                    <a href=href title=said>{by.people.first().cloned().unwrap_or_default()}</a>
                    " " {facts::ago(by.when.clone())}
                </th>
            };
            let mut who = Some(who);
            let lines_of = lines
                .text
                .into_iter()
                .zip(lines.first..)
                .map(|(text, number)| {
                    view! { <tr>{who.take()} <td class="number">{number}</td> <td class="text">{text}</td></tr> }
                })
                .collect_view();
            view! { <tbody class=format!("age-{}", lines.by.age)>{lines_of}</tbody> }
        })
        .collect_view();
    let label = label.to_owned();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=label>
            <table class="diff blame-lines">
                <caption class="unseen">"Lines and who last changed them"</caption>
                <thead class="unseen">
                    <tr><th scope="col">"Last changed by"</th><th scope="col">"Line"</th><th scope="col">"Text"</th></tr>
                </thead>
                {bodies}
            </table>
        </div>
    }
    .into_any()
}
