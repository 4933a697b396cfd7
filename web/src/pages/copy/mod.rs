//! `/procedures/{id}/copy[?repo=&at=]`: the copy dialogue, and what came of it.
//!
//! The form is sent as `application/x-www-form-urlencoded` by POST to the page's own address:
//!
//! | field | what |
//! |---|---|
//! | `tenant`, repeated | ids of the chosen tenants |
//! | `independent` | `yes`: a copy without a tenant |
//! | `window` | `none`, `last`, `hunted` (since last hunted) or `between` |
//! | `last` | `7d`, for `last`, and for `hunted` where nothing was hunted yet |
//! | `from`, `to` | `2026-11-01T00:00` in `zone`, for `between` |
//! | `zone` | `UTC` or a zone that [`CopyView::zones`] names |
//! | `p.NAME`, one a parameter | what was typed; empty keeps the default |
//! | `hold` | `default`, `writes` or `none` |
//!
//! The button *Filter* sends the same form by GET, with `find`: the server shows the tenants that match `find` and those
//! that are chosen, and everything else as it was filled in. On a mistake the POST answers with the page again, `errors`
//! set and what was filled in kept.

mod parameters;
mod result;
mod tenants;

pub use result::{CopyResultView, MadeCopy, RefusedTenant, result_page};

use crate::Frame;
use crate::components::notices::{Weight, notice, sentences};
use crate::components::{facts, field_notes, forms, head};
use crate::links;
use crate::view::{Commit, FieldError, FieldNote, ProcedureHead};
use leptos::prelude::*;

/// Why something is refused, and what to do about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The refusal's code.
    pub code: String,
    /// Why.
    pub reason: String,
    /// What to do.
    pub remedy: String,
}

/// Tenants of one customer to choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantGroup {
    /// The customer's name.
    pub customer: String,
    /// `sector=healthcare`, as read.
    pub labels: Vec<String>,
    /// Its tenants.
    pub tenants: Vec<TenantChoice>,
}

/// A tenant to choose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantChoice {
    /// Its id, which the form sends.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its key, as the service knows it.
    pub key: String,
    /// Its region.
    pub region: String,
    /// Its service.
    pub service: String,
    /// Whether it is chosen.
    pub chosen: bool,
    /// Why it cannot be chosen.
    pub closed: Option<String>,
    /// Who else hunts there with this procedure, or has just hunted; and what is known of it.
    pub said: Vec<String>,
}

/// Which stretch of time is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WindowChoice {
    /// The notebook's own.
    None,
    /// The last so many days or hours.
    #[default]
    Last,
    /// Since the procedure was last hunted for the tenant; the last so many days or hours where it never was.
    Hunted,
    /// From one moment to another.
    Between,
}

/// How a parameter is filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Widget {
    /// One line of text.
    #[default]
    Text,
    /// A number.
    Number,
    /// `True` or `False`.
    Switch,
    /// One of these.
    Choice(Vec<String>),
    /// A day.
    Date,
    /// A moment, in the zone of the form.
    DateTime,
    /// Several lines.
    Lines,
    /// A list of indicators, and how many of which kind it holds; empty when nothing was typed.
    Indicators(String),
    /// Filled from the tenant or the window; says from what ("the tenant's key").
    Filled(String),
}

/// A parameter to fill in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParameterField {
    /// Its name, a Python identifier.
    pub name: String,
    /// Its type as far as it is known.
    pub kind: String,
    /// Its default, as Python writes it.
    pub default: String,
    /// Whether its default is more than a text, a number or a switch: to keep, or to replace.
    pub expression: bool,
    /// Whether it must be filled in.
    pub required: bool,
    /// What it is for.
    pub help: String,
    /// How it is filled in.
    pub widget: Widget,
    /// What was typed; empty keeps the default.
    pub value: String,
}

/// What becomes of cells that write to the service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HoldChoice {
    /// Held when the copy is for more than one tenant.
    #[default]
    Default,
    /// Copied as raw cells.
    Writes,
    /// Left as they are.
    None,
}

/// The copy dialogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyView {
    /// Of what.
    pub head: ProcedureHead,
    /// The revision that is copied.
    pub commit: Commit,
    /// Set when no copy can be made of this procedure at all: the form is left out.
    pub refused: Option<Refusal>,
    /// What to know before: broken newest revision, older revision, a window that no query follows, …
    pub warnings: Vec<String>,
    /// Whether the procedure knows no tenant parameter: its copies are tenant-independent.
    pub tenant_independent: bool,
    /// What the tenants were filtered by.
    pub find: String,
    /// How many tenants there are in all, shown or not.
    pub tenants_in_all: usize,
    /// The tenants to choose from.
    pub groups: Vec<TenantGroup>,
    /// Whether a copy without a tenant was chosen.
    pub independent: bool,
    /// Which window was chosen.
    pub window: WindowChoice,
    /// `7d`
    pub last: String,
    /// `2026-11-01T00:00`
    pub from: String,
    /// `2026-11-02T00:00`
    pub to: String,
    /// The zone chosen.
    pub zone: String,
    /// Zones to choose from, `UTC` first.
    pub zones: Vec<String>,
    /// The parameters, in the order of the notebook.
    pub parameters: Vec<ParameterField>,
    /// The hold chosen.
    pub hold: HoldChoice,
    /// Cells that write to the service, to be listed: their place (from 0) and what they do.
    pub writes: Vec<(usize, String)>,
    /// Field notes about the procedure.
    pub notes: Vec<FieldNote>,
    /// What is wrong with what was filled in.
    pub errors: Vec<FieldError>,
}

