//! The matrix as a picture that stands by itself: for a report, a wall, a wiki.
//!
//! Colours are attributes, so that a viewer that reads no styles shows the light picture; the style sheet adds the dark
//! one. Every cell bears its number, since shades alone say nothing, and a title for who points at it; the picture as a
//! whole is described by numbers, tactic by tactic, for who listens to it.

use super::{Caption, Cell, Column, Matrix, Share, procedures};
use std::fmt::Write as _;

/// A column's width, and the space between two.
const COLUMN: usize = 156;
const GUTTER: usize = 4;
/// What is around everything.
const MARGIN: usize = 20;
/// A line of a cell.
const LINE: usize = 14;
/// Above and below the lines of a cell.
const PADDING: usize = 5;
/// How far a sub-technique is set in.
const INDENT: usize = 12;
/// Characters that fit into a line of a cell beside the number, of a head, of a sub-technique, and of running text for
/// each column.
const FITS: usize = 20;
const HEAD_FITS: usize = 17;
const SUB_FITS: usize = 17;
const TEXT_FITS: usize = 24;
/// Longest text of what the matrix was narrowed by, in characters, and most of such texts.
const MAX_TEXT: usize = 200;
const MAX_NARROWED: usize = 40;

/// How deep a number is shaded: from which number on, the class, its ground and its ink.
const SHADES: [(u64, &str, &str, &str, &str); 5] = [
    (8, "most", "#12604d", "#ffffff", "8 and more"),
    (4, "many", "#a2bfb6", "#20261f", "4 to 7"),
    (2, "some", "#bed2ca", "#20261f", "2 or 3"),
    (1, "few", "#dae4de", "#20261f", "1 procedure"),
    (0, "gap", "#ebe7dd", "#5a6057", "none"),
];

const STYLE: &str = "text{font-family:system-ui,\"Segoe UI\",\"Noto Sans\",\"Liberation Sans\",sans-serif}\
@media(prefers-color-scheme:dark){.sheet{fill:#1a2023}.ink{fill:#dfe0d8}.faint{fill:#9ba6a4}.rule{stroke:#66747a}\
.gap rect{fill:#0f1315}.gap text{fill:#9ba6a4}.few rect{fill:#233533}.few text{fill:#dfe0d8}.some rect{fill:#2b4741}\
.some text{fill:#dfe0d8}.many rect{fill:#33594f}.many text{fill:#dfe0d8}.most rect{fill:#2b7a63}.most text{fill:#fff}\
.asked rect{stroke:#e3bd6a}.asked.gap rect{stroke:#f2a08f}}";

