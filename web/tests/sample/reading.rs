//! Pages about one procedure.

use super::Sample;
use web::links;
use web::pages::procedure::{
    Alike, Broken, Cell, CellKind, Detail, ForgeLinks, Heading, Nearly, Parameter, Past, ProcedureView,
    Query, ReportView,
};
use web::pages::{diff, history, procedure};
use web::view::{Change, Defect, Field, ProcedureHead, Stale, Standing, TacticOrigin};

const TIP: &str = "4be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e5";
const BEFORE: &str = "91d3a0be5521c7f60e88ab4412d09f7e6c5b4a39";

/// What a cell that ran puts out: text of both streams, a table, a picture, JSON, and an error in a terminal's colours.
fn outputs() -> Vec<String> {
    [
        "<pre class=\"output stdout\">12 handles, 3 processes\n  svchost.exe   MsMpEng.exe   rundll32.exe</pre>",
        "<pre class=\"output stderr\">The window is longer than what the service keeps.</pre>",
        "<div class=\"output table\"><table><thead><tr><th>host</th><th>image</th><th>access</th><th>n</th></tr></thead>\
         <tbody><tr><td>WS-0142</td><td>C:\\Windows\\System32\\rundll32.exe</td><td>0x1010</td><td>14</td></tr>\
         <tr><td>SRV-DC01</td><td>C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\MsMpEng.exe</td><td>0x1410</td>\
         <td>3</td></tr></tbody></table></div>",
        "<p class=\"output picture\"><img src=\"/assets/icon.svg\" alt=\"A picture: what the cell put out\" loading=\"lazy\" \
         width=\"160\"></p>",
        "<pre class=\"output result\">&lt;Results 17 of 17&gt;</pre>",
        "<pre class=\"output\"><code class=\"language-json\">{<span class=\"a\">\"total\"</span>: <span class=\"n\">17\
         </span>}</code></pre>",
        "<pre class=\"output error\"><span class=\"ansi-1\">PermissionError</span>   Traceback (most recent call last)\n\
         <span class=\"ansi-2\">      1</span> hits <span class=\"ansi-faint\">=</span> service.search(QUERY)\n\
         <span class=\"ansi-1 ansi-bold\">PermissionError</span>: the tenant does not allow this <span \
         class=\"ansi-3 ansi-under\">search</span></pre>",
        "<p class=\"output note\">Not shown: application/vnd.jupyter.widget-view+json</p>",
    ]
    .map(str::to_owned)
    .to_vec()
}

impl Sample {
    /// Who the pages about a procedure are about.
    pub(crate) fn head(&self) -> ProcedureHead {
        ProcedureHead {
            id: self.t("lsass-handle-access"),
            repo: self.t("starter"),
            repo_in_links: true,
            title: self.t("LSASS memory read through suspicious handles"),
            standing: Standing::Good,
            at: None,
        }
    }

    pub(super) fn reading_pages(&self) -> Vec<(&'static str, String)> {
        let here = self.frame("/procedures/lsass-handle-access");
        vec![
            ("procedure", procedure::page(&here, self.procedure())),
            ("procedure-broken", procedure::page(&here, self.procedure_broken())),
            ("procedure-past", procedure::page(&here, self.procedure_past())),
            ("procedure-uncatalogued", procedure::page(&here, self.procedure_uncatalogued())),
            ("report", procedure::report(&here, self.report())),
            ("history", history::page(&here, self.history())),
            (
                "history-none",
                history::page(&here, history::HistoryView { head: self.head(), ..Default::default() }),
            ),
            ("procedure-gone", procedure::page(&here, self.procedure_gone())),
        ]
    }

    fn report(&self) -> ReportView {
        let mut cells = self.cells();
        cells.retain(|cell| !cell.tags.iter().any(|tag| tag == "remove_cell") && cell.kind != CellKind::Raw);
        cells[0].mistaken = vec![(self.t("remove-cell"), self.t("remove_cell"))];
        cells[1].outputs = outputs();
        ReportView { procedure: ProcedureView { cells, ..self.procedure_broken() }, removed: 1, raw: 1 }
    }

