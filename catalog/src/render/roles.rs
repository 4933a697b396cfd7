//! MyST roles: a name in braces before a code span.

use super::Page;
use super::highlight::escape;
use super::late::{Late, Reference};
use super::math;
use std::fmt::Write;

/// Longest name of a role.
const MAX_NAME: usize = 40;

/// The name in `{name}` at the end of a text.
pub(super) fn name_at_end(text: &str) -> Option<&str> {
    let inner = text.strip_suffix('}')?;
    let open = inner.rfind('{')?;
    let name = &inner[open + 1..];
    let named = !name.is_empty()
        && name.len() <= MAX_NAME
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':'));
    named.then_some(name)
}

/// Writes a role: those with an element of their own as that, references as links, others with their name.
pub(super) fn write(name: &str, content: &str, page: &mut Page<'_>, out: &mut String) {
    match name {
        "math" => formula(content, false, page, out),
        "ref" | "numref" | "eq" | "any" => {
            let (text, label) = text_and_target(content);
            let reference = Reference {
                label: label.to_owned(),
                text: text.map(str::to_owned),
                number: matches!(name, "numref" | "eq"),
            };
            page.later(Late::Reference(reference), out);
        }
        "doc" => {
            let (text, target) = text_and_target(content);
            link(page.options.document(target).as_deref(), target, text.unwrap_or(target), out);
        }
        "download" => {
            let (text, target) = text_and_target(content);
            link(page.options.href(target).as_deref(), target, text.unwrap_or(target), out);
        }
        "pep" | "rfc" => {
            let number = content.trim();
            let digits =
                !number.is_empty() && number.len() <= 5 && number.bytes().all(|b| b.is_ascii_digit());
            let href = digits.then(|| match name {
                "pep" => format!("https://peps.python.org/pep-{number:0>4}/"),
                _ => format!("https://www.rfc-editor.org/rfc/rfc{number}"),
            });
            link(href.as_deref(), number, &format!("{} {number}", name.to_ascii_uppercase()), out);
        }
        "abbr" => {
            let long = content.strip_suffix(')').and_then(|content| content.rsplit_once('('));
            match long {
                Some((short, long)) => {
                    out.push_str("<abbr title=\"");
                    escape(long.trim(), out);
                    out.push_str("\">");
                    escape(short.trim(), out);
                    out.push_str("</abbr>");
                }
                None => element("abbr", content, out),
            }
        }
        "kbd" => {
            // `Ctrl+C` is two keys.
            for (index, key) in content.split('+').filter(|key| !key.trim().is_empty()).take(8).enumerate() {
                if index > 0 {
                    out.push('+');
                }
                element("kbd", key.trim(), out);
            }
        }
        "guilabel" | "menuselection" | "button" => {
            out.push_str("<span class=\"gui\">");
            escape(&content.replace("-->", "›"), out);
            out.push_str("</span>");
        }
        "term" | "index" => escape(text_and_target(content).0.unwrap_or(content), out),
        _ => {
            if let Some(name) = element_of(name) {
                element(name, content, out);
            } else {
                out.push_str("<span class=\"role-name\">");
                escape(name, out);
                out.push_str("</span> ");
                element("code", content, out);
            }
        }
    }
}

/// The element of a role that has one.
fn element_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "sub" | "subscript" => "sub",
        "sup" | "superscript" => "sup",
        "code" | "file" | "command" | "program" | "envvar" | "option" | "py:func" | "py:class" | "py:mod" => {
            "code"
        }
        "samp" => "samp",
        "del" | "strike" => "del",
        "u" | "underline" => "u",
        "strong" => "strong",
        "emphasis" | "dfn" => "em",
        "cite" | "cite:p" | "cite:t" | "footcite" => "cite",
        _ => return None,
    })
}

/// `text <target>`, or the target alone.
fn text_and_target(content: &str) -> (Option<&str>, &str) {
    let both = content.trim().strip_suffix('>').and_then(|content| content.rsplit_once('<'));
    match both {
        Some((text, target)) if !text.trim().is_empty() => (Some(text.trim()), target.trim()),
        Some((_, target)) => (None, target.trim()),
        None => (None, content.trim()),
    }
}

fn element(name: &str, content: &str, out: &mut String) {
    let _ = write!(out, "<{name}>");
    escape(content, out);
    let _ = write!(out, "</{name}>");
}

/// A link, or its words with what they would have led to.
pub(super) fn link(href: Option<&str>, target: &str, text: &str, out: &mut String) {
    out.push_str(if href.is_some() { "<a href=\"" } else { "<span class=\"unlinked\" title=\"" });
    escape(href.unwrap_or(target), out);
    out.push_str("\">");
    escape(text, out);
    out.push_str(if href.is_some() { "</a>" } else { "</span>" });
}

/// A formula, put in behind the sanitizer; its source and what is wrong with it where it cannot be read.
pub(super) fn formula(latex: &str, display: bool, page: &mut Page<'_>, out: &mut String) {
    match math::mathml(latex, display) {
        Ok(mathml) => {
            out.push_str(if display { "<span class=\"math display\">" } else { "<span class=\"math\">" });
            page.later(Late::Html(mathml), out);
            out.push_str("</span>");
        }
        Err(wrong) => {
            out.push_str("<code class=\"bad-math\" title=\"");
            let wrong = &wrong[..wrong.floor_char_boundary(300)];
            escape(&format!("This formula cannot be read: {wrong}"), out);
            out.push_str("\">");
            escape(latex.trim_matches('\n'), out);
            out.push_str("</code>");
        }
    }
}
