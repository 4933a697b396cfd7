//! A client of the HTTP interface that hides nothing: every status is an answer, no redirect is followed.

use serde_json::Value;
use std::time::Duration;
use ureq::http::Request;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    headers: ureq::http::HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    asked: String,
}

impl Answer {
    /// A header's value; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, whatever the status.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{}: {} and no JSON ({error}): {:.400}", self.asked, self.status, self.text())
        })
    }

    /// The same answer, when its status is `status`.
    #[allow(clippy::return_self_not_must_use)]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {:.2000}", self.asked, self.text());
        self
    }
}

/// Speaks to one server, as somebody or as nobody.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    headers: Vec<(String, String)>,
}

impl Client {
    /// A client of the server at `base` (`http://127.0.0.1:8080`), as nobody.
    pub fn new(base: impl Into<String>) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_mins(2)))
            .build()
            .new_agent();
        Self { agent, base: base.into(), headers: Vec::new() }
    }

    /// The same client that sends one more header each time.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// The same client, signed in by a token.
    #[must_use]
    pub fn signed_in(&self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    /// GET of a path with its query.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    /// GET of JSON.
    #[track_caller]
    pub fn json(&self, path: &str) -> Value {
        self.get(path).expect(200).json()
    }

    /// POST of JSON.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(body))
    }

    /// A request of any method, with a text of some kind for its body.
    #[track_caller]
    pub fn send_text(&self, method: &str, path: &str, kind: &str, text: &str) -> Answer {
        self.try_send_body(method, path, Some((kind, text.to_owned())))
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// A request of any method, with JSON for its body or none.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let asked = format!("{method} {path}");
        self.try_send(method, path, body).unwrap_or_else(|error| panic!("{asked}: {error}"))
    }

    /// A request that may find nobody.
    ///
    /// # Errors
    /// When no answer comes.
    pub fn try_send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, ureq::Error> {
        self.try_send_body(method, path, body.map(|body| ("application/json", body.to_string())))
    }

    fn try_send_body(
        &self,
        method: &str,
        path: &str,
        body: Option<(&str, String)>,
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut response = match body {
            Some((kind, body)) => self.agent.run(request.header("content-type", kind).body(body)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.body_mut().with_config().limit(256 << 20).read_to_vec()?,
            asked: format!("{method} {path}"),
        })
    }

    /// Every item of a listing that has `next`, page after page.
    #[track_caller]
    pub fn all(&self, path: &str, items: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        let joint = if path.contains('?') { '&' } else { '?' };
        for _ in 0..10_000 {
            let page = match &cursor {
                Some(cursor) => self.json(&format!("{path}{joint}cursor={}", encode(cursor))),
                None => self.json(path),
            };
            all.extend(
                page[items].as_array().unwrap_or_else(|| panic!("{path}: no {items}")).iter().cloned(),
            );
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return all,
            }
        }
        panic!("{path}: pages do not end");
    }
}

/// A text as one segment of a path, or as one value of a query.
pub fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
