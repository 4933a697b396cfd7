//! # A tactic that none of the techniques serves
//!
//! Who names tactics beside techniques says what the hunt is for. A tactic that ATT&CK gives to none of them is a leftover,
//! or a technique is missing.
//!
//! ~~~bad 11
//! ---
//! jupytext:
//!   notebook_metadata_filter: hunting
//!   text_representation: {extension: .md, format_name: myst, format_version: 0.13}
//! kernelspec: {name: python3, display_name: Python 3, language: python}
//! hunting:
//!   title: A hunt
//!   id: a-hunt
//!   description: It hunts.
//!   attack_technique_ids: [T1059.001]
//!   attack_tactic_ids: [TA0010]
//!   data_sources: [process]
//!   tags: [one]
//! ---
//!
//! # A hunt
//! ~~~

use crate::attack::{Status, TacticOrigin};
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("tactic-without-technique", Group::Metadata, Severity::Info, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let procedure = subject.procedure;
    let techniques = &procedure.techniques;
    // Nothing is known of the tactics of a technique that is not in the release.
    if techniques.is_empty() || techniques.iter().any(|technique| technique.status == Status::Unknown) {
        return;
    }
    for tactic in procedure.tactics.iter().filter(|tactic| tactic.from == TacticOrigin::Author) {
        if !techniques.iter().any(|technique| technique.tactics.contains(&tactic.id)) {
            let key = ["attack_tactic_ids", "attack_tactics", "tactics"]
                .into_iter()
                .map(|key| format!("hunting.{key}"))
                .find(|key| subject.notebook.line_of(key) > 0)
                .unwrap_or_else(|| "hunting".to_owned());
            found.at_key(
                &key,
                format!("none of the techniques serves {} {}", tactic.id, tactic.name),
                "name a technique of that tactic, or take the tactic away",
            );
        }
    }
}
