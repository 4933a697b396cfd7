//! The evidence pack: everything that proves a copy, of one copy or of a customer's period, in one zip.
//!
//! It is written into a file that nobody else sees, one copy after the other: memory does not grow with their number. For
//! the same record all of it is the same, byte for byte, but what `manifest.json` says of who made the pack and when.

mod folder;
mod manifest;
mod names;
mod pack;

use self::manifest::{Manifest, Of, README, Taken};
use self::pack::{PackError, Packer};
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::instances::Instance;
use crate::entropy::sha256;
use crate::http::problem::Problem;
use crate::routes::api::instances::load;
use crate::routes::api::item::moment;
use axum::http::StatusCode;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};
use std::fs::File;
use std::future::Future;
use std::time::Duration;

/// So many copies go into one pack.
const MOST: u32 = 2_000;
/// What the record of deeds calls it.
pub const DEED: &str = "evidence.take";

/// A pack that was written.
pub struct Evidence {
    /// The zip, from its beginning.
    pub file: File,
    /// How many bytes it has.
    pub size: u64,
    /// What to call it.
    pub name: String,
}

/// Days, both of them in it, as UTC counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Period {
    /// The quarter of a day, as far as it has come.
    pub fn quarter(day: NaiveDate) -> Self {
        let from = NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1).unwrap_or(day);
        Self { from, to: day }
    }

    /// The days that somebody names; what is left out is that of the quarter of `today`.
    ///
    /// # Errors
    /// 400 where one is no day, or the last is before the first.
    pub fn read(from: Option<&str>, to: Option<&str>, today: NaiveDate) -> Result<Self, Problem> {
        let day = |text: Option<&str>, otherwise: NaiveDate| match text {
            None => Ok(otherwise),
            Some(text) => NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| {
                Problem::invalid(format!("{text} is no day.")).remedy("Write a day as 2026-10-01.")
            }),
        };
        let now = Self::quarter(today);
        let period = Self { from: day(from, now.from)?, to: day(to, now.to)? };
        if period.to < period.from {
            let detail = format!("The last day, {}, is before the first, {}.", period.to, period.from);
            return Err(Problem::invalid(detail).remedy("Say the first day as `from`, and the last as `to`."));
        }
        Ok(period)
    }

    /// The moments: from the first to before the last.
    fn moments(self) -> (DateTime<Utc>, DateTime<Utc>) {
        let begin = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        (begin(self.from), begin(self.to.checked_add_days(Days::new(1)).unwrap_or(self.to)))
    }
}

/// The pack of one copy.
///
/// # Errors
/// 403 without the role, 404 when there is no such copy, 413 where it is too large.
pub async fn of_copy(app: &App, who: &Principal, id: &str) -> Result<Evidence, Problem> {
    who.require(Role::Hunter)?;
    let copy = load(app, who, id).await?;
    let name = format!("huntshelf-evidence-{}.zip", names::folder(&copy));
    let of = Of::Copy { copy: copy.id.clone() };
    Box::pin(write(app, who, vec![copy], of, name, (id.to_owned(), json!({})))).await
}

/// The pack of a customer: of its copies that were made, or closed, in a period.
///
/// # Errors
/// 403 without the role, 404 when there is no such customer, 413 where there is too much, 422 where there is nothing.
pub async fn of_customer(app: &App, who: &Principal, id: &str, period: Period) -> Result<Evidence, Problem> {
    who.require(Role::Hunter)?;
    let scope = who.tenants();
    let customer = app.database.customers(&scope).get(id).await?;
    let customer = customer.ok_or_else(|| Problem::not_found(format!("customer {id}")))?;
    let copies = app.database.instances(&scope).of_period(&customer.id, period.moments(), MOST + 1).await?;
    let (from, to) = (period.from.to_string(), period.to.to_string());
    if copies.is_empty() {
        let detail =
            format!("No copy for {} was made or closed from {from} to {to} (UTC days).", customer.name);
        let nothing = Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "nothing-in-period",
            "There is nothing to prove",
            detail,
        );
        return Err(nothing.remedy("Choose other days: the customer's page lists its copies."));
    }
    if copies.len() > MOST as usize {
        return Err(too_large(format!("More than {MOST} copies were made or closed from {from} to {to}.")));
    }
    let name = format!("huntshelf-evidence-{}-{from}-{to}.zip", names::plain(&customer.name, 60));
    let of = Of::Customer {
        customer: customer.id.clone(),
        name: customer.name,
        from: from.clone(),
        to: to.clone(),
    };
    Box::pin(write(app, who, copies, of, name, (customer.id, json!({"from": from, "to": to})))).await
}

