//! `/customers`: who we work for. `/customers/{id}`: one of them, with its tenants.
//!
//! `POST /customers` and `POST /customers/{id}` take `name`, `labels` and `contacts` (both one a line, `key=value` for
//! labels). `POST /tenants` takes the fields of [`TenantForm`](crate::pages::tenants::TenantForm).

use crate::Frame;
use crate::components::forms::{Labelled, summary};
use crate::components::notices::empty;
use crate::components::{facts, tables};
use crate::links;
use crate::pages::tenants::{self, TenantForm};
use crate::view::{CopyRow, Field, FieldError, TenantRow};
use leptos::prelude::*;

/// One row of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Sector, tier, …
    pub labels: Vec<Field>,
    /// How many tenants it has.
    pub tenants: u64,
}

/// What the form holds, as it was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerForm {
    /// Its name.
    pub name: String,
    /// `key=value`, one a line.
    pub labels: String,
    /// One a line.
    pub contacts: String,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
}

/// The list of customers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomersView {
    /// All of them, by name.
    pub customers: Vec<CustomerRow>,
    /// The form for a new one; none for somebody who may not.
    pub form: Option<CustomerForm>,
}

/// One customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Sector, tier, …
    pub labels: Vec<Field>,
    /// Whom to ask.
    pub contacts: Vec<String>,
    /// Its tenants, the first of them.
    pub tenants: Vec<TenantRow>,
    /// Whether it has more.
    pub more_tenants: bool,
    /// The last hunt with each procedure for each tenant, newest first: the latest few.
    pub hunted: Vec<CopyRow>,
    /// Copies made for it, newest first: the latest few.
    pub copies: Vec<CopyRow>,
    /// The day on which this quarter began.
    pub quarter: String,
    /// Today, where who looks may take evidence.
    pub evidence_until: Option<String>,
    /// The form to change it; none for somebody who may not.
    pub form: Option<CustomerForm>,
    /// The form for a new tenant; none for somebody who may not.
    pub tenant_form: Option<TenantForm>,
}

/// The list.
pub fn page(frame: &Frame, view: CustomersView) -> String {
    let none = view.customers.is_empty().then(|| {
        let content =
            view! { <p>"A customer is who we work for; its tenants are what copies are made for."</p> };
        empty("No customers yet", content.into_any())
    });
    let customers = view.customers.into_iter().map(row).collect_view();
    let table = view.form.is_some().then(
        || view! { <p><a href="/roster">"Customers and tenants as a table, to be taken and given"</a></p> },
    );
    let form = view.form.map(|form| {
        view! {
            <section class="sheet" aria-labelledby="new">
                <h2 id="new">"New customer"</h2>
                {customer_form(form, "/customers".to_owned(), "Add the customer")}
            </section>
        }
    });
    let content = view! {
        <h1>"Customers"</h1>
        {tenants::everybody_sees()}
        {table}
        {none}
        <ul class="cards">{customers}</ul>
        {form}
    };
    frame.render("Customers", move || content.into_any())
}

fn row(customer: CustomerRow) -> AnyView {
    let tenants = match customer.tenants {
        0 => view! { <p class="faint">"No tenants yet"</p> }.into_any(),
        count => {
            let href = links::with_query("/tenants", [("customer", customer.id.as_str())]);
            let said = if count == 1 { "1 tenant".to_owned() } else { format!("{count} tenants") };
            view! { <p><a href=href>{said}</a></p> }.into_any()
        }
    };
    view! {
        <li class="card">
            <h2><a href=links::customer(&customer.id)>{customer.name}</a></h2>
            {facts::labels(customer.labels)}
            {tenants}
        </li>
    }
    .into_any()
}

fn customer_form(form: CustomerForm, action: String, submit: &'static str) -> AnyView {
    let CustomerForm { name, labels, contacts, errors } = form;
    let field =
        |name: &str, label: &str, help: &str| Labelled::new(name, label, help, &errors).of("customer");
    view! {
        <form method="post" action=action>
            {summary("customer", &errors, &["name", "labels", "contacts"])}
            {field("name", "Name", "").required().line("text", name, String::new())}
            {field("labels", "Labels", "key=value, one a line; a scope chooses by them").lines(&labels, "3", "sector=healthcare".to_owned())}
            {field("contacts", "Contacts", "One a line").lines(&contacts, "2", String::new())}
            <p class="submit"><button class="primary">{submit}</button></p>
        </form>
    }
    .into_any()
}

