//! The sections of a draft, and which of the notebook's prose goes where: guidance is kept for hunters, findings are not.

use super::notes::NoteKind;
use super::work::{Piece, Place, Work};
use crate::notebook::CellKind;

/// What is proposed where a team asks for nothing.
const USUAL: [&str; 4] = ["Executive summary", "Technical analysis", "Findings", "Recommendations"];

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Summary,
    Analysis,
    Findings,
    Advice,
    Other,
}

impl About {
    /// By what its heading says.
    pub(super) fn of(heading: &str) -> Self {
        let lower = heading.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if has(&["summary"]) {
            Self::Summary
        } else if has(&[
            "finding",
            "result",
            "conclusion",
            "timeline",
            "verdict",
            "outcome",
            "what we found",
            "what was found",
        ]) {
            Self::Findings
        } else if has(&["recommend", "remediation", "next steps", "mitigation", "what to do"]) {
            Self::Advice
        } else if has(&["analysis", "hunt", "quer", "technical", "investigation", "procedure"]) {
            Self::Analysis
        } else {
            Self::Other
        }
    }

    /// What a hunter is to write there.
    pub(super) fn wanted(self) -> &'static str {
        match self {
            Self::Summary => {
                "**To be written:** what was looked for and over which time, how much there was to look at, and what came of it, for somebody who has a minute."
            }
            Self::Findings => {
                "**Per finding:** host, account, time, what was seen, and why it is or is not innocent. **If nothing:** say how much was looked at and what this hunt cannot see."
            }
            Self::Advice => {
                "**To be written:** what to change, so that this shows sooner or cannot happen, and who would have to do it."
            }
            Self::Analysis | Self::Other => "**To be written:** what belongs under this heading.",
        }
    }
}

/// The sections, and which of them holds the hunt.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) names: Vec<String>,
    pub(super) analysis: usize,
}

impl Outline {
    /// Those that a team asks for, or the usual ones.
    pub(super) fn of(asked: &[String]) -> Self {
        let mut names: Vec<String> = asked
            .iter()
            .filter(|name| !name.trim().is_empty() && !name.contains('\n'))
            .take(30)
            .cloned()
            .collect();
        if names.is_empty() {
            names = USUAL.iter().map(|name| (*name).to_owned()).collect();
        }
        let is = |about: About| names.iter().position(|name| About::of(name) == about);
        // Behind what introduces, before what concludes.
        let analysis =
            is(About::Analysis).or_else(|| names.iter().rposition(|name| About::of(name) == About::Other));
        let analysis = analysis.unwrap_or_else(|| {
            let at = names
                .iter()
                .position(|name| matches!(About::of(name), About::Findings | About::Advice))
                .unwrap_or(names.len());
            names.insert(at, USUAL[1].to_owned());
            at
        });
        Self { names, analysis }
    }

    fn place_of(&self, heading: &str) -> Option<usize> {
        let plain = |text: &str| text.trim().trim_matches(['*', '_', ':']).trim().to_lowercase();
        self.names.iter().position(|name| plain(name) == plain(heading))
    }
}

/// A piece of prose: its heading, and what stands below it.
struct Part {
    level: usize,
    heading: Option<String>,
    body: String,
}

/// Parts the prose, puts each part where it belongs, and leaves findings out.
pub(super) fn part(work: &mut Work<'_>, outline: &Outline) {
    let top = work
        .pieces
        .iter()
        .filter(|piece| piece.kind == CellKind::Markdown)
        .flat_map(|piece| parts(&piece.source));
    let top = top.filter(|part| part.heading.is_some()).map(|part| part.level).min().unwrap_or(1);
    let mut pieces: Vec<Piece> = Vec::new();
    let mut findings: Vec<usize> = Vec::new();
    // The section in which the prose is, and the level of its heading.
    let mut within: Option<(About, usize, usize)> = None;
    for piece in work.pieces.drain(..) {
        if piece.kind != CellKind::Markdown {
            pieces.push(piece);
            continue;
        }
        for part in parts(&piece.source) {
            let here = |source: String, place: Place, kind| Piece { kind, source, place, ..piece.clone() };
            if let Some(heading) = &part.heading {
                if within.is_some_and(|(_, level, _)| part.level <= level) {
                    within = None;
                }
                let about = About::of(heading);
                let section = outline.place_of(heading).filter(|place| *place != outline.analysis);
                let concludes = matches!(about, About::Findings | About::Summary);
                if section.is_some() || concludes {
                    within = Some((about, part.level, section.unwrap_or(outline.analysis)));
                } else if within.is_none() && outline.place_of(heading).is_none() {
                    let level = (3 + part.level.saturating_sub(top)).min(6);
                    pieces.push(here(
                        format!("{} {heading}", "#".repeat(level)),
                        Place::Analysis,
                        CellKind::Markdown,
                    ));
                }
            }
            if part.body.trim().is_empty() {
                continue;
            }
            match within {
                Some((About::Findings | About::Summary, ..)) => findings.push(piece.number),
                Some((_, _, section)) => {
                    pieces.push(here(part.body, Place::Section(section), CellKind::Markdown));
                }
                None => pieces.push(here(part.body, Place::Analysis, CellKind::Markdown)),
            }
        }
    }
    work.pieces = pieces;
    findings.dedup();
    for cell in findings {
        work.notes.of_cell(NoteKind::LeftOut, cell, "what it says is a finding of that case.");
    }
}

/// A heading's level and text.
pub(super) fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let rest = line.get(level..)?;
    let is = (1..=6).contains(&level) && rest.starts_with([' ', '\t']) && !rest.trim().is_empty();
    is.then(|| (level, rest.trim().trim_end_matches('#').trim_end()))
}

fn parts(source: &str) -> Vec<Part> {
    let mut parts = vec![Part { level: 0, heading: None, body: String::new() }];
    let mut fence: Option<(char, usize)> = None;
    for line in source.lines() {
        let text = line.trim_start();
        let mark = text.chars().next().filter(|mark| matches!(mark, '`' | '~'));
        let length = mark.map_or(0, |mark| text.chars().take_while(|c| *c == mark).count());
        match (fence, mark) {
            (Some((open, least)), Some(mark))
                if mark == open && length >= least && text.chars().all(|c| c == mark) =>
            {
                fence = None;
            }
            (None, Some(mark)) if length >= 3 => fence = Some((mark, length)),
            _ => {}
        }
        if fence.is_none()
            && let Some((level, heading)) = heading(line)
        {
            parts.push(Part { level, heading: Some(heading.to_owned()), body: String::new() });
        } else if let Some(part) = parts.last_mut() {
            part.body.push_str(line);
            part.body.push('\n');
        }
    }
    for part in &mut parts {
        part.body = super::work::plain(&part.body);
    }
    parts
}
