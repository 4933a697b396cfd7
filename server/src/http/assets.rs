//! Styles, scripts and WebAssembly: the bundle of `web/dist`, embedded; without it, the stylesheet alone.

use crate::app::App;
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use serde::Deserialize;

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Dist;

/// What the bundle says of itself: names of files under `/assets/`.
#[derive(Deserialize)]
struct Manifest {
    css: String,
    boot: String,
}

/// What is served under `/assets/`.
pub struct Assets {
    /// What pages link to.
    pub links: web::Assets,
}

impl Assets {
    /// What was embedded when the program was built: what the bundle's manifest names, else the stylesheet alone.
    pub fn embedded() -> Self {
        let manifest =
            Dist::get("manifest.json").and_then(|file| serde_json::from_slice::<Manifest>(&file.data).ok());
        let links = manifest.map_or_else(web::Assets::default, |manifest| web::Assets {
            css: format!("/assets/{}", manifest.css),
            boot: Some(format!("/assets/{}", manifest.boot)),
        });
        Self { links }
    }

    /// Whether the islands are there.
    pub fn has_islands(&self) -> bool {
        self.links.boot.is_some()
    }
}

/// One file of the bundle, in the smallest form that the browser takes.
///
/// # Errors
/// 404 when it is not there.
pub async fn get(
    Path(name): Path<String>,
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let kind = content_type(&name);
    if name == "icon.svg" {
        return Ok(([Cache::Revalidate.header(), (header::CONTENT_TYPE, kind)], web::ICON).into_response());
    }
    if !app.assets.has_islands() && name == "style.css" {
        // Not named by its content, so that the next build is seen at once.
        return Ok(([Cache::Revalidate.header(), (header::CONTENT_TYPE, kind)], web::STYLE).into_response());
    }
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    for (suffix, encoding) in [(".br", "br"), (".gz", "gzip")] {
        if accepts(accepted, encoding)
            && let Some(file) = Dist::get(&format!("{name}{suffix}"))
        {
            let encoded = [
                Cache::Forever.header(),
                (header::CONTENT_TYPE, kind),
                (header::CONTENT_ENCODING, HeaderValue::from_static(encoding)),
                (header::VARY, HeaderValue::from_static("accept-encoding")),
            ];
            return Ok((encoded, body(file.data)).into_response());
        }
    }
    // The manifest is for us, not for browsers.
    let found = Dist::get(&name).filter(|_| name != "manifest.json");
    let file = found.ok_or_else(|| Problem::not_found(format!("file /assets/{name}")))?;
    let plain = [
        Cache::Forever.header(),
        (header::CONTENT_TYPE, kind),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    Ok((plain, body(file.data)).into_response())
}

fn body(data: std::borrow::Cow<'static, [u8]>) -> Bytes {
    match data {
        std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

/// Whether an `Accept-Encoding` takes an encoding: named, and not with a weight of nothing.
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|part| {
        let mut words = part.split(';').map(str::trim);
        words.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding))
            && !words
                .any(|word| word.strip_prefix("q=").is_some_and(|weight| weight.parse::<f32>() == Ok(0.0)))
    })
}

fn content_type(name: &str) -> HeaderValue {
    HeaderValue::from_static(match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_taken_where_it_is_named_and_not_refused() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("gzip;q=0.5", "gzip"));
        assert!(!accepts("gzip, br;q=0", "br"));
        assert!(!accepts("", "br"));
    }
}
