//! The sections of a new procedure, and what stands in them until somebody writes them.

/// The sections that a procedure has where its team asks for none.
pub const OUR_SECTIONS: [&str; 4] =
    ["Executive summary", "Technical analysis", "Findings", "Recommendations"];

/// Words in the heading of the section that the queries stand in, the surest first.
const ANALYSIS: [&str; 9] =
    ["technical", "analysis", "quer", "investigat", "procedure", "method", "steps", "hunt", "detail"];

/// For whom a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It stays in the report.
    ForTheCustomer,
    /// The hunter writes it for each copy.
    ToBeWritten,
}

/// Which section the queries stand in: the one whose heading says so. None where none does.
pub(super) fn home_of_queries(sections: &[String]) -> Option<usize> {
    let lower: Vec<String> = sections.iter().map(|section| section.to_lowercase()).collect();
    ANALYSIS.iter().find_map(|word| lower.iter().position(|section| section.contains(word)))
}

/// What stands in a section, by its heading.
pub(super) fn guidance(section: &str) -> (Kind, String) {
    let lower = section.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let text = if has(&["summary", "overview"]) {
        "**To be written:** what was looked for and why, how much was looked at, the outcome in plain words."
    } else if has(&["finding", "result", "outcome"]) {
        "**Per finding:** what, where, when, and how sure. **Null:** what was looked at, in numbers, and that nothing was found \
         in it."
    } else if has(&["recommend", "mitigat", "remediat", "next"]) {
        "**To be written:** what to change, most urgent first, each with who can do it."
    } else if has(&["hypothes", "goal", "scope", "purpose"]) {
        return (
            Kind::ForTheCustomer,
            "Somebody who does this leaves traces in the telemetry named above. We looked for them."
                .to_owned(),
        );
    } else if has(&["reference", "source", "literature"]) {
        return (Kind::ForTheCustomer, "The techniques named above, as ATT&CK describes them.".to_owned());
    } else {
        "**To be written:** what belongs here."
    };
    (Kind::ToBeWritten, text.to_owned())
}
