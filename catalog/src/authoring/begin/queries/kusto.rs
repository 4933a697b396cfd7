//! Queries in Kusto, of Sentinel and Defender, by msticpy.

use super::super::{Beginning, Service};
use super::{Asked, answered, as_name, counted, emptied, parameters, raw_cells, sources, window};

pub(super) fn asked(beginning: &Beginning) -> Asked {
    let is_sentinel = beginning.service == Service::Sentinel;
    let (otherwise, at, provider) = if is_sentinel {
        ("SecurityEvent", "TimeGenerated", "MSSentinel")
    } else {
        ("DeviceProcessEvents", "Timestamp", "M365D")
    };
    let tenant = &beginning.names.tenant;
    let sources = sources(beginning, |source| as_name(source, ""), otherwise);
    let declared = format!("{tenant}: str = \"\"  # workspace to hunt in, as msticpyconfig.yaml names it");
    let connected = if is_sentinel {
        format!(
            "workspace = mp.WorkspaceConfig(workspace={tenant})\nprovider = mp.QueryProvider(\"{provider}\")\nprovider.connect(workspace)"
        )
    } else {
        format!("provider = mp.QueryProvider(\"{provider}\")\nprovider.connect(instance={tenant})")
    };
    let setup = format!(
        r#"import re
from datetime import datetime, timedelta, timezone

import msticpy as mp

assert {tenant}, "no workspace: a hunt against nobody finds nothing"


{}
window = f"between (datetime({{since:%Y-%m-%dT%H:%M:%SZ}}) .. datetime({{until:%Y-%m-%dT%H:%M:%SZ}}))"
{connected}
assert provider.connected, "the provider is not connected: nothing would be looked at"

{}"#,
        window(&beginning.names),
        emptied(&sources)
    );
    // A workspace's own id stands in each row of Sentinel; Defender's rows do not say whose they are.
    let own = |answer: &str| {
        if is_sentinel {
            format!(
                "assert set(map(str.lower, {answer}.get(\"TenantId\", []))) <= {{workspace[\"workspace_id\"].lower()}}, \"the answer is another workspace's\"\n"
            )
        } else {
            "assert provider.connected, \"the connection was lost: the answer may be an earlier one\"\n"
                .to_owned()
        }
    };
    let by = if is_sentinel { " by TenantId" } else { "" };
    let mut queries = Vec::new();
    for (table, telemetry, hits) in &sources {
        queries.push((
            format!(
                "{telemetry} = provider.exec_query(f\"\"\"\n{table}\n| where {at} {{window}}\n| summarize events = count(){by}\n\"\"\")"
            ),
            counted(
                table,
                telemetry,
                &format!("int({telemetry}[\"events\"].sum()) if len({telemetry}) else 0"),
                &own(telemetry),
            ),
        ));
        queries.push((
            format!(
                "{hits} = provider.exec_query(f\"\"\"\n{table}\n| where {at} {{window}}\n| take {{MAX_ROWS}}\n\"\"\")"
            ),
            answered(table, hits, &own(hits)),
        ));
    }
    let (staging, closing) = raw_cells(beginning, tenant, &sources);
    Asked { parameters: parameters(beginning, &declared, ""), setup, queries, staging, closing }
}
