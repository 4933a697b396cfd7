//! GET `/instances/{id}/evidence` and `/customers/{id}/evidence`: everything that proves what was hunted, as one zip. The
//! pages give it at the same addresses, without `/api/v1`.

use super::source::disposition;
use crate::app::App;
use crate::auth::Principal;
use crate::copies::evidence::{self, Evidence, Period};
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use crate::http::query;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use object_store::{Attributes, Extensions, GetResult, GetResultPayload, ObjectMeta};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which days.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeriodParams {
    /// The first day, `2026-10-01`, as UTC counts days; without it, the first of this quarter.
    pub from: Option<String>,
    /// The last day; without it, today.
    pub to: Option<String>,
}

/// The evidence of one copy: its procedure as it was, the copy, what came back, the report, what is on record of it, and
/// whether all of it agrees. `manifest.json` lists every file with its SHA-256.
#[utoipa::path(
    get, path = "/instances/{id}/evidence", tag = "copies",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/zip"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn of_copy(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let made = Box::pin(evidence::of_copy(&app, &who, &id)).await?;
    Ok(answer(made, app.clock.now()))
}

/// The evidence of a customer's copies that were made, or closed, in a period.
#[utoipa::path(
    get, path = "/customers/{id}/evidence", tag = "customers",
    params(("id" = String, Path, description = "The customer's id"), PeriodParams),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/zip"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "No copy was made or closed in the period"),
    )
)]
pub async fn of_customer(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Query(params): Query<PeriodParams>,
) -> Result<Response, Problem> {
    let now = app.clock.now();
    let (from, to) = (query::one(params.from.as_ref()), query::one(params.to.as_ref()));
    let period = Period::read(from.as_deref(), to.as_deref(), now.date_naive())?;
    let made = Box::pin(evidence::of_customer(&app, &who, &id, period)).await?;
    Ok(answer(made, now))
}

