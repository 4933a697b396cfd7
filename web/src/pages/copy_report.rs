//! `/instances/{id}/report`: what the customer gets of a copy, exactly, and what stops it.
//!
//! A POST to the same address takes `do`: `markdown`, `zip`, `html` or `pdf` writes the report, with `reason` in spite of what was
//! found; `judge` says of the finding `key` that it is no leak, and takes `reason`. Both may name a `version`.

use crate::Frame;
use crate::components::facts;
use crate::components::forms::Labelled;
use crate::components::notices::{Weight, notice};
use crate::links;
use crate::view::FieldError;
use leptos::prelude::*;

/// The report of a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyReportView {
    /// The copy's id.
    pub id: String,
    /// Its file's name.
    pub file_name: String,
    /// What its procedure is called.
    pub title: String,
    /// Whose report it is; empty where it is nobody's.
    pub customer: String,
    /// The version of what came back, if it is of one: its id, when and by whom it came.
    pub version: Option<(String, String)>,
    /// What must not leave.
    pub findings: Vec<Leak>,
    /// How many findings were judged to be no leak.
    pub accepted: usize,
    /// What the customer sees: the place of each cell, from 0, and its parts as safe HTML.
    pub cells: Vec<(usize, Vec<String>)>,
    /// Whether who looks may write the report.
    pub may_export: bool,
    /// Whether who looks may say what is no leak, and let the report out in spite of one.
    pub may_judge: bool,
    /// Whether it can be printed here.
    pub prints: bool,
    /// What is wrong with what was sent.
    pub errors: Vec<FieldError>,
}

/// Something that must not leave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leak {
    /// The rule.
    pub code: String,
    /// The cell, from 0.
    pub cell: usize,
    /// Where in the cell, in words.
    pub place: String,
    /// What stands there.
    pub excerpt: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// By which it is judged.
    pub key: String,
}

/// The page.
pub fn page(frame: &Frame, view: CopyReportView) -> String {
    let title = format!("Report of {}", view.title);
    let here = links::instance_report(&view.id);
    let version = view.version.as_ref().map(|(id, _)| id.clone());
    let whose =
        if view.customer.is_empty() { "nobody in particular".to_owned() } else { view.customer.clone() };
    let of = match &view.version {
        Some((_, said)) => format!("Of the notebook that came back {said}."),
        None => "Of the copy as it was made: no notebook came back yet.".to_owned(),
    };
    let wrong = view
        .errors
        .iter()
        .map(|error| notice(Weight::Alarm, view! { <p>{error.message.clone()}</p> }.into_any()));
    let wrong = wrong.collect_view();
    let stopped = !view.findings.is_empty();
    let marked: Vec<usize> = view.findings.iter().map(|leak| leak.cell).collect();
    let shown: Vec<usize> = view.cells.iter().map(|(index, _)| *index).collect();
    let findings = view.findings.into_iter().map(|leak| (shown.contains(&leak.cell), leak)).collect();
    let gate = gate(&here, version.as_deref(), findings, view.accepted, view.may_judge);
    let take = view.may_export.then(|| take(&here, version.as_deref(), stopped, view.may_judge, view.prints));
    let empty = view
        .cells
        .is_empty()
        .then(|| view! { <p class="faint">"Nothing of this notebook is for the customer."</p> });
    let cells = view
        .cells
        .into_iter()
        .map(|(index, parts)| cell(index, parts, marked.contains(&index)))
        .collect_view();
    let content = view! {
        <p class="crumbs"><a href="/instances">"Copies"</a> " / " <a href=links::instance(&view.id)><code>{view.file_name}</code></a></p>
        <h1>{view.title}</h1>
        <p class="lead">"What the customer gets: " {whose} ". " <span class="faint">{of}</span></p>
        {wrong}
        {gate}
        {take}
        <div class="reported">
            <h2 id="preview">"Preview"</h2>
            <p class="faint">"This is the report as it is written, without cover."</p>
            <article class="report" aria-label="Report">{empty} {cells}</article>
        </div>
    };
    frame.render(&title, move || content.into_any())
}

