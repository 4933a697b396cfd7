//! What the files of a repository say.

/// A file's text, as something that deeds can change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) form: Form,
    pub(crate) id: u8,
    pub(crate) technique: u8,
    pub(crate) author: Option<u8>,
    pub(crate) lines: Vec<u8>,
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A notebook with its metadata.
    Whole,
    /// A notebook that lost it, or never had it.
    Bare,
    /// Markdown.
    Plain,
    /// A notebook whose front matter cannot be read.
    Unreadable,
}

const TECHNIQUES: [&str; 4] = ["T1003", "T1059.001", "T1021.002", "T1047"];

impl Text {
    pub(crate) fn new(id: u8, line: u8) -> Self {
        Self {
            form: Form::Whole,
            id,
            technique: id,
            author: None,
            lines: (0..4).map(|more| line.wrapping_add(more)).collect(),
        }
    }

    fn body(&self) -> Vec<String> {
        self.lines.iter().map(|line| format!("A sentence about what number {line} does on a host.")).collect()
    }

    /// The bytes at a path.
    pub(crate) fn render(&self, path: &str) -> String {
        let Self { form, id, technique, author, .. } = self;
        let technique = TECHNIQUES[usize::from(*technique) % TECHNIQUES.len()];
        if std::path::Path::new(path).extension().is_some_and(|ending| ending == "ipynb") {
            let hunting = match form {
                Form::Whole => format!(
                    r#", "hunting": {{"id": "hunt-{id}", "title": "Hunt {id}", "attack_technique_ids": ["{technique}"]}}"#
                ),
                _ => String::new(),
            };
            let body: Vec<_> = self.body().iter().map(|line| format!("\"{line}\\n\"")).collect();
            let end = if *form == Form::Unreadable { "" } else { "}" };
            return format!(
                "{{\"cells\": [{{\"cell_type\": \"markdown\", \"metadata\": {{}}, \"source\": [\n{}\n]}}],\n\"metadata\": \
                 {{\"kernelspec\": {{\"display_name\": \"Python 3\", \"language\": \"python\", \"name\": \"python3\"}}{hunting}}},\
                 \n\"nbformat\": 4, \"nbformat_minor\": 4{end}",
                body.join(",\n")
            );
        }
        let body = self.body().join("\n\n");
        let authors = author.map(|author| format!("  authors: [Author {author}]\n")).unwrap_or_default();
        let hunting = match form {
            Form::Plain => return format!("# About {id}\n\n{body}\n"),
            Form::Whole => {
                format!(
                    "hunting:\n  id: hunt-{id}\n  title: Hunt {id}\n  attack_technique_ids: [{technique}]\n{authors}"
                )
            }
            Form::Bare => String::new(),
            Form::Unreadable => format!("hunting: &anchor\n  id: [hunt-{id}\n"),
        };
        format!(
            "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\nkernelspec:\n  display_name: Python 3\n  \
             language: python\n  name: python3\n\
             {hunting}---\n\n# Hunt\n\n{body}\n\n```{{code-cell}} ipython3\nprint(1)\n```\n"
        )
    }
}

/// A file that describes the notebooks beside it.
pub(crate) fn sidecar(number: u8) -> String {
    match number % 4 {
        0 => "id: [unclosed\n".to_owned(),
        1 => format!("kind: nothing of ours {number}\n"),
        _ => format!("id: beside-{}\ntitle: Described beside\nhypothesis: Number {number}.\n", number % 3),
    }
}
