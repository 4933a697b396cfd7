//! Lines removed and added, as tables: side by side, or one below the other.

use leptos::prelude::*;

/// Unchanged lines that stay around what changed.
const AROUND: usize = 3;
/// So many unchanged lines in a row are worth folding.
const WORTH_FOLDING: usize = 3;

/// Lines that changed, with their surroundings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hunk {
    /// `@@ -1,4 +1,5 @@`
    pub header: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// `' '`, `'-'` or `'+'`.
    pub sign: char,
    /// Line number on the old side, from 1.
    pub old: Option<u32>,
    /// Line number on the new side, from 1.
    pub new: Option<u32>,
    /// The text in pieces.
    pub pieces: Vec<Piece>,
}

/// A part of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Piece {
    /// The class of its colour; empty for none.
    pub class: &'static str,
    /// Whether it is what changed within the line.
    pub changed: bool,
    /// The text.
    pub text: String,
}

/// How both sides stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Layout {
    /// The old one at the left, the new one at the right.
    #[default]
    Split,
    /// The old lines above the new ones.
    Inline,
}

/// A row of a table.
enum Row {
    /// A line, or two that took each other's place.
    Lines(Option<Line>, Option<Line>),
    /// So many unchanged lines that are not shown.
    Folded(usize),
}

/// Hunks of a whole text as one table; `label` is what its frame is called by those who listen to the page.
pub(in crate::pages) fn hunks(hunks: Vec<Hunk>, label: String) -> AnyView {
    let bodies = hunks
        .into_iter()
        .map(|hunk| {
            let rows = rows(hunk.lines, Layout::Inline, true);
            view! {
                <tbody>
                    <tr class="hunk"><th colspan="3" scope="rowgroup"><code>{hunk.header}</code></th></tr>
                    {table_rows(rows, Layout::Inline)}
                </tbody>
            }
        })
        .collect_view();
    framed(bodies.into_any(), Layout::Inline, label)
}

/// The lines of one cell as a table. Long runs of unchanged lines are folded, unless all of it is `whole`.
pub(super) fn table(lines: Vec<Line>, layout: Layout, whole: bool, label: String) -> AnyView {
    let rows = rows(lines, layout, whole);
    framed(view! { <tbody>{table_rows(rows, layout)}</tbody> }.into_any(), layout, label)
}

fn framed(bodies: AnyView, layout: Layout, label: String) -> AnyView {
    let (class, headings) = match layout {
        Layout::Inline => ("diff", vec!["Old line", "New line", "Text"]),
        Layout::Split => ("diff split", vec!["Old line", "Old text", "New line", "New text"]),
    };
    let columns = (layout == Layout::Split).then(|| {
        view! { <colgroup><col class="numbers" /><col /><col class="numbers" /><col /></colgroup> }
    });
    let headings =
        headings.into_iter().map(|heading| view! { <th scope="col">{heading}</th> }).collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=label>
            <table class=class>
                <caption class="unseen">"Lines removed and added"</caption>
                {columns}
                <thead class="unseen"><tr>{headings}</tr></thead>
                {bodies}
            </table>
        </div>
    }
    .into_any()
}

/// What stands beside what. Removed lines stand beside the added ones that follow them, one to one from the top.
fn rows(lines: Vec<Line>, layout: Layout, whole: bool) -> Vec<Row> {
    let mut rows = Vec::with_capacity(lines.len());
    let mut lines = lines.into_iter().peekable();
    while let Some(line) = lines.next() {
        match (line.sign, layout) {
            ('-', Layout::Split) => {
                let mut removed = vec![line];
                while let Some(line) = lines.next_if(|line| line.sign == '-') {
                    removed.push(line);
                }
                let mut added = Vec::new();
                while let Some(line) = lines.next_if(|line| line.sign == '+') {
                    added.push(line);
                }
                let longest = removed.len().max(added.len());
                let (mut removed, mut added) = (removed.into_iter(), added.into_iter());
                rows.extend((0..longest).map(|_| Row::Lines(removed.next(), added.next())));
            }
            ('+', _) => rows.push(Row::Lines(None, Some(line))),
            ('-', Layout::Inline) => rows.push(Row::Lines(Some(line), None)),
            _ => rows.push(Row::Lines(Some(line.clone()), Some(line))),
        }
    }
    if whole { rows } else { folded(rows) }
}

fn is_same(row: &Row) -> bool {
    matches!(row, Row::Lines(Some(old), Some(_)) if old.sign == ' ')
}

