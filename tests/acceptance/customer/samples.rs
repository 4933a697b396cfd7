//! Cells and outputs, in the shapes that kernels and libraries write.

use serde_json::{Value, json};

/// Tags that mean something to somebody, in the spellings that occur.
pub(super) const TAGS: [&str; 8] = [
    "remove_cell",
    "remove_input",
    "remove_output",
    "remove-cell",
    "analyst_input",
    "parameters",
    "Remove_Cell",
    "hide_cell",
];

/// The kinds of cell.
pub(super) const KINDS: [&str; 3] = ["markdown", "code", "raw"];

/// A PNG picture of one point.
pub(super) const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A notebook, as its file holds it.
pub(super) fn notebook(cells: Vec<Value>) -> Value {
    json!({
        "nbformat": 4, "nbformat_minor": 4, "cells": Value::from(cells),
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
    })
}

/// A cell, as its file holds it.
pub(super) fn cell(kind: &str, source: &str, tags: &[&str], outputs: Vec<Value>) -> Value {
    let metadata = if tags.is_empty() { json!({}) } else { json!({"tags": tags}) };
    if kind == "code" {
        json!({"cell_type": kind, "metadata": metadata, "source": source, "outputs": Value::from(outputs), "execution_count": null})
    } else {
        json!({"cell_type": kind, "metadata": metadata, "source": source})
    }
}

fn stream(name: &str, text: impl Into<Value>) -> Value {
    json!({"output_type": "stream", "name": name, "text": text.into()})
}

fn display(data: &Value) -> Value {
    json!({"output_type": "display_data", "metadata": {}, "data": data})
}

fn result(data: &Value) -> Value {
    json!({"output_type": "execute_result", "execution_count": 3, "metadata": {}, "data": data})
}

/// A table as pandas writes it.
pub(super) const TABLE: &str = "<div>\n<style scoped>\n    .dataframe tbody tr th:only-of-type {\n        vertical-align: middle;\n    }\n\n    \
    .dataframe tbody tr th {\n        vertical-align: top;\n    }\n</style>\n<table border=\"1\" class=\"dataframe\">\n  <thead>\n    \
    <tr style=\"text-align: right;\">\n      <th></th>\n      <th>host</th>\n    </tr>\n  </thead>\n  <tbody>\n    <tr>\n      \
    <th>0</th>\n      <td>wk-17</td>\n    </tr>\n  </tbody>\n</table>\n<p>1 rows × 1 columns</p>\n</div>";

/// One of every kind of output, and of what is odd about it.
pub(super) fn every_output() -> Vec<Value> {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"2\" height=\"2\"><rect width=\"2\" height=\"2\"/></svg>\n";
    let error =
        |lines: Value| json!({"output_type": "error", "ename": "E", "evalue": "v", "traceback": lines});
    let mut named = display(&json!({"image/png": PNG, "text/plain": "<Figure>"}));
    let mut foreign = named.clone();
    named["metadata"]["filename"] = "../plots/über sicht.png".into();
    foreign["metadata"] = json!({"filename": "plots/", "image/png": {"width": 4}});
    let mut outputs = vec![
        stream("stdout", "one\n"),
        stream("stdout", "two without an end"),
        stream("stderr", "a warning\n\n  indented\n\n"),
        stream("stdout", ""),
        stream("stdout", "\n\n"),
        stream("stdout", "10%\r50%\r100%\ndone\r\nx\r"),
        stream("stdout", json!(["of\n", "lines\n"])),
        stream("stdout", "\u{1b}[31mred\u{1b}[0m stays coloured"),
        stream("stdout", "a\u{2028}b\u{85}c\u{c}d\u{b}e\u{1c}f  \t \n \t \nnext"),
        stream("stdout", "🦦 über 中文 \u{200b}\u{feff}\u{202e}"),
        error(json!(["\u{1b}[0;31mValueError\u{1b}[0m: v", "line\n  two\n", "", "\u{1b}[3\n1m \u{1b}[0;3"])),
        error(json!([])),
        error(json!(["one"])),
    ];
    for data in [
        json!({"text/html": TABLE, "text/plain": "  host\n0 wk-17"}),
        json!({"text/html": "      <b>indented</b>\n        more\n\t\n      end"}),
        json!({"text/html": "\t<p>tabs</p>\n\t\t<p>more</p>\r\n", "image/png": PNG}),
        json!({"text/html": "<h2>On 4 hosts</h2><a href=\"https://example.org/?a=1&amp;b=2\">x</a>", "text/markdown": "m"}),
        json!({"text/markdown": "**m** {{ x }} {% y %}\n\n* a\n", "text/plain": "m"}),
        json!({"text/markdown": ["# of\n", "lines"], "image/svg+xml": svg}),
        json!({"text/markdown": ""}),
        json!({"image/svg+xml": svg, "text/latex": "$x$", "text/plain": "svg"}),
        json!({"image/svg+xml": [svg, "<!-- two -->"]}),
        json!({"text/latex": "$\\displaystyle x^2$", "image/png": PNG}),
        json!({"image/png": PNG, "text/plain": "<Figure size 640x480 with 1 Axes>"}),
        json!({"image/png": format!("{PNG}\n"), "image/jpeg": PNG}),
        json!({"image/jpeg": PNG, "text/plain": "jpeg"}),
        json!({"text/plain": "a\n  b"}),
        json!({"text/plain": ["  a\n", "\n", "b\n"]}),
        json!({"text/plain": ""}),
        json!({"application/json": {"a": [1, 2]}, "text/plain": "<IPython.core.display.JSON object>"}),
        json!({"application/json": {"a": 1}}),
        json!({"application/javascript": "alert(1)", "text/plain": "<IPython.core.display.Javascript object>"}),
        json!({"application/javascript": "alert(1)"}),
        json!({"application/vnd.jupyter.widget-view+json": {"model_id": "a", "version_major": 2, "version_minor": 0}, "text/plain": "IntProgress(value=0)"}),
        json!({"application/vnd.plotly.v1+json": {"data": []}, "text/plain": "figure"}),
        json!({"text/vnd.mermaid": "graph TD;", "text/plain": "mermaid"}),
        json!({"application/pdf": PNG, "text/plain": "pdf"}),
        json!({"text/x-own": "x"}),
        json!({}),
    ] {
        outputs.push(display(&data));
        outputs.push(result(&data));
    }
    outputs.extend([named, foreign]);
    outputs
}

/// Some outputs, others for every number.
pub(super) fn outputs(number: usize) -> Vec<Value> {
    let each = every_output();
    // Two named pictures of one name make nbconvert give up.
    let each = &each[..each.len() - 2];
    (0..number % 4).map(|at| each[(number * 7 + at * 5) % each.len()].clone()).collect()
}

/// How many kinds of output and of media type occur.
pub(super) fn shown_kinds(outputs: &[Value]) -> usize {
    let kinds = outputs.iter().flat_map(|output| {
        let types = output.get("data").and_then(Value::as_object).into_iter().flat_map(|data| data.keys());
        types.cloned().chain([output["output_type"].to_string()]).collect::<Vec<_>>()
    });
    kinds.collect::<std::collections::BTreeSet<_>>().len()
}

/// Bytes as nbformat writes them.
pub(super) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let three = [chunk[0], *chunk.get(1).unwrap_or(&0), *chunk.get(2).unwrap_or(&0)];
        let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}
