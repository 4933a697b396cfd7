//! Pages about customers, tenants and copies.

use super::Sample;
use web::pages::copies::{CopiesView, ProcedureCopiesView};
use web::pages::copy::{
    CopyResultView, CopyView, HoldChoice, MadeCopy, ParameterField, Refusal, RefusedTenant, TenantChoice,
    TenantGroup, Widget, WindowChoice,
};
use web::pages::customers::{CustomerForm, CustomerRow, CustomerView, CustomersView};
use web::pages::defect::DefectView;
use web::pages::many::{LeftOut, MadeOne, ManyForm, ManyView, Outcome};
use web::pages::returning::{Arrived, Asked, ReturnView};
use web::pages::roster::{Changed, PlannedLine, PreviewView, RosterView};
use web::pages::tenants::{TenantForm, TenantView, TenantsView};
use web::pages::{copies, copy, customers, defect, instance, many, returning, roster, tenants};
use web::view::{CopyRow, Defect, Field, FieldError, TenantRow};

impl Sample {
    pub(super) fn work_pages(&self) -> Vec<(&'static str, String)> {
        let procedure = self.frame("/procedures/lsass-handle-access/copy");
        let (customers, tenants, instances) =
            (self.frame("/customers"), self.frame("/tenants"), self.frame("/instances"));
        vec![
            ("copy", copy::page(&procedure, self.copy(Vec::new()))),
            ("copy-wrong", copy::page(&procedure, self.copy(self.errors()))),
            ("copy-refused", copy::page(&procedure, self.copy_refused())),
            ("copy-result", copy::result_page(&procedure, self.copy_result())),
            (
                "copy-result-none",
                copy::result_page(&procedure, CopyResultView { made: Vec::new(), ..self.copy_result() }),
            ),
            ("customers", customers::page(&customers, self.customers())),
            ("customers-none", customers::page(&customers, CustomersView::default())),
            ("customer", customers::customer_page(&customers, self.customer())),
            ("tenants", tenants::page(&tenants, self.tenants())),
            ("tenants-none", tenants::page(&tenants, TenantsView::default())),
            ("tenant", tenants::tenant_page(&tenants, self.tenant())),
            ("copies", copies::page(&instances, self.copies())),
            ("copies-none", copies::page(&instances, CopiesView::default())),
            (
                "procedure-copies",
                copies::procedure_page(
                    &procedure,
                    ProcedureCopiesView {
                        head: self.head(),
                        hunted: self.copy_rows(),
                        copies: self.copy_rows(),
                        notes: self.field_notes(),
                        may_write: true,
                    },
                ),
            ),
            (
                "procedure-copies-none",
                copies::procedure_page(
                    &procedure,
                    ProcedureCopiesView { head: self.head(), ..ProcedureCopiesView::default() },
                ),
            ),
            ("many", many::page(&instances, ManyView { form: self.many_form(), ..ManyView::default() })),
            ("many-preview", many::page(&instances, self.many(false))),
            ("many-made", many::page(&instances, self.many(true))),
            ("return", returning::page(&instances, ReturnView::default())),
            (
                "returned",
                returning::page(
                    &instances,
                    ReturnView {
                        sent: true,
                        arrived: vec![Arrived {
                            file: self.t("lsass.ipynb"),
                            copy: self.copy_rows().remove(0),
                            again: true,
                        }],
                        asked: vec![Asked {
                            file: self.t("stacking.ipynb"),
                            object: self.t("9f86d081"),
                            candidates: self.copy_rows(),
                        }],
                        unmatched: vec![(
                            self.t("notes.ipynb"),
                            self.t("it does not say of which copy it is"),
                        )],
                    },
                ),
            ),
            ("roster", roster::page(&customers, RosterView::default())),
            (
                "roster-wrong",
                roster::page(
                    &customers,
                    RosterView {
                        error: self.some("The column colour is not known."),
                        text: self.t("colour"),
                    },
                ),
            ),
            ("roster-preview", roster::preview_page(&customers, self.roster(0))),
            ("roster-refused", roster::preview_page(&customers, self.roster(1))),
            ("defect", defect::page(&instances, self.recalled())),
            (
                "defect-none",
                defect::page(
                    &instances,
                    DefectView { copies: Vec::new(), to_make: 0, refused: Vec::new(), ..self.recalled() },
                ),
            ),
            ("copy-detail", instance::copy_page(&instances, self.copy_detail())),
            ("copy-open", instance::copy_page(&instances, self.copy_open())),
        ]
    }

    pub(super) fn label(&self, key: &str, value: &str) -> Field {
        Field { key: self.t(key), value: self.t(value) }
    }

