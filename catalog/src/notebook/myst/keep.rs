//! What of the metadata goes into a text: jupytext's filters, with the two differences that a catalog of hunts needs.
//! `hunting` is always kept, what a copy says of itself too, and so are the tags of cells, whatever the filters say.
//!
//! Without a filter jupytext keeps of the notebook's metadata only what it knows itself. We keep whatever an author may have
//! written, and leave out the state of tools, which is what jupytext's rule is for.

use super::python_text;
use crate::notebook::Metadata;
use serde_json::{Value, json};

/// What tools put into a notebook's metadata about themselves, or write anew whenever they open it.
const NOTEBOOK_STATE: &[&str] = &[
    "language_info",
    "widgets",
    "toc",
    "toc-autonumbering",
    "toc-showcode",
    "toc-showmarkdowntxt",
    "toc-showtags",
    "celltoolbar",
    "varInspector",
    "latex_envs",
    "nbTranslate",
    "nbpresent",
    "hide_input",
    "anaconda-cloud",
    "colab",
    "vscode",
    "pycharm",
    "nteract",
    "sos",
    "papermill",
    "interpreter",
    "gist",
    "@deathbeds/jupyterlab-fonts",
    "signature",
    "orig_nbformat",
];

/// What is always kept: what a procedure, and what a copy says of itself.
const ALWAYS: [&str; 2] = ["hunting", "huntshelf"];

/// What jupytext leaves out of a cell's metadata unless a filter names it.
const CELL_STATE: &[&str] = &[
    "autoscroll",
    "collapsed",
    "scrolled",
    "trusted",
    "execution",
    "ExecuteTime",
    "skipline",
    "noskipline",
    "cell_marker",
    "lines_to_next_cell",
    "lines_to_end_of_cell_marker",
];

/// A jupytext filter: what is kept beyond the usual, and what is not.
#[derive(Debug, Default)]
pub(super) struct Filter {
    included: Vec<String>,
    excluded: Vec<String>,
}

impl Filter {
    fn of(value: Option<&Value>) -> Self {
        let names = |value: Option<&Value>| match value {
            Some(Value::String(all)) => vec![all.clone()],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        match value {
            Some(Value::Bool(true)) => Self { included: vec!["all".to_owned()], ..Self::default() },
            Some(Value::Bool(false)) => Self { excluded: vec!["all".to_owned()], ..Self::default() },
            Some(Value::Object(map)) => {
                Self { included: names(map.get("additional")), excluded: names(map.get("excluded")) }
            }
            Some(Value::String(text)) => {
                let mut filter = Self::default();
                for name in text.split(',').map(python_text::strip) {
                    if let Some(name) = name.strip_prefix('-') {
                        filter.excluded.push(python_text::strip(name).to_owned());
                    } else {
                        let name = name.strip_prefix('+').unwrap_or(name);
                        filter.included.push(python_text::strip(name).to_owned());
                    }
                }
                filter
            }
            _ => Self::default(),
        }
    }

    fn includes(&self, name: &str) -> bool {
        self.included.iter().any(|included| included == name)
    }

    fn excludes(&self, name: &str) -> bool {
        self.excluded.iter().any(|excluded| excluded == name)
    }

    /// Whether `name` is kept; `state` is what is left out unless it is asked for.
    pub(super) fn keeps(&self, name: &str, state: &[&str]) -> bool {
        if self.includes("all") {
            !self.excludes(name)
        } else if self.excludes("all") {
            self.includes(name)
        } else {
            !self.excludes(name) && (self.includes(name) || !state.contains(&name))
        }
    }
}

fn setting<'m>(metadata: &'m Metadata, name: &str) -> Option<&'m Value> {
    metadata.get("jupytext").and_then(|jupytext| jupytext.get(name))
}

/// The notebook's metadata without what the filter leaves out, and the filter made to keep what is always kept.
pub(super) fn notebook(mut metadata: Metadata) -> Metadata {
    let filter = Filter::of(setting(&metadata, "notebook_metadata_filter"));
    let kept: Vec<&str> = ALWAYS.into_iter().filter(|name| metadata.contains_key(*name)).collect();
    let is_named = |name: &&str| filter.keeps(name, &[]) && (filter.includes(name) || filter.includes("all"));
    if !kept.iter().all(is_named) {
        keep(&kept, &filter, &mut metadata);
    }
    metadata.retain(|key, _| match key.as_str() {
        key if kept.contains(&key) => true,
        // Where the settings stand that keep them the next time.
        "jupytext" if !kept.is_empty() => true,
        key => filter.keeps(key, NOTEBOOK_STATE),
    });
    metadata
}

/// Names what is always kept in the notebook's filter.
fn keep(kept: &[&str], filter: &Filter, metadata: &mut Metadata) {
    let mut names: Vec<String> = filter.included.iter().filter(|name| !name.is_empty()).cloned().collect();
    if !filter.includes("all") {
        names.extend(kept.iter().filter(|name| !filter.includes(name)).map(|name| (*name).to_owned()));
    }
    if filter.excludes("all") && !filter.includes("jupytext") {
        names.push("jupytext".to_owned());
    }
    let excluded = filter.excluded.iter().filter(|name| !kept.contains(&name.as_str()));
    names.extend(excluded.map(|name| format!("-{name}")));
    let jupytext = metadata.entry("jupytext").or_insert_with(|| json!({}));
    if let Value::Object(jupytext) = jupytext {
        // Before what says how the text is written, where jupytext puts it.
        let text = jupytext.shift_remove("text_representation");
        jupytext.insert("notebook_metadata_filter".to_owned(), names.join(",").into());
        if let Some(text) = text {
            jupytext.insert("text_representation".to_owned(), text);
        }
    }
}

/// The filter of what stands at the root of the front matter, where there is one.
pub(super) fn root(metadata: &Metadata) -> Option<Filter> {
    setting(metadata, "root_level_metadata_filter").map(|value| Filter::of(Some(value)))
}

/// The filter of the cells' metadata.
pub(super) fn cells(metadata: &Metadata) -> Filter {
    Filter::of(setting(metadata, "cell_metadata_filter"))
}

/// A cell's metadata without what the filter leaves out.
pub(super) fn cell(metadata: &Metadata, filter: &Filter) -> Metadata {
    let explicit = filter.includes("all") || filter.excludes("all");
    let empty_tags =
        |key: &str, value: &Value| key == "tags" && !explicit && value.as_array().is_some_and(Vec::is_empty);
    let kept = |key: &str, value: &Value| {
        !empty_tags(key, value) && (key == "tags" || filter.keeps(key, CELL_STATE))
    };
    metadata
        .iter()
        .filter(|(key, value)| kept(key, value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// The names of what a text of this notebook leaves out, the notebook's first: for a note to whoever converts it.
pub(super) fn left_out(of: &crate::notebook::Notebook) -> Vec<String> {
    let filter = Filter::of(setting(&of.metadata, "notebook_metadata_filter"));
    let mut names: Vec<String> = of
        .metadata
        .keys()
        .filter(|key| {
            let known = *key == "jupytext" || ALWAYS.contains(&key.as_str());
            !known && !filter.keeps(key, NOTEBOOK_STATE)
        })
        .cloned()
        .collect();
    let filter = cells(&of.metadata);
    for cell_metadata in of.cells.iter().map(|cell| &cell.metadata).filter(|metadata| !metadata.is_empty()) {
        let kept = cell(cell_metadata, &filter);
        for key in cell_metadata.keys().filter(|key| *key != "tags" && !kept.contains_key(*key)) {
            let name = format!("a cell's {key}");
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}
