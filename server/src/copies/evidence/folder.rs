//! The folder of one copy: its files, what is on record of it, and what a look at it says.

use super::manifest::{CopyEntry, Missing};
use super::pack::Packer;
use super::{DEED, add as add_file, names, patiently, text};
use crate::app::App;
use crate::auth::Principal;
use crate::copies::recall;
use crate::copies::returned::is_json;
use crate::copies::verify::{examined, kept};
use crate::db::audit::Deed;
use crate::db::instances::Instance;
use crate::db::reviews::Review;
use crate::http::problem::Problem;
use crate::reports::copy::{Exported, Format, export, look};
use crate::routes::api::defects::DefectItem;
use crate::routes::api::instances::InstanceItem;
use crate::routes::api::instances::release::ReleaseItem;
use crate::routes::api::instances::returning::VersionItem;
use crate::routes::api::instances::verify::VerifyAnswer;
use crate::routes::api::item::moment;
use axum::body::Bytes;
use catalog::index::Entry;
use serde::Serialize;
use serde_json::Value;

/// So many deeds are told of a copy.
const DEEDS: u32 = 1_000;

/// `copy.json`: what is on record.
#[derive(Debug, Serialize)]
struct Record {
    /// `huntshelf-evidence-copy/1`
    schema: &'static str,
    /// As the API gives it.
    copy: InstanceItem,
    /// The release of ATT&CK that the procedure was read with.
    attack: Option<String>,
    /// Reviews of this very revision.
    reviews: Vec<ReviewEntry>,
    /// What is wrong with it, as far as is known.
    defects: Vec<DefectItem>,
    /// Held cells that were released, the oldest first.
    releases: Vec<ReleaseItem>,
    /// What came back, the oldest first, as `returned-1.ipynb` and so on.
    returned: Vec<VersionItem>,
    /// What happened to it, the oldest first.
    history: Vec<Happened>,
}

/// A review.
#[derive(Debug, Serialize)]
struct ReviewEntry {
    kind: &'static str,
    by: String,
    at: String,
    note: String,
    commit: String,
    /// Whether it was there when the copy was made.
    before_the_copy: bool,
}

/// Something that happened.
#[derive(Debug, Serialize)]
struct Happened {
    at: String,
    by: String,
    what: String,
    detail: Value,
}

/// Where the files of one copy go, and what of them is not there.
struct Folder<'a> {
    app: &'a App,
    packer: Packer,
    name: String,
    missing: &'a mut Vec<Missing>,
}

impl Folder<'_> {
    async fn put(mut self, file: &str, bytes: Bytes) -> Result<Self, Problem> {
        self.packer = add_file(self.packer, format!("{}/{file}", self.name), bytes).await?;
        Ok(self)
    }

    /// Puts what the store holds under a key; says so where it does not.
    async fn put_kept(self, file: &str, key: &str) -> Result<Self, Problem> {
        let bytes = kept(self.app, key).await?;
        self.put_found(file, key, bytes).await
    }

    /// Puts what the customer sees of the newest notebook that came back, or says what stops it: the leak gate is asked here
    /// as it is of every report.
    async fn put_report(self, who: &Principal, copy: &Instance) -> Result<Self, Problem> {
        let app = self.app;
        let made = async {
            let looked = Box::pin(look(app, who, copy, None)).await?;
            Box::pin(export(app, who, copy, looked, Format::Markdown, None)).await
        };
        match made.await {
            Ok(Exported { bytes, files, manifest, .. }) => {
                let mut folder = self.put("report.md", bytes.into()).await?;
                for file in files {
                    folder = folder.put(&file.path, file.bytes.into()).await?;
                }
                folder.put("report.json", text(&manifest).into_bytes().into()).await
            }
            Err(problem) if matches!(problem.status, 409 | 422) => {
                let said = [&problem.detail, problem.remedy.as_deref().unwrap_or_default()].join("\n");
                self.put("report-stopped.txt", format!("{}\n", said.trim_end()).into_bytes().into()).await
            }
            Err(problem) => Err(problem),
        }
    }

    /// The same, of what the store was asked for already.
    async fn put_found(self, file: &str, key: &str, bytes: Option<Bytes>) -> Result<Self, Problem> {
        if let Some(bytes) = bytes {
            return self.put(file, bytes).await;
        }
        self.missing.push(Missing {
            path: format!("{}/{file}", self.name),
            sha256: key.to_owned(),
            reason: "the object store does not hold it any more, or holds other bytes",
        });
        Ok(self)
    }
}

