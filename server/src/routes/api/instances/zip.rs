//! POST `/instances.zip`: several copies in one file, with a manifest.

use super::{InstanceItem, bytes, load};
use crate::app::App;
use crate::auth::Principal;
use crate::db::instances::Instance;
use crate::http::cache::Cache;
use crate::http::csv;
use crate::http::problem::Problem;
use crate::routes::api::source::disposition;
use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, DateTime as ZipTime, ZipWriter};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::Deserialize;
use std::collections::HashSet;
use std::io::{Cursor, Write};
use utoipa::ToSchema;

/// How many copies go into one file.
const MOST: usize = 1_000;
/// How many bytes they may have together.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// Which copies.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ZipRequest {
    /// Their ids.
    pub ids: Vec<String>,
}

/// What is wrong with a request for a zip.
#[derive(Debug, thiserror::Error)]
pub enum ZipError {
    /// None is named.
    #[error("No copy is named.")]
    Empty,
    /// Too many are named.
    #[error("{0} copies are named; one file holds {MOST} at most.")]
    Many(usize),
    /// They are too large.
    #[error("These copies are larger than {} MiB together.", MOST_BYTES / 1024 / 1024)]
    Large,
    /// The file could not be written.
    #[error("the zip: {0}")]
    Write(#[from] ::zip::result::ZipError),
    /// Likewise.
    #[error("the zip: {0}")]
    Io(#[from] std::io::Error),
}

impl From<ZipError> for Problem {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Empty => Self::invalid(error.to_string()),
            ZipError::Many(_) | ZipError::Large => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Too large", error.to_string())
                    .remedy("Ask for fewer at a time.")
            }
            ZipError::Write(_) | ZipError::Io(_) => {
                tracing::error!(%error, "zip");
                Self::internal()
            }
        }
    }
}

/// Several copies in one file, with `manifest.csv` and `manifest.json`.
#[utoipa::path(
    post, path = "/instances.zip", tag = "copies", request_body = ZipRequest,
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/zip"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn zip(
    State(app): State<App>,
    who: Principal,
    Json(request): Json<ZipRequest>,
) -> Result<Response, Problem> {
    answer(&app, &who, &request.ids).await
}

/// The zip of these copies.
///
/// # Errors
/// When none or too many are named, or one is not there.
pub async fn answer(app: &App, who: &Principal, ids: &[String]) -> Result<Response, Problem> {
    let mut seen = HashSet::new();
    let ids: Vec<&String> = ids.iter().filter(|id| seen.insert(id.as_str())).collect();
    match ids.len() {
        0 => return Err(ZipError::Empty.into()),
        many if many > MOST => return Err(ZipError::Many(many).into()),
        _ => {}
    }
    let mut instances = Vec::with_capacity(ids.len());
    let mut total = 0_u64;
    for id in ids {
        let instance = load(app, who, id).await?;
        total = total.saturating_add(instance.size);
        if total > MOST_BYTES {
            return Err(ZipError::Large.into());
        }
        instances.push(instance);
    }
    let mut files = Vec::with_capacity(instances.len());
    for instance in instances {
        let bytes = bytes(app, &instance).await?;
        files.push((instance, bytes));
    }
    let now = app.clock.now();
    let packed = app.pool.run(move || pack(files, now)).await??;
    let name = format!("huntshelf-copies-{}.zip", now.format("%Y%m%d-%H%M%S"));
    let headers = [
        Cache::Never.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, disposition("attachment", &name)),
    ];
    Ok((headers, packed).into_response())
}

fn pack(files: Vec<(Instance, Bytes)>, now: DateTime<Utc>) -> Result<Vec<u8>, ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(time(now))
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut names = HashSet::new();
    let mut manifest = Vec::with_capacity(files.len());
    for (instance, bytes) in files {
        let name = unused(&mut names, &instance);
        zip.start_file(&name, options)?;
        zip.write_all(&bytes)?;
        manifest.push((name, InstanceItem::from(instance)));
    }
    zip.start_file("manifest.csv", options)?;
    zip.write_all(table(&manifest).as_bytes())?;
    zip.start_file("manifest.json", options)?;
    let listed: Vec<_> = manifest
        .iter()
        .map(|(name, instance)| serde_json::json!({"file": name, "instance": instance}))
        .collect();
    zip.write_all(crate::db::to_json(&listed).as_bytes())?;
    Ok(zip.finish()?.into_inner())
}

