//! What a reader must know before reading; where something is to be mended, how.

use super::{Broken, Gone, ProcedureView, Restore};
use crate::components::facts;
use crate::components::notices::{Weight, notice};
use crate::links;
use crate::view::{Defect, Stale, Standing};
use leptos::prelude::*;

/// The banners of a page, the most important first.
pub(super) fn banners(view: &ProcedureView) -> AnyView {
    let past = match &view.gone {
        Some(gone) => Some(self::gone(view, gone.clone())),
        None => past(view),
    };
    let defects = view.defects.clone().into_iter().map(|one| defect(view, one)).collect_view();
    let broken = view.broken.clone().map(|found| broken(view, found));
    let uncatalogued = (view.head.standing == Standing::Uncatalogued).then(|| uncatalogued(view));
    let duplicate = view.taken_by.clone().map(|path| duplicate(view, path));
    let others = (!view.others.is_empty()).then(|| {
        let id = view.head.id.clone();
        let links = view
            .others
            .iter()
            .map(|repo| {
                let href = links::procedure(&id, "", Some(repo));
                view! { " " <a href=href>{repo.clone()}</a> }
            })
            .collect_view();
        let content = view! { <p>"This id also stands in:" {links}</p> };
        notice(Weight::Note, content.into_any())
    });
    let stale = view.stale.clone().map(stale);
    view! { {past} {stale} {defects} {broken} {uncatalogued} {duplicate} {others} }.into_any()
}

fn past(view: &ProcedureView) -> Option<AnyView> {
    let newest = links::procedure(&view.head.id, "", view.head.link_repo());
    let past = view.past.clone()?;
    let newer = past.newer.map(|newer| newer_ones(&newer)).unwrap_or_default();
    let since = past.since.map(|href| view! { <a href=href>"What changed since"</a> " · " });
    let when = past.when.map(|when| view! { " of " {facts::moment(when)} });
    let content = view! {
        <p>
            <strong>"An old revision"</strong>": as commit " {facts::commit(past.commit)} {when} " left it. " {newer}
        </p>
        <p>
            {since} <a href=newest>"Back to current"</a>
        </p>
    };
    Some(notice(Weight::Caution, content.into_any()))
}

fn stale(stale: Stale) -> AnyView {
    let synced = match stale.synced {
        Some(when) => view! { "as of the last sync, " {facts::ago(when)} }.into_any(),
        None => "as old as the last one that worked".into_any(),
    };
    let content = view! {
        <p>
            <strong>"Perhaps not the newest"</strong> ": the last try to sync its repository, " {facts::ago(stale.failed)}
            ", failed. What you read is " {synced} ". " <a href="/">"Why"</a>
        </p>
    };
    notice(Weight::Caution, content.into_any())
}

/// Kinds of change as one says of revisions what they do, the weightiest first: of one, and of several.
const DOINGS: [(&[&str], &str, &str); 9] = [
    (&["metadata-lost"], "loses the metadata", "lose the metadata"),
    (&["query-changed"], "changes a query", "change a query"),
    (&["parameter-changed"], "changes a parameter", "change a parameter"),
    (&["tags-lost"], "loses tags", "lose tags"),
    (
        &["technique-added", "technique-removed", "technique-remapped"],
        "changes the techniques",
        "change the techniques",
    ),
    (&["customer-text-changed"], "changes what customers read", "change what customers read"),
    (&["code-changed"], "changes code", "change code"),
    (&["data-source-changed"], "changes the data sources", "change the data sources"),
    (&["guidance-changed"], "changes guidance", "change guidance"),
];