    pub(crate) fn cells(&self) -> Vec<Cell> {
        let cell = |index, kind, html: &str, language: &str, tags: &[&str], line| Cell {
            index,
            kind,
            html: html.to_owned(),
            language: self.t(language),
            tags: self.list(tags),
            line,
            forge: self.some("https://forge.example/hunts/blob/main/lsass.md#L20"),
            blame: Some(links::blame(&self.t("lsass-handle-access"), None, None, Some("3"))),
            outputs: Vec::new(),
            mistaken: Vec::new(),
        };
        vec![
            cell(
                0,
                CellKind::Markdown,
                "<h1 id=\"title\">LSASS memory read through suspicious handles</h1><h2 id=\"executive-summary\">Executive \
                 summary</h2><p>Credentials of everybody signed in lie in the memory of <code>lsass.exe</code>. Whoever is \
                 local administrator can read them, and the handle that is needed for it is <strong>recorded</strong>. See \
                 <a href=\"https://attack.mitre.org/techniques/T1003/001/\">T1003.001</a>.</p>",
                "",
                &[],
                18,
            ),
            cell(
                1,
                CellKind::Markdown,
                "<h3 id=\"how-to-use\">How to use this</h3><p>Run the first query over seven days. Baseline what opens LSASS \
                 in this estate before you look at anything else: agents, backup, the EDR itself.</p><blockquote><p>A quiet \
                 result is worth a look at the telemetry: was <em>winevent</em> arriving at all?</p></blockquote>",
                "",
                &["remove_cell"],
                31,
            ),
            cell(
                2,
                CellKind::Code,
                "<span class=\"v\">TENANT_ID</span> <span class=\"o\">=</span> <span class=\"k\">None</span>  <span \
                 class=\"c\"># the tenant's key, a string</span>\n<span class=\"v\">REGION</span> <span class=\"o\">=</span> \
                 <span class=\"s\">\"charlie\"</span>\n<span class=\"v\">EARLIEST</span> <span class=\"o\">=</span> <span \
                 class=\"s\">\"-7d\"</span>  <span class=\"c\"># look-back</span>\n<span class=\"v\">LIMIT</span> <span \
                 class=\"o\">=</span> <span class=\"n\">1000</span>",
                "Python",
                &["parameters"],
                44,
            ),
            cell(
                3,
                CellKind::Code,
                "<span class=\"m\">%%taegis search --tenant $TENANT_ID --region $REGION --assign handles</span>\n<span \
                 class=\"k\">FROM</span> <span class=\"t\">process</span>\n<span class=\"k\">WHERE</span> <span \
                 class=\"v\">target_program.program_name</span> <span class=\"o\">=</span> <span \
                 class=\"s\">'lsass.exe'</span>\n  <span class=\"k\">AND</span> <span class=\"v\">granted_access</span> <span \
                 class=\"k\">IN</span> <span class=\"p\">(</span><span class=\"s\">'0x1010'</span><span class=\"p\">,</span> \
                 <span class=\"s\">'0x1410'</span><span class=\"p\">,</span> <span class=\"s\">'0x143a'</span><span \
                 class=\"p\">)</span>\n  <span class=\"k\">AND NOT</span> <span class=\"v\">program.program_name</span> <span \
                 class=\"k\">IN</span> <span class=\"p\">(</span><span class=\"s\">'MsMpEng.exe'</span><span \
                 class=\"p\">,</span> <span class=\"s\">'csrss.exe'</span><span class=\"p\">)</span> <span \
                 class=\"k\">EARLIEST</span><span class=\"o\">=</span><span class=\"v\">$EARLIEST</span>",
                "Taegis",
                &["hits", "remove_input"],
                52,
            ),
            cell(
                4,
                CellKind::Markdown,
                "<h2 id=\"findings\">Findings</h2><p>What the handles were used for, host by \
                 host.</p><table><thead><tr><th>Access mask</th><th>Means</th><th>Seen with</th></tr></thead><tbody><tr>\
                 <td><code>0x1010</code></td><td>query limited, read memory</td><td>mimikatz</td></tr><tr>\
                 <td><code>0x1410</code></td><td>query, read memory</td><td>procdump</td></tr></tbody></table><ul><li>Which \
                 account?</li><li>From which parent?</li></ul>",
                "",
                &["analyst_input"],
                70,
            ),
            cell(
                5,
                CellKind::Code,
                "<span class=\"k\">def</span> <span class=\"f\">rare</span><span class=\"p\">(</span>frame<span \
                 class=\"p\">,</span> by<span class=\"o\">=</span><span class=\"n\">3</span><span class=\"p\">):</span>\n    \
                 <span class=\"k\">return</span> frame<span class=\"p\">.</span>groupby<span class=\"p\">(</span><span \
                 class=\"s\">\"program\"</span><span class=\"p\">).</span>filter<span class=\"p\">(</span><span \
                 class=\"k\">lambda</span> g<span class=\"p\">:</span> g<span class=\"p\">[</span><span \
                 class=\"s\">\"host\"</span><span class=\"p\">].</span>nunique<span class=\"p\">()</span> <span \
                 class=\"o\">&lt;=</span> by<span class=\"p\">)</span>",
                "Python",
                &[],
                92,
            ),
            cell(
                6,
                CellKind::Raw,
                "%taegis investigations create --title \"$INVESTIGATION_TITLE\" --tenant $TENANT_ID",
                "",
                &["closing"],
                104,
            ),
        ]
    }