/// The form for everything that proves what was hunted.
fn evidence(id: &str, from: String, until: String) -> AnyView {
    let field =
        |name: &str, label: &str, help: &str| Labelled::new(name, label, help, &[]).of("evidence").required();
    view! {
        <section aria-labelledby="evidence">
            <h2 id="evidence">"Evidence"</h2>
            <p>
                "A zip of every copy that was made or closed in a period: its procedure as it was, the copy, what came back, "
                "what came of it, and whether all of it agrees."
            </p>
            <form method="get" action=links::customer_evidence(id)>
                <div class="fields">
                    {field("from", "From", "The first day, UTC").line("date", from, String::new())}
                    {field("to", "To", "The last day, UTC").line("date", until, String::new())}
                </div>
                <p class="submit"><button>"Download the evidence"</button></p>
            </form>
        </section>
    }
    .into_any()
}

/// One customer.
pub fn customer_page(frame: &Frame, view: CustomerView) -> String {
    let title = view.name.clone();
    let tenants = if view.tenants.is_empty() {
        let content =
            view! { <p>"A tenant is one environment on one service. Copies are made for tenants."</p> };
        empty("No tenants yet", content.into_any())
    } else {
        let all = links::with_query("/tenants", [("customer", view.id.as_str())]);
        let more = view.more_tenants.then(|| view! { <p><a href=all>"All tenants of this customer"</a></p> });
        view! { {tables::tenants(view.tenants, "Tenants of this customer", false)} {more} }.into_any()
    };
    let copies = (!view.copies.is_empty()).then(|| {
        let all = links::with_query("/instances", [("customer", view.id.as_str())]);
        let table = links::with_query("/api/v1/instances.csv", [("customer", view.id.as_str())]);
        view! {
            <section aria-labelledby="copies">
                <h2 id="copies">"Latest copies"</h2>
                {tables::copies(view.copies, "Latest copies for this customer")}
                <p><a href=all>"All copies for this customer"</a> ", " <a href=table download="">"as CSV"</a></p>
            </section>
        }
    });
    let hunted = (!view.hunted.is_empty()).then(|| {
        let table = tables::hunted(view.hunted, tables::Each::Both, "The last hunts for this customer");
        let quarter = links::with_query(
            "/instances",
            [("customer", view.id.as_str()), ("closed_since", view.quarter.as_str())],
        );
        view! {
            <section aria-labelledby="hunted">
                <h2 id="hunted">"Last hunted"</h2>
                {table}
                <p><a href=quarter>"What was closed this quarter"</a></p>
            </section>
        }
    });
    let evidence = view.evidence_until.map(|until| evidence(&view.id, view.quarter.clone(), until));
    let contacts = view.contacts.into_iter().map(|contact| view! { <li>{contact}</li> }).collect_view();
    let contacts = (!contacts.is_empty()).then(|| view! { <h2>"Contacts"</h2> <ul>{contacts}</ul> });
    let change = view.form.map(|form| {
        let open = !form.errors.is_empty();
        let form = customer_form(form, links::customer(&view.id), "Save");
        view! { <details class="sheet" open=open><summary>"Change this customer"</summary>{form}</details> }
    });
    let new_tenant = view.tenant_form.map(|form| {
        let open = !form.errors.is_empty();
        let form = tenants::tenant_form(form, "/tenants".to_owned(), true);
        view! { <details class="sheet" open=open><summary>"Add a tenant"</summary>{form}</details> }
    });
    let copies_for = links::with_query("/instances/new", [("customer", view.name.as_str())]);
    let content = view! {
        <p class="crumbs"><a href="/customers">"Customers"</a></p>
        <h1>{view.name}</h1>
        {facts::labels(view.labels)}
        <p><a class="button" href=copies_for>"Make copies for this customer"</a></p>
        <section aria-labelledby="tenants"><h2 id="tenants">"Tenants"</h2>{tenants}{new_tenant}</section>
        {hunted}
        {copies}
        {evidence}
        {contacts}
        {change}
    };
    frame.render(&title, move || content.into_any())
}
