//! What a template left to be filled in.

use super::passages::{Origin, Passage};
use super::{Found, Said};
use regex::Regex;
use std::sync::LazyLock;

/// The rule.
pub(super) const CODE: &str = "placeholder";

/// What is left to do, however it is written.
static LEFT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?xm)
        (?:\b|_)(?:TODO|FIXME|TBD|TBC|TBA|T\.B\.D\.)(?:\b|_|:|$)
        | \bXXX+\b
        | \bXX\ (?:hosts?|accounts?|users?|systems?|devices?|servers?|logons?|events?|alerts?|results?|times|days|hours|%)
        | (?i:[:|]\s*(?:tbd|tba|tbc)\s*[.*_]*\s*(?:\||$))
        | (?i:^[\x20\t>*_-]*(?:todo|fixme|tbd)\s*:)
        | (?:^|[\x20\t:|>])\?{3,}(?:[\x20\t.|,]|$)
        | [a-z:]\ _{3,}(?:\s|[.,;]|$)
        | \bTX{3,4}(?:\.X{3})?\b
        | (?i:(?:\b|_)lorem\s+ipsum\b)
        | (?i:(?:\b|_)(?:replace|change|edit|delete)\s+this\s+(?:text|placeholder|paragraph|line)\b)
        | (?i:(?:\b|_)(?:fill(?:ed)?[\ -]in|write|describe|insert|add)\s+(?:this\s+|your\s+\w+\s+|it\s+|text\s+)?here\b)
        | (?i:\bto\ be\ (?:filled\ in|written|completed|added|determined)\b\s*[:.)*_\]]*\s*$)
        | (?i:\bto\ be\ written\s*:)
        | (?i:^[\x20\t>*_-]*(?:please\s+)?(?:insert|enter|write|describe|add|paste|put)\s[^.\n]{1,60}\bhere\b[\x20\t.*_]*$)
        | (?i:(?:\b|_)(?:your\s+(?:own\s+)?(?:text|summary|findings?|answer|comments?)|(?:summary|text|findings?|description|analysis|conclusions?|recommendations?)\s+(?:goes|comes|go))\s+here\b)
        | (?i:^[\x20\t>]*[*_]+(?:please\s+)?(?:fill\s+in|insert|summari[sz]e|describe)\s[^*_\n]{2,120}[*_]+[\x20\t]*$)
        | (?i:\bdouble-click\s+(?:here\s+)?to\s+edit\b)
        | (?i:\b(?:window|from|to|until|date|between|period)\b\W{0,5}(?:YYYY-MM-DD|DD[./]MM[./]YYYY|MM/DD/YYYY)\b)
        | (?i:(?:\#\#|@@|%|«\s?)(?:customer|client|tenant|kunde|mandant)(?:_name|_id)?(?:\#\#|@@|%|\s?»))
        | (?i:\b(?:your|customer|client|tenant|analyst|company)[_\ ](?:name|id)[_\ ]here\b)
        | (?i:\bplaceholder\ (?:text|for)\b|\bthis\ is\ a\ placeholder\b)
        | (?i:\bINSERT_[A-Z_]+|\bYOUR_[A-Z_]+|\b(?:CHANGE|REPLACE|FILL)_?ME\b)",
    )
    .ok()
});

/// Brackets that ask to be replaced.
static BRACKETS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    const ASKS: &str = r"(?:fill|insert|enter|add|write|describe|your|replace|placeholder|customer|client|company|analyst|tbd|todo|hier|bitte|eintragen|erg[äa]nzen|[àa] (?:compl[ée]ter|remplir)|insertar|completar|rellenar)\b";
    const GIVEN: &str =
        r"(?:customer|client|tenant|analyst|company|region|window|earliest|latest|investigation)";
    Regex::new(&format!(
        r"(?i)<{ASKS}[^<>=\n/]{{0,60}}>|<(?:tenant|name|date|number|ticket|count|region|window)\b[^<>=\n/\\]{{0,60}}\\?>|\{{{GIVEN}(?:_[a-z]+)?\}}|\$(?-i:CUSTOMER|TENANT|CLIENT|EARLIEST|LATEST|REGION|INVESTIGATION|TAEGIS)(?:_[A-Z]+)*\b|\{{%-?\s*(?:if|for|set|include|endif|endfor)\b[^%\n]{{0,80}}%\}}|\[(?:{ASKS}|(?:tenant|date|name|number|summary)\b)[^\[\]\n]{{0,60}}\](?:[^(\[:]|$)|\{{\{{-?\s*[A-Za-z_][A-Za-z0-9_.|\x20]{{0,60}}-?\}}\}}|\$\{{[A-Za-z_][A-Za-z0-9_]{{0,60}}\}}"
    ))
    .ok()
});

