//! What a repository is: where it is mirrored from, what of it counts, and where its forge stands.

mod entrance;
mod forge;
mod host_key;
mod proposals;
mod sidecar;

pub use entrance::{Entrance, TokenPlace};
pub use forge::Forge;
pub use host_key::{HostKey, NotAHostKey};
pub use proposals::{MAX_PATTERNS, NotARefPattern, RefPattern};
pub use sidecar::Sidecar;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::{Host, Url};

/// Most further keys of `hunting` that can be facets.
pub const MAX_FACETS: usize = 8;

/// Longest URL or path that is taken.
const MAX_LOCATION: usize = 4096;

/// Most globs of a repository, and the longest.
const MAX_GLOBS: usize = 200;
const MAX_GLOB: usize = 500;

/// Where a repository is mirrored from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder on this machine (also `file://`).
    Path(PathBuf),
    /// `https://…` or `ssh://…` (and `user@host:path`).
    Remote(String),
}

/// A git repository that is mirrored, with its branch, globs and field mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Its name, `[A-Za-z0-9._-]{1,64}`: in URLs, in the index, and the name of the mirror's folder.
    pub name: String,
    /// Where it is mirrored from.
    pub location: Location,
    /// The branch; the remote's `HEAD` when none is named.
    pub branch: Option<String>,
    /// The tag, in place of a branch.
    pub tag: Option<String>,
    /// References that are proposals: fetched beside the branch, never in the catalog.
    pub proposals: Vec<RefPattern>,
    /// How it is entered.
    pub entrance: Entrance,
    /// Files that count; `**/*.md` and `**/*.ipynb` by default.
    pub globs: Vec<String>,
    /// Files that do not, although they match `globs`.
    pub ignore: Vec<String>,
    /// How often to fetch.
    pub interval: Duration,
    /// Where commits, files and lines are shown at the forge.
    pub forge: Option<Forge>,
    /// Further keys of `hunting` that hold tactics.
    pub fields: FieldMapping,
    /// What describes a notebook that has no `hunting` block of its own.
    pub sidecar: Sidecar,
}

/// Which keys of the `hunting` block hold what, beyond the six recommended ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FieldMapping {
    /// Keys that name tactics.
    pub tactics: Vec<String>,
    /// Keys that name techniques.
    pub techniques: Vec<String>,
    /// Keys that name authors.
    pub authors: Vec<String>,
    /// Keys that name platforms.
    pub platforms: Vec<String>,
    /// Keys by which results are counted and filtered, as by the recommended ones: facets.
    pub facets: Vec<String>,
}

impl Default for FieldMapping {
    fn default() -> Self {
        let list = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        Self {
            tactics: list(&["attack_tactic_ids", "attack_tactics", "tactics"]),
            techniques: list(&["attack_technique_ids"]),
            authors: list(&["authors", "author"]),
            platforms: list(&["platforms", "platform"]),
            facets: Vec::new(),
        }
    }
}

/// What is wrong with a repository's configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RepositoryError {
    /// Nothing, or far too much.
    #[error("a repository is a path or a URL of 1 to {MAX_LOCATION} characters")]
    Length,
    /// A scheme that is not mirrored from.
    #[error(
        "{0}: repositories are mirrored from https://, ssh://, user@host:path, file:// and local paths only"
    )]
    Scheme(String),
    /// A URL that cannot be read, or one that could be taken for an option.
    #[error("{url} is no usable URL: {reason}")]
    Url {
        /// The URL without credentials.
        url: String,
        /// Why.
        reason: String,
    },
    /// No name follows from it.
    #[error("no name follows from {0}: give the repository a name")]
    Unnamed(String),
    /// A name that cannot stand in URLs and folder names.
    #[error(
        "{0:?} cannot name a repository: use 1 to 64 of A-Z a-z 0-9 . _ -, not beginning with a dot or a hyphen"
    )]
    Name(String),
    /// A key that cannot be a facet.
    #[error("the facet {facet:?}: {reason}")]
    Facet {
        /// The key.
        facet: String,
        /// Why.
        reason: &'static str,
    },
    /// A glob that cannot be read.
    #[error("the glob {glob:?}: {reason}")]
    Glob {
        /// The glob.
        glob: String,
        /// Why.
        reason: String,
    },
}

