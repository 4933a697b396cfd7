//! Text of a terminal: colours as classes, and what carriage returns overwrote left out.

use super::highlight::escape;
use std::fmt::Write;

/// The classes that occur, for the stylesheet: colours of the text, of its ground, and what else can be told apart.
pub const CLASSES: [&str; 20] = [
    "ansi-0",
    "ansi-1",
    "ansi-2",
    "ansi-3",
    "ansi-4",
    "ansi-5",
    "ansi-6",
    "ansi-7",
    "ansi-on-0",
    "ansi-on-1",
    "ansi-on-2",
    "ansi-on-3",
    "ansi-on-4",
    "ansi-on-5",
    "ansi-on-6",
    "ansi-on-7",
    "ansi-bold",
    "ansi-faint",
    "ansi-italic",
    "ansi-under",
];

#[derive(Default, Clone, Copy, PartialEq, Eq)]
struct Pen {
    front: Option<u8>,
    ground: Option<u8>,
    /// Bold, faint, italic, under, as [`EFFECTS`] has them.
    effects: [bool; 4],
}

const EFFECTS: [&str; 4] = ["bold", "faint", "italic", "under"];

impl Pen {
    fn is_plain(self) -> bool {
        self == Self::default()
    }

    fn open(self, out: &mut String) {
        out.push_str("<span class=\"");
        let begin = out.len();
        if let Some(colour) = self.front {
            let _ = write!(out, "ansi-{colour} ");
        }
        if let Some(colour) = self.ground {
            let _ = write!(out, "ansi-on-{colour} ");
        }
        for (class, _) in EFFECTS.iter().zip(self.effects).filter(|(_, set)| *set) {
            let _ = write!(out, "ansi-{class} ");
        }
        if out.len() > begin {
            out.pop();
        }
        out.push_str("\">");
    }

    /// Takes the parameters of `ESC [ … m`.
    fn apply(&mut self, parameters: &str) {
        let mut codes = parameters.split([';', ':']).take(32).map(|code| code.parse::<u16>().unwrap_or(0));
        while let Some(code) = codes.next() {
            // Below 10 and without a remainder.
            let digit = u8::try_from(code % 10).unwrap_or_default();
            match code {
                0 => *self = Self::default(),
                1..=4 => self.effects[usize::from(digit) - 1] = true,
                22 => self.effects[..2].fill(false),
                23 | 24 => self.effects[usize::from(digit) - 1] = false,
                30..=37 | 90..=97 => self.front = Some(digit),
                40..=47 | 100..=107 => self.ground = Some(digit),
                39 => self.front = None,
                49 => self.ground = None,
                38 | 48 => {
                    let colour = match codes.next() {
                        // Of 256 colours the first sixteen have names.
                        Some(5) => codes.next().filter(|&n| n < 16).and_then(|n| u8::try_from(n % 8).ok()),
                        Some(2) => codes.nth(2).and(None),
                        _ => None,
                    };
                    if code == 38 {
                        self.front = colour;
                    } else {
                        self.ground = colour;
                    }
                }
                _ => {}
            }
        }
    }
}

/// Text as escaped text with spans. Escape sequences that are no colours are left out, as are other control characters.
pub(super) fn html(text: &str, out: &mut String) {
    let mut pen = Pen::default();
    for line in text.split_inclusive('\n') {
        let ends = line.ends_with('\n');
        let line = line.trim_end_matches(['\n', '\r']);
        // A progress bar writes over itself; what was written last stands. Colours are told of every part.
        let last = line.rfind('\r').map_or(0, |at| at + 1);
        runs(&line[..last], &mut pen, None);
        runs(&line[last..], &mut pen, Some(out));
        if ends {
            out.push('\n');
        }
    }
}

fn runs(text: &str, pen: &mut Pen, mut out: Option<&mut String>) {
    let mut rest = text;
    while !rest.is_empty() {
        let control = |c: char| c.is_control() && c != '\t';
        let len = rest.find(control).unwrap_or(rest.len());
        if let Some(out) = out.as_deref_mut().filter(|_| len > 0) {
            if pen.is_plain() {
                escape(&rest[..len], out);
            } else {
                pen.open(out);
                escape(&rest[..len], out);
                out.push_str("</span>");
            }
        }
        rest = &rest[len..];
        let Some(first) = rest.chars().next() else { break };
        let behind = &rest[first.len_utf8()..];
        let sequence = (first == '\u{1b}').then(|| behind.strip_prefix('[')).flatten();
        rest = match sequence {
            Some(sequence) => {
                // Parameters end at the first letter; a sequence that goes on for long is none.
                let end = sequence.bytes().take(100).position(|b| !matches!(b, b'0'..=b'?' | b' '..=b'/'));
                match end {
                    Some(end) if sequence.as_bytes()[end].is_ascii_graphic() => {
                        if sequence.as_bytes()[end] == b'm' {
                            pen.apply(&sequence[..end]);
                        }
                        &sequence[end + 1..]
                    }
                    _ => sequence,
                }
            }
            None => behind,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut out = String::new();
        html(text, &mut out);
        out
    }

    #[test]
    fn colours_become_classes() {
        assert_eq!(
            shown("\u{1b}[0;31mValueError\u{1b}[0m: <x>"),
            "<span class=\"ansi-1\">ValueError</span>: &lt;x&gt;"
        );
        assert_eq!(
            shown("\u{1b}[1;38;5;2;44ma\u{1b}[39;49;22mb"),
            "<span class=\"ansi-2 ansi-on-4 ansi-bold\">a</span>b"
        );
        assert_eq!(shown("\u{1b}[38;2;1;2;3ma\u{1b}[3mb"), "a<span class=\"ansi-italic\">b</span>");
    }

    #[test]
    fn other_sequences_and_control_characters_are_left_out() {
        assert_eq!(shown("a\u{1b}[2Kb\u{7}\u{8}\u{1b}]c\u{1b}[31"), "ab]c31");
        assert_eq!(shown("a\tb\r\nc"), "a\tb\nc");
    }

    #[test]
    fn what_a_progress_bar_wrote_over_is_gone() {
        assert_eq!(shown("10%\r50%\r100%\ndone"), "100%\ndone");
    }

    #[test]
    fn every_class_is_known() {
        let mut text = String::new();
        for code in (0..=9).chain(30..=49).chain(90..=107) {
            let _ = write!(text, "\u{1b}[{code}mx");
        }
        for class in shown(&text).split("class=\"").skip(1) {
            for class in class.split('"').next().unwrap().split(' ') {
                assert!(CLASSES.contains(&class), "{class}");
            }
        }
    }
}
