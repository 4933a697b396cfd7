//! What a table changes: each of its lines held against what is on record.

use super::table::{Line, source};
use crate::db::customers::Customer;
use crate::db::roster::Writes;
use crate::db::tenants::Tenant;
use crate::routes::api::{customers, tenants};
use crate::routes::pages::shared::readable;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is on record.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// All customers.
    pub customers: Vec<Customer>,
    /// All tenants.
    pub tenants: Vec<Tenant>,
}

/// What a line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Something comes on record.
    Create,
    /// Something on record changes.
    Change,
    /// Everything is as it says.
    Same,
    /// It cannot be.
    Refused,
}

impl Effect {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Same => "same",
            Self::Refused => "refused",
        }
    }
}

/// A field that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Its column.
    pub field: &'static str,
    /// What it is.
    pub before: String,
    /// What it becomes.
    pub after: String,
}

/// What one line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its number.
    pub line: usize,
    /// What it does.
    pub effect: Effect,
    /// The customer.
    pub customer: String,
    /// The tenant; empty for a line of a customer alone.
    pub tenant: String,
    /// What changes.
    pub fields: Vec<FieldChange>,
    /// Why it cannot be.
    pub reason: String,
}

/// What a table does.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Line by line.
    pub lines: Vec<Planned>,
    /// What is written.
    pub writes: Writes,
}

/// How many lines do what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines by which something comes on record.
    pub created: usize,
    /// Lines that change something.
    pub changed: usize,
    /// Lines that change nothing.
    pub same: usize,
    /// Lines that cannot be.
    pub refused: usize,
}

impl Plan {
    /// How many lines do what.
    pub fn counts(&self) -> Counts {
        let count = |effect| self.lines.iter().filter(|line| line.effect == effect).count();
        Counts {
            created: count(Effect::Create),
            changed: count(Effect::Change),
            same: count(Effect::Same),
            refused: count(Effect::Refused),
        }
    }

    /// The first line that cannot be, and why.
    pub fn first_refused(&self) -> Option<(usize, &str)> {
        let refused = self.lines.iter().find(|line| line.effect == Effect::Refused)?;
        Some((refused.line, &refused.reason))
    }
}

/// Holds the lines of a table against what is on record. `new_id` gives ids for what comes on record.
pub fn plan(lines: Vec<Line>, record: Record, now: DateTime<Utc>, new_id: impl Fn() -> String) -> Plan {
    let mut book = Book {
        customers: record.customers.into_iter().map(|one| (one.name.clone(), Kept::old(one))).collect(),
        ids: record.tenants.iter().map(|one| one.id.clone()).collect(),
        keys: record.tenants.iter().map(|one| (key_of(one), one.id.clone())).collect(),
        tenants: record.tenants.into_iter().map(|one| (one.id.clone(), Kept::old(one))).collect(),
        seen: BTreeSet::new(),
        now,
    };
    let lines = lines.into_iter().map(|line| book.take(&line, &new_id)).collect();
    let mut writes = Writes::default();
    for kept in book.customers.into_values().filter(|kept| kept.touched) {
        let into = if kept.is_new { &mut writes.new_customers } else { &mut writes.changed_customers };
        into.push(kept.row);
    }
    for kept in book.tenants.into_values().filter(|kept| kept.touched) {
        let into = if kept.is_new { &mut writes.new_tenants } else { &mut writes.changed_tenants };
        into.push(kept.row);
    }
    Plan { lines, writes }
}

/// A row, and what became of it so far.
struct Kept<T> {
    row: T,
    is_new: bool,
    touched: bool,
}

impl<T> Kept<T> {
    fn old(row: T) -> Self {
        Self { row, is_new: false, touched: false }
    }
}

/// Service, region and key: what a tenant is known by.
type Key = (String, String, String);

fn key_of(tenant: &Tenant) -> Key {
    (tenant.service.clone(), tenant.region.clone(), tenant.key.clone())
}

/// What is on record with what the lines so far did to it.
struct Book {
    customers: BTreeMap<String, Kept<Customer>>,
    tenants: BTreeMap<String, Kept<Tenant>>,
    ids: BTreeSet<String>,
    keys: HashMap<Key, String>,
    /// Tenants that a line was about already.
    seen: BTreeSet<String>,
    now: DateTime<Utc>,
}

