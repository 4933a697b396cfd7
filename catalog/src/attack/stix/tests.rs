use super::*;
use crate::attack::{Actors, Releases};
use proptest::prelude::*;
use serde_json::{Value, json};

fn pattern(id: &str, name: &str, phases: &[&str], more: Value) -> Value {
    let phases: Vec<_> =
        phases.iter().map(|phase| json!({"kill_chain_name": "mitre-attack", "phase_name": phase})).collect();
    let mut object = json!({
        "type": "attack-pattern", "id": format!("attack-pattern--{id}"), "name": name,
        "description": "Not read.", "kill_chain_phases": phases, "x_mitre_platforms": ["Windows", "Linux"],
        "external_references": [
            {"source_name": "capec", "external_id": "CAPEC-1"},
            {"source_name": "mitre-attack", "external_id": id, "url": "https://example.com"},
        ],
    });
    let Value::Object(more) = more else { panic!("more is an object") };
    object.as_object_mut().unwrap().extend(more);
    object
}

fn relation(kind: &str, from: &str, to: &str) -> Value {
    json!({"type": "relationship", "id": "relationship--1", "relationship_type": kind, "source_ref": from, "target_ref": to})
}

fn tactic(id: &str, short_name: &str, name: &str) -> Value {
    json!({"type": "x-mitre-tactic", "id": format!("x-mitre-tactic--{id}"), "name": name, "x_mitre_shortname": short_name,
           "external_references": [{"source_name": "mitre-attack", "external_id": id}]})
}

/// A small release as MITRE would publish it.
fn bundle() -> Value {
    json!({"type": "bundle", "id": "bundle--1", "spec_version": "2.1", "objects": [
        {"type": "x-mitre-collection", "id": "x-mitre-collection--1", "name": "Enterprise ATT&CK",
         "x_mitre_version": "20.0", "modified": "2027-04-01T00:00:00Z"},
        {"type": "x-mitre-matrix", "id": "x-mitre-matrix--1", "name": "Enterprise ATT&CK",
         "external_references": [{"source_name": "mitre-attack", "external_id": "enterprise-attack"}],
         "tactic_refs": ["x-mitre-tactic--TA0006", "x-mitre-tactic--TA0005", "x-mitre-tactic--none"]},
        tactic("TA0005", "stealth", "Stealth"), tactic("TA0006", "credential-access", "Credential Access"),
        pattern("T1003", "OS Credential Dumping", &["credential-access"], json!({})),
        pattern("T1003.001", "LSASS Memory", &["credential-access"], json!({"x_mitre_is_subtechnique": true})),
        pattern("T1999", "Old Dumping", &["credential-access"], json!({"revoked": true})),
        pattern("T1998", "Older Dumping", &["credential-access"], json!({"revoked": true})),
        pattern("T1997", "Forgotten", &["defense-evasion"], json!({"x_mitre_deprecated": true})),
        relation("revoked-by", "attack-pattern--T1999", "attack-pattern--T1003.001"),
        relation("revoked-by", "attack-pattern--T1998", "attack-pattern--T1999"),
        relation("subtechnique-of", "attack-pattern--T1003.001", "attack-pattern--T1003"),
        {"type": "intrusion-set", "id": "intrusion-set--1", "name": "Grey Heron", "aliases": ["Grey Heron", "HERON-4"],
         "external_references": [{"source_name": "mitre-attack", "external_id": "G9001"}]},
        {"type": "tool", "id": "tool--1", "name": "Dumper", "x_mitre_aliases": ["Dumper", "dmp"],
         "external_references": [{"source_name": "mitre-attack", "external_id": "S9001"}]},
        relation("uses", "intrusion-set--1", "attack-pattern--T1998"),
        relation("uses", "intrusion-set--1", "tool--1"),
        relation("uses", "tool--1", "attack-pattern--T1003.001"),
        {"type": "marking-definition", "id": "marking-definition--1", "name": 7},
    ]})
}

fn read(bundle: &Value, version: Option<&str>) -> Result<Release, StixError> {
    read_bundle(bundle.to_string().as_bytes(), version)
}

#[test]
fn a_bundle_is_read_into_the_table_of_a_release() {
    let mut bundle = bundle();
    // What is not wanted may be anything, but what every object has is text.
    bundle["objects"].as_array_mut().unwrap().last_mut().unwrap()["name"] = json!("a marking");
    let release = read(&bundle, None).unwrap();
    assert_eq!(release.title(), "enterprise-attack 20.0");
    let tactics: Vec<_> = release.tactics().iter().map(|own| own.short_name.as_str()).collect();
    assert_eq!(tactics, ["credential-access", "stealth"], "in the order of the matrix");
    let told = |id: &str| {
        let mapping = release.map(&id.parse().unwrap());
        (mapping.name, mapping.status, mapping.replaced_by.unwrap_or_default(), mapping.tactics.join(","))
    };
    let row = |name: &str, status, next: &str, tactics: &str| {
        (name.to_owned(), status, next.to_owned(), tactics.to_owned())
    };
    assert_eq!(told("T1003.001"), row("LSASS Memory", Status::Active, "", "TA0006"));
    assert_eq!(
        told("T1998"),
        row("Older Dumping", Status::Revoked, "T1003.001", "TA0006"),
        "the chain is followed"
    );
    assert_eq!(
        told("T1997"),
        row("Forgotten", Status::Deprecated, "", "TA0005"),
        "a tactic that was renamed"
    );
    assert_eq!(told("T1398").1, Status::Foreign);
    assert_eq!(release.technique("T1003").unwrap().platforms, ["Windows", "Linux"]);
    assert_eq!(release.expand("defense-evasion").len(), 1);
    assert_eq!(release.children(&"T1003".parse().unwrap()).count(), 1);

    let known = Releases::with(vec![release]);
    assert_eq!(known.names().split(", ").next(), Some("enterprise-attack 20.0"));
    assert_eq!(known.shown().version(), "19.2", "until it is chosen");
    let shown = known.showing("20.0").unwrap().shown();
    let actors = Actors::of(shown);
    assert_eq!(actors.version(), "20.0");
    let heron = actors.find("heron-4")[0];
    assert_eq!((heron.id.as_str(), heron.aliases.as_slice()), ("G9001", &["HERON-4".to_owned()][..]));
    assert_eq!(heron.techniques[0].as_str(), "T1003.001", "what replaced what it used");
    assert_eq!(heron.uses, ["S9001"]);
}

