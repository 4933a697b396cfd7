//! POST `/instances/return`, GET `/instances/{id}/returns[/{version}[/notebook.ipynb]]`: notebooks that come back.

use super::{InstanceItem, load};
use crate::app::App;
use crate::auth::Principal;
use crate::copies::readback::{CellError, Noted, Parameter, Readback, readback};
use crate::copies::releasing;
use crate::copies::returned::{Fate, read, take};
use crate::db::instances::Instance;
use crate::db::returns::Returned;
use crate::http::cache::{Cache, etag};
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::compared::{self, ComparedCell, ComparedField};
use crate::routes::api::item::moment;
use crate::routes::api::source::disposition;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Path, Query, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// So many notebooks come in one request.
const MOST: usize = 200;

/// Of which copy a notebook is, where that is known.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReturnParams {
    /// The copy's id: needed where several copies were made alike.
    pub instance: Option<String>,
}

/// What became of notebooks that were sent.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ReturnAnswer {
    /// Those that were matched and are kept.
    pub returned: Vec<ReturnedItem>,
    /// Those that may be of several copies: send each again with `?instance=`.
    pub ambiguous: Vec<AmbiguousItem>,
    /// Those that are of no copy on record.
    pub unmatched: Vec<UnmatchedItem>,
}

impl ReturnAnswer {
    /// Notes what became of a file.
    pub(super) fn note(&mut self, file: String, fate: Fate) {
        match fate {
            Fate::Returned { instance, version, again } => self.returned.push(ReturnedItem {
                file,
                instance: (*instance).into(),
                version: version.into(),
                again,
            }),
            Fate::Ambiguous { candidates, .. } => self.ambiguous.push(AmbiguousItem {
                file,
                candidates: candidates.into_iter().map(InstanceItem::from).collect(),
            }),
            Fate::Unmatched { reason } => self.unmatched.push(UnmatchedItem { file, reason }),
        }
    }
}

/// A notebook that was matched.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReturnedItem {
    /// The file.
    pub file: String,
    /// The copy, as it is now.
    pub instance: InstanceItem,
    /// The version.
    pub version: VersionItem,
    /// Whether the very same bytes had come before.
    pub again: bool,
}

/// A notebook that may be of several copies.
#[derive(Debug, Serialize, ToSchema)]
pub struct AmbiguousItem {
    /// The file.
    pub file: String,
    /// Of which it may be.
    pub candidates: Vec<InstanceItem>,
}

/// A notebook that is of no copy on record.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnmatchedItem {
    /// The file.
    pub file: String,
    /// Why.
    pub reason: String,
}

/// A version that came back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VersionItem {
    /// Its id.
    pub id: String,
    /// What the file was called.
    pub file_name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// How many bytes it has.
    pub size: u64,
    /// When it came, RFC 3339.
    pub at: String,
    /// Who brought it.
    pub by: String,
}

impl From<Returned> for VersionItem {
    fn from(returned: Returned) -> Self {
        Self {
            id: returned.id,
            file_name: returned.file_name,
            sha256: returned.object,
            size: returned.size,
            at: moment(returned.created_at),
            by: returned.created_by.name,
        }
    }
}

/// The versions that came back for a copy.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionsAnswer {
    /// The newest first.
    pub versions: Vec<VersionItem>,
}

/// What is seen in a version, held against what was handed out.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadbackAnswer {
    /// The version.
    pub version: VersionItem,
    /// Cells that the hunter wrote.
    pub wrote: Vec<NotedItem>,
    /// Parameters that are not as they were filled in.
    pub parameters: Vec<ChangedParameter>,
    /// Cells of code that are not as they were handed out, or are gone.
    pub altered: Vec<NotedItem>,
    /// Cells that were held and are code again.
    pub released: Vec<NotedItem>,
    /// Cells that ended with an error.
    pub errors: Vec<ErrorItem>,
    /// How many rows cells' results have, where they say so.
    pub rows: Vec<RowsItem>,
    /// How many cells of code have run.
    pub ran: usize,
    /// How many there are.
    pub code_cells: usize,
    /// The metadata that differs.
    pub metadata: Vec<ComparedField>,
    /// Every cell of both.
    pub cells: Vec<ComparedCell>,
}

