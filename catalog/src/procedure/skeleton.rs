//! A procedure to begin with.

use crate::attack::TechniqueId;
use serde_json::Value;

/// Longest title of a skeleton, in characters.
const MAX_TITLE: usize = 120;
/// Longest id, in characters.
const MAX_ID: usize = 60;
/// Most techniques of one.
pub const MAX_TECHNIQUES: usize = 8;

/// A procedure that is still to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skeleton {
    /// Its title, as it was asked for.
    pub title: String,
    /// Its id, made of the title: lower-case letters, digits and hyphens.
    pub id: String,
    /// What it is to be mapped to.
    pub techniques: Vec<TechniqueId>,
}

impl Skeleton {
    /// One of a title and techniques. Blanks of the title become single ones; what is too long is cut.
    pub fn new(title: &str, techniques: &[TechniqueId]) -> Self {
        let plain = title.replace(|char: char| char.is_control(), " ");
        let title: String =
            plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_TITLE).collect();
        let title = match title.trim_end() {
            "" => "A new procedure".to_owned(),
            title => title.to_owned(),
        };
        let letters: String = title
            .chars()
            .map(|char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '-' })
            .collect();
        let words: Vec<&str> = letters.split('-').filter(|word| !word.is_empty()).collect();
        let id: String = words.join("-").chars().take(MAX_ID).collect();
        let id = match id.trim_end_matches('-') {
            "" => "new-procedure".to_owned(),
            id => id.to_owned(),
        };
        Self { title, id, techniques: techniques.iter().take(MAX_TECHNIQUES).cloned().collect() }
    }

    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.md", self.id)
    }

    /// Its text: a `MyST` notebook with all that a procedure says of itself, without an error or a warning as it
    /// stands.
    pub fn text(&self) -> String {
        let ids: Vec<&str> = self.techniques.iter().map(TechniqueId::as_str).collect();
        // A JSON text is a YAML text of the same meaning.
        let (title, id) = (Value::from(self.title.as_str()), Value::from(self.id.as_str()));
        format!(
            r#"---
jupytext:
  notebook_metadata_filter: hunting
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
hunting:
  title: {title}
  id: {id}
  description: What this hunts for, in a sentence
  attack_technique_ids: [{}]
  data_sources: []
  tags: [draft]
---

# {}

What somebody who does this leaves behind, and in which telemetry it shows.

```{{code-cell}}
:tags: [parameters]

TENANT_ID: str = ""  # tenant to hunt in; the copy fills it in
REGION: str = ""  # region of that tenant
EARLIEST: str = "-7d"  # look-back
```

## Query

```{{code-cell}}
print("The query comes here, and how much it looked at.")
```

## What normal looks like

What else finds the same, and how to tell it apart.
"#,
            ids.join(", "),
            self.title
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::Release;
    use crate::lint::Severity;
    use crate::notebook::myst;
    use crate::procedure::{FieldMapping, Understood, understand};
    use proptest::prelude::*;

    fn read(skeleton: &Skeleton) -> crate::procedure::Procedure {
        let notebook = myst::read(skeleton.text().as_bytes());
        assert!(notebook.diagnostics.is_empty(), "{:?}", notebook.diagnostics);
        let path = skeleton.file_name();
        match understand(&notebook, &path, &FieldMapping::default(), Release::current()) {
            Understood::Catalogued(procedure) => procedure,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_skeleton_is_a_procedure_without_a_complaint() {
        let ids = ["T1003.002".parse().unwrap(), "T1003".parse().unwrap()];
        let skeleton = Skeleton::new("  Copies of the \"SAM\" hive:\n C:\\Windows #1 ", &ids);
        assert_eq!(skeleton.file_name(), "copies-of-the-sam-hive-c-windows-1.md");
        let procedure = read(&skeleton);
        assert_eq!(procedure.title, "Copies of the \"SAM\" hive: C:\\Windows #1");
        assert_eq!(procedure.id.as_deref(), Some("copies-of-the-sam-hive-c-windows-1"));
        assert_eq!(procedure.techniques[0].name, "Security Account Manager");
        let said: Vec<&str> = procedure.diagnostics.iter().map(|said| said.code.as_str()).collect();
        assert_eq!(said, ["data-sources-missing"], "what is still to be filled in");
    }

    #[test]
    fn what_says_nothing_still_has_a_name() {
        let skeleton = Skeleton::new("\u{7}", &[]);
        assert_eq!((skeleton.title.as_str(), skeleton.id.as_str()), ("A new procedure", "a-new-procedure"));
        assert_eq!(read(&Skeleton::new("日本", &[])).id.as_deref(), Some("new-procedure"));
        assert!(Skeleton::new(&"ab ".repeat(500), &[]).text().len() < 2_000);
        // Cut behind a blank.
        let cut = Skeleton::new(&format!("{} b", "a".repeat(MAX_TITLE - 1)), &[]);
        assert_eq!(read(&cut).title, "a".repeat(MAX_TITLE - 1));
    }

    proptest! {
        #[test]
        fn any_title_is_one_and_nothing_else(title in "\\PC{0,200}|[\"'{}:#`+\\[\\]\\- \n\r\ta]{0,60}") {
            let skeleton = Skeleton::new(&title, &["T1059".parse().unwrap()]);
            let procedure = read(&skeleton);
            prop_assert_eq!(&procedure.title, &skeleton.title);
            prop_assert_eq!(procedure.techniques.len(), 1);
            let mild = procedure.diagnostics.iter().all(|said| said.severity == Severity::Info);
            prop_assert!(mild, "{:?}", procedure.diagnostics);
        }
    }
}
