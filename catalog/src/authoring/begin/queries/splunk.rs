//! Searches of Splunk, by its SDK. The tenant is the search head that is connected to.

use super::super::Beginning;
use super::{Asked, answered, as_name, counted, emptied, parameters, raw_cells, sources, window};

pub(super) fn asked(beginning: &Beginning) -> Asked {
    let tenant = &beginning.names.tenant;
    let sources = sources(beginning, |source| as_name(source, ".:-"), "*");
    let declared = format!("{tenant}: str = \"\"  # host of the tenant's search head; the copy fills it in");
    let index = "INDEX: str = \"*\"  # index that the tenant's events are in\n";
    let setup = format!(
        r#"import os
import re
from datetime import datetime, timedelta, timezone

import splunklib.client
import splunklib.results

assert {tenant}, "no tenant: a hunt against nobody finds nothing"


{}


def rows_of(answer):
    """The rows of an answer; a message of trouble stops the hunt."""
    rows = []
    for row in splunklib.results.JSONResultsReader(answer):
        if isinstance(row, dict):
            rows.append(row)
        elif row.type in ("WARN", "ERROR", "FATAL"):
            raise RuntimeError(f"Splunk says: {{row.message}}")
    return rows


splunk = splunklib.client.connect(host={tenant}, splunkToken=os.environ["SPLUNK_TOKEN"], autologin=True)
{}"#,
        window(&beginning.names),
        emptied(&sources)
    );
    let own = format!("assert splunk.host == {tenant}, \"the answer is another tenant's\"\n");
    let bounds = "earliest={since.timestamp():.0f} latest={until.timestamp():.0f}";
    let mut queries = Vec::new();
    for (kind, telemetry, hits) in &sources {
        let search = format!("search index={{INDEX}} sourcetype=\"{kind}\" {bounds}");
        queries.push((
            format!(
                "answer = splunk.jobs.oneshot(f\"\"\"\n{search}\n| stats count\n\"\"\".strip(), output_mode=\"json\", count=0)\n{telemetry} = rows_of(answer)"
            ),
            counted(
                &said(kind),
                telemetry,
                &format!("sum(int(row[\"count\"]) for row in {telemetry})"),
                &own,
            ),
        ));
        queries.push((
            format!(
                "answer = splunk.jobs.oneshot(f\"\"\"\n{search}\n| head {{MAX_ROWS}}\n\"\"\".strip(), output_mode=\"json\", count=0)\n{hits} = rows_of(answer)"
            ),
            answered(&said(kind), hits, &own),
        ));
    }
    let (staging, closing) = raw_cells(beginning, tenant, &sources);
    Asked { parameters: parameters(beginning, &declared, index), setup, queries, staging, closing }
}

fn said(kind: &str) -> String {
    if kind == "*" { "any sourcetype".to_owned() } else { kind.to_owned() }
}
