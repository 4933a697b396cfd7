use crate::auth::Role;
use crate::sample::Sample;
use axum::http::{Request, header};

const FORM: [(&str, &str); 4] =
    [("repo", "hunts"), ("title", "Run keys"), ("technique", "T1547.001"), ("service", "taegis")];

fn source_of(page: &str) -> String {
    let begin = page.find("id=\"new-source\"").unwrap();
    let text = page[begin..].split_once('>').unwrap().1.split_once("</textarea>").unwrap().0;
    text.trim_start().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[tokio::test]
async fn the_form_begins_with_what_the_address_says() {
    let sample = Sample::open().await;
    let viewer = sample.user(Role::Viewer).await;
    let page = viewer.get("/new?title=SAM%20hive&technique=T1003.002").await;
    assert_eq!(page.status, 200);
    let text = page.text();
    assert!(text.contains("value=\"SAM hive\"") && text.contains("value=\"T1003.002\" checked"), "{text}");
    assert!(text.contains("<datalist") && !text.contains("id=\"new-source\""), "{text}");
}

#[tokio::test]
async fn a_technique_is_added_by_its_name_and_left_out_by_its_tick() {
    let sample = Sample::open().await;
    let viewer = sample.user(Role::Viewer).await;
    let fields = [("do", "add"), ("technique", "T1112"), ("technique", "lsass memory")];
    let text = viewer.form("/new", &fields).await.text();
    assert!(
        text.contains("value=\"T1112\" checked") && text.contains("value=\"T1003.001\" checked"),
        "{text}"
    );
    let text = viewer.form("/new", &[("do", "add"), ("technique", "T1112")]).await.text();
    assert!(!text.contains("value=\"T1003.001\" checked"), "{text}");
}

#[tokio::test]
async fn the_text_is_made_looked_at_and_taken_along() {
    let sample = Sample::open().await;
    let hunter = sample.user(Role::Hunter).await;
    let made = hunter.form("/new", &[&FORM[..], &[("do", "make")]].concat()).await;
    assert_eq!(made.status, 200);
    let page = made.text();
    assert!(page.contains("Lint finds nothing in it") && page.contains("push = true"), "{page}");
    let source = source_of(&page);
    assert!(source.starts_with("---\njupytext:") && source.contains("--tenant $TENANT_ID"), "{source}");
    let broken = source.replace("## Findings", "## Findings\n\n# Another title");
    let with = |task: &'static str, source: &str| {
        let pairs = [("do", task), ("source", source), ("path", "hunts/run-keys.md")];
        FORM.iter().copied().chain(pairs).map(|(a, b)| (a.to_owned(), b.to_owned())).collect::<Vec<_>>()
    };
    let send = async |fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        hunter.form("/new", &fields).await
    };
    let looked = send(with("look", &broken)).await.text();
    assert!(looked.contains("title-twice") && looked.contains("Another title"), "{looked}");
    let file = send(with("download", &source)).await;
    assert!(file.header("content-disposition").contains("run-keys.md"));
    assert_eq!(file.text(), source);
    let patch = send(with("patch", &source)).await;
    assert!(patch.text().contains("+++ b/hunts/run-keys.md"), "{}", patch.text());
    let refused = send(with("branch", &source)).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("push = true") && refused.text().contains("Run keys"));
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_field_and_nothing_is_lost() {
    let sample = Sample::open().await;
    let viewer = sample.user(Role::Viewer).await;
    let fields = [("do", "make"), ("title", "TODO"), ("technique", "T9x"), ("tags", "a, b")];
    let answer = viewer.form("/new", &fields).await;
    assert_eq!(answer.status, 422);
    let text = answer.text();
    assert!(text.contains("href=\"#new-title\"") && text.contains("id=\"new-technique-error\""), "{text}");
    assert!(text.contains("value=\"a, b\""), "{text}");
}

#[tokio::test]
async fn an_island_gets_what_is_found_alone() {
    let sample = Sample::open().await;
    let viewer = sample.user(Role::Viewer).await;
    let ask = async |source: &'static str| {
        let request = Request::post("/new").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        viewer.send_with(request.header("x-fragment", "lint"), format!("do=look&source={source}")).await
    };
    let answer = ask("%23+One%0A%0A%23+Two%0A").await;
    assert_eq!(answer.status, 200);
    let text = answer.text();
    assert!(
        text.starts_with("<p>Lint: ") && text.contains("title-twice") && !text.contains("<form"),
        "{text}"
    );
    assert!(!ask("").await.text().contains("Lint"));
}
