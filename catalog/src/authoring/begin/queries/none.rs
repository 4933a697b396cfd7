//! A procedure without a service yet: it stops, and says so, until somebody asks something.

use super::super::Beginning;
use super::{Asked, answered, counted, emptied, parameters, raw_cells, window};

pub(super) fn asked(beginning: &Beginning) -> Asked {
    let tenant = &beginning.names.tenant;
    let sources = vec![("telemetry".to_owned(), "telemetry".to_owned(), "hits".to_owned())];
    let declared = format!("{tenant}: str = \"\"  # tenant to hunt in; the copy fills it in");
    let setup = format!(
        r#"import re
from datetime import datetime, timedelta, timezone

assert {tenant}, "no tenant: a hunt against nobody finds nothing"


{}

{}"#,
        window(&beginning.names),
        emptied(&sources)
    );
    let queries = vec![
        (
            format!(
                "# Here comes what counts the telemetry of the tenant within the window, as a list of rows named `telemetry`.\nprint(f\"To be asked: all of {{{tenant}}} from {{since}} to {{until}}\")"
            ),
            counted("telemetry", "telemetry", "len(telemetry)", ""),
        ),
        (
            "# Here comes what is hunted for, as a list of rows named `hits`, at most MAX_ROWS of them.\nprint(f\"To be asked: what is hunted for, {MAX_ROWS} rows at most\")"
                .to_owned(),
            answered("telemetry", "hits", ""),
        ),
    ];
    let (staging, closing) = raw_cells(beginning, tenant, &sources);
    Asked { parameters: parameters(beginning, &declared, ""), setup, queries, staging, closing }
}