/// Zip's times begin in 1980 and end in 2107.
fn time(now: DateTime<Utc>) -> ZipTime {
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    u16::try_from(now.year())
        .ok()
        .and_then(|year| {
            let (month, day) = (part(now.month()), part(now.day()));
            ZipTime::from_date_and_time(
                year,
                month,
                day,
                part(now.hour()),
                part(now.minute()),
                part(now.second()),
            )
            .ok()
        })
        .unwrap_or_default()
}

/// The copy's file name; where two are alike, the second gets its id.
fn unused(names: &mut HashSet<String>, instance: &Instance) -> String {
    // Names are made of a path's stem: nothing in them may climb out of the folder that the zip is opened in.
    let plain: String = instance
        .file_name
        .chars()
        .map(|letter| if matches!(letter, '/' | '\\' | ':') || letter.is_control() { '_' } else { letter })
        .collect();
    let plain = plain.trim_start_matches('.').to_owned();
    if names.insert(plain.to_lowercase()) {
        return plain;
    }
    let (stem, ending) = plain.rsplit_once('.').unwrap_or((&plain, "ipynb"));
    let name = format!("{stem}_{}.{ending}", instance.id);
    names.insert(name.to_lowercase());
    name
}

fn table(manifest: &[(String, InstanceItem)]) -> String {
    let mut text = String::from(
        "file,instance,procedure,repo,path,commit,tenant,tenant_key,region,customer,sha256,created_at,created_by\r\n",
    );
    for (name, instance) in manifest {
        let tenant = instance.tenant.as_ref();
        let of = |field: fn(&super::InstanceTenantItem) -> &String| tenant.map_or("", |tenant| field(tenant));
        let fields = [
            name.as_str(),
            instance.id.as_deref().unwrap_or_default(),
            &instance.procedure,
            &instance.repo,
            &instance.path,
            &instance.commit,
            of(|tenant| &tenant.name),
            of(|tenant| &tenant.key),
            of(|tenant| &tenant.region),
            of(|tenant| &tenant.customer_name),
            &instance.sha256,
            &instance.created_at,
            &instance.created_by,
        ];
        csv::push(&mut text, fields);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::auth::Role;
    use crate::sample::Sample;
    use ::zip::ZipArchive;
    use serde_json::json;
    use std::io::Read;

    #[tokio::test]
    async fn copies_come_in_one_file_with_a_manifest() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let make = async || {
            let made = hunter.post("/api/v1/procedures/stacking/instances", &json!({})).await.json();
            made["instances"][0]["id"].as_str().unwrap().to_owned()
        };
        let ids = [make().await, make().await];
        let answer = hunter.post("/api/v1/instances.zip", &json!({"ids": [ids[0], ids[1], ids[0]]})).await;
        assert_eq!(answer.header("content-type"), "application/zip");
        let mut zip = ZipArchive::new(Cursor::new(answer.body.to_vec())).unwrap();
        let names: Vec<_> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        let second = format!("stacking_{}.ipynb", ids[1]);
        assert_eq!(names, ["stacking.ipynb", &second, "manifest.csv", "manifest.json"]);
        let mut csv = String::new();
        zip.by_name("manifest.csv").unwrap().read_to_string(&mut csv).unwrap();
        assert_eq!(csv.lines().count(), 3);
    }

    #[tokio::test]
    async fn no_copies_or_unknown_ones_make_no_file() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        assert_eq!(hunter.post("/api/v1/instances.zip", &json!({"ids": []})).await.status, 400);
        assert_eq!(hunter.post("/api/v1/instances.zip", &json!({"ids": ["x"]})).await.status, 404);
    }
}
