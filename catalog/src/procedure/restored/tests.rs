use super::*;
use crate::notebook::ipynb;
use proptest::prelude::*;
use serde_json::json;

const GOOD: &str = "---\njupytext:\n  notebook_metadata_filter: hunting\n  text_representation:\n    format_name: myst\nhunting:\n  # who we look for\n  id: a\n  title: 'One: two'\n\n  tags:\n  - x\nkernelspec:\n  display_name: Python 3\n  name: python3\n---\n\n# Title\n";

const LOST: &str = "---\njupytext:\n  text_representation:\n    format_name: myst\nkernelspec:\n  display_name: Python 3\n  name: python3\n---\n\n# Title, changed\n";

fn texts(text: &str, good: &str) -> Vec<String> {
    let notebook = myst::read(good.as_bytes());
    let hunting = notebook.hunting().unwrap().clone();
    restored(text, &LastGood { text: Some(good), notebook: &notebook, hunting: &hunting })
}

fn hunting(text: &str) -> Option<Value> {
    let notebook = myst::read(text.as_bytes());
    assert!(notebook.blocking().is_none(), "{text}{:?}", notebook.blocking());
    notebook.hunting().cloned().map(Value::Object)
}

fn filter(text: &str) -> String {
    let notebook = myst::read(text.as_bytes());
    let filter = notebook.metadata.get("jupytext").and_then(|jupytext| jupytext.get(FILTER)?.as_str());
    filter.unwrap_or_default().to_owned()
}

#[test]
fn the_block_comes_back_as_it_was_written_where_it_stood() {
    let first = texts(LOST, GOOD).remove(0);
    let block = "hunting:\n  # who we look for\n  id: a\n  title: 'One: two'\n\n  tags:\n  - x\n";
    let expected = LOST
        .replace("kernelspec:", &format!("{block}kernelspec:"))
        .replace("jupytext:\n", "jupytext:\n  notebook_metadata_filter: hunting\n");
    assert_eq!(first, expected);
}

#[test]
fn line_ends_stay_as_they_are() {
    let lost = LOST.replace('\n', "\r\n");
    let first = texts(&lost, GOOD).remove(0);
    assert_eq!(first.matches('\n').count(), first.matches("\r\n").count());
    assert_eq!(hunting(&first), hunting(GOOD));
    let back = texts(LOST, &GOOD.replace('\n', "\r\n")).remove(0);
    assert!(!back.contains('\r') && hunting(&back) == hunting(GOOD), "{back:?}");
}

#[test]
fn a_filter_is_made_to_name_the_block_and_keeps_what_it_names() {
    for (written, becomes) in [
        ("-all", "hunting,-all"),
        ("-hunting", "hunting"),
        (
            "kernelspec,-jupytext.text_representation.jupytext_version",
            "hunting,kernelspec,-jupytext.text_representation.jupytext_version",
        ),
        ("\"-hunting,title\"  # why", "hunting,title"),
        ("all", "all"),
        ("hunting", "hunting"),
    ] {
        let lost = LOST.replace("jupytext:\n", &format!("jupytext:\n  {FILTER}: {written}\n"));
        let first = texts(&lost, GOOD).remove(0);
        assert_eq!(filter(&first), becomes, "{written}");
    }
}

#[test]
fn settings_of_jupytext_are_found_in_every_spelling() {
    for (written, there) in [
        ("jupytext: {text_representation: {format_name: myst}}\n", true),
        ("jupytext: {}\n", true),
        ("jupytext:   # ours\n    text_representation:\n        format_name: myst\n", true),
        ("jupyter:\n  jupytext:\n    text_representation:\n      format_name: myst\n", true),
        ("", true),
        ("jupytext: 'none'\n", false),
    ] {
        let lost = format!(
            "---\n{written}kernelspec:\n  display_name: Python 3\n  name: python3\n---\n\n```{{code-cell}}\n1\n```\n"
        );
        let first = texts(&lost, GOOD).remove(0);
        let notebook = myst::read(first.as_bytes());
        assert_eq!(filter(&first) == "hunting", there, "{written}{first}");
        assert!(notebook.hunting().is_some(), "{first}");
    }
}

