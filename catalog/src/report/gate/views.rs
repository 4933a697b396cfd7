//! The ways in which a text is read.
//!
//! A name can be split by a tag, written in entities, hidden in an address, or have a character within that nobody sees. So
//! a text is looked at as it stands, with its entities and addresses decoded, and as it looks once rendered. Every view has
//! the lines of the text, so that a place in one is a place in the other.

use super::passages::Origin;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, char::compose};

/// Marks the beginning of a table in a view, of one of its rows, of one of its cells, and the end of the table.
pub(super) const TABLE: char = '\u{1d}';
pub(super) const ROW: char = '\u{1e}';
pub(super) const CELL: char = '\u{1f}';
pub(super) const END: char = '\u{1c}';

/// The longest tag, in bytes; what does not end within is text.
const MAX_TAG: usize = 4096;

/// The ways in which a text is read, each once. The first is the text as it stands, but for what nobody sees.
pub(super) fn of(text: &str, origin: Origin) -> Vec<String> {
    let plain = visible(text);
    let mut views = Vec::new();
    // What is printed has no markup; what looks like it is text.
    if !matches!(origin, Origin::Complained | Origin::Failed) {
        let decoded = escapes(&percent_decoded(&entities(&plain))).into_owned();
        let rendered = rendered(&plain, matches!(origin, Origin::Prose | Origin::Authored));
        for view in [decoded, rendered] {
            if view != plain && !views.contains(&view) {
                views.push(view);
            }
        }
    }
    views.insert(0, plain);
    views
}

/// Whether nobody sees a character.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

/// A text without colours and what nobody sees, letters of other widths as the usual ones, every blank one blank.
fn visible(text: &str) -> String {
    if text.bytes().all(|byte| byte == b'\n' || matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let plain = |text: &str| -> String {
        let seen =
            text.chars().filter(|c| !is_unseen(*c) && (!c.is_control() || matches!(c, '\n' | '\t' | '\r')));
        seen.map(|c| if c != '\n' && c.is_whitespace() { ' ' } else { c }).collect()
    };
    let coloured: Cow<'_, str> = if text.contains('\u{1b}') {
        super::super::python::without_colours(text).into()
    } else {
        text.into()
    };
    let seen = plain(&coloured);
    if seen.is_ascii() { seen } else { plain(&seen.nfkc().collect::<String>()) }
}

