//! A procedure that is begun.

use super::Sample;
use web::pages::copy_propose::{self, CopyProposeView, Lint, OfferedCell};
use web::pages::drafts::{self, DraftView, Found, MadeView};
use web::pages::instance::Version;
use web::pages::new::{Looked, NewValues, NewView, OwnKeyField, Push, Pushed};
use web::view::{Diagnostic, FieldError, Severity};

impl Sample {
    /// Drafts of notebooks, and what goes back from a copy.
    pub(super) fn authored_pages(&self) -> Vec<(&'static str, String)> {
        let form = DraftView {
            error: self.some("Choose a notebook."),
            repos: self.list(&["hunts"]),
            repo: self.t("hunts"),
        };
        let made = MadeView {
            file_name: self.t("rclone.md"),
            source: self.t("---\nhunting:\n  title: rclone\n---\n\n# rclone\n"),
            repo: self.t("hunts"),
            title: self.t("rclone"),
            id: self.t("rclone"),
            notes: vec![("To be looked at", self.list(&["Cell 3 held a token of Slack: revoke it."]))],
            errors: 0,
            warnings: 1,
            found: vec![Found {
                line: 4,
                code: self.t("tags-missing"),
                severity: "warning",
                message: self.t("it has no `tags`"),
                help: self.t("add some"),
            }],
        };
        let proposed = self.mended();
        let held = CopyProposeView { can_push: false, made: None, ..proposed.clone() };
        let here = self.frame("/instances/01JDE2/propose");
        vec![
            ("draft-form", drafts::page(&self.frame("/new/draft"), form)),
            ("draft-made", drafts::made_page(&self.frame("/new/draft"), made)),
            ("copy-propose", copy_propose::page(&here, proposed)),
            ("copy-propose-patch", copy_propose::page(&here, held)),
        ]
    }

    fn mended(&self) -> CopyProposeView {
        let cell = |place, part, held: Option<String>| OfferedCell {
            key: format!("k{place}"),
            place,
            part,
            added: place == 9,
            chosen: held.is_none(),
            held,
            replaced: self.list(&["`TENANT_ID` in place of its value (line 2)"]),
            hunks: self.hunks(),
        };
        CopyProposeView {
            copy: self.copy_rows().swap_remove(0),
            to: self.commit("0123456789abcdef0123456789abcdef01234567"),
            path: self.t("hunts/lsass.md"),
            version: Version { id: self.t("v1"), at: Self::hours_ago(3), by: self.t("Ben Okafor") },
            cells: vec![
                cell(4, "code", None),
                cell(9, "guidance", self.some("the name of the customer stands in line 2")),
            ],
            notes: self.list(&["Outputs are left out."]),
            lint: Lint {
                before: (0, 1),
                after: (1, 1),
                new_errors: vec![(
                    self.t("query-without-tenant"),
                    12,
                    self.t("it names no tenant"),
                    self.t("add `--tenant`"),
                )],
            },
            whole: self.hunks(),
            can_push: true,
            message: self.t("Look at scheduled tasks, too"),
            branch: self.t("huntshelf/copy/lsass"),
            made: Some((self.t("huntshelf/copy/lsass"), self.t("0123456789ab"))),
            ..CopyProposeView::default()
        }
    }

    /// The form, or with its text made, and something wrong with it.
    pub(super) fn new_procedure(&self, made: bool) -> NewView {
        let pair = |one: &str, other: &str| (self.t(one), self.t(other));
        let values = NewValues {
            repo: self.t("hunts"),
            title: self.t("Run keys that nobody installed"),
            tags: self.t("windows, persistence"),
            source: if made {
                self.t("---\nhunting:\n  title: Run keys\n---\n\n# Run keys\n")
            } else {
                String::new()
            },
            path: self.t("hunts/run-keys.md"),
            branch: self.t("huntshelf/new/run-keys"),
            ..NewValues::default()
        };
        let found = Diagnostic {
            code: self.t("tags-missing"),
            severity: Severity::Info,
            message: self.t("it has no tags"),
            ..Diagnostic::default()
        };
        NewView {
            values,
            repos: vec![pair("hunts", "hunts"), pair("more", "more")],
            techniques: vec![pair("T1547.001", "Boot or Logon Autostart Execution: Registry Run Keys")],
            known: vec![pair("T1003", "OS Credential Dumping"), pair("T1112", "Modify Registry")],
            release: self.t("Enterprise ATT&CK 19.2"),
            services: vec![pair("taegis", "Taegis (CQL)"), pair("none", "none yet, or another")],
            sections: self.list(&["Executive summary", "Findings"]),
            parameters: self.list(&["TENANT_ID", "EARLIEST"]),
            keys: vec![OwnKeyField {
                name: self.t("owner"),
                help: self.t("Who looks after it."),
                choices: self.list(&["maren", "tobias"]),
                ..OwnKeyField::default()
            }],
            errors: if made {
                Vec::new()
            } else {
                vec![FieldError { field: "title".to_owned(), message: self.t("say what it is called") }]
            },
            looked: made.then(|| Looked { diagnostics: vec![found], forge: None }),
            push: if made { Push::Allowed } else { Push::Not(self.t("Nothing is pushed from here.")) },
            pushed: made.then(|| Pushed {
                branch: self.t("huntshelf/new/run-keys"),
                commit: self.t("0123456789abcdef0123456789abcdef01234567"),
                repo: self.t("hunts"),
                href: None,
            }),
        }
    }
}
