//! Queries of a database, by `sqlalchemy`. Values are bound, never written into the text.

use super::super::Beginning;
use super::{Asked, answered, as_name, counted, emptied, parameters, raw_cells, sources, window};

pub(super) fn asked(beginning: &Beginning) -> Asked {
    let tenant = &beginning.names.tenant;
    let sources = sources(beginning, |source| as_name(source, "."), "events");
    let declared = format!("{tenant}: str = \"\"  # tenant to hunt in; the copy fills it in");
    let setup = format!(
        r#"import os
import re
from datetime import datetime, timedelta, timezone

import sqlalchemy

assert {tenant}, "no tenant: a hunt against nobody finds nothing"


{}
database = sqlalchemy.create_engine(os.environ["HUNT_DATABASE"])
values = {{"tenant": {tenant}, "since": since, "until": until, "most": MAX_ROWS}}

{}"#,
        window(&beginning.names),
        emptied(&sources)
    );
    let bounds = "WHERE tenant_id = :tenant AND event_time >= :since AND event_time < :until";
    let ask = |answer: &str, text: &str| {
        format!(
            "with database.connect() as connection:\n    {answer} = connection.execute(sqlalchemy.text(\"\"\"\n{text}\n\"\"\"), values).mappings().all()"
        )
    };
    let own = |answer: &str| {
        format!(
            "assert {{str(row[\"tenant_id\"]) for row in {answer}}} <= {{{tenant}}}, \"the answer is another tenant's\"\n"
        )
    };
    let mut queries = Vec::new();
    for (table, telemetry, hits) in &sources {
        queries.push((
            ask(
                telemetry,
                &format!("SELECT tenant_id, COUNT(*) AS events\nFROM {table}\n{bounds}\nGROUP BY tenant_id"),
            ),
            counted(
                table,
                telemetry,
                &format!("sum(row[\"events\"] for row in {telemetry})"),
                &own(telemetry),
            ),
        ));
        queries.push((
            ask(hits, &format!("SELECT *\nFROM {table}\n{bounds}\nLIMIT :most")),
            answered(table, hits, &own(hits)),
        ));
    }
    let (staging, closing) = raw_cells(beginning, tenant, &sources);
    Asked { parameters: parameters(beginning, &declared, ""), setup, queries, staging, closing }
}
