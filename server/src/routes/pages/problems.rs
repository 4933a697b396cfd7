//! `/problems`: what is wrong with files at their branches' tips.

use super::Visitor;
use super::shared::Context;
use crate::app::App;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::lint_results;
use crate::routes::api::problems::ProblemParams;
use axum::extract::{Query, State};
use axum::response::Response;
use catalog::index::Asked;
use catalog::library::{Library, SyncEntry};
use catalog::lint;
use web::pages::matrix::Choice;
use web::pages::problems::{Count, FileProblems, Others, Past, ProblemsView, page};
use web::view::Diagnostic;

/// Most syncs that the trend looks back at.
const LOOKED_BACK: usize = 200;
/// Most findings of another linter that are shown.
const SHOWN: usize = 200;

/// The problems, by file.
///
/// # Errors
/// 400 for a severity or an order that there is not, and when the index cannot be read.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(params): Query<ProblemParams>,
) -> Result<Response, Problem> {
    let asked = params.asked()?;
    let limit = query::limit(params.limit.as_ref(), 100, 500)?;
    let cursor = query::one(params.cursor.as_ref());
    let further_page = cursor.is_some();
    let chosen = asked.clone();
    let (problems, next, counts, syncs) = app
        .read(move |library| {
            let (problems, next) = library.problems(&asked, limit, cursor.as_deref())?;
            let counts = library.problem_counts(asked.repo.as_deref())?;
            Ok((problems, next, counts, syncs_of(library, asked.repo)))
        })
        .await?;
    let context = Context::of(&app);
    let mut files: Vec<FileProblems> = Vec::new();
    for problem in problems {
        let found = context.diagnostic(&problem.repo, &problem.commit, &problem.path, problem.diagnostic);
        match files.last_mut() {
            Some(file) if file.repo == problem.repo && file.path == problem.path => {
                file.diagnostics.push(found);
            }
            _ => files.push(FileProblems {
                repo: problem.repo,
                path: problem.path,
                id: problem.id,
                repo_in_links: context.has_several(),
                changed: problem.updated_at.map(|at| context.when(at)),
                diagnostics: vec![found],
            }),
        }
    }
    for file in &mut files {
        file.diagnostics.sort_by_key(|found| (!found.blocking, worst_first(found.severity), found.line));
    }
    let all = Choice { value: String::new(), label: "all".to_owned(), chosen: chosen.repo.is_none() };
    let repos = counts.repos.keys().map(|name| Choice {
        value: name.clone(),
        label: name.clone(),
        chosen: chosen.repo.as_ref() == Some(name),
    });
    let others = if further_page { Vec::new() } else { others(&app, &context, &chosen).await? };
    let view = ProblemsView {
        files,
        others,
        total: counts.files,
        severities: counts
            .severities
            .iter()
            .map(|(severity, files)| Count {
                value: severity.word().to_owned(),
                title: String::new(),
                files: *files,
            })
            .collect(),
        rules: counts.rules.into_iter().map(|(code, files)| counted(code, files)).collect(),
        patches: match &chosen.repo {
            Some(repo) if counts.mendable > 0 => vec![repo.clone()],
            None if counts.mendable > 0 => counts.repos.keys().cloned().collect(),
            _ => Vec::new(),
        },
        repos: std::iter::once(all).chain(repos).collect(),
        severity: chosen.severity.map_or("", lint::Severity::word).to_owned(),
        rule: chosen.rule.unwrap_or_default(),
        oldest_first: chosen.oldest_first,
        trend: trend(&context, syncs),
        further_page,
        next,
    };
    visitor.render(&app, page, view).await
}

