//! Where a repository's forge shows commits, files and lines: URL templates, guessed or configured.

use super::scp;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use url::Url;

/// Everything but what RFC 3986 lets stand in a path segment, and `/`.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// All but RFC 3986's unreserved characters: what may stand as the value of a query.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// URL templates of the forge that hosts a repository. `{commit}`, `{path}`, `{line}`, `{branch}` and `{number}` are filled in,
/// percent-encoded; `{name}`, `{content}`, `{title}` and `{body}` so that they can stand in a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forge {
    /// One commit.
    pub commit: String,
    /// One file at a commit.
    pub file: String,
    /// One line of a file at a commit.
    pub line: String,
    /// Editing a file on the branch.
    pub edit: String,
    /// A new issue.
    pub issue: String,
    /// A new file on the branch, with its name and its content to begin with. None where the forge has no such page.
    #[serde(default)]
    pub new: Option<String>,
    /// A new issue with its title and text to begin with. None where the forge has no such page.
    #[serde(default)]
    pub ask: Option<String>,
    /// A proposal, by its `{number}`. None where the forge has no such page.
    #[serde(default)]
    pub proposal: Option<String>,
}

impl Forge {
    /// The templates of GitHub, GitLab or Gitea (Forgejo, Codeberg), told by the host's name; none for other hosts.
    pub fn guess(remote: &str) -> Option<Self> {
        let (host, path) = if remote.contains("://") {
            let url = Url::parse(remote).ok()?;
            // An ssh port says nothing of the pages; that of https is theirs.
            let port = url.port().filter(|_| url.scheme() == "https");
            let host = url.host_str()?;
            (port.map_or(host.to_owned(), |port| format!("{host}:{port}")), url.path().to_owned())
        } else {
            let (host, path) = scp(remote)?;
            (host.rsplit('@').next()?.to_owned(), path.to_owned())
        };
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        // Through the parser once more: what comes out has no braces left to be taken for places to fill.
        let base = Url::parse(&format!("https://{host}/{path}")).ok()?;
        let host = base.host_str()?.to_ascii_lowercase();
        let base = base.as_str();
        if base.contains(['{', '}']) {
            return None;
        }
        let part_of_host =
            |word: &str| host.split('.').any(|part| part == word || part.starts_with(&format!("{word}-")));
        let forge = |[commit, file, line, edit, issue, new, ask, proposal]: [&str; 8]| Self {
            commit: format!("{base}{commit}"),
            file: format!("{base}{file}"),
            line: format!("{base}{line}"),
            edit: format!("{base}{edit}"),
            issue: format!("{base}{issue}"),
            new: Some(format!("{base}{new}")),
            ask: Some(format!("{base}{ask}")),
            proposal: Some(format!("{base}{proposal}")),
        };
        if part_of_host("github") {
            Some(forge([
                "/commit/{commit}",
                "/blob/{commit}/{path}",
                // Without `plain` GitHub renders markdown and has no lines to go to.
                "/blob/{commit}/{path}?plain=1#L{line}",
                "/edit/{branch}/{path}",
                "/issues/new",
                "/new/{branch}?filename={name}&value={content}",
                "/issues/new?title={title}&body={body}",
                "/pull/{number}",
            ]))
        } else if part_of_host("gitlab") {
            Some(forge([
                "/-/commit/{commit}",
                "/-/blob/{commit}/{path}",
                "/-/blob/{commit}/{path}?plain=1#L{line}",
                "/-/edit/{branch}/{path}",
                "/-/issues/new",
                // Its editor does not take a content from the address.
                "/-/new/{branch}?file_name={name}",
                "/-/issues/new?issue%5Btitle%5D={title}&issue%5Bdescription%5D={body}",
                "/-/merge_requests/{number}",
            ]))
        } else if ["gitea", "forgejo", "codeberg"].into_iter().any(part_of_host) {
            Some(forge([
                "/commit/{commit}",
                "/src/commit/{commit}/{path}",
                "/src/commit/{commit}/{path}?display=source#L{line}",
                "/_edit/{branch}/{path}",
                "/issues/new",
                "/_new/{branch}?filename={name}&value={content}",
                "/issues/new?title={title}&body={body}",
                "/pulls/{number}",
            ]))
        } else {
            None
        }
    }

    /// Where a commit is shown.
    pub fn commit_url(&self, commit: &str) -> Option<String> {
        fill(&self.commit, &[("commit", commit)])
    }

    /// Where a file is shown as of a commit.
    pub fn file_url(&self, commit: &str, path: &str) -> Option<String> {
        fill(&self.file, &[("commit", commit), ("path", path)])
    }

    /// Where a line of a file is shown as of a commit.
    pub fn line_url(&self, commit: &str, path: &str, line: u32) -> Option<String> {
        fill(&self.line, &[("commit", commit), ("path", path), ("line", &line.to_string())])
    }

    /// Where a file is edited on a branch.
    pub fn edit_url(&self, branch: &str, path: &str) -> Option<String> {
        fill(&self.edit, &[("branch", branch), ("path", path)])
    }

    /// Where a new issue is written.
    pub fn issue_url(&self) -> Option<String> {
        fill(&self.issue, &[])
    }

    /// Where a new file is written on a branch: its name and what stands in it to begin with.
    pub fn new_url(&self, branch: &str, name: &str, content: &str) -> Option<String> {
        fill(self.new.as_ref()?, &[("branch", branch), ("name", name), ("content", content)])
    }

