//! # It asks for a kernel that hunters do not have
//!
//! A team may list the kernels of its Jupyter (`lint.kernels`). A notebook that asks for another one does not start there.

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use serde_json::Value;

pub(super) const RULE: Rule = Rule::new("kernel-not-allowed", Group::Metadata, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let allowed = &subject.settings.kernels;
    let kernel = subject.notebook.metadata.get("kernelspec").and_then(|kernel| kernel.get("name"));
    let Some(name) = kernel.and_then(Value::as_str) else { return };
    if !allowed.is_empty() && !allowed.iter().any(|kernel| kernel == name) {
        found.at_key(
            "kernelspec.name",
            format!("the kernel `{name}` is none of those that the team has"),
            format!("write one of {}", allowed.join(", ")),
        );
    }
}
