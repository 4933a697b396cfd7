//! A comparison for people, on a terminal or in a file.

use super::Compared;
use super::shown::{Excerpt, besides, counts, differs, excerpts, heading, left_out, plain, whole};
use catalog::diff::{FieldDiff, Line};

/// Colours of a terminal.
const HEADING: &str = "1;36";
const GONE: &str = "31";
const COME: &str = "32";
const FAINT: &str = "2";

/// Text, line by line.
struct Text {
    out: String,
    coloured: bool,
}

impl Text {
    fn line(&mut self, colour: Option<&str>, line: &str) {
        let line = plain(line);
        match colour.filter(|_| self.coloured && !line.is_empty()) {
            Some(colour) => {
                self.out.push_str("\u{1b}[");
                self.out.push_str(colour);
                self.out.push('m');
                self.out.push_str(&line);
                self.out.push_str("\u{1b}[0m");
            }
            None => self.out.push_str(&line),
        }
        self.out.push('\n');
    }

    fn heading(&mut self, line: &str) {
        self.out.push('\n');
        self.line(Some(HEADING), line);
    }

    /// A line of a cell; where there are colours, the words that changed are turned around.
    fn of_cell(&mut self, line: &Line) {
        let colour = match line.sign {
            '-' => GONE,
            '+' => COME,
            _ => return self.line(None, format!("  {}", whole(line)).trim_end()),
        };
        if line.pieces.iter().all(|(_, piece)| piece.is_empty()) {
            return self.line(Some(colour), &line.sign.to_string());
        }
        let marked = line.pieces.iter().any(|(changed, _)| *changed);
        if !self.coloured || !marked {
            return self.line(Some(colour), &format!("{} {}", line.sign, whole(line)));
        }
        self.out.push_str("\u{1b}[");
        self.out.push_str(colour);
        self.out.push('m');
        self.out.push(line.sign);
        self.out.push(' ');
        for (changed, piece) in &line.pieces {
            let piece = plain(piece);
            if *changed {
                self.out.push_str("\u{1b}[7m");
                self.out.push_str(&piece);
                self.out.push_str("\u{1b}[27m");
            } else {
                self.out.push_str(&piece);
            }
        }
        self.out.push_str("\u{1b}[0m\n");
    }

    fn field(&mut self, field: &FieldDiff) {
        self.line(None, &format!("  {}", field.key));
        for (sign, colour, value) in [('-', GONE, &field.before), ('+', COME, &field.after)] {
            for line in value.iter().flat_map(|value| value.lines()) {
                self.line(Some(colour), &format!("  {sign} {line}"));
            }
        }
    }
}

/// Writes a comparison as text.
pub(super) fn write(compared: &Compared, coloured: bool) -> String {
    let mut text = Text { out: String::new(), coloured };
    let diff = &compared.notebooks;
    text.line(Some(GONE), &format!("--- {}", compared.old));
    text.line(Some(COME), &format!("+++ {}", compared.new));
    if diff.is_same() && compared.changes.is_empty() {
        text.heading("The notebooks say the same.");
        return text.out;
    }
    if !compared.changes.is_empty() {
        text.heading("What changed");
        for change in &compared.changes {
            text.line(None, &format!("  * {}", change.text));
        }
    }
    if !diff.metadata.is_empty() {
        text.heading("Metadata");
        diff.metadata.iter().for_each(|field| text.field(field));
    }
    text.heading(&format!("Cells: {}", counts(diff)));
    for cell in diff.cells.iter().filter(|cell| differs(cell)) {
        text.heading(&heading(cell));
        for note in besides(cell) {
            text.line(None, &format!("  {note}"));
        }
        for excerpt in excerpts(cell) {
            match excerpt {
                Excerpt::Line(line) => text.of_cell(line),
                Excerpt::Same(lines) => text.line(Some(FAINT), &format!("  … {lines} the same")),
            }
        }
        if cell.left_out > 0 {
            text.line(Some(FAINT), &format!("  … {} more left out", cell.left_out));
        }
    }
    if let Some(left_out) = left_out(&diff.left_out) {
        text.heading(&format!("Too much to show; left out: {left_out}"));
    }
    text.out
}
