//! `/tenants[?q=]`: every tenant. `/tenants/{id}`: one of them, with its copies.
//!
//! `POST /tenants` makes one, `POST /tenants/{id}` changes it; both take the fields of [`TenantForm`] by their names.

use crate::Frame;
use crate::components::field_notes::{self, About};
use crate::components::forms::{Labelled, summary};
use crate::components::notices::{Weight, empty, notice};
use crate::components::{facts, paging, tables};
use crate::links;
use crate::view::{CopyRow, Field, FieldError, FieldNote, TenantRow, When};
use leptos::prelude::*;

/// What the form holds, as it was filled in. The fields are sent under their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantForm {
    /// The customer's id; the form sends it as it is, unseen.
    pub customer: String,
    /// Our short id; only for a new one.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The service's word.
    pub service: String,
    /// Services to choose from.
    pub services: Vec<String>,
    /// Its key, as the service knows it.
    pub key: String,
    /// Its region.
    pub region: String,
    /// Its time zone (`Europe/Berlin`).
    pub zone: String,
    /// `key=value`, one a line.
    pub labels: String,
    /// Parameter values, `NAME=value`, one a line.
    pub parameters: String,
    /// What it sends, `NAME` or `NAME=DAYS`, one a line.
    pub data_sources: String,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
}

/// The list of tenants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantsView {
    /// What the list is filtered by: `q`, `customer`, `service`, `region`, `retired`, and values.
    pub asked: Vec<(&'static str, String)>,
    /// How many tenants there are in all.
    pub in_all: u64,
    /// Whether who looks at it may change them.
    pub may_change: bool,
    /// The tenants, by customer and name.
    pub tenants: Vec<TenantRow>,
    /// Whether this is a further page: the address holds a cursor.
    pub further_page: bool,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// One tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantView {
    /// Its facts.
    pub tenant: TenantRow,
    /// Its time zone.
    pub zone: String,
    /// What it sends, and for how long that is kept.
    pub data_sources: Vec<Field>,
    /// Since when it gets no copies any more.
    pub retired: Option<When>,
    /// Whether who looks at it may take it off the record.
    pub may_delete: bool,
    /// Values that its copies are filled with.
    pub parameters: Vec<Field>,
    /// The last hunt with each procedure, newest first.
    pub hunted: Vec<CopyRow>,
    /// Field notes about it.
    pub notes: Vec<FieldNote>,
    /// Whether who looks at it may write some.
    pub may_write: bool,
    /// Copies made for it, newest first.
    pub copies: Vec<CopyRow>,
    /// The form to change it; none for somebody who may not.
    pub form: Option<TenantForm>,
}

/// Said wherever tenants are listed, until there are grants.
pub(crate) fn everybody_sees() -> AnyView {
    notice(Weight::Note, view! { <p>"Everybody signed in here sees every tenant."</p> }.into_any())
}

/// The list.
pub fn page(frame: &Frame, view: TenantsView) -> String {
    let asked: Vec<(&str, &str)> = view.asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let q =
        view.asked.iter().find(|(name, _)| *name == "q").map(|(_, value)| value.clone()).unwrap_or_default();
    let first = (view.further_page).then(|| links::with_query("/tenants", asked.clone()));
    let next = view
        .next
        .as_deref()
        .map(|cursor| links::with_query("/tenants", asked.iter().copied().chain([("cursor", cursor)])));
    let states = states(&asked);
    let narrowed = !asked.is_empty();
    let in_all = view.in_all;
    let table =
        view.may_change.then(|| view! { " " <a href="/roster">"As a table, to be taken and given"</a> });
    let list = if !view.tenants.is_empty() {
        tables::tenants(view.tenants, "Tenants", true)
    } else if !narrowed {
        let content =
            view! { <p>"Tenants belong to customers: " <a href="/customers">"add one there"</a> "."</p> };
        empty("No tenants yet", content.into_any())
    } else {
        empty("No tenant matches", view! { <p><a href="/tenants">"All tenants"</a></p> }.into_any())
    };
    let content = view! {
        <h1>"Tenants"</h1>
        {everybody_sees()}
        <form class="search small" method="get" action="/tenants" role="search">
            <label class="unseen" for="q">"Find a tenant"</label>
            <input id="q" name="q" type="search" value=q placeholder="name, key, region, customer, sector=health" autocomplete="off" />
            <button>"Find"</button>
        </form>
        <p class="faint">{in_all} " tenants in all." {table}</p>
        {states}
        {list}
        {paging::paging(first, next)}
    };
    frame.render("Tenants", move || content.into_any())
}