impl Book {
    fn take(&mut self, line: &Line, new_id: &impl Fn() -> String) -> Planned {
        let mut planned = Planned {
            line: line.number,
            effect: Effect::Same,
            customer: line.cell("customer").unwrap_or_default().to_owned(),
            tenant: String::new(),
            fields: Vec::new(),
            reason: String::new(),
        };
        let done =
            self.customer(line, new_id, &mut planned).and_then(|()| self.tenant(line, new_id, &mut planned));
        if let Err(reason) = done {
            (planned.effect, planned.reason) = (Effect::Refused, reason);
        }
        planned
    }

    /// The customer of a line, with what it says of them.
    fn customer(
        &mut self,
        line: &Line,
        new_id: &impl Fn() -> String,
        planned: &mut Planned,
    ) -> Result<(), String> {
        let name = planned.customer.clone();
        let known = self.customers.get(&name);
        let was = known.map(|kept| kept.row.clone());
        let mut row = was.clone().unwrap_or_else(|| Customer {
            id: new_id(),
            name: name.clone(),
            labels: BTreeMap::new(),
            contacts: Vec::new(),
            created_at: self.now,
            updated_at: self.now,
        });
        if let Some(labels) = line.labels("customer_labels")? {
            row.labels = labels;
        }
        if let Some(contacts) = line.contacts() {
            row.contacts = contacts;
        }
        customers::check(&row).map_err(|error| error.to_string())?;
        let touched_before = known.is_some_and(|kept| kept.touched);
        let Some(was) = was else {
            planned.effect = Effect::Create;
            planned.fields.push(field("new customer", String::new(), name.clone()));
            self.customers.insert(name, Kept { row, is_new: true, touched: true });
            return Ok(());
        };
        if row == was {
            return Ok(());
        }
        if touched_before {
            return Err(format!("another line says something else of the labels or contacts of {name}"));
        }
        let labels = |row: &Customer| pairs(&row.labels);
        planned.fields.extend(changed("customer_labels", labels(&was), labels(&row)));
        planned.fields.extend(changed("contacts", was.contacts.join("; "), row.contacts.join("; ")));
        planned.effect = Effect::Change;
        row.updated_at = self.now;
        self.customers.insert(name, Kept { row, is_new: false, touched: true });
        Ok(())
    }

    /// The tenant of a line, if it has one.
    fn tenant(
        &mut self,
        line: &Line,
        new_id: &impl Fn() -> String,
        planned: &mut Planned,
    ) -> Result<(), String> {
        let said = |column: &str| line.cell(column).filter(|cell| !cell.is_empty()).map(str::to_owned);
        let (id, key) = (said("id"), said("key"));
        if id.is_none() && key.is_none() {
            let stray = ["service", "region", "name", "time_zone", "labels", "parameters", "data_sources"];
            return match stray.into_iter().find(|column| said(column).is_some()) {
                Some(column) => Err(format!("there is a {column} and no key: which tenant is it?")),
                None => Ok(()),
            };
        }
        let service = said("service");
        let by_key = key.clone().and_then(|key| {
            let service = service.clone().unwrap_or_else(|| "taegis".to_owned());
            let region = line.cell("region").unwrap_or_default().to_owned();
            self.keys.get(&(service, region, key)).cloned()
        });
        let known = match &id {
            Some(id) if self.tenants.contains_key(id) => Some(id.clone()),
            Some(_) => None,
            None => by_key.clone(),
        };
        let was = known.as_ref().and_then(|id| self.tenants.get(id)).map(|kept| kept.row.clone());
        let customer = self.customers.get(&planned.customer).map(|kept| kept.row.clone());
        let customer = customer.ok_or("the line names no customer")?;
        let mut row = match &was {
            Some(was) => was.clone(),
            None => Tenant {
                id: id.unwrap_or_else(new_id),
                customer_id: customer.id.clone(),
                customer: customer.name.clone(),
                service: "taegis".to_owned(),
                region: String::new(),
                key: key.clone().ok_or("a new tenant has a key")?,
                name: String::new(),
                labels: BTreeMap::new(),
                parameters: serde_json::Map::new(),
                time_zone: "UTC".to_owned(),
                data_sources: Vec::new(),
                retired_at: None,
                created_at: self.now,
                updated_at: self.now,
            },
        };
        (row.customer_id, row.customer) = (customer.id, customer.name);
        row.key = key.unwrap_or(row.key);
        row.service = service.unwrap_or(row.service);
        if let Some(region) = line.cell("region") {
            region.clone_into(&mut row.region);
        }
        row.name = said("name").unwrap_or(if row.name.is_empty() { row.key.clone() } else { row.name });
        row.time_zone = said("time_zone").unwrap_or(row.time_zone);
        row.labels = line.labels("labels")?.unwrap_or(row.labels);
        row.parameters = line.parameters()?.unwrap_or(row.parameters);
        row.data_sources = line.data_sources()?.unwrap_or(row.data_sources);
        if let Some(retired) = line.retired()? {
            row.retired_at = retired.then(|| row.retired_at.unwrap_or(self.now));
        }
        planned.tenant.clone_from(&row.name);
        tenants::check(&row).map_err(|error| error.to_string())?;
        if self.keys.get(&key_of(&row)).is_some_and(|other| *other != row.id) {
            return Err(format!("the key {} of {} in region {} is taken", row.key, row.service, row.region));
        }
        if was.is_none() && self.ids.contains(&row.id) {
            return Err(format!("the id {} is taken", row.id));
        }
        if !self.seen.insert(row.id.clone()) {
            return Err("another line is about the same tenant".to_owned());
        }
        self.keep(was, row, planned);
        Ok(())
    }

