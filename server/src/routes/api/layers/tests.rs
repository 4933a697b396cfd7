//! The files of the matrix, and layers held against what MITRE's Navigator takes: the tables of
//! <https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md> as types that refuse
//! what is not in them.

use crate::auth::Role;
use crate::sample::Sample;
use crate::testing::TestUser;
use catalog::attack::{Release, Status};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "that they can be read is the test")]
#[expect(clippy::struct_excessive_bools, reason = "as the format has them")]
struct Layer {
    name: String,
    versions: Versions,
    domain: String,
    description: String,
    sorting: u8,
    hide_disabled: bool,
    techniques: Vec<Technique>,
    gradient: Gradient,
    legend_items: Vec<LegendItem>,
    metadata: Vec<Pair>,
    links: Vec<Link>,
    show_tactic_row_background: bool,
    tactic_row_background: String,
    select_techniques_across_tactics: bool,
    select_subtechniques_with_parent: bool,
    select_visible_techniques: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Versions {
    attack: String,
    navigator: String,
    layer: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Technique {
    #[serde(rename = "techniqueID")]
    id: String,
    tactic: String,
    score: f64,
    comment: String,
    color: Option<String>,
    enabled: bool,
    show_subtechniques: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Gradient {
    colors: Vec<String>,
    min_value: f64,
    max_value: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LegendItem {
    label: String,
    color: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "there is none yet; one that comes must be whole")]
struct Link {
    label: String,
    url: String,
}

/// Reads a layer and holds it against the release that it names; how many techniques it has.
async fn check(viewer: &TestUser, query: &str, release: &Release) -> usize {
    let answer = viewer.get(&format!("/api/v1/layers/layer.json?{query}")).await;
    assert_eq!(answer.status.as_u16(), 200, "{query}");
    let layer: Layer =
        serde_json::from_value(answer.json()).unwrap_or_else(|error| panic!("{query}: {error}"));
    let number =
        |version: &str| version.split('.').map(|part| part.parse::<u32>().unwrap()).collect::<Vec<_>>();
    assert_eq!(layer.versions.layer, "4.5");
    assert!(number(&layer.versions.navigator) >= vec![4, 9, 0]);
    assert_eq!(layer.versions.attack, release.version().split('.').next().unwrap());
    assert_eq!(layer.domain, release.domain());
    assert!(matches!(layer.domain.as_str(), "enterprise-attack" | "mobile-attack" | "ics-attack"));
    assert!(!layer.name.is_empty() && layer.sorting <= 3);
    assert!(layer.description.contains(release.notice()), "MITRE's notice");
    let is_colour = |text: &str| {
        text.strip_prefix('#')
            .is_some_and(|hex| matches!(hex.len(), 6 | 8) && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    assert!(layer.gradient.colors.len() >= 2 && layer.gradient.colors.iter().all(|colour| is_colour(colour)));
    assert!(layer.gradient.max_value > layer.gradient.min_value);
    assert!(layer.legend_items.iter().all(|item| !item.label.is_empty() && is_colour(&item.color)));
    assert!(layer.metadata.iter().all(|pair| !pair.name.is_empty() && !pair.value.is_empty()));
    let mut seen = std::collections::HashSet::new();
    for own in &layer.techniques {
        let known = release.technique(&own.id).unwrap_or_else(|| panic!("{query}: {} is not known", own.id));
        assert_eq!(known.status, Status::Active, "{query}: {}", own.id);
        let tactic = release.tactics().iter().find(|tactic| tactic.short_name == own.tactic);
        let tactic = tactic.unwrap_or_else(|| panic!("{query}: {} is no tactic", own.tactic));
        assert!(known.tactics.contains(&tactic.id), "{query}: {} is not in {}", own.id, own.tactic);
        assert!(seen.insert((own.id.clone(), own.tactic.clone())), "{query}: {} twice", own.id);
        assert!(
            (0.0..=layer.gradient.max_value).contains(&own.score) && own.enabled && !own.comment.is_empty()
        );
        assert!(own.color.as_deref().is_none_or(is_colour));
        let has_subs = release.children(&known.id).next().is_some();
        assert!(!own.show_subtechniques || has_subs, "{query}: {} has none to show", own.id);
    }
    layer.techniques.len()
}

#[tokio::test]
async fn every_layer_is_one_that_the_navigator_takes() {
    let sample = Sample::open().await;
    let viewer = sample.user(Role::Viewer).await;
    let filters = [
        "",
        "actor=APT29",
        "actor=mimikatz&show=asked",
        "show=gaps",
        "actor=APT29&show=gaps",
        "about=T1003.001&about=T1562.001&about=T0800",
        "platform=Windows",
        "tag=windows&data_source=process&q=lsass",
        "q=%22%3C%3E%26%00%0a%22&tag=%22quoted%22",
        "collection=hunts/none",
    ];
    let releases: Vec<&Release> = Release::built_in().collect();
    assert_eq!(releases.len(), 4);
    for release in releases {
        let name = release.title().replace(' ', "%20");
        let mut told = 0;
        for filter in filters {
            told += check(&viewer, &format!("release={name}&{filter}"), release).await;
        }
        assert!(told > 0, "{name}");
    }
    let shown = check(&viewer, "", Release::current()).await;
    assert!(shown > 0, "the shown release");
}

#[tokio::test]
async fn a_layer_and_a_table_and_a_picture_are_files() {
    let sample = Sample::open().await;
    let viewer = sample.user(Role::Viewer).await;
    let layer = viewer.get("/api/v1/layers/library.json?actor=APT29").await;
    assert!(layer.header("content-disposition").contains("attachment"));
    assert_eq!(layer.json()["versions"]["layer"], "4.5");
    assert_eq!(layer.json()["name"], "What we hunt of APT29");
    let table = viewer.get("/api/v1/layers/matrix.csv").await.text();
    assert!(table.starts_with("tactic,technique,name") && table.contains("The MITRE Corporation"));
    let about = viewer.get("/api/v1/layers/layer.json?about=T1003.001&about=T1562.001").await.json();
    assert_eq!(about["name"], "What we hunt of 2 techniques");
    let asked = |id: &str| about["techniques"].as_array().unwrap().iter().any(|one| one["techniqueID"] == id);
    assert!(asked("T1685"), "what replaced it");
    assert_eq!(viewer.get("/api/v1/layers/layer.json?about=LSASS").await.status, 400);
    assert_eq!(viewer.get("/api/v1/layers/layer.json?show=some").await.status, 400);
    assert_eq!(viewer.get("/api/v1/layers/other.json").await.status, 404);
}

#[tokio::test]
async fn a_picture_is_of_what_was_asked_for() {
    let sample = Sample::open().await;
    let viewer = sample.user(Role::Viewer).await;
    let all = viewer.get("/api/v1/layers/matrix.svg").await;
    assert_eq!(all.header("content-type"), "image/svg+xml");
    assert!(all.header("content-disposition").contains("attachment"));
    let all = all.text();
    assert!(
        all.contains("What we hunt: ATT&amp;CK enterprise-attack 19.2")
            && all.contains("The MITRE Corporation")
    );
    assert!(all.contains("<title>T1003.001 LSASS Memory: ") && !all.contains("asked about"));
    let mobile = viewer.get("/api/v1/layers/matrix.svg?release=mobile-attack%2018.1").await.text();
    assert!(mobile.contains("mobile-attack 18.1") && !mobile.contains("T1003.001"));
    let tagged = viewer.get("/api/v1/layers/matrix.svg?tag=%3Cb%3E").await.text();
    assert!(tagged.contains("Narrowed by Tag: &lt;b&gt;") && !tagged.contains("<title>T1003.001"));
    let gaps = viewer.get("/api/v1/layers/matrix.svg?actor=APT29&show=gaps").await.text();
    assert!(
        gaps.contains("asked about, not hunted") && !gaps.contains("<title>T1003.001"),
        "that one is hunted"
    );
}

#[tokio::test]
async fn files_and_the_answer_show_the_same_techniques() {
    let sample = Sample::open().await;
    let viewer = sample.user(Role::Viewer).await;
    for query in ["platform=Containers", "actor=APT29&show=asked", "show=gaps&q=lsass", "data_source=process"]
    {
        let matrix = viewer.get(&format!("/api/v1/matrix?{query}")).await.json();
        let csv = viewer.get(&format!("/api/v1/layers/matrix.csv?{query}")).await.text();
        let in_csv: std::collections::BTreeSet<&str> =
            csv.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
        let mut in_matrix = std::collections::BTreeSet::new();
        for tactic in matrix["tactics"].as_array().unwrap() {
            for cell in tactic["techniques"].as_array().unwrap() {
                in_matrix.insert(cell["id"].as_str().unwrap());
                let subs = cell["sub_techniques"].as_array().unwrap();
                in_matrix.extend(subs.iter().map(|sub| sub["id"].as_str().unwrap()));
            }
        }
        assert!(!in_csv.is_empty() && in_csv.is_subset(&in_matrix), "{query}");
        let more = in_matrix.difference(&in_csv);
        assert!(more.clone().all(|id| !id.contains('.')), "{query}: only parents stand for others: {more:?}");
    }
}