async fn write(
    app: &App,
    who: &Principal,
    copies: Vec<Instance>,
    of: Of,
    name: String,
    (subject, mut detail): (String, Value),
) -> Result<Evidence, Problem> {
    let place = app.config.server.data.join(format!("evidence-{}.part", app.id()));
    let mut packer = blocking(move || Packer::create(&place)).await??;
    packer = add(packer, "README.txt".to_owned(), README.as_bytes().to_vec().into()).await?;
    let mut listed = Vec::with_capacity(copies.len());
    let mut missing = Vec::new();
    for copy in copies {
        let entry;
        // On the heap, as all that is larger than what awaits it.
        (packer, entry) = Box::pin(folder::add(app, who, packer, copy, &mut missing)).await?;
        listed.push(entry);
    }
    let made = Taken { at: moment(app.clock.now()), by: who.name.clone() };
    let manifest = Manifest::new(of, made, listed, packer.files().to_vec(), missing);
    let text = text(&manifest);
    if let Value::Object(detail) = &mut detail {
        detail.insert("copies".to_owned(), manifest.copies.len().into());
        detail.insert("manifest_sha256".to_owned(), sha256(text.as_bytes()).into());
    }
    packer = add(packer, "manifest.json".to_owned(), text.into_bytes().into()).await?;
    let (file, size) = blocking(move || packer.finish()).await??;
    app.note(who, DEED, &subject, &detail).await?;
    Ok(Evidence { file, size, name })
}

/// Puts a file into the pack.
async fn add(mut packer: Packer, path: String, bytes: axum::body::Bytes) -> Result<Packer, Problem> {
    let done = blocking(move || {
        let done = packer.add(path, &bytes);
        (packer, done)
    });
    let (packer, done) = done.await?;
    done?;
    Ok(packer)
}

/// As lines that people read too.
fn text<T: serde::Serialize>(value: &T) -> String {
    // Maps with string keys, lists and strings: nothing here fails to serialize.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// Off the async threads, and not among the searches: a pack takes its time.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "an evidence pack");
        Problem::internal()
    })
}

/// Asks again while the server is busy: a pack is not given up for a moment's load.
async fn patiently<T, F: Future<Output = Result<T, Problem>>>(
    mut ask: impl FnMut() -> F,
) -> Result<T, Problem> {
    const TIMES: u32 = 100;
    let mut times = 0;
    loop {
        match ask().await {
            Err(problem) if problem.status == 503 && times < TIMES => {
                times += 1;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            answer => return answer,
        }
    }
}

fn too_large(detail: String) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Too large", detail)
        .remedy("Ask for fewer days at a time.")
}

impl From<PackError> for Problem {
    fn from(error: PackError) -> Self {
        match error {
            PackError::Large => too_large(error.to_string()),
            PackError::Write(_) | PackError::Io(_) => {
                tracing::error!(%error, "an evidence pack");
                Self::internal()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_is_of_whole_days_and_this_quarter_without_a_word() {
        let today = day("2026-11-24");
        let read = |from, to| Period::read(from, to, today);
        assert_eq!(read(None, None).unwrap(), Period { from: day("2026-10-01"), to: today });
        let period = read(Some("2026-07-01"), Some("2026-09-30")).unwrap();
        let (from, to) = period.moments();
        assert_eq!(
            (moment(from), moment(to)),
            ("2026-07-01T00:00:00Z".into(), "2026-10-01T00:00:00Z".into())
        );
        for (from, to) in [
            (Some("2026-13-01"), None),
            (Some("yesterday"), None),
            (Some("2026-12-01"), None),
            (None, Some("2026-09-30")),
        ] {
            assert_eq!(read(from, to).unwrap_err().status, 400, "{from:?} {to:?}");
        }
    }
}
