//! What programs complain of, where it says whose machine they ran on. In results such paths are evidence.

use super::passages::{Origin, Passage};
use super::{Found, Said};
use regex::Regex;
use std::sync::LazyLock;

/// A person's folder, and links to files.
static HOME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?:/home/|/Users/|[a-z]:[\\/]+(?:Users|Documents and Settings)[\\/]+)([^\s/\\:'\x22<>|]+)",
    )
    .ok()
});

/// Users that are nobody: those of images and runners.
const NOBODY: [&str; 10] =
    ["jovyan", "runner", "ubuntu", "vscode", "codespace", "public", "default", "shared", "user", "username"];

static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:\]\(\s*<?|(?:src|href)\s*=\s*['\x22]?)\s*(?:file:/|/home/|/Users/|[a-z]:[\\/])").ok()
});

pub(super) fn check(passage: &Passage, found: &mut Found<'_>) {
    let Some(text) = passage.views.first() else { return };
    let said = Said {
        code: "own-machine",
        message: "this names a folder of the machine that the notebook was run on",
        help: "tag the cell `remove_output`, or run it without what it warns of",
    };
    match passage.origin {
        Origin::Complained => {
            for hit in HOME.iter().flat_map(|home| home.captures_iter(text)) {
                let user = hit.get(1).map_or("", |user| user.as_str()).to_ascii_lowercase();
                if !NOBODY.contains(&user.as_str()) {
                    found.of_passage(passage, text, hit.get(0).map_or(0, |all| all.start()), said);
                }
            }
        }
        Origin::Prose | Origin::Authored => {
            let help = "attach the file to the notebook, or take the link out";
            for hit in LINK.iter().flat_map(|link| link.find_iter(text)) {
                found.of_passage(passage, text, hit.start(), Said { help, ..said });
            }
        }
        Origin::Result | Origin::Printed | Origin::Failed | Origin::Picture => {}
    }
}
