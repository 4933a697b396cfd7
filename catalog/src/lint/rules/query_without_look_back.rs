//! # A query that does not say how far it looks back
//!
//! Then the service decides, and a day of telemetry reads like a month of it. Queries of Taegis, Kusto and Splunk are
//! looked at; what a call is handed beside its text counts as said.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! %%taegis search --tenant $TENANT_ID --assign hits
//! FROM process
//! | head 100
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::query::{QueryKind, QueryLanguage};

pub(super) const RULE: Rule = Rule::new("query-without-look-back", Group::Code, Severity::Warning, check);

/// What a text that bounds its time holds, in lower case.
const BOUNDS: [&str; 10] = [
    "earliest",
    "latest",
    "ago(",
    "datetime(",
    "timegenerated",
    "timestamp",
    "between",
    "starttime",
    "_time",
    "startofday",
];

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for query in subject.queries() {
        let (Some(text), None, None) = (&query.text, &query.look_back, &query.call) else { continue };
        let judged =
            matches!(query.language, Some(QueryLanguage::Cql | QueryLanguage::Kql | QueryLanguage::Spl));
        let text = text.to_lowercase();
        // What stands on the magic's line may bound it too.
        let line =
            subject.notebook.cells[query.cell].source.lines().next().unwrap_or_default().to_lowercase();
        let bounded = BOUNDS.iter().any(|bound| text.contains(bound) || line.contains(bound));
        if query.kind == QueryKind::Run && judged && !bounded {
            found.of_query(
                query,
                "the query does not say how far it looks back: the service decides",
                "bound it by the window: `EARLIEST={{ EARLIEST }} LATEST={{ LATEST }}` with `-t`, or `| where TimeGenerated …`",
            );
        }
    }
}