/// Active ones, retired ones, or all.
fn states(asked: &[(&str, &str)]) -> AnyView {
    let retired = asked.iter().find(|(name, _)| *name == "retired").map_or("", |(_, value)| *value);
    let items = [("All", ""), ("Active", "no"), ("Retired", "yes")]
        .map(|(label, value)| {
            let others = asked.iter().copied().filter(|(name, _)| *name != "retired");
            let href = links::with_query(
                "/tenants",
                others.chain((!value.is_empty()).then_some(("retired", value))),
            );
            let now = (value == retired).then_some("page");
            view! { <li><a href=href aria-current=now>{label}</a></li> }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label="Which tenants"><ul>{items}</ul></nav> }.into_any()
}

/// The form for a new tenant, or to change one: then its id and customer stay as they are.
pub(crate) fn tenant_form(form: TenantForm, action: String, new: bool) -> AnyView {
    let TenantForm { customer, id, name, service, services, key, region, zone, labels, parameters, .. } =
        form;
    let (data_sources, errors) = (form.data_sources, form.errors);
    let field = |name: &str, label: &str, help: &str| Labelled::new(name, label, help, &errors).of("tenant");
    let services = services.into_iter().map(|service| (service.clone(), service)).collect();
    let id = new.then(|| {
        field(
            "id",
            "Id",
            "Ours, short: lower-case letters, digits, hyphens. It stands in addresses and file names.",
        )
        .required()
        .line("text", id, "acme-prod".to_owned())
    });
    let customer = new.then(|| view! { <input type="hidden" name="customer" value=customer /> });
    view! {
        <form method="post" action=action>
            {summary("tenant", &errors, &["id", "name", "service", "key", "region", "zone", "labels", "parameters", "data_sources"])}
            {customer}
            <div class="fields">
                {field("name", "Name", "").required().line("text", name, String::new())}
                {id}
                {field("service", "Service", "What holds the telemetry").required().choice(services, &service)}
                {field("region", "Region", "As the service names it").line("text", region, "delta".to_owned())}
                {field("key", "Key", "As the service knows it; kept as text, leading zeros too").required().line("text", key, "000145483".to_owned())}
                {field("zone", "Time zone", "").line("text", zone, "Europe/Berlin".to_owned())}
            </div>
            {field("labels", "Labels", "key=value, one a line").lines(&labels, "2", "env=production".to_owned())}
            {field("parameters", "Parameter values", "NAME=value, one a line; copies for this tenant are filled with them").lines(&parameters, "2", String::new())}
            {field("data_sources", "Data sources", "What it sends, as procedures name it: NAME, or NAME=DAYS where it is known for how long that is kept; one a line").lines(&data_sources, "3", "process=90".to_owned())}
            <p class="submit"><button class="primary">{if new { "Add the tenant" } else { "Save" }}</button></p>
        </form>
    }
    .into_any()
}

/// One tenant.
pub fn tenant_page(frame: &Frame, view: TenantView) -> String {
    let title = view.tenant.name.clone();
    let id = view.tenant.id.clone();
    let change = view.form.map(|form| {
        let open = !form.errors.is_empty();
        let form = tenant_form(form, links::tenant(&id), false);
        view! { <details class="sheet" open=open><summary>"Change this tenant"</summary>{form}</details> }
    });
    let about = About { procedure: None, tenant: Some(id.clone()) };
    let notes = field_notes::notes(view.notes, about, view.may_write, &links::tenant(&id));
    let is_retired = view.retired.is_some();
    let retire = change.is_some().then(|| {
        let (value, label) = if is_retired { ("no", "Take it up again") } else { ("yes", "Retire it") };
        let delete = view.may_delete.then(|| {
            let action = format!("{}/delete", links::tenant(&id));
            view! { <form method="post" action=action class="inline"><button class="quiet">"Take it off the record"</button></form> }
        });
        let action = format!("{}/retire", links::tenant(&id));
        view! {
            <div class="deeds-row">
                <form method="post" action=action class="inline"><button name="retired" value=value>{label}</button></form>
                {delete}
            </div>
        }
    });
    let retired = view.retired.map(|at| {
        let content =
            view! { <p>"It is retired, " {facts::ago(at)} ": it keeps its copies and gets no new ones."</p> };
        notice(Weight::Caution, content.into_any())
    });
    let sources = (!view.data_sources.is_empty()).then(|| {
        view! { <section aria-labelledby="sources"><h2 id="sources">"What it sends"</h2>{facts::labels_of(view.data_sources, "Data sources")}</section> }
    });
    let copies = if view.copies.is_empty() {
        let content = view! { <p>"Choose a procedure in " <a href="/?q=is:copyable">"the catalog"</a> " and take a copy for it."</p> };
        empty("No copies for this tenant yet", content.into_any())
    } else {
        let all = links::with_query("/instances", [("tenant", id.as_str())]);
        let table = links::with_query("/api/v1/instances.csv", [("tenant", id.as_str())]);
        view! {
            {tables::copies(view.copies, "Copies for this tenant")}
            <p><a href=all>"All copies for this tenant"</a> ", " <a href=table download="">"as CSV"</a></p>
        }
        .into_any()
    };
    let hunted = (!view.hunted.is_empty()).then(|| {
        let table = tables::hunted(view.hunted, tables::Each::Procedure, "The last hunt with each procedure");
        view! { <section aria-labelledby="hunted"><h2 id="hunted">"Last hunted"</h2>{table}</section> }
    });
    let parameters = view
        .parameters
        .into_iter()
        .map(
            |field| view! { <div><dt><code>{field.key}</code></dt><dd><code>{field.value}</code></dd></div> },
        )
        .collect_view();
    let tenant = view.tenant;
    let customer = links::customer(&tenant.customer);
    let content = view! {
        <p class="crumbs">
            <a href="/tenants">"Tenants"</a>
            <span class="crumb"><a href=customer>{tenant.customer_name}</a></span>
        </p>
        <h1>{tenant.name}</h1>
        {facts::labels(tenant.labels)}
        <dl class="facts across">
            <div><dt>"Id"</dt><dd><code>{tenant.id}</code></dd></div>
            <div><dt>"Service"</dt><dd>{tenant.service}</dd></div>
            <div><dt>"Region"</dt><dd>{tenant.region}</dd></div>
            <div><dt>"Key"</dt><dd><code>{tenant.key}</code></dd></div>
            <div><dt>"Time zone"</dt><dd>{view.zone}</dd></div>
            {parameters}
        </dl>
        {retired}
        {notes}
        {sources}
        {change}
        {retire}
        {hunted}
        <section aria-labelledby="copies"><h2 id="copies">"Copies"</h2>{copies}</section>
    };
    frame.render(&title, move || content.into_any())
}
