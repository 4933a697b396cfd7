//! The report of a copy, as it is stopped and as it goes out.

use super::Sample;
use web::pages::copy_report::{CopyReportView, Leak, page};
use web::view::FieldError;

impl Sample {
    pub(super) fn report_pages(&self) -> Vec<(&'static str, String)> {
        let stopped = self.copy_report();
        let passed =
            CopyReportView { findings: Vec::new(), may_judge: false, errors: Vec::new(), ..stopped.clone() };
        let unseen = CopyReportView {
            version: None,
            accepted: 0,
            cells: Vec::new(),
            may_export: false,
            prints: false,
            ..passed.clone()
        };
        let here = self.frame("/instances/01JDE2/report");
        vec![
            ("copy-report-stopped", page(&here, stopped)),
            ("copy-report", page(&here, passed)),
            ("copy-report-empty", page(&here, unseen)),
        ]
    }

    fn copy_report(&self) -> CopyReportView {
        let leak = |code: &str, cell, place: &str, excerpt: &str, message: &str, help: &str| Leak {
            code: self.t(code),
            cell,
            place: self.t(place),
            excerpt: self.t(excerpt),
            message: self.t(message),
            help: self.t(help),
            key: self.t(&format!("{code}:1f0c11aa22bb33cc")),
        };
        CopyReportView {
            id: self.t("01JDE2"),
            file_name: self.t("lsass-handle-access_delta_000145483.ipynb"),
            title: self.t("LSASS handle access"),
            customer: self.t("Northwind Clinics"),
            version: Some((self.t("v2"), self.t("2026-11-24 02:17 UTC from Ben Okafor"))),
            findings: vec![
                leak(
                    "other-customer",
                    3,
                    "Cell 3, line 2",
                    "The same tool was seen at █████ in October.",
                    "another customer is named here",
                    "take it out, or look again whether this is the right notebook",
                ),
                leak(
                    "tag-removes-nothing",
                    5,
                    "Cell 5",
                    "remove-cell",
                    "the tag `remove-cell` removes nothing: what it is on reaches the customer",
                    "write `remove_cell` in the list of the cell's tags",
                ),
            ],
            accepted: 1,
            cells: vec![
                (1, vec!["<h2>Executive summary</h2><p>Three hosts opened handles to LSASS; all three were backups.</p>".to_owned()]),
                (3, vec!["<h2>Findings</h2><p>Backups on three hosts.</p>".to_owned()]),
                (4, vec!["<table tabindex=\"0\"><thead><tr><th>host</th><th>n</th></tr></thead><tbody><tr><td>wk-17</td><td>41</td></tr></tbody></table>".to_owned()]),
            ],
            may_export: true,
            may_judge: true,
            prints: true,
            errors: vec![FieldError { field: String::new(), message: self.t("A reason is wanted.") }],
        }
    }
}