    fn keep(&mut self, was: Option<Tenant>, mut row: Tenant, planned: &mut Planned) {
        let Some(was) = was else {
            planned.effect = Effect::Create;
            planned.fields.extend(told(&row).into_iter().filter_map(|(name, after)| {
                // The customer stands in a column of its own, and nothing is retired that is new.
                (!after.is_empty() && name != "customer" && (name, after.as_str()) != ("retired", "no"))
                    .then(|| field(name, String::new(), after))
            }));
            self.ids.insert(row.id.clone());
            self.keys.insert(key_of(&row), row.id.clone());
            self.tenants.insert(row.id.clone(), Kept { row, is_new: true, touched: true });
            return;
        };
        if row == was {
            return;
        }
        for ((name, before), (_, after)) in told(&was).into_iter().zip(told(&row)) {
            planned.fields.extend(changed(name, before, after));
        }
        if planned.effect == Effect::Same {
            planned.effect = Effect::Change;
        }
        row.updated_at = self.now;
        self.keys.remove(&key_of(&was));
        self.keys.insert(key_of(&row), row.id.clone());
        self.tenants.insert(row.id.clone(), Kept { row, is_new: false, touched: true });
    }
}

fn field(field: &'static str, before: String, after: String) -> FieldChange {
    FieldChange { field, before, after }
}

fn changed(name: &'static str, before: String, after: String) -> Option<FieldChange> {
    (before != after).then(|| field(name, before, after))
}

fn pairs(labels: &BTreeMap<String, String>) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("; ")
}

