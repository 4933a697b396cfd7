//! Every page, filled with what a working catalog would show: for looking at (`cargo run -p web --example gallery`) and
//! for the tests. All text passes through one function, so that a test can put anything into every field.

mod begun;
mod blamed;
mod copied;
mod past;
mod reading;
mod reported;
mod shelf;
mod upgraded;
mod work;

use web::pages::matrix::Choice;
use web::pages::{
    about, catalog, collections, error, lint, login, new, problems, reference, repositories, searches,
};
use web::view::{Commit, Diagnostic, FieldError, Severity, Tactic, TacticOrigin, Technique, When};
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
            explained: severity != Severity::Info,
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
            ("rules", lint::rules(&self.frame("/lint"), self.rules())),
            ("rule", lint::rule(&self.frame("/lint/query-without-look-back"), self.rule())),
            ("new", new::page(&self.frame("/new"), self.new_procedure(false))),
            ("new-made", new::page(&self.frame("/new"), self.new_procedure(true))),
            ("problems-none", problems::page(&self.frame("/problems"), problems::ProblemsView::default())),
            ("repositories", repositories::page(&self.frame("/admin/repositories"), self.repositories())),
            (
                "repository-new",
                repositories::form_page(
                    &self.frame("/admin/repositories/new"),
                    repositories::RepositoryForm::default(),
                ),
            ),
            (
                "repository",
                repositories::form_page(
                    &self.frame("/admin/repositories/playbook"),
                    self.repository_form(Some("playbook")),
                ),
            ),
            (
                "repository-wrong",
                repositories::form_page(&self.frame("/admin/repositories/new"), self.repository_form(None)),
            ),
            (
                "syncs",
                repositories::syncs_page(&self.frame("/admin/repositories/starter/syncs"), self.syncs()),
            ),
            (
                "repository-pins",
                repositories::pins_page(&self.frame("/admin/repositories/playbook/pins"), self.pins()),
            ),
            (
                "repository-no-pins",
                repositories::pins_page(
                    &self.frame("/admin/repositories/starter/pins"),
                    repositories::PinsView { repo: "starter".to_owned(), pins: Vec::new() },
                ),
            ),
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
        pages.extend(self.diff_pages());
        pages.extend(self.blame_pages());
        pages.extend(self.past_pages());
        pages.extend(self.work_pages());
        pages.extend(self.upgrade_pages());
        pages.extend(self.report_pages());
        pages.extend(self.authored_pages());
        pages
    }

    /// The results alone, as the island fetches them.
    pub(crate) fn fragment(&self) -> String {
        catalog::results_fragment(self.catalog())
    }

    fn problems(&self) -> problems::ProblemsView {
        let file = |path: &str, repo_in_links| problems::FileProblems {
            repo: self.t("starter"),
            path: self.t(path),
            id: self.some("lsass-handle-access"),
            repo_in_links,
            changed: Some(Self::hours_ago(30)),
            diagnostics: self.diagnostics(),
        };
        let count = |value: &str, title: &str, files| problems::Count {
            value: value.to_owned(),
            title: self.t(title),
            files,
        };
        let choice = |value: &str, chosen| Choice { value: self.t(value), label: self.t(value), chosen };
        let past = |errors, warnings| problems::Past { at: Self::hours_ago(30), errors, warnings };
        problems::ProblemsView {
            files: vec![file("procedures/lsass-handle-access.md", true), file("procedures/dcsync.md", false)],
            total: 41,
            severities: vec![count("error", "", 3), count("warning", "", 20), count("info", "", 0)],
            rules: vec![
                count("query-without-look-back", "A query without look-back", 12),
                count("front-matter-null", "", 1),
            ],
            repos: vec![choice("all", false), choice("starter", true), choice("hunts", false)],
            severity: "warning".to_owned(),
            rule: String::new(),
            oldest_first: true,
            patches: vec![self.t("starter")],
            trend: vec![past(5, 20), past(4, 24), past(3, 20)],
            others: vec![problems::Others {
                repo: self.t("starter"),
                tool: self.t("pytest"),
                at: Self::hours_ago(3),
                by: self.t("ci"),
                commit: self.t("0123456789ab"),
                is_newest: false,
                passed: 12,
                failed: 1,
                files: vec![file("procedures/dcsync.md", false)],
                more: 3,
            }],
            further_page: false,
            next: self.some("c2"),
        }
    }

    fn rule(&self) -> lint::RuleView {
        lint::RuleView {
            rule: self.rule_row(12),
            group: "Code",
            by_default: false,
            html: "<p>A query without one looks at whatever the service likes.</p>".to_owned(),
        }
    }

    fn rule_row(&self, files: usize) -> lint::RuleRow {
        lint::RuleRow {
            code: self.t("query-without-look-back"),
            title: self.t("A query without look-back"),
            severity: "warning",
            files,
        }
    }

    fn rules(&self) -> lint::RulesView {
        lint::RulesView { groups: vec![("Code", vec![self.rule_row(12), self.rule_row(0)])] }
    }

    fn repositories(&self) -> repositories::RepositoriesView {
        let mut rows = self.readiness().into_iter();
        let row = |readiness, location: &str, branch: Option<String>, tip| repositories::RepositoryRow {
            location: self.t(location),
            branch,
            tip,
            readiness,
            ..repositories::RepositoryRow::default()
        };
        let mut starter = row(
            rows.next().unwrap_or_default(),
            "built in",
            self.some("main"),
            Some(self.commit("4be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e5")),
        );
        starter.syncs = self.syncs().syncs;
        starter.more_syncs = true;
        starter.configured = true;
        let location = "https://git.example.org/hunting/playbook.git";
        let mut playbook = row(rows.next().unwrap_or_default(), location, None, None);
        playbook.on_record = true;
        playbook.notes = vec![self.t("Results are counted by status from the next start of the server.")];
        playbook.progress = Some(repositories::Progress {
            words: self.t("fetching: 120 of 400 objects, 2.1 MB"),
            done_of: Some((120, 400)),
            began: Self::hours_ago(0),
            why: self.t("on demand"),
        });
        repositories::RepositoriesView {
            repositories: vec![starter, playbook],
            may_change: true,
            asked: self.some("playbook"),
        }
    }

    fn repository_form(&self, name: Option<&str>) -> repositories::RepositoryForm {
        let value = |name: &str| (name.to_owned(), self.t(name));
        repositories::RepositoryForm {
            name: name.map(|name| self.t(name)),
            values: repositories::form_fields().map(value).collect(),
            allow_private: true,
            push: true,
            errors: vec![FieldError { field: "url".to_owned(), message: self.t("It is no URL.") }],
            variables: self.some("HUNTS_*"),
            files: true,
            webhooks_at: self.t("https://hunts.example.com/api/v1/webhooks"),
            replaces_starter: name.is_none(),
            notes: vec![self.t("Results are counted by status from the next start of the server.")],
        }
    }

    fn pins(&self) -> repositories::PinsView {
        let kept = repositories::PinRow {
            commit: self.commit("4be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e5"),
            when: Some(Self::hours_ago(26)),
            subject: self.some("Look for LSASS reads by unsigned programs"),
            author: self.some("Mira Okafor"),
            on_branch: false,
            copies: 3,
        };
        let lost =
            repositories::PinRow { when: None, subject: None, author: None, copies: 0, ..kept.clone() };
        let on_branch = repositories::PinRow { on_branch: true, copies: 1, ..kept.clone() };
        repositories::PinsView { repo: self.t("playbook"), pins: vec![kept, on_branch, lost] }
    }

    fn syncs(&self) -> repositories::SyncsView {
        let sync = |why: &str, (commits, files), failed: Option<String>| repositories::SyncRow {
            began: Self::hours_ago(2),
            why: self.t(why),
            from: Some(self.commit("9912ab5f0c7d44e8a1b2c3d4e54be0c2d1a77f3e")),
            to: failed.is_none().then(|| self.commit("4be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e5")),
            commits,
            files,
            problems: files,
            took: self.t("1.2 s"),
            failed,
        };
        repositories::SyncsView {
            repo: self.t("starter"),
            further_page: true,
            syncs: vec![
                sync("webhook", (2, 3), None),
                sync("interval", (0, 0), None),
                sync("on demand", (0, 0), self.some("starter could not be fetched: the remote hung up")),
            ],
            next: self.some("12"),
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