    fn procedure(&self) -> ProcedureView {
        let heading = |level, text: &str, anchor: &str| Heading {
            level,
            text: self.t(text),
            anchor: self.t(anchor).replacen(self.before, "", 1),
        };
        let parameter = |name: &str, kind: &str, default: &str, help: &str| Parameter {
            name: self.t(name),
            kind: self.t(kind),
            default: self.t(default),
            help: self.t(help),
        };
        ProcedureView {
            gone: None,
            defects: vec![self.defect()],
            looked: self.looked(),
            last_hunt: self.copy_rows().into_iter().next(),
            collections: self.collections(),
            head: self.head(),
            path: self.t("procedures/credential-access/lsass-handle-access.md"),
            commit: self.commit(TIP),
            updated: Self::hours_ago(3),
            updated_by: self.t("Jonas Weber"),
            past: None,
            stale: None,
            broken: None,
            taken_by: None,
            others: self.list(&["playbook"]),
            description: self.t(
                "Processes that open LSASS with rights to read its memory, other than those that do so every day.",
            ),
            techniques: vec![
                self.technique("T1003.001", "LSASS Memory"),
                self.technique("T1055", "Process Injection"),
            ],
            tactics: vec![
                self.tactic("TA0006", "Credential Access", TacticOrigin::Author),
                self.tactic("TA0005", "Stealth", TacticOrigin::Possible),
            ],
            authors: self.list(&["Ana Duarte", "Jonas Weber"]),
            data_sources: self.list(&["process", "winevent"]),
            tags: self.list(&["windows", "tier-1"]),
            platforms: self.list(&["Windows"]),
            service: self.some("taegis"),
            kernel: self.some("Taegis Hunting"),
            further: vec![
                Detail { key: self.t("tlp"), values: self.list(&["amber"]) },
                Detail {
                    key: self.t("references"),
                    values: vec!["https://example.org/lsass".to_owned(), self.t("internal wiki 4711")],
                },
            ],
            claimed: None,
            block: None,
            is_ipynb: false,
            described_by: self.some("hunts/lsass/metadata.yaml"),
            queries: vec![Query {
                cell: 3,
                line: 53,
                shown: false,
                language: self.some("Taegis CQL"),
                data_sources: self.list(&["process"]),
                fields: self.list(&["commandline", "parent_image_path"]),
                look_back: self.some("$EARLIEST"),
                assigned: self.some("hits"),
                no_tenant: true,
                call: self.some("service.events.query.event_query"),
                unread: false,
            }],
            parameters: vec![
                parameter("TENANT_ID", "str", "None", "the tenant's key, a string"),
                parameter("EARLIEST", "str", "\"-7d\"", "look-back"),
            ],
            outline: vec![
                heading(1, "LSASS memory read through suspicious handles", "title"),
                heading(2, "Executive summary", "executive-summary"),
                heading(3, "How to use this", "how-to-use"),
                heading(2, "Findings", "findings"),
            ],
            cells: self.cells(),
            diagnostics: self.diagnostics(),
            not_copyable: None,
            nearly: vec![Nearly {
                id: "kerberoasting-2".to_owned(),
                title: "Kerberoasting, once more".to_owned(),
                alike: 94,
                ..Nearly::default()
            }],
            similar: vec![Alike {
                id: self.t("win-sam-hive"),
                repo: None,
                title: self.t("Copies of the SAM hive"),
                shared: self.list(&["T1003", "process"]),
            }],
            forge: ForgeLinks {
                file: self.some("https://forge.example/hunts/blob/main/lsass.md").map(self.unmarred()),
                edit: self.some("https://forge.example/hunts/edit/main/lsass.md").map(self.unmarred()),
                issue: self.some("https://forge.example/hunts/issues/new").map(self.unmarred()),
            },
        }
    }

