//! `/matrix`: the matrix of ATT&CK with what the catalog hunts in it, and what it does not. `?as=list` shows the same as
//! a list.

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
    /// Whether the chosen actor uses it.
    pub wanted: bool,
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

/// A release to choose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// `enterprise-attack 19.2`
    pub value: String,
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

/// The matrix page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatrixView {
    /// The releases that there are.
    pub releases: Vec<Choice>,
    /// What was typed to narrow the procedures.
    pub q: String,
    /// What was typed as an actor.
    pub actor: String,
    /// The actors that it names; several may share a name.
    pub asked: Vec<Asked>,
    /// How many techniques are asked about by their ids.
    pub about: usize,
    /// How many of these are hunted.
    pub about_hunted: usize,
    /// Further choices, as names and values, that every link keeps.
    pub kept: Vec<(String, String)>,
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
    fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let release =
            self.releases.iter().find(|release| release.chosen).map(|release| release.value.as_str());
        let own = [("release", release), ("q", Some(self.q.as_str())), ("actor", Some(self.actor.as_str()))];
        let own = own
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .filter(|(_, value)| !value.is_empty());
        let kept = self.kept.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        links::with_query(path, own.chain(kept).chain(more.iter().copied()))
    }
}

/// The page.
pub fn page(frame: &Frame, view: MatrixView) -> String {
    let form = form(&view);
    let told = told(&view);
    let downloads = [("layer.json", "Navigator layer"), ("matrix.csv", "CSV")].map(|(file, label)| {
        let href = view.address(&format!("/api/v1/layers/{file}"), &[]);
        view! { <li><a href=href>{label}</a></li> }
    });
    let (other, label) = if view.as_list {
        (view.address("/matrix", &[]), "As a matrix")
    } else {
        (view.address("/matrix", &[("as", "list")]), "As a list")
    };
    let asked = !view.asked.is_empty() || view.about > 0;
    let shown = if view.columns.is_empty() {
        empty("No matrix", view! { <p>"This release has no tactics."</p> }.into_any())
    } else if view.as_list {
        list(view.columns, asked)
    } else {
        table(view.columns, asked)
    };
    let content = view! {
        <h1>"Matrix"</h1>
        {form}
        {told}
        <ul class="matrix-links"><li><a href=other>{label}</a></li>{downloads}</ul>
        {shown}
    };
    frame.render("Matrix", move || content.into_any())
}

fn form(view: &MatrixView) -> AnyView {
    let options = view
        .releases
        .iter()
        .map(|release| {
            let (value, label) = (release.value.clone(), release.value.clone());
            view! { <option value=value selected=release.chosen>{label}</option> }
        })
        .collect_view();
    let kept = view
        .kept
        .iter()
        .cloned()
        .map(|(key, value)| view! { <input type="hidden" name=key value=value /> })
        .collect_view();
    let list = view.as_list.then(|| view! { <input type="hidden" name="as" value="list" /> });
    view! {
        <form class="matrix-form" method="get" action="/matrix" role="search">
            <label>"Release" <select name="release">{options}</select></label>
            <label>"Procedures with" <input type="search" name="q" value=view.q.clone() placeholder="data:process tag:windows" /></label>
            <label>"Techniques of" <input type="search" name="actor" value=view.actor.clone() placeholder="APT29, Mimikatz, C0024" /></label>
            {kept} {list}
            <button>"Show"</button>
        </form>
    }
    .into_any()
}

fn told(view: &MatrixView) -> AnyView {
    let hints = view.hints.iter().cloned().map(|hint| view! { <p class="hint">{hint}</p> }).collect_view();
    let nobody = (view.asked.is_empty() && !view.actor.is_empty()).then(|| {
        view! { <p class="hint">"ATT&CK knows no group, software or campaign “" {view.actor.clone()} "”."</p> }
    });
    let asked = view
        .asked
        .iter()
        .cloned()
        .map(|actor| {
            view! {
                <p>
                    <a href=links::actor(&actor.id)>{actor.name}</a> " uses " {actor.of} " techniques: " {actor.hunted}
                    " are hunted, " <strong>{actor.of - actor.hunted} " are not"</strong> "."
                </p>
            }
        })
        .collect_view();
    let about = (view.about > 0).then(|| {
        view! {
            <p>
                "Of the " {view.about} " techniques that are marked " {view.about_hunted} " are hunted, "
                <strong>{view.about - view.about_hunted} " are not"</strong> "."
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
            view! {
                <th scope="col">
                    <a href=href>{column.name.clone()}</a>
                    <span class="faint">{hunted} " of " {column.cells.len()}</span>
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
        <a href=links::technique(&cell.id) title=cell.id.clone()>{cell.name.clone()}</a>
        " "
        <span class="count" title=said.clone() aria-hidden="true">{cell.count}</span>
        <span class="unseen">{said}</span>
    }
    .into_any()
}

fn list(columns: Vec<Column>, asked: bool) -> AnyView {
    columns
        .into_iter()
        .map(|column| {
            let cells = column.cells.into_iter().flat_map(|mut cell| {
                let subs = std::mem::take(&mut cell.subs);
                std::iter::once((cell, false)).chain(subs.into_iter().map(|sub| (sub, true)))
            });
            let lines = cells.map(|(cell, is_sub)| {
                let used = (asked && cell.wanted).then_some("asked for");
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
