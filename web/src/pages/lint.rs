//! `/lint`: the rules; `/lint/{code}`: the page of one.

use crate::Frame;
use crate::components::facts;
use crate::links;
use leptos::prelude::*;

/// One rule in the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleRow {
    /// Its code.
    pub code: String,
    /// What it says, in a few words.
    pub title: String,
    /// `error`, `warning` or `info`.
    pub severity: &'static str,
    /// How many files at the branches' tips it says something of.
    pub files: usize,
}

/// The rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RulesView {
    /// Each group's name with its rules.
    pub groups: Vec<(&'static str, Vec<RuleRow>)>,
}

/// One rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleView {
    /// What it is, in the list's words.
    pub rule: RuleRow,
    /// The name of its group.
    pub group: &'static str,
    /// Whether it is looked at where a team says nothing of it.
    pub by_default: bool,
    /// Its page below the title, as HTML made of our own text.
    pub html: String,
}

/// The list of rules.
pub fn rules(frame: &Frame, view: RulesView) -> String {
    let count: usize = view.groups.iter().map(|(_, rules)| rules.len()).sum();
    let groups = view
        .groups
        .into_iter()
        .map(|(group, rules)| {
            let rows = rules.iter().map(row).collect_view();
            view! {
                <section>
                    <h2>{group}</h2>
                    <table class="rows rules">
                        <caption class="unseen">{group}</caption>
                        <thead><tr><th scope="col">"Rule"</th><th scope="col">"What is wrong"</th><th scope="col">"Severity"</th>
                            <th scope="col">"Files"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </section>
            }
        })
        .collect_view();
    let content = view! {
        <h1>"Rules"</h1>
        <p class="faint">{count} " rules look at every procedure at each sync, on a proposal, and in "
            <code>"huntshelf lint"</code> ". A team sets them in " <code>"huntshelf.toml"</code>
            ". "<a href="/problems">"What they found"</a></p>
        {groups}
    };
    frame.render("Rules", move || content.into_any())
}

fn row(rule: &RuleRow) -> AnyView {
    let files = match rule.files {
        0 => view! { <span class="faint">"none"</span> }.into_any(),
        count => {
            let href = links::with_query("/problems", [("rule", rule.code.as_str())]);
            view! { <a href=href>{count}</a> }.into_any()
        }
    };
    view! {
        <tr>
            <th scope="row" data-label="Rule"><a href=links::rule(&rule.code)><code>{rule.code.clone()}</code></a></th>
            <td data-label="What is wrong">{facts::message(&rule.title)}</td>
            <td data-label="Severity"><span class=format!("severity {}", rule.severity)>{rule.severity}</span></td>
            <td data-label="Files">{files}</td>
        </tr>
    }
    .into_any()
}

/// The page of one rule.
pub fn rule(frame: &Frame, view: RuleView) -> String {
    let RuleView { rule, group, by_default, html } = view;
    let found = match rule.files {
        0 => view! { <p class="faint">"It says nothing of any file now."</p> }.into_any(),
        count => {
            let href = links::with_query("/problems", [("rule", rule.code.as_str())]);
            let said = if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
            view! { <p><a href=href>"It says something of " {said}</a></p> }.into_any()
        }
    };
    let setting = format!("[lint.rules]\n{} = \"off\"", rule.code);
    let asked = (!by_default)
        .then(|| view! { <p class="faint">"It is looked at only where a team asks for it."</p> });
    let title = rule.title.clone();
    let content = view! {
        <nav aria-label="Where this is"><a href="/lint">"Rules"</a> " / " {group}</nav>
        <h1>{facts::message(&rule.title)}</h1>
        <p><code>{rule.code}</code> " " <span class=format!("severity {}", rule.severity)>{rule.severity}</span></p>
        {asked}
        {found}
        <div class="prose" inner_html=html></div>
        <h2>"To take it otherwise"</h2>
        <p>"In the team's " <code>"huntshelf.toml"</code> ", as " <code>"off"</code> ", " <code>"info"</code> ", "
            <code>"warning"</code> " or " <code>"error"</code> ":"</p>
        <pre><code>{setting}</code></pre>
    };
    frame.render(&title, move || content.into_any())
}
