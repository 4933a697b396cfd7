//! Pages about customers, tenants and copies.

use super::Sample;
use web::pages::copies::{CopiesView, CopyDetailView};
use web::pages::copy::{
    CopyResultView, CopyView, HoldChoice, MadeCopy, ParameterField, Refusal, RefusedTenant, TenantChoice,
    TenantGroup, Widget, WindowChoice,
};
use web::pages::customers::{CustomerForm, CustomerRow, CustomerView, CustomersView};
use web::pages::tenants::{TenantForm, TenantView, TenantsView};
use web::pages::{copies, copy, customers, tenants};
use web::view::{CopyRow, Field, FieldError, TenantRow};

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
            ("copy-detail", copies::copy_page(&instances, self.copy_detail())),
        ]
    }

    fn label(&self, key: &str, value: &str) -> Field {
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
        }
    }

    fn tenant_rows(&self) -> Vec<TenantRow> {
        vec![
            self.tenant_row("northwind-prod", "Production", "000145483"),
            TenantRow { labels: Vec::new(), ..self.tenant_row("northwind-lab", "Laboratories", "000145484") },
        ]
    }

    fn copy_rows(&self) -> Vec<CopyRow> {
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
        };
        let independent = CopyRow {
            tenant: None,
            tenant_name: String::new(),
            customer: String::new(),
            title: self.t("Rare scheduled tasks, with pandas"),
            file_name: self.t("rare-scheduled-tasks.ipynb"),
            made: Self::hours_ago(50),
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
                    tenants: self.tenant_rows(),
                },
                CustomerRow {
                    id: self.t("stgall"),
                    name: self.t("St. Gall Hospital"),
                    labels: vec![self.label("sector", "healthcare")],
                    tenants: Vec::new(),
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
            copies: self.copy_rows(),
            form: Some(CustomerForm { errors: Vec::new(), ..self.customer_form() }),
            tenant_form: Some(self.tenant_form()),
        }
    }

    fn tenants(&self) -> TenantsView {
        TenantsView {
            q: self.t("north"),
            tenants: self.tenant_rows(),
            further_page: true,
            next: self.some("c2"),
        }
    }

    fn tenant(&self) -> TenantView {
        TenantView {
            tenant: self.tenant_row("northwind-prod", "Production", "000145483"),
            zone: self.t("Europe/Zurich"),
            parameters: vec![self.label("LIMIT", "500")],
            copies: self.copy_rows(),
            form: Some(TenantForm { errors: Vec::new(), ..self.tenant_form() }),
        }
    }

    fn copies(&self) -> CopiesView {
        CopiesView {
            procedure: self.t("lsass-handle-access"),
            tenant: String::new(),
            customer: self.t("northwind"),
            copies: self.copy_rows(),
            further_page: true,
            next: self.some("c2"),
        }
    }

    fn copy_detail(&self) -> CopyDetailView {
        CopyDetailView {
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
            held_cells: vec![6],
            attack: self.t("enterprise 19.2"),
            renderer: self.t("1"),
            warnings: self.list(&["The query of cell 3 does not follow the window."]),
        }
    }
}
