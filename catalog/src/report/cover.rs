//! What stands before and behind a report on paper: a team's own words, with what is known of the report put in.

use crate::render;
use crate::render::highlight::escape;
use serde::{Deserialize, Serialize};

/// What is known of a report. What is empty is not shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// What the report is called.
    pub title: String,
    /// Whom it is for.
    pub customer: String,
    /// The tenant that was looked at.
    pub tenant: String,
    /// The stretch of time that was looked at.
    pub window: String,
    /// Who hunted.
    pub analyst: String,
    /// The revision of the procedure.
    pub revision: String,
    /// When the report was made.
    pub date: String,
}

impl About {
    /// The names by which a template asks for what is known, each with the word before it and the value.
    pub fn fields(&self) -> [(&'static str, &'static str, &str); 7] {
        [
            ("title", "Title", &self.title),
            ("customer", "Customer", &self.customer),
            ("tenant", "Tenant", &self.tenant),
            ("window", "Window", &self.window),
            ("analyst", "Analyst", &self.analyst),
            ("revision", "Revision", &self.revision),
            ("date", "Date", &self.date),
        ]
    }
}

/// A team's template as safe HTML: markdown, in which `{customer}` and its like stand for what is known. A value is text,
/// whatever is in it, and no placeholder is looked for within one.
pub(super) fn filled(template: &str, about: &About) -> String {
    let html = render::markdown(template);
    let mut out = String::with_capacity(html.len());
    let mut rest = html.as_str();
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let field = about.fields().into_iter().find_map(|(name, _, value)| {
            let len = name.len() + 2;
            (rest.get(1..len - 1) == Some(name) && rest.as_bytes().get(len - 1) == Some(&b'}'))
                .then_some((value, len))
        });
        if let Some((value, len)) = field {
            escape(value, &mut out);
            rest = &rest[len..];
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

/// The cover where a team has none of its own.
pub(super) fn usual(about: &About, out: &mut String) {
    out.push_str("<p class=\"title\">");
    escape(&about.title, out);
    out.push_str("</p>\n<dl>\n");
    for (name, label, value) in about.fields() {
        if name == "title" || value.is_empty() {
            continue;
        }
        out.push_str("<div><dt>");
        out.push_str(label);
        out.push_str("</dt><dd>");
        escape(value, out);
        out.push_str("</dd></div>\n");
    }
    out.push_str("</dl>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_text_and_hold_no_placeholders() {
        let about =
            About { customer: "<b>{tenant}</b>".to_owned(), tenant: "145483".to_owned(), ..About::default() };
        let html = filled("# For {customer}\n\n{tenant} {nothing} { <script>x</script>", &about);
        assert!(html.contains("For &lt;b&gt;{tenant}&lt;/b&gt;"), "{html}");
        assert!(html.contains("145483 {nothing} {") && !html.contains("<script"), "{html}");
    }
}
