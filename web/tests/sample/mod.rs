//! Every page, filled with what a working catalog would show: for looking at (`cargo run -p web --example gallery`) and
//! for the tests. All text passes through one function, so that a test can put anything into every field.

mod reading;
mod work;

use web::pages::technique::Named;
use web::pages::{about, catalog, collections, error, login, problems, reference, repositories, searches};
use web::view::{
    Commit, Diagnostic, FieldError, Severity, Standing, Tactic, TacticOrigin, Technique, TechniqueStatus,
    When,
};
use web::{Assets, Frame, Person, Theme, Viewer};

/// 2026-11-24, in the morning.
pub(crate) const NOW: i64 = 1_795_493_825;

/// What every text of a sample passes through.
pub(crate) struct Sample {
    /// Put before every text.
    pub(crate) before: &'static str,
    /// Where the assets are.
    pub(crate) assets: Assets,
    /// The theme.
    pub(crate) theme: Option<Theme>,
}

impl Sample {
    /// A text.
    pub(crate) fn t(&self, text: &str) -> String {
        format!("{}{text}", self.before)
    }

    /// Several texts.
    pub(crate) fn list(&self, texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| self.t(text)).collect()
    }

    /// A text where one may be missing.
    #[expect(clippy::unnecessary_wraps, reason = "it is wrapped for those who call it")]
    pub(crate) fn some(&self, text: &str) -> Option<String> {
        Some(self.t(text))
    }

    /// So many hours ago.
    pub(crate) fn hours_ago(hours: i64) -> When {
        When::new(NOW - hours * 3_600, NOW)
    }

    /// A commit with a page at its forge.
    pub(crate) fn commit(&self, id: &str) -> Commit {
        Commit { id: self.t(id), forge: Some(format!("https://forge.example/hunts/commit/{}", self.t(id))) }
    }

    /// The frame of a page at `here`.
    pub(crate) fn frame(&self, here: &str) -> Frame {
        Frame {
            assets: self.assets.clone(),
            viewer: Viewer {
                person: Some(Person { name: self.t("Ana Duarte"), role: self.t("hunter") }),
                theme: self.theme,
            },
            here: self.t(here).replacen(self.before, "", usize::from(here.starts_with('/'))),
            version: self.t("0.1.0"),
        }
    }

    fn stranger(&self, here: &str) -> Frame {
        let mut frame = self.frame(here);
        frame.viewer.person = None;
        frame
    }

    /// A technique in use.
    pub(crate) fn technique(&self, id: &str, name: &str) -> Technique {
        Technique { id: self.t(id), name: self.t(name), ..Technique::default() }
    }

    /// A tactic.
    pub(crate) fn tactic(&self, id: &str, name: &str, from: TacticOrigin) -> Tactic {
        Tactic { id: self.t(id), name: self.t(name), from }
    }

    /// One of each severity.
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        let one = |code: &str, severity, line, cell, message: &str, help: &str| Diagnostic {
            code: self.t(code),
            severity,
            blocking: severity == Severity::Error,
            cell,
            line,
            column: if line == 0 { 0 } else { 5 },
            message: self.t(message),
            help: self.t(help),
            forge: self.some("https://forge.example/hunts/blob/main/lsass.md#L12"),
        };
        vec![
            one(
                "front-matter-null",
                Severity::Error,
                12,
                None,
                "`description:` is empty, which YAML reads as null: jupytext cannot open the file.",
                "Write a text, or remove the line.",
            ),
            one(
                "technique-revoked",
                Severity::Warning,
                9,
                None,
                "T1562.001 was revoked in ATT&CK 19.",
                "T1685 takes its place.",
            ),
            one(
                "tag-unknown-spelling",
                Severity::Warning,
                88,
                Some(4),
                "`remove-cell` removes nothing in the published export: this guidance would reach the customer.",
                "Write `remove_cell`.",
            ),
            one(
                "tag-unknown-spelling",
                Severity::Warning,
                102,
                Some(6),
                "`remove-cell` removes nothing in the published export: this guidance would reach the customer.",
                "Write `remove_cell`.",
            ),
            one(
                "data-source-unread",
                Severity::Info,
                0,
                None,
                "No query reads `dnsquery`.",
                "Drop it, or query it.",
            ),
        ]
    }

    /// Every page by the name of its file.
    pub(crate) fn pages(&self) -> Vec<(&'static str, String)> {
        let mut pages = vec![
            ("catalog", catalog::page(&self.frame("/?q=lsass&tactic=TA0006"), self.catalog())),
            ("searches", searches::page(&self.frame("/searches"), self.searches())),
            ("catalog-home", catalog::page(&self.frame("/"), self.catalog_home())),
            ("catalog-nothing", catalog::page(&self.frame("/?q=zzz"), self.catalog_nothing())),
            ("catalog-empty", catalog::page(&self.frame("/"), catalog::CatalogView::default())),
            ("collections", collections::list(&self.frame("/collections"), self.collections())),
            ("collections-none", collections::list(&self.frame("/collections"), Vec::new())),
            (
                "collection",
                collections::page(&self.frame("/collections/starter/start-here"), self.collection()),
            ),
            ("problems", problems::page(&self.frame("/problems"), self.problems())),
            ("problems-none", problems::page(&self.frame("/problems"), problems::ProblemsView::default())),
            ("repositories", repositories::page(&self.frame("/admin/repositories"), self.repositories())),
            ("login", login::page(&self.stranger("/login"), self.login(login::Asked::Token))),
            ("login-first", login::page(&self.stranger("/login"), self.login(login::Asked::FirstName))),
            ("api", reference::page(&self.frame("/api"), self.reference())),
            ("about", about::page(&self.frame("/about"), self.about())),
            (
                "error-404",
                error::page(&self.frame("/nowhere"), error::ErrorView::not_found(&self.t("/nowhere"))),
            ),
            (
                "error-403",
                error::page(
                    &self.frame("/admin"),
                    error::ErrorView::forbidden(&self.t("Only an administrator may do this.")),
                ),
            ),
            ("error-500", error::page(&self.frame("/"), error::ErrorView::failed(&self.t("7f3c-21")))),
            (
                "error-503",
                error::page(
                    &self.frame("/"),
                    error::ErrorView::busy(&self.t("More is asked than can be answered.")),
                ),
            ),
            (
                "error-host",
                error::page(&self.stranger("/"), error::ErrorView::refused_host(&self.t("evil.example"))),
            ),
        ];
        pages.extend(self.reading_pages());
        pages.extend(self.work_pages());
        pages
    }

    /// The results alone, as the island fetches them.
    pub(crate) fn fragment(&self) -> String {
        catalog::results_fragment(self.catalog())
    }

    fn facet(&self, name: &str, values: &[(&str, &str, u64)]) -> catalog::Facet {
        catalog::Facet {
            name: name.to_owned(),
            values: values
                .iter()
                .map(|(value, label, count)| catalog::FacetValue {
                    value: self.t(value),
                    label: self.t(label),
                    count: *count,
                    parent: value.split_once('.').map(|(parent, _)| self.t(parent)),
                })
                .collect(),
        }
    }

    fn facets(&self) -> Vec<catalog::Facet> {
        vec![
            self.facet(
                "tactic",
                &[
                    ("TA0006", "Credential Access", 14),
                    ("TA0002", "Execution", 11),
                    ("TA0003", "Persistence", 9),
                    ("TA0005", "Stealth", 7),
                    ("TA0112", "Defense Impairment", 5),
                    ("TA0008", "Lateral Movement", 5),
                    ("TA0007", "Discovery", 4),
                    ("TA0001", "Initial Access", 3),
                    ("TA0011", "Command and Control", 2),
                    ("TA0040", "Impact", 1),
                ],
            ),
            self.facet(
                "technique",
                &[
                    ("T1003", "T1003 OS Credential Dumping", 6),
                    ("T1003.001", "T1003.001 LSASS Memory", 4),
                    ("T1059.001", "T1059.001 PowerShell", 4),
                    ("T1558.003", "T1558.003 Kerberoasting", 2),
                ],
            ),
            self.facet(
                "data_source",
                &[("process", "process", 12), ("auth", "auth", 6), ("cloudaudit", "cloudaudit", 3)],
            ),
            self.facet(
                "tag",
                &[("windows", "windows", 9), ("identity", "identity", 5), ("azure", "azure", 3)],
            ),
            self.facet("author", &[("Ana Duarte", "Ana Duarte", 8), ("Jonas Weber", "Jonas Weber", 6)]),
            self.facet(
                "standing",
                &[("good", "good", 11), ("broken", "broken", 1), ("uncatalogued", "uncatalogued", 2)],
            ),
            self.facet("repo", &[("starter", "starter", 12), ("playbook", "playbook", 2)]),
        ]
    }

    fn items(&self) -> Vec<catalog::Item> {
        let first = catalog::Item {
            id: self.t("lsass-handle-access"),
            repo: self.t("starter"),
            repo_in_links: true,
            path: self.t("procedures/lsass-handle-access.md"),
            title: self.t("LSASS memory read through suspicious handles"),
            standing: Standing::Good,
            description: self.t(
                "Processes that open LSASS with rights to read its memory, other than those that do so every day. The \
                 classic first step after local admin.",
            ),
            techniques: vec![
                self.technique("T1003.001", "LSASS Memory"),
                self.technique("T1055", "Process Injection"),
            ],
            tactics: vec![
                self.tactic("TA0006", "Credential Access", TacticOrigin::Author),
                self.tactic("TA0005", "Stealth", TacticOrigin::Possible),
            ],
            data_sources: self.list(&["process", "winevent"]),
            tags: self.list(&["windows", "tier-1"]),
            service: self.some("taegis"),
            snippets: vec![
                self.snippet("title", "<mark>LSASS</mark> memory read through suspicious handles"),
                self.snippet("prose", "… every process that asked for PROCESS_VM_READ on <mark>lsass</mark>.exe in the window, less the agents named in the baseline …"),
                self.snippet("code", "target_program.program_name = '<mark>lsass</mark>.exe' AND granted_access IN ('0x1010', '0x1410')"),
            ],
            commit: self.commit("4be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e5"),
            updated: Self::hours_ago(3),
            updated_by: self.t("Jonas Weber"),
            errors: 0,
            warnings: 1,
        };
        let broken = catalog::Item {
            id: self.t("dcsync-replication"),
            title: self.t("Directory replication asked for by what is no domain controller"),
            standing: Standing::Broken,
            description: self.t("DCSync: replication rights used from an unexpected host or account."),
            techniques: vec![
                self.technique("T1003.006", "DCSync"),
                Technique {
                    status: TechniqueStatus::Revoked,
                    replaced_by: self.some("T1685"),
                    ..self.technique("T1562.001", "Disable or Modify Tools")
                },
            ],
            tactics: vec![self.tactic("TA0006", "Credential Access", TacticOrigin::Technique)],
            snippets: Vec::new(),
            updated: Self::hours_ago(49),
            updated_by: self.t("Mira Okafor"),
            errors: 2,
            repo_in_links: false,
            ..first.clone()
        };
        let uncatalogued = catalog::Item {
            id: self.t("path:scratch/kerberoast-notes.md"),
            title: self.t("Kerberoasting: notes from the Tuesday session"),
            standing: Standing::Uncatalogued,
            description: String::new(),
            techniques: Vec::new(),
            tactics: Vec::new(),
            data_sources: Vec::new(),
            tags: Vec::new(),
            service: None,
            snippets: vec![self.snippet("prose", "RC4 tickets for accounts with a service principal name …")],
            updated: Self::hours_ago(24 * 40),
            updated_by: self.t("Ana Duarte"),
            warnings: 0,
            ..first.clone()
        };
        let duplicate = catalog::Item {
            id: self.t("path:copies/scheduled-task-creation-2.md"),
            title: self.t("Scheduled tasks created from a user-writable folder"),
            standing: Standing::Duplicate,
            description: self.t("Tasks whose action lies where any user may write."),
            techniques: vec![self.technique("T1053.005", "Scheduled Task")],
            tactics: vec![
                self.tactic("TA0002", "Execution", TacticOrigin::Possible),
                self.tactic("TA0003", "Persistence", TacticOrigin::Author),
            ],
            snippets: Vec::new(),
            updated: Self::hours_ago(24 * 400),
            warnings: 0,
            ..first.clone()
        };
        vec![first, broken, uncatalogued, duplicate]
    }

    fn snippet(&self, field: &str, html: &str) -> catalog::Snippet {
        catalog::Snippet { field: field.to_owned(), html: self.t(html) }
    }

    fn catalog(&self) -> catalog::CatalogView {
        catalog::CatalogView {
            q: self.t("lsass"),
            parts: vec![
                catalog::QueryPart {
                    label: self.t("lsass"),
                    rest: self.t("-tag:azure"),
                    ..Default::default()
                },
                catalog::QueryPart {
                    field: self.t("tag"),
                    label: self.t("azure"),
                    negated: true,
                    rest: self.t("lsass"),
                },
            ],
            chosen: vec![
                catalog::Chosen {
                    facet: "tactic".to_owned(),
                    value: self.t("TA0006"),
                    label: self.t("Credential Access"),
                },
                catalog::Chosen { facet: "repo".to_owned(), value: self.t("starter"), label: String::new() },
            ],
            sort: catalog::Sort::Relevance,
            further_page: true,
            total: 14,
            took_us: 1_340,
            hints: self
                .list(&["“tecnique:” is no field: it was searched as a word. Did you mean “technique:”?"]),
            corrections: vec![catalog::Correction {
                said: self.t("technique:"),
                q: self.t("technique:T1003"),
            }],
            offers: None,
            facets: self.facets(),
            items: self.items(),
            next: self.some("g12-eyJzIjoxLjJ9"),
            query: "q=lsass".to_owned(),
            saved: self.saved(),
            collections: Vec::new(),
            repositories: self.readiness(),
        }
    }

    fn saved(&self) -> Vec<searches::SavedLink> {
        let one =
            |name: &str, query: &str| searches::SavedLink { name: self.t(name), query: query.to_owned() };
        vec![one("Credential theft", "q=lsass&tactic=TA0006"), one("Lsass", "q=kerberoast")]
    }

    fn searches(&self) -> searches::SearchesView {
        let one = |id: &str, name: &str, count| searches::Saved {
            id: id.to_owned(),
            name: self.t(name),
            query: "q=lsass&tactic=TA0006".to_owned(),
            q: self.t("lsass"),
            chosen: vec![catalog::Chosen {
                facet: "tactic".to_owned(),
                value: self.t("TA0006"),
                label: self.t("Credential Access"),
            }],
            count,
        };
        let form = searches::SaveForm {
            name: self.t("Lsass"),
            query: self.t("q=lsass"),
            errors: vec![FieldError { field: "name".to_owned(), message: self.t("The name is taken.") }],
        };
        searches::SearchesView {
            searches: vec![one("a1", "Credential theft", Some(12)), one("b2", "Lsass", None)],
            form: Some(form.clone()),
            wrong: Some(("b2".to_owned(), form)),
        }
    }

    fn catalog_home(&self) -> catalog::CatalogView {
        catalog::CatalogView {
            q: String::new(),
            chosen: Vec::new(),
            further_page: false,
            total: 12_318,
            hints: Vec::new(),
            query: String::new(),
            collections: self.collections(),
            ..self.catalog()
        }
    }

    pub(crate) fn collections(&self) -> Vec<collections::Listed> {
        let one = |name: &str, title: &str, procedures| collections::Listed {
            repo: self.t("starter"),
            name: self.t(name),
            title: self.t(title),
            why: self.t("One hunt a day.\n\nThen make a copy and run it."),
            procedures,
        };
        vec![one("start-here", "Start here", 7), one("tickets", "Tickets and their forgers", 1)]
    }

    fn collection(&self) -> collections::CollectionView {
        let procedure = collections::Procedure {
            id: self.t("win-kerberoasting"),
            repo: self.some("starter"),
            title: self.t("Kerberoasting, seen from the domain controllers"),
            description: self.t("Finds tickets that were asked for to be cracked."),
            standing: Standing::Good,
            techniques: vec![self.technique("T1558.003", "Kerberoasting")],
        };
        collections::CollectionView {
            listed: self.collections().remove(0),
            owner: self.some("Maren Oyelaran"),
            members: vec![
                collections::Member { written: self.t("win-kerberoasting"), procedure: Some(procedure) },
                collections::Member { written: self.t("win-gone"), procedure: None },
            ],
            covered: vec![Named { id: self.t("T1558.003"), name: self.t("Kerberoasting"), count: 1 }],
            file: Some(format!("https://forge.example/hunts/{}", self.t("start-here.toml"))),
        }
    }

    fn catalog_nothing(&self) -> catalog::CatalogView {
        let offer = |facet: &str, label: &str, count| catalog::Offer {
            query: "q=technique%3AT1003".to_owned(),
            facet: facet.to_owned(),
            label: self.t(label),
            count,
        };
        let begin = |page: &str| catalog::Begin {
            repo: self.t("hunts"),
            href: format!("https://forge.example/hunts/{page}"),
        };
        catalog::CatalogView {
            total: 0,
            further_page: false,
            items: Vec::new(),
            facets: Vec::new(),
            repositories: Vec::new(),
            next: None,
            offers: Some(catalog::Offers {
                relatives: vec![
                    offer("", "T1003 OS Credential Dumping", 1_312),
                    offer("", "T1003.001 LSASS Memory", 1),
                ],
                without: vec![offer("tag", "azure or cloud", 3), offer("", "“golden ticket”", 12)],
                start: vec![begin("new")],
                ask: vec![begin("issues/new"), begin("issues/new")],
                skeleton: "/api/v1/skeleton.md?title=x".to_owned(),
            }),
            ..self.catalog()
        }
    }

    fn readiness(&self) -> Vec<catalog::Readiness> {
        vec![
            catalog::Readiness {
                repo: self.t("starter"),
                procedures: 12_283,
                uncatalogued: 3,
                broken: 1,
                duplicates: 1,
                metadata_ever_lost: 2,
                revoked_techniques: 1,
                copyable: 11_902,
                plain: 4,
                synced: Some(When::new(NOW - 140, NOW)),
                syncing: true,
                error: None,
            },
            catalog::Readiness {
                repo: self.t("playbook"),
                procedures: 26,
                uncatalogued: 7,
                copyable: 0,
                synced: Some(Self::hours_ago(30)),
                error: Some((Self::hours_ago(1), self.t("could not resolve host git.example.org"))),
                ..catalog::Readiness::default()
            },
        ]
    }

    fn problems(&self) -> problems::ProblemsView {
        let file = |path: &str, repo_in_links| problems::FileProblems {
            repo: self.t("starter"),
            path: self.t(path),
            id: self.some("lsass-handle-access"),
            repo_in_links,
            diagnostics: self.diagnostics(),
        };
        problems::ProblemsView {
            files: vec![file("procedures/lsass-handle-access.md", true), file("procedures/dcsync.md", false)],
            further_page: true,
            next: self.some("c2"),
        }
    }

    fn repositories(&self) -> repositories::RepositoriesView {
        let mut rows = self.readiness().into_iter();
        let row = |readiness, location: &str, branch: Option<String>, tip| repositories::RepositoryRow {
            location: self.t(location),
            branch,
            tip,
            readiness,
        };
        repositories::RepositoriesView {
            repositories: vec![
                row(
                    rows.next().unwrap_or_default(),
                    "built in",
                    self.some("main"),
                    Some(self.commit("4be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e5")),
                ),
                row(
                    rows.next().unwrap_or_default(),
                    "https://git.example.org/hunting/playbook.git",
                    None,
                    None,
                ),
            ],
            may_sync: true,
        }
    }

    fn login(&self, asked: login::Asked) -> login::LoginView {
        login::LoginView {
            asked,
            token: self.t("one-time"),
            name: self.t("Ana Duarte"),
            next: self.t("/procedures/lsass-handle-access"),
            error: self.some("That token is not known, or it has been revoked."),
        }
    }

    fn reference(&self) -> reference::ReferenceView {
        let endpoint =
            |method: &str, path: &str, summary: &str, parameters: &[(&str, &str)]| reference::Endpoint {
                method: self.t(method),
                path: self.t(path),
                summary: self.t(summary),
                parameters: parameters.iter().map(|(name, what)| (self.t(name), self.t(what))).collect(),
            };
        reference::ReferenceView {
            groups: vec![reference::EndpointGroup {
                title: self.t("Procedures"),
                endpoints: vec![
                    endpoint(
                        "GET",
                        "/api/v1/procedures",
                        "Search. Repeated keys of one facet mean or, different facets and.",
                        &[("q", "the query language of the search box"), ("limit", "20, at most 100")],
                    ),
                    endpoint("POST", "/api/v1/procedures/{id}/instances", "Make copies for tenants.", &[]),
                ],
            }],
        }
    }

    fn about(&self) -> about::AboutView {
        about::AboutView {
            version: self.t("0.1.0"),
            attack: self.t("enterprise 19.2"),
            attack_notice: self.t("(MITRE's notice stands here, word for word.)"),
        }
    }
}
