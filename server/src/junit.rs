//! JUnit's XML, as linters and pytest write it: what passed, and what did not, with the file and the line.
//!
//! A case says where it failed by properties (`huntshelf.path`, `huntshelf.line`, `huntshelf.code`, `huntshelf.severity`,
//! `huntshelf.message`, as `huntshelf-pytest` writes them), by its attributes `file` and `line`, or by a message that begins
//! with `path:line:`. Declarations of documents and entities are refused, and all sizes are bounded.

use crate::db::lint_results::LintResult;
use catalog::lint::Severity;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::collections::HashMap;

/// The largest file that is read, in bytes.
pub const LARGEST: usize = 8 << 20;
/// Most results that are kept of one.
pub const MAX_RESULTS: usize = 5_000;
/// How deep elements may lie in one another.
const DEPTH: usize = 32;
/// Most attributes of an element.
const MAX_ATTRIBUTES: usize = 64;
/// Longest path, code and message that are kept, in characters.
const MAX_PATH: usize = 1_000;
const MAX_CODE: usize = 100;
const MAX_MESSAGE: usize = 2_000;

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many cases passed; those that were skipped count as neither.
    pub passed: u64,
    /// How many failed, those past the most that are kept too.
    pub failed: u64,
    /// What failed, in order.
    pub results: Vec<LintResult>,
}

/// A case as it is read.
#[derive(Default)]
struct Case {
    attributes: HashMap<String, String>,
    properties: HashMap<String, String>,
    /// The message of its failure or error.
    failed: Option<String>,
    skipped: bool,
}

