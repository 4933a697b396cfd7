//! Notebooks that a kernel has run.

use super::compare;
use acceptance::python;
use serde_json::json;

#[test]
fn executed_notebooks_are_reported_as_nbconvert_reports_them() {
    let executed = python::ask("executed_notebooks.py", &json!({}));
    let notebooks: Vec<String> = executed
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one.as_str().expect("a text").to_owned())
        .collect();
    assert!(notebooks.len() >= 3);
    let outputs: usize = notebooks.iter().map(|text| text.matches("\"output_type\"").count()).sum();
    assert!(outputs >= 15, "{outputs}");
    assert_eq!(compare(&notebooks, Some("executed")), notebooks.len());
}
