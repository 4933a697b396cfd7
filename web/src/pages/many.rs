//! `/instances/new`: copies of several procedures for a scope, in two steps: what would be made, then the making.
//!
//! A POST to the same address takes `procedures` (ids, one a line), `labels` (`key=value`, one a line), `region`,
//! `customer`, `tenants` (ids or keys, one a line), `last`, `since` (`last-hunted`), `parameters` (`NAME=value`, one a line), `hold` (`default`,
//! `writes` or `none`), and `do`: `preview` or `make`. Opened with `?procedure=` or `?customer=`, the form is filled in.

use super::copy::Refusal;
use crate::Frame;
use crate::components::forms::{Labelled, summary};
use crate::components::notices::{Weight, notice};
use crate::components::{facts, tables};
use crate::links;
use crate::view::{FieldError, TenantRow};
use leptos::prelude::*;

/// What the form holds, as it was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ManyForm {
    /// Ids, one a line.
    pub procedures: String,
    /// `key=value`, one a line.
    pub labels: String,
    /// The region.
    pub region: String,
    /// The customer, by id or name.
    pub customer: String,
    /// Ids or keys, one a line.
    pub tenants: String,
    /// `7d`; empty for no window.
    pub last: String,
    /// Whether each copy looks at what came since its tenant was last hunted, and at the last … only where it never was.
    pub since_hunted: bool,
    /// `NAME=value`, one a line.
    pub parameters: String,
    /// `default`, `writes` or `none`.
    pub hold: String,
}

/// A tenant that was left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// What it is called.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// A copy, or one that would be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MadeOne {
    /// Its id; none for one that would be made.
    pub id: Option<String>,
    /// Its procedure's title.
    pub title: String,
    /// The tenant's name.
    pub tenant: String,
    /// The name of its file.
    pub file_name: String,
    /// The window that it looks at; empty where none is filled in.
    pub window: String,
}

/// What came of a preview or of the making.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether copies were made, or would be.
    pub made: bool,
    /// The tenants that the scope came to.
    pub resolved: Vec<TenantRow>,
    /// Those that it did not.
    pub left_out: Vec<LeftOut>,
    /// How many further ones there are of these.
    pub left_out_unlisted: usize,
    /// The copies.
    pub copies: Vec<MadeOne>,
    /// What to know, each once, with the number of copies that it is said of.
    pub warnings: Vec<(String, usize)>,
    /// What is refused: of which procedure, for which tenant, and why.
    pub refused: Vec<(String, String, Refusal)>,
}

/// The page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ManyView {
    /// The form.
    pub form: ManyForm,
    /// What came of it, once it was sent.
    pub outcome: Option<Outcome>,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
}

/// The page.
pub fn page(frame: &Frame, view: ManyView) -> String {
    let made = view.outcome.as_ref().is_some_and(|outcome| outcome.made);
    let count = view.outcome.as_ref().map_or(0, |outcome| outcome.copies.len());
    let title = if made { "Copies for a scope: made" } else { "Copies for a scope" };
    let outcome = view.outcome.map(outcome);
    let form = (!made).then(|| form(view.form, &view.errors, count));
    let again = made.then(|| view! { <p><a class="button" href="/instances/new">"Further copies"</a></p> });
    let content = view! {
        <p class="crumbs"><a href="/instances">"Copies"</a></p>
        <h1>{title}</h1>
        {outcome}
        {form}
        {again}
    };
    frame.render(title, move || content.into_any())
}

fn form(form: ManyForm, errors: &[FieldError], count: usize) -> AnyView {
    let field = |name: &str, label: &str, help: &str| Labelled::new(name, label, help, errors);
    let holds = [
        ("default", "Held when there is more than one tenant"),
        ("writes", "Held: copied as raw cells, which do nothing when run"),
        ("none", "Left as they are"),
    ];
    let holds = holds.map(|(value, label)| (value.to_owned(), label.to_owned())).into();
    let made = make_label(count);
    let (preview, make) = if count > 0 {
        ("", Some(view! { <button class="primary" name="do" value="make">{made}</button> }))
    } else {
        ("primary", None)
    };
    view! {
        <form class="copy" id="scope" method="post" action="/instances/new">
            {summary("f", errors, &["procedures", "labels", "region", "customer", "tenants", "last", "parameters"])}
            // What Enter presses: it never makes anything unseen.
            <button class="unseen" name="do" value="preview" tabindex="-1">"See what would be made"</button>
            <fieldset>
                <legend>"Which procedures"</legend>
                {field("procedures", "Procedures", "Their ids, one a line").required().lines(&form.procedures, "3", String::new())}
            </fieldset>
            <fieldset>
                <legend>"For whom"</legend>
                <p class="help">"Every active tenant for which everything holds that is filled in. An empty scope is refused."</p>
                <div class="fields">
                    {field("labels", "Labels", "A tenant's own or its customer's; key=value, one a line").lines(&form.labels, "2", "sector=healthcare".to_owned())}
                    {field("region", "Region", "").line("text", form.region, String::new())}
                    {field("customer", "Customer", "Name or id").line("text", form.customer, String::new())}
                    {field("tenants", "Tenants", "Ids or keys, one a line").lines(&form.tenants, "2", String::new())}
                </div>
            </fieldset>
            <fieldset>
                <legend>"With what"</legend>
                <div class="fields">
                    {field("last", "Window: the last …", "30m, 12h, 7d, 4w; empty keeps what the notebooks say").line("text", form.last, String::new())}
                    <label class="option">
                        <input type="checkbox" name="since" value="last-hunted" checked=form.since_hunted />
                        <span>"Since each was last hunted; the last … only where it never was"</span>
                    </label>
                    {field("hold", "Cells that write to the service", "").choice(holds, &form.hold)}
                    {field("parameters", "Parameters", "NAME=value, one a line; every procedure must know all of them").lines(&form.parameters, "2", String::new())}
                </div>
            </fieldset>
            <p class="submit">{make} <button class=preview name="do" value="preview">"See what would be made"</button></p>
        </form>
    }
    .into_any()
}

