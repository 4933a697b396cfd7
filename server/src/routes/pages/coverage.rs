//! `/coverage`: intel is pasted, and what it names is shown beside what is hunted. The text comes by POST alone and goes
//! back into the form: it is in no address, no log and no row.

use super::Visitor;
use super::shared::Context;
use crate::app::App;
use crate::http::problem::Problem;
use crate::routes::api::asked::MOST_ABOUT;
use crate::routes::api::coverage::{Hunted, look};
use axum::extract::{Form, State};
use axum::response::Response;
use catalog::attack::{Mention, Release, Status};
use serde::Deserialize;
use web::pages::coverage::{Actor, CoverageView, Covering, Cve, Found, Technique, page};

/// What the form holds.
#[derive(Default, Deserialize)]
pub struct Filled {
    #[serde(default)]
    text: String,
}

/// The form.
///
/// # Errors
/// When the pool is full.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.render(&app, page, CoverageView::default()).await
}

/// The form with what was found in the text.
///
/// # Errors
/// When the index cannot be read.
pub async fn read(
    State(app): State<App>,
    visitor: Visitor,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let context = Context::of(&app);
    let view = app
        .read(move |library| {
            let release = library.release();
            let text = filled.text;
            let looked = look(library, &text)?;
            let mut ids: Vec<String> = looked.gaps.clone();
            ids.extend(looked.covered.iter().cloned());
            ids.sort();
            ids.truncate(MOST_ABOUT);
            let techniques = looked.intel.techniques.iter().zip(looked.techniques);
            let found = Found {
                techniques: techniques
                    .map(|(mention, hunted)| {
                        technique(mention, hunted, &text, release, context.has_several())
                    })
                    .collect(),
                actors: looked
                    .intel
                    .actors
                    .iter()
                    .zip(looked.actors)
                    .map(|(mention, hunted)| Actor {
                        id: mention.actor.id.clone(),
                        kind: mention.actor.kind.word().to_owned(),
                        name: mention.actor.name.clone(),
                        hunted,
                        of: mention.actor.techniques.len(),
                    })
                    .collect(),
                cves: looked
                    .intel
                    .cves
                    .iter()
                    .enumerate()
                    .map(|(at, id)| Cve { id: id.clone(), procedures: looked.cves.get(at).copied() })
                    .collect(),
                covered: looked.covered.len(),
                of: looked.covered.len() + looked.gaps.len(),
                ids,
                cut: looked.intel.left_out,
                full: looked.intel.full,
            };
            Ok(CoverageView { text, found: Some(found) })
        })
        .await?;
    visitor.render(&app, page, view).await
}

fn technique(mention: &Mention, hunted: Hunted, text: &str, release: &Release, several: bool) -> Technique {
    let mapping = &mention.mapping;
    let status = match (mapping.status, mapping.replaced_by.as_deref()) {
        (Status::Active, _) => None,
        (Status::Revoked, Some(next)) => Some(format!("revoked, now {next}")),
        (Status::Revoked, None) => Some("revoked".to_owned()),
        (Status::Deprecated, _) => Some("deprecated".to_owned()),
        (Status::Foreign, _) => Some(format!("of {}", mapping.domain.as_deref().unwrap_or("another domain"))),
        (Status::Unknown, _) => Some("in no release".to_owned()),
    };
    Technique {
        id: mapping.id.clone(),
        in_use: mapping.in_use().to_owned(),
        name: release.name_of(mapping),
        known: mapping.status != Status::Unknown,
        status,
        written: text.get(mention.at.clone()).unwrap_or_default().to_owned(),
        mentions: mention.count,
        count: hunted.count,
        procedures: hunted
            .procedures
            .into_iter()
            .map(|entry| Covering {
                repo: several.then_some(entry.repo),
                id: entry.id,
                title: entry.procedure.title,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn what_is_pasted_is_shown_beside_what_is_hunted() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        assert!(viewer.get("/coverage").await.text().contains("<textarea"));
        let text = "Mimikatz read LSASS memory, then kerberoasting. </textarea><script>alert(1)</script> CVE-2024-3400";
        let answer = viewer.form("/coverage", &[("text", text)]).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "private, no-store"));
        let page = answer.text();
        assert!(page.contains("href=\"/procedures/lsass\"") && page.contains("T1558.003"));
        assert!(page.contains("hunts 1 of 2 techniques") && !page.contains("2 times"), "{page}");
        assert!(page.contains("/api/v1/layers/layer.json?about=T1003.001&amp;about=T1558.003"));
        assert!(page.contains("/actors/S0002") && page.contains("CVE-2024-3400"));
        assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert(1)"));
        let matrix = viewer.get("/matrix?about=T1003.001&about=T1558.003").await.text();
        assert!(matrix.contains("Of the ") && matrix.contains("name=\"about\""));
    }

    #[tokio::test]
    async fn a_text_that_names_nothing_says_so() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let page = viewer.form("/coverage", &[("text", "Nothing of note.")]).await.text();
        assert!(page.contains("Nothing that ATT&amp;CK knows"));
    }
}
