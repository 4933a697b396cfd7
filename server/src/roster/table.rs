//! The roster as CSV: a line for each tenant, and one for each customer without any.
//!
//! Several values in a cell stand between semicolons (`sector=health; tier=1`); `\;` is a semicolon, `\\` a backslash. A
//! parameter's value is text; `json:` before it marks anything else (`LIMIT=json:5`). A data source may name the days for
//! which it is kept (`process=90; netflow`). A column that is missing leaves what is on record; an empty cell empties it.

use crate::db::customers::Customer;
use crate::db::tenants::{Tenant, TenantSource};
use crate::http::csv::{self, CsvError};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The columns, as they are exported.
pub const COLUMNS: [&str; 13] = [
    "customer",
    "customer_labels",
    "contacts",
    "id",
    "service",
    "region",
    "key",
    "name",
    "time_zone",
    "labels",
    "parameters",
    "data_sources",
    "retired",
];

/// Most lines of a table.
const MOST: usize = 20_000;

/// Why a text is no such table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// It is no CSV.
    #[error(transparent)]
    Csv(#[from] CsvError),
    /// Its first line names no columns.
    #[error("The table has no lines: its first one names the columns.")]
    Empty,
    /// A column that nobody knows.
    #[error("The column {0} is not known; there are {known}.", known = COLUMNS.join(", "))]
    Column(String),
    /// A column stands twice.
    #[error("The column {0} stands there twice.")]
    Twice(String),
    /// The customer's column is missing.
    #[error("The column customer is missing.")]
    NoCustomer,
    /// It has too many lines.
    #[error("The table has more than {MOST} lines.")]
    Long,
}

/// One line: cells by column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    cells: BTreeMap<&'static str, String>,
}

impl Line {
    /// A cell; none where the table has no such column.
    pub fn cell(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(|cell| cell.trim())
    }

    /// Labels of a cell.
    ///
    /// # Errors
    /// What is no label.
    pub fn labels(&self, column: &str) -> Result<Option<BTreeMap<String, String>>, String> {
        let Some(cell) = self.cell(column) else { return Ok(None) };
        let pair = |value: String| match value.split_once('=') {
            Some((key, value)) => Ok((key.trim().to_owned(), value.trim().to_owned())),
            None => Err(format!("{column}: a label is written key=value; this is not: {value}")),
        };
        values(cell).into_iter().map(pair).collect::<Result<_, _>>().map(Some)
    }

    /// Whom to talk to.
    pub fn contacts(&self) -> Option<Vec<String>> {
        self.cell("contacts").map(values)
    }

    /// Parameter values.
    ///
    /// # Errors
    /// What is none.
    pub fn parameters(&self) -> Result<Option<Map<String, Value>>, String> {
        let Some(cell) = self.cell("parameters") else { return Ok(None) };
        let mut found = Map::new();
        for written in values(cell) {
            let (name, value) = written.split_once('=').ok_or_else(|| {
                format!("parameters: a value is written NAME=value; this is not: {written}")
            })?;
            let value = match value.trim().strip_prefix("json:") {
                Some(json) => serde_json::from_str(json)
                    .map_err(|_| format!("parameters: what follows json: is no JSON: {written}"))?,
                None => Value::from(value.trim()),
            };
            found.insert(name.trim().to_owned(), value);
        }
        Ok(Some(found))
    }

    /// What is sent.
    ///
    /// # Errors
    /// What is no number of days.
    pub fn data_sources(&self) -> Result<Option<Vec<TenantSource>>, String> {
        self.cell("data_sources").map(|cell| sources(values(cell))).transpose()
    }

    /// Whether it is retired.
    ///
    /// # Errors
    /// What is neither yes nor no.
    pub fn retired(&self) -> Result<Option<bool>, String> {
        match self.cell("retired").map(str::to_lowercase).as_deref() {
            None => Ok(None),
            Some("yes" | "true" | "1") => Ok(Some(true)),
            Some("" | "no" | "false" | "0") => Ok(Some(false)),
            Some(other) => Err(format!("retired: write yes or no; this is neither: {other}")),
        }
    }
}

/// Data sources as they are written: `process=90`, `netflow`.
///
/// # Errors
/// What is no number of days.
pub fn sources(written: Vec<String>) -> Result<Vec<TenantSource>, String> {
    written
        .into_iter()
        .map(|value| match value.split_once('=') {
            None => Ok(TenantSource { name: value.trim().to_owned(), retention_days: None }),
            Some((name, days)) => match days.trim().parse() {
                Ok(days) => Ok(TenantSource { name: name.trim().to_owned(), retention_days: Some(days) }),
                Err(_) => Err(format!("data sources: write NAME or NAME=DAYS; this is neither: {value}")),
            },
        })
        .collect()
}

/// A data source as it is written.
pub fn source(source: &TenantSource) -> String {
    match source.retention_days {
        Some(days) => format!("{}={days}", source.name),
        None => source.name.clone(),
    }
}

