//! POST `/instances.zip`: several copies in one file, with a manifest and a script that runs them.
//!
//! The file is written while it is sent: what is in memory does not grow with the number of copies.

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
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::Deserialize;
use std::collections::HashSet;
use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;
use utoipa::ToSchema;

/// How many copies go into one file: all that are made at a time.
const MOST: usize = crate::copies::many::MOST;
/// How many bytes they may have together.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// So many copies are read ahead of what is written.
const AHEAD: usize = 8;
/// So many bytes are sent at once.
const PIECE: usize = 64 * 1024;
/// So many such pieces wait for who reads slowly.
const WAITING: usize = 4;
/// What runs the copies of a zip, in the zip.
const RUNNER: &str = include_str!("run.py");

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

/// Several copies in one file, with `manifest.csv`, `manifest.json`, and `run.py`, which runs them in parallel, goes on where
/// it stopped, and gives the exit code of each.
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
    let ids: Vec<String> = ids.iter().filter(|id| seen.insert(id.as_str())).cloned().collect();
    match ids.len() {
        0 => return Err(ZipError::Empty.into()),
        many if many > MOST => return Err(ZipError::Many(many).into()),
        _ => {}
    }
    let mut total = 0_u64;
    for id in &ids {
        total = total.saturating_add(load(app, who, id).await?.size);
        if total > MOST_BYTES {
            return Err(ZipError::Large.into());
        }
    }
    let now = app.clock.now();
    let (send, pieces) = mpsc::channel(WAITING);
    let (read, copies) = mpsc::channel(AHEAD);
    tokio::spawn(read_each(app.clone(), who.clone(), ids, read));
    tokio::task::spawn_blocking(move || {
        let (mut sink, mut failed) = (Sink { send: send.clone(), piece: Vec::with_capacity(PIECE) }, None);
        if let Err(error) = pack(copies, &mut sink, now) {
            failed = Some(error);
        }
        if let Some(error) = failed.or_else(|| sink.flush().err().map(ZipError::from)) {
            // Who reads may have gone; else the file ends before its end, and is no zip.
            tracing::warn!(%error, "a zip was not finished");
            let _ = send.blocking_send(Err(io::Error::other("the zip cannot be finished")));
        }
    });
    let name = format!("huntshelf-copies-{}.zip", now.format("%Y%m%d-%H%M%S"));
    let headers = [
        Cache::Never.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, disposition("attachment", &name)),
    ];
    Ok((headers, Body::from_stream(Pieces(pieces))).into_response())
}

/// A copy with its bytes; none where one cannot be read any more.
type Copy = Option<(Instance, Bytes)>;

/// Reads copies, a few ahead of who takes them.
async fn read_each(app: App, who: Principal, ids: Vec<String>, to: mpsc::Sender<Copy>) {
    for id in ids {
        let read = async {
            let instance = load(&app, &who, &id).await?;
            let bytes = bytes(&app, &instance).await?;
            Ok::<_, Problem>((instance, bytes))
        };
        // Why it cannot be read was said where that was found.
        let copy = read.await.ok();
        let ends = copy.is_none();
        if to.send(copy).await.is_err() || ends {
            return;
        }
    }
}

/// What is written goes out in pieces.
struct Sink {
    send: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        self.send.blocking_send(Ok(piece.into())).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// The pieces as a body is made of them.
struct Pieces(mpsc::Receiver<io::Result<Bytes>>);

impl futures_core::Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

fn pack(mut copies: mpsc::Receiver<Copy>, sink: &mut Sink, now: DateTime<Utc>) -> Result<(), ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(time(now))
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new_stream(sink);
    let mut names = HashSet::from(OWN.map(str::to_owned));
    let (mut table, mut listed) = (HEADS.to_owned(), Vec::new());
    while let Some(copy) = copies.blocking_recv() {
        let (instance, bytes) = copy.ok_or_else(|| io::Error::other("a copy cannot be read"))?;
        let name = unused(&mut names, &instance);
        zip.start_file(&name, options)?;
        zip.write_all(&bytes)?;
        let item = InstanceItem::from(instance);
        line(&mut table, &name, &item);
        listed.push(crate::db::to_json(&serde_json::json!({"file": name, "instance": item})));
    }
    zip.start_file("manifest.csv", options)?;
    zip.write_all(table.as_bytes())?;
    zip.start_file("manifest.json", options)?;
    zip.write_all(format!("[{}]", listed.join(",\n")).as_bytes())?;
    zip.start_file("run.py", options.unix_permissions(0o755))?;
    zip.write_all(RUNNER.as_bytes())?;
    zip.finish()?;
    Ok(())
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

/// What is in the file beside the copies.
const OWN: [&str; 4] = ["manifest.csv", "manifest.json", "run.py", "executed"];

/// The first line of `manifest.csv`.
const HEADS: &str = "file,instance,procedure,repo,path,commit,tenant,tenant_key,region,customer,sha256,created_at,created_by\r\n";

/// The line of a copy in `manifest.csv`.
fn line(table: &mut String, name: &str, instance: &InstanceItem) {
    let tenant = instance.tenant.as_ref();
    let of = |field: fn(&super::InstanceTenantItem) -> &String| tenant.map_or("", |tenant| field(tenant));
    let fields = [
        name,
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
    csv::push(table, fields);
}

#[cfg(test)]
mod tests {

    use crate::auth::Role;
    use crate::sample::Sample;
    use ::zip::ZipArchive;
    use serde_json::json;
    use std::io::{Cursor, Read};

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
        assert_eq!(names, ["stacking.ipynb", &second, "manifest.csv", "manifest.json", "run.py"]);
        let mut csv = String::new();
        zip.by_name("manifest.csv").unwrap().read_to_string(&mut csv).unwrap();
        assert_eq!(csv.lines().count(), 3);
        let mut read = |name: &str| {
            let mut bytes = Vec::new();
            zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        };
        // What a large one is: written in several pieces, and whole.
        let listed: serde_json::Value = serde_json::from_slice(&read("manifest.json")).unwrap();
        for (place, file) in ["stacking.ipynb", &second].into_iter().enumerate() {
            assert_eq!(listed[place]["file"], file);
            assert_eq!(listed[place]["instance"]["sha256"], crate::entropy::sha256(&read(file)));
        }
    }

    #[tokio::test]
    async fn no_copies_or_unknown_ones_make_no_file() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        assert_eq!(hunter.post("/api/v1/instances.zip", &json!({"ids": []})).await.status, 400);
        assert_eq!(hunter.post("/api/v1/instances.zip", &json!({"ids": ["x"]})).await.status, 404);
    }
}
