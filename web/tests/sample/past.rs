//! Pages about the past of the whole catalog.

use super::Sample;
use web::pages::changes::{self, Choice, CommitChanges, Day, Filters, Month, Strip, Touched};
use web::pages::compare::{self, Became, Between, CompareView, How};
use web::pages::following;
use web::pages::proposals;
use web::view::Standing;

const COMMIT: &str = "9f2c1d7a40b3e8c6d5f4a3b2c1d0e9f8a7b6c5d4";

impl Sample {
    pub(crate) fn past_pages(&self) -> Vec<(&'static str, String)> {
        let here = self.frame("/changes");
        vec![
            ("changes", changes::page(&here, self.catalog_changes())),
            ("changes-none", changes::page(&here, changes::ChangesView::default())),
            (
                "changes-nothing",
                changes::page(&here, changes::ChangesView { filters: self.filters(), ..Default::default() }),
            ),
            ("following", following::page(&self.frame("/following"), self.following())),
            ("following-none", following::page(&self.frame("/following"), Vec::new())),
            ("compare", compare::page(&self.frame("/changes/compare"), self.compared())),
            ("proposals", proposals::list(&self.frame("/proposals"), self.proposals())),
            (
                "proposals-none",
                proposals::list(&self.frame("/proposals"), proposals::ProposalsView::default()),
            ),
            ("proposal", proposals::page(&self.frame("/proposals/hunts/7"), self.proposal())),
            ("proposal-none", proposals::page(&self.frame("/proposals/hunts/7"), self.proposal_of_nothing())),
            (
                "proposal-read",
                proposals::read(&self.frame("/proposals/hunts/7/read"), self.proposed_text(false)),
            ),
            (
                "proposal-report",
                proposals::read(&self.frame("/proposals/hunts/7/report"), self.proposed_text(true)),
            ),
            ("compare-same", compare::page(&self.frame("/changes/compare"), CompareView::default())),
        ]
    }

    fn proposed(&self) -> proposals::Proposed {
        proposals::Proposed {
            repo: self.t("hunts"),
            name: self.t("7"),
            label: self.t("#7"),
            subject: self.t("Widen the access masks"),
            author: self.t("Mira Okafor"),
            when: Self::hours_ago(3),
            commit: self.commit(COMMIT),
            forge: self.some("https://forge.example/hunts/pull/7"),
        }
    }

    fn proposals(&self) -> proposals::ProposalsView {
        let one = proposals::Listed {
            proposed: self.proposed(),
            sentences: self.changes().into_iter().map(|change| (self.t("LSASS reads"), change)).collect(),
            more: 3,
            unreadable: None,
        };
        let unreadable = proposals::Listed {
            unreadable: self.some("the mirror of hunts cannot be read: an object is missing"),
            sentences: Vec::new(),
            ..one.clone()
        };
        proposals::ProposalsView {
            proposals: vec![one, unreadable],
            total: 45,
            unreadable: vec![(
                self.t("playbooks"),
                self.t("the mirror of playbooks cannot be read: it is damaged"),
            )],
            configured: true,
            several: true,
            first: Some("/proposals".to_owned()),
            next: Some("/proposals?cursor=40".to_owned()),
        }
    }

    fn proposal(&self) -> proposals::ProposalView {
        let file = proposals::ProposedFile {
            path: self.t("hunts/lsass.md"),
            previous_path: self.some("old/lsass.md"),
            title: self.t("LSASS reads"),
            current: self.some("lsass"),
            changes: self.changes(),
            found: self.diagnostics(),
            gained: self.diagnostics(),
            mended: self.diagnostics(),
            before: 2,
            fields: self.fields_compared(),
            cells: self.cells_compared(false),
            cells_left_out: 2,
            hunks: self.hunks(),
            left_out: 12,
            ..Default::default()
        };
        let broken = proposals::ProposedFile {
            added: true,
            previous_path: None,
            standing: Standing::Broken,
            taken_by: self.some("twin.md"),
            ..file.clone()
        };
        let gone = proposals::ProposedFile { deleted: true, previous_path: None, ..file.clone() };
        let commit = proposals::ProposedCommit {
            commit: self.commit(COMMIT),
            subject: self.t("Widen the access masks"),
            author: self.t("Mira Okafor"),
            when: Self::hours_ago(3),
        };
        proposals::ProposalView {
            proposed: self.proposed(),
            base: Some(self.commit(COMMIT)),
            settled: false,
            commits: vec![commit],
            commits_total: 120,
            files: vec![file, broken, gone],
            left_out: 4,
            tenants: Some(vec![(self.t("t1"), self.t("Ward (Clinic)"))]),
        }
    }