    /// Addresses must begin with their scheme to be links at all: what goes before other texts goes after these.
    fn unmarred(&self) -> impl Fn(String) -> String {
        let before = self.before;
        move |url| match url.strip_prefix(before) {
            Some(url) => format!("{url}{before}"),
            None => url,
        }
    }

    fn procedure_gone(&self) -> ProcedureView {
        let gone = procedure::Gone {
            commit: self.commit(TIP),
            at: Self::hours_ago(30),
            by: self.t("Mira Okafor"),
            subject: self.t("Retire the LSASS hunt"),
        };
        ProcedureView { gone: Some(gone), ..self.procedure() }
    }

    fn procedure_broken(&self) -> ProcedureView {
        ProcedureView {
            head: ProcedureHead { standing: Standing::Broken, ..self.head() },
            stale: Some(Stale { synced: Some(Self::hours_ago(30)), failed: Self::hours_ago(1) }),
            broken: Some(Broken {
                since: self.commit(TIP),
                by: self.t("Mira Okafor"),
                at: Self::hours_ago(26),
                remedy: self.t("Put two blanks where the tab is."),
                reason: self.t("the front matter is not YAML: line 9, a tab where a blank must be."),
                last_good: Some(self.commit(BEFORE)),
                restore: Some(procedure::Restore {
                    values: vec![
                        Field { key: self.t("id"), value: self.t("lsass-handle-access") },
                        Field { key: self.t("tags"), value: self.t("windows, tier-1") },
                    ],
                    patch: Some(procedure::Patch {
                        href: links::procedure_file(
                            &self.t("lsass-handle-access"),
                            "restore.patch",
                            None,
                            None,
                        ),
                        file_name: self.t("restore-lsass.md.patch"),
                        path: self.t("procedures/lsass.md"),
                        stays: true,
                    }),
                }),
            }),
            others: Vec::new(),
            ..self.procedure()
        }
    }

    fn procedure_past(&self) -> ProcedureView {
        ProcedureView {
            head: ProcedureHead { at: self.some(BEFORE), ..self.head() },
            past: Some(Past {
                commit: self.commit(BEFORE),
                when: Some(Self::hours_ago(700)),
                newer: Some(vec![
                    self.list(&["query-changed"]),
                    Vec::new(),
                    vec!["guidance-changed".to_owned()],
                ]),
                since: Some(links::diff(&self.t("lsass-handle-access"), BEFORE, TIP, None)),
            }),
            others: Vec::new(),
            diagnostics: Vec::new(),
            ..self.procedure()
        }
    }

    fn procedure_uncatalogued(&self) -> ProcedureView {
        ProcedureView {
            head: ProcedureHead { standing: Standing::Uncatalogued, ..self.head() },
            taken_by: self.some("procedures/older.md"),
            claimed: self.some("lsass"),
            block: self.some("hunting:\n  title: x"),
            techniques: Vec::new(),
            tactics: Vec::new(),
            not_copyable: self.some("a tenant parameter is needed and no cell is tagged `parameters`."),
            ..self.procedure()
        }
    }

    pub(crate) fn changes(&self) -> Vec<Change> {
        [
            ("query-changed", "query of cell 3 changed: two access masks more"),
            ("technique-added", "technique T1055 added"),
            ("metadata-lost", "the hunting block was lost"),
            ("tag-changed", "tag tier-1 added"),
        ]
        .map(|(kind, text)| Change { kind: self.t(kind).replacen(self.before, "", 1), text: self.t(text) })
        .into()
    }

    fn revision(
        &self,
        commit: &str,
        subject: &str,
        status: history::Status,
        hours: i64,
    ) -> history::Revision {
        history::Revision {
            commit: self.commit(commit),
            subject: self.t(subject),
            body: self.t("After the September engagement.\n\nTwo more masks were seen:\n- 0x1410\n- 0x143a"),
            author: self.t("Jonas Weber"),
            co_authors: self.list(&["Mira Okafor"]),
            authored: Self::hours_ago(hours),
            status,
            path: self.t("procedures/credential-access/lsass-handle-access.md"),
            previous_path: (status == history::Status::Renamed).then(|| self.t("procedures/lsass.md")),
            changes: self.changes(),
            defective: (hours == 700).then_some("high"),
        }
    }