    fn errors(&self) -> Vec<FieldError> {
        [
            ("tenant", "Choose at least one tenant, or a copy without one."),
            ("last", "“7 fortnights” is no stretch of time: 30m, 12h, 7d or 4w."),
            ("p.LIMIT", "LIMIT must be a whole number."),
        ]
        .map(|(field, message)| FieldError { field: field.to_owned(), message: self.t(message) })
        .into()
    }

    fn copy(&self, errors: Vec<FieldError>) -> CopyView {
        let tenant = |id: &str, name: &str, key: &str, chosen, closed: Option<&str>| TenantChoice {
            id: self.t(id),
            name: self.t(name),
            key: self.t(key),
            region: self.t("delta"),
            service: self.t("taegis"),
            chosen,
            closed: closed.map(|reason| self.t(reason)),
            said: self.list(&["Ana Duarte has an open copy of this procedure for this tenant, since 2 h."]),
        };
        let parameter = |name: &str, kind: &str, default: &str, help: &str, widget| ParameterField {
            name: self.t(name).replacen(self.before, "", 1),
            kind: self.t(kind),
            default: self.t(default),
            expression: false,
            required: false,
            help: self.t(help),
            widget,
            value: String::new(),
        };
        CopyView {
            head: self.head(),
            commit: self.commit("4be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e5"),
            refused: None,
            warnings: self.list(&["The query of cell 3 has a fixed window, 2023-05-04 13:00 to 17:00: it does not follow yours."]),
            tenant_independent: false,
            find: self.t("health"),
            tenants_in_all: 38,
            groups: vec![
                TenantGroup {
                    customer: self.t("Northwind Clinics"),
                    labels: self.list(&["sector=healthcare", "tier=1"]),
                    tenants: vec![
                        tenant("northwind-prod", "Production", "000145483", true, None),
                        tenant("northwind-lab", "Laboratories", "000145484", false, None),
                    ],
                },
                TenantGroup {
                    customer: self.t("St. Gall Hospital"),
                    labels: self.list(&["sector=healthcare"]),
                    tenants: vec![
                        tenant("stgall", "Hospital", "0099120", false, None),
                        tenant("stgall-m365", "Microsoft 365", "5b1c-77", false, Some("on Sentinel: the queries are for Taegis")),
                    ],
                },
            ],
            independent: false,
            window: WindowChoice::Last,
            last: self.t("7d"),
            from: String::new(),
            to: String::new(),
            zone: self.t("UTC"),
            zones: self.list(&["UTC", "Europe/Berlin"]),
            parameters: vec![
                parameter("TENANT_ID", "str", "None", "the tenant's key, a string", Widget::Filled(self.t("the tenant's key"))),
                parameter("REGION", "str", "None", "", Widget::Filled(self.t("the tenant's region"))),
                parameter("LIMIT", "int", "1000", "Results at most, a query", Widget::Number),
                parameter("VERBOSE", "bool", "False", "", Widget::Switch),
                parameter("SCOPE", "str", "\"servers\"", "Which hosts", Widget::Choice(self.list(&["servers", "clients"]))),
                parameter("INDICATORS", "list", "[]", "One a line", Widget::Lines),
                parameter("INVESTIGATION_TITLE", "str", "\"LSASS\"", "", Widget::Text),
            ],
            hold: HoldChoice::Default,
            notes: self.field_notes(),
            writes: vec![(6, self.t("opens an investigation (investigations create)"))],
            errors,
        }
    }

    fn copy_refused(&self) -> CopyView {
        CopyView { refused: Some(self.refusal()), warnings: Vec::new(), ..self.copy(Vec::new()) }
    }

    fn refusal(&self) -> Refusal {
        Refusal {
            code: self.t("no-parameters-tag"),
            reason: self.t(
                "A tenant parameter is needed, and no cell is tagged `parameters`: the copy's queries would run against no \
                 tenant, return nothing, and read as a clean result.",
            ),
            remedy: self.t("Tag the cell that sets TENANT_ID with `parameters`."),
        }
    }

    fn copy_result(&self) -> CopyResultView {
        let made = |id: &str, tenant: Option<String>, name: &str, customer: &str| MadeCopy {
            id: self.t(id),
            file_name: self.t(&format!("lsass-handle-access_delta_{id}.ipynb")),
            tenant,
            tenant_name: self.t(name),
            customer: self.t(customer),
            region: self.t("delta"),
        };
        CopyResultView {
            head: self.head(),
            commit: self.commit("4be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e5"),
            made: vec![
                made("000145483", self.some("northwind-prod"), "Production", "Northwind Clinics"),
                made("0099120", self.some("stgall"), "Hospital", "St. Gall Hospital"),
                made("none", None, "", ""),
            ],
            warnings: self
                .list(&["Cell 6 is held: it writes to the service, and the copies are for two tenants."]),
            refused: vec![
                RefusedTenant { tenant: self.t("Microsoft 365"), refusal: self.refusal() },
                RefusedTenant { tenant: String::new(), refusal: self.refusal() },
            ],
        }
    }

