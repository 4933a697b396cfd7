//! What a rule is, and the page about it.

use super::Severity;
use super::found::Found;
use super::subject::Subject;

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Whether it can be read at all.
    File,
    /// The front matter.
    Metadata,
    /// Headings, sections, links.
    Structure,
    /// The tags of cells.
    Tags,
    /// Python, magics and queries.
    Code,
    /// What must not get out, and must not be run.
    Safety,
    /// A procedure among the others.
    Catalog,
}

impl Group {
    /// Its name, for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Metadata => "Metadata",
            Self::Structure => "Structure",
            Self::Tags => "Tags",
            Self::Code => "Code",
            Self::Safety => "Safety",
            Self::Catalog => "Catalog",
        }
    }
}

/// One rule. Its file's documentation comment is its page: a title, why it is there, what to do, and examples.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The code of its diagnostics: a lower-case word with hyphens. Never reused for another meaning.
    pub code: &'static str,
    /// What it is about.
    pub group: Group,
    /// How bad it is, unless a team says otherwise.
    pub severity: Severity,
    /// Whether it is looked at where a team says nothing of it.
    pub by_default: bool,
    /// The source of its file, at whose head the page stands.
    pub(super) file: &'static str,
    /// Looks at one file; none where reading and understanding a file tell it already.
    pub(super) check: Option<fn(&Subject<'_>, &mut Found<'_>)>,
}

/// A notebook that shows a rule, taken from its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The line, from 1, in the example of which the rule says something; none for one that is well.
    pub line: Option<u32>,
    /// A whole file, or what stands below the front matter.
    pub text: String,
    /// The team's file, where it says something.
    pub team: String,
}

impl Rule {
    pub(super) const fn new(
        code: &'static str,
        group: Group,
        severity: Severity,
        check: fn(&Subject<'_>, &mut Found<'_>),
    ) -> Self {
        Self { code, group, severity, by_default: true, file: "", check: Some(check) }
    }

    /// A rule that reading a file tells.
    pub(super) const fn told(code: &'static str, group: Group, severity: Severity) -> Self {
        Self { code, group, severity, by_default: true, file: "", check: None }
    }

    /// The same, looked at only where a team asks for it.
    pub(super) const fn on_demand(mut self) -> Self {
        self.by_default = false;
        self
    }

    /// Its page, as markdown.
    pub fn page(&self) -> String {
        let mut page = String::new();
        for line in self.file.lines().map_while(|line| line.strip_prefix("//!")) {
            page.push_str(line.strip_prefix(' ').unwrap_or(line));
            page.push('\n');
        }
        page
    }

    /// The first line of its page: what is wrong, in a few words.
    pub fn title(&self) -> String {
        self.page().lines().next().unwrap_or_default().trim_start_matches("# ").to_owned()
    }

    /// The examples on its page, in order. A bad one names its line: `~~~bad 3`; a good one is `~~~good`. A team's file,
    /// `~~~team`, is that of the examples behind it.
    pub fn examples(&self) -> Vec<Example> {
        let page = self.page();
        let mut examples = Vec::new();
        let mut open: Option<Example> = None;
        let mut team: Option<String> = None;
        let mut is_team = false;
        for line in page.lines() {
            match (&mut open, line.strip_prefix("~~~")) {
                (Some(_), Some(_)) if is_team => team = open.take().map(|example| example.text),
                (Some(_), Some(_)) => examples.extend(open.take()),
                (Some(example), None) => {
                    example.text.push_str(line);
                    example.text.push('\n');
                }
                (None, Some(kind)) => {
                    is_team = kind == "team";
                    let line = kind.strip_prefix("bad").and_then(|at| at.trim().parse().ok());
                    open =
                        Some(Example { line, text: String::new(), team: team.clone().unwrap_or_default() });
                }
                (None, None) => {}
            }
        }
        examples
    }
}