    /// Where a proposal is shown.
    pub fn proposal_url(&self, number: u64) -> Option<String> {
        fill(self.proposal.as_ref()?, &[("number", &number.to_string())])
    }

    /// Where an issue of a title and a text is written; one without them where the forge takes none.
    pub fn ask_url(&self, title: &str, body: &str) -> Option<String> {
        match &self.ask {
            Some(ask) => fill(ask, &[("title", title), ("body", body)]),
            None => self.issue_url(),
        }
    }
}

/// Fills in a template in one pass, so that what is filled in is never taken for a place. Only http and https come out.
fn fill(template: &str, values: &[(&str, &str)]) -> Option<String> {
    let mut url = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let close = open + rest[open..].find('}')?;
        let (name, value) = values.iter().find(|(name, _)| *name == &rest[open + 1..close])?;
        let kept = if matches!(*name, "name" | "content" | "title" | "body") { IN_QUERY } else { IN_PATH };
        url.push_str(&rest[..open]);
        url.extend(utf8_percent_encode(value, kept));
        rest = &rest[close + 1..];
    }
    url.push_str(rest);
    let scheme = Url::parse(&url).ok()?.scheme().to_owned();
    matches!(scheme.as_str(), "http" | "https").then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forges_are_told_by_their_host() {
        let commit = |remote: &str| Forge::guess(remote).and_then(|forge| forge.commit_url("abc123"));
        let github = Some("https://github.com/acme/hunts/commit/abc123".to_owned());
        assert_eq!(commit("https://github.com/acme/hunts.git"), github);
        assert_eq!(commit("git@github.com:acme/hunts.git"), github);
        assert_eq!(commit("ssh://git@github.com:22/acme/hunts.git"), github);
        assert_eq!(
            commit("https://gitlab.example.org:8443/a/b/hunts.git").unwrap(),
            "https://gitlab.example.org:8443/a/b/hunts/-/commit/abc123"
        );
        assert_eq!(commit("https://codeberg.org/a/b.git").unwrap(), "https://codeberg.org/a/b/commit/abc123");
        assert_eq!(commit("https://git.example.org/a/b.git"), None);
        assert_eq!(commit("https://notgithub.example.org/a/b.git"), None);
    }

    #[test]
    fn templates_are_filled_in_percent_encoded_and_once() {
        let forge = Forge::guess("https://github.com/acme/hunts").unwrap();
        assert_eq!(
            forge.line_url("abc", "a b/{commit}#?.md", 7).unwrap(),
            "https://github.com/acme/hunts/blob/abc/a%20b/%7Bcommit%7D%23%3F.md?plain=1#L7"
        );
        assert_eq!(forge.edit_url("main", "a.md").unwrap(), "https://github.com/acme/hunts/edit/main/a.md");
        assert_eq!(forge.issue_url().unwrap(), "https://github.com/acme/hunts/issues/new");
    }

    #[test]
    fn a_new_file_and_a_new_issue_begin_with_what_is_given() {
        let urls = |remote: &str| {
            let forge = Forge::guess(remote).unwrap();
            (forge.new_url("main", "a&b.md", "# A+B\n").unwrap(), forge.ask_url("A & {body}", "b#").unwrap())
        };
        let (new, ask) = urls("https://github.com/acme/hunts");
        assert_eq!(new, "https://github.com/acme/hunts/new/main?filename=a%26b.md&value=%23%20A%2BB%0A");
        assert_eq!(ask, "https://github.com/acme/hunts/issues/new?title=A%20%26%20%7Bbody%7D&body=b%23");
        let (new, ask) = urls("https://gitlab.com/acme/hunts");
        assert_eq!(new, "https://gitlab.com/acme/hunts/-/new/main?file_name=a%26b.md");
        let pairs: Vec<_> =
            Url::parse(&ask).unwrap().query_pairs().map(|(key, _)| key.into_owned()).collect();
        assert_eq!(pairs, ["issue[title]", "issue[description]"]);
        let (new, _) = urls("https://codeberg.org/acme/hunts");
        assert_eq!(new, "https://codeberg.org/acme/hunts/_new/main?filename=a%26b.md&value=%23%20A%2BB%0A");
        let own = Forge { new: None, ask: None, ..Forge::guess("https://github.com/acme/hunts").unwrap() };
        assert_eq!(own.new_url("main", "a.md", ""), None);
        assert_eq!(own.ask_url("a", "b"), own.issue_url());
    }

    #[test]
    fn a_proposal_is_shown_where_its_forge_shows_it() {
        let url = |remote: &str| Forge::guess(remote).unwrap().proposal_url(12).unwrap();
        assert_eq!(url("https://github.com/acme/hunts.git"), "https://github.com/acme/hunts/pull/12");
        assert_eq!(url("https://gitlab.com/acme/hunts"), "https://gitlab.com/acme/hunts/-/merge_requests/12");
        assert_eq!(url("https://codeberg.org/acme/hunts"), "https://codeberg.org/acme/hunts/pulls/12");
        let own = Forge { proposal: None, ..Forge::guess("https://github.com/acme/hunts").unwrap() };
        assert_eq!(own.proposal_url(12), None);
    }

    #[test]
    fn only_web_addresses_come_out_of_a_template() {
        for template in [
            "javascript:alert(1)//{commit}",
            "data:text/html,{commit}",
            "/commit/{commit}",
            "https://x/{nothing}",
            "https://x/{",
        ] {
            assert_eq!(fill(template, &[("commit", "abc")]), None, "{template}");
        }
    }
}