/// What revisions did, in a sentence: `3 are newer: one changes a query, 2 change guidance. `
fn newer_ones(newer: &[Vec<String>]) -> String {
    let count = match newer.len() {
        0 => return "No revision is newer. ".to_owned(),
        1 => "One revision is newer".to_owned(),
        many => format!("{many} revisions are newer"),
    };
    let doings = DOINGS.iter().filter_map(|(kinds, one, several)| {
        let does = |changes: &&Vec<String>| changes.iter().any(|kind| kinds.contains(&kind.as_str()));
        match newer.iter().filter(does).count() {
            0 => None,
            _ if newer.len() == 1 => Some(format!("it {one}")),
            1 => Some(format!("one {one}")),
            all => Some(format!("{all} {several}")),
        }
    });
    let doings: Vec<String> = doings.take(4).collect();
    if doings.is_empty() { format!("{count}. ") } else { format!("{count}: {}. ", doings.join(", ")) }
}

fn defect(view: &ProcedureView, defect: Defect) -> AnyView {
    let repo = view.head.link_repo();
    let history = format!("{}#defects", links::procedure(&view.head.id, "history", repo));
    let mended = match defect.mended {
        Some(commit) => {
            let href = links::procedure_at(&view.head.id, &commit.id, repo);
            view! { "It is mended in " <a href=href><code>{commit.short().to_owned()}</code></a> ". " }
                .into_any()
        }
        None => "It is not mended yet. ".into_any(),
    };
    let content = view! {
        <p>
            <strong>"Defective revision"</strong> " (" {defect.severity} "): " {defect.reason}
        </p>
        <p>
            "Marked by " {defect.by} ", " {facts::ago(defect.at)} ", from " {facts::commit(defect.from)} " on. " {mended}
            <a href=history>"All defects"</a>
        </p>
    };
    notice(Weight::Alarm, content.into_any())
}

fn gone(view: &ProcedureView, gone: Gone) -> AnyView {
    let repo = view.head.link_repo();
    let history = links::procedure(&view.head.id, "history", repo);
    let said = (!gone.subject.is_empty()).then(|| view! { ": \u{201c}" {gone.subject} "\u{201d}" });
    let content = view! {
        <p>
            <strong>"Deleted"</strong>
            " by " {gone.by} " in commit " {facts::commit(gone.commit)} ", " {facts::moment(gone.at)} {said} ". "
            "What you read is how commit " {facts::commit(view.commit.clone())} " left it. "
            <a href=history>"Its history"</a>
        </p>
    };
    notice(Weight::Alarm, content.into_any())
}

fn broken(view: &ProcedureView, broken: Broken) -> AnyView {
    let repo = view.head.link_repo();
    let compared = broken.last_good.as_ref().map(|good| {
        let href = links::diff(&view.head.id, &good.id, &broken.since.id, repo);
        view! { " " <a href=href>"What that commit changed"</a> "." }
    });
    let shown = match broken.last_good {
        Some(commit) => {
            view! { "What you read is the last good revision, " {facts::commit(commit)} "." }.into_any()
        }
        None => view! { "It never had a good revision: what could be read of it stands below." }.into_any(),
    };
    let remedy = (!broken.remedy.is_empty()).then(
        || view! { <p><strong>"To mend it: "</strong> {facts::message(&broken.remedy)} " " {edit(view)}</p> },
    );
    let restore = broken.restore.map(restore);
    let content = view! {
        <p>
            <strong>"Newest revision broken"</strong> " since " {facts::commit(broken.since)} " by " {broken.by} ", "
            {facts::ago(broken.at)} ": " {facts::message(&broken.reason)}
        </p>
        <p>{shown} {compared}</p>
        {remedy}
        {restore}
    };
    notice(Weight::Alarm, content.into_any())
}

