//! One copy, in every state that its page shows.

use super::Sample;
use web::pages::instance::{Back, CopyDetailView, Deed, Drift, InJupyter, LifeForm, Noted, Version};
use web::pages::release::{HeldCell, HeldView, Release, ReleaseForm};
use web::view::{Change, FieldError, FieldNote};

impl Sample {
    pub(super) fn copy_detail(&self) -> CopyDetailView {
        CopyDetailView {
            jupyter: InJupyter::At {
                path: self.t("hunts/contoso/win-lsass.ipynb"),
                link: "https://jupyter.example.com/lab/tree/hunts/contoso/win-lsass.ipynb".to_owned(),
            },
            copy: self.copy_rows().remove(0),
            path: self.t("procedures/credential-access/lsass-handle-access.md"),
            blob: self.t("0d1f4b6a2c8e9f7a5b3c1d0e9f8a7b6c5d4e3f2a"),
            sha256: self.t("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
            tenant_key: self.t("000145483"),
            region: self.t("delta"),
            window: Some((self.t("2026-11-17T04:17:05Z"), self.t("2026-11-24T04:17:05Z"))),
            parameters: vec![
                self.label("TENANT_ID", "\"000145483\""),
                self.label("EARLIEST", "\"2026-11-17T04:17:05Z\""),
            ],
            hold: self.t("writes"),
            held_cells: self.list(&["a1b2c3d4"]),
            may_take_evidence: true,
            held: self.held(),
            attack: self.t("enterprise 19.2"),
            renderer: self.t("1"),
            warnings: self.list(&["The query of cell 3 does not follow the window."]),
            note: self.t("Two hosts do not send handles.\n\nAsked the customer."),
            link: "https://tickets.example/4711".to_owned(),
            hunted: Some((self.t("2026-11-18T00:00:00Z"), self.t("2026-11-24T00:00:00Z"))),
            replaces: self.some("01JDE1"),
            carried: Some(3),
            in_its_place: self.copy_rows().into_iter().zip([true, false]).collect(),
            drift: Some(Drift {
                revisions: 2,
                changes: vec![Change { kind: self.t("query-changed"), text: self.t("A query changed.") }],
                newest: self.t("77be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e"),
            }),
            notes: self.field_notes(),
            may_write: true,
            back: Some(self.back()),
            defects: vec![self.defect_of_copies()],
            deeds: vec![Deed {
                at: Self::hours_ago(1),
                by: self.t("Ben Okafor"),
                text: self.t("closed it: findings: visibility gap"),
            }],
            form: Some(self.life_form(Vec::new())),
        }
    }

    pub(super) fn field_notes(&self) -> Vec<FieldNote> {
        vec![FieldNote {
            id: self.t("n1"),
            procedure: self.some("lsass-handle-access"),
            tenant: Some((self.t("northwind-prod"), self.t("Production"))),
            note: self.t("SCCM fires this here."),
            by: self.t("Ana Duarte"),
            at: Self::hours_ago(90),
            expires: Some(Self::hours_ago(-2_000)),
        }]
    }

    pub(super) fn back(&self) -> Back {
        let noted = |cell, line: &str, what| vec![Noted { cell, line: self.t(line), what }];
        let version = |id: &str, hours| Version {
            id: self.t(id),
            at: Self::hours_ago(hours),
            by: self.t("Ben Okafor"),
        };
        Back {
            may_propose: true,
            versions: vec![version("01JDF2", 2), version("01JDF1", 5)],
            shown: 0,
            wrote: noted(7, "Two hosts, both known.", "added"),
            parameters: vec![(self.t("LIMIT"), self.some("500"), self.some("5000"))],
            altered: noted(3, "FROM process", "changed"),
            released: noted(6, "client.investigations.create(title)", "changed"),
            errors: vec![(5, self.t("KeyError"), self.t("'host'"))],
            rows: vec![(3, 123)],
            ran: (5, 6),
            fields: Vec::new(),
            cells: Vec::new(),
        }
    }

    pub(super) fn life_form(&self, errors: Vec<FieldError>) -> LifeForm {
        LifeForm {
            seen: 2,
            outcome: "findings.visibility-gap".to_owned(),
            note: self.t("Two hosts do not send handles."),
            link: self.t("https://tickets.example/4711"),
            hunted_from: self.t("2026-11-18T00:00"),
            hunted_to: self.t("2026-11-24T00:00"),
            assignee: self.t("Ben Okafor"),
            errors,
        }
    }

    pub(super) fn held(&self) -> HeldView {
        let cell = |id: &str, cell, released| HeldCell {
            id: self.t(id),
            cell,
            source: self.t("%taegis investigations create --title x"),
            released,
        };
        let release = Release {
            cells: vec![7],
            reason: self.t("Agreed with the customer"),
            at: Self::hours_ago(3),
            by: self.t("Ana Ruiz"),
        };
        let error =
            |field: &str, message: &str| FieldError { field: field.to_owned(), message: self.t(message) };
        HeldView {
            cells: vec![cell("a1b2c3d4", 7, true), cell("e5f6a7b8", 9, false)],
            releases: vec![release],
            form: Some(ReleaseForm {
                chosen: self.list(&["e5f6a7b8"]),
                reason: self.t("As agreed"),
                errors: vec![
                    error("reason", "A release needs a reason."),
                    error("cells", "No cell is chosen."),
                ],
            }),
        }
    }

    /// One that is still open, whose form was filled in wrongly.
    pub(super) fn copy_open(&self) -> CopyDetailView {
        let errors = [
            ("outcome", "A copy is closed with what came of it: choose one."),
            ("link", "A link begins with http:// or https://."),
            ("", "Somebody else changed this copy meanwhile."),
        ];
        let errors =
            errors.map(|(field, message)| FieldError { field: field.to_owned(), message: self.t(message) });
        let open = self.copy_rows().remove(1);
        let form = LifeForm { outcome: String::new(), ..self.life_form(errors.into()) };
        CopyDetailView { copy: open, form: Some(form), ..self.copy_detail() }
    }
}