impl Location {
    /// Reads a path or URL. Nothing is looked up, on disk or elsewhere.
    ///
    /// `http://` is taken for this very machine only, where nothing can listen in between.
    ///
    /// # Errors
    /// When it is neither a path nor a URL that repositories are mirrored from.
    pub fn parse(text: &str) -> Result<Self, RepositoryError> {
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_LOCATION || text.contains(['\0', '\n', '\r']) {
            return Err(RepositoryError::Length);
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            if scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')) {
                return Self::parse_url(text, &scheme.to_ascii_lowercase(), rest);
            }
        } else if let Some((host, path)) = scp(text) {
            // git's transport helpers (`ext::command`) run programs.
            if path.starts_with(':') {
                return Err(RepositoryError::Scheme(format!("{host}::")));
            }
            let reason =
                if host.rsplit('@').next().is_none_or(|host| host.is_empty() || host.starts_with('-')) {
                    Some("it has no host")
                } else if host.starts_with('-') || path.starts_with('-') || path.is_empty() {
                    Some("it has no path")
                } else {
                    None
                };
            return match reason {
                None => Ok(Self::Remote(text.to_owned())),
                Some(reason) => {
                    Err(RepositoryError::Url { url: without_credentials(text), reason: reason.to_owned() })
                }
            };
        }
        Ok(Self::Path(PathBuf::from(text)))
    }

    fn parse_url(text: &str, scheme: &str, rest: &str) -> Result<Self, RepositoryError> {
        let bad =
            |reason: &str| RepositoryError::Url { url: without_credentials(text), reason: reason.to_owned() };
        match scheme {
            "file" => {
                let path = rest.strip_prefix("localhost").unwrap_or(rest);
                if !path.starts_with('/') {
                    return Err(bad("a file:// URL names a path on this machine"));
                }
                let path =
                    percent_decode_str(path).decode_utf8().map_err(|_| bad("its path is not UTF-8"))?;
                Ok(Self::Path(PathBuf::from(path.into_owned())))
            }
            "https" | "ssh" | "http" => {
                let url = Url::parse(text).map_err(|error| bad(&error.to_string()))?;
                let host = url.host_str().unwrap_or_default();
                if host.is_empty() || host.starts_with('-') || url.username().starts_with('-') {
                    return Err(bad("it has no host"));
                }
                if scheme == "http" && !is_loopback(&url) {
                    return Err(RepositoryError::Scheme("http://".to_owned()));
                }
                if url.path().trim_matches('/').is_empty() {
                    return Err(bad("it has no path"));
                }
                Ok(Self::Remote(text.to_owned()))
            }
            _ => Err(RepositoryError::Scheme(format!("{scheme}://"))),
        }
    }

    /// The location for people and logs: credentials in a URL are left out.
    pub fn display(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Remote(url) => without_credentials(url),
        }
    }

    /// `file`, `http`, `https` or `ssh`.
    pub fn scheme(&self) -> &'static str {
        match self {
            Self::Path(_) => "file",
            Self::Remote(url) => match url.split_once("://") {
                Some((scheme, _)) if scheme.eq_ignore_ascii_case("https") => "https",
                Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") => "http",
                _ => "ssh",
            },
        }
    }

    /// The last segment of its path, without `.git`.
    fn last_segment(&self) -> Option<String> {
        match self {
            Self::Remote(url) => {
                let path = match Url::parse(url) {
                    Ok(parsed) if url.contains("://") => parsed.path().to_owned(),
                    _ => scp(url)?.1.to_owned(),
                };
                let path = percent_decode_str(&path).decode_utf8_lossy().into_owned();
                let last = path.trim_end_matches('/').rsplit(['/', '\\']).next()?;
                Some(last.strip_suffix(".git").unwrap_or(last).to_owned())
            }
            Self::Path(path) => {
                // `.` and `..` have no name of their own; what they stand for has.
                let resolved;
                let path = if path.file_name().is_some() {
                    path.as_path()
                } else {
                    resolved = path.canonicalize().ok()?;
                    resolved.as_path()
                };
                name_of(path).or_else(|| name_of(path.parent()?))
            }
        }
    }
}

