//! Queries of Elastic in its piped language, by its client. A data stream's namespace is the tenant.

use super::super::Beginning;
use super::{Asked, answered, as_name, counted, emptied, parameters, raw_cells, sources, window};

pub(super) fn asked(beginning: &Beginning) -> Asked {
    let tenant = &beginning.names.tenant;
    let read = |source: &str| Some(format!("logs-*{}*", as_name(&source.to_lowercase(), ".")?));
    let sources = sources(beginning, read, "logs-*");
    let declared =
        format!("{tenant}: str = \"\"  # namespace of the tenant's data streams; the copy fills it in");
    let setup = format!(
        r#"import os
import re
from datetime import datetime, timedelta, timezone

import elasticsearch

assert {tenant}, "no tenant: a hunt against nobody finds nothing"


{}
elastic = elasticsearch.Elasticsearch(os.environ["ELASTIC_URL"], api_key=os.environ["ELASTIC_API_KEY"])
values = [{{"tenant": {tenant}}}, {{"since": since.isoformat()}}, {{"until": until.isoformat()}}]


def rows_of(answer):
    """The rows of an answer; one that is not whole stops the hunt."""
    if answer.get("is_partial"):
        raise RuntimeError("Elastic answered in part only: this is no null finding")
    names = [column["name"] for column in answer["columns"]]
    return [dict(zip(names, row)) for row in answer["values"]]


{}"#,
        window(&beginning.names),
        emptied(&sources)
    );
    let bounds = "| WHERE data_stream.namespace == ?tenant AND @timestamp >= ?since AND @timestamp < ?until";
    let own = format!(
        "assert {{row[\"data_stream.namespace\"] for row in ANSWER}} <= {{{tenant}}}, \"the answer is another tenant's\"\n"
    );
    let mut queries = Vec::new();
    for (pattern, telemetry, hits) in &sources {
        queries.push((
            format!(
                "answer = elastic.esql.query(query=\"\"\"\nFROM {pattern}\n{bounds}\n| STATS events = COUNT(*) BY data_stream.namespace\n\"\"\", params=values)\n{telemetry} = rows_of(answer)"
            ),
            counted(
                pattern,
                telemetry,
                &format!("sum(row[\"events\"] for row in {telemetry})"),
                &own.replace("ANSWER", telemetry),
            ),
        ));
        queries.push((
            format!(
                "answer = elastic.esql.query(query=f\"\"\"\nFROM {pattern}\n{bounds}\n| KEEP *\n| LIMIT {{MAX_ROWS}}\n\"\"\", params=values)\n{hits} = rows_of(answer)"
            ),
            answered(pattern, hits, &own.replace("ANSWER", hits)),
        ));
    }
    let (staging, closing) = raw_cells(beginning, tenant, &sources);
    Asked { parameters: parameters(beginning, &declared, ""), setup, queries, staging, closing }
}