impl Matrix {
    /// The matrix as an SVG document. A technique's sub-techniques are drawn where they are hunted or asked about, and
    /// counted where not.
    pub fn svg(&self, caption: &Caption) -> String {
        let width = 2 * MARGIN + (self.columns.len().max(4) * (COLUMN + GUTTER)).saturating_sub(GUTTER);
        let mut body = String::new();
        let mut bottom = self.head(caption, width, &mut body);
        let top = bottom;
        let asked = self.cells().any(|(_, cell, _)| cell.wanted);
        for (place, column) in self.columns.iter().enumerate() {
            let end = draw_column(column, MARGIN + place * (COLUMN + GUTTER), top, &mut body);
            bottom = bottom.max(end);
        }
        bottom = legend(bottom + 24, asked, &mut body);
        for line in wrapped(&self.notice, fitting(width)) {
            bottom += LINE + 2;
            text(&mut body, (MARGIN, bottom), 11, "faint", "#5a6057", &line);
        }
        let height = bottom + MARGIN;
        let mut svg = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} \
             {height}\" role=\"img\" aria-labelledby=\"title desc\"><title id=\"title\">{}</title><desc \
             id=\"desc\">{}</desc><style>{STYLE}</style><rect class=\"sheet\" width=\"{width}\" height=\"{height}\" \
             fill=\"#fbfaf6\"/>{body}</svg>",
            escaped(&self.title(caption)),
            escaped(&self.told_in_words(caption)),
        );
        svg
    }

    fn title(&self, caption: &Caption) -> String {
        format!("{}: ATT&CK {} {}", caption.name, self.domain, self.version)
    }

    /// What the picture shows, in sentences.
    fn told_in_words(&self, caption: &Caption) -> String {
        let mut told = self.summary(caption);
        for column in &self.columns {
            let hunted = column.cells.iter().filter(|cell| cell.count > 0).count();
            let _ = write!(told, " {}: {hunted} of {}.", column.name, column.cells.len());
        }
        let _ = write!(told, " {}", self.notice);
        told
    }

    fn summary(&self, caption: &Caption) -> String {
        let (Share { hunted, of }, wanted) = self.shares();
        let mut told = format!(
            "{} hunt {hunted} of {of} techniques and sub-techniques that are shown.",
            procedures(caption.procedures as u64)
        );
        if wanted.of > 0 {
            let gaps = wanted.of - wanted.hunted;
            let _ = write!(told, " Of {} of them that are asked about {gaps} are not hunted.", wanted.of);
        }
        told
    }

    /// Title, numbers, and what the matrix was narrowed by; where that ends.
    fn head(&self, caption: &Caption, width: usize, body: &mut String) -> usize {
        let mut bottom = MARGIN + 22;
        text(body, (MARGIN, bottom), 22, "ink", "#20261f", &self.title(caption));
        let narrowed: Vec<String> = (caption.narrowed.iter().take(MAX_NARROWED))
            .map(|(what, value)| format!("{what}: {}", value.chars().take(MAX_TEXT).collect::<String>()))
            .collect();
        let narrowed = (!narrowed.is_empty()).then(|| format!("Narrowed by {}", narrowed.join("; ")));
        for told in std::iter::once(self.summary(caption)).chain(narrowed) {
            for line in wrapped(&told, fitting(width)) {
                bottom += LINE + 4;
                text(body, (MARGIN, bottom), 12, "faint", "#5a6057", &line);
            }
        }
        bottom + 20
    }
}

/// A tactic with its techniques; where it ends.
fn draw_column(column: &Column, x: usize, top: usize, body: &mut String) -> usize {
    let mut y = top;
    for line in wrapped(&column.name, HEAD_FITS).into_iter().take(2) {
        y += LINE;
        let _ = write!(
            body,
            "<text class=\"ink\" x=\"{x}\" y=\"{y}\" font-size=\"13\" font-weight=\"600\" fill=\"#20261f\">{}</text>",
            escaped(&line)
        );
    }
    // All columns begin at one height, however long their names are.
    y = top + 2 * LINE + LINE;
    let hunted = column.cells.iter().filter(|cell| cell.count > 0).count();
    text(body, (x, y), 11, "faint", "#5a6057", &format!("{hunted} of {}", column.cells.len()));
    y += 6;
    let _ =
        write!(body, "<path class=\"rule\" d=\"M{x} {y}h{COLUMN}\" stroke=\"#8d8778\" stroke-width=\"1\"/>");
    y += 4;
    for cell in &column.cells {
        y = draw_cell(cell, x, y, false, body) + GUTTER / 2;
        for sub in cell.subs.iter().filter(|sub| sub.count > 0 || sub.wanted) {
            y = draw_cell(sub, x, y, true, body) + GUTTER / 2;
        }
    }
    y
}