/// What other linters found last, as far as it is asked for.
async fn others(app: &App, context: &Context, asked: &Asked) -> Result<Vec<Others>, Problem> {
    let mut found = Vec::new();
    for state in app.library.repositories() {
        let repo = state.repository.name.clone();
        if asked.repo.as_ref().is_some_and(|asked| *asked != repo) {
            continue;
        }
        for (upload, mut results) in lint_results::newest(app, &repo, None).await? {
            results.retain(|result| asked.takes(&result.code, result.severity));
            if results.is_empty() {
                continue;
            }
            let more = results.len().saturating_sub(SHOWN);
            results.truncate(SHOWN);
            let mut files: Vec<FileProblems> = Vec::new();
            for result in results {
                let path = if result.path.is_empty() { "in no file".to_owned() } else { result.path.clone() };
                // The section says by what.
                let found = Diagnostic { help: String::new(), ..context.found_by(&upload, result) };
                match files.iter_mut().find(|file| file.path == path) {
                    Some(file) => file.diagnostics.push(found),
                    None => {
                        files.push(FileProblems {
                            path,
                            diagnostics: vec![found],
                            ..FileProblems::default()
                        });
                    }
                }
            }
            found.push(Others {
                is_newest: state.commit.as_ref() == Some(&upload.commit),
                repo: repo.clone(),
                at: context.moment(upload.created_at),
                commit: upload.commit.chars().take(12).collect(),
                tool: upload.tool,
                by: upload.created_by.name,
                passed: upload.passed,
                failed: upload.failed,
                files,
                more,
            });
        }
    }
    Ok(found)
}

fn counted(code: String, files: usize) -> Count {
    let title = lint::rule(&code).map(lint::Rule::title).unwrap_or_default();
    Count { value: code, title, files }
}

/// The syncs of late of the repository that is shown, newest first; none where several are.
fn syncs_of(library: &Library, repo: Option<String>) -> Vec<SyncEntry> {
    let only = || match &library.repositories()[..] {
        [one] => Some(one.repository.name.clone()),
        _ => None,
    };
    let Some(repo) = repo.or_else(only) else { return Vec::new() };
    library.syncs(&repo, None, LOOKED_BACK).map(|page| page.syncs).unwrap_or_default()
}

/// How it was after the last sync of each day, oldest first.
fn trend(context: &Context, syncs: Vec<SyncEntry>) -> Vec<Past> {
    let mut past: Vec<Past> = Vec::new();
    let mut day = None;
    for sync in syncs {
        let Some(health) = sync.health.filter(|_| day != Some(sync.began_at.date_naive())) else { continue };
        day = Some(sync.began_at.date_naive());
        let at = context.moment(sync.began_at);
        past.push(Past { at, errors: health.with_errors, warnings: health.with_warnings });
    }
    past.reverse();
    past
}

fn worst_first(severity: web::view::Severity) -> u8 {
    match severity {
        web::view::Severity::Error => 0,
        web::view::Severity::Warning => 1,
        web::view::Severity::Info => 2,
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use axum::http::{Request, header};

    #[tokio::test]
    async fn what_other_linters_found_stands_beside_ours() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let xml = "<testsuite><testcase name='test_ok[hunts/lsass.md]'/><testcase name='test_no_jira[hunts/lsass.md]'>\
            <failure message='hunts/lsass.md:7: a ticket'/></testcase></testsuite>";
        let request = Request::post("/api/v1/repos/hunts/lint-results?tool=pytest")
            .header(header::CONTENT_TYPE, "application/xml");
        assert_eq!(hunter.send_with(request, xml).await.status, 201);
        let all = hunter.get("/problems").await.text();
        for said in ["1 checks passed, 1 did not", "no-jira", "a ticket"] {
            assert!(all.contains(said), "{said}: {all}");
        }
        let page = hunter.get("/procedures/lsass").await.text();
        assert!(page.contains("a ticket") && page.contains("Found by pytest at"), "{page}");
        assert!(!hunter.get("/problems?severity=info").await.text().contains("a ticket"));
        assert!(!hunter.get("/procedures/winlogon").await.text().contains("a ticket"));
    }

    #[tokio::test]
    async fn problems_are_narrowed_by_severity_and_rule_and_say_where_the_rule_is_explained() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let all = viewer.get("/problems").await.text();
        assert!(all.contains("brittle.md") && all.contains("href=\"/lint/"), "{all}");
        let errors = viewer.get("/problems?severity=error").await.text();
        assert!(errors.contains("brittle.md") && !errors.contains(">tags-missing</code></a> </p>"));
        let none = viewer.get("/problems?rule=no-such-rule").await.text();
        assert!(none.contains("Nothing of the kind"), "{none}");
        assert_eq!(viewer.get("/problems?severity=dreadful").await.status, 400);
        assert_eq!(viewer.get("/problems?sort=worst").await.status, 400);
        assert_eq!(viewer.get("/problems?sort=oldest").await.status, 200);
    }
}