/// A cell that is noted.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotedItem {
    /// Its place from 0: in what came back; of one that is gone, in what was handed out.
    pub cell: usize,
    /// Its first line.
    pub line: String,
    /// `added`, `changed` or `removed`.
    pub what: String,
}

/// A parameter that changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedParameter {
    /// Its name.
    pub name: String,
    /// As it was handed out, as Python writes it.
    pub before: Option<String>,
    /// As it came back.
    pub after: Option<String>,
}

/// An error of a cell.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorItem {
    /// The cell's place, from 0.
    pub cell: usize,
    /// The error's name.
    pub name: String,
    /// What it says, its beginning.
    pub message: String,
}

/// How many rows a cell's result has.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowsItem {
    /// The cell's place, from 0.
    pub cell: usize,
    /// How many.
    pub rows: u64,
}

impl ReadbackAnswer {
    fn of(version: Returned, seen: Readback) -> Self {
        let noted = |cells: Vec<Noted>| {
            let item = |one: Noted| NotedItem { cell: one.cell, line: one.line, what: one.what.to_owned() };
            cells.into_iter().map(item).collect()
        };
        let parameter = |Parameter { name, before, after }| ChangedParameter { name, before, after };
        let error = |CellError { cell, name, message }| ErrorItem { cell, name, message };
        let (metadata, cells, _) = compared::items(seen.compared);
        Self {
            version: version.into(),
            wrote: noted(seen.wrote),
            parameters: seen.parameters.into_iter().map(parameter).collect(),
            altered: noted(seen.altered),
            released: noted(seen.released),
            errors: seen.errors.into_iter().map(error).collect(),
            rows: seen.rows.into_iter().map(|(cell, rows)| RowsItem { cell, rows }).collect(),
            ran: seen.ran.0,
            code_cells: seen.ran.1,
            metadata,
            cells,
        }
    }
}

/// Takes notebooks that come back. Each is matched by what it says of itself in `metadata.huntshelf`; every version that
/// differs is kept. Nothing in it is executed. Send one as the body, or several as `file` of a form.
#[utoipa::path(
    post, path = "/instances/return", tag = "copies", params(ReturnParams),
    request_body(
        content = String, content_type = "application/x-ipynb+json",
        description = "A notebook; or `multipart/form-data` with one or several files named `file`",
    ),
    responses(
        (status = 200, body = ReturnAnswer),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "There is no such copy"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "It is another copy"),
    )
)]
pub async fn bring(
    State(app): State<App>,
    who: Principal,
    Query(params): Query<ReturnParams>,
    request: Request,
) -> Result<Json<ReturnAnswer>, Problem> {
    let files = files(request).await?;
    let which = query::one(params.instance.as_ref());
    if which.is_some() && files.len() > 1 {
        return Err(Problem::invalid("Several notebooks are sent, and one copy is named.")
            .remedy("Send them without `instance`, or one at a time."));
    }
    let mut answer = ReturnAnswer::default();
    for (file, bytes) in files {
        let fate = take(&app, &who, &file, bytes, which.as_deref()).await?;
        answer.note(file, fate);
    }
    Ok(Json(answer))
}

/// The notebooks of a request, with what their files are called.
async fn files(request: Request) -> Result<Vec<(String, Bytes)>, Problem> {
    let kind =
        request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let unreadable =
        || Problem::invalid("The request could not be read.").remedy("Send at most 64 MiB at a time.");
    if !kind.starts_with("multipart/form-data") {
        let bytes = Bytes::from_request(request, &()).await.map_err(|_| unreadable())?;
        return Ok(vec![("notebook.ipynb".to_owned(), bytes)]);
    }
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| unreadable())?;
    let mut files = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| unreadable())? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|_| unreadable())?;
        if !bytes.is_empty() {
            files.push((name, bytes));
        }
        if files.len() > MOST {
            return Err(Problem::invalid(format!("At most {MOST} notebooks are sent at a time.")));
        }
    }
    if files.is_empty() {
        return Err(Problem::invalid("There is no notebook in the form.").remedy("Send it as `file`."));
    }
    Ok(files)
}