    fn defect(&self) -> Defect {
        Defect {
            id: self.t("4f7a"),
            severity: "high",
            reason: self.t("The filter compares a number with a text: nothing was looked at."),
            from: self.commit(BEFORE),
            mended: Some(self.commit(TIP)),
            by: self.t("Mira Okafor"),
            at: Self::hours_ago(50),
            withdrawn: false,
        }
    }

    fn looked(&self) -> procedure::Looked {
        procedure::Looked {
            reviews: vec![procedure::Review {
                kind: "technical",
                by: self.t("Jonas Weber"),
                at: Self::hours_ago(2_000),
                commit: self.commit(BEFORE),
                note: self.t("Ran against two tenants."),
                since: 2,
                kinds: self.list(&["query changed"]),
            }],
            may_review: true,
            follows: true,
        }
    }

    fn history(&self) -> history::HistoryView {
        let third = "c01dbeef5521c7f60e88ab4412d09f7e6c5b4a39";
        history::HistoryView {
            head: self.head(),
            gone: true,
            defects: vec![
                self.defect(),
                Defect { mended: None, ..self.defect() },
                Defect { withdrawn: true, ..self.defect() },
            ],
            may_mark: true,
            total: 47,
            further_page: true,
            revisions: vec![
                self.revision(
                    TIP,
                    "Widen the access masks after the September engagement",
                    history::Status::Modified,
                    3,
                ),
                history::Revision {
                    changes: self.changes().into_iter().take(1).collect(),
                    ..self.revision(BEFORE, "Sort procedures by tactic", history::Status::Renamed, 700)
                },
                history::Revision {
                    changes: Vec::new(),
                    ..self.revision(third, "Add the LSASS hunt", history::Status::Added, 9_000)
                },
                self.revision(
                    "aa11bb22cc33dd44ee55ff6677889900aabbccdd",
                    "Remove a stale file",
                    history::Status::Deleted,
                    9_900,
                ),
            ],
            next: self.some("c2"),
        }
    }

    pub(crate) fn hunks(&self) -> Vec<diff::Hunk> {
        vec![diff::Hunk { header: self.t("@@ -52,6 +52,7 @@"), lines: self.compared_lines() }]
    }

