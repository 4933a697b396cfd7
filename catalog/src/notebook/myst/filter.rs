//! jupytext's own settings in a notebook's metadata: which keys are the notebook's, and what old keys are called now.

use super::front_matter::{Faults, error, line_of};
use super::{formats, python_text, yaml};
use crate::lint::Diagnostic;
use crate::notebook::Metadata;
use serde_json::{Value, json};

/// A jupytext metadata filter: names, or all.
#[derive(Debug, PartialEq)]
enum Names {
    All,
    Some(Vec<String>),
}

impl Names {
    fn of(value: Option<&Value>) -> Self {
        match value {
            Some(Value::String(all)) if all == "all" => Self::All,
            Some(Value::Array(names)) => {
                Self::Some(names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            }
            _ => Self::Some(Vec::new()),
        }
    }
}

impl Names {
    /// The names below `key`: `id` for `hunting` where `hunting.id` is named.
    fn below(&self, key: &str) -> Vec<String> {
        let Self::Some(names) = self else { return Vec::new() };
        let below = names.iter().filter_map(|name| name.split_once('.').filter(|(above, _)| *above == key));
        below.map(|(_, name)| name.to_owned()).collect()
    }
}

/// `root_level_metadata_filter`: which keys at the root are the notebook's, and which are left to a raw cell.
pub(super) struct RootFilter {
    included: Names,
    excluded: Names,
    pub(super) as_raw_cell: bool,
}

impl RootFilter {
    pub(super) fn of(metadata: &Metadata, root: &Metadata, faults: &mut Faults<'_>) -> Self {
        let option = |name: &str| {
            let of = |map: &Metadata| map.get("jupytext").and_then(|jupytext| jupytext.get(name)).cloned();
            of(root).or_else(|| of(metadata))
        };
        let as_raw_cell =
            !option("root_level_metadata_as_raw_cell").is_some_and(|value| super::is_false(&value));
        let (mut included, mut excluded) = (Names::Some(Vec::new()), Names::Some(Vec::new()));
        match option("root_level_metadata_filter") {
            Some(Value::Bool(true)) => included = Names::All,
            Some(Value::Bool(false)) => excluded = Names::All,
            Some(Value::Object(map)) => {
                included = Names::of(map.get("additional"));
                excluded = Names::of(map.get("excluded"));
            }
            Some(Value::String(text)) => {
                for name in text.split(',').map(python_text::strip) {
                    let (list, name) = match name.strip_prefix('-') {
                        Some(name) => (&mut excluded, python_text::strip(name)),
                        None => (&mut included, python_text::strip(name.strip_prefix('+').unwrap_or(name))),
                    };
                    match (name, &mut *list) {
                        ("", _) | (_, Names::All) => {}
                        ("all", _) => *list = Names::All,
                        (name, Names::Some(names)) => names.push(name.to_owned()),
                    }
                }
            }
            None | Some(Value::Null) => {}
            Some(_) => faults.add(
                "metadata-filter-invalid",
                "jupytext.root_level_metadata_filter",
                "`root_level_metadata_filter` is no text, and jupytext cannot open the file".to_owned(),
                "Write the names in one text, such as `-hunting,-title`, or delete the key.",
            ),
        }
        Self { included, excluded, as_raw_cell }
    }

    /// Moves what is the notebook's from `root` into `metadata`, and gives back the rest.
    pub(super) fn split(
        &self,
        mut root: Metadata,
        metadata: &mut Metadata,
        faults: &mut Faults<'_>,
    ) -> Metadata {
        let keep = |key: &str| {
            let named =
                |names: &Names| matches!(names, Names::Some(names) if names.iter().any(|name| name == key));
            if !valid_key(key) {
                return false;
            }
            match (&self.included, &self.excluded) {
                (Names::All, Names::All) => true,
                (included, Names::All) => named(included),
                (_, excluded) => !named(excluded),
            }
        };
        if self.included != Names::All
            && self.excluded != Names::All
            && root.get("tags").is_some_and(super::is_false)
            && root.get("tags").is_some_and(|tags| !tags.is_null())
        {
            // jupytext drops empty tags from a copy and then leaves the whole front matter behind.
            let mut kept = root.clone();
            kept.shift_remove("tags");
            kept.retain(|key, _| keep(key));
            faults.update(metadata, kept, &mut String::new());
            return root;
        }
        let mut kept = Metadata::new();
        let mut left = Metadata::new();
        for (key, mut value) in std::mem::take(&mut root) {
            let below = |names: &Names| names.below(&key);
            if !keep(&key) {
                // Of a key named with one below it, that one alone is taken.
                let taken = if self.excluded == Names::All && valid_key(&key) {
                    below(&self.included)
                } else {
                    Vec::new()
                };
                if let Value::Object(map) = &mut value
                    && !taken.is_empty()
                {
                    let some = taken.iter().filter_map(|name| map.shift_remove_entry(name)).collect();
                    kept.insert(key.clone(), Value::Object(some));
                }
                left.insert(key, value);
                continue;
            }
            let dropped = below(&self.excluded);
            if let Value::Object(map) = &mut value
                && !dropped.is_empty()
            {
                map.retain(|name, _| valid_key(name) && !dropped.contains(name));
            }
            kept.insert(key, value);
        }
        faults.update(metadata, kept, &mut String::new());
        left
    }
}

/// What jupytext takes for the name of a metadata field.
pub(super) fn valid_key(key: &str) -> bool {
    !key.is_empty()
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'@' | b'/' | b'-'))
}