fn name_of(path: &Path) -> Option<String> {
    let last = path.file_name()?.to_string_lossy();
    let name = last.strip_suffix(".git").unwrap_or(&last);
    (!name.is_empty()).then(|| name.to_owned())
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display())
    }
}

/// `user@host:path` in its two parts. A colon after a slash belongs to a path; one letter before it is a drive.
fn scp(text: &str) -> Option<(&str, &str)> {
    let (host, path) = text.split_once(':')?;
    let drive = host.len() == 1 && host.bytes().all(|b| b.is_ascii_alphabetic());
    (!host.contains(['/', '\\']) && !drive).then_some((host, path))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// A URL without user and password; `ssh` keeps its user, which is no secret, and loses a password.
fn without_credentials(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return match scp(text).and_then(|(host, path)| Some((host.rsplit_once('@')?, path))) {
            Some(((user, host), path)) if user.contains(':') => format!("{host}:{path}"),
            _ => text.to_owned(),
        };
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    // A token may also stand in the query.
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let authority = match authority.rsplit_once('@') {
        Some((user, host)) if scheme.eq_ignore_ascii_case("ssh") => {
            format!("{}@{host}", user.split(':').next().unwrap_or_default())
        }
        Some((_, host)) => host.to_owned(),
        None => authority.to_owned(),
    };
    format!("{scheme}://{authority}{path}")
}

impl Repository {
    /// How often to fetch where nothing else is configured.
    pub const INTERVAL: Duration = Duration::from_mins(5);

    /// A repository with everything but its location guessed or left at its default: named after the last segment of
    /// its path without `.git`, `HEAD`, every markdown and ipynb file, the forge by its host.
    ///
    /// # Errors
    /// When it is neither a path nor a URL that repositories are mirrored from, or no name follows from it.
    pub fn parse(text: &str) -> Result<Self, RepositoryError> {
        let location = Location::parse(text)?;
        let name = location.last_segment().map(|last| as_name(&last)).filter(|name| is_name(name));
        let name = name.ok_or_else(|| RepositoryError::Unnamed(location.display()))?;
        Ok(Self::new(name, location))
    }

    /// The same with a name given.
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse), and [`RepositoryError::Name`].
    pub fn named(name: &str, text: &str) -> Result<Self, RepositoryError> {
        if !is_name(name) {
            return Err(RepositoryError::Name(name.chars().take(100).collect()));
        }
        Ok(Self::new(name.to_owned(), Location::parse(text)?))
    }

    fn new(name: String, location: Location) -> Self {
        let forge = match &location {
            Location::Remote(url) => Forge::guess(url),
            Location::Path(_) => None,
        };
        Self {
            name,
            location,
            branch: None,
            tag: None,
            proposals: Vec::new(),
            entrance: Entrance::default(),
            globs: vec!["**/*.md".to_owned(), "**/*.ipynb".to_owned()],
            ignore: Vec::new(),
            interval: Self::INTERVAL,
            forge,
            fields: FieldMapping::default(),
            sidecar: Sidecar::default(),
        }
    }

    /// Its globs, compiled.
    ///
    /// # Errors
    /// [`RepositoryError::Glob`] for one that cannot be read.
    pub fn compile_globs(&self) -> Result<Globs, RepositoryError> {
        Globs::new(&self.globs, &self.ignore)
    }
}

