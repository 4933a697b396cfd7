//! # A credential was written down
//!
//! Keys of clouds, tokens, JSON web tokens and private keys, by shapes that their issuers chose to be told by. Whoever reads
//! the repository has it, and git keeps it: revoke it, then take it out. Hashes, GUIDs and base64 are no credentials.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! KEY = "AKIAIOSFODNN7EXAMPLE"
//! print(KEY)
//! ```
//! ~~~
//!
//! ~~~good
//! # A hunt
//!
//! d41d8cd98f00b204e9800998ecf8427e, 2fd4e1c6-7a2d-28fc-ed84-9ee1bb76e739
//! ~~~

use crate::instance::secrets_in;
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::notebook::CellKind;
use serde_json::Value;

pub(super) const RULE: Rule = Rule::new("secret-in-file", Group::Safety, Severity::Error, check);

/// What to do about one.
const HELP: &str = "revoke it, and read it from the environment or from a file beside the notebook";

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (key, value) in subject.notebook.hunting().into_iter().flatten() {
        in_value(&format!("hunting.{key}"), value, found);
    }
    for (index, cell) in subject.notebook.cells.iter().enumerate() {
        for (what, range) in secrets_in(&cell.source) {
            let at = range.start;
            // An address with a password is what the prose of a hunt may show.
            if what == "an address with a password" && cell.kind == CellKind::Markdown {
                continue;
            }
            found.in_cell(index, at, format!("this looks like {what}"), HELP);
        }
    }
}

/// The texts of a value of the front matter, however deep.
fn in_value(key: &str, value: &Value, found: &mut Found<'_>) {
    match value {
        Value::String(text) => {
            for (what, _) in secrets_in(text) {
                found.at_key(key, format!("this looks like {what}"), HELP);
            }
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, one)| in_value(&format!("{key}[{at}]"), one, found));
        }
        Value::Object(map) => {
            map.iter().for_each(|(name, one)| in_value(&format!("{key}.{name}"), one, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