/// A text with its entities decoded. A line break stays one line's end, written as a blank.
fn entities(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, len) = entity(rest).unwrap_or((Some('&'), 1));
        out.extend(c);
        rest = &rest[len..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character of the entity that a text begins with, and its length; nothing for one that nobody sees. The semicolon may
/// be missing, as browsers have it.
fn entity(text: &str) -> Option<(Option<char>, usize)> {
    let window = &text.as_bytes()[..text.len().min(20)];
    let run = |from: usize, is: fn(&u8) -> bool| {
        from + window[from.min(window.len())..].iter().take_while(|byte| is(byte)).count()
    };
    let (end, c) = if text.starts_with("&#x") || text.starts_with("&#X") {
        let end = run(3, u8::is_ascii_hexdigit);
        (end, char::from_u32(u32::from_str_radix(text.get(3..end)?, 16).ok()?)?)
    } else if text.starts_with("&#") {
        let end = run(2, u8::is_ascii_digit);
        (end, char::from_u32(text.get(2..end)?.parse().ok()?)?)
    } else {
        let end = run(1, u8::is_ascii_alphanumeric);
        let c = match text.get(1..end)? {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" | "lsquo" | "rsquo" => '\'',
            "hyphen" => '-',
            "nbsp" | "ensp" | "emsp" | "thinsp" | "Tab" | "NewLine" => ' ',
            "shy" | "zwnj" | "zwj" | "lrm" | "rlm" | "ZeroWidthSpace" | "NoBreak" => '\u{200b}',
            "szlig" => 'ß',
            "oslash" => 'ø',
            "Oslash" => 'Ø',
            "aelig" => 'æ',
            "AElig" => 'Æ',
            name => marked(name)?,
        };
        (end, c)
    };
    let len = end + usize::from(text.as_bytes().get(end) == Some(&b';'));
    let c = if c.is_whitespace() || c.is_control() { ' ' } else { c };
    Some(((!is_unseen(c)).then_some(c), len))
}

/// The letter with a mark that an entity names: `uuml`, `Eacute`.
fn marked(name: &str) -> Option<char> {
    let (letter, mark) = name.split_at_checked(1)?;
    let mark = match mark {
        "grave" => '\u{300}',
        "acute" => '\u{301}',
        "circ" => '\u{302}',
        "tilde" => '\u{303}',
        "uml" => '\u{308}',
        "ring" => '\u{30a}',
        "caron" => '\u{30c}',
        "cedil" => '\u{327}',
        _ => return None,
    };
    compose(letter.chars().next()?, mark)
}

/// A text with `\u00fc` read as JSON has it.
fn escapes(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        let code = rest.get(at + 2..at + 6).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let c = code.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
        let (end, c) = match c {
            Some(c) => (at + 6, if c.is_control() || c.is_whitespace() { ' ' } else { c }),
            None => (at + 2, 'u'),
        };
        out.push_str(&rest[..at]);
        out.push(c);
        rest = &rest[end..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A text with `%41` read as an address has it.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    let is_written = text
        .as_bytes()
        .windows(3)
        .any(|three| three[0] == b'%' && three[1].is_ascii_hexdigit() && three[2].is_ascii_hexdigit());
    if !is_written {
        return Cow::Borrowed(text);
    }
    let lines = text.split('\n').map(|line| {
        let decoded = percent_decode_str(line).decode_utf8_lossy();
        decoded.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>()
    });
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// A text as it looks once rendered: without tags, comments, addresses and marks.
fn rendered(text: &str, is_markdown: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // A comment that is never closed is looked for once.
    let mut open_to_the_end = false;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let len = if rest.starts_with("<!--") && !open_to_the_end {
            let end = rest.find("-->").map(|end| end + 3);
            open_to_the_end = end.is_none();
            end
        } else {
            let begins = |c: char| c.is_ascii_alphabetic() || c == '/' || c == '!';
            let window = &rest.as_bytes()[..rest.len().min(MAX_TAG)];
            rest[1..]
                .starts_with(begins)
                .then(|| window.iter().position(|byte| *byte == b'>'))
                .flatten()
                .map(|end| end + 1)
        };
        let Some(len) = len else {
            out.push('<');
            rest = &rest[1..];
            continue;
        };
        let tag = &rest[..len];
        out.extend(stands_for(tag));
        out.extend(tag.chars().filter(|c| *c == '\n'));
        rest = &rest[len..];
    }
    out.push_str(rest);
    let out = if is_markdown { unmarked(&out) } else { out };
    entities(&out).into_owned()
}

/// What stands between two texts where a tag is.
fn stands_for(tag: &str) -> Option<char> {
    if tag.starts_with("<!") {
        return None;
    }
    let name = tag.trim_start_matches(['<', '/']).as_bytes();
    // The longest name below.
    let mut lower = [0; 6];
    let len = name.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let name = lower.get_mut(..len).map_or("", |lower| {
        lower.copy_from_slice(&name[..len]);
        lower.make_ascii_lowercase();
        std::str::from_utf8(lower).unwrap_or_default()
    });
    match name {
        "table" => Some(if tag.starts_with("</") { END } else { TABLE }),
        "tr" if !tag.starts_with("</") => Some(ROW),
        "td" | "th" if !tag.starts_with("</") => Some(CELL),
        "a" | "abbr" | "b" | "bdi" | "bdo" | "cite" | "code" | "del" | "dfn" | "em" | "font" | "i"
        | "ins" | "kbd" | "mark" | "q" | "s" | "samp" | "small" | "span" | "strike" | "strong" | "sub"
        | "sup" | "tt" | "u" | "var" | "wbr" | "img" | "tspan" => None,
        _ => Some(' '),
    }
}

/// Markdown without marks of emphasis and of code, backslashes, and the targets of links.
fn unmarked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '*' | '`' | '[' | '\\' | '~' => {}
            // Within a word it is part of it.
            '_' if !(out.ends_with(char::is_alphanumeric)
                && text[at + 1..].starts_with(char::is_alphanumeric)) => {}
            '!' if text[at + 1..].starts_with('[') => {}
            ']' => {
                let behind = &text[at + 1..];
                let window = &behind[..behind.floor_char_boundary(MAX_TAG)];
                if let Some(end) = behind.starts_with('(').then(|| window.find([')', '\n'])).flatten()
                    && window.as_bytes()[end] == b')'
                {
                    while chars.next_if(|(place, _)| *place <= at + 1 + end).is_some() {}
                }
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        of(text, Origin::Prose)
    }

    #[test]
    fn every_way_of_hiding_a_word_is_read() {
        for hidden in [
            "AC<b>ME</b>",
            "A&#67;ME",
            "A&#x43;ME",
            "A&#67ME x",
            "AC\u{200b}ME",
            "AC\u{ad}ME",
            "AC&shy;ME",
            "**AC**ME",
            "A\\CME",
            "[AC](https://x.example)ME",
            "https://x.example/%41CME",
            "{\"name\": \"A\\u0043ME\"}",
            "ＡＣＭＥ",
            "\u{1b}[1mAC\u{1b}[0mME",
            "AC<!-- x -->ME",
        ] {
            assert!(read(hidden).iter().any(|view| view.contains("ACME")), "{hidden}: {:?}", read(hidden));
        }
    }

    #[test]
    fn letters_with_marks_are_read_from_entities_and_escapes() {
        for written in ["B&auml;r", "B\\u00e4r", "Ba\u{308}r", "B&#228;r"] {
            assert!(read(written).iter().any(|view| view.contains("Bär")), "{written}: {:?}", read(written));
        }
    }

    #[test]
    fn every_view_has_the_lines_of_the_text() {
        let text = "a <b\ntitle='x'>b</b>\n<!--\n\n-->&#10;%0A\n[x](y\n) c\n";
        for view in read(text) {
            assert_eq!(view.matches('\n').count(), text.matches('\n').count(), "{view:?}");
        }
    }
}
