//! A procedure, a copy of it, and what somebody made of that.

use crate::authoring::upstream::{Asked, Facts, Proposal, Whose, propose};
use crate::instance::{Hold, Refusal, Request, TenantFields, Vocabulary, Window, blob_id, prepare};
use crate::lint::{Diagnostic, Severity};
use crate::notebook::{Cell, Metadata, Notebook, ipynb, myst};
use chrono::DateTime;
use serde_json::json;
use std::collections::BTreeSet;

/// The procedure.
pub(super) const THEN: &str = r#"---
jupytext: {notebook_metadata_filter: hunting, text_representation: {extension: .md, format_name: myst}}
kernelspec:   {name: python3, display_name: Python 3,
               language: python}   # as the template has it
hunting:
  title: Odd parents
  id: parents
---


# Odd parents

+++ {"tags": ["remove_cell"]}

Look at the parents first.

+++

What was found is told here.

```{code-cell}
:tags: [parameters]

TENANT_ID: str = ""  # whose
REGION = "us1"
EARLIEST = "-7d"
HOST = ""
LIMIT = 100
```

````{code-cell}
---
tags: [query]
---
%%taegis alerts search --tenant $TENANT_ID --region $REGION
FROM process WHERE image = 'a.exe'
````
```{code-cell}
show(hits)
```

```{raw-cell}
%taegis investigations create --tenant $TENANT_ID
```

+++ {"tags": ["analyst_input"]}

*Replace this text.*

+++

Read HOST, EARLIEST and LIMIT.

```{code-cell}
print(HOST, EARLIEST, LIMIT)
```
"#;

/// What stands on record of the copy's tenant.
pub(super) fn tenant() -> TenantFields {
    TenantFields {
        key: "0145483".to_owned(),
        name: "Ward".to_owned(),
        region: "mock".to_owned(),
        ..TenantFields::default()
    }
}

/// What was given for the copy.
pub(super) fn parameters() -> Metadata {
    let mut given = Metadata::new();
    given.insert("HOST".to_owned(), json!("srv-dc01"));
    given
}

pub(super) fn facts() -> Facts {
    let mut facts = Facts::default();
    for own in ["0145483", "Ward", "Clinic North", "t-7f3k"] {
        facts.add(Whose::Tenant, own);
    }
    facts.add(Whose::Region, "mock");
    facts
}

/// Says that `BAD` is an error.
pub(super) fn lint(text: &str) -> Vec<Diagnostic> {
    let wrong = || Diagnostic::new("bad-word", Severity::Error, "it says BAD", "Say something else.");
    text.contains("BAD").then(wrong).into_iter().collect()
}

/// A copy and what came back of it.
pub(super) struct Returned {
    pub(super) now: String,
    pub(super) then: String,
    pub(super) handed: Notebook,
    pub(super) worked: Notebook,
}

impl Returned {
    pub(super) fn new() -> Self {
        Self::of(THEN)
    }

    /// The copy of another text.
    pub(super) fn of(then: &str) -> Self {
        let notebook = myst::read(then.as_bytes());
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let made = prepare(&Request {
            notebook: &notebook,
            procedure: Some("parents"),
            repo: Some("hunts"),
            path: Some("parents.md"),
            commit: None,
            blob: &blob_id(then.as_bytes()),
            tenant: Some(&tenant()),
            window: Some(Window { from: at("2026-11-17T12:00:00Z"), to: at("2026-11-24T12:00:00Z") }),
            parameters: &parameters(),
            hold: Hold::Writes,
            vocabulary: &Vocabulary::default(),
            attack: None,
        })
        .unwrap();
        let handed = ipynb::read(&made.bytes);
        Self { now: then.to_owned(), then: then.to_owned(), worked: handed.clone(), handed }
    }

    /// The cell whose text holds `part` with another text in its place.
    pub(super) fn with(mut self, part: &str, text: &str) -> Self {
        let place = self.place(part);
        let source = self.worked.cells[place].source.replace(part, text);
        self.worked.cells[place].source = source;
        self
    }

    pub(super) fn add_behind(&mut self, part: &str, cell: Cell) {
        // What follows a cell that was changed is found by what it was.
        let place = self.handed.cells.iter().position(|cell| cell.source.contains(part)).unwrap();
        self.worked.cells.insert(place + 1, cell);
    }

    fn place(&self, part: &str) -> usize {
        self.worked.cells.iter().position(|cell| cell.source.contains(part)).unwrap()
    }

    pub(super) fn proposal(&self) -> Result<Proposal, Refusal> {
        self.ask(None)
    }

    pub(super) fn chosen(&self, keys: &[&str]) -> Result<Proposal, Refusal> {
        self.ask(Some(&keys.iter().map(|key| (*key).to_owned()).collect()))
    }

    fn ask(&self, chosen: Option<&BTreeSet<String>>) -> Result<Proposal, Refusal> {
        // As it is sent and read.
        let returned = ipynb::read(&ipynb::write(&self.worked));
        propose(&Asked {
            now: self.now.as_bytes(),
            then: self.then.as_bytes(),
            handed: &self.handed,
            returned: &returned,
            facts: &facts(),
            chosen,
            lint: &lint,
        })
    }
}