    fn tenant_row(&self, id: &str, name: &str, key: &str) -> TenantRow {
        TenantRow {
            id: self.t(id),
            name: self.t(name),
            service: self.t("taegis"),
            key: self.t(key),
            region: self.t("delta"),
            customer: self.t("northwind"),
            customer_name: self.t("Northwind Clinics"),
            labels: vec![self.label("env", "production")],
            retired: key == "000145484",
        }
    }

    fn tenant_rows(&self) -> Vec<TenantRow> {
        vec![
            self.tenant_row("northwind-prod", "Production", "000145483"),
            TenantRow { labels: Vec::new(), ..self.tenant_row("northwind-lab", "Laboratories", "000145484") },
        ]
    }

    pub(super) fn copy_rows(&self) -> Vec<CopyRow> {
        let row = CopyRow {
            id: self.t("01JDE7"),
            procedure: self.t("lsass-handle-access"),
            title: self.t("LSASS memory read through suspicious handles"),
            repo: self.some("starter"),
            commit: self.commit("4be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e5"),
            tenant: self.some("northwind-prod"),
            tenant_name: self.t("Production"),
            customer: self.t("Northwind Clinics"),
            made: Self::hours_ago(2),
            made_by: self.t("Ana Duarte"),
            file_name: self.t("lsass-handle-access_delta_000145483.ipynb"),
            state: "closed",
            outcome: "findings: visibility gap",
            assignee: self.t("Ben Okafor"),
            closed: Some((Self::hours_ago(1), self.t("Ben Okafor"))),
            window: Some((self.t("2026-11-17T04:17:05Z"), self.t("2026-11-24T04:17:05Z"))),
        };
        let independent = CopyRow {
            tenant: None,
            tenant_name: String::new(),
            customer: String::new(),
            title: self.t("Rare scheduled tasks, with pandas"),
            file_name: self.t("rare-scheduled-tasks.ipynb"),
            made: Self::hours_ago(50),
            state: "working",
            outcome: "",
            closed: None,
            window: None,
            ..row.clone()
        };
        vec![row, independent]
    }

    fn customer_form(&self) -> CustomerForm {
        CustomerForm {
            name: self.t("Northwind Clinics"),
            labels: self.t("sector=healthcare"),
            contacts: self.t("soc@northwind.example"),
            errors: vec![FieldError {
                field: "name".to_owned(),
                message: self.t("There is a customer of that name."),
            }],
        }
    }

    fn tenant_form(&self) -> TenantForm {
        TenantForm {
            customer: self.t("northwind"),
            id: self.t("northwind-prod"),
            name: self.t("Production"),
            service: self.t("taegis"),
            services: self.list(&["taegis", "sentinel", "defender", "splunk", "elastic", "other"]),
            key: self.t("000145483"),
            region: self.t("delta"),
            zone: self.t("Europe/Zurich"),
            labels: self.t("env=production"),
            parameters: self.t("LIMIT=500"),
            data_sources: self.t("process=90"),
            errors: vec![FieldError { field: "id".to_owned(), message: self.t("That id is taken.") }],
        }
    }

    fn customers(&self) -> CustomersView {
        CustomersView {
            customers: vec![
                CustomerRow {
                    id: self.t("northwind"),
                    name: self.t("Northwind Clinics"),
                    labels: vec![self.label("sector", "healthcare"), self.label("tier", "1")],
                    tenants: 2,
                },
                CustomerRow {
                    id: self.t("stgall"),
                    name: self.t("St. Gall Hospital"),
                    labels: vec![self.label("sector", "healthcare")],
                    tenants: 0,
                },
            ],
            form: Some(CustomerForm { errors: Vec::new(), ..self.customer_form() }),
        }
    }

    fn customer(&self) -> CustomerView {
        CustomerView {
            id: self.t("northwind"),
            name: self.t("Northwind Clinics"),
            labels: vec![self.label("sector", "healthcare"), self.label("tier", "1")],
            contacts: self.list(&["soc@northwind.example", "+41 31 555 01 01"]),
            tenants: self.tenant_rows(),
            more_tenants: true,
            hunted: self.copy_rows(),
            copies: self.copy_rows(),
            quarter: self.t("2026-10-01"),
            evidence_until: self.some("2026-11-24"),
            form: Some(CustomerForm { errors: Vec::new(), ..self.customer_form() }),
            tenant_form: Some(self.tenant_form()),
        }
    }

    fn tenants(&self) -> TenantsView {
        TenantsView {
            asked: vec![("q", self.t("north")), ("retired", "no".to_owned())],
            in_all: 38,
            may_change: true,
            tenants: self.tenant_rows(),
            further_page: true,
            next: self.some("c2"),
        }
    }