/// One technique; where it ends.
fn draw_cell(cell: &Cell, x: usize, y: usize, is_sub: bool, body: &mut String) -> usize {
    let (x, width, fits) = if is_sub { (x + INDENT, COLUMN - INDENT, SUB_FITS) } else { (x, COLUMN, FITS) };
    let (_, class, ground, ink, _) =
        SHADES.into_iter().find(|(from, ..)| cell.count >= *from).unwrap_or(SHADES[SHADES.len() - 1]);
    let mut lines = wrapped(&cell.name, fits);
    let hidden = cell.subs.iter().filter(|sub| sub.count == 0 && !sub.wanted).count();
    if hidden > 0 {
        lines.push(format!("+{hidden} sub{} not hunted", if hidden == 1 { "" } else { "s" }));
    }
    let height = lines.len() * LINE + 2 * PADDING - 2;
    let asked = if cell.wanted { " asked" } else { "" };
    let outline = match (cell.wanted, cell.count) {
        (true, 0) => " stroke=\"#9c2b1c\" stroke-width=\"2\" stroke-dasharray=\"5 3\"",
        (true, _) => " stroke=\"#7a5200\" stroke-width=\"2\"",
        (false, _) => "",
    };
    let said = procedures(cell.count);
    let _ = write!(
        body,
        "<g class=\"{class}{asked}\"><title>{} {}: {said}{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" \
         height=\"{height}\" rx=\"3\" fill=\"{ground}\"{outline}/>",
        escaped(&cell.id),
        escaped(&cell.name),
        if cell.wanted { ", asked about" } else { "" },
    );
    let mut line_y = y + PADDING - 3;
    for line in &lines {
        line_y += LINE;
        let _ = write!(
            body,
            "<text x=\"{}\" y=\"{line_y}\" font-size=\"11\" fill=\"{ink}\">{}</text>",
            x + 6,
            escaped(line)
        );
    }
    let _ = write!(
        body,
        "<text x=\"{}\" y=\"{}\" font-size=\"11\" font-weight=\"600\" text-anchor=\"end\" fill=\"{ink}\">{}</text></g>",
        x + width - 6,
        y + PADDING - 3 + LINE,
        cell.count
    );
    y + height
}

/// What the shades mean; where it ends.
fn legend(y: usize, asked: bool, body: &mut String) -> usize {
    let mut x = MARGIN;
    let plain = SHADES.iter().rev().map(|(_, class, ground, _, told)| (*class, *ground, "", *told));
    let outlined = [
        ("asked", "#fbfaf6", " stroke=\"#7a5200\" stroke-width=\"2\"", "asked about"),
        (
            "asked gap",
            "#ebe7dd",
            " stroke=\"#9c2b1c\" stroke-width=\"2\" stroke-dasharray=\"5 3\"",
            "asked about, not hunted",
        ),
    ];
    for (class, ground, outline, told) in plain.chain(outlined.into_iter().filter(|_| asked)) {
        let sheet = if class == "asked" { " class=\"sheet\"" } else { "" };
        let _ = write!(
            body,
            "<g class=\"{class}\"><rect{sheet} x=\"{x}\" y=\"{}\" width=\"22\" height=\"14\" rx=\"3\" \
             fill=\"{ground}\"{outline}/></g>",
            y - 11
        );
        text(body, (x + 29, y), 12, "ink", "#20261f", told);
        x += 29 + told.chars().count() * 7 + 20;
    }
    y + 8
}

fn text(body: &mut String, (x, y): (usize, usize), size: usize, class: &str, fill: &str, told: &str) {
    let _ = write!(
        body,
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{fill}\">{}</text>",
        escaped(told)
    );
}

/// How many characters of running text fit into a width.
fn fitting(width: usize) -> usize {
    (width / (COLUMN + GUTTER)).max(1) * TEXT_FITS
}

/// A text in lines of at most so many characters, broken between words where there are any.
fn wrapped(told: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut room = 0;
    for word in told.split_whitespace() {
        for (part, piece) in pieces(word, most.max(1)).into_iter().enumerate() {
            let length = piece.chars().count();
            match lines.last_mut() {
                Some(line) if part == 0 && length < room => {
                    line.push(' ');
                    line.push_str(&piece);
                    room -= length + 1;
                }
                _ => {
                    room = most - length;
                    lines.push(piece);
                }
            }
        }
    }
    lines
}

/// A word in pieces that fit: behind a hyphen or a slash where it has one.
fn pieces(word: &str, most: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest: Vec<char> = word.chars().collect();
    while rest.len() > most {
        let end =
            rest[..most].iter().rposition(|letter| matches!(letter, '-' | '/')).map_or(most, |at| at + 1);
        pieces.push(rest.drain(..end).collect());
    }
    pieces.push(rest.into_iter().collect());
    pieces
}

