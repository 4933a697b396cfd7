//! `/matrix`: the matrix of ATT&CK with what the catalog hunts in it, and what it does not. `?as=list` shows the same as
//! a list.

mod filters;

use super::technique;
use crate::Frame;
use crate::components::notices::empty;
use crate::components::tables::{Tally, tally};
use crate::links;
use leptos::prelude::*;

/// A technique in its tactic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// `T1003`
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many procedures hunt it.
    pub count: u64,
    /// Whether it or a sub-technique of it is asked about.
    pub wanted: bool,
    /// Whether it is asked about itself.
    pub asked: bool,
    /// Its sub-techniques.
    pub subs: Vec<Cell>,
}

/// A tactic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// `TA0006`
    pub id: String,
    /// `Credential Access`
    pub name: String,
    /// Its techniques.
    pub cells: Vec<Cell>,
}

/// Something to choose from a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// `enterprise-attack 19.2`: part of the address.
    pub value: String,
    /// What to show.
    pub label: String,
    /// Whether it is the one that is shown.
    pub chosen: bool,
}

/// An actor that was asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// `G0016`
    pub id: String,
    /// `APT29`
    pub name: String,
    /// How many of its techniques are hunted.
    pub hunted: usize,
    /// How many it uses.
    pub of: usize,
}

/// Something that the matrix is narrowed by: part of its address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowed {
    /// The parameter.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// Its value.
    pub value: String,
}

/// What can be chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// The releases that there are.
    pub releases: Vec<Choice>,
    /// ATT&CK's platforms in the release, and those that procedures name.
    pub platforms: Vec<Choice>,
    /// Collections by their full name.
    pub collections: Vec<Choice>,
    /// Data sources that procedures name, the most frequent first.
    pub data_sources: Vec<String>,
    /// Tags, the most frequent first.
    pub tags: Vec<String>,
    /// Actors that are worth to be offered.
    pub actors: Vec<String>,
}

/// The matrix page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatrixView {
    /// What can be chosen.
    pub choices: Choices,
    /// What it is narrowed by, in the order to be shown.
    pub narrowed: Vec<Narrowed>,
    /// What was typed as an actor and names none.
    pub nobody: Option<String>,
    /// The actors that are asked about; several may share a name.
    pub asked: Vec<Asked>,
    /// How many techniques are asked about by their ids.
    pub about: usize,
    /// How many of these are hunted.
    pub about_hunted: usize,
    /// How many procedures count.
    pub procedures: usize,
    /// How many techniques and sub-techniques they hunt, and how many there are.
    pub hunted: usize,
    /// All of them.
    pub of: usize,
    /// Whether it is shown as a list.
    pub as_list: bool,
    /// The tactics, in order.
    pub columns: Vec<Column>,
    /// What the query was not read as.
    pub hints: Vec<String>,
}

impl MatrixView {
    /// The same in another shape or narrowed otherwise: by what `keep` keeps, and `more`.
    fn address(&self, path: &str, keep: impl Fn(&Narrowed) -> bool, more: &[(&str, &str)]) -> String {
        let release = self.choices.releases.iter().find(|release| release.chosen);
        let release = release.map(|release| ("release", release.value.as_str()));
        let narrowed = self.narrowed.iter().filter(|one| keep(one));
        let narrowed = narrowed.map(|one| (one.key.as_str(), one.value.as_str()));
        links::with_query(path, release.into_iter().chain(narrowed).chain(more.iter().copied()))
    }

    /// The pairs that say how it is shown.
    fn shape(&self) -> &'static [(&'static str, &'static str)] {
        if self.as_list { &[("as", "list")] } else { &[] }
    }

    /// The first value of a parameter.
    fn value(&self, key: &str) -> String {
        let found = self.narrowed.iter().find(|one| one.key == key);
        found.map(|one| one.value.clone()).unwrap_or_default()
    }
}

/// The page.
pub fn page(frame: &Frame, view: MatrixView) -> String {
    let form = filters::form(&view);
    let narrowed = filters::chips(&view);
    let told = told(&view);
    let files = [("layer.json", "Navigator layer"), ("matrix.csv", "CSV"), ("matrix.svg", "Picture (SVG)")];
    let downloads = files.map(|(file, label)| {
        let href = view.address(&format!("/api/v1/layers/{file}"), |_| true, &[]);
        view! { <li><a href=href download=file>{label}</a></li> }
    });
    let (other, label) = if view.as_list {
        (view.address("/matrix", |_| true, &[]), "As a matrix")
    } else {
        (view.address("/matrix", |_| true, &[("as", "list")]), "As a list")
    };
    let asked = !view.asked.is_empty() || view.about > 0;
    let shown = if view.columns.is_empty() {
        empty("No matrix", view! { <p>"This release has no tactics."</p> }.into_any())
    } else if view.columns.iter().all(|column| column.cells.is_empty()) {
        empty("Nothing is left", view! { <p>"No technique fits all of these filters."</p> }.into_any())
    } else if view.as_list {
        list(view.columns, asked)
    } else {
        view! { {key(asked)} {table(view.columns, asked)} }.into_any()
    };
    let content = view! {
        <h1>"Matrix"</h1>
        {form}
        {narrowed}
        {told}
        <ul class="matrix-links"><li><a href=other>{label}</a></li>{downloads}</ul>
        {shown}
    };
    frame.render("Matrix", move || content.into_any())
}