/// The dialogue.
pub fn page(frame: &Frame, view: CopyView) -> String {
    let title = format!("Copy of {}", view.head.title);
    let top = head::head(&view.head, head::Tab::Copy);
    let refused = view.refused.clone().map(refusal);
    let form = view.refused.is_none().then(|| form(&view));
    let content = view! {
        {top}
        <h2 class="unseen">"Take a copy"</h2>
        {refused}
        {sentences(Weight::Caution, view.warnings)}
        {field_notes::notices(view.notes)}
        {form}
    };
    frame.render(&title, move || content.into_any())
}

/// Why, and what to do about it.
fn refusal(refusal: Refusal) -> AnyView {
    let content = view! {
        <p><strong>"No copy can be made"</strong>": " {facts::message(&refusal.reason)}</p>
        <p>"What to do: " {facts::message(&refusal.remedy)} " " <code class="faint">{refusal.code}</code></p>
    };
    notice(Weight::Alarm, content.into_any())
}

/// The address that the form is sent to: the page's own, but for what was filled in.
fn action(head: &ProcedureHead) -> String {
    let pairs = head.link_repo().map(|repo| ("repo", repo)).into_iter();
    let pairs = pairs.chain(head.at.as_deref().map(|at| ("at", at)));
    links::with_query(&links::procedure(&head.id, "copy", None), pairs)
}

fn form(view: &CopyView) -> AnyView {
    // Sent by GET, a form's own fields take the place of the query in its action: what must stay goes as fields.
    let kept = [("repo", view.head.link_repo()), ("at", view.head.at.as_deref())]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?.to_owned())))
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    let shown: Vec<String> = view.errors.iter().map(|error| error.field.clone()).collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).filter(|field| !field.is_empty()).collect();
    view! {
        <form class="copy" method="post" action=action(&view.head)>
            {kept}
            {forms::summary("f", &view.errors, &shown)}
            <p class="faint">"The copy is made of revision " {facts::commit(view.commit.clone())}</p>
            {tenants::choose(view)}
            {window(view)}
            {parameters::fields(&view.parameters, &view.errors)}
            {hold(view)}
            <p class="submit"><button class="primary">"Make the copies"</button></p>
        </form>
    }
    .into_any()
}

/// A radio button with its label.
fn radio(name: &'static str, value: &'static str, label: &'static str, chosen: bool) -> AnyView {
    view! {
        <label class="option"><input type="radio" name=name value=value checked=chosen /> <span>{label}</span></label>
    }
    .into_any()
}

fn window(view: &CopyView) -> AnyView {
    let field = |name: &str, label: &str, help: &str| forms::Labelled::new(name, label, help, &view.errors);
    let zones = view.zones.iter().map(|zone| (zone.clone(), zone.clone())).collect();
    view! {
        <fieldset>
            <legend>"Window"</legend>
            <p class="help">"The stretch of time that the copy looks at. It is resolved to UTC when the copy is made."</p>
            <div class="options">
                {radio("window", "last", "The last …", view.window == WindowChoice::Last)}
                <div class="of-option">
                    {field("last", "How long", "30m, 12h, 7d, 4w").line("text", view.last.clone(), "7d".to_owned())}
                </div>
                {radio("window", "hunted", "Since last hunted; the last … only where it never was", view.window == WindowChoice::Hunted)}
                {radio("window", "between", "From … to …", view.window == WindowChoice::Between)}
                <div class="of-option">
                    {field("from", "From", "").line("datetime-local", view.from.clone(), String::new())}
                    {field("to", "To", "").line("datetime-local", view.to.clone(), String::new())}
                    {field("zone", "Time zone", "").choice(zones, &view.zone)}
                </div>
                {radio("window", "none", "None: keep what the notebook says", view.window == WindowChoice::None)}
            </div>
        </fieldset>
    }
    .into_any()
}

fn hold(view: &CopyView) -> AnyView {
    let writes = view
        .writes
        .iter()
        .map(|(cell, what)| {
            let href = format!("{}#cell-{cell}", links::procedure(&view.head.id, "", view.head.link_repo()));
            view! { <li><a href=href>"cell " {*cell}</a> ": " {what.clone()}</li> }
        })
        .collect_view();
    let writes = if view.writes.is_empty() {
        view! { <p class="help">"No cell that writes to the service is known in this procedure."</p> }
            .into_any()
    } else {
        view! { <p class="help">"These cells write to the service when they are run:"</p> <ul>{writes}</ul> }
            .into_any()
    };
    view! {
        <fieldset>
            <legend>"Cells that write to the service"</legend>
            {writes}
            <div class="options">
                {radio("hold", "default", "Hold them when the copies are for more than one tenant", view.hold == HoldChoice::Default)}
                {radio("hold", "writes", "Hold them: copied as raw cells, which do nothing when run", view.hold == HoldChoice::Writes)}
                {radio("hold", "none", "Leave them as they are", view.hold == HoldChoice::None)}
            </div>
        </fieldset>
    }
    .into_any()
}
