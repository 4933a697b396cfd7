//! # The file that describes the notebook cannot be used
//!
//! A notebook without a `hunting` block may be described by a file beside it (`metadata.yaml`). That file is there, and is no
//! YAML mapping with an `id`.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("sidecar-unusable", Group::Metadata, Severity::Error);
