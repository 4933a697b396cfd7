//! `/roster`: customers and tenants as a table. A form with `file` or `table` is sent by POST and answered with what the
//! table would change; sent again with `apply` set to `yes`, it is taken.

use crate::Frame;
use crate::components::forms::Labelled;
use crate::components::notices::{Weight, notice};
use crate::view::FieldError;
use leptos::prelude::*;

/// Where a table is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RosterView {
    /// What is wrong with what was sent.
    pub error: Option<String>,
    /// What was sent.
    pub text: String,
}

/// What a table changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreviewView {
    /// Whether it was written already.
    pub applied: bool,
    /// Lines by which something comes on record.
    pub created: usize,
    /// Lines that change something.
    pub changed: usize,
    /// Lines that change nothing.
    pub same: usize,
    /// Lines that cannot be.
    pub refused: usize,
    /// The lines that do something, those that cannot be first.
    pub lines: Vec<PlannedLine>,
    /// How many further ones there are.
    pub unshown: usize,
    /// The table.
    pub text: String,
}

/// What one line does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlannedLine {
    /// Its number.
    pub number: usize,
    /// `create`, `change` or `refused`.
    pub effect: &'static str,
    /// The customer.
    pub customer: String,
    /// The tenant; empty for a line of a customer alone.
    pub tenant: String,
    /// What changes.
    pub changes: Vec<Changed>,
    /// Why it cannot be.
    pub reason: String,
}

/// A field that changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// Which.
    pub field: &'static str,
    /// What it is; empty for something new.
    pub before: String,
    /// What it becomes.
    pub after: String,
}

/// Where a table is sent.
pub fn page(frame: &Frame, view: RosterView) -> String {
    let errors: Vec<FieldError> =
        view.error.into_iter().map(|message| FieldError { field: "table".to_owned(), message }).collect();
    let field = |name: &str, label: &str, help: &str| Labelled::new(name, label, help, &errors);
    let table = field(
        "table",
        "Or paste it",
        "The first line names the columns; customer and key are enough. Cells with several values: a=1; b=2",
    )
    .lines(
        &view.text,
        "8",
        "customer,region,key,name,labels\nNorthwind Clinics,delta,000145483,Production,env=production"
            .to_owned(),
    );
    let content = view! {
        <p class="crumbs"><a href="/customers">"Customers"</a></p>
        <h1>"Customers and tenants as a table"</h1>
        <p class="lead">
            "A line for each tenant. What the table does not name stays as it is; nothing is written before you have seen what changes."
        </p>
        <p><a class="button" href="/api/v1/roster.csv" download="">"Download what is on record"</a></p>
        <form class="sheet" method="post" action="/roster" enctype="multipart/form-data">
            {field("file", "Table", "CSV in UTF-8, at most 8 MiB").line("file", String::new(), String::new())}
            {table}
            <p class="submit"><button class="primary">"See what it changes"</button></p>
        </form>
    };
    frame.render("Customers and tenants as a table", move || content.into_any())
}

/// What a table changes.
pub fn preview_page(frame: &Frame, view: PreviewView) -> String {
    let title = if view.applied { "The table is taken" } else { "What the table changes" };
    let nothing = view.created + view.changed == 0;
    let counts = [
        (view.created, "new"),
        (view.changed, "changed"),
        (view.same, "as they are"),
        (view.refused, "cannot be"),
    ];
    let counts = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect::<Vec<_>>()
        .join(", ");
    let refused = (view.refused > 0).then(|| {
        let content = view! { <p><strong>"Nothing can be written"</strong>" while there are lines that cannot be. Mend the table, and send it again."</p> };
        notice(Weight::Alarm, content.into_any())
    });
    let apply = (!view.applied && view.refused == 0 && !nothing).then(|| {
        let table = format!("\n{}", escaped(&view.text));
        view! {
            <form method="post" action="/roster" enctype="multipart/form-data">
                <label class="unseen" for="table">"The table"</label>
                <textarea class="unseen" id="table" name="table" tabindex="-1" readonly=true inner_html=table></textarea>
                <input type="hidden" name="apply" value="yes" />
                <p class="submit">
                    <button class="primary">"Write these changes"</button>
                    <a class="button" href="/roster">"Another table"</a>
                </p>
            </form>
        }
    });
    let back = apply.is_none().then(|| view! { <p><a class="button" href="/roster">"Another table"</a> " " <a class="button" href="/tenants">"The tenants"</a></p> });
    let unshown = (view.unshown > 0)
        .then(|| view! { <p class="faint">{view.unshown} " further lines are not shown."</p> });
    let lines = (!view.lines.is_empty()).then(|| lines(view.lines));
    let content = view! {
        <p class="crumbs"><a href="/customers">"Customers"</a> <span class="crumb"><a href="/roster">"As a table"</a></span></p>
        <h1>{title}</h1>
        <p class="lead">{counts} "."</p>
        {refused}
        {apply}
        {lines}
        {unshown}
        {back}
    };
    frame.render(title, move || content.into_any())
}

fn lines(lines: Vec<PlannedLine>) -> AnyView {
    let rows = lines
        .into_iter()
        .map(|line| {
            let class = match line.effect {
                "create" => "badge gain",
                "refused" => "badge broken",
                _ => "badge renamed",
            };
            let changes = line
                .changes
                .into_iter()
                .map(|change| {
                    let before =
                        (!change.before.is_empty()).then(|| view! { <del>{change.before}</del> " → " });
                    let after = if change.after.is_empty() { "nothing".to_owned() } else { change.after };
                    view! { <li><span class="faint">{change.field}</span> " " {before} {after}</li> }
                })
                .collect_view();
            let reason = (!line.reason.is_empty()).then(|| view! { <p class="error">{line.reason}</p> });
            let whose = if line.tenant.is_empty() { "no tenant".to_owned() } else { line.tenant };
            view! {
                <tr>
                    <th scope="row" data-label="Line">{line.number}</th>
                    <td data-label=""><span class=class>{line.effect}</span></td>
                    <td data-label="Customer">{line.customer}</td>
                    <td data-label="Tenant">{whose}</td>
                    <td data-label="What changes"><ul class="of-card">{changes}</ul> {reason}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="rows">
            <caption class="unseen">"What each line changes"</caption>
            <thead>
                <tr>
                    <th scope="col">"Line"</th>
                    <th scope="col">"Effect"</th>
                    <th scope="col">"Customer"</th>
                    <th scope="col">"Tenant"</th>
                    <th scope="col">"What changes"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// What stands between the tags of a `textarea`.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
