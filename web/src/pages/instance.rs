//! `/instances/{id}`: one copy, what became of it, and where it comes from.
//!
//! A POST to the same address takes `outcome` (a disposition, `findings.KIND` where something was found), `note`, `link`,
//! `hunted_from` and `hunted_to` (`2026-11-01T00:00`, UTC), `assignee`, `seen` (the version that the page showed), and
//! `do`: `close`, `save`, `work`, `withdraw` or `open`.

mod back;
mod commands;

pub use back::{Back, Noted, Version};

use crate::Frame;
use crate::components::field_notes::{self, About};
use crate::components::forms::{Labelled, summary};
use crate::components::notices::{Weight, notice, sentences};
use crate::components::{facts, paragraphs, tables};
use crate::links;
use crate::pages::release::{self, HeldView};
use crate::view::{Change, CopyRow, Defect, Field, FieldError, FieldNote, When};
use leptos::prelude::*;

/// One copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyDetailView {
    /// What it is, of what, for whom, by whom.
    pub copy: CopyRow,
    /// The procedure's path at that commit.
    pub path: String,
    /// The blob that it was made from.
    pub blob: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The tenant's key at that time.
    pub tenant_key: String,
    /// The tenant's region at that time.
    pub region: String,
    /// The resolved window, `2026-11-01T00:00:00Z` to …; none when none was injected.
    pub window: Option<(String, String)>,
    /// The values filled in, as Python writes them.
    pub parameters: Vec<Field>,
    /// `writes` or `none`.
    pub hold: String,
    /// The ids of the cells held.
    pub held_cells: Vec<String>,
    /// Those cells, and what was released of them.
    pub held: HeldView,
    /// The ATT&CK release at that time.
    pub attack: String,
    /// The renderer's version.
    pub renderer: String,
    /// What was warned of when it was made.
    pub warnings: Vec<String>,
    /// What the hunter has to say.
    pub note: String,
    /// An investigation, a ticket; empty where there is none.
    pub link: String,
    /// The window that was hunted, where it is not the copy's own.
    pub hunted: Option<(String, String)>,
    /// The copy in whose place it was made.
    pub replaces: Option<String>,
    /// How many cells were carried over from that one; none where it is no upgrade of it.
    pub carried: Option<usize>,
    /// Those that were made in its place, newest first, and whether each is an upgrade of it.
    pub in_its_place: Vec<(CopyRow, bool)>,
    /// How far its procedure has moved since; none where it has not.
    pub drift: Option<Drift>,
    /// Field notes about its procedure, its tenant, or both.
    pub notes: Vec<FieldNote>,
    /// Whether who looks at it may write some.
    pub may_write: bool,
    /// What came back; none where nothing did.
    pub back: Option<Back>,
    /// What is wrong with the revision that it was made of.
    pub defects: Vec<Defect>,
    /// What was done to it, newest first.
    pub deeds: Vec<Deed>,
    /// Whether it is in Jupyter.
    pub jupyter: InJupyter,
    /// The form to say what came of it; none for somebody who may not.
    pub form: Option<LifeForm>,
    /// Whether who looks may take its evidence.
    pub may_take_evidence: bool,
}

/// Whether a copy is in Jupyter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum InJupyter {
    /// There is no Jupyter, or who looks may not send it there.
    #[default]
    Never,
    /// It can be sent there.
    NotYet,
    /// It was sent there.
    At {
        /// Its path there.
        path: String,
        /// Where it is opened.
        link: String,
    },
}

/// How far a procedure has moved since a copy was made of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// How many revisions are newer.
    pub revisions: usize,
    /// What they changed in meaning, the newest first.
    pub changes: Vec<Change>,
    /// The newest commit.
    pub newest: String,
}

/// Something that was done to a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: When,
    /// By whom.
    pub by: String,
    /// What.
    pub text: String,
}

/// What the form holds, as it was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LifeForm {
    /// The version of the copy that it was filled in for.
    pub seen: i64,
    /// The disposition chosen; empty where none is.
    pub outcome: String,
    /// The note.
    pub note: String,
    /// The link.
    pub link: String,
    /// The window that was hunted, `2026-11-01T00:00`.
    pub hunted_from: String,
    /// Its end.
    pub hunted_to: String,
    /// Whom it is assigned to.
    pub assignee: String,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
}

/// What can come of a copy: what the form sends, and what it says.
pub const OUTCOMES: [(&str, &str); 7] = [
    ("null-findings", "Null findings: looked for, and not there"),
    ("findings.malicious", "Findings: malicious"),
    ("findings.benign", "Findings: benign"),
    ("findings.hygiene", "Findings: hygiene"),
    ("findings.visibility-gap", "Findings: visibility gap"),
    ("not-huntable", "Not huntable: cannot be looked for there"),
    ("error", "Error: the hunt went wrong"),
];

