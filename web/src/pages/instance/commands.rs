//! The command lines that run a copy: only those after which the right tenant was queried and the outputs are in a report that
//! a cell makes. The others are named with what goes wrong.

use leptos::prelude::*;

/// What goes wrong with the commands that one would try first.
const TRAPS: [(&str, &str); 4] = [
    (
        "taegis notebook execute",
        "without --tenant fills the tenant in anew, with none: the queries look nowhere, and read like a clean result.",
    ),
    (
        "papermill … -p",
        "is not needed, for everything is filled in; and it makes a number of a tenant's key: 0145483 becomes another one.",
    ),
    (
        "jupyter execute",
        "asks the right tenant, and writes the notebook only at its end: a report that a cell makes of it is without outputs.",
    ),
    ("jupyter nbconvert --execute", "likewise."),
];

/// A part of the page that is folded away.
pub(super) fn commands(file_name: &str) -> AnyView {
    let quoted = quoted(file_name);
    let line = format!("mkdir -p executed && papermill {quoted} executed/{quoted} --cwd executed");
    let traps =
        TRAPS.map(|(command, what)| view! { <li><code>{command}</code> " " {what}</li> }).collect_view();
    view! {
        <details class="sheet">
            <summary>"Run it on the command line"</summary>
            <p>"In the folder that it was downloaded to, in the environment that Jupyter hunts with:"</p>
            <pre class="command"><code>{line}</code></pre>
            <p>
                "The executed notebook is in " <code>"executed"</code> ", written while it runs. That it ran to its end says that no cell
                failed, not that anything was looked at. A zip of several copies has a script in it that runs them all."
            </p>
            <p>"These do something else than they seem to:"</p>
            <ul>{traps}</ul>
        </details>
    }
    .into_any()
}

/// A name as a shell takes it.
fn quoted(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    if name.chars().all(plain) && !name.starts_with('-') {
        return name.to_owned();
    }
    // A name that begins with a hyphen would be an option.
    let before = if name.starts_with('-') { "./" } else { "" };
    format!("'{before}{}'", name.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_name_is_one_word_for_a_shell() {
        assert_eq!(quoted("lsass_mock_0145483.ipynb"), "lsass_mock_0145483.ipynb");
        assert_eq!(quoted("it's $HOME.ipynb"), r"'it'\''s $HOME.ipynb'");
        assert_eq!(quoted("-p.ipynb"), "'./-p.ipynb'");
    }
}
