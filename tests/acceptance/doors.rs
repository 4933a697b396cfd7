//! Who is let in, and what every answer says to the browser.

use crate::starter::STARTER;
use serde_json::json;

const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[test]
fn without_sign_in_only_health_and_the_door_answer() {
    let nobody = STARTER.nobody();
    for path in ["/healthz", "/readyz", "/login"] {
        nobody.get(path).expect(200);
    }
    for path in ["/api/v1/procedures", "/api/v1/tenants", "/api/v1/problems", "/api/openapi.json"] {
        let refused = nobody.get(path).expect(401);
        assert_eq!(refused.header("content-type"), "application/problem+json", "{path}");
    }
    let page = nobody.with("accept", "text/html").get("/");
    assert!(
        page.status == 401
            || ((302..=307).contains(&page.status) && page.header("location").starts_with("/login")),
        "{}",
        page.status
    );
    assert!(!page.text().contains("/procedures/"), "nothing of the catalog is on it");
    nobody.post("/api/v1/customers", &json!({"name": "x"})).expect(401);
}

#[test]
fn a_wrong_token_is_no_token() {
    for token in ["", "hs_wrong", "hs_", "\u{7f}"] {
        let Ok(answer) = STARTER.nobody().signed_in(token).try_send("GET", "/api/v1/procedures", None) else {
            continue;
        };
        assert_eq!(answer.status, 401, "{token:?}");
    }
}

#[test]
fn every_page_and_every_error_has_the_policy() {
    let client = STARTER.client().with("accept", "text/html");
    for page in ["/", "/problems", "/tenants", "/no-such-page", "/procedures/no-such-procedure", "/login"] {
        let answer = client.get(page);
        let policy: Vec<&str> = answer.header("content-security-policy").split_whitespace().collect();
        assert_eq!(policy.join(" "), POLICY, "{page}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{page}");
        let text = answer.text();
        assert!(!text.contains("<style"), "{page} has an inline style");
        assert!(!text.contains(" style=\""), "{page} has a style attribute");
        for (at, _) in text.match_indices("<script") {
            let tag = &text[at..at + text[at..].find('>').unwrap_or(0)];
            assert!(tag.contains("src="), "{page} has an inline script: {tag}");
        }
    }
}

#[test]
fn a_request_from_another_site_is_refused() {
    let elsewhere =
        STARTER.client().with("origin", "https://evil.example").with("sec-fetch-site", "cross-site");
    let refused = elsewhere.post("/api/v1/customers", &json!({"name": "Forged"}));
    assert_eq!(refused.status, 403, "{}", refused.text());
    let listed = STARTER.client().json("/api/v1/customers").to_string();
    assert!(!listed.contains("Forged"), "{listed}");
}

#[test]
fn an_unknown_host_is_refused() {
    let rebound = STARTER.client().with("host", "evil.example");
    for path in ["/", "/api/v1/procedures", "/healthz"] {
        let refused = rebound.get(path);
        assert_eq!(refused.status, 421, "{path}: {}", refused.text());
    }
}

#[test]
fn an_error_of_the_interface_is_a_problem_document() {
    let answer = STARTER.client().get("/api/v1/procedures/no-such-procedure").expect(404);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["status"], 404);
    assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
}