/// Names that a facet cannot have: facets of every catalog, parameters of the pages that show them, and keys that are no
/// further ones.
const TAKEN: [&str; 28] = [
    "about",
    "actor",
    "as",
    "at",
    "attack_technique_ids",
    "author",
    "collection",
    "cursor",
    "data_source",
    "data_sources",
    "description",
    "domain",
    "format",
    "id",
    "limit",
    "offset",
    "platform",
    "q",
    "repo",
    "since",
    "sort",
    "standing",
    "tactic",
    "tag",
    "tags",
    "technique",
    "title",
    "version",
];

/// Longest name of a facet.
const MAX_FACET: usize = 40;

/// Further keys of `hunting` that are facets in a catalog of these repositories, each once, in the configured order.
pub fn facets(repositories: &[Repository]) -> Vec<String> {
    let mut facets: Vec<String> = Vec::new();
    for key in repositories.iter().flat_map(|repository| &repository.fields.facets) {
        if !facets.contains(key) {
            facets.push(key.clone());
        }
    }
    facets
}

/// Whether these can be facets.
///
/// # Errors
/// [`RepositoryError::Facet`] for a name that cannot be one, and where there are more than [`MAX_FACETS`].
pub fn check_facets(facets: &[String]) -> Result<(), RepositoryError> {
    let refuse = |facet: &str, reason| {
        Err(RepositoryError::Facet { facet: facet.chars().take(MAX_FACET).collect(), reason })
    };
    for facet in facets {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
        if facet.is_empty() || facet.len() > MAX_FACET || !facet.bytes().all(plain) {
            return refuse(facet, "a facet is a key of 1 to 40 of a-z 0-9 _ - .");
        }
        if TAKEN.contains(&facet.as_str()) {
            return refuse(facet, "this name has another meaning already");
        }
    }
    match facets.get(MAX_FACETS) {
        Some(facet) => {
            refuse(facet, "at most eight further keys can be facets, in all repositories together")
        }
        None => Ok(()),
    }
}

/// Whether a text can name a repository. It becomes a folder and part of URLs.
pub fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        && !name.starts_with(['.', '-'])
}

/// A path segment with what cannot stand in a name replaced by hyphens.
fn as_name(segment: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
    let name: String = segment.trim_start_matches(['.', '-', ' ']).chars().take(64).map(plain).collect();
    name.trim_end_matches('-').to_owned()
}

/// Which files of a repository count.
#[derive(Debug, Clone)]
pub struct Globs {
    wanted: GlobSet,
    ignored: GlobSet,
}

impl Globs {
    /// Compiles globs: `*` stays within a folder, `**` does not.
    ///
    /// # Errors
    /// [`RepositoryError::Glob`] for the first that cannot be read.
    pub fn new(globs: &[String], ignore: &[String]) -> Result<Self, RepositoryError> {
        Ok(Self { wanted: compile(globs)?, ignored: compile(ignore)? })
    }

    /// Whether the file at `path` (from the root, with `/`) counts. What Jupyter saved by itself never does.
    pub fn matches(&self, path: &str) -> bool {
        self.wanted.is_match(path)
            && !self.ignored.is_match(path)
            && !path.split('/').any(|part| part == ".ipynb_checkpoints")
    }
}