/// Without the unchanged lines that are far from any change.
fn folded(rows: Vec<Row>) -> Vec<Row> {
    let changed: Vec<usize> =
        rows.iter().enumerate().filter(|(_, row)| !is_same(row)).map(|(at, _)| at).collect();
    let near = |at: usize| {
        let next = changed.partition_point(|changed| *changed < at);
        let after = changed.get(next).is_some_and(|changed| changed - at <= AROUND);
        let before = next.checked_sub(1).is_some_and(|before| at - changed[before] <= AROUND);
        after || before
    };
    let mut shown: Vec<Row> = Vec::with_capacity(rows.len());
    let mut waiting: Vec<Row> = Vec::new();
    let settle = |waiting: &mut Vec<Row>, shown: &mut Vec<Row>| {
        if waiting.len() > WORTH_FOLDING {
            shown.push(Row::Folded(waiting.len()));
            waiting.clear();
        } else {
            shown.append(waiting);
        }
    };
    for (at, row) in rows.into_iter().enumerate() {
        if is_same(&row) && !near(at) {
            waiting.push(row);
        } else {
            settle(&mut waiting, &mut shown);
            shown.push(row);
        }
    }
    settle(&mut waiting, &mut shown);
    shown
}

fn table_rows(rows: Vec<Row>, layout: Layout) -> AnyView {
    rows.into_iter()
        .map(|row| match (row, layout) {
            (Row::Folded(count), layout) => {
                let columns = if layout == Layout::Split { "4" } else { "3" };
                view! { <tr class="folded"><td colspan=columns>{count} " unchanged lines"</td></tr> }
                    .into_any()
            }
            (Row::Lines(old, new), Layout::Split) => beside(old, new),
            (Row::Lines(old, new), Layout::Inline) => below(old, new),
        })
        .collect_view()
        .into_any()
}

/// One row of what stands one below the other.
fn below(old: Option<Line>, new: Option<Line>) -> AnyView {
    let (was, is) = (old.as_ref().and_then(|line| line.old), new.as_ref().and_then(|line| line.new));
    let Some(line) = new.or(old) else { return ().into_any() };
    let (class, said) = spoken(line.sign);
    view! {
        <tr class=class>
            <td class="number">{was}</td>
            <td class="number">{is}</td>
            <td class="text"><span class="unseen">{said}</span>{pieces(line)}</td>
        </tr>
    }
    .into_any()
}

/// One row of what stands side by side.
fn beside(old: Option<Line>, new: Option<Line>) -> AnyView {
    let class = if old.as_ref().is_some_and(|line| line.sign == ' ') { "same" } else { "differs" };
    let (was, is) = (old.as_ref().and_then(|line| line.old), new.as_ref().and_then(|line| line.new));
    view! {
        <tr class=class>
            <td class=side("number old", old.as_ref())>{was}</td>
            {text(old, "text old")}
            <td class=side("number new", new.as_ref())>{is}</td>
            {text(new, "text new")}
        </tr>
    }
    .into_any()
}

fn text(line: Option<Line>, class: &'static str) -> AnyView {
    let class = side(class, line.as_ref());
    let Some(line) = line else { return view! { <td class=class></td> }.into_any() };
    let (_, said) = spoken(line.sign);
    view! { <td class=class><span class="unseen">{said}</span>{pieces(line)}</td> }.into_any()
}

fn side(class: &str, line: Option<&Line>) -> String {
    format!("{class} {}", line.map_or("nothing", |line| spoken(line.sign).0))
}

/// The class of a line, and what is said before it to those who do not see its colour.
fn spoken(sign: char) -> (&'static str, &'static str) {
    match sign {
        '-' => ("removed", "removed: "),
        '+' => ("added", "added: "),
        _ => ("same", ""),
    }
}

fn pieces(line: Line) -> AnyView {
    let sign = line.sign;
    line.pieces
        .into_iter()
        .map(|piece| {
            let text = if piece.class.is_empty() {
                piece.text.into_any()
            } else {
                view! { <span class=piece.class>{piece.text}</span> }.into_any()
            };
            match (piece.changed, sign) {
                (true, '-') => view! { <del>{text}</del> }.into_any(),
                (true, _) => view! { <ins>{text}</ins> }.into_any(),
                (false, _) => text,
            }
        })
        .collect_view()
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(signs: &str) -> Vec<Line> {
        signs.chars().map(|sign| Line { sign, ..Line::default() }).collect()
    }

    fn shape(rows: &[Row]) -> String {
        rows.iter()
            .map(|row| match row {
                Row::Folded(_) => '…',
                Row::Lines(Some(old), Some(_)) if old.sign == ' ' => ' ',
                Row::Lines(Some(_), Some(_)) => '≠',
                Row::Lines(Some(_), None) => '-',
                Row::Lines(None, _) => '+',
            })
            .collect()
    }

    #[test]
    fn a_removed_line_stands_beside_the_added_one_that_took_its_place() {
        assert_eq!(shape(&rows(lines(" --+ +"), Layout::Split, true)), " ≠- +");
        assert_eq!(shape(&rows(lines(" --+ +"), Layout::Inline, true)), " --+ +");
    }

    #[test]
    fn unchanged_lines_far_from_any_change_are_folded() {
        assert_eq!(shape(&rows(lines("         +         "), Layout::Inline, false)), "…   +   …");
        assert_eq!(shape(&rows(lines("      +      "), Layout::Inline, false)), "      +      ");
        assert_eq!(shape(&rows(lines("          "), Layout::Inline, false)), "…");
    }
}
