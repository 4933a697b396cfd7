//! The page on which a copy is taken to a newer revision.

use super::Sample;
use web::pages::copy::Refusal;
use web::pages::copy_upgrade::{CarriedCell, CopyUpgradeView, page};
use web::pages::diff::{Hunk, Line, Piece};
use web::pages::instance::Version;

impl Sample {
    pub(super) fn upgrade_pages(&self) -> Vec<(&'static str, String)> {
        let frame = self.frame("/instances/01JDE1/upgrade");
        let refusal = Refusal {
            code: "tenant-retired".to_owned(),
            reason: self.t("Northwind is retired."),
            remedy: self.t("Choose another tenant."),
        };
        let nothing = CopyUpgradeView {
            copy: self.copy_rows().remove(0),
            to: self.commit("77be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e"),
            refusal: Some(refusal),
            ..CopyUpgradeView::default()
        };
        vec![("copy-upgrade", page(&frame, self.upgrade())), ("copy-upgrade-refused", page(&frame, nothing))]
    }

    fn upgrade(&self) -> CopyUpgradeView {
        let line = |sign, number, text: &str| Line {
            sign,
            old: (sign != '+').then_some(number),
            new: (sign != '-').then_some(number),
            pieces: vec![Piece { class: "", changed: sign != ' ', text: self.t(text) }],
        };
        let hunks = vec![Hunk {
            header: self.t("@@ -1,2 +1,2 @@"),
            lines: vec![line(' ', 1, "rows = hits"), line('-', 2, "rows[:10]"), line('+', 2, "rows[:500]")],
        }];
        let altered = CarriedCell {
            place: Some(5),
            kind: "code",
            said: self.t("You altered this code: the procedure's runs, yours is kept beside it."),
            key: self.some("0123456789abcdef"),
            applied: true,
            tags: Vec::new(),
            sides: "The procedure's text now (−), and yours (+)",
            hunks: hunks.clone(),
        };
        let written = CarriedCell {
            place: Some(7),
            kind: "text",
            said: self.t("What you wrote is carried over."),
            key: None,
            applied: false,
            tags: self.list(&["remove_cell"]),
            sides: "As it was handed out (−), and as you left it (+)",
            hunks,
        };
        let back = CarriedCell {
            place: Some(9),
            kind: "raw",
            said: self.t("It is there again."),
            ..CarriedCell::default()
        };
        CopyUpgradeView {
            copy: self.copy_rows().remove(0),
            to: self.commit("77be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e"),
            version: Some(Version { id: self.t("v1"), at: Self::hours_ago(3), by: self.t("Ben Okafor") }),
            changes: self.changes(),
            cells: vec![altered, written, back],
            others: vec![(12, "as they were"), (2, "changed in the procedure"), (0, "new in the procedure")],
            warnings: self.list(&["This is not the newest revision."]),
            refusal: None,
            already: self.copy_rows(),
        }
    }
}
