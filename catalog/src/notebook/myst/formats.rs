//! `jupytext: formats`: the files that a notebook is paired with, from any of the spellings that jupytext takes to the one
//! that it keeps.

use super::python_text;
use crate::notebook::Metadata;
use serde_json::{Map, Value};

/// File endings of scripts, with the language that `auto` stands for.
const SCRIPTS: &[(&str, &str)] = &[
    (".py", "python"),
    (".coco", "coconut"),
    (".R", "R"),
    (".r", "R"),
    (".jl", "julia"),
    (".cpp", "c++"),
    (".ss", "scheme"),
    (".clj", "clojure"),
    (".scm", "scheme"),
    (".sh", "bash"),
    (".ps1", "powershell"),
    (".q", "q"),
    (".m", "matlab"),
    (".wolfram", "wolfram language"),
    (".pro", "idl"),
    (".js", "javascript"),
    (".ts", "typescript"),
    (".scala", "scala"),
    (".rs", "rust"),
    (".robot", "robotframework"),
    (".resource", "robotframework"),
    (".cs", "csharp"),
    (".fsx", "fsharp"),
    (".fs", "fsharp"),
    (".sos", "sos"),
    (".java", "java"),
    (".groovy", "groovy"),
    (".sage", "sage"),
    (".ml", "ocaml"),
    (".hs", "haskell"),
    (".tcl", "tcl"),
    (".mac", "maxima"),
    (".gp", "gnuplot"),
    (".do", "stata"),
    (".sas", "sas"),
    (".jenner", "jenner"),
    (".xsh", "xonsh"),
    (".lgt", "logtalk"),
    (".logtalk", "logtalk"),
    (".lua", "lua"),
    (".go", "go"),
];
/// The other file endings that jupytext knows.
const TEXTS: &[&str] = &[".ipynb", ".md", ".markdown", ".Rmd", ".qmd", ".myst", ".mystnb", ".mnb", ".auto"];
/// The names of jupytext's formats.
const NAMES: &[&str] = &[
    "light",
    "nomarker",
    "quarto",
    "markdown",
    "marimo",
    "rmarkdown",
    "spin",
    "pandoc",
    "percent",
    "hydrogen",
    "sphinx",
    "myst",
];
/// What a format written as a mapping may say that is true or false.
const SWITCHES: &[&str] = &[
    "comment_magics",
    "hide_notebook_metadata",
    "root_level_metadata_as_raw_cell",
    "split_at_heading",
    "rst2md",
    "cell_metadata_json",
    "use_runtools",
    "doxygen_equation_markers",
];
/// What else a format written as a mapping may say.
const OPTIONS: &[&str] = &[
    "extension",
    "format_name",
    "suffix",
    "prefix",
    "notebook_metadata_filter",
    "root_level_metadata_filter",
    "cell_metadata_filter",
    "cell_markers",
    "custom_cell_magics",
    "custom_language_magics",
];

fn is_ending(ending: &str) -> bool {
    TEXTS.contains(&ending) || SCRIPTS.iter().any(|(script, _)| *script == ending)
}

/// `value` as jupytext keeps it; none where it cannot open the file. `metadata` says which script `auto` is.
pub(super) fn short(value: &Value, metadata: &Metadata) -> Option<Value> {
    if super::is_false(value) {
        return Some(value.clone());
    }
    let formats: Vec<String> = all(value, metadata)?.iter().map(Format::short).collect();
    Some(formats.join(",").into())
}

/// The same, where the text beside the notebook is said to be `MyST`, as jupytext says when it writes one.
pub(super) fn of_myst(value: &Value, metadata: &Metadata) -> Option<Value> {
    let mut formats = all(value, metadata)?;
    let beside =
        |format: &&mut Format| format.ending == ".md" && format.prefix.is_none() && format.suffix.is_none();
    if let Some(format) = formats.iter_mut().find(beside) {
        format.name = Some("myst".to_owned());
    }
    let formats: Vec<String> = formats.iter().map(Format::short).collect();
    Some(formats.join(",").into())
}

