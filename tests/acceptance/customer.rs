//! The customer's view beside what nbconvert leaves.

use acceptance::python;
use catalog::notebook::{Cell, CellKind, Notebook, ipynb};
use catalog::report;
use serde_json::{Value, json};

/// Tags that mean something to somebody, in the spellings that occur.
const TAGS: [&str; 7] = [
    "remove_cell",
    "remove_input",
    "remove_output",
    "remove-cell",
    "analyst_input",
    "parameters",
    "Remove_Cell",
];

/// A notebook with one cell of a kind for each combination of the tags.
fn all_combinations(kind: CellKind) -> Notebook {
    let cells = (0..1_u32 << TAGS.len()).map(|set| {
        let mut cell = Cell::new(kind, format!("cell with the tags {set:b}"));
        let tags: Vec<&str> =
            (0..TAGS.len()).filter(|at| set & (1 << at) != 0).map(|at| TAGS[at]).collect();
        cell.metadata.insert("tags".to_owned(), json!(tags));
        if kind == CellKind::Code {
            let error = json!({
                "output_type": "error", "ename": "E", "evalue": "v",
                "traceback": ["\u{1b}[0;31mE\u{1b}[0m: v", format!("line {set}")],
            });
            cell.outputs = vec![
                json!({"output_type": "stream", "name": "stdout", "text": format!("printed {set}\n\nmore\n")}),
                json!({"output_type": "display_data", "metadata": {}, "data": {"text/plain": ["a\n", "  b"]}}),
                json!({"output_type": "display_data", "metadata": {}, "data": {"text/markdown": "**m**", "text/plain": "m"}}),
                error,
            ];
        }
        cell
    });
    let mut notebook = Notebook { cells: cells.collect(), ..Notebook::default() };
    notebook.metadata.insert(
        "kernelspec".to_owned(),
        json!({"name": "python3", "display_name": "Python 3", "language": "python"}),
    );
    notebook
}

/// The lines that say something: how many blank ones stand between is an accident of templates.
fn told(text: &str) -> Vec<&str> {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect()
}

#[test]
fn the_customers_view_is_what_nbconvert_leaves_for_every_combination_of_tags() {
    let mut mixed = all_combinations(CellKind::Markdown);
    mixed.cells.extend(all_combinations(CellKind::Code).cells);
    let notebooks = [all_combinations(CellKind::Markdown), all_combinations(CellKind::Code), mixed];
    let asked: Vec<Value> = notebooks
        .iter()
        .map(|notebook| serde_json::from_slice(&ipynb::write(notebook)).expect("it is JSON"))
        .collect();
    let theirs = python::ask("nbconvert_report.py", &Value::from(asked));
    let mut cells = 0;
    for (notebook, theirs) in notebooks.iter().zip(theirs.as_array().expect("a list")) {
        let ours = report::markdown(notebook);
        assert_eq!(told(&ours), told(theirs.as_str().expect("a text")));
        cells += notebook.cells.len();
    }
    println!(
        "the customer's view: {cells} cells, each with another set of tags, left as nbconvert leaves them"
    );
}

#[test]
fn raw_cells_are_left_out() {
    let view = report::customer(&all_combinations(CellKind::Raw));
    assert!(view.cells.is_empty());
    assert_eq!(view.removed, 64);
    assert_eq!(view.raw, 64);
}