    fn compared_lines(&self) -> Vec<diff::Line> {
        let line = |sign, old, new, pieces: &[(&'static str, bool, &str)]| diff::Line {
            sign,
            old,
            new,
            pieces: pieces
                .iter()
                .map(|(class, changed, text)| diff::Piece { class, changed: *changed, text: self.t(text) })
                .collect(),
        };
        let mut lines = vec![
            line(
                ' ',
                Some(1),
                Some(1),
                &[("m", false, "%%taegis search"), ("a", false, " --tenant $TENANT_ID")],
            ),
            line(' ', Some(2), Some(2), &[("k", false, "FROM"), ("", false, " process")]),
            line(
                ' ',
                Some(3),
                Some(3),
                &[
                    ("k", false, "WHERE"),
                    ("", false, " target_program.program_name = "),
                    ("s", false, "'lsass.exe'"),
                ],
            ),
            line(
                '-',
                Some(4),
                None,
                &[("", false, "  AND granted_access IN ("), ("s", false, "'0x1010'"), ("", false, ")")],
            ),
            line(
                '+',
                None,
                Some(4),
                &[
                    ("", false, "  AND granted_access IN ("),
                    ("s", false, "'0x1010'"),
                    ("s", true, ", '0x1410', '0x143a'"),
                    ("", false, ")"),
                ],
            ),
            line('+', None, Some(5), &[("", false, "  AND NOT program.program_name IN ('MsMpEng.exe')")]),
        ];
        lines
            .extend((5..16).map(|number| {
                line(' ', Some(number), Some(number + 1), &[("", false, "  AND NOT deleted")])
            }));
        lines
    }

    pub(crate) fn fields_compared(&self) -> Vec<diff::Field> {
        let field = |key: &str, before: Option<&str>, after: Option<&str>| diff::Field {
            key: self.t(key),
            before: before.map(|text| self.t(text)),
            after: after.map(|text| self.t(text)),
        };
        vec![
            field("hunting.attack_technique_ids", Some("T1003"), Some("T1003.001, T1003.004")),
            field("hunting.severity", None, Some("high")),
            field("kernelspec.name", Some("python3"), None),
        ]
    }

    pub(crate) fn cells_compared(&self, read: bool) -> Vec<diff::Cell> {
        let side = |place, kind, customer| diff::Side { place, kind, customer, outputs: 0 };
        let query = diff::Cell {
            status: diff::Status::Changed,
            moved: true,
            old: Some(side(4, "query", true)),
            new: Some(side(6, "query", true)),
            tags_lost: self.list(&["remove_input"]),
            tags_gained: self.list(&["remove-input"]),
            fields: self.fields_compared(),
            outputs_changed: true,
            changes: self.changes(),
            body: diff::Body::Lines(self.compared_lines()),
            left_out: 3,
        };
        let plain = |status, old: Option<usize>, new: Option<usize>| diff::Cell {
            status,
            moved: false,
            old: old.map(|place| side(place, "text", false)),
            new: new.map(|place| side(place, "text", true)),
            tags_lost: Vec::new(),
            tags_gained: Vec::new(),
            fields: Vec::new(),
            outputs_changed: false,
            changes: Vec::new(),
            body: diff::Body::Lines(self.compared_lines()[..3].to_vec()),
            left_out: 0,
        };
        let prose = |was: &str, is: &str| diff::Body::Prose(Some(was.to_owned()), Some(is.to_owned()));
        let text = diff::Cell {
            body: if read {
                prose("<p>Look at <em>seven</em> days.</p>", "<p>Look at <em>thirty</em> days.</p>")
            } else {
                diff::Body::Lines(self.compared_lines())
            },
            ..plain(diff::Status::Changed, Some(2), Some(3))
        };
        vec![
            plain(diff::Status::Same, Some(1), Some(1)),
            plain(diff::Status::Added, None, Some(2)),
            text,
            plain(diff::Status::Same, Some(3), Some(4)),
            plain(diff::Status::Same, Some(4), Some(5)),
            query,
            plain(diff::Status::Removed, Some(7), None),
            diff::Cell { body: diff::Body::Lines(Vec::new()), ..plain(diff::Status::Removed, Some(8), None) },
        ]
    }

    fn diff(&self) -> diff::DiffView {
        diff::DiffView {
            head: self.head(),
            from: self.revision(BEFORE, "Sort procedures by tactic", history::Status::Renamed, 700),
            to: diff::Newer::Revision(Box::new(self.revision(
                TIP,
                "Widen the access masks",
                history::Status::Modified,
                3,
            ))),
            changes: self.changes(),
            fields: self.fields_compared(),
            cells: self.cells_compared(false),
            cells_left_out: 4,
            hunks: Vec::new(),
            left_out: 12,
            shape: diff::Shape::default(),
            same: false,
            restore: Some("/api/v1/procedures/lsass/restore.patch".to_owned()),
        }
    }

    pub(crate) fn diff_pages(&self) -> Vec<(&'static str, String)> {
        let here = self.frame("/procedures/lsass/diff/a..b");
        let view = self.diff();
        let shape = |layout, text, read, whole| diff::Shape { layout, text, read, whole };
        let with = |shape: diff::Shape| diff::DiffView { shape, ..view.clone() };
        let read = diff::DiffView {
            cells: self.cells_compared(true),
            ..with(shape(diff::Layout::Split, false, true, false))
        };
        let read_inline = diff::DiffView {
            cells: self.cells_compared(true),
            ..with(shape(diff::Layout::Inline, false, true, false))
        };
        let text =
            diff::DiffView { hunks: self.hunks(), ..with(shape(diff::Layout::Split, true, false, false)) };
        let same = diff::DiffView { same: true, changes: Vec::new(), left_out: 0, ..view.clone() };
        let file = diff::DiffView { to: diff::Newer::File(self.t("mine.md")), restore: None, ..view.clone() };
        let nothing = diff::DiffView { fields: Vec::new(), cells: Vec::new(), ..view.clone() };
        vec![
            ("diff", diff::page(&here, view.clone())),
            ("diff-inline", diff::page(&here, with(shape(diff::Layout::Inline, false, false, false)))),
            ("diff-whole", diff::page(&here, with(shape(diff::Layout::Split, false, false, true)))),
            ("diff-read", diff::page(&here, read)),
            ("diff-read-inline", diff::page(&here, read_inline)),
            ("diff-text", diff::page(&here, text)),
            ("diff-same", diff::page(&here, same)),
            ("diff-file", diff::page(&here, file)),
            ("diff-nothing", diff::page(&here, nothing)),
        ]
    }
}