fn told(view: &MatrixView) -> AnyView {
    let hints = view.hints.iter().cloned().map(|hint| view! { <p class="hint">{hint}</p> }).collect_view();
    let nobody = view.nobody.clone().map(|text| {
        view! { <p class="hint">"ATT&CK knows no group, software or campaign “" {text} "”."</p> }
    });
    let gaps = || {
        let href = view.address("/matrix", |one| one.key != "show", &[("show", "gaps")]);
        (view.value("show") != "gaps").then(|| view! { " " <a href=href>"Show only these"</a> "." })
    };
    let asked = view
        .asked
        .iter()
        .cloned()
        .map(|actor| {
            view! {
                <p>
                    <a href=links::actor(&actor.id)>{actor.name}</a> " uses " {actor.of} " techniques: " {actor.hunted}
                    " are hunted, " <strong>{actor.of - actor.hunted} " are not"</strong> "." {gaps()}
                </p>
            }
        })
        .collect_view();
    let about = (view.about > 0).then(|| {
        view! {
            <p>
                "Of the " {view.about} " techniques that are marked " {view.about_hunted} " are hunted, "
                <strong>{view.about - view.about_hunted} " are not"</strong> "." {gaps()}
            </p>
        }
    });
    view! {
        <div class="matrix-told" role="status">
            <p>
                {view.procedures} " procedures hunt " {view.hunted} " of " {view.of} " techniques and sub-techniques."
            </p>
            {asked} {about} {nobody} {hints}
        </div>
    }
    .into_any()
}

/// What the shades mean.
fn key(asked: bool) -> AnyView {
    let shades =
        [("gap", "none"), ("few", "1"), ("some", "2 to 3"), ("many", "4 to 7"), ("most", "8 and more")];
    let marks = [("asked", "asked about"), ("gap asked", "asked about, not hunted")];
    let items = shades.into_iter().chain(marks.into_iter().filter(|_| asked));
    let items = items.map(|(class, label)| {
        view! { <li><span class=format!("swatch {class}") aria-hidden="true"></span>{label}</li> }
    });
    view! { <ul class="matrix-key" aria-label="Shades: number of procedures">{items.collect_view()}</ul> }
        .into_any()
}

/// How deep a number is shaded.
fn shade(count: u64) -> &'static str {
    match count {
        0 => "gap",
        1 => "few",
        2..=3 => "some",
        4..=7 => "many",
        _ => "most",
    }
}

fn class(cell: &Cell, asked: bool) -> String {
    let about = match (asked, cell.wanted) {
        (true, true) => " asked",
        (true, false) => " aside",
        _ => "",
    };
    format!("{}{about}", shade(cell.count))
}

fn table(columns: Vec<Column>, asked: bool) -> AnyView {
    let heads = columns
        .iter()
        .map(|column| {
            let hunted = column.cells.iter().filter(|cell| cell.count > 0).count();
            let href = links::with_query("/", [("tactic", column.id.as_str())]);
            let share = match column.cells.len() {
                0 => "none shown".to_owned(),
                of => format!("{hunted} of {of}"),
            };
            view! {
                <th scope="col">
                    <a href=href>{column.name.clone()}</a>
                    <span class="faint">{share}</span>
                </th>
            }
        })
        .collect_view();
    let height = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let mut columns: Vec<_> = columns.into_iter().map(|column| column.cells.into_iter()).collect();
    let rows = (0..height)
        .map(|_| {
            let cells = columns
                .iter_mut()
                .map(|column| match column.next() {
                    Some(cell) => technique(cell, asked),
                    None => view! { <td class="none"></td> }.into_any(),
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <div class="matrix-frame" tabindex="0" role="region" aria-label="Matrix of techniques, scrolls sideways">
            <table class="matrix">
                <caption class="unseen">"Techniques by tactic, with the number of procedures that hunt each"</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn technique(cell: Cell, asked: bool) -> AnyView {
    let class = class(&cell, asked);
    let subs = (!cell.subs.is_empty()).then(|| {
        let hunted = cell.subs.iter().filter(|sub| sub.count > 0).count();
        let subs = cell
            .subs
            .into_iter()
            .map(|sub| {
                let class = self::class(&sub, asked);
                view! { <li class=class>{named(&sub)}</li> }
            })
            .collect::<Vec<_>>();
        view! {
            <details><summary>{hunted} " of " {subs.len()} " sub-techniques"</summary><ul>{subs}</ul></details>
        }
    });
    let own = Cell { subs: Vec::new(), ..cell };
    view! { <td class=class>{named(&own)} {subs}</td> }.into_any()
}

/// A technique's name, leading to its page, and its number.
fn named(cell: &Cell) -> AnyView {
    let said = match cell.count {
        0 => "no procedure".to_owned(),
        1 => "1 procedure".to_owned(),
        count => format!("{count} procedures"),
    };
    view! {
        <div class="named">
            <a href=links::technique(&cell.id) title=cell.id.clone()>{cell.name.clone()}</a>
            " "
            <span class="count" title=said.clone() aria-hidden="true">{cell.count}</span>
            <span class="unseen">{said}</span>
        </div>
    }
    .into_any()
}

fn list(columns: Vec<Column>, asked: bool) -> AnyView {
    columns
        .into_iter()
        .filter(|column| !column.cells.is_empty())
        .map(|column| {
            let cells = column.cells.into_iter().flat_map(|mut cell| {
                let subs = std::mem::take(&mut cell.subs);
                std::iter::once((cell, false)).chain(subs.into_iter().map(|sub| (sub, true)))
            });
            let lines = cells.map(|(cell, is_sub)| {
                let used = (asked && cell.asked).then_some("asked about");
                Tally {
                    class: format!("{}{}", class(&cell, asked), if is_sub { " sub" } else { "" }),
                    what: technique::technique(&cell.id, &cell.name),
                    count: view! { {cell.count} " " <span class="faint">{used}</span> }.into_any(),
                }
            });
            let table = tally(["Technique", "Procedures"], lines.collect());
            view! { <section class="matrix-list"><h2>{column.name}</h2> {table}</section> }
        })
        .collect_view()
        .into_any()
}