/// The versions that came back for a copy, newest first.
#[utoipa::path(
    get, path = "/instances/{id}/returns", tag = "copies",
    params(("id" = String, Path, description = "The copy's id")),
    responses(
        (status = 200, body = VersionsAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
) -> Result<Json<VersionsAnswer>, Problem> {
    load(&app, &who, &id).await?;
    let versions = app.database.instances(&who.tenants()).returns(&id).await?;
    Ok(Json(VersionsAnswer { versions: versions.into_iter().map(VersionItem::from).collect() }))
}

/// What is seen in a version, held against what was handed out: what the hunter wrote, what changed, what went wrong.
#[utoipa::path(
    get, path = "/instances/{id}/returns/{version}", tag = "copies",
    params(("id" = String, Path, description = "The copy's id"), ("version" = String, Path, description = "The version's id")),
    responses(
        (status = 200, body = ReadbackAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    who: Principal,
    Path((id, version)): Path<(String, String)>,
) -> Result<Json<ReadbackAnswer>, Problem> {
    let (instance, version) = one(&app, &who, &id, &version).await?;
    let seen = seen(&app, &who, &instance, &version).await?;
    Ok(Json(ReadbackAnswer::of(version, seen)))
}

/// The notebook as it came back.
#[utoipa::path(
    get, path = "/instances/{id}/returns/{version}/notebook.ipynb", tag = "copies",
    params(("id" = String, Path, description = "The copy's id"), ("version" = String, Path, description = "The version's id")),
    responses(
        (status = 200, body = String, content_type = "application/x-ipynb+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn notebook(
    State(app): State<App>,
    who: Principal,
    Path((id, version)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (instance, version) = one(&app, &who, &id, &version).await?;
    let bytes = object(&app, &instance, &version.object).await?;
    let headers = [
        Cache::Revalidate.header(),
        (header::ETAG, etag(&version.object)),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ipynb+json")),
        (header::CONTENT_DISPOSITION, disposition("attachment", &instance.file_name)),
    ];
    Ok((headers, bytes).into_response())
}

async fn one(app: &App, who: &Principal, id: &str, version: &str) -> Result<(Instance, Returned), Problem> {
    let instance = load(app, who, id).await?;
    let found = app.database.instances(&who.tenants()).returns(id).await?;
    let found = found.into_iter().find(|one| one.id == version);
    Ok((instance, found.ok_or_else(|| Problem::not_found(format!("version {version} of this copy")))?))
}

async fn object(app: &App, instance: &Instance, key: &str) -> Result<Bytes, Problem> {
    super::bytes(app, &Instance { object: key.to_owned(), ..instance.clone() }).await
}

/// What is seen in a version.
///
/// # Errors
/// When the object store lost or damaged its bytes, or those of the copy.
pub async fn seen(
    app: &App,
    who: &Principal,
    instance: &Instance,
    version: &Returned,
) -> Result<Readback, Problem> {
    let returned = object(app, instance, &version.object).await?;
    // Cells may have been released before it was worked on, or since.
    let releases = app.database.instances(&who.tenants()).releases(&instance.id).await?;
    let handed = releasing::version_of(app, instance, &releases, &returned).await?;
    let handed = object(app, instance, &handed).await?;
    Ok(app.pool.run(move || readback(&read(&handed), &read(&returned))).await?)
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use crate::testing::{TestAnswer, TestUser};
    use axum::http::{Request, header};
    use serde_json::{Value, json};

    const PATH: &str = "/api/v1/instances/return";

    async fn send(user: &TestUser, path: &str, notebook: &Value) -> TestAnswer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-ipynb+json");
        user.send_with(request, notebook.to_string()).await
    }

    /// A copy of the sample's procedure, and its notebook.
    async fn copy(sample: &Sample, window: &str) -> (String, Value) {
        let hunter = sample.user(Role::Hunter).await;
        let tenant = hunter.get("/api/v1/tenants").await.json()["tenants"][0]["id"].clone();
        let order = json!({"tenants": [tenant], "window": {"last": window}});
        let made = hunter.post("/api/v1/procedures/lsass/instances", &order).await.json();
        let id = made["instances"][0]["id"].as_str().unwrap().to_owned();
        let notebook = hunter.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).await.json();
        (id, notebook)
    }

    /// What a hunter and a kernel do to a notebook.
    fn worked(notebook: &Value) -> Value {
        let mut worked = notebook.clone();
        let cells = worked["cells"].as_array_mut().unwrap();
        let query = cells.iter_mut().rfind(|cell| cell["cell_type"] == "code").unwrap();
        query["execution_count"] = json!(1);
        query["outputs"] = json!([{"output_type": "error", "ename": "TaegisError", "evalue": "no such field", "traceback": []}]);
        cells.push(
            json!({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": ["Nothing to be seen."]}),
        );
        worked
    }

    #[tokio::test]
    async fn what_is_no_notebook_is_not_taken_for_one_whichever_copy_is_named() {
        let sample = Sample::open().await;
        sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        let (id, _) = copy(&sample, "7d").await;
        for text in ["", " ", "[[[[", "A note.", "{}", "{\"cells\": []}", "[]"] {
            let request = Request::post(format!("{PATH}?instance={id}"));
            let answer = hunter.send_with(request, text.to_owned()).await.json();
            assert_eq!(answer["unmatched"].as_array().map(Vec::len), Some(1), "{text:?}: {answer}");
        }
        assert_eq!(hunter.get(&format!("/api/v1/instances/{id}")).await.json()["state"], "made");
    }

    #[tokio::test]
    async fn what_is_sent_several_times_at_once_is_one_version() {
        let sample = Sample::open().await;
        sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        let (id, notebook) = copy(&sample, "7d").await;
        let worked = worked(&notebook);
        let answers = tokio::join!(
            send(&hunter, PATH, &worked),
            send(&hunter, PATH, &worked),
            send(&hunter, PATH, &worked)
        );
        let answers = [answers.0, answers.1, answers.2].map(|answer| answer.json());
        let new = answers.iter().filter(|answer| answer["returned"][0]["again"] == false).count();
        assert_eq!(new, 1, "{answers:?}");
        let versions = hunter.get(&format!("/api/v1/instances/{id}/returns")).await.json();
        assert_eq!(versions["versions"].as_array().unwrap().len(), 1);
        assert_eq!(hunter.get(&format!("/api/v1/instances/{id}")).await.json()["state"], "returned");
    }

    #[tokio::test]
    async fn a_notebook_comes_back_is_matched_kept_and_held_against_what_was_handed_out() {
        let sample = Sample::open().await;
        sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        let (id, notebook) = copy(&sample, "7d").await;
        copy(&sample, "1d").await;
        let came = send(&hunter, PATH, &worked(&notebook)).await;
        assert_eq!(came.status, 200, "{}", came.text());
        let came = came.json();
        assert_eq!(
            (&came["returned"][0]["instance"]["id"], &came["returned"][0]["again"]),
            (&json!(id), &json!(false))
        );
        assert_eq!(came["returned"][0]["instance"]["state"], "returned");
        let version = came["returned"][0]["version"]["id"].as_str().unwrap();
        let seen = hunter.get(&format!("/api/v1/instances/{id}/returns/{version}")).await.json();
        assert_eq!(seen["wrote"][0]["line"], "Nothing to be seen.");
        assert_eq!(seen["errors"][0], json!({"cell": 4, "name": "TaegisError", "message": "no such field"}));
        assert_eq!((&seen["altered"], &seen["parameters"]), (&json!([]), &json!([])));
        assert_eq!(send(&hunter, PATH, &worked(&notebook)).await.json()["returned"][0]["again"], true);
        sample.test.clock.advance(chrono::Duration::minutes(1));
        let mut altered = worked(&notebook);
        altered["cells"][4]["source"] = json!("%%taegis alerts search --tenant 99\nFROM process");
        assert_eq!(send(&hunter, PATH, &altered).await.json()["returned"][0]["again"], false);
        let versions = hunter.get(&format!("/api/v1/instances/{id}/returns")).await.json();
        let versions = versions["versions"].as_array().unwrap();
        assert_eq!(versions.len(), 2);
        let newest = format!("/api/v1/instances/{id}/returns/{}", versions[0]["id"].as_str().unwrap());
        assert_eq!(hunter.get(&newest).await.json()["altered"][0]["cell"], 4);
        assert_eq!(hunter.get(&format!("{newest}/notebook.ipynb")).await.json(), altered);
        let page = hunter.get(&format!("/instances/{id}")).await.text();
        for said in ["What came back", "Code was altered", "TaegisError", "Nothing to be seen."] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert_eq!(hunter.get(&format!("/api/v1/instances/{id}/returns/none")).await.status, 404);
    }

    #[tokio::test]
    async fn what_may_be_of_several_copies_asks_and_what_is_of_none_is_listed() {
        let sample = Sample::open().await;
        sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        let ((first, notebook), (second, same)) = (copy(&sample, "7d").await, copy(&sample, "7d").await);
        assert_eq!(notebook, same);
        let asks = send(&hunter, PATH, &worked(&notebook)).await.json();
        assert_eq!(asks["ambiguous"][0]["candidates"].as_array().unwrap().len(), 2, "{asks}");
        let said = send(&hunter, &format!("{PATH}?instance={second}"), &worked(&notebook)).await.json();
        assert_eq!(said["returned"][0]["instance"]["id"], second.as_str());
        // Once one of the two is closed, the notebook is of the one that is open.
        let closed = json!({"disposition": "null-findings"});
        assert_eq!(hunter.patch(&format!("/api/v1/instances/{second}"), &closed).await.status, 200);
        assert_eq!(
            send(&hunter, PATH, &worked(&notebook)).await.json()["returned"][0]["instance"]["id"],
            first.as_str()
        );
        let mut strange = notebook.clone();
        strange["metadata"]["huntshelf"]["tenant"] = json!("999");
        assert!(
            send(&hunter, PATH, &strange).await.json()["unmatched"][0]["reason"]
                .as_str()
                .unwrap()
                .starts_with("no copy")
        );
        assert_eq!(send(&hunter, &format!("{PATH}?instance={first}"), &strange).await.status, 422);
        let mut plain = notebook.clone();
        plain["metadata"] = json!({});
        assert!(
            send(&hunter, PATH, &plain).await.json()["unmatched"][0]["reason"]
                .as_str()
                .unwrap()
                .contains("does not say")
        );
        assert_eq!(send(&hunter, PATH, &json!([])).await.json()["unmatched"].as_array().unwrap().len(), 1);
        assert_eq!(send(&hunter, &format!("{PATH}?instance=none"), &plain).await.status, 404);
        let viewer = sample.user(Role::Viewer).await;
        assert_eq!(send(&viewer, PATH, &notebook).await.status, 403);
    }

    #[tokio::test]
    async fn several_come_in_a_form_on_the_page_and_the_one_that_asks_is_answered() {
        let sample = Sample::open().await;
        sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        let ((_, notebook), (second, _)) = (copy(&sample, "7d").await, copy(&sample, "7d").await);
        let (third, other) = copy(&sample, "1d").await;
        let part = |notebook: &Value| {
            format!(
                "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"w.ipynb\"\r\n\r\n{notebook}\r\n"
            )
        };
        let body = format!("{}{}--b--\r\n", part(&worked(&notebook)), part(&worked(&other)));
        let form =
            |path: &str| Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
        let page = hunter.send_with(form("/instances/return"), body).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let text = page.text();
        assert!(
            text.contains(&format!("/instances/{third}")) && text.contains("Which copy is it of?"),
            "{text}"
        );
        let object =
            text.split("name=\"object\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let answered = hunter
            .form("/instances/return/of", &[("object", &object), ("instance", &second), ("file", "w.ipynb")])
            .await;
        assert_eq!(
            (answered.status.as_u16(), answered.header("location")),
            (303, format!("/instances/{second}").as_str())
        );
        let versions = hunter.get(&format!("/api/v1/instances/{second}/returns")).await.json();
        assert_eq!(versions["versions"][0]["file_name"], "w.ipynb");
        let stranger =
            hunter.form("/instances/return/of", &[("object", &"0".repeat(64)), ("instance", &second)]).await;
        assert_eq!(stranger.status, 404);
        assert_eq!(hunter.send_with(form("/api/v1/instances/return"), "--b--\r\n").await.status, 400);
    }
}