/// What stops the report.
fn gate(
    here: &str,
    version: Option<&str>,
    findings: Vec<(bool, Leak)>,
    accepted: usize,
    may_judge: bool,
) -> AnyView {
    let judged = (accepted > 0).then(|| {
        let said =
            if accepted == 1 { "One finding was".to_owned() } else { format!("{accepted} findings were") };
        view! { <p class="faint">{said} " judged to be no leak before."</p> }
    });
    if findings.is_empty() {
        let content = view! { <p><strong>"Nothing stops this report."</strong></p> {judged} };
        return notice(Weight::Note, content.into_any());
    }
    let count = if findings.len() == 1 {
        "One finding stops".to_owned()
    } else {
        format!("{} findings stop", findings.len())
    };
    let items = findings
        .into_iter()
        .enumerate()
        .map(|(place, (is_shown, leak))| {
            let at = if is_shown {
                view! { <a href=format!("#cell-{}", leak.cell)>{leak.place}</a> }.into_any()
            } else {
                leak.place.into_any()
            };
            let form = may_judge.then(|| judge(here, version, place, &leak.key));
            let excerpt =
                (!leak.excerpt.is_empty()).then(|| view! { <pre tabindex="0">{leak.excerpt}</pre> });
            view! {
                <li>
                    <p>
                        {at} ": " <strong>{facts::message(&leak.message)}</strong> " "
                        <code class="faint">{leak.code}</code>
                    </p>
                    {excerpt}
                    <p class="help">"To mend it: " {facts::message(&leak.help)} "."</p>
                    {form}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="gate" aria-labelledby="stopped">
            <h2 id="stopped">{format!("{count} this report")}</h2>
            <ol class="stopped">{items}</ol>
            {judged}
        </section>
    }
    .into_any()
}

/// The form by which a finding is judged to be no leak.
fn judge(here: &str, version: Option<&str>, place: usize, key: &str) -> AnyView {
    let why = Labelled::new(
        "reason",
        "Why it is no leak",
        "It is remembered for this rule and this line, in every report",
        &[],
    );
    view! {
        <details>
            <summary>"Not a leak"</summary>
            <form method="post" action=here.to_owned()>
                <input type="hidden" name="key" value=key.to_owned() />
                {version.map(|version| view! { <input type="hidden" name="version" value=version.to_owned() /> })}
                {why.of(format!("judge-{place}")).required().line("text", String::new(), String::new())}
                <p class="submit"><button name="do" value="judge">"It is no leak"</button></p>
            </form>
        </details>
    }
    .into_any()
}

/// The buttons that write the report.
fn take(here: &str, version: Option<&str>, stopped: bool, may_override: bool, prints: bool) -> AnyView {
    if stopped && !may_override {
        return view! { <p>"Mend what was found and bring the notebook back, or ask a lead."</p> }.into_any();
    }
    let why = stopped.then(|| {
        let help = "The report goes out in spite of what was found; your name and this stay on record";
        Labelled::new("reason", "Reason", help, &[]).of("take").required().line(
            "text",
            String::new(),
            String::new(),
        )
    });
    let button = |format: &'static str, label: &'static str, class: &'static str| {
        view! { <button name="do" value=format class=class>{label}</button> }
    };
    let printed = if prints {
        button("pdf", "PDF", "").into_any()
    } else {
        view! { <span class="faint">"No PDF: this server has no chromium; print the HTML from a browser."</span> }.into_any()
    };
    let first = if stopped { "" } else { "primary" };
    let form = view! {
        <form method="post" action=here.to_owned()>
            {version.map(|version| view! { <input type="hidden" name="version" value=version.to_owned() /> })}
            {why}
            <p class="submit">
                {button("html", "HTML", first)}
                {button("markdown", "Markdown", "")}
                {button("zip", "Markdown, pictures and manifest", "")}
                {printed}
            </p>
        </form>
    };
    if stopped {
        view! { <details class="sheet"><summary>"Let it out in spite of this"</summary>{form}</details> }
            .into_any()
    } else {
        form.into_any()
    }
}

fn cell(index: usize, parts: Vec<String>, marked: bool) -> AnyView {
    let class = if marked { "part leaks" } else { "part" };
    let parts =
        parts.into_iter().map(|html| view! { <div class="body" inner_html=html></div> }).collect_view();
    view! { <section class=class id=format!("cell-{index}")>{parts}</section> }.into_any()
}