/// A text as XML holds it: what XML cannot hold at all is left out.
fn escaped(told: &str) -> String {
    let mut out = String::with_capacity(told.len());
    for letter in told.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::matrix;
    use super::*;
    use proptest::prelude::*;

    fn caption(value: &str) -> Caption {
        Caption {
            name: "What we hunt".to_owned(),
            narrowed: vec![("Words".to_owned(), value.to_owned())],
            procedures: 3,
        }
    }

    #[test]
    fn every_technique_is_drawn_with_its_number_and_a_title() {
        let matrix = matrix(&[]);
        let svg = matrix.svg(&caption("lsass"));
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
        let drawn = (matrix.columns.iter().flat_map(|column| &column.cells))
            .filter(|cell| svg.contains(&format!("<title>{} ", cell.id)))
            .count();
        assert_eq!(drawn, matrix.columns.iter().map(|column| column.cells.len()).sum::<usize>());
        assert!(svg.contains("<title>T1003 OS Credential Dumping: 3 procedures</title>"));
        assert!(
            svg.contains("<title>T1003.001 LSASS Memory: 2 procedures</title>"),
            "a hunted sub-technique"
        );
        assert!(!svg.contains("<title>T1003.002"), "one that is not");
        let first = |column: &Column| {
            format!("600\" fill=\"#20261f\">{}</text>", wrapped(&column.name, HEAD_FITS)[0])
        };
        let head = |column: &Column| svg.find(&first(column)).unwrap();
        let order: Vec<usize> = matrix.columns.iter().map(head).collect();
        assert!(order.is_sorted(), "tactics in the order of the matrix");
    }

    #[test]
    fn it_says_what_it_is_and_bears_the_notice() {
        let svg = matrix(&["T1566", "T1003.001"]).svg(&caption("tag:<windows> & more"));
        let desc = &svg[svg.find("<desc").unwrap()..svg.find("</desc>").unwrap()];
        assert!(desc.contains("3 procedures hunt 3 of 697"), "{desc}");
        assert!(desc.contains("Of 2 of them that are asked about 1 are not hunted."), "{desc}");
        assert!(desc.contains("Credential Access: 1 of ") && desc.contains("The MITRE Corporation"));
        assert!(svg.contains("Narrowed by Words: tag:&lt;windows&gt; &amp; more"));
        assert!(svg.contains("asked about, not hunted") && svg.contains("stroke-dasharray"));
        assert!(svg.contains("prefers-color-scheme:dark"));
        let shown = &svg[svg.find("</desc>").unwrap()..];
        assert!(shown.contains("The MITRE Corporation"), "to be seen, too");
    }

    #[test]
    fn nothing_of_it_comes_from_elsewhere() {
        let svg = matrix(&[]).svg(&caption("http://example.com"));
        for word in ["href", "url(", "@import", "<script", "<image", "<use"] {
            assert!(!svg.contains(word), "{word}");
        }
    }

    proptest! {
        #[test]
        fn whatever_it_was_narrowed_by_it_is_well_formed(value in ".{0,300}") {
            let mut only = matrix(&["T1566"]);
            only.show(crate::attack::Show::Asked);
            let svg = only.svg(&caption(&value));
            prop_assert!(!svg.chars().any(|c| c.is_control() && c != '\n'));
            // Tags open and close in pairs, and every `&` begins an entity.
            let mut open = Vec::new();
            for tag in svg.split('<').skip(1) {
                let tag = tag.split('>').next().unwrap_or_default();
                let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
                if tag.starts_with('/') {
                    prop_assert_eq!(open.pop(), Some(name));
                } else if !tag.ends_with('/') {
                    open.push(name);
                }
            }
            prop_assert!(open.is_empty());
            let known = |rest: &str| ["amp;", "lt;", "gt;", "quot;"].iter().any(|name| rest.starts_with(name));
            let all_known = svg.split('&').skip(1).all(known);
            prop_assert!(all_known);
        }

        #[test]
        fn lines_lose_no_letter_and_are_never_too_long(told in "[a-zé ]{0,80}", most in 1usize..30) {
            let lines = wrapped(&told, most);
            prop_assert!(lines.iter().all(|line| line.chars().count() <= most));
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&told));
        }
    }
}
