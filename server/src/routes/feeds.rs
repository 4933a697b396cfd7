//! `/feeds/*.atom`: what changed, for feed readers (RFC 4287). An entry a commit; its id stays whatever feed it is in.
//!
//! * `/feeds/changes.atom`, narrowed as `/changes` is;
//! * `/feeds/procedures/{id}.atom`, `/feeds/techniques/{id}.atom`, `/feeds/tags/{tag}.atom`;
//! * `/feeds/searches/{id}.atom`: what changed in what a saved search finds, for who saved it.

use crate::app::App;
use crate::auth::Principal;
use crate::clock::from_seconds;
use crate::http::cache::{Cache, etag};
use crate::http::problem::Problem;
use crate::routes::api::changes::{ChangesParams, address, title};
use crate::routes::api::missing;
use crate::routes::api::procedures::Searched;
use atom_syndication::{Content, Entry, Feed, FixedDateTime, Link, Person, Text};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::Query;
use catalog::index::{Changed, Filters, Revision, RevisionStatus, Search};
use catalog::library::Address;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use web::links;

/// Entries of a feed.
const ENTRIES: usize = 50;
/// Revisions that are read for them.
const REVISIONS: usize = 500;
/// Procedures of one commit that its entry names, and sentences of one procedure.
const NAMED: usize = 20;
/// What the names of feeds end in.
const ENDING: &str = ".atom";

/// What a feed is of.
struct Subject {
    title: String,
    /// The page of the same.
    page: String,
    changed: Changed,
}

/// One feed.
///
/// # Errors
/// 404 for what there is no feed of, 400 for filters that say nothing.
pub async fn show(
    State(app): State<App>,
    who: Principal,
    Path(feed): Path<String>,
    Query(params): Query<ChangesParams>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let subject = subject(&app, &who, &feed, &params).await?;
    let changed = subject.changed;
    let found = app.read(move |library| library.changes(&changed, REVISIONS, None)).await?;
    let base = app.config.reached_at();
    let here = uri.path_and_query().map_or("", |here| here.as_str());
    let commits = by_commit(found.revisions, found.next.is_some());
    let newest = commits.iter().map(|commit| commit[0].committed_at.0).max();
    let updated = from_seconds(newest.unwrap_or(0));
    let several = app.library.repositories().len() > 1;
    let feed = Feed {
        title: Text::plain(clean(&subject.title)),
        // The same feed at another address of the server is the same.
        id: name(&["feed", here]),
        updated: fixed(updated),
        links: vec![
            link("self", &base, here, Some("application/atom+xml")),
            link("alternate", &base, &subject.page, Some("text/html")),
        ],
        generator: Some(atom_syndication::Generator { value: "Huntshelf".to_owned(), ..Default::default() }),
        entries: commits.iter().map(|commit| entry(&base, commit, several)).collect(),
        ..Feed::default()
    };
    answer(&feed.to_string(), updated, &headers)
}

async fn subject(app: &App, who: &Principal, feed: &str, params: &ChangesParams) -> Result<Subject, Problem> {
    let nothing = || Problem::not_found(format!("feed {feed}"));
    let name = feed.strip_suffix(ENDING).ok_or_else(nothing)?;
    let (kind, name) = name.split_once('/').unwrap_or((name, ""));
    let mut changed = params.changed()?;
    let found = |search: Search| async move { app.read(move |library| library.found(&search)).await };
    let (title, page) = match (kind, name) {
        ("changes", "") => ("Changes of the catalog".to_owned(), "/changes".to_owned()),
        ("techniques", id) if !id.is_empty() => {
            changed.techniques = vec![id.to_owned()];
            (format!("Changes that touch {id}"), links::technique(id))
        }
        ("tags", tag) if !tag.is_empty() => {
            let filters = Filters { tag: vec![tag.to_owned()], ..Filters::default() };
            changed.procedures = Some(found(Search { filters, ..Search::default() }).await?);
            (format!("Changes of procedures tagged {tag}"), links::with_query("/", [("tag", tag)]))
        }
        ("procedures", id) if !id.is_empty() => {
            let repo = params.repo.first().map(|repo| repo.trim().to_owned()).filter(|repo| !repo.is_empty());
            let asked = Address { id: id.to_owned(), repo: repo.clone() };
            let look = asked.clone();
            let history = app.read(move |library| library.history(&look, 1, None)).await?;
            let Some(history) = history else { return Err(missing(app, asked).await) };
            let entry = history.entry;
            changed.repos = Vec::new();
            changed.procedures = Some(vec![(entry.repo, entry.lineage)]);
            (
                format!("Changes of {}", entry.procedure.title),
                links::procedure(id, "history", repo.as_deref()),
            )
        }
        ("searches", id) if !id.is_empty() => {
            let saved = app.database.searches(who).get(id).await?.ok_or_else(nothing)?;
            let uri: Uri = format!("/?{}", saved.query).parse().map_err(|_| nothing())?;
            let search = Searched::read(&uri).map_err(|_| nothing())?.0.search()?;
            changed.procedures = Some(found(search).await?);
            (format!("Changes of what “{}” finds", saved.name), links::catalog(&saved.query))
        }
        _ => return Err(nothing()),
    };
    Ok(Subject { title: format!("{title} · Huntshelf"), page, changed })
}

