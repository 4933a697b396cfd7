//! Cells as hunters write them, each with all that is told of its queries: `kind language @line: sources [fields] back > name`.

use super::super::*;

/// A query in a line.
fn line(query: &Query) -> String {
    let kind = match query.kind {
        QueryKind::Run => "run",
        QueryKind::Shown => "shown",
    };
    let language = query.language.map_or("unknown", QueryLanguage::label);
    let mut said = vec![format!("{kind} {language} @{}: {}", query.line, query.data_sources.join(", "))];
    if !query.fields.is_empty() {
        said.push(format!(" [{}]", query.fields.join(", ")));
    }
    said.extend(query.look_back.iter().map(|back| format!(" back {back}")));
    said.extend(query.assigned.iter().map(|name| format!(" > {name}")));
    if query.tenant == Some(false) {
        said.push(" no tenant".to_owned());
    }
    said.extend(query.call.iter().map(|call| format!(" by {call}")));
    if query.text.is_none() {
        said.push(" unread".to_owned());
    }
    said.concat()
}

fn told(kind: CellKind, source: &str) -> Vec<String> {
    let mut cell = Cell::new(kind, source);
    cell.source_line = 1;
    queries(&Notebook { cells: vec![cell], ..Notebook::default() }).iter().map(line).collect()
}