/// The form by which a copy is closed, taken up, withdrawn or opened again. Its first button is the one that Enter presses.
fn life(id: &str, state: &'static str, form: LifeForm) -> AnyView {
    let LifeForm { seen, outcome, note, link, hunted_from, hunted_to, assignee, errors } = form;
    let field = |name: &str, label: &str, help: &str| Labelled::new(name, label, help, &errors).of("life");
    let wrong = errors.iter().find(|error| error.field == "outcome").map(|error| error.message.clone());
    let wrong = wrong.map(|error| view! { <p class="error" id="life-outcome-error">{error}</p> });
    let options = OUTCOMES
        .iter()
        .enumerate()
        .map(|(place, (value, label))| {
            let chosen = *value == outcome;
            // The first is what a link to the group as a whole leads to.
            let id = (place == 0).then_some("life-outcome");
            view! {
                <label class="option">
                    <input type="radio" name="outcome" value=*value id=id checked=chosen />
                    <span>{*label}</span>
                </label>
            }
        })
        .collect_view();
    let open = matches!(state, "made" | "working" | "returned");
    let button = |what: &'static str, label: &'static str, class: &'static str| {
        view! { <button name="do" value=what class=class>{label}</button> }
    };
    let buttons = if open {
        view! {
            {button("close", "Close the copy", "primary")}
            {(state != "working").then(|| button("work", "I am at work on it", ""))}
            {button("save", "Only save", "")}
            {button("withdraw", "Withdraw", "quiet")}
        }
        .into_any()
    } else if state == "closed" {
        view! { {button("close", "Save", "primary")} {button("open", "Open again", "")} }.into_any()
    } else {
        view! { {button("save", "Save", "primary")} {button("open", "Open again", "")} }.into_any()
    };
    let further = !hunted_from.is_empty()
        || errors.iter().any(|error| matches!(error.field.as_str(), "hunted_from" | "assignee"));
    view! {
        <form class="life" method="post" action=links::instance(id)>
            {summary("life", &errors, &["outcome", "note", "link", "hunted_from", "assignee"])}
            <input type="hidden" name="seen" value=seen.to_string() />
            <div class="closing">
                <fieldset>
                    <legend>"What came of it"</legend>
                    {wrong}
                    <div class="options">{options}</div>
                </fieldset>
                <div class="said">
                    {field("note", "Note", "").lines(&note, "3", String::new())}
                    {field("link", "Link", "An investigation, a ticket").line("url", link, "https://".to_owned())}
                    {field("assignee", "Assigned to", "The name of an account; empty for nobody").line("text", assignee, String::new())}
                    <details open=further>
                        <summary>"Another window was hunted than the copy's own"</summary>
                        <div class="fields">
                            {field("hunted_from", "From", "UTC").line("datetime-local", hunted_from, String::new())}
                            {field("hunted_to", "To", "UTC").line("datetime-local", hunted_to, String::new())}
                        </div>
                    </details>
                </div>
            </div>
            <p class="submit">{buttons}</p>
        </form>
    }
    .into_any()
}

/// What came of it, for somebody who reads.
fn said(copy: &CopyRow, note: &str, link: &str, hunted: Option<(String, String)>) -> AnyView {
    let closed = copy.closed.clone().map(|(at, by)| {
        view! { <p>"Closed " {facts::moment(at)} " by " {by} "."</p> }
    });
    let assigned =
        (!copy.assignee.is_empty()).then(|| view! { <p>"Assigned to " {copy.assignee.clone()} "."</p> });
    let hunted = hunted.map(|(from, to)| view! { <p>"Hunted from " {from} " to " {to} "."</p> });
    let link = links::outside(link).map(|href| {
        let shown = href.clone();
        view! { <p><a href=href rel="noreferrer">{shown}</a></p> }
    });
    let note = (!note.is_empty()).then(|| view! { <div class="note">{paragraphs::paragraphs(note)}</div> });
    view! { {closed} {assigned} {hunted} {note} {link} }.into_any()
}

/// What was done to it.
fn deeds(deeds: Vec<Deed>, made: When, made_by: String) -> AnyView {
    let first = Deed { at: made, by: made_by, text: "made it".to_owned() };
    let items = deeds
        .into_iter()
        .chain([first])
        .map(|deed| view! { <li>{facts::moment(deed.at)} ": " {deed.by} " " {deed.text}</li> })
        .collect_view();
    view! {
        <section aria-labelledby="deeds"><h2 id="deeds">"What happened"</h2><ul class="deeds">{items}</ul></section>
    }
    .into_any()
}

