//! Queries of Taegis, by its magic. `-t` makes the body a template, in which alone a parameter is filled in.

use super::super::Beginning;
use super::{Asked, MAX_ROWS, Names, as_name, emptied, sources, title};

pub(super) fn asked(beginning: &Beginning) -> Asked {
    let Names { tenant, region, title: name, from, to, file_name } = &beginning.names;
    let sources = sources(beginning, |source| as_name(source, ""), "process");
    let parameters = format!(
        "{tenant}: str = \"\"  # tenant to hunt in; the copy fills it in\n\
         {region}: str = \"\"  # Taegis region of that tenant\n\
         {name}: str = {}  # title of the investigation\n\
         {from}: str = \"-7d\"  # beginning of the window: a look-back such as -7d, or a moment in UTC\n\
         {to}: str = \"now\"  # its end\n\
         MAX_ROWS: int = {MAX_ROWS}  # more rows than these are not read: the hunt stops there and says so\n\
         {file_name}: str = \"\"  # file name of this notebook; the report needs it\n",
        title(beginning)
    );
    let setup = format!(
        "assert {tenant}, \"no tenant: a hunt against nobody finds nothing\"\n\
         assert {region}, \"no region: the tenant would be looked for elsewhere\"\n\
         %load_ext taegis_magic\n\n{}",
        emptied(&sources)
    );
    let magic = |assigned: &str| {
        format!("%%taegis events search -t --tenant ${tenant} --region ${region} --assign {assigned}")
    };
    let window = format!("EARLIEST={{{{ {from} }}}} LATEST={{{{ {to} }}}}");
    let mut queries = Vec::new();
    for (schema, telemetry, hits) in &sources {
        queries.push((
            format!("{}\nFROM {schema}\n{window}\n| aggregate count by sensor_type", magic(telemetry)),
            counted(schema, telemetry, &beginning.names),
        ));
        queries.push((
            format!("{}\nFROM {schema}\n{window}\n| head {{{{ MAX_ROWS }}}}", magic(hits)),
            answered(schema, hits, &beginning.names),
        ));
    }
    let staged: Vec<String> = sources
        .iter()
        .map(|(_, _, hits)| format!("%taegis investigations evidence stage events {hits}"))
        .collect();
    let closing = format!(
        "%save_notebook\n%generate_report\n%taegis investigations create --title \"${name}\" --key-findings \
         $TAEGIS_MAGIC_REPORT_FILENAME --type THREAT_HUNT --priority LOW --status DRAFT --assignee-id @me \
         --tenant ${tenant} --region ${region}"
    );
    Asked { parameters, setup, queries, staging: staged.join("\n"), closing }
}

/// What holds of every answer: whose it is, and that the service finished it.
fn own(answer: &str, tenant: &str) -> String {
    format!(
        r#"assert {answer} is not None, "{answer} was not answered: read the message above, this is no null finding"
assert _taegis_magic_result.tenant_id == {tenant}, "the answer is another tenant's"
assert _taegis_magic_result.status.upper().startswith("SUCC"), f"the query ended as {{_taegis_magic_result.status}}"
"#
    )
}

fn counted(schema: &str, telemetry: &str, names: &Names) -> String {
    let Names { tenant, from, to, .. } = names;
    let looked_at = telemetry.replace("telemetry", "looked_at");
    format!(
        r#"{}# The control: how much was there to look at. Without it "no rows" and "no telemetry" read the same.
counts = {telemetry}.filter(regex="^count")
{looked_at} = int(counts.iloc[:, 0].sum()) if counts.shape[1] else len({telemetry})
print(f"Looked at: {{{looked_at}}} {schema} events from {{{from}}} to {{{to}}}")
if {looked_at} == 0:
    print("NOT HUNTABLE: the window holds no {schema} events. Do not close this copy as a null finding.")
"#,
        own(telemetry, tenant)
    )
}

fn answered(schema: &str, hits: &str, names: &Names) -> String {
    let looked_at = hits.replace("hits", "looked_at");
    format!(
        r#"{}assert len({hits}) < MAX_ROWS, "{hits} stopped at the row limit: narrow the query or shorten the window, and run again"
print(f"{hits}: {{len({hits})}} rows, of {{{looked_at}}} {schema} events that were looked at")
if {looked_at} == 0:
    print("NOT HUNTABLE: no {schema} events were there to be looked at.")
"#,
        own(hits, &names.tenant)
    )
}