#[test]
fn what_is_wrong_is_said_with_the_object_and_what_to_do() {
    let said = |bundle: &Value, version| read(bundle, version).unwrap_err().to_string();
    assert!(said(&bundle(), None).contains("object 18: invalid type: integer"), "{}", said(&bundle(), None));
    let with = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut bundle = bundle();
        let objects = bundle["objects"].as_array_mut().unwrap();
        objects.pop();
        change(objects);
        bundle
    };
    let versionless = with(&|objects| drop(objects.remove(0)));
    assert!(said(&versionless, None).contains("version = \"18.1\""));
    assert_eq!(read(&versionless, Some("9.10")).unwrap().version(), "9.10");
    assert!(said(&versionless, Some("new-1")).contains("18.1"));
    assert!(said(&with(&|_| {}), Some("18.1")).contains("20.0"));
    assert!(
        said(&with(&|objects| objects.retain(|one| one["type"] != "x-mitre-matrix")), None)
            .contains("matrix")
    );
    assert!(
        said(&with(&|objects| objects.retain(|one| one["type"] != "attack-pattern")), None)
            .contains("attack-pattern")
    );
    let nameless = with(&|objects| objects[4]["external_references"] = json!([]));
    assert!(said(&nameless, None).contains("attack-pattern--T1003: it has no id of MITRE's"));
    let long = with(&|objects| objects[4]["name"] = json!("x".repeat(MAX_NAME + 1)));
    assert!(said(&long, None).contains("attack-pattern--T1003: a name"));
    let many = with(&|objects| objects[4]["x_mitre_platforms"] = json!(vec!["Windows"; MAX_LIST + 1]));
    assert!(said(&many, None).contains("a list"));
    for text in ["", "[]", "{}", "{\"objects\": 1}", "{\"objects\": [", "{\"objects\": []} x", "nothing"] {
        assert!(read_bundle(text.as_bytes(), None).is_err(), "{text}");
    }
}

#[test]
fn another_bundle_of_the_same_version_is_told_apart() {
    let mut one = bundle();
    one["objects"].as_array_mut().unwrap().pop();
    let mut other = one.clone();
    other["objects"][4]["name"] = json!("Another name");
    let (one, other) = (read(&one, None).unwrap(), read(&other, None).unwrap());
    assert_ne!(one.fingerprint(), other.fingerprint());
}

proptest! {
    #[test]
    fn whatever_a_bundle_says_nothing_panics(at in 0..19_usize, key in "[a-z_]{2,4}|name|id|type|external_references|tactic_refs|revoked|aliases|kill_chain_phases|source_ref|x_mitre_version|x_mitre_shortname", value in "\\PC{0,8}|null|1|\\[\\]|\\{\\}|\\[1\\]|\"\"|true|\"attack-pattern\"|\"T1003.001\"", cut in 0..9000_usize) {
        let mut bundle = bundle();
        let value: Value = serde_json::from_str(&value).unwrap_or(Value::String(value));
        bundle["objects"].as_array_mut().unwrap()[at.min(17)][key.as_str()] = value;
        let text = bundle.to_string();
        let _ = read_bundle(text.as_bytes(), None);
        let _ = read_bundle(&text.as_bytes()[..cut.min(text.len())], Some("1.0"));
    }
}

#[test]
fn what_is_no_bundle_is_refused_and_nothing_worse() {
    let deep = ["{\"objects\": [", &"[".repeat(200_000)].concat();
    let deep_field = ["{\"objects\": [{\"type\": ", &"{\"a\": ".repeat(200_000)].concat();
    let aside = ["{\"x\": ", &"[".repeat(200_000), &"]".repeat(200_000), ", \"objects\": []}"].concat();
    let twice = "{\"objects\": [], \"objects\": [{\"type\": 1}]}";
    for text in ["", "[]", "{}", "null", "{\"objects\": {}}", &deep, &deep_field, &aside, twice] {
        assert!(read_bundle(text.as_bytes(), Some("20.0")).is_err(), "{text:.40}");
    }
    assert!(read_bundle(&b"{\"objects\": [{\"type\": \"\xff\"}]}"[..], None).is_err());
}
