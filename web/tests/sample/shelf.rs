//! What the catalog's first page and the pages around it show.

use super::{NOW, Sample};
use web::pages::technique::Named;
use web::pages::{catalog, collections, searches};
use web::view::{FieldError, Standing, TacticOrigin, Technique, TechniqueStatus, When};

impl Sample {
    pub(super) fn facet(&self, name: &str, values: &[(&str, &str, u64)]) -> catalog::Facet {
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

    pub(super) fn facets(&self) -> Vec<catalog::Facet> {
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

    pub(super) fn items(&self) -> Vec<catalog::Item> {
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

    pub(super) fn snippet(&self, field: &str, html: &str) -> catalog::Snippet {
        catalog::Snippet { field: field.to_owned(), html: self.t(html) }
    }

    pub(super) fn catalog(&self) -> catalog::CatalogView {
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

    pub(super) fn saved(&self) -> Vec<searches::SavedLink> {
        let one =
            |name: &str, query: &str| searches::SavedLink { name: self.t(name), query: query.to_owned() };
        vec![one("Credential theft", "q=lsass&tactic=TA0006"), one("Lsass", "q=kerberoast")]
    }

    pub(super) fn searches(&self) -> searches::SearchesView {
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

    pub(super) fn catalog_home(&self) -> catalog::CatalogView {
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

    pub(super) fn collection(&self) -> collections::CollectionView {
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

    pub(super) fn catalog_nothing(&self) -> catalog::CatalogView {
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
                start: "/new?title=x".to_owned(),
                ask: vec![begin("issues/new"), begin("issues/new")],
                skeleton: "/api/v1/skeleton.md?title=x".to_owned(),
            }),
            ..self.catalog()
        }
    }

    pub(super) fn readiness(&self) -> Vec<catalog::Readiness> {
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
}