#[test]
fn front_matter_that_went_whole_or_cannot_be_read_comes_from_the_last_good_revision() {
    let gone = "# Title, changed\n\n```{code-cell}\n1\n```\n";
    let whole = texts(gone, GOOD).remove(0);
    assert_eq!(whole, format!("{}\n{gone}", GOOD.split_once("# Title").unwrap().0.trim_end()));
    let torn = LOST.replace("  name: python3\n", "  name: [python3\n");
    let all = texts(&torn, GOOD);
    let mended = all.iter().find(|text| myst::read(text.as_bytes()).blocking().is_none()).unwrap();
    assert_eq!(mended, &GOOD.replace("# Title", "# Title, changed"));
}

#[test]
fn a_byte_order_mark_that_hides_the_block_is_all_that_goes() {
    let hidden = format!("\u{feff}{GOOD}");
    assert_eq!(texts(&hidden, GOOD)[0], GOOD);
}

#[test]
fn a_block_that_was_written_in_json_comes_back_in_yaml() {
    let notebook = ipynb::read(
        json!({"cells": [], "metadata": {"hunting": {"id": "a", "n": 1}, "kernelspec": {"name": "python3", "display_name": "P"}}, "nbformat": 4, "nbformat_minor": 5})
            .to_string()
            .as_bytes(),
    );
    let hunting_before = notebook.hunting().unwrap().clone();
    let good = LastGood { text: None, notebook: &notebook, hunting: &hunting_before };
    let first = restored(LOST, &good).remove(0);
    assert_eq!(hunting(&first), Some(json!({"id": "a", "n": 1})));
    let whole = restored("```{code-cell}\n1\n```\n", &good).remove(0);
    assert_eq!(hunting(&whole), Some(json!({"id": "a", "n": 1})), "{whole}");
}

#[test]
fn an_ipynb_file_gets_its_block_back_and_nothing_else() {
    let block = json!({"id": "a", "tags": ["x", "é"]});
    let block = block.as_object().unwrap();
    let text = "{\n \"cells\": [\n  {\n   \"cell_type\": \"raw\",\n   \"metadata\": {},\n   \"source\": [\"\\\"metadata\\\": {\"]\n  }\n ],\n \"metadata\": {\n  \"jupytext\": {\n   \"formats\": \"ipynb,md:myst\"\n  }\n },\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}\n";
    let mended = restored_ipynb(text, block).unwrap();
    let expected = text
        .replace(
            " \"metadata\": {\n  \"jupytext\": {\n",
            " \"metadata\": {\n  \"hunting\": {\n   \"id\": \"a\",\n   \"tags\": [\n    \"x\",\n    \"é\"\n   ]\n  },\n  \"jupytext\": {\"notebook_metadata_filter\": \"hunting\", \n",
        );
    assert_eq!(mended, expected);
    for (text, metadata) in [
        ("{\"metadata\":{},\"cells\":[],\"nbformat\":4}", json!({"hunting": block})),
        (
            "{\"cells\":[],\"metadata\": {\"a\": {\"jupytext\": {}}},\"nbformat\":4}",
            json!({"hunting": block, "a": {"jupytext": {}}}),
        ),
    ] {
        let mended: Value = serde_json::from_str(&restored_ipynb(text, block).unwrap()).unwrap();
        assert_eq!(mended["metadata"], metadata, "{text}");
    }
    assert_eq!(restored_ipynb("{\"cells\": []}", block), None);
    assert_eq!(restored_ipynb("not JSON {", block), None);
}

proptest! {
    #[test]
    fn no_text_does_harm_and_what_stands_below_front_matter_stays(
        head in "([a-z#: \\-\t{}\\[\\]'\"]{0,20}\r?\n){0,6}",
        body in "\\PC{0,60}",
    ) {
        let text = format!("---\n{head}---\n{body}");
        for mended in texts(&text, GOOD) {
            prop_assert!(mended.ends_with(&body));
        }
        let block = json!({"id": "a"});
        for text in [head.as_str(), &body, &text] {
            let _ = restored_ipynb(text, block.as_object().unwrap());
            let _ = texts(text, GOOD);
        }
    }
}