/// What one does with it first: open it where it runs, or download it.
fn first_steps(id: &str, jupyter: InJupyter, evidence: bool) -> AnyView {
    let is_first = jupyter == InJupyter::Never;
    let open = match jupyter {
        InJupyter::Never => ().into_any(),
        InJupyter::NotYet => view! {
            <form method="post" action=links::instance_jupyter(id)>
                <button class="primary">"Send it to Jupyter"</button>
            </form>
        }
        .into_any(),
        InJupyter::At { path, link } => view! {
            <a class="button primary" href=link rel="noreferrer">"Open in Jupyter"</a>
            <form method="post" action=format!("{}/return", links::instance_jupyter(id))>
                <button>"Bring it back"</button>
            </form>
            <span class="faint">"It is there as " <code>{path}</code></span>
        }
        .into_any(),
    };
    let class = if is_first { "button primary" } else { "button" };
    let evidence =
        evidence.then(|| view! { <a href=links::instance_evidence(id) download="">"Evidence, as a zip"</a> });
    view! {
        <div class="steps">
            {open}
            <a class=class href=links::instance_file(id) download="">"Download the notebook"</a>
            <a href=links::instance_myst(id) download="">"as MyST"</a>
            <a href=links::instance_verify(id)>"Verify it"</a>
            <a href=links::instance_report(id)>"Report for the customer"</a>
            {evidence}
        </div>
    }
    .into_any()
}

/// That finding nothing with it means nothing.
fn defective(defects: Vec<Defect>) -> AnyView {
    let each = |defect: Defect| {
        let href = links::defect(&defect.id);
        let mended = if defect.mended.is_some() {
            "Make it anew of the revision that mended it"
        } else {
            "The defect"
        };
        let content = view! {
            <p>
                <strong>"Made of a defective revision"</strong>
                " (" {defect.severity} "): " {defect.reason} " It cannot be closed as null findings. "
                <a href=href>{mended}</a>
            </p>
        };
        notice(Weight::Alarm, content.into_any())
    };
    defects.into_iter().map(each).collect_view().into_any()
}

/// In whose place it was made.
fn in_place_of(id: &str, carried: Option<usize>) -> AnyView {
    let href = links::instance(id);
    let content = match carried {
        None => {
            view! { <p>"It was made in the place of " <a href=href>"an earlier copy"</a> "."</p> }.into_any()
        }
        Some(count) => {
            let cells = match count {
                0 => "nothing was carried over".to_owned(),
                1 => "1 cell was carried over".to_owned(),
                count => format!("{count} cells were carried over"),
            };
            view! { <p>"Upgraded from " <a href=href>"an earlier copy"</a> ": " {cells} "."</p> }.into_any()
        }
    };
    notice(Weight::Note, content)
}

/// What was made in its place.
fn replaced(copies: Vec<(CopyRow, bool)>) -> AnyView {
    let each = |(copy, upgraded): (CopyRow, bool)| {
        let href = links::instance(&copy.id);
        let said = if upgraded { "Upgraded to " } else { "Made anew as " };
        let content = view! {
            <p>
                {said} <a href=href>"a newer copy"</a> ", of revision " {facts::commit(copy.commit)} ", "
                {facts::ago(copy.made)} " by " {copy.made_by} "."
            </p>
        };
        notice(Weight::Note, content.into_any())
    };
    copies.into_iter().map(each).collect_view().into_any()
}

/// How far the procedure has moved since, in changes.
fn drifted(copy: &CopyRow, drift: Drift, may_upgrade: bool) -> AnyView {
    let href = links::diff(&copy.procedure, &copy.commit.id, &drift.newest, copy.repo.as_deref());
    let count = if drift.revisions == 1 {
        "One revision is newer than this copy: ".to_owned()
    } else {
        format!("{} revisions are newer than this copy: ", drift.revisions)
    };
    let changes = if drift.changes.is_empty() {
        view! { <p class="faint">"Nothing changed in meaning that Huntshelf knows a word for."</p> }
            .into_any()
    } else {
        facts::changes(drift.changes)
    };
    let upgrade = may_upgrade.then(|| {
        let href = links::with_query(&links::instance_upgrade(&copy.id), [("to", drift.newest.as_str())]);
        view! { <p><a class="button" href=href>"Upgrade this copy"</a> " " <span class="faint">"You see first what becomes of what you wrote."</span></p> }
    });
    let content = view! { <p>{count} <a href=href>"what differs"</a></p> <details><summary>"What they changed"</summary>{changes}</details> {upgrade} };
    notice(Weight::Note, content.into_any())
}

/// The tenant, and whose it is.
fn tenant_of(copy: &CopyRow) -> AnyView {
    let (name, customer) = (copy.tenant_name.clone(), copy.customer.clone());
    match copy.tenant.as_deref() {
        Some(id) => {
            let href = links::tenant(id);
            view! { <a href=href>{name}</a> " " <span class="faint">{customer}</span> }.into_any()
        }
        None => "no tenant: it is the same for everybody".into_any(),
    }
}

