//! Which techniques a procedure names, in whatever spelling and under whatever key, and what the release says of them.

use super::Releases;
use super::fields::{Fields, Listing, MAX_ENTRIES, MAX_ENTRY, Named, cut};
use crate::attack::{Mapping, Release, Status, TechniqueId};
use crate::lint::{Diagnostic, Severity};
use crate::repository::FieldMapping;
use serde_json::Value;

/// The key of nested mappings of techniques and tactics, as sidecar files have them.
pub(super) const NESTED: &str = "attack_mappings";

impl Fields<'_> {
    /// The techniques, resolved, once each, and the tactics that nested mappings name beside them.
    pub(super) fn techniques(
        &mut self,
        mapping: &FieldMapping,
        releases: Releases<'_>,
    ) -> (Vec<Mapping>, Vec<Named>) {
        const OWN: &str = "attack_technique_ids";
        let mut named = self.named(OWN, Listing::Recommended);
        for key in mapping.techniques.iter().filter(|key| *key != OWN) {
            named.extend(self.named(key, Listing::Own));
        }
        let mut tactics = Vec::new();
        if let Some(Value::Array(nested)) = self.value(NESTED) {
            for (index, entry) in nested.iter().take(MAX_ENTRIES).enumerate() {
                let path = format!("hunting.{NESTED}[{index}]");
                let Some(entry) = entry.as_object() else { continue };
                let text = |key: &str| {
                    entry.get(key).and_then(Value::as_str).map(str::trim).filter(|t| !t.is_empty())
                };
                let technique = match (text("technique"), text("sub_technique")) {
                    // A sub-technique is written whole or by its last three digits alone.
                    (Some(technique), Some(sub)) if sub.bytes().all(|b| b.is_ascii_digit()) => {
                        Some((format!("{technique}.{sub}"), "sub_technique"))
                    }
                    (_, Some(sub)) => Some((sub.to_owned(), "sub_technique")),
                    (Some(technique), None) => Some((technique.to_owned(), "technique")),
                    (None, None) => None,
                };
                named.extend(technique.map(|(text, key)| Named {
                    text: cut(&text, MAX_ENTRY).to_owned(),
                    key: format!("{path}.{key}"),
                }));
                if let Some(value) = entry.get("tactics").or_else(|| entry.get("tactic")) {
                    tactics.extend(self.entries(&format!("{path}.tactics"), value, Listing::Own));
                }
            }
        }
        let mut techniques: Vec<Mapping> = Vec::new();
        for Named { text, key } in named.into_iter().take(MAX_ENTRIES) {
            let Ok(id) = text.parse::<TechniqueId>() else {
                self.not_a_technique(&key, &text);
                continue;
            };
            if techniques.iter().any(|known| known.id == id.as_str()) {
                continue;
            }
            self.judge(&key, &releases.lint.map(&id), releases.lint);
            techniques.push(releases.shown.map(&id));
        }
        (techniques, tactics)
    }

    fn not_a_technique(&mut self, key: &str, text: &str) {
        let placeholder = text.strip_prefix(['T', 't']).is_some_and(|rest| {
            let is_mark = |b: u8| matches!(b, b'X' | b'x' | b'#' | b'?');
            // `T1078.4` is a slip of the pen, `T0000.0` is a template's.
            (rest.bytes().any(is_mark) || rest.bytes().all(|b| matches!(b, b'.' | b'/' | b'0')))
                && rest.bytes().all(|b| is_mark(b) || matches!(b, b'.' | b'/' | b'0'..=b'9'))
                && !rest.is_empty()
        });
        let diagnostic = if placeholder {
            Diagnostic::new(
                "technique-placeholder",
                Severity::Warning,
                format!("{text:?} is a template's placeholder"),
                "write the technique that is hunted, or take the line away",
            )
        } else {
            Diagnostic::new(
                "technique-malformed",
                Severity::Warning,
                format!("{text:?} is no technique id"),
                "write an id such as T1059 or T1059.001",
            )
        };
        self.say_at(key, diagnostic);
    }

    fn judge(&mut self, key: &str, mapped: &Mapping, release: &Release) {
        let id = &mapped.id;
        let version = release.version();
        let diagnostic = match mapped.status {
            Status::Active => return,
            Status::Unknown => Diagnostic::new(
                "technique-unknown",
                Severity::Warning,
                format!("{id} is not in ATT&CK {version}"),
                "check the id",
            ),
            Status::Foreign => Diagnostic::new(
                "technique-foreign",
                Severity::Warning,
                format!(
                    "{id} {} is of {}, and the catalog shows {}",
                    mapped.name,
                    mapped.domain.as_deref().unwrap_or_default(),
                    release.domain()
                ),
                "it is found by its id; name a technique of the shown domain too, if one fits",
            ),
            Status::Deprecated => Diagnostic::new(
                "technique-deprecated",
                Severity::Warning,
                format!("{id} {} is deprecated in ATT&CK {version} and was not replaced", mapped.name),
                "choose the technique that comes closest, or take it away",
            ),
            Status::Revoked => {
                let help = match mapped.replaced_by.as_deref() {
                    Some(next) => {
                        let name = release.technique(next).map_or("", |technique| technique.name.as_str());
                        format!("write {next} {name} instead")
                    }
                    None => "choose the technique that comes closest".to_owned(),
                };
                Diagnostic::new(
                    "technique-revoked",
                    Severity::Warning,
                    format!("{id} {} was revoked in ATT&CK {version}", mapped.name),
                    help,
                )
            }
        };
        self.say_at(key, diagnostic);
    }
}
