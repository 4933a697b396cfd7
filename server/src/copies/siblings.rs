//! Procedures that ask the same of another service: `hunting.variant_of` names the one that they are a variant of.

use super::Refused;
use crate::app::App;
use crate::http::problem::Problem;
use catalog::index::{Entry, Search};
use catalog::library::Address;

/// The most that are looked at.
const MOST: usize = 50;

/// Names the siblings that query a refused tenant's service in what to do about it. `elsewhere` are places in `refused`,
/// each with the service.
///
/// # Errors
/// When the index cannot be read.
pub(super) async fn offer(
    app: &App,
    entry: &Entry,
    elsewhere: &[(usize, String)],
    refused: &mut [Refused],
) -> Result<(), Problem> {
    if elsewhere.is_empty() {
        return Ok(());
    }
    let siblings = of(app, entry).await?;
    for (place, service) in elsewhere {
        let found = siblings.iter().find(|sibling| sibling.procedure.service.as_deref() == Some(service));
        if let (Some(found), Some(refused)) = (found, refused.get_mut(*place)) {
            refused.refusal.remedy =
                format!("Copy `{}` ({}), a variant that queries {service}.", found.id, found.procedure.title);
        }
    }
    Ok(())
}

/// The variants of a procedure, and what it is a variant of.
async fn of(app: &App, entry: &Entry) -> Result<Vec<Entry>, Problem> {
    let family = variant_of(entry).unwrap_or(&entry.id).to_owned();
    let (own, repo) = (entry.id.clone(), entry.repo.clone());
    app.read(move |library| {
        // User text is cut to what a value of the query language can hold.
        let value: String = family.chars().filter(|c| *c != '"' && !c.is_control()).take(200).collect();
        let search = Search { text: format!("variant_of:\"{value}\""), limit: MOST, ..Search::default() };
        let found = library.search(&search)?;
        let mut entries: Vec<Entry> = found.hits.into_iter().map(|hit| hit.entry).collect();
        entries.retain(|entry| variant_of(entry) == Some(&family));
        let address = Address { id: family, repo: Some(repo) };
        entries.extend(library.locate(&address)?.map(|located| located.entry));
        entries.retain(|entry| entry.id != own);
        Ok(entries)
    })
    .await
}

fn variant_of(entry: &Entry) -> Option<&str> {
    entry.procedure.metadata.get("variant_of")?.as_str().map(str::trim).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::json;

    #[tokio::test]
    async fn a_tenant_elsewhere_is_refused_with_the_variant_that_queries_its_service() {
        let sample = Sample::open().await;
        let tenant = sample.tenant().await;
        let variant = "---\njupytext:\n  notebook_metadata_filter: hunting\n  text_representation: {extension: .md, format_name: myst}\nkernelspec: {name: python3, display_name: Python 3, language: python}\nhunting: {title: LSASS in Sentinel, id: lsass-kql, variant_of: lsass}\n---\n\n```{code-cell}\n:tags: [parameters]\n\nWORKSPACE: str = \"\"\n```\n\n```{code-cell}\nprint(WORKSPACE)\n```\n\n```{code-cell}\n%%kql\nSecurityEvent | take 5\n```\n";
        sample.commit("Add a variant", &[("kql.md", Some(variant.to_owned()))]);
        sample.test.app.jobs.sync("hunts").await.unwrap();
        let hunter = sample.user(Role::Hunter).await;
        let asked = json!({"tenants": [tenant]});
        let answer = hunter.post("/api/v1/procedures/lsass-kql/instances", &asked).await;
        let refused = &answer.json()["refused"][0];
        assert_eq!(refused["code"], "wrong-service", "{}", answer.text());
        let remedy = refused["remedy"].as_str().unwrap();
        assert!(remedy.contains("`lsass`") && remedy.contains("taegis"), "{remedy}");
    }
}
