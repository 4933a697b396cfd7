//! Where pages are: every address that a page links to is made here.

use std::fmt::Write as _;

/// Percent-encodes all but RFC 3986's unreserved characters: safe as one path segment and as one query value.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// `path?key=value&…` with the pairs encoded; the path alone when there are none.
pub fn with_query<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = path.to_owned();
    let mut separator = '?';
    for (key, value) in pairs {
        out.push(separator);
        out.push_str(&encode(key));
        out.push('=');
        out.push_str(&encode(value));
        separator = '&';
    }
    out
}

/// The catalog, for a search that is written as a query string.
pub fn catalog(query: &str) -> String {
    if query.is_empty() { "/".to_owned() } else { format!("/?{query}") }
}

/// A page about one procedure: `rest` is empty, `history`, `copy`, …
pub fn procedure(id: &str, rest: &str, repo: Option<&str>) -> String {
    let slash = if rest.is_empty() { "" } else { "/" };
    with_query(&format!("/procedures/{}{slash}{rest}", encode(id)), repo.map(|repo| ("repo", repo)))
}

/// A procedure as a commit left it.
pub fn procedure_at(id: &str, commit: &str, repo: Option<&str>) -> String {
    procedure(id, &format!("at/{}", encode(commit)), repo)
}

/// What a customer sees of a procedure, of the newest revision or as a commit left it.
pub fn report(id: &str, repo: Option<&str>, at: Option<&str>) -> String {
    let pairs = repo.map(|repo| ("repo", repo)).into_iter().chain(at.map(|at| ("at", at)));
    with_query(&procedure(id, "report", None), pairs)
}

/// Who last changed the cells of a procedure, as it is or as a commit left it; of `cell` (a number, `metadata`, `all`) the
/// lines.
pub fn blame(id: &str, repo: Option<&str>, at: Option<&str>, cell: Option<&str>) -> String {
    let pairs = [("repo", repo), ("at", at), ("cell", cell)];
    with_query(
        &procedure(id, "blame", None),
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))),
    )
}

/// Two revisions compared.
pub fn diff(id: &str, from: &str, to: &str, repo: Option<&str>) -> String {
    procedure(id, &format!("diff/{}..{}", encode(from), encode(to)), repo)
}

/// What a commit changed in a procedure: compared with what was there before.
pub fn change(id: &str, commit: &str, repo: Option<&str>) -> String {
    let pairs = repo.map(|repo| ("repo", repo)).into_iter().chain([("to", commit)]);
    with_query(&procedure(id, "diff", None), pairs)
}

/// A file that the API gives of one procedure: `source`, `notebook.ipynb`.
pub fn procedure_file(id: &str, file: &str, repo: Option<&str>, at: Option<&str>) -> String {
    let pairs = repo.map(|repo| ("repo", repo)).into_iter().chain(at.map(|at| ("at", at)));
    with_query(&format!("/api/v1/procedures/{}/{file}", encode(id)), pairs)
}

/// A file of a repository, as a commit left it.
pub fn repository_file(repo: &str, commit: &str, path: &str) -> String {
    format!("/files/{}/{}/{}", encode(repo), encode(commit), encode_path(path))
}

/// A picture among the files of a repository, as a commit left it.
pub fn picture(repo: &str, commit: &str, path: &str) -> String {
    format!("/pictures/{}/{}/{}", encode(repo), encode(commit), encode_path(path))
}

/// What addresses of the pictures of a procedure's report begin with, as a commit left it.
pub fn reported_pictures(id: &str, commit: &str, repo: &str) -> String {
    format!("/procedures/{}/at/{}/reported/{}/", encode(id), encode(commit), encode(repo))
}

/// A path with its slashes kept.
fn encode_path(path: &str) -> String {
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}

/// The page of a rule.
pub fn rule(code: &str) -> String {
    format!("/lint/{}", encode(code))
}

/// The page of a technique of ATT&CK.
pub fn technique(id: &str) -> String {
    format!("/techniques/{}", encode(id))
}

/// The page of a group, a piece of software or a campaign.
pub fn actor(id: &str) -> String {
    format!("/actors/{}", encode(id))
}

/// The page of a collection.
pub fn collection(repo: &str, name: &str) -> String {
    format!("/collections/{}/{}", encode(repo), encode(name))
}

/// The page of a proposal, by its number or its reference; `rest` is empty, `read`, `report` or `copy`.
pub fn proposal(repo: &str, name: &str, rest: &str) -> String {
    let slash = if rest.is_empty() { "" } else { "/" };
    format!("/proposals/{}/{}{slash}{rest}", encode(repo), encode(name))
}

/// Where a saved search is renamed.
pub fn search(id: &str) -> String {
    format!("/searches/{}", encode(id))
}

/// The page of one tenant.
pub fn tenant(id: &str) -> String {
    format!("/tenants/{}", encode(id))
}

/// The page of one customer.
pub fn customer(id: &str) -> String {
    format!("/customers/{}", encode(id))
}

/// The page of one defect.
pub fn defect(id: &str) -> String {
    format!("/defects/{}", encode(id))
}

/// The page of one copy.
pub fn instance(id: &str) -> String {
    format!("/instances/{}", encode(id))
}

/// Where a copy is verified.
pub fn instance_verify(id: &str) -> String {
    format!("/instances/{}/verify", encode(id))
}

/// Where held cells of a copy are released.
pub fn instance_release(id: &str) -> String {
    format!("/instances/{}/release", encode(id))
}

/// What the customer gets of a copy.
pub fn instance_report(id: &str) -> String {
    format!("/instances/{}/report", encode(id))
}

/// The evidence of a copy.
pub fn instance_evidence(id: &str) -> String {
    format!("/instances/{}/evidence", encode(id))
}

/// The evidence of a customer's copies.
pub fn customer_evidence(id: &str) -> String {
    format!("/customers/{}/evidence", encode(id))
}

/// Where a copy is sent to Jupyter.
pub fn instance_jupyter(id: &str) -> String {
    format!("/instances/{}/jupyter", encode(id))
}

/// Where a copy is taken to a newer revision.
pub fn instance_upgrade(id: &str) -> String {
    format!("/instances/{}/upgrade", encode(id))
}

/// What was mended in a copy, for its procedure's repository.
pub fn instance_propose(id: &str) -> String {
    format!("/instances/{}/propose", encode(id))
}

/// The file of one copy.
pub fn instance_file(id: &str) -> String {
    format!("/api/v1/instances/{}/notebook.ipynb", encode(id))
}

/// The same as `MyST`.
pub fn instance_myst(id: &str) -> String {
    format!("/api/v1/instances/{}/notebook.md", encode(id))
}

/// An address from outside (a forge's template, a configuration) if it is one that may be followed: only `http` and
/// `https`, so that `javascript:` never becomes a link.
pub fn outside(url: &str) -> Option<String> {
    let scheme = url.split_once(':')?.0;
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")).then(|| url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_with_slashes_and_colons_is_one_path_segment() {
        assert_eq!(
            procedure("path:hunts/a b.md", "history", Some("playbook")),
            "/procedures/path%3Ahunts%2Fa%20b.md/history?repo=playbook"
        );
    }

    #[test]
    fn only_web_addresses_are_followed() {
        assert_eq!(outside("javascript:alert(1)"), None);
        assert_eq!(outside("HTTPS://forge/x").as_deref(), Some("HTTPS://forge/x"));
        assert_eq!(outside("nothing"), None);
    }
}
