//! The texts in a piece of Python. A parser would be more than is needed and falls over what is not finished; a text is
//! found by its quotes.

/// The literals of a cell with their places, prefixes and quotes off, escapes as written. One pass.
pub(super) fn strings(source: &str) -> Vec<(usize, &str)> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'#' => at += bytes[at..].iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len() - at),
            quote @ (b'"' | b'\'') => {
                let triple = bytes[at..].starts_with(&[quote; 3]);
                let start = at + if triple { 3 } else { 1 };
                let end = end_of(bytes, start, quote, triple);
                found.push((start, &source[start..end]));
                at = end + if triple { 3 } else { 1 };
            }
            _ => at += 1,
        }
    }
    found
}

/// Where a text ends that began at `start`: at its quotes, at the end of the line if it has one quote only, or at the
/// end of the cell.
fn end_of(bytes: &[u8], start: usize, quote: u8, triple: bool) -> usize {
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' if !triple => return at,
            byte if byte == quote && (!triple || bytes[at..].starts_with(&[quote; 3])) => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}
