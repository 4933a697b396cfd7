//! Where links and pictures of a notebook lead: to its own page, to other sites, or to files of its repository.

use super::sanitize::ID_PREFIX;
use super::slug;
use percent_encoding::percent_decode_str;
use std::fmt;

/// Longest path or address that is followed, in bytes.
const MAX_LEN: usize = 2_000;

/// Where a server shows what stands in a repository. Paths are relative to the repository's root, without `.` and `..`,
/// decoded; they may name nothing, and anything: what is there is for the server to see. Addresses that are given back
/// must begin with one `/`; others are dropped by the sanitizer.
pub trait Places {
    /// The address of a file's page, such as another procedure's; none where the server shows no such file.
    fn file(&self, path: &str) -> Option<String> {
        let _ = path;
        None
    }

    /// The address of a picture's bytes; none where there is no such picture.
    fn image(&self, path: &str) -> Option<String> {
        let _ = path;
        None
    }

    /// The address of the bytes that [`output_image`](super::output_image) gives for an output of a cell.
    fn output(&self, cell: usize, output: usize) -> Option<String> {
        let _ = (cell, output);
        None
    }

    /// The address of the bytes that [`attachment_image`](super::attachment_image) gives for a file within a cell.
    fn attachment(&self, cell: usize, name: &str) -> Option<String> {
        let _ = (cell, name);
        None
    }
}

/// How to render: where the notebook stands and where the server shows its repository. By default nowhere: links into
/// the repository and pictures are then words.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    path: &'a str,
    places: Option<&'a dyn Places>,
}

impl<'a> Options<'a> {
    /// For the notebook at `path` in its repository.
    pub fn at(path: &'a str, places: &'a dyn Places) -> Self {
        Self { path, places: Some(places) }
    }

    /// What may stand in a `href` for a link's target; none where it leads nowhere that a reader may go.
    pub(super) fn href(&self, target: &str) -> Option<String> {
        match judge(target)? {
            Target::Fragment(fragment) => Some(fragment_href(&fragment)),
            Target::Outside => Some(target.trim().to_owned()),
            Target::File { path, fragment } => {
                let path = self.resolve(&path)?;
                let mut href = self.places?.file(&path)?;
                if let Some(fragment) = fragment {
                    href.push_str(&fragment_href(&fragment));
                }
                Some(href)
            }
        }
    }

    /// The address of another document named as Sphinx does, without its ending.
    pub(super) fn document(&self, name: &str) -> Option<String> {
        ["", ".md", ".ipynb"].iter().find_map(|ending| {
            let Target::File { path, .. } = judge(&format!("{name}{ending}"))? else { return None };
            self.places?.file(&self.resolve(&path)?)
        })
    }

    /// What may stand in the `src` of a picture; none where it is not one of the repository's.
    pub(super) fn src(&self, target: &str, cell: usize) -> Option<String> {
        if let Some(name) = target.strip_prefix("attachment:") {
            let name = percent_decode_str(name).decode_utf8().ok()?;
            return self.places?.attachment(cell, &name);
        }
        match judge(target)? {
            Target::File { path, .. } => self.places?.image(&self.resolve(&path)?),
            Target::Fragment(_) | Target::Outside => None,
        }
    }

    /// The address of an output's picture.
    pub(super) fn output(&self, cell: usize, output: usize) -> Option<String> {
        self.places?.output(cell, output)
    }

    /// A path as it is written in the notebook, from the repository's root; none where it leads out of it.
    fn resolve(&self, path: &str) -> Option<String> {
        let folder = if path.starts_with('/') {
            ""
        } else {
            self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in folder.split('/').chain(path.split('/')) {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                part => parts.push(part),
            }
        }
        (!parts.is_empty()).then(|| parts.join("/"))
    }
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("path", &self.path).field("places", &self.places.is_some()).finish()
    }
}

/// What a link's target is.
enum Target {
    /// A place on the same page.
    Fragment(String),
    /// Another site, or a mailbox.
    Outside,
    /// A file; its path is decoded and not yet resolved.
    File { path: String, fragment: Option<String> },
}

fn judge(target: &str) -> Option<Target> {
    let target = target.trim();
    let strange = |c: char| c.is_control() || c == '\\';
    if target.is_empty() || target.len() > MAX_LEN || target.contains(strange) {
        return None;
    }
    if let Some(fragment) = target.strip_prefix('#') {
        return Some(Target::Fragment(decoded(fragment)?));
    }
    let first = target.split(['/', '?', '#']).next().unwrap_or_default();
    if let Some((scheme, _)) = first.split_once(':') {
        let known = ["http", "https", "mailto"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
        return known.then_some(Target::Outside);
    }
    if target.starts_with("//") {
        return None;
    }
    let (path, fragment) = match target.split_once('#') {
        Some((path, fragment)) => (path, Some(decoded(fragment)?)),
        None => (target, None),
    };
    let path = decoded(path.split('?').next().unwrap_or_default())?;
    let usable = !path.is_empty() && !path.contains(strange);
    usable.then_some(Target::File { path, fragment: fragment.filter(|fragment| !fragment.is_empty()) })
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// The `href` of a place on a page. Targets and headings go by their slugs.
pub(super) fn fragment_href(fragment: &str) -> String {
    if fragment.is_empty() {
        return "#".to_owned();
    }
    let name = fragment.strip_prefix(ID_PREFIX).unwrap_or(fragment);
    format!("#{ID_PREFIX}{}", slug(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shelf;

    impl Places for Shelf {
        fn file(&self, path: &str) -> Option<String> {
            path.contains(".md").then(|| format!("/file/{path}"))
        }

        fn image(&self, path: &str) -> Option<String> {
            Some(format!("/image/{path}"))
        }
    }

    fn href(target: &str) -> Option<String> {
        Options::at("hunts/win/a.md", &Shelf).href(target)
    }

    #[test]
    fn links_are_resolved_from_where_the_notebook_stands() {
        assert_eq!(href("b.md").as_deref(), Some("/file/hunts/win/b.md"));
        assert_eq!(
            href("../lin/./c.md#Part%20two").as_deref(),
            Some("/file/hunts/lin/c.md#user-content-part-two")
        );
        assert_eq!(href("/docs/d%20e.md?x=1").as_deref(), Some("/file/docs/d e.md"));
        assert_eq!(href("#Find it").as_deref(), Some("#user-content-find-it"));
        assert_eq!(href("HTTPS://example.org/a").as_deref(), Some("HTTPS://example.org/a"));
        assert_eq!(Options::at("hunts/a.md", &Shelf).document("../x/b").as_deref(), Some("/file/x/b.md"));
    }

    #[test]
    fn no_link_leaves_the_repository() {
        for target in [
            "../../../b.md",
            "/../b.md",
            "%2e%2e/%2e%2e/%2e%2e/b.md",
            "//example.org/b.md",
            "\\\\example.org\\b.md",
            "javascript:x.md",
            "file:///etc/b.md",
            "data:b.md",
            "b%00.md",
            "b\n.md",
            "",
            "b.txt",
            "%ff.md",
            "..",
        ] {
            assert_eq!(href(target), None, "{target}");
        }
    }

    #[test]
    fn pictures_come_from_the_repository_alone() {
        let options = Options::at("hunts/a.md", &Shelf);
        assert_eq!(options.src("img/x.png", 0).as_deref(), Some("/image/hunts/img/x.png"));
        assert_eq!(options.src("https://example.org/x.png", 0), None);
        assert_eq!(options.src("data:image/png;base64,AAAA", 0), None);
        assert_eq!(Options::default().src("x.png", 0), None);
    }
}