    fn proposal_of_nothing(&self) -> proposals::ProposalView {
        proposals::ProposalView {
            proposed: self.proposed(),
            settled: true,
            commits_total: 1,
            ..Default::default()
        }
    }

    fn proposed_text(&self, customer: bool) -> proposals::ReadView {
        proposals::ReadView {
            proposed: self.proposed(),
            path: self.t("hunts/lsass.md"),
            title: self.t("LSASS reads"),
            description: self.t("Who reads the memory of lsass."),
            customer,
            diagnostics: self.diagnostics(),
            cells: self.cells(),
        }
    }

    fn filters(&self) -> Filters {
        let choice =
            |value: &str, chosen: bool| Choice { value: self.t(value), label: self.t(value), chosen };
        Filters {
            since: "2026-11-01".to_owned(),
            until: String::new(),
            author: self.t("mira"),
            technique: self.t("T1003"),
            kinds: vec![choice("", false), choice("query-changed", true)],
            repos: vec![choice("", true), choice("hunts", false)],
            commit: self.t(COMMIT),
        }
    }

    fn catalog_changes(&self) -> changes::ChangesView {
        let touched = |id: &str, status: &'static str| Touched {
            id: self.t(id),
            title: self.t("LSASS handle access"),
            path: self.t("procedures/lsass.md"),
            repo_in_links: true,
            status,
            changes: self.changes(),
        };
        let commit = |procedures: Vec<Touched>| CommitChanges {
            repo: self.t("hunts"),
            commit: self.commit(COMMIT),
            subject: self.t("Widen the access masks"),
            authors: self.list(&["Mira Okafor", "Jonas Weber"]),
            when: Self::hours_ago(5),
            procedures,
        };
        let many = (0..12).map(|_| touched("lsass", "")).collect();
        changes::ChangesView {
            proposals: true,
            filters: self.filters(),
            total: 214,
            strip: Strip {
                weeks: (0..53_usize)
                    .map(|week| std::array::from_fn(|day| Some((format!("week {week}"), week * day % 13))))
                    .collect(),
                months: vec![Month {
                    name: self.t("Nov"),
                    full: self.t("November 2026"),
                    week: 48,
                    count: 31,
                    href: "/changes?since=2026-11-01".to_owned(),
                }],
                total: 214,
            },
            days: vec![Day {
                date: "2026-11-24".to_owned(),
                said: "Tuesday, 24 November 2026".to_owned(),
                commits: vec![
                    commit(vec![touched("lsass", "added"), touched("beacon", "deleted")]),
                    CommitChanges { subject: String::new(), ..commit(many) },
                ],
            }],
            several: true,
            first: Some("/changes?kind=query-changed".to_owned()),
            next: Some("/changes?kind=query-changed&cursor=x".to_owned()),
            feed: "/feeds/changes.atom?kind=query-changed".to_owned(),
        }
    }

    fn following(&self) -> Vec<following::Followed> {
        let followed = |unread, title: &str| following::Followed {
            repo: self.t("hunts"),
            repo_in_links: true,
            id: self.t("lsass"),
            title: title.to_owned(),
            seen: COMMIT.to_owned(),
            seen_at: Self::hours_ago(70),
            unread,
            changes: self.changes().into_iter().cycle().take(unread * 4).collect(),
        };
        vec![followed(2, &self.t("LSASS handle access")), followed(0, "")]
    }

    fn compared(&self) -> CompareView {
        let became = |how: How| Became {
            how,
            id: self.t("lsass"),
            title: self.t("LSASS handle access"),
            path: self.t("procedures/lsass.md"),
            from_path: self.some("old/lsass.md"),
            from: Some(COMMIT.to_owned()),
            last: COMMIT.to_owned(),
            revisions: 3,
            gained: self.list(&["T1003.001"]),
            lost: self.list(&["T1003"]),
            kinds: self.list(&["query changed", "lint changed"]),
            authors: self.list(&["Mira Okafor"]),
        };
        CompareView {
            from: self.t("2026-08-27"),
            to: self.t("v2"),
            repo: self.t("hunts"),
            repos: self.list(&["hunts", "playbook"]),
            tags: self.list(&["v1", "v2"]),
            compared: vec![Between {
                repo: self.t("hunts"),
                from: None,
                to: Some(self.commit(COMMIT)),
                commits: 31,
                cut: true,
                procedures: [How::Added, How::Changed, How::Deleted, How::CameAndWent].map(became).to_vec(),
            }],
            left_out: self.list(&["other"]),
        }
    }
}