/// What was lost, and the patch that brings it back.
fn restore(restore: Restore) -> AnyView {
    let values = restore
        .values
        .into_iter()
        .map(|field| view! { <div><dt><code>{field.key}</code></dt><dd>{field.value}</dd></div> })
        .collect_view();
    let patch = match restore.patch {
        Some(patch) => {
            let stays = if patch.stays {
                ", and stays there when jupytext saves it the next time"
            } else {
                "; the next save by jupytext may lose it again"
            };
            let command = format!("git apply {}", quoted(&patch.file_name));
            let name = patch.file_name.clone();
            view! {
                <p>
                    <a href=patch.href download=name>"The patch that restores it"</a>
                    " changes nothing of " <code>{patch.path}</code> " but what was lost" {stays} ". On the tip of the branch:"
                </p>
                <pre tabindex="0" role="region" aria-label="The command that applies the patch">{command}</pre>
            }
            .into_any()
        }
        None => {
            view! { <p>"No patch can restore it: what is wrong is not in its metadata alone."</p> }.into_any()
        }
    };
    view! {
        {patch}
        <details>
            <summary>"What it said last"</summary>
            <dl class="facts">{values}</dl>
        </details>
    }
    .into_any()
}

/// A file's name as a shell takes it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.chars().all(plain) { name.to_owned() } else { format!("'{}'", name.replace('\'', "'\\''")) }
}

fn uncatalogued(view: &ProcedureView) -> AnyView {
    let (place, editor) = if view.is_ipynb {
        ("metadata", " (in JupyterLab: the property inspector, Advanced Tools, Notebook Metadata)")
    } else {
        ("front matter", "")
    };
    let block = view.block.clone().map(|block| {
        view! {
            <p>
                <strong>"To catalog it: "</strong> "add this to its " {place} {editor} ", beside "
                <code>"kernelspec"</code> ", and fill in what is missing. " {edit(view)}
            </p>
            <pre tabindex="0" role="region" aria-label="A hunting block to begin with">{block}</pre>
        }
    });
    let content = view! {
        <p>
            <strong>"Uncatalogued"</strong>
            ": a notebook without a " <code>"hunting"</code>
            " block. It can be searched and read; it has no id, no techniques and no data sources until its " {place}
            " names them."
        </p>
        {block}
    };
    notice(Weight::Note, content.into_any())
}

fn duplicate(view: &ProcedureView, taken_by: String) -> AnyView {
    let repo = view.head.link_repo();
    let older = match &view.claimed {
        Some(id) => {
            view! { "its id " <code>{id.clone()}</code> " is taken by the older file " <a href=links::procedure(id, "", repo)><code>{taken_by}</code></a> }
                .into_any()
        }
        None => view! { "its id is taken by the older file " <code>{taken_by}</code> }.into_any(),
    };
    let content = view! {
        <p>
            <strong>"Duplicate"</strong>": " {older}
            ". It is listed and addressed by its path until it gets an id of its own."
        </p>
        <p>
            <strong>"To mend it: "</strong> "if it is a variant, give it another " <code>"id"</code>
            " in its " <code>"hunting"</code> " block; if it is a copy that was left behind, delete it. " {edit(view)}
        </p>
    };
    notice(Weight::Caution, content.into_any())
}

/// Where the file can be edited at the forge.
fn edit(view: &ProcedureView) -> AnyView {
    let href = view.forge.edit.as_deref().and_then(links::outside);
    href.map(|href| view! { <a href=href rel="noreferrer">"Edit the file"</a> }).into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_revisions_are_told_by_what_they_do() {
        let kinds = |kinds: &[&str]| kinds.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>();
        let three = [
            kinds(&["query-changed", "guidance-changed"]),
            kinds(&["guidance-changed"]),
            kinds(&["renamed"]),
        ];
        assert_eq!(newer_ones(&three), "3 revisions are newer: one changes a query, 2 change guidance. ");
        assert_eq!(
            newer_ones(&three[..1]),
            "One revision is newer: it changes a query, it changes guidance. "
        );
        assert_eq!(newer_ones(&three[2..]), "One revision is newer. ");
    }

    #[test]
    fn a_name_is_quoted_where_a_shell_would_read_it_otherwise() {
        assert_eq!(quoted("restore-a.md.patch"), "restore-a.md.patch");
        assert_eq!(quoted("it's $(x)"), "'it'\\''s $(x)'");
    }
}
