//! Layers against the JSON Schema of MITRE's Navigator layer format 4.5. What their ids and tactics mean is tested
//! beside the endpoint.

use crate::starter::STARTER;
use acceptance::python;
use serde_json::{Value, json};

#[test]
fn every_layer_fits_the_schema_of_the_navigator() {
    let client = STARTER.client();
    let releases =
        ["enterprise-attack 19.2", "enterprise-attack 18.1", "mobile-attack 18.1", "ics-attack 18.1"];
    let filters = [
        "",
        "actor=APT29",
        "actor=APT29&show=gaps&platform=Windows",
        "actor=mimikatz&show=asked",
        "about=T1003.001&about=T0800",
        "collection=starter/start-here",
        "q=lsass&tag=windows&data_source=process",
        "show=gaps",
        "tag=%22%3Cscript%3E%00",
    ];
    let mut layers = Vec::new();
    for release in releases {
        for filter in filters {
            let release = release.replace(' ', "%20");
            layers.push(client.json(&format!("/api/v1/layers/layer.json?release={release}&{filter}")));
        }
    }
    layers.push(client.json("/api/v1/layers/library.json"));
    let told: usize = layers.iter().filter_map(|layer| layer["techniques"].as_array()).map(Vec::len).sum();
    assert!(told > 1_000, "{told} techniques in all");
    for (layer, wrong) in layers.iter().zip(checked(&layers)) {
        assert_eq!(wrong, json!([]), "{}, {}", layer["domain"], layer["metadata"]);
    }
}

#[test]
fn the_schema_refuses_what_the_navigator_does() {
    let good = STARTER.client().json("/api/v1/layers/layer.json");
    let broken = |pointer: &str, value: Value| {
        let mut layer = good.clone();
        *layer.pointer_mut(pointer).expect("it is there") = value;
        layer
    };
    let layers = [
        broken("/versions/layer", json!("4.4")),
        broken("/versions/navigator", json!("4.8.2")),
        broken("/versions/attack", json!("19.2")),
        broken("/domain", json!("mitre-enterprise")),
        broken("/techniques/0/techniqueID", json!("LSASS")),
        broken("/techniques/0/score", json!("3")),
        broken("/techniques/0/tactic", json!("Credential Access")),
        broken("/gradient/colors", json!(["#ffffff"])),
        broken("/metadata/0", json!({ "name": "Tag" })),
        broken("/legendItems/0/color", json!("green")),
    ];
    for (at, wrong) in checked(&layers).iter().enumerate() {
        assert_ne!(*wrong, json!([]), "layer {at}");
    }
}

/// What is wrong with each.
fn checked(layers: &[Value]) -> Vec<Value> {
    let answer = python::ask("valid_layers.py", &json!(layers));
    answer.as_array().cloned().expect("one answer for each")
}