/// Whether a text holds a placeholder.
pub(super) fn is_one(text: &str) -> bool {
    [&LEFT, &BRACKETS].iter().any(|shape| shape.as_ref().is_some_and(|shape| shape.is_match(text)))
}

const SAID: Said<'static> = Said {
    code: CODE,
    message: "a template's placeholder was left here",
    help: "write what belongs here, or take it out",
};

/// Brackets that ask to be replaced, outside of code and formulas.
fn brackets(passage: &Passage, text: &str, found: &mut Found<'_>) {
    let code = Code::of(text);
    for hit in BRACKETS.iter().flat_map(|brackets| brackets.find_iter(text)) {
        if !code.holds(hit.start()) && !is_of_a_formula(text, hit.start()) {
            found.of_passage(passage, text, hit.start(), SAID);
        }
    }
}

/// Whether braces belong to what stands before them in a formula: `\frac{{a}}{{b}}`.
fn is_of_a_formula(text: &str, at: usize) -> bool {
    let line = &text[text[..at].rfind('\n').map_or(0, |end| end + 1)..at];
    line.contains('$') && line.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '}' | '^' | '_'))
}

pub(super) fn check(passage: &Passage, found: &mut Found<'_>) {
    let said = SAID;
    let Some(text) = passage.views.first() else { return };
    match passage.origin {
        Origin::Prose | Origin::Authored => {
            if let Some(decoded) = passage.views.get(1).filter(|_| text.contains("&lt;")) {
                brackets(passage, decoded, found);
            }
            brackets(passage, text, found);
            let code = Code::of(text);
            for hit in LEFT.iter().flat_map(|left| left.find_iter(text)) {
                // `XXX-XX-XXXX` is how a number looks.
                let around = [text[..hit.start()].chars().next_back(), text[hit.end()..].chars().next()];
                let is_shape = hit.as_str().bytes().all(|byte| byte == b'X')
                    && around.iter().flatten().any(|c| matches!(c, '-' | '.' | '/'));
                let is_code = hit.as_str().starts_with("XX") && code.holds(hit.start());
                if !(is_shape || is_code) {
                    found.of_passage(passage, text, hit.start(), said);
                }
            }
        }
        // Telemetry may say anything; what begins a line of what is printed was written by somebody.
        Origin::Printed => {
            let mut at = 0;
            for line in text.split_inclusive('\n') {
                let begins = line.trim_start_matches(|c: char| !c.is_alphanumeric());
                if begins.starts_with("TODO") || begins.starts_with("FIXME") || begins.starts_with("TBD") {
                    found.of_passage(passage, text, at, said);
                }
                at += line.len();
            }
        }
        Origin::Result | Origin::Complained | Origin::Failed | Origin::Picture => {}
    }
}

/// Where a text of markdown is code: there brackets are what they are.
pub(super) struct Code(Vec<std::ops::Range<usize>>);

impl Code {
    pub(super) fn of(text: &str) -> Self {
        let mut ranges = Vec::new();
        let mut fence: Option<(&str, usize)> = None;
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let trimmed = line.trim_start();
            let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
            match (fence, mark) {
                (None, Some(mark)) => fence = Some((mark, at)),
                (Some((open, start)), Some(mark)) if open == mark => {
                    ranges.push(start..at + line.len());
                    fence = None;
                }
                (None, None) => spans(line, at, &mut ranges),
                _ => {}
            }
            at += line.len();
        }
        ranges.extend(fence.map(|(_, start)| start..text.len()));
        Self(ranges)
    }

    pub(super) fn holds(&self, at: usize) -> bool {
        let place = self.0.partition_point(|range| range.end <= at);
        self.0.get(place).is_some_and(|range| range.contains(&at))
    }
}

/// What stands between backticks on one line.
fn spans(line: &str, start: usize, ranges: &mut Vec<std::ops::Range<usize>>) {
    let mut open = None;
    for (at, _) in line.match_indices('`') {
        match open {
            None => open = Some(at),
            Some(from) => {
                ranges.push(start + from..start + at + 1);
                open = None;
            }
        }
    }
}