/// A tenant's fields as they are read.
fn told(tenant: &Tenant) -> Vec<(&'static str, String)> {
    let parameters = tenant.parameters.iter().map(|(name, value)| format!("{name}={}", readable(value)));
    vec![
        ("customer", tenant.customer.clone()),
        ("service", tenant.service.clone()),
        ("region", tenant.region.clone()),
        ("key", tenant.key.clone()),
        ("name", tenant.name.clone()),
        ("time_zone", tenant.time_zone.clone()),
        ("labels", pairs(&tenant.labels)),
        ("parameters", parameters.collect::<Vec<_>>().join("; ")),
        ("data_sources", tenant.data_sources.iter().map(source).collect::<Vec<_>>().join("; ")),
        ("retired", if tenant.retired_at.is_some() { "yes" } else { "no" }.to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::table::{read, write};
    use std::cell::Cell;

    fn now() -> DateTime<Utc> {
        crate::clock::from_seconds(1_795_521_600)
    }

    fn planned(text: &str, record: Record) -> Plan {
        let number = Cell::new(0);
        plan(read(text).unwrap(), record, now(), || {
            number.set(number.get() + 1);
            format!("n{}", number.get())
        })
    }

    /// The record after a plan.
    fn after(plan: &Plan, mut record: Record) -> Record {
        let Writes { new_customers, changed_customers, new_tenants, changed_tenants } = plan.writes.clone();
        record.customers.retain(|one| !changed_customers.iter().any(|other| other.id == one.id));
        record.tenants.retain(|one| !changed_tenants.iter().any(|other| other.id == one.id));
        record.customers.extend(new_customers.into_iter().chain(changed_customers));
        record.tenants.extend(new_tenants.into_iter().chain(changed_tenants));
        record
    }

    const TABLE: &str = "customer,customer_labels,region,key,name,labels,parameters,data_sources,retired\n\
        Clinic,sector=health; tier=1,us1,0007,Ward,env=prod,LIMIT=json:5; T=05,process=90; netflow,no\n\
        Clinic,sector=health; tier=1,us1,0008,Lab,,,,yes\n\
        Bank,,,,,,,,\n";

    #[test]
    fn what_is_new_comes_on_record_and_what_is_exported_changes_nothing() {
        let plan = planned(TABLE, Record::default());
        assert_eq!(plan.counts(), Counts { created: 3, ..Counts::default() }, "{:?}", plan.lines);
        let record = after(&plan, Record::default());
        assert_eq!((record.customers.len(), record.tenants.len()), (2, 2));
        let ward = record.tenants.iter().find(|one| one.key == "0007").unwrap();
        assert_eq!((&ward.parameters["LIMIT"], &ward.parameters["T"]), (&5.into(), &"05".into()));
        assert_eq!(ward.data_sources[0].retention_days, Some(90));
        let exported = write(&record.customers, &record.tenants);
        let again = planned(&exported, record);
        assert_eq!(again.counts(), Counts { same: 3, ..Counts::default() }, "{exported}\n{:?}", again.lines);
        assert_eq!(again.writes, Writes::default());
    }

    #[test]
    fn only_what_a_column_says_changes() {
        let record = after(&planned(TABLE, Record::default()), Record::default());
        let plan =
            planned("customer,region,key,name\nClinic,us1,0007,Ward 3\nBank,us1,0008,\n", record.clone());
        assert_eq!(plan.counts(), Counts { changed: 2, ..Counts::default() }, "{:?}", plan.lines);
        assert_eq!(plan.lines[0].fields, [field("name", "Ward".into(), "Ward 3".into())]);
        // A tenant goes to another customer; a name that is left empty stays.
        assert_eq!(plan.lines[1].fields, [field("customer", "Clinic".into(), "Bank".into())]);
        let record = after(&plan, record);
        assert_eq!(record.tenants.iter().find(|one| one.key == "0007").unwrap().labels["env"], "prod");
    }

    #[test]
    fn lines_that_cannot_be_say_why() {
        let record = after(&planned(TABLE, Record::default()), Record::default());
        let ids: Vec<String> = record.tenants.iter().map(|one| one.id.clone()).collect();
        for (line, reason) in [
            ("Clinic,,us1,0007,splunk2,,,".to_owned(), "no service"),
            (format!("Clinic,{},us1,0008,,,,", ids[0]), "is taken"),
            ("Clinic,,us1,,,Ward,,".to_owned(), "no key"),
            ("Clinic,a b,us1,1,,,,".to_owned(), "An id has"),
            ("Clinic,,us1,1,,,x,".to_owned(), "key=value"),
            (",,us1,1,,,,".to_owned(), "A customer has a name"),
            ("Clinic,,us1,1,,,,a\nClinic,,us1,1,,,,b".to_owned(), "another line"),
        ] {
            let text = format!("customer,id,region,key,service,name,labels,data_sources\n{line}\n");
            let plan = planned(&text, record.clone());
            let (_, said) = plan.first_refused().unwrap_or_else(|| panic!("{line}: {:?}", plan.lines));
            assert!(said.contains(reason), "{line}: {said}");
        }
        let twice = "customer,customer_labels,key\nNew,a=1,1\nNew,a=2,2\n";
        assert!(planned(twice, Record::default()).first_refused().unwrap().1.contains("something else"));
    }
}