fn compile(globs: &[String]) -> Result<GlobSet, RepositoryError> {
    let bad = |glob: &str, reason: String| RepositoryError::Glob {
        glob: glob.chars().take(MAX_GLOB).collect(),
        reason,
    };
    if globs.len() > MAX_GLOBS {
        return Err(bad(&globs[MAX_GLOBS], format!("more than {MAX_GLOBS} globs")));
    }
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        if glob.len() > MAX_GLOB {
            return Err(bad(glob, format!("longer than {MAX_GLOB} bytes")));
        }
        let compiled = GlobBuilder::new(glob).literal_separator(true).build();
        set.add(compiled.map_err(|error| bad(glob, error.kind().to_string()))?);
    }
    set.build().map_err(|error| bad(error.glob().unwrap_or_default(), error.kind().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> String {
        Repository::parse(text).unwrap().name
    }

    #[test]
    fn a_repository_is_named_after_its_last_segment() {
        assert_eq!(name("https://github.com/acme/hunts.git"), "hunts");
        assert_eq!(name("https://github.com/acme/hunts/"), "hunts");
        assert_eq!(name("ssh://git@example.org:2222/team/hunts.git"), "hunts");
        assert_eq!(name("git@github.com:acme/hunts.git"), "hunts");
        assert_eq!(name("/srv/git/playbook.git"), "playbook");
        assert_eq!(name("playbook.git/"), "playbook");
        assert_eq!(name("/srv/hunts/.git"), "hunts");
        assert_eq!(name("file:///srv/my%20hunts.git"), "my-hunts");
        assert!(!name(".").is_empty());
    }

    #[test]
    fn paths_and_file_urls_are_local() {
        for text in ["/srv/hunts.git", "file:///srv/hunts.git", "file://localhost/srv/hunts.git"] {
            assert_eq!(Location::parse(text).unwrap(), Location::Path("/srv/hunts.git".into()), "{text}");
        }
        assert_eq!(Location::parse("./a:b").unwrap(), Location::Path("./a:b".into()));
    }

    #[test]
    fn other_schemes_are_refused() {
        for text in [
            "git://example.org/a",
            "ftp://example.org/a",
            "http://example.org/a",
            "ext::sh -c id",
            "javascript://a/b",
        ] {
            assert!(matches!(Repository::parse(text), Err(RepositoryError::Scheme(_))), "{text}");
        }
        assert!(Repository::parse("http://127.0.0.1:8080/a.git").is_ok());
        assert!(Repository::parse("http://localhost/a.git").is_ok());
    }

    #[test]
    fn what_could_be_taken_for_an_option_is_refused() {
        for text in [
            "-oProxyCommand=id:a",
            "git@-oProxyCommand=id:a",
            "ssh://-oProxyCommand=id/a",
            "host:-x",
            "",
            "  ",
            "https://",
            "https://example.org/",
        ] {
            assert!(Repository::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn credentials_are_never_shown() {
        for (text, shown) in [
            ("https://user:s3cret@example.org/a.git", "https://example.org/a.git"),
            ("https://s3cret@example.org/a.git?token=s3cret", "https://example.org/a.git"),
            ("ssh://git:s3cret@example.org/a.git", "ssh://git@example.org/a.git"),
            ("git@example.org:a.git", "git@example.org:a.git"),
        ] {
            let repository = Repository::parse(text).unwrap();
            assert_eq!(repository.location.display(), shown);
        }
        let guessed = Forge::guess("https://user:s3cret@github.com/acme/hunts.git").unwrap();
        assert!(!format!("{guessed:?}").contains("s3cret"));
        let refused = Repository::parse("ftp://user:s3cret@example.org/a").unwrap_err().to_string();
        assert!(!refused.contains("s3cret"));
    }

    #[test]
    fn globs_choose_notebooks_in_every_folder() {
        let globs = Repository::parse("/srv/a").unwrap().compile_globs().unwrap();
        assert!(globs.matches("a.md") && globs.matches("deep/er/a.md") && globs.matches("deep/a.ipynb"));
        assert!(!globs.matches("a.py") && !globs.matches("a.md/b"));
        assert!(!globs.matches("deep/.ipynb_checkpoints/a-checkpoint.ipynb"));
        let globs = Globs::new(&["hunts/*.md".into()], &["hunts/draft*".into()]).unwrap();
        assert!(globs.matches("hunts/a.md"));
        assert!(!globs.matches("hunts/deep/a.md") && !globs.matches("hunts/draft-1.md"));
        assert!(matches!(Globs::new(&["a[".into()], &[]), Err(RepositoryError::Glob { .. })));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_names_are_always_valid(text in "\\PC{0,60}|[a-z@:/.%-]{0,40}") {
            if let Ok(repository) = Repository::parse(&text) {
                prop_assert!(is_name(&repository.name));
                prop_assert!(Repository::named(&repository.name, &text).is_ok());
            }
            let _ = Forge::guess(&text);
        }
    }
}