fn check(kind: CellKind, table: &[(&str, &[&str])]) {
    let mut wrong = Vec::new();
    for (source, wanted) in table {
        let found = told(kind, source);
        if found != *wanted {
            wrong.push(format!("{source}\n  is    {found:#?}\n  not   {wanted:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn magics_of_taegis() {
    check(
        CellKind::Code,
        &[
            (
                "%%taegis events search -t --tenant $TENANT_ID --region $REGION --assign hits\nFROM process\nWHERE @commandline CONTAINS 'sekurlsa' AND parent_image_path = 'x'\nEARLIEST=-7d",
                &["run Taegis CQL @2: process [commandline, parent_image_path] back -7d > hits"],
            ),
            (
                "%%taegis alerts search --region charlie --track --cache --append rows\nFROM alert WHERE metadata.title MATCHES 'x' EARLIEST=-1d",
                &["run Taegis CQL @2: alert [metadata.title] back -1d > rows no tenant"],
            ),
            (
                "%%taegis events search -t --assign hits\nFROM scwx.process WHERE image_path IN ('a','b') EARLIEST={{ EARLIEST }} | aggregate count by host_id, username",
                &[
                    "run Taegis CQL @2: scwx.process [image_path, host_id, username] back {{ EARLIEST }} > hits no tenant",
                ],
            ),
            (
                "%%taegis events search --tenant=145 --limit 10\nFROM auth, cloudaudit WHERE event_type = 'login' | fields user_name, source_address | head 5",
                &["run Taegis CQL @2: auth, cloudaudit [event_type, user_name, source_address]"],
            ),
            (
                "%taegis events search --tenant $T --cell \"FROM dnsquery WHERE query_name = 'x' EARLIEST=-24h\" --assign dns",
                &["run Taegis CQL @1: dnsquery [query_name] back -24h > dns"],
            ),
            (
                "import x\n%taegis alerts search --tenant $T \\\n  --assign rows \\\n  -f query.j2\n",
                &["run Taegis CQL @2:  > rows unread"],
            ),
            ("%%taegis events search --tenant $T -f q.j2 --assign x\n", &["run Taegis CQL @1:  > x unread"]),
            ("%%taegis events search --tenant $T -t --assign x\n{{ query }}\n", &["run Taegis CQL @2:  > x"]),
            ("%taegis investigations create \\\n  --tenant $T --title \"from auth\"", &[]),
            ("%taegis tenants search -h", &[]),
            ("%taegis investigations search-queries stage", &[]),
        ],
    );
}

#[test]
fn magics_of_others() {
    check(
        CellKind::Code,
        &[
            (
                "%%kql\nDeviceProcessEvents\n| where Timestamp > ago(7d)\n| where FileName =~ 'rundll32.exe' and ProcessCommandLine has_any ('a', 'b')\n| project Timestamp, DeviceName, AccountName",
                &[
                    "run KQL @2: DeviceProcessEvents [timestamp, filename, processcommandline, devicename, accountname] back 7d",
                ],
            ),
            (
                "%%kql\nlet window = 1d;\nSigninLogs\n| where ResultType != 0\n| summarize tries = count() by UserPrincipalName, bin(TimeGenerated, 1h)\n| order by tries desc",
                &["run KQL @2: SigninLogs [resulttype, userprincipalname, timegenerated, tries]"],
            ),
            (
                "%kql rows << SecurityEvent | where EventID == 4688 | take 5",
                &["run KQL @1: SecurityEvent [eventid] > rows"],
            ),
            (
                "rows = %kql SecurityEvent | where EventID == 4624",
                &["run KQL @1: SecurityEvent [eventid] > rows"],
            ),
            ("%kql loganalytics://code().workspace('x')", &[]),
            (
                "%%splunk\nindex=win sourcetype=\"XmlWinEventLog\" EventCode=1 earliest=-24h\n| stats count by Image, CommandLine\n| table Image CommandLine",
                &["run SPL @2: win, XmlWinEventLog [eventcode, image, commandline] back -24h"],
            ),
            (
                "%%sql\nSELECT p.image, count(*) AS n FROM sysmon p JOIN hosts h ON p.host = h.host WHERE p.command_line LIKE '%enc%' AND p.at > now() - interval '7 days' GROUP BY p.image",
                &["run SQL @2: sysmon, hosts [p.image, p.host, h.host, p.command_line, p.at] back 7 days"],
            ),
            (
                "%%eql\nprocess where process.name : \"rundll32.exe\" and process.parent.name in (\"winword.exe\")",
                &["run EQL @2: process [process.name, process.parent.name]"],
            ),
            (
                "%%esql\nFROM logs-* | WHERE event.code == 4625 AND @timestamp > NOW() - 2 hours | KEEP user.name",
                &["run ES|QL @2: logs-* [event.code, timestamp, user.name] back 2 hours"],
            ),
            ("%%logpoint\nnorm_id=WinServer event_id=4688 | chart count() by user", &["run unknown @2: "]),
            ("%%bash\ngrep from /etc/passwd", &[]),
            ("%%time\nx = 'SigninLogs | take 5'", &["run KQL @2: SigninLogs"]),
        ],
    );
}

#[test]
fn calls_and_texts_in_python() {
    check(
        CellKind::Code,
        &[
            (
                "df = qry_prov.exec_query('SecurityEvent | where EventID == 4688 | project Computer')",
                &["run KQL @1: SecurityEvent [eventid, computer] > df by qry_prov.exec_query"],
            ),
            (
                "q = '''\nSigninLogs\n| where TimeGenerated > ago(30d)\n'''\ndf = qry_prov.exec_query(q)",
                &["run KQL @2: SigninLogs [timegenerated] back 30d"],
            ),
            (
                "df = qry_prov.exec_query(test_query)",
                &["run unknown @1:  > df by qry_prov.exec_query unread"],
            ),
            ("qry_prov.exec_query(query=build(x))", &["run unknown @1:  by qry_prov.exec_query unread"]),
            (
                "qp = QueryProvider('MSSentinel')\nlogons = qp.WindowsSecurity.list_host_logons(host_name='h')",
                &["run unknown @2:  > logons by qp.WindowsSecurity.list_host_logons unread"],
            ),
            ("qry_prov.Azure.list_all_signins_geo('?')", &[]),
            ("qry_prov.list_queries()", &[]),
            ("graph.exec_query(f\"/users/{user}/teams\")", &["run unknown @1:  by graph.exec_query"]),
            (
                "result = service.events.query.event_query(\"FROM process WHERE image = 'x' EARLIEST=-1d\")",
                &["run Taegis CQL @1: process [image] back -1d > result by service.events.query.event_query"],
            ),
            (
                "service.alerts.query.alerts_service_search(in_=SearchRequestInput(cql_query=text))",
                &["run Taegis CQL @1:  by service.alerts.query.alerts_service_search unread"],
            ),
            (
                "rr = service.jobs.oneshot('search index=main host=dc1')",
                &["run SPL @1: main [host] > rr by service.jobs.oneshot"],
            ),
            (
                "df = spark.sql(\n'''\nSELECT Image FROM apt29Host WHERE EventID = 1\n'''\n)",
                &["run SQL @3: apt29Host [image, eventid] > df by spark.sql"],
            ),
            ("pd.read_sql_query(sql, con=db)", &["run SQL @1:  by pd.read_sql_query unread"]),
            ("client.esql.query(query=q)", &["run ES|QL @1:  by client.esql.query unread"]),
            ("# qry_prov.exec_query(x)\nprint('qry_prov.exec_query(x)')", &[]),
            ("cells = df.query('AllowedOutFlows > 0')", &[]),
        ],
    );
}

#[test]
fn fences_of_the_prose_and_raw_cells() {
    check(
        CellKind::Markdown,
        &[
            (
                "Ask:\n\n```kusto\nOfficeActivity | where Operation == 'Add-MailboxPermission'\n```\n",
                &["shown KQL @4: OfficeActivity [operation]"],
            ),
            (
                "~~~\nindex=win EventCode=4769\n~~~\n```python\nx = 'SigninLogs | take 5'\n```",
                &["shown SPL @2: win [eventcode]"],
            ),
            ("```\nC:\\> from here to there\n```", &[]),
            ("Words: SigninLogs | take 5", &[]),
            ("```{code-block} sql\nSELECT pid FROM processes\n```", &["shown SQL @2: processes [pid]"]),
            ("```eql\nsequence by host.id [process where true]", &["shown EQL @2: process [host.id]"]),
        ],
    );
    check(
        CellKind::Raw,
        &[
            (
                "%%taegis events search --tenant $T --assign x\nFROM netflow WHERE dst_port = 445",
                &["shown Taegis CQL @2: netflow [dst_port] > x"],
            ),
            ("%taegis investigations create", &[]),
        ],
    );
}
