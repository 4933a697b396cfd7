//! Executed notebooks, put together.

use catalog::notebook::{Cell, CellKind, Notebook};
use serde_json::{Value, json};

pub(crate) fn prose(text: &str) -> Cell {
    Cell::new(CellKind::Markdown, text)
}

pub(crate) fn tagged(mut cell: Cell, tags: &[&str]) -> Cell {
    cell.metadata.insert("tags".to_owned(), json!(tags));
    cell
}

pub(crate) fn code(outputs: Vec<Value>) -> Cell {
    let mut cell = Cell::new(CellKind::Code, "hits");
    cell.outputs = outputs;
    cell.execution_count = Some(3);
    cell
}

pub(crate) fn printed(text: &str) -> Value {
    json!({"output_type": "stream", "name": "stdout", "text": text})
}

pub(crate) fn complained(text: &str) -> Value {
    json!({"output_type": "stream", "name": "stderr", "text": text})
}

pub(crate) fn result(data: &Value) -> Value {
    json!({"output_type": "execute_result", "execution_count": 3, "metadata": {}, "data": data})
}

pub(crate) fn html(text: &str) -> Value {
    result(&json!({"text/html": text, "text/plain": "..."}))
}

/// A table as pandas writes it, in both its forms.
pub(crate) fn frame(columns: &[&str], rows: &[&[&str]]) -> Value {
    let cells = |kind: &str, row: &[&str]| {
        row.iter().map(|cell| format!("      <{kind}>{cell}</{kind}>\n")).collect::<Vec<_>>().concat()
    };
    let head = cells("th", columns);
    let body: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| format!("    <tr>\n      <th>{at}</th>\n{}    </tr>\n", cells("td", row)))
        .collect();
    let body = body.concat();
    let html = format!(
        "<div>\n<style scoped>\n    .dataframe tbody tr th {{\n        vertical-align: top;\n    }}\n</style>\n\
         <table border=\"1\" class=\"dataframe\">\n  <thead>\n    <tr style=\"text-align: right;\">\n      <th></th>\n{head}    </tr>\n  \
         </thead>\n  <tbody>\n{body}  </tbody>\n</table>\n</div>"
    );
    result(&json!({"text/html": html, "text/plain": plain(columns, rows)}))
}

/// The same as it is printed: flush to the right.
pub(crate) fn plain(columns: &[&str], rows: &[&[&str]]) -> String {
    let width = |column: usize| {
        rows.iter().map(|row| row[column].len()).chain([columns[column].len()]).max().unwrap_or_default()
    };
    let line = |first: &str, row: &[&str]| {
        let cells = row.iter().enumerate().map(|(at, cell)| format!("  {cell:>width$}", width = width(at)));
        format!("{first}{}\n", cells.collect::<String>())
    };
    let body = rows.iter().enumerate().map(|(at, row)| line(&at.to_string(), row)).collect::<String>();
    line(" ", columns) + &body
}

/// A hunt's notebook as a customer may have it, with more cells behind its findings.
pub(crate) fn hunt(more: Vec<Cell>) -> Notebook {
    let mut cells = vec![
        prose("# Suspicious logons\n\nWe looked at every logon of the last seven days."),
        tagged(prose("Run this twice, and ask the lead."), &["remove_cell"]),
        tagged(
            prose(
                "## Executive summary\n\nThree hosts were looked at more closely; none was found to be taken over.",
            ),
            &["analyst_input"],
        ),
        code(vec![
            printed("logons: 4120 rows, status SUCCESS, tenant 145483\n"),
            frame(
                &["host", "address", "logons"],
                &[&["wk-17", "10.4.17.2", "41"], &["srv-02", "192.168.7.9", "3"]],
            ),
        ]),
        tagged(code(vec![printed("tenant 20731\n")]), &["remove_output"]),
    ];
    cells.extend(more);
    let mut notebook = Notebook { cells, ..Notebook::default() };
    notebook.metadata.insert(
        "kernelspec".to_owned(),
        json!({"name": "python3", "display_name": "Python 3", "language": "python"}),
    );
    notebook
}