/// One copy.
pub fn copy_page(frame: &Frame, view: CopyDetailView) -> String {
    let CopyDetailView { copy, .. } = view;
    let title = copy.file_name.clone();
    let state = tables::state(copy.state, copy.outcome);
    let said = said(&copy, &view.note, &view.link, view.hunted);
    let life = view.form.map(|form| {
        let settled = matches!(copy.state, "closed" | "withdrawn") && form.errors.is_empty();
        let form = life(&copy.id, copy.state, form);
        if settled {
            view! { <details class="sheet"><summary>"Change what came of it"</summary>{form}</details> }
                .into_any()
        } else {
            form
        }
    });
    let replaces = view.replaces.map(|id| in_place_of(&id, view.carried));
    let replaced = replaced(view.in_its_place);
    let steps = first_steps(&copy.id, view.jupyter, view.may_take_evidence);
    let held_cells = release::section(&copy.id, view.held);
    let commands = commands::commands(&copy.file_name);
    let about = About {
        procedure: Some((copy.procedure.clone(), copy.repo.clone().unwrap_or_default())),
        tenant: copy.tenant.clone(),
    };
    let notes = field_notes::notes(view.notes, about, view.may_write, &links::instance(&copy.id));
    let drift = view.drift.map(|drift| drifted(&copy, drift, view.may_write));
    let came_back = view.back.map(|came| back::section(&copy.id, came));
    let deeds = deeds(view.deeds, copy.made.clone(), copy.made_by.clone());
    let repo = copy.repo.as_deref();
    let procedure = links::procedure_at(&copy.procedure, &copy.commit.id, repo);
    let newest = links::procedure(&copy.procedure, "", repo);
    let row = |label: &'static str, value: AnyView| view! { <div><dt>{label}</dt><dd>{value}</dd></div> };
    let code = |text: String| view! { <code>{text}</code> }.into_any();
    let tenant = tenant_of(&copy);
    let of = view! { <a href=procedure.clone()>{copy.title.clone()}</a> };
    let whose = tenant_of(&copy);
    let window = match view.window {
        Some((from, to)) => {
            let (from_iso, to_iso) = (from.clone(), to.clone());
            view! { <time datetime=from_iso>{from}</time> " to " <time datetime=to_iso>{to}</time> }
                .into_any()
        }
        None => "none was filled in".into_any(),
    };
    let held = if view.held_cells.is_empty() {
        "no cells".to_owned()
    } else {
        view.held_cells.iter().map(|cell| format!("cell {cell}")).collect::<Vec<_>>().join(", ")
    };
    let parameters = view
        .parameters
        .into_iter()
        .map(
            |field| view! { <div><dt><code>{field.key}</code></dt><dd><code>{field.value}</code></dd></div> },
        )
        .collect_view();
    let parameters = (!parameters.is_empty())
        .then(|| view! { <section aria-labelledby="parameters"><h2 id="parameters">"Filled in"</h2><dl class="facts">{parameters}</dl></section> });
    let content = view! {
        <p class="crumbs"><a href="/instances">"Copies"</a></p>
        <h1 class="file"><code>{copy.file_name}</code> " " {state}</h1>
        <p class="lead">{of} " for " {whose}</p>
        {defective(view.defects)}
        {steps}
        {commands}
        {replaces}
        {replaced}
        {drift}
        {said}
        {life}
        {held_cells}
        {notes}
        {came_back}
        {sentences(Weight::Caution, view.warnings)}
        <section aria-labelledby="provenance">
            <h2 id="provenance">"Where it comes from"</h2>
            <dl class="facts">
                {row("Procedure", view! { <a href=procedure>{copy.title}</a> " " <a class="faint" href=newest>"as it is now"</a> }.into_any())}
                {row("Procedure's id", code(copy.procedure))}
                {row("Path", code(view.path))}
                {row("Commit", view! { {facts::commit(copy.commit)} }.into_any())}
                {row("Blob", code(view.blob))}
                {row("Tenant", tenant)}
                {row("Key and region", view! { <code>{view.tenant_key}</code> " " {view.region} }.into_any())}
                {row("Window", window)}
                {row("Hold", view! { {view.hold} ": " {held} }.into_any())}
                {row("Made", view! { {facts::moment(copy.made)} " by " {copy.made_by} }.into_any())}
                {row("ATT&CK release", view.attack.into_any())}
                {row("Renderer", view.renderer.into_any())}
                {row("SHA-256 of the file", code(view.sha256))}
            </dl>
        </section>
        {parameters}
        {deeds}
    };
    frame.render(&title, move || content.into_any())
}