/// Adds the folder of a copy.
pub(super) async fn add(
    app: &App,
    who: &Principal,
    packer: Packer,
    copy: Instance,
    missing: &mut Vec<Missing>,
) -> Result<(Packer, CopyEntry), Problem> {
    let scope = who.tenants();
    let instances = app.database.instances(&scope);
    let releases = instances.releases(&copy.id).await?;
    let mut returned = instances.returns(&copy.id).await?;
    returned.reverse();
    let mut folder = Folder { app, packer, name: names::folder(&copy), missing };
    folder = folder.put_kept(names::source(&copy.path), &copy.source_object).await?;
    folder = folder.put_kept("copy.ipynb", &copy.object).await?;
    for (place, release) in releases.iter().enumerate() {
        folder = folder.put_kept(&format!("copy-before-{}.ipynb", place + 1), &release.before).await?;
    }
    let mut came_back = false;
    for (place, version) in returned.iter().enumerate() {
        let bytes = kept(app, &version.object).await?;
        came_back = bytes.is_some();
        let is_text = bytes.as_deref().is_some_and(|bytes| !is_json(bytes));
        let name = format!("returned-{}.{}", place + 1, if is_text { "md" } else { "ipynb" });
        folder = folder.put_found(&name, &version.object, bytes).await?;
    }
    if came_back {
        folder = folder.put_report(who, &copy).await?;
    }
    let entry = patiently(|| Box::pin(recall::entry(app, &copy.repo, &copy.procedure))).await?;
    let defects = patiently(|| Box::pin(recall::defects_of(app, &copy))).await?;
    let deeds = app.database.deeds_to(Some(&copy.id), DEEDS).await?;
    let record = Record {
        schema: "huntshelf-evidence-copy/1",
        attack: copy.provenance.get("attack").and_then(Value::as_str).map(str::to_owned),
        reviews: Box::pin(reviews(app, &copy, entry.as_ref())).await?,
        defects: defects.into_iter().map(DefectItem::from).collect(),
        releases: releases.into_iter().map(ReleaseItem::from).collect(),
        returned: returned.into_iter().map(VersionItem::from).collect(),
        history: history(deeds),
        copy: copy.clone().into(),
    };
    folder = folder.put("copy.json", text(&record).into_bytes().into()).await?;
    let seen = patiently(|| Box::pin(examined(app, who, &copy, None))).await?;
    let listed = CopyEntry::of(&copy, &folder.name, &seen);
    let answer = VerifyAnswer::of(Some(copy.id), seen);
    folder = folder.put("verify.json", text(&answer).into_bytes().into()).await?;
    Ok((folder.packer, listed))
}

/// The reviews of the revision that a copy was made of, the oldest first.
async fn reviews(app: &App, copy: &Instance, entry: Option<&Entry>) -> Result<Vec<ReviewEntry>, Problem> {
    let names = entry.map_or_else(|| vec![copy.procedure.clone()], Entry::names);
    let mut reviews = app.database.reviews(&copy.repo, &names).await?;
    // By its bytes: a commit that left the file alone changed nothing of what was looked at.
    reviews.retain(|review| review.blob == copy.blob);
    reviews.reverse();
    let entry = |review: Review| ReviewEntry {
        kind: review.kind.word(),
        by: review.created_by.1,
        at: moment(review.created_at),
        note: review.note,
        commit: review.commit,
        before_the_copy: review.created_at <= copy.created_at,
    };
    Ok(reviews.into_iter().map(entry).collect())
}

/// What happened to a copy, the oldest first. That evidence was taken changes nothing of it.
fn history(deeds: Vec<Deed>) -> Vec<Happened> {
    let deeds = deeds.into_iter().rev().filter(|deed| deed.action != DEED);
    deeds
        .map(|deed| Happened { at: moment(deed.at), by: deed.by, what: deed.action, detail: deed.detail })
        .collect()
}