fn all(value: &Value, metadata: &Metadata) -> Option<Vec<Format>> {
    match value {
        Value::String(text) => text
            .split(',')
            .filter(|format| !format.is_empty())
            .map(|format| of_text(format, metadata))
            .collect(),
        Value::Array(items) => items
            .iter()
            .map(|item| match item {
                Value::String(text) => of_text(text, metadata),
                Value::Object(map) => of_mapping(map),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// One of the formats.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Format {
    prefix: Option<String>,
    suffix: Option<String>,
    ending: String,
    name: Option<String>,
}

/// One format: `PREFIX/SUFFIX.ENDING:NAME`, most of which may be missing.
fn of_text(text: &str, metadata: &Metadata) -> Option<Format> {
    let lower = text.to_lowercase();
    let text = match lower.as_str() {
        "notebook" => "ipynb",
        "rmarkdown" => "Rmd",
        "quarto" => "qmd",
        "marimo" => "py",
        "markdown" => "md",
        "script" => "auto",
        "c++" => "cpp",
        "myst" => "md:myst",
        "pandoc" => "md:pandoc",
        _ => text,
    };
    let (prefix, text) = match text.rfind('/') {
        Some(at) if at > 0 => (Some(&text[..at]), &text[at + 1..]),
        _ => (None, text),
    };
    let (ending, name) = if let Some((ending, name)) = text.rsplit_once(':') {
        (ending, Some(if name == "bare" { "nomarker" } else { name }))
    } else if text.is_empty() || text.contains('.') || is_ending(&format!(".{text}")) {
        (text, None)
    } else if NAMES.contains(&text) {
        ("", Some(text))
    } else {
        return None;
    };
    let (suffix, ending) = match ending.rfind('.') {
        Some(at) if at > 0 => split_ending(ending),
        _ => ("", ending),
    };
    let suffix = (ending.len() + suffix.len() > 0 && !suffix.is_empty()).then_some(suffix);
    let mut ending = if ending.starts_with('.') { ending.to_owned() } else { format!(".{ending}") };
    if ending == ".auto" {
        script_ending(metadata)?.clone_into(&mut ending);
    }
    if name.is_some_and(|name| !NAMES.contains(&name)) || !is_ending(&ending) {
        return None;
    }
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Some(Format { prefix: owned(prefix), suffix: owned(suffix), ending, name: owned(name) })
}

/// Python's `os.path.splitext` for a name without folders: points at its beginning begin no ending.
fn split_ending(name: &str) -> (&str, &str) {
    let begin = name.len() - name.trim_start_matches('.').len();
    match name.rfind('.') {
        Some(at) if at > begin => name.split_at(at),
        _ => (name, ""),
    }
}

fn of_mapping(map: &Map<String, Value>) -> Option<Format> {
    for (key, value) in map {
        let fine = if SWITCHES.contains(&key.as_str()) {
            value.is_boolean()
        } else {
            OPTIONS.contains(&key.as_str())
        };
        if !fine {
            return None;
        }
    }
    let text = |key: &str| map.get(key).map(|value| value.as_str());
    let name = text("format_name");
    if name.is_some_and(|name| name.is_none_or(|name| !NAMES.contains(&name))) {
        return None;
    }
    let ending = text("extension")??;
    if !is_ending(ending) {
        return None;
    }
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Some(Format {
        prefix: owned(text("prefix").flatten()),
        suffix: owned(text("suffix").flatten()),
        ending: ending.to_owned(),
        name: owned(name.flatten()),
    })
}

impl Format {
    fn short(&self) -> String {
        let mut out = String::new();
        if let Some(prefix) = &self.prefix {
            out.push_str(prefix);
            out.push('/');
        }
        match &self.suffix {
            Some(suffix) => {
                out.push_str(suffix);
                out.push_str(&self.ending);
            }
            None => out.push_str(self.ending.strip_prefix('.').unwrap_or(&self.ending)),
        }
        if let Some(name) = self.name.as_deref().filter(|name| !name.is_empty()) {
            let markdown = matches!(self.ending.as_str(), ".md" | ".markdown" | ".Rmd");
            if !markdown || matches!(name, "pandoc" | "myst") {
                out.push(':');
                out.push_str(name);
            }
        }
        out
    }
}

/// The ending of scripts in the notebook's language.
fn script_ending(metadata: &Metadata) -> Option<&str> {
    let field = |block: &str, field: &str| {
        metadata.get(block).and_then(|block| block.get(field)).and_then(Value::as_str)
    };
    let known = field("language_info", "file_extension");
    let ending = match known {
        Some(".py") if field("kernelspec", "language") == Some("sage") => ".sage",
        Some(ending) => ending,
        None => {
            let language = field("kernelspec", "language")
                .filter(|language| !language.is_empty())
                .or_else(|| field("jupytext", "main_language"))?;
            let language = language.to_lowercase();
            let language = python_text::strip(&language);
            SCRIPTS.iter().find(|(_, name)| name.to_lowercase() == language).map(|(ending, _)| *ending)?
        }
    };
    Some(match ending {
        ".r" => ".R",
        ".fs" => ".fsx",
        ".resource" => ".robot",
        ending => ending,
    })
}