/// Reads a file.
///
/// # Errors
/// What is wrong with it, in a sentence without its stop.
pub fn read(xml: &[u8]) -> Result<Report, String> {
    if xml.len() > LARGEST {
        return Err(format!("the file has {} bytes; at most {LARGEST} are read", xml.len()));
    }
    let mut reader = Reader::from_reader(xml);
    let mut report = Report::default();
    let mut open: Vec<Vec<u8>> = Vec::new();
    let mut case: Option<Case> = None;
    // The text of a failure without a message, or of a property without a value.
    let mut text = String::new();
    let mut rooted = false;
    loop {
        let at = reader.buffer_position();
        let wrong = |why: &dyn std::fmt::Display| format!("it is no XML at byte {at}: {why}");
        let event = reader.read_event().map_err(|error| wrong(&error))?;
        match event {
            Event::Start(ref start) | Event::Empty(ref start) => {
                let is_empty = matches!(event, Event::Empty(_));
                let name = start.local_name().as_ref().to_vec();
                if open.is_empty() && !matches!(name.as_slice(), b"testsuites" | b"testsuite") {
                    return Err(
                        "it is no JUnit file: its root is neither testsuites nor testsuite".to_owned()
                    );
                }
                rooted = true;
                if open.len() >= DEPTH {
                    return Err(format!("elements lie deeper than {DEPTH} in one another"));
                }
                let attributes = attributes(start).map_err(|why| wrong(&why))?;
                begin(&name, attributes, &mut case);
                text.clear();
                if is_empty {
                    end(&name, &text, &mut case, &mut report);
                } else {
                    open.push(name);
                }
            }
            Event::End(_) => {
                if let Some(name) = open.pop() {
                    end(&name, &text, &mut case, &mut report);
                }
                text.clear();
            }
            Event::Text(part) => {
                push(&mut text, &part.decode().map_err(|error| wrong(&error))?);
            }
            Event::CData(part) => {
                push(&mut text, &part.decode().map_err(|error| wrong(&error))?);
            }
            Event::GeneralRef(reference) => {
                if let Some(char) = reference.resolve_char_ref().map_err(|error| wrong(&error))? {
                    push(&mut text, char.encode_utf8(&mut [0; 4]));
                } else {
                    let name = reference.decode().map_err(|error| wrong(&error))?;
                    let known = quick_xml::escape::resolve_predefined_entity(&name);
                    push(&mut text, known.ok_or_else(|| wrong(&format!("nobody knows the entity {name}")))?);
                }
            }
            Event::DocType(_) => {
                return Err("it declares a document type, which is refused".to_owned());
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    if let Some(name) = open.last() {
        return Err(format!("it ends within {}", String::from_utf8_lossy(name)));
    }
    if !rooted {
        return Err("it is empty".to_owned());
    }
    Ok(report)
}

fn push(text: &mut String, part: &str) {
    if text.len() < MAX_MESSAGE * 4 {
        text.push_str(part);
    }
}

fn attributes(start: &BytesStart<'_>) -> Result<HashMap<String, String>, String> {
    let mut found = HashMap::new();
    for (count, attribute) in start.attributes().with_checks(false).enumerate() {
        if count >= MAX_ATTRIBUTES {
            return Err(format!("an element has more than {MAX_ATTRIBUTES} attributes"));
        }
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        let name = String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned();
        found.insert(name, value.into_owned());
    }
    Ok(found)
}

fn begin(name: &[u8], mut attributes: HashMap<String, String>, case: &mut Option<Case>) {
    match (name, case) {
        (b"testcase", case) => *case = Some(Case { attributes, ..Case::default() }),
        (b"failure" | b"error", Some(case)) => {
            let message = attributes.remove("message").unwrap_or_default();
            case.failed.get_or_insert(message);
        }
        (b"skipped", Some(case)) => case.skipped = true,
        (b"property", Some(case)) => {
            if let (Some(name), Some(value)) = (attributes.remove("name"), attributes.remove("value")) {
                case.properties.insert(name, value);
            }
        }
        _ => {}
    }
}

fn end(name: &[u8], text: &str, case: &mut Option<Case>, report: &mut Report) {
    match name {
        b"failure" | b"error" => {
            if let Some(message) = case.as_mut().and_then(|case| case.failed.as_mut())
                && message.trim().is_empty()
            {
                text.trim().clone_into(message);
            }
        }
        b"testcase" => match case.take() {
            Some(Case { failed: None, skipped: false, .. }) => report.passed += 1,
            Some(case) if case.failed.is_some() => {
                report.failed += 1;
                if report.results.len() < MAX_RESULTS {
                    report.results.push(result(case));
                }
            }
            _ => {}
        },
        _ => {}
    }
}

fn result(mut case: Case) -> LintResult {
    let mut property = |name: &str| case.properties.remove(&format!("huntshelf.{name}"));
    let failed = case.failed.unwrap_or_default();
    let (mut path, mut line) = (property("path"), property("line"));
    let (code, severity) = (property("code"), property("severity"));
    let message = property("message");
    let name = case.attributes.remove("name").unwrap_or_default();
    // `huntshelf lint --format junit` says "code at line 7" of a class that is the path.
    let own = name.split_once(" at line ").map(|(code, line)| (code.to_owned(), line.to_owned()));
    let class = case.attributes.remove("classname").filter(|class| is_notebook(class));
    path = path.or_else(|| case.attributes.remove("file")).or(class);
    line = line
        .or_else(|| case.attributes.remove("line"))
        .or_else(|| own.as_ref().map(|(_, line)| line.clone()));
    let first = failed.trim().lines().next().unwrap_or_default();
    let (first, placed) = placed(first);
    if let Some((before, at)) = placed {
        path = path.or_else(|| Some(before.to_owned()));
        line = line.or_else(|| Some(at.to_owned()));
    }
    let path = path.unwrap_or_default().replace('\\', "/");
    LintResult {
        path: cut(path.strip_prefix("./").unwrap_or(&path), MAX_PATH),
        line: line.and_then(|line| line.trim().parse().ok()).unwrap_or(0),
        code: cut(&code.or(own.map(|(code, _)| code)).unwrap_or_else(|| code_of(&name)), MAX_CODE),
        severity: severity
            .and_then(|word| Severity::ALL.into_iter().find(|severity| severity.word() == word))
            .unwrap_or(Severity::Error),
        message: match cut(message.as_deref().unwrap_or(first), MAX_MESSAGE) {
            message if message.is_empty() => "it failed, and does not say why".to_owned(),
            message => message,
        },
    }
}

fn is_notebook(path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    matches!(ending, "md" | "ipynb") && path.len() > ending.len() + 1
}

/// A message without the path and line at its beginning, and these. pytest puts the exception's name before them.
fn placed(message: &str) -> (&str, Option<(&str, &str)>) {
    let after_name = message.split_once(": ").filter(|(name, _)| {
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
    });
    for text in [Some(message), after_name.map(|(_, rest)| rest)].into_iter().flatten() {
        let mut parts = text.splitn(3, ':');
        if let (Some(path), Some(line), Some(rest)) = (parts.next(), parts.next(), parts.next())
            && is_notebook(path)
            && line.bytes().all(|byte| byte.is_ascii_digit())
        {
            return (rest.trim(), Some((path, line)));
        }
    }
    (message, None)
}

/// The code of a test's name: `test_no_jira[hunts/a.md]` is `no-jira`.
fn code_of(name: &str) -> String {
    let name = name.split('[').next().unwrap_or_default();
    let name = name.strip_prefix("test_").unwrap_or(name).to_lowercase();
    let words = name.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    match words.collect::<Vec<_>>().join("-") {
        code if code.is_empty() => "unnamed".to_owned(),
        code => code,
    }
}

/// One line of at most so many characters.
fn cut(text: &str, most: usize) -> String {
    let plain = text.trim().chars().map(|char| if char.is_control() { ' ' } else { char });
    plain.take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn only(xml: &str) -> LintResult {
        let report = read(xml.as_bytes()).unwrap();
        assert_eq!((report.failed, report.results.len()), (1, 1));
        report.results.into_iter().next().unwrap()
    }

    #[test]
    fn a_case_says_where_it_failed_by_properties_attributes_or_its_message() {
        let told = only(
            "<testsuites><testsuite><testcase classname='test_rules' name='test_no_jira[hunts/a.md]'><properties>\
             <property name='huntshelf.path' value='hunts/a.md'/><property name='huntshelf.line' value='12'/>\
             <property name='huntshelf.code' value='no-ticket'/><property name='huntshelf.severity' value='warning'/>\
             <property name='huntshelf.message' value='a &quot;ticket&quot;'/></properties>\
             <failure message='x'>long</failure></testcase><testcase name='b'/><testcase name='c'><skipped/></testcase></testsuite></testsuites>",
        );
        let wanted = LintResult {
            path: "hunts/a.md".into(),
            line: 12,
            code: "no-ticket".into(),
            severity: Severity::Warning,
            message: "a \"ticket\"".into(),
        };
        assert_eq!(told, wanted);
        let told = only(
            "<testsuite><testcase name='test_no_jira[hunts/a.md]'><failure message='AssertionError: hunts/a.md:7: a &lt;ticket&gt;&#10;more'/></testcase></testsuite>",
        );
        assert_eq!((told.path.as_str(), told.line, told.code.as_str()), ("hunts/a.md", 7, "no-jira"));
        assert_eq!((told.message.as_str(), told.severity), ("a <ticket>", Severity::Error));
        let told = only(
            "<testsuite><testcase name='r' file='./a.md' line='3'><error><![CDATA[why <x>]]> &amp; so</error></testcase></testsuite>",
        );
        assert_eq!((told.path.as_str(), told.line, told.message.as_str()), ("a.md", 3, "why <x> & so"));
        let told = only(
            "<testsuite><testcase name='title-twice at line 9' classname='a b.md'><failure type='warning' message='two'/></testcase></testsuite>",
        );
        assert_eq!((told.path.as_str(), told.line, told.code.as_str()), ("a b.md", 9, "title-twice"));
    }

    #[test]
    fn what_passed_is_counted_and_what_was_skipped_is_neither() {
        let report =
            read(b"<?xml version='1.0'?><testsuite><testcase name='a'/><testcase name='b'></testcase><testcase><skipped/></testcase></testsuite>")
                .unwrap();
        assert_eq!((report.passed, report.failed), (2, 0));
    }

    #[test]
    fn what_is_no_junit_is_refused_with_a_reason() {
        for (xml, says) in [
            ("<html/>", "neither testsuites nor testsuite"),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><testsuite/>", "document type"),
            ("<testsuite><testcase name='&b;'/></testsuite>", "no XML"),
            ("<testsuite>&b;</testsuite>", "entity"),
            ("<testsuite><testcase>", "ends within"),
            ("<testsuite></testcase>", "no XML"),
            ("", "empty"),
        ] {
            let why = read(xml.as_bytes()).unwrap_err();
            assert!(why.contains(says), "{xml}: {why}");
        }
        let deep = "<testsuite>".repeat(40);
        assert!(read(deep.as_bytes()).unwrap_err().contains("deeper"));
        assert!(read(&vec![b' '; LARGEST + 1]).unwrap_err().contains("bytes"));
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused(parts in prop::collection::vec(prop_oneof![
            Just("<testsuite>".to_owned()), Just("</testsuite>".to_owned()), Just("<testcase name='a.md:1: b'>".to_owned()),
            Just("</testcase>".to_owned()), Just("<failure message='é.md:9:'>".to_owned()), Just("</failure>".to_owned()),
            Just("&#0;".to_owned()), Just("&amp;".to_owned()), Just("<![CDATA[".to_owned()), ".{0,20}",
        ], 0..30)) {
            if let Ok(report) = read(parts.concat().as_bytes()) {
                prop_assert!(report.results.len() as u64 <= report.failed);
            }
        }
    }
}