fn make_label(count: usize) -> String {
    if count == 1 { "Make this copy".to_owned() } else { format!("Make these {count} copies") }
}

fn outcome(outcome: Outcome) -> AnyView {
    let count = outcome.copies.len();
    let copies = if count == 1 { "1 copy".to_owned() } else { format!("{count} copies") };
    let tenants = match outcome.resolved.len() {
        1 => "1 tenant".to_owned(),
        many => format!("{many} tenants"),
    };
    let said = if outcome.made {
        format!("{copies} made, for {tenants}.")
    } else {
        format!("{copies} would be made, for {tenants}. Nothing is made yet.")
    };
    let warnings = (!outcome.warnings.is_empty()).then(|| {
        let items = outcome
            .warnings
            .into_iter()
            .map(|(said, times)| {
                let times =
                    (times > 1).then(|| view! { " " <span class="faint">"(" {times} " times)"</span> });
                view! { <li>{facts::message(&said)} {times}</li> }
            })
            .collect_view();
        notice(Weight::Caution, view! { <p>"What to know:"</p> <ul>{items}</ul> }.into_any())
    });
    let refused = (!outcome.refused.is_empty()).then(|| {
        let items = outcome
            .refused
            .into_iter()
            .map(|(procedure, tenant, refusal)| {
                view! {
                    <li>
                        <strong>{procedure} ", " {tenant}</strong> ": " {facts::message(&refusal.reason)} " "
                        {facts::message(&refusal.remedy)}
                    </li>
                }
            })
            .collect_view();
        notice(Weight::Alarm, view! { <p>"Refused:"</p> <ul>{items}</ul> }.into_any())
    });
    let left_out = (!outcome.left_out.is_empty()).then(|| {
        let unlisted = outcome.left_out_unlisted;
        let items = outcome
            .left_out
            .into_iter()
            .map(|one| view! { <li>{one.name} ": " {one.reason}</li> })
            .collect_view();
        let further = (unlisted > 0).then(|| view! { <li class="faint">{unlisted} " further ones"</li> });
        view! { <section aria-labelledby="left-out"><h2 id="left-out">"Left out"</h2><ul>{items} {further}</ul></section> }
    });
    let list = made(outcome.copies, outcome.made);
    let resolved = (!outcome.made).then(|| {
        view! {
            <section aria-labelledby="resolved">
                <h2 id="resolved">"Tenants"</h2>
                {tables::tenants(outcome.resolved, "The tenants that the scope comes to", true)}
            </section>
        }
    });
    // The same button as at the end of the form, where what it makes is told.
    let make = (!outcome.made && count > 0).then(|| {
        view! { <p class="submit"><button class="primary" form="scope" name="do" value="make">{make_label(count)}</button></p> }
    });
    view! { <p class="lead">{said}</p> {make} {refused} {warnings} {list} {resolved} {left_out} }.into_any()
}

/// What each copy would look at, where that is not the same for all.
fn windows(copies: Vec<MadeOne>) -> AnyView {
    let same = copies.windows(2).all(|pair| matches!(pair, [one, other] if one.window == other.window));
    if same {
        return ().into_any();
    }
    let items = copies
        .into_iter()
        .map(|copy| {
            view! { <li>{copy.tenant} ": " <strong>{copy.window}</strong> " " <span class="faint">{copy.title}</span></li> }
        })
        .collect_view();
    view! { <section aria-labelledby="windows"><h2 id="windows">"Windows"</h2><ul>{items}</ul></section> }
        .into_any()
}

fn made(copies: Vec<MadeOne>, made: bool) -> AnyView {
    if !made {
        return windows(copies);
    }
    let chosen = copies
        .iter()
        .filter_map(|copy| copy.id.clone())
        .map(|id| view! { <input type="hidden" name="instance" value=id /> })
        .collect_view();
    let items = copies
        .into_iter()
        .map(|copy| {
            let href = links::instance(copy.id.as_deref().unwrap_or_default());
            view! { <li><a href=href><code>{copy.file_name}</code></a> " " {copy.title} " " <span class="faint">{copy.tenant}</span></li> }
        })
        .collect_view();
    view! {
        <form method="post" action="/instances.zip">{chosen}<p class="submit"><button class="primary">"All as one zip"</button></p></form>
        <ul class="of-card">{items}</ul>
    }
    .into_any()
}
