//! Feeds as a feed reader takes them.

use crate::starter::STARTER;
use acceptance::python;
use serde_json::{Value, json};

#[test]
fn every_feed_is_one_that_readers_take() {
    let client = STARTER.client();
    let first = client.json("/api/v1/procedures?limit=1");
    let id = first["items"][0]["id"].as_str().expect("the starter catalog has procedures").to_owned();
    let saved = client
        .post("/api/v1/searches", &json!({"name": "Feed <&> \"it\"", "query": "q=lsass"}))
        .expect(201)
        .json();
    let saved = saved["id"].as_str().expect("it has an id").to_owned();
    let feeds: Vec<String> = [
        "/feeds/changes.atom".to_owned(),
        "/feeds/changes.atom?kind=query-changed&kind=added".to_owned(),
        "/feeds/changes.atom?author=nobody".to_owned(),
        format!("/feeds/procedures/{id}.atom"),
        "/feeds/techniques/T1003.atom".to_owned(),
        "/feeds/tags/%3Cscript%3E.atom".to_owned(),
        format!("/feeds/searches/{saved}.atom"),
    ]
    .iter()
    .map(|path| client.get(path).expect(200).text())
    .collect();
    assert!(feeds[0].matches("<entry>").count() > 10);
    for (feed, wrong) in feeds.iter().zip(checked(&feeds)) {
        assert_eq!(wrong, json!([]), "{feed:.600}");
    }
    let broken = [
        feeds[0].replacen("<updated>", "<changed>", 1).replacen("</updated>", "</changed>", 1),
        feeds[0].replace("http://", "nowhere:"),
        feeds[0].replacen("</entry>", "", 1),
    ];
    for (at, wrong) in checked(&broken).iter().enumerate() {
        assert_ne!(*wrong, json!([]), "broken feed {at}");
    }
}

/// What is wrong with each.
fn checked(feeds: &[String]) -> Vec<Value> {
    let answer = python::ask("valid_feeds.py", &json!(feeds));
    answer.as_array().cloned().expect("one answer for each")
}
