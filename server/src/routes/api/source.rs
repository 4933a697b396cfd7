//! GET `/procedures/{id}/source`: the bytes of a revision, exactly as git has them.

use super::{Which, missing};
use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::{Cache, etag};
use crate::http::problem::Problem;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use catalog::notebook::ipynb;

/// The text of the newest revision, or of the one at a commit, as git has it: MyST markdown, or ipynb.
#[utoipa::path(
    get, path = "/procedures/{id}/source", tag = "procedures",
    params(("id" = String, Path, description = "Its id, percent-encoded"), Which),
    responses(
        (status = 200, body = String, content_type = "text/markdown"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    _who: Principal,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let (address, at) = (which.address(&id), which.commit()?);
    let asked = address.clone();
    let Some(reading) = app.read(move |library| library.read(&address, at.as_deref())).await? else {
        return Err(missing(&app, asked).await);
    };
    let name = reading.path.rsplit('/').next().unwrap_or_default().to_owned();
    let kind = match std::str::from_utf8(&reading.bytes) {
        // Not always UTF-8: no charset is claimed for bytes that are not.
        Err(_) => "application/octet-stream",
        Ok(_) if ipynb::is_path(&name) => "application/x-ipynb+json",
        Ok(_) => "text/markdown; charset=utf-8",
    };
    Ok((
        [
            Cache::Revalidate.header(),
            (header::ETAG, etag(&reading.blob)),
            (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
            (HeaderName::from_static("x-commit"), text(&reading.commit)),
            (header::CONTENT_DISPOSITION, disposition("inline", &name)),
        ],
        reading.bytes,
    )
        .into_response())
}

/// The last segment of a path with another ending.
pub fn file_name(path: &str, ending: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or(path);
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| if stem.is_empty() { last } else { stem });
    format!("{stem}.{ending}")
}

/// `Content-Disposition` for any file name: what is not plain is percent-encoded as RFC 8187 says.
pub fn disposition(how: &str, name: &str) -> HeaderValue {
    let plain: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || "._- ()".contains(letter) { letter } else { '_' })
        .collect();
    let value = format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{}", web::links::encode(name));
    text(&value)
}

fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_keeps_its_stem() {
        assert_eq!(file_name("a/b.c.md", "ipynb"), "b.c.ipynb");
        assert_eq!(file_name("a/plain", "ipynb"), "plain.ipynb");
        assert_eq!(file_name(".md", "ipynb"), ".md.ipynb");
    }

    #[test]
    fn no_file_name_breaks_out_of_its_header() {
        let value = disposition("attachment", "a\"\r\nX: y\u{fc}.md");
        assert_eq!(
            value.to_str().unwrap(),
            "attachment; filename=\"a___X_ y_.md\"; filename*=UTF-8''a%22%0D%0AX%3A%20y%C3%BC.md"
        );
    }

    use crate::auth::Role;
    use crate::sample::{Sample, procedure};

    #[tokio::test]
    async fn a_source_is_given_byte_for_byte() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let at = &sample.commits[1];
        let answer = viewer.get(&format!("/api/v1/procedures/lsass/source?at={at}")).await;
        assert_eq!(answer.text(), procedure("lsass", "LSASS reads", "T1003.001", "FROM process"));
        assert_eq!(answer.header("x-commit"), at.as_str());
        assert_eq!(answer.header("content-type"), "text/markdown; charset=utf-8");
        assert!(answer.header("etag").len() == 42);
    }

    #[tokio::test]
    async fn an_ipynb_file_is_given_as_one() {
        let sample = Sample::open().await;
        let text = "{\"cells\": [], \"metadata\": {\"hunting\": {\"id\": \"json\"}}, \"nbformat\": 4, \"nbformat_minor\": 4}";
        sample.commit("Add one", &[("hunts/json.ipynb", Some(text.to_owned()))]);
        let admin = sample.user(Role::Admin).await;
        admin.post("/api/v1/repos/hunts/sync", &serde_json::json!({})).await;
        let answer = admin.get("/api/v1/procedures/json/source").await;
        assert_eq!(answer.text(), text);
        assert_eq!(answer.header("content-type"), "application/x-ipynb+json");
        assert!(answer.header("content-disposition").contains("json.ipynb"));
    }

    #[tokio::test]
    async fn a_commit_that_did_not_touch_the_file_is_named_as_well() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let at = &sample.commits[3];
        let answer = viewer.get(&format!("/api/v1/procedures/lsass/source?at={at}")).await;
        assert!(answer.text().contains("lsass.exe"));
    }
}