    fn tenant(&self) -> TenantView {
        TenantView {
            tenant: self.tenant_row("northwind-prod", "Production", "000145483"),
            zone: self.t("Europe/Zurich"),
            data_sources: vec![self.label("process", "kept for 90 days"), self.label("netflow", "")],
            retired: Some(Self::hours_ago(30)),
            may_delete: true,
            parameters: vec![self.label("LIMIT", "500")],
            hunted: self.copy_rows(),
            notes: self.field_notes(),
            may_write: true,
            copies: self.copy_rows(),
            form: Some(TenantForm { errors: Vec::new(), ..self.tenant_form() }),
        }
    }

    fn copies(&self) -> CopiesView {
        CopiesView {
            asked: vec![
                ("procedure", self.t("lsass-handle-access")),
                ("customer", self.t("northwind")),
                ("since", self.t("2026-11-01")),
            ],
            copies: self.copy_rows(),
            further_page: true,
            next: self.some("c2"),
        }
    }

    fn many_form(&self) -> ManyForm {
        ManyForm {
            procedures: self.t("lsass-handle-access"),
            labels: self.t("sector=healthcare"),
            region: self.t("delta"),
            customer: self.t("Northwind Clinics"),
            tenants: self.t("northwind-prod"),
            last: self.t("7d"),
            since_hunted: true,
            parameters: self.t("LIMIT=500"),
            hold: "default".to_owned(),
        }
    }

    fn many(&self, made: bool) -> ManyView {
        let copy = |id: &str, tenant: &str| MadeOne {
            id: made.then(|| self.t(id)),
            title: self.t("LSASS memory read through suspicious handles"),
            tenant: self.t(tenant),
            file_name: self.t("lsass-handle-access_delta_000145483.ipynb"),
            window: self.t(if tenant == "Production" {
                "2026-11-17 to 2026-11-24"
            } else {
                "2026-11-20 to 2026-11-24"
            }),
        };
        let errors = [("labels", "A label is written key=value."), ("", "The scope fits nobody.")];
        let errors =
            errors.map(|(field, message)| FieldError { field: field.to_owned(), message: self.t(message) });
        ManyView {
            form: self.many_form(),
            outcome: Some(Outcome {
                made,
                resolved: self.tenant_rows(),
                left_out: vec![LeftOut { name: self.t("Old lab"), reason: self.t("it is retired") }],
                left_out_unlisted: 3,
                copies: vec![copy("01JDE7", "Production"), copy("01JDE8", "Laboratories")],
                warnings: vec![(self.t("hunted 3 days ago by Ana: null findings"), 2)],
                refused: vec![(self.t("LSASS"), self.t("Microsoft 365"), self.refusal())],
            }),
            errors: errors.into(),
        }
    }

    fn roster(&self, refused: usize) -> PreviewView {
        let change = |field, before: &str, after: &str| Changed {
            field,
            before: if before.is_empty() { String::new() } else { self.t(before) },
            after: self.t(after),
        };
        let line = |number, effect, changes| PlannedLine {
            number,
            effect,
            customer: self.t("Northwind Clinics"),
            tenant: self.t("Production"),
            changes,
            reason: String::new(),
        };
        let mut lines = vec![
            line(2, "create", vec![change("key", "", "000145483"), change("region", "", "delta")]),
            line(3, "change", vec![change("name", "Lab", "Laboratories")]),
        ];
        if refused > 0 {
            let reason = self.t("oracle is no service.");
            lines.insert(0, PlannedLine { reason, ..line(4, "refused", Vec::new()) });
        }
        PreviewView {
            applied: false,
            created: 1,
            changed: 1,
            same: 36,
            refused,
            lines,
            unshown: 3,
            text: self.t("customer,key"),
        }
    }

    pub(super) fn defect_of_copies(&self) -> Defect {
        Defect {
            id: self.t("d41"),
            severity: "high",
            reason: self.t("The filter compares a number with a text."),
            from: self.commit("4be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e5"),
            mended: Some(self.commit("77be0c2d1a77f3e9912ab5f0c7d44e8a1b2c3d4e")),
            by: self.t("Ana Duarte"),
            at: Self::hours_ago(3),
            withdrawn: false,
        }
    }

    fn recalled(&self) -> DefectView {
        let mut rows = self.copy_rows().into_iter();
        let copies = vec![
            (rows.next().unwrap_or_default(), None),
            (rows.next().unwrap_or_default(), self.some("01JDE9")),
        ];
        DefectView {
            defect: self.defect_of_copies(),
            procedure: self.t("lsass-handle-access"),
            title: self.t("LSASS memory read through suspicious handles"),
            repo: self.t("starter"),
            states: vec![("made", 0), ("working", 1), ("closed", 1)],
            copies,
            to_make: 1,
            may_make: true,
            refused: vec![(self.t("Laboratories"), self.refusal())],
        }
    }
}