/// Revisions by commit, newest first. Where there are more than were read, the last commit may not be whole, and waits
/// for who looks further.
fn by_commit(revisions: Vec<Revision>, more: bool) -> Vec<Vec<Revision>> {
    let mut commits: Vec<Vec<Revision>> = Vec::new();
    for revision in revisions {
        let same =
            |one: &&mut Vec<Revision>| one[0].commit == revision.commit && one[0].repo == revision.repo;
        match commits.last_mut().filter(same) {
            Some(commit) => commit.push(revision),
            None => commits.push(vec![revision]),
        }
    }
    if more && commits.len() > 1 {
        commits.pop();
    }
    commits.truncate(ENTRIES);
    commits
}

fn entry(base: &str, commit: &[Revision], several: bool) -> Entry {
    let first = &commit[0];
    let repo = several.then_some(first.repo.as_str());
    let subject = if first.subject.is_empty() { "(no message)" } else { &first.subject };
    let what = match commit {
        [only] => title(only),
        many => format!("{} procedures", many.len()),
    };
    let page = match commit {
        [only] => links::change(&address(only), &only.commit, repo),
        _ => {
            links::with_query("/changes", [("repo", first.repo.as_str()), ("commit", first.commit.as_str())])
        }
    };
    let people = first.people().map(|(name, _)| Person {
        name: Some(clean(name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned()),
        ..Person::default()
    });
    Entry {
        title: Text::plain(clean(&format!("{what}: {subject}"))),
        id: name(&["commit", &first.repo, &first.commit]),
        updated: fixed(from_seconds(first.committed_at.0)),
        published: Some(fixed(from_seconds(first.authored_at.0))),
        authors: people.collect(),
        links: vec![link("alternate", base, &page, Some("text/html"))],
        content: Some(Content {
            value: Some(told(base, commit, repo)),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}

/// What a commit did, as HTML: each procedure with its sentences.
fn told(base: &str, commit: &[Revision], repo: Option<&str>) -> String {
    let mut html = String::new();
    for revision in commit.iter().take(NAMED) {
        let href = format!("{base}{}", links::change(&address(revision), &revision.commit, repo));
        let status = match revision.status {
            RevisionStatus::Added => " (added)",
            RevisionStatus::Deleted => " (deleted)",
            RevisionStatus::Renamed => " (moved)",
            RevisionStatus::Modified => "",
        };
        // Writing to a string cannot fail.
        let _ =
            write!(html, "<p><a href=\"{}\">{}</a>{status}</p>", escaped(&href), escaped(&title(revision)));
        if !revision.changes.is_empty() {
            html.push_str("<ul>");
            for change in revision.changes.iter().take(NAMED) {
                let _ = write!(html, "<li>{}</li>", escaped(&change.text));
            }
            html.push_str("</ul>");
        }
    }
    if commit.len() > NAMED {
        let _ = write!(html, "<p>and {} further procedures</p>", commit.len() - NAMED);
    }
    html
}

fn answer(text: &str, updated: DateTime<Utc>, headers: &HeaderMap) -> Result<Response, Problem> {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}",
        text.trim_start_matches("<?xml version=\"1.0\"?>").trim_start()
    );
    let modified = updated.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let hash = Sha256::digest(&text).iter().take(16).fold(String::new(), |mut hash, byte| {
        let _ = write!(hash, "{byte:02x}");
        hash
    });
    let kept = [
        Cache::Revalidate.header(),
        (header::ETAG, etag(&hash)),
        (header::LAST_MODIFIED, HeaderValue::from_str(&modified).map_err(|_| Problem::internal())?),
    ];
    // A tag, where one is sent, decides alone (RFC 9110, 13.1.3); it is compared for every answer alike.
    let since =
        headers.get(header::IF_MODIFIED_SINCE).filter(|_| !headers.contains_key(header::IF_NONE_MATCH));
    let since = since
        .and_then(|since| since.to_str().ok())
        .and_then(|since| DateTime::parse_from_rfc2822(since).ok());
    if since.is_some_and(|since| updated <= since) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/atom+xml; charset=utf-8"));
    Ok((kept, [kind], text).into_response())
}

fn link(rel: &str, base: &str, path: &str, kind: Option<&str>) -> Link {
    Link {
        rel: rel.to_owned(),
        href: format!("{base}{path}"),
        mime_type: kind.map(str::to_owned),
        ..Link::default()
    }
}

fn fixed(at: DateTime<Utc>) -> FixedDateTime {
    at.fixed_offset()
}

/// A name that stays: a UUID of version 8 (RFC 9562) made of a hash.
fn name(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut name = String::from("urn:uuid:");
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            name.push('-');
        }
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// Text without what XML 1.0 cannot hold.
fn clean(text: &str) -> String {
    let fine =
        |c: char| matches!(c, '\t' | '\n') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'));
    text.chars().map(|c| if fine(c) { c } else { ' ' }).collect()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;
    use crate::sample::Sample;
    use axum::http::Request;

    #[tokio::test]
    async fn a_feed_tells_what_changed_and_stays_the_same_while_nothing_does() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        for (path, holds) in [
            ("/feeds/changes.atom", "LSASS"),
            ("/feeds/changes.atom?kind=query-changed", "LSASS"),
            ("/feeds/procedures/lsass.atom", "Changes of"),
            ("/feeds/techniques/T1003.atom", "Changes that touch T1003"),
            ("/feeds/tags/nobody.atom", "tagged nobody"),
        ] {
            let answer = viewer.get(path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8");
            let text = answer.text();
            let feed: Feed = text.parse().unwrap();
            assert!(text.contains(holds), "{path}: {text}");
            assert!(feed.id().starts_with("urn:uuid:"));
            assert!(feed.entries().iter().all(|entry| entry.updated() <= feed.updated()));
            assert_eq!(viewer.get(path).await.text(), text);
        }
        let lsass: Feed = viewer.get("/feeds/procedures/lsass.atom").await.text().parse().unwrap();
        assert_eq!(lsass.entries().len(), 3);
        let all: Feed = viewer.get("/feeds/changes.atom").await.text().parse().unwrap();
        assert!(
            all.entries().iter().any(|entry| entry.id() == lsass.entries()[0].id()),
            "an id is that of the commit"
        );
    }

    #[tokio::test]
    async fn who_has_it_already_is_told_so() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let answer = viewer.get("/feeds/changes.atom").await;
        let (tag, modified) = (answer.header("etag").to_owned(), answer.header("last-modified").to_owned());
        let ask =
            |name: header::HeaderName, value: &str| Request::get("/feeds/changes.atom").header(name, value);
        assert_eq!(viewer.send(ask(header::IF_NONE_MATCH, &tag)).await.status, 304);
        assert_eq!(viewer.send(ask(header::IF_NONE_MATCH, "\"other\"")).await.status, 200);
        let same = viewer.send(ask(header::IF_MODIFIED_SINCE, &modified)).await;
        assert_eq!((same.status.as_u16(), same.text().as_str()), (304, ""));
        assert_eq!(
            viewer.send(ask(header::IF_MODIFIED_SINCE, "Thu, 01 Jan 1970 00:00:00 GMT")).await.status,
            200
        );
        let both = ask(header::IF_MODIFIED_SINCE, &modified).header(header::IF_NONE_MATCH, "\"other\"");
        assert_eq!(viewer.send(both).await.status, 200, "a tag decides alone");
    }

    #[tokio::test]
    async fn there_is_no_feed_of_what_there_is_not_nor_of_what_others_saved() {
        let sample = Sample::open().await;
        let (ana, ben) = (sample.user(Role::Hunter).await, sample.user(Role::Viewer).await);
        let saved = ana
            .post("/api/v1/searches", &serde_json::json!({"name": "Memory", "query": "q=lsass"}))
            .await
            .json();
        let feed = format!("/feeds/searches/{}.atom", saved["id"].as_str().unwrap());
        assert!(ana.get(&feed).await.text().contains("Memory"));
        assert_eq!(ben.get(&feed).await.status, 404);
        for path in
            ["/feeds/nothing.atom", "/feeds/changes", "/feeds/procedures/none.atom", "/feeds/tags/.atom"]
        {
            assert_eq!(ana.get(path).await.status, 404, "{path}");
        }
        assert_eq!(ana.get("/feeds/changes.atom?kind=nothing").await.status, 400);
    }

    #[test]
    fn nothing_breaks_out_of_a_feed() {
        assert_eq!(clean("a\u{1}b\u{ffff}c\n"), "a b c\n");
        assert_eq!(escaped("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
        assert_eq!(name(&["a", "b"]).len(), "urn:uuid:".len() + 36);
        assert_ne!(name(&["a", "b"]), name(&["ab", ""]));
    }
}