/// The values of a cell.
fn values(cell: &str) -> Vec<String> {
    let (mut values, mut value, mut letters) = (Vec::new(), String::new(), cell.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => value.extend(letters.next()),
            ';' | '\n' => values.push(std::mem::take(&mut value)),
            other => value.push(other),
        }
    }
    values.push(value);
    values.into_iter().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
}

/// Values as a cell.
fn cell(values: impl IntoIterator<Item = String>) -> String {
    let escaped = |value: String| value.replace('\\', "\\\\").replace(';', "\\;").replace('\n', " ");
    values.into_iter().map(escaped).collect::<Vec<_>>().join("; ")
}

/// Reads a table.
///
/// # Errors
/// When it is none.
pub fn read(text: &str) -> Result<Vec<Line>, TableError> {
    let mut rows = csv::read(text)?.into_iter();
    let (_, heads) = rows.next().ok_or(TableError::Empty)?;
    let mut columns = Vec::new();
    for head in heads {
        let head = head.trim().to_lowercase();
        let known = COLUMNS
            .iter()
            .find(|column| **column == head)
            .ok_or_else(|| TableError::Column(head.chars().take(60).collect()))?;
        if columns.contains(known) {
            return Err(TableError::Twice(head));
        }
        columns.push(*known);
    }
    if !columns.contains(&"customer") {
        return Err(TableError::NoCustomer);
    }
    let lines: Vec<Line> = rows
        .filter(|(_, cells)| cells.iter().any(|cell| !cell.trim().is_empty()))
        .take(MOST + 1)
        .map(|(number, cells)| Line { number, cells: columns.iter().copied().zip(cells).collect() })
        .collect();
    if lines.len() > MOST { Err(TableError::Long) } else { Ok(lines) }
}

/// Writes the table.
pub fn write(customers: &[Customer], tenants: &[Tenant]) -> String {
    let mut text = String::new();
    csv::push(&mut text, COLUMNS);
    let pairs =
        |labels: &BTreeMap<String, String>| cell(labels.iter().map(|(key, value)| format!("{key}={value}")));
    for customer in customers {
        let (labels, contacts) = (pairs(&customer.labels), cell(customer.contacts.clone()));
        let own: Vec<&Tenant> = tenants.iter().filter(|tenant| tenant.customer_id == customer.id).collect();
        if own.is_empty() {
            let mut fields = [""; COLUMNS.len()];
            fields[..3].copy_from_slice(&[&customer.name, &labels, &contacts]);
            csv::push(&mut text, fields);
        }
        for tenant in own {
            let parameters = cell(tenant.parameters.iter().map(|(name, value)| match value {
                Value::String(text) if !text.starts_with("json:") => format!("{name}={text}"),
                other => format!("{name}=json:{other}"),
            }));
            let fields = [
                customer.name.as_str(),
                &labels,
                &contacts,
                &tenant.id,
                &tenant.service,
                &tenant.region,
                &tenant.key,
                &tenant.name,
                &tenant.time_zone,
                &pairs(&tenant.labels),
                &parameters,
                &cell(tenant.data_sources.iter().map(source)),
                if tenant.retired_at.is_some() { "yes" } else { "no" },
            ];
            csv::push(&mut text, fields);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_values_stand_between_semicolons() {
        assert_eq!(values(" a=1;b\\;c=\\\\2 ;; d\n e"), ["a=1", "b;c=\\2", "d", "e"]);
        assert_eq!(values(&cell(["a;b".to_owned(), "c\\d".to_owned()])), ["a;b", "c\\d"]);
        assert!(values("").is_empty());
    }

    #[test]
    fn a_table_is_read_by_its_columns() {
        let lines = read("\u{feff}Key;customer;labels\r\n0007;Clinic;\"tier=1;env=x\"\r\n\r\n").unwrap();
        assert_eq!((lines.len(), lines[0].number), (1, 2));
        assert_eq!((lines[0].cell("key"), lines[0].cell("name")), (Some("0007"), None));
        assert_eq!(lines[0].labels("labels").unwrap().unwrap().len(), 2);
        assert_eq!(read(""), Err(TableError::Empty));
        assert_eq!(read("customer,colour"), Err(TableError::Column("colour".to_owned())));
        assert!(
            read(&"x".repeat(100_000)).unwrap_err().to_string().len() < 500,
            "a column is named, not repeated"
        );
        assert_eq!(read("customer,key,key"), Err(TableError::Twice("key".to_owned())));
        assert_eq!(read("key"), Err(TableError::NoCustomer));
    }

    #[test]
    fn cells_say_what_is_wrong_with_them() {
        let line =
            |column: &str, cell: &str| read(&format!("customer,{column}\nx,\"{cell}\"")).unwrap().remove(0);
        assert!(line("labels", "health").labels("labels").unwrap_err().contains("key=value"));
        assert!(line("parameters", "X=json:{").parameters().is_err());
        assert!(line("parameters", "X").parameters().is_err());
        assert!(line("data_sources", "process=long").data_sources().is_err());
        assert!(line("retired", "maybe").retired().is_err());
        let values = line("parameters", "A=json:5; B=5").parameters().unwrap().unwrap();
        assert_eq!((&values["A"], &values["B"]), (&Value::from(5), &Value::from("5")));
    }
}