/// The file as it is read, piece by piece: never all of it in memory.
fn answer(evidence: Evidence, now: DateTime<Utc>) -> Response {
    let Evidence { file, size, name } = evidence;
    let read = GetResult {
        payload: GetResultPayload::File(file, name.clone().into()),
        meta: ObjectMeta {
            location: name.as_str().into(),
            last_modified: now,
            size,
            e_tag: None,
            version: None,
        },
        range: 0..size,
        attributes: Attributes::default(),
        extensions: Extensions::default(),
    };
    let headers = [
        Cache::Never.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_LENGTH, size.into()),
        (header::CONTENT_DISPOSITION, disposition("attachment", &name)),
    ];
    (headers, Body::from_stream(read.into_stream())).into_response()
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::entropy::sha256;
    use crate::sample::{Sample, commit};
    use crate::testing::{TestAnswer, TestUser};
    use axum::http::Request;
    use chrono::Duration;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;
    use std::io::{Cursor, Read};
    use zip::ZipArchive;

    type Files = BTreeMap<String, Vec<u8>>;

    fn unpacked(answer: &TestAnswer) -> Files {
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "application/zip");
        let mut zip = ZipArchive::new(Cursor::new(answer.body.to_vec())).unwrap();
        let mut files = Files::new();
        for place in 0..zip.len() {
            let mut file = zip.by_index(place).unwrap();
            let name = file.name().unwrap().into_owned();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            assert_eq!(files.insert(name, bytes), None);
        }
        files
    }

    fn json_of(files: &Files, name: &str) -> Value {
        let bytes = files.get(name).unwrap_or_else(|| panic!("{name} of {:?}", files.keys()));
        serde_json::from_slice(bytes).unwrap()
    }

    async fn made(hunter: &TestUser, tenant: &str) -> String {
        let order = json!({"tenants": [tenant], "parameters": {"LIMIT": 7}, "window": {"from": "2026-11-01T00:00:00Z", "to": "2026-11-08T00:00:00Z"}});
        let made = hunter.post("/api/v1/procedures/lsass/instances", &order).await;
        assert_eq!(made.status, 201, "{}", made.text());
        made.json()["instances"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The manifest, once it is seen to list every other file as it is.
    fn manifest(files: &Files) -> Value {
        let manifest = json_of(files, "manifest.json");
        let listed = manifest["files"].as_array().unwrap();
        assert_eq!(listed.len() + 1, files.len());
        for file in listed {
            let bytes = &files[file["path"].as_str().unwrap()];
            assert_eq!(
                (&file["sha256"], &file["size"]),
                (&json!(sha256(bytes)), &json!(bytes.len())),
                "{file}"
            );
        }
        manifest
    }

    #[tokio::test]
    async fn the_pack_of_a_copy_holds_all_of_it_and_every_hash_is_right() {
        let sample = Sample::open().await;
        let tenant = sample.tenant().await;
        let (hunter, lead) = (sample.user(Role::Hunter).await, sample.user(Role::Lead).await);
        let review = json!({"kind": "technical", "note": "Runs.", "at": sample.commits[2]});
        let reviewed = lead.post("/api/v1/procedures/lsass/reviews", &review).await;
        assert_eq!(reviewed.status, 201, "{}", reviewed.text());
        let id = made(&hunter, &tenant).await;
        let copy = hunter.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).await;
        let mut worked = copy.json();
        worked["cells"].as_array_mut().unwrap().push(
            json!({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": ["Two hosts were read."]}),
        );
        let returned = worked.to_string();
        let back = hunter.send_with(Request::post("/api/v1/instances/return"), returned.clone()).await;
        assert_eq!(back.json()["returned"].as_array().unwrap().len(), 1);
        let closing = json!({"disposition": "findings", "finding": "benign", "note": "A backup.", "link": "https://tickets.example.com/7"});
        assert_eq!(hunter.patch(&format!("/api/v1/instances/{id}"), &closing).await.status, 200);
        let path = format!("/api/v1/instances/{id}/evidence");
        let pack = hunter.get(&path).await;
        let files = unpacked(&pack);
        let manifest = manifest(&files);
        assert_eq!(manifest["schema"], "huntshelf-evidence/1");
        assert_eq!(manifest["huntshelf"], env!("CARGO_PKG_VERSION"));
        assert_eq!(manifest["made"], json!({"at": "2026-11-24T12:00:00Z", "by": "hunter of the test"}));
        assert_eq!(manifest["of"], json!({"copy": id}));
        assert_eq!(manifest["missing"], json!([]));
        let entry = &manifest["copies"][0];
        assert_eq!((&entry["verified"], &entry["disposition"]), (&json!("holds"), &json!("findings")));
        let folder = entry["folder"].as_str().unwrap();
        assert_eq!(folder, format!("2026-11-24_lsass_mock_0145483_{id}"));
        let of = |name: &str| format!("{folder}/{name}");
        let repository = git2::Repository::open(&sample.folder).unwrap();
        let blob = json_of(&files, &of("copy.json"))["copy"]["blob"].as_str().unwrap().to_owned();
        let source = repository.find_blob(blob.parse().unwrap()).unwrap();
        assert_eq!(files[&of("source.md")], source.content());
        assert_eq!(files[&of("copy.ipynb")], copy.body);
        assert_eq!(files[&of("returned-1.ipynb")], returned.as_bytes());
        let report = String::from_utf8_lossy(&files[&of("report.md")]).into_owned();
        assert!(report.contains("Two hosts were read.") && !report.contains("FROM process"), "{report}");
        let record = json_of(&files, &of("copy.json"));
        for (pointer, value) in [
            ("/copy/commit", json!(sample.commits[2])),
            ("/copy/provenance/parameters", json!({"LIMIT": 7})),
            ("/copy/provenance/window/from", json!("2026-11-01T00:00:00Z")),
            ("/copy/tenant/customer_name", json!("Clinic")),
            ("/copy/note", json!("A backup.")),
            ("/copy/closed_by", json!("hunter of the test")),
            ("/reviews/0/kind", json!("technical")),
            ("/reviews/0/before_the_copy", json!(true)),
            ("/returned/0/sha256", json!(sha256(returned.as_bytes()))),
            ("/history/0/what", json!("instance.return")),
        ] {
            assert_eq!(record.pointer(pointer), Some(&value), "{pointer}: {record:#}");
        }
        assert_eq!(record["attack"], record["copy"]["provenance"]["attack"]);
        assert!(record["attack"].is_string());
        let verified = json_of(&files, &of("verify.json"));
        assert_eq!((&verified["holds"], verified["findings"].as_array().unwrap().len()), (&json!(true), 6));
        assert!(String::from_utf8_lossy(&files["README.txt"]).contains("git hash-object"));
        // No token of anybody's.
        assert!(files.values().all(|bytes| !String::from_utf8_lossy(bytes).contains(hunter.token())));

        // The same record gives the same bytes, but for who takes it, and when.
        let again = hunter.get(&path).await;
        assert_eq!(again.body, pack.body);
        sample.test.clock.advance(Duration::days(3));
        let mut later = unpacked(&lead.get(&path).await);
        let mut before = files.clone();
        assert_ne!(later.remove("manifest.json"), before.remove("manifest.json"));
        assert_eq!(later, before);
        let deeds = sample.test.app.database.deeds_to(Some(&id), 10).await.unwrap();
        let manifest_hash = sha256(&files["manifest.json"]);
        assert_eq!(deeds.iter().filter(|deed| deed.action == "evidence.take").count(), 3);
        assert!(deeds.iter().any(|deed| deed.detail["manifest_sha256"] == manifest_hash.as_str()));
        // The page leads to it, and gives it.
        let page = hunter.get(&format!("/instances/{id}")).await.text();
        assert!(page.contains(&format!("href=\"/instances/{id}/evidence\"")), "{page}");
        assert_eq!(hunter.get(&format!("/instances/{id}/evidence")).await.status, 200);
    }

    #[tokio::test]
    async fn the_proof_outlives_a_history_that_was_written_anew() {
        let sample = Sample::open().await;
        let (tenant, hunter) = (sample.tenant().await, sample.user(Role::Hunter).await);
        let id = made(&hunter, &tenant).await;
        let repository = git2::Repository::open(&sample.folder).unwrap();
        repository.find_reference("refs/heads/main").unwrap().delete().unwrap();
        commit(&repository, "Eve", "Begin anew", &[("README.md", Some("# Other hunts\n".to_owned()))]);
        sample.test.app.jobs.sync("hunts").await.unwrap();
        let files = unpacked(&hunter.get(&format!("/api/v1/instances/{id}/evidence")).await);
        let manifest = manifest(&files);
        assert_eq!(manifest["copies"][0]["verified"], "holds");
        let folder = manifest["copies"][0]["folder"].as_str().unwrap();
        assert!(String::from_utf8_lossy(&files[&format!("{folder}/source.md")]).contains("LSASS reads"));
        let verified = json_of(&files, &format!("{folder}/verify.json"));
        let source = verified["findings"].as_array().unwrap().iter().find(|one| one["aspect"] == "source");
        assert!(source.unwrap()["detail"].as_str().unwrap().contains("any more"), "{verified}");
    }

    #[tokio::test]
    async fn a_file_that_the_store_lost_is_named_and_the_rest_is_given() {
        let sample = Sample::open().await;
        let (tenant, hunter) = (sample.tenant().await, sample.user(Role::Hunter).await);
        let id = made(&hunter, &tenant).await;
        let key = hunter.get(&format!("/api/v1/instances/{id}")).await.json()["sha256"]
            .as_str()
            .unwrap()
            .to_owned();
        std::fs::write(sample.test.data.join("objects").join(&key[..2]).join(&key[2..]), "damaged").unwrap();
        let files = unpacked(&hunter.get(&format!("/api/v1/instances/{id}/evidence")).await);
        let manifest = manifest(&files);
        let folder = manifest["copies"][0]["folder"].as_str().unwrap();
        assert_eq!(manifest["missing"][0]["path"], format!("{folder}/copy.ipynb"));
        assert_eq!(manifest["missing"][0]["sha256"], key);
        assert_eq!(manifest["copies"][0]["verified"], "differs");
        assert!(files.contains_key(&format!("{folder}/source.md")));
    }

    #[tokio::test]
    async fn a_customers_period_holds_what_was_made_or_closed_in_it_and_nothing_of_others() {
        let sample = Sample::open().await;
        let (hunter, lead) = (sample.user(Role::Hunter).await, sample.user(Role::Lead).await);
        // A key that would lead elsewhere, were it a name of a file.
        let clinic = lead.post("/api/v1/customers", &json!({"name": "Clinic \\..\\ \"CON\""})).await.json();
        let bank = lead.post("/api/v1/customers", &json!({"name": "Bank"})).await.json();
        let tenant = async |customer: &Value, key: &str| {
            let tenant = json!({"customer": customer["id"], "key": key, "region": "mock", "name": key});
            let made = lead.post("/api/v1/tenants", &tenant).await;
            assert_eq!(made.status, 201, "{}", made.text());
            made.json()["id"].as_str().unwrap().to_owned()
        };
        let (ward, vault) = (tenant(&clinic, "../../aux").await, tenant(&bank, "2").await);
        let first = made(&hunter, &ward).await;
        sample.test.clock.advance(Duration::days(60));
        let second = made(&hunter, &ward).await;
        let third = made(&hunter, &vault).await;
        let close = json!({"disposition": "null-findings"});
        assert_eq!(hunter.patch(&format!("/api/v1/instances/{first}"), &close).await.status, 200);
        let path = format!("/api/v1/customers/{}/evidence", clinic["id"].as_str().unwrap());
        let of = async |query: &str| {
            let files = unpacked(&hunter.get(&format!("{path}?{query}")).await);
            let manifest = manifest(&files);
            for name in files.keys() {
                let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
                assert!(name.chars().all(plain) && !name.contains("..") && !name.starts_with('/'), "{name}");
            }
            let ids = manifest["copies"].as_array().unwrap().iter();
            ids.map(|copy| copy["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of("from=2026-11-01&to=2026-11-30").await, std::slice::from_ref(&first));
        assert_eq!(of("from=2027-01-01&to=2027-01-31").await, [first.clone(), second.clone()]);
        assert_eq!(of("").await, [first, second], "this quarter");
        let deeds = sample.test.app.database.deeds_to(clinic["id"].as_str(), 10).await.unwrap();
        let taken = deeds.iter().filter(|deed| deed.action == "evidence.take").map(|deed| &deed.detail);
        let taken: Vec<_> = taken.map(|detail| (&detail["copies"], &detail["from"])).collect();
        assert_eq!(taken.len(), 3);
        assert!(taken.contains(&(&json!(1), &json!("2026-11-01"))), "{taken:?}");
        assert!(taken.contains(&(&json!(2), &json!("2027-01-01"))), "{taken:?}");
        let name = hunter.get(&path).await;
        assert!(
            name.header("content-disposition")
                .contains("huntshelf-evidence-Clinic-CON-2027-01-01-2027-01-23.zip")
        );

        for (query, status) in
            [("from=2026-12-01&to=2026-12-31", 422), ("from=2027-02-01", 400), ("from=then", 400)]
        {
            assert_eq!(hunter.get(&format!("{path}?{query}")).await.status, status, "{query}");
        }
        let nothing = hunter.get(&format!("{path}?from=2026-12-01&to=2026-12-31")).await.json();
        assert_eq!(nothing["type"], "/problems/nothing-in-period");
        // On the page it is a page.
        let page = path.replace("/api/v1", "");
        let told = hunter.get(&format!("{page}?from=2026-12-01&to=2026-12-31")).await;
        assert_eq!(told.status, 422);
        assert!(
            told.text().contains("No copy for Clinic") && told.text().contains("<html"),
            "{}",
            told.text()
        );
        let form = hunter.get(page.trim_end_matches("/evidence")).await.text();
        assert!(
            form.contains(&format!("action=\"{page}\"")) && form.contains("value=\"2027-01-01\""),
            "{form}"
        );
        assert!(hunter.get(&format!("/api/v1/instances/{third}")).await.status == 200);
    }

    #[tokio::test]
    async fn a_viewer_takes_no_evidence_and_what_is_not_there_is_not_there() {
        let sample = Sample::open().await;
        let (tenant, hunter) = (sample.tenant().await, sample.user(Role::Hunter).await);
        let id = made(&hunter, &tenant).await;
        let viewer = sample.user(Role::Viewer).await;
        assert_eq!(viewer.get(&format!("/api/v1/instances/{id}/evidence")).await.status, 403);
        assert!(!viewer.get(&format!("/instances/{id}")).await.text().contains("/evidence"));
        let customer =
            hunter.get("/api/v1/customers").await.json()["customers"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(viewer.get(&format!("/api/v1/customers/{customer}/evidence")).await.status, 403);
        assert!(!viewer.get(&format!("/customers/{customer}")).await.text().contains("/evidence"));
        for place in ["instances", "customers"] {
            assert_eq!(hunter.get(&format!("/api/v1/{place}/none/evidence")).await.status, 404);
            assert_eq!(hunter.get(&format!("/{place}/none/evidence")).await.status, 404);
        }
        // Nothing is left lying about.
        let left = std::fs::read_dir(&sample.test.data).unwrap();
        let left =
            left.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("evidence"));
        assert_eq!(left.count(), 0);
    }
}
