//! `[[repositories]]`: what is mirrored, from where.

use super::ConfigError;
use catalog::repository::{FieldMapping, Forge, Location, Repository};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// One repository as it is configured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepositoryEntry {
    /// Its name; the last segment of its URL, without `.git`, where none is given.
    #[serde(default)]
    pub name: Option<String>,
    /// A path, `file://`, `https://` or `ssh://`, or `user@host:path`.
    pub url: String,
    /// The branch; the remote's `HEAD` where none is given.
    #[serde(default)]
    pub branch: Option<String>,
    /// Files that count.
    #[serde(default = "every_markdown_file")]
    pub globs: Vec<String>,
    /// Files that do not, although they match `globs`.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// How often to fetch: `30s`, `5m`, `1h`.
    #[serde(default = "five_minutes")]
    pub interval: String,
    /// `github`, `gitlab`, `gitea`, or URL templates; guessed from the URL where it is not given.
    #[serde(default)]
    pub forge: Option<ForgeEntry>,
    /// Which further keys of `hunting` hold what.
    #[serde(default)]
    pub fields: FieldMapping,
}

/// What shows a repository to people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ForgeEntry {
    /// `github`, `gitlab` or `gitea`.
    Kind(String),
    /// URL templates of one's own.
    Templates(Forge),
}

fn every_markdown_file() -> Vec<String> {
    vec!["**/*.md".to_owned()]
}

fn five_minutes() -> String {
    "5m".to_owned()
}

impl RepositoryEntry {
    /// The one at a URL or path, with everything else as it is by default.
    pub fn of(place: &str) -> Self {
        Self {
            name: None,
            url: place.to_owned(),
            branch: None,
            globs: every_markdown_file(),
            ignore: Vec::new(),
            interval: five_minutes(),
            forge: None,
            fields: FieldMapping::default(),
        }
    }

    /// What it says, checked.
    pub(super) fn read(&self) -> Result<Repository, ConfigError> {
        let refuse = |reason: String| ConfigError::Repository {
            name: self.name.clone().unwrap_or_else(|| without_password(&self.url)),
            reason,
        };
        let location = location(&self.url).map_err(&refuse)?;
        let name = match &self.name {
            Some(name) => name.clone(),
            None => name_of(&self.url).to_owned(),
        };
        if !is_name(&name) {
            return Err(refuse(format!(
                "{name:?} cannot be a name: letters, digits, dots, hyphens and underscores, at most 64, not a dot first; give it a `name`"
            )));
        }
        if self.globs.is_empty() {
            return Err(refuse("globs is empty, so that no file counts".to_owned()));
        }
        Ok(Repository {
            name,
            forge: self.forge(&location).map_err(&refuse)?,
            location,
            branch: self.branch.clone(),
            globs: self.globs.clone(),
            ignore: self.ignore.clone(),
            interval: duration(&self.interval).map_err(&refuse)?,
            fields: self.fields.clone(),
        })
    }

    fn forge(&self, _location: &Location) -> Result<Option<Forge>, String> {
        match &self.forge {
            Some(ForgeEntry::Templates(forge)) => Ok(Some(forge.clone())),
            Some(ForgeEntry::Kind(kind)) => {
                Err(format!("{kind:?} is no forge: github, gitlab or gitea, or URL templates"))
            }
            None => Ok(None),
        }
    }
}

/// A URL for messages: what stands before the `@` may be a password.
fn without_password(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            // Only URLs that cannot have one refuse, and this one has.
            let _ = parsed.set_password(Some("…"));
            parsed.to_string()
        }
        _ => url.to_owned(),
    }
}

fn location(url: &str) -> Result<Location, String> {
    let shown = without_password(url);
    if url.trim().is_empty() {
        return Err("its URL is empty".to_owned());
    }
    if let Some((scheme, _)) = url.split_once("://") {
        let parsed = Url::parse(url).map_err(|error| format!("{shown} is not a URL: {error}"))?;
        return match scheme {
            "file" => parsed
                .to_file_path()
                .map(Location::Path)
                .map_err(|()| format!("{shown} names no path of this machine")),
            "https" | "ssh" if parsed.host().is_some() => Ok(Location::Remote(url.to_owned())),
            "https" | "ssh" => Err(format!("{shown} names no host")),
            _ => Err(format!("{shown} cannot be mirrored: a path, file://, https:// or ssh:// can")),
        };
    }
    // `user@host:path`, as ssh writes it: a colon before the first slash. Anything else is a path.
    let first = url.split('/').next().unwrap_or_default();
    if first.contains(':') {
        return Ok(Location::Remote(url.to_owned()));
    }
    Ok(Location::Path(PathBuf::from(url)))
}

fn name_of(url: &str) -> &str {
    let url = url.trim_end_matches('/');
    let last = url.rsplit(['/', ':']).next().unwrap_or(url);
    last.strip_suffix(".git").unwrap_or(last)
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && !name.starts_with('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn duration(text: &str) -> Result<Duration, String> {
    let refused = || format!("interval {text:?} is no stretch of time: 30s, 5m, 1h, 1d; at least 10s");
    let split = text.len() - text.chars().last().map_or(0, char::len_utf8);
    let (number, unit) = text.split_at(split);
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(refused()),
    };
    let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    match seconds {
        Some(seconds @ 10..=31_536_000) => Ok(Duration::from_secs(seconds)),
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_path_a_url_or_what_ssh_writes() {
        assert_eq!(location("hunts.git").unwrap(), Location::Path("hunts.git".into()));
        assert_eq!(location("file:///srv/hunts").unwrap(), Location::Path("/srv/hunts".into()));
        for remote in ["https://example.com/a.git", "ssh://git@example.com/a", "git@example.com:team/a.git"] {
            assert_eq!(location(remote).unwrap(), Location::Remote(remote.to_owned()));
        }
        for bad in ["", "http://example.com/a", "git://example.com/a", "ssh://", "ext::sh -c id://x"] {
            assert!(location(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_come_from_the_last_segment() {
        assert_eq!(name_of("https://example.com/a/playbook.git"), "playbook");
        assert_eq!(name_of("git@example.com:playbook.git"), "playbook");
        assert_eq!(name_of("/srv/playbook/"), "playbook");
    }

    #[test]
    fn a_name_never_climbs_out_of_its_folder() {
        for bad in ["", "..", ".hidden", "a/b", "a b", &"x".repeat(65)] {
            assert!(!is_name(bad), "{bad:?}");
        }
        assert!(is_name("Threat_Hunter-Playbook.2"));
    }

    #[test]
    fn intervals_are_a_number_and_a_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1h"), Ok(Duration::from_secs(3_600)));
        for bad in ["", "5", "m", "1s", "5 m", "-5m", "5µ", "99999999999999999999d"] {
            assert!(duration(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_password_never_stands_in_a_message() {
        let entry =
            RepositoryEntry { name: Some("a b".into()), ..RepositoryEntry::of("https://u:hunter2@h/a.git") };
        assert!(!entry.read().unwrap_err().to_string().contains("hunter2"));
        let entry = RepositoryEntry::of("http://u:hunter2@h/a.git");
        assert!(!entry.read().unwrap_err().to_string().contains("hunter2"));
    }
}
