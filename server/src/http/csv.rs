//! Tables as RFC 4180 has them, written and read.

/// What a spreadsheet would take for the beginning of a formula, and what stands before it then.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\''];

/// Why a text is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CsvError {
    /// A quoted field does not end.
    #[error("Line {0}: a quotation mark is opened and not closed.")]
    Open(usize),
    /// Something stands behind a quoted field.
    #[error("Line {0}: something stands behind a quotation mark that closes a field.")]
    Behind(usize),
}

/// Adds a row.
pub fn push<'a>(table: &mut String, fields: impl IntoIterator<Item = &'a str>) {
    for (place, field) in fields.into_iter().enumerate() {
        if place > 0 {
            table.push(',');
        }
        table.push_str(&quoted(field));
    }
    table.push_str("\r\n");
}

/// A field. What a spreadsheet would take for a formula gets an apostrophe: names come from outside.
fn quoted(field: &str) -> String {
    let guarded = if field.starts_with(FORMULA) { format!("'{field}") } else { field.to_owned() };
    if guarded.contains([',', ';', '"', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

/// The rows of a table, each with the number of the line that it begins in. Fields stand between commas, or between
/// semicolons where the first line has no comma. Apostrophes that [`push`] put before a field are taken away.
///
/// # Errors
/// When quotation marks do not match.
pub fn read(text: &str) -> Result<Vec<(usize, Vec<String>)>, CsvError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    let between = if first.contains(';') && !first.contains(',') { ';' } else { ',' };
    let (mut rows, mut fields, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut begun) = (1, 1);
    let mut letters = text.chars().peekable();
    let mut end = |fields: &mut Vec<String>, begun| {
        // An empty line is none.
        if fields.len() > 1 || fields.first().is_some_and(|field| !field.is_empty()) {
            rows.push((begun, std::mem::take(fields)));
        }
        fields.clear();
    };
    while let Some(letter) = letters.next() {
        match letter {
            '"' if field.is_empty() => {
                loop {
                    match letters.next() {
                        None => return Err(CsvError::Open(begun)),
                        Some('"') if letters.next_if_eq(&'"').is_some() => field.push('"'),
                        Some('"') => break,
                        Some(other) => {
                            line += usize::from(other == '\n');
                            field.push(other);
                        }
                    }
                }
                if letters.peek().is_some_and(|next| *next != between && !matches!(next, '\r' | '\n')) {
                    return Err(CsvError::Behind(line));
                }
                // So that an empty quoted field is not opened again.
                if letters.peek().is_none() {
                    fields.push(plain(std::mem::take(&mut field)));
                    end(&mut fields, begun);
                    return Ok(rows);
                }
            }
            '\r' if letters.peek() == Some(&'\n') => {}
            '\n' => {
                fields.push(plain(std::mem::take(&mut field)));
                end(&mut fields, begun);
                line += 1;
                begun = line;
            }
            other if other == between => fields.push(plain(std::mem::take(&mut field))),
            other => field.push(other),
        }
    }
    if !field.is_empty() || !fields.is_empty() {
        fields.push(plain(field));
        end(&mut fields, begun);
    }
    Ok(rows)
}

/// A field without the apostrophe that kept it from being a formula.
fn plain(field: String) -> String {
    match field.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) => rest.to_owned(),
        _ => field,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_field_is_quoted_where_it_must_be_and_is_never_a_formula() {
        let mut table = String::new();
        push(&mut table, ["plain", "a,\"b\"", "=1+1"]);
        assert_eq!(table, "plain,\"a,\"\"b\"\"\",'=1+1\r\n");
    }

    #[test]
    fn a_table_of_a_spreadsheet_is_read() {
        let rows = read("\u{feff}a;b\r\n\"x;\"\"1\"\"\";2\r\n\r\n\"two\nlines\";\n;'=3").unwrap();
        let fields = |row: usize| rows[row].1.iter().map(String::as_str).collect::<Vec<_>>();
        assert_eq!((fields(0), fields(1)), (vec!["a", "b"], vec!["x;\"1\"", "2"]));
        assert_eq!((fields(2), fields(3)), (vec!["two\nlines", ""], vec!["", "=3"]));
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 4, 6]);
        assert_eq!(read("a\n\"b"), Err(CsvError::Open(2)));
        assert_eq!(read("a\n\"b\"c"), Err(CsvError::Behind(2)));
        assert_eq!(read(""), Ok(Vec::new()));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(rows in prop::collection::vec(prop::collection::vec("[a-z',;\"=\n\r\\-]{0,6}", 2..4), 1..4)) {
            let mut table = String::from("h,h\r\n");
            for row in &rows {
                push(&mut table, row.iter().map(String::as_str));
            }
            let read = read(&table).unwrap();
            let back: Vec<Vec<String>> = read.into_iter().skip(1).map(|(_, fields)| fields).collect();
            prop_assert_eq!(back, rows);
        }
    }
}
