//! A procedure as text, cell by cell.

use super::front_matter::front_matter;
use super::queries::asked;
use super::sections::{Kind, guidance, home_of_queries};
use super::{Beginning, Service};
use std::fmt::Write as _;

/// The cells of a notebook, as they are written one after the other.
#[derive(Debug, Default)]
pub(super) struct Cells(String);

impl Cells {
    fn fence(&mut self, what: &str, tags: &str, source: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "```{what}\n:tags: [{tags}]\n\n{}\n```\n", source.trim_end());
    }

    /// A cell of Python, or of a magic.
    fn code(&mut self, tags: &str, source: &str) {
        self.fence("{code-cell} ipython3", tags, source);
    }

    /// A cell that runs only once a hunter makes code of it.
    fn raw(&mut self, source: &str) {
        self.fence("{raw-cell}", "remove_cell", source);
    }

    /// Prose that the customer reads.
    fn prose(&mut self, text: &str) {
        self.0.push_str(text.trim_end());
        self.0.push_str("\n\n");
    }

    /// Prose with a tag.
    fn tagged(&mut self, tag: &str, text: &str) {
        let _ = writeln!(self.0, "+++ {{\"tags\": [\"{tag}\"]}}\n\n{}\n\n+++\n", text.trim_end());
    }
}

pub(super) fn text(beginning: &Beginning) -> String {
    let asked = asked(beginning);
    let mut cells = Cells(front_matter(beginning));
    cells.prose(&format!("# {}", beginning.title));
    cells.code("parameters, remove_cell", &asked.parameters);
    cells.tagged(
        "remove_cell",
        "**For who hunts.** What somebody who does this leaves behind, in which telemetry it shows, and what else looks \
         the same. The customer does not read this.",
    );
    cells.code("remove_cell", &asked.setup);
    let home = home_of_queries(&beginning.sections);
    let queries = |cells: &mut Cells| {
        cells.tagged("remove_cell", to_be_narrowed(beginning.service));
        for (source, check) in &asked.queries {
            cells.code("remove_input", source);
            cells.code("remove_input", check);
        }
    };
    if home.is_none() {
        queries(&mut cells);
    }
    for (place, section) in beginning.sections.iter().enumerate() {
        cells.prose(&format!("## {section}"));
        if home == Some(place) {
            cells.prose(QUERIES_SAID);
            queries(&mut cells);
            continue;
        }
        match guidance(section) {
            (Kind::ForTheCustomer, text) => cells.prose(&text),
            (Kind::ToBeWritten, text) => cells.tagged("analyst_input", &text),
        }
    }
    cells.tagged(
        "remove_cell",
        "The cells below write. They stay raw until somebody has read the result and makes code of them.",
    );
    for source in [&asked.staging, &asked.closing] {
        cells.raw(source);
    }
    format!("{}\n", cells.0.trim_end())
}

/// What stands above the queries for the customer.
const QUERIES_SAID: &str = "How much there was to look at comes first, then what was looked for.";

/// What stands there for who writes the procedure.
fn to_be_narrowed(service: Service) -> &'static str {
    if service == Service::None {
        return "Nothing is asked yet: put the queries in here, each with a cell that says how much it looked at.";
    }
    "As it stands the second query of each source filters nothing: narrow it to what is hunted, and take this cell away."
}