/// jupytext's `rearrange_jupytext_metadata`: old keys to their new places.
pub(super) fn rearrange(metadata: &mut Metadata, loaded: &yaml::Loaded, diagnostics: &mut Vec<Diagnostic>) {
    for (old, new) in
        [("nbrmd_formats", "jupytext_formats"), ("nbrmd_format_version", "jupytext_format_version")]
    {
        if let Some(value) = metadata.shift_remove(old) {
            metadata.insert(new.to_owned(), value);
        }
    }
    let mut jupytext = match metadata.get("jupytext") {
        None => Metadata::new(),
        Some(Value::Object(map)) => map.clone(),
        Some(_) => {
            diagnostics.push(
                error(
                    "jupytext-not-mapping",
                    "`jupytext` is no mapping, and jupytext cannot open the file",
                    "Delete the key: jupytext writes it anew.",
                )
                .at(line_of(loaded, "jupytext"), 0),
            );
            return;
        }
    };
    if let Some(formats) = metadata.shift_remove("jupytext_formats") {
        jupytext.insert("formats".to_owned(), formats);
    }
    if let Some(version) = metadata.shift_remove("jupytext_format_version") {
        jupytext.insert("text_representation".to_owned(), json!({ "format_version": version }));
    }
    for key in ["main_language", "encoding", "executable"] {
        if let Some(value) = metadata.shift_remove(key) {
            jupytext.insert(key.to_owned(), value);
        }
    }
    if let Some(Value::Object(mut filters)) = jupytext.shift_remove("metadata_filter") {
        for (old, new) in [("notebook", "notebook_metadata_filter"), ("cells", "cell_metadata_filter")] {
            if let Some(filter) = filters.shift_remove(old) {
                jupytext.insert(new.to_owned(), filter);
            }
        }
    }
    for level in ["notebook_metadata_filter", "cell_metadata_filter"] {
        if let Some(Value::Object(filter)) = jupytext.get(level) {
            let text = filter_text(filter);
            jupytext.insert(level.to_owned(), text.into());
        }
    }
    for (path, wrong) in [
        (
            "jupytext.text_representation",
            jupytext.get("text_representation").is_some_and(|text| !text.is_object()),
        ),
        (
            "jupytext.text_representation.jupytext_version",
            jupytext
                .get("text_representation")
                .and_then(|text| text.get("jupytext_version"))
                .is_some_and(|version| !version.is_string()),
        ),
    ] {
        if wrong {
            let (code, what) = if path.ends_with("version") {
                ("jupytext-version-not-text", "a number, not text")
            } else {
                ("text-representation-not-mapping", "no mapping")
            };
            diagnostics.push(
                error(
                    code,
                    format!("`{path}` is {what}, and jupytext cannot open the file"),
                    "Delete the key, or put the version in quotes: jupytext writes it anew.",
                )
                .at(line_of(loaded, path), 0),
            );
        }
    }
    if let Some(formats) = jupytext.get("formats") {
        // The script that `auto` stands for follows from the metadata as they are so far.
        match formats::short(formats, metadata) {
            Some(short) => {
                jupytext.insert("formats".to_owned(), short);
            }
            None => diagnostics.push(
                error(
                    "jupytext-formats-invalid",
                    "`formats` of `jupytext` names a format or a file ending that jupytext does not know, and it cannot open the file",
                    "Write file endings with or without a format, such as `ipynb,md:myst`, or delete the key.",
                )
                .at(line_of(loaded, "jupytext.formats").max(line_of(loaded, "jupytext_formats")), 0),
            ),
        }
    }
    if !jupytext.is_empty() {
        metadata.insert("jupytext".to_owned(), Value::Object(jupytext));
    }
}

/// A metadata filter as the text that jupytext writes for it.
fn filter_text(filter: &Metadata) -> String {
    let mut entries = Vec::new();
    match Names::of(filter.get("additional")) {
        Names::All => entries.push("all".to_owned()),
        Names::Some(names) => entries.extend(names),
    }
    match Names::of(filter.get("excluded")) {
        Names::All => entries.push("-all".to_owned()),
        Names::Some(names) => entries.extend(names.into_iter().map(|name| format!("-{name}"))),
    }
    entries.join(",")
}
