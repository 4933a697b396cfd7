//! The sanitizer's quick way: HTML that needs no repair, judged in one pass.
//!
//! Building a tree as the HTML standard wants it, with its repairs, is most of what sanitizing costs, and what our own
//! writers put out needs none. So [`clean`] reads a small part of HTML: tags as a serializer writes them, a few entities,
//! and elements that stand where the standard leaves them alone. Whatever else there is, it gives up on the *whole* text,
//! which then goes the long way.
//!
//! Why this is as safe as the long way, whoever has written the HTML:
//!
//! * It allows nothing of its own: elements have to be in [`TAGS`](super::sanitize::TAGS), and attributes, classes and
//!   addresses are judged by the very lists and functions of [`sanitize`] that ammonia is given.
//! * It copies no markup. Every tag is written anew, names from a fixed list, values decoded, judged and escaped; text is
//!   escaped, whatever it was. So what comes out holds the tags that were judged, and no others.
//! * A browser builds the tree that was judged. Everything is closed in order, and stands where no rule of the standard
//!   moves, splits, repeats or implies an element: blocks never within paragraphs, headings or inline elements, items
//!   within lists alone, cells within rows within parts of tables, no formatting element within one of its kind. No
//!   element is let in that changes how its content is read (raw text, SVG, MathML).
//! * It gives what ammonia gives, byte for byte: checked on every text in debug builds and unit tests, here on random
//!   HTML, and by the attack collection.

use super::raw_html::FORMATTING;
use super::sanitize::{self, LINK_REL};
use std::borrow::Cow;

/// Most elements that are open at a time.
const MAX_OPEN: usize = 100;

/// Most attributes of a tag.
const MAX_ATTRIBUTES: usize = 8;

/// What an element holds, and what holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Nothing: there is no closing tag.
    Nothing,
    /// Text and inline elements.
    Phrasing,
    /// Blocks, and what is phrasing.
    Flow,
    /// `li`
    Items,
    /// `dt` and `dd`
    Terms,
    /// `thead`, `tbody`, `tfoot`
    Groups,
    /// `tr`
    Rows,
    /// `th` and `td`
    Cells,
}

impl Content {
    fn holds_text(self) -> bool {
        matches!(self, Self::Phrasing | Self::Flow)
    }

    fn holds(self, kind: Self) -> bool {
        self == kind || (self, kind) == (Self::Flow, Self::Phrasing)
    }
}

/// What an element is among, and what it holds; none for those that are left to the long way.
fn model(name: &str) -> Option<(Content, Content)> {
    use Content::{Cells, Flow, Groups, Items, Nothing, Phrasing, Rows, Terms};
    Some(match name {
        "span" | "code" | "a" | "em" | "strong" | "abbr" | "b" | "bdi" | "bdo" | "cite" | "del" | "dfn"
        | "i" | "ins" | "kbd" | "mark" | "q" | "s" | "samp" | "small" | "strike" | "sub" | "sup" | "time"
        | "tt" | "u" | "var" => (Phrasing, Phrasing),
        "br" | "img" | "wbr" => (Phrasing, Nothing),
        "p" | "pre" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => (Flow, Phrasing),
        "hr" => (Flow, Nothing),
        "aside" | "blockquote" | "details" | "div" | "figcaption" | "figure" | "footer" | "header"
        | "section" | "summary" => (Flow, Flow),
        "ul" | "ol" => (Flow, Items),
        "li" => (Items, Flow),
        "dl" => (Flow, Terms),
        "dt" | "dd" => (Terms, Flow),
        "table" => (Flow, Groups),
        "thead" | "tbody" | "tfoot" => (Groups, Rows),
        "tr" => (Rows, Cells),
        "th" | "td" => (Cells, Flow),
        _ => return None,
    })
}

/// What the sanitizer makes of this HTML; none where that takes the long way.
pub(super) fn clean(html: &str) -> Option<String> {
    // An HTML parser drops a byte order mark.
    if html.starts_with('\u{feff}') {
        return None;
    }
    let html = with_newlines(html);
    let mut strict = Strict { open: Vec::new(), out: String::with_capacity(html.len() + html.len() / 4) };
    let mut rest = strict.text(&html)?;
    while !rest.is_empty() {
        rest = strict.tag(rest)?;
        rest = strict.text(rest)?;
    }
    strict.open.is_empty().then_some(strict.out)
}

/// Line ends as an HTML parser reads them.
fn with_newlines(html: &str) -> Cow<'_, str> {
    if html.contains('\r') {
        Cow::Owned(html.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(html)
    }
}

struct Strict<'a> {
    /// The elements that are open and what they hold, outermost first.
    open: Vec<(&'a str, Content)>,
    out: String,
}

impl<'a> Strict<'a> {
    /// Takes text up to the next tag; gives what follows.
    fn text<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let around = self.around();
        if around.holds_text() {
            pieces(text, true, |piece| match piece {
                Piece::Plain(text) => self.out.push_str(text),
                Piece::Special(c) => push(c, false, &mut self.out),
            })
        } else {
            let len = text.bytes().position(|b| !matches!(b, b' ' | b'\n')).unwrap_or(text.len());
            let (blank, rest) = text.split_at(len);
            self.out.push_str(blank);
            (rest.is_empty() || rest.starts_with('<')).then_some(rest)
        }
    }

    /// What the innermost open element holds.
    fn around(&self) -> Content {
        self.open.last().map_or(Content::Flow, |(_, holds)| *holds)
    }

    /// Takes the tag that a text begins with; gives what follows.
    fn tag(&mut self, text: &'a str) -> Option<&'a str> {
        if let Some(closing) = text.strip_prefix("</") {
            let (name, _) = self.open.pop()?;
            self.out.extend(["</", name, ">"]);
            return closing.strip_prefix(name)?.strip_prefix('>');
        }
        let text = &text[1..];
        let len = text.bytes().position(|b| !b.is_ascii_lowercase() && !b.is_ascii_digit())?;
        let (name, rest) = text.split_at(len);
        let (kind, holds) = model(name)?;
        let repeated = || FORMATTING.contains(&name) && self.open.iter().any(|(open, _)| *open == name);
        if !self.around().holds(kind)
            || kind == Content::Phrasing && repeated()
            || self.open.len() >= MAX_OPEN
        {
            return None;
        }
        self.out.extend(["<", name]);
        let rest = self.attributes(name, rest)?;
        let rest = match rest.strip_prefix(" />") {
            Some(rest) if holds == Content::Nothing => rest,
            _ => rest.strip_prefix('>')?,
        };
        if name == "a" {
            self.out.extend([" rel=\"", LINK_REL, "\""]);
        }
        if name == "table" {
            self.out.push_str(" tabindex=\"0\"");
        }
        self.out.push('>');
        if holds != Content::Nothing {
            self.open.push((name, holds));
        }
        // A parser drops a newline there.
        if name == "pre" && rest.starts_with('\n') {
            return None;
        }
        Some(rest)
    }

    /// Takes the attributes behind an element's name; gives what follows.
    fn attributes(&mut self, element: &str, text: &'a str) -> Option<&'a str> {
        let mut rest = text;
        let mut names = [""; MAX_ATTRIBUTES];
        let mut count = 0;
        while let Some(behind) = rest.strip_prefix(' ').filter(|behind| !behind.starts_with('/')) {
            let len = behind.bytes().position(|b| !b.is_ascii_lowercase() && b != b'-')?;
            let (name, behind) = behind.split_at(len);
            if name.is_empty() || names[..count].contains(&name) {
                return None;
            }
            *names.get_mut(count)? = name;
            count += 1;
            let value;
            (value, rest) = match behind.strip_prefix("=\"") {
                Some(behind) => {
                    let (value, behind) = behind.split_at(behind.bytes().position(|b| b == b'"')?);
                    (value, &behind[1..])
                }
                None if behind.starts_with([' ', '>']) => ("", behind),
                None => return None,
            };
            if sanitize::is_kept(element, name) {
                self.attribute(element, name, &decoded(value)?)?;
            }
        }
        Some(rest)
    }

    /// Writes an attribute; none where its value is not kept.
    fn attribute(&mut self, element: &str, name: &str, value: &str) -> Option<()> {
        if matches!(name, "href" | "src") && !sanitize::is_kept_address(value) {
            return None;
        }
        let value = sanitize::attribute(element, name, value)?;
        self.out.extend([" ", name, "=\""]);
        if name == "class" {
            let allowed = sanitize::classes_of(element);
            let mut classes = value.split_ascii_whitespace().filter(|class| allowed.contains(class));
            if let Some(first) = classes.next() {
                self.out.push_str(first);
            }
            classes.for_each(|class| self.out.extend([" ", class]));
        } else {
            escape(&value, &mut self.out);
        }
        self.out.push('"');
        Some(())
    }
}

/// The value of an attribute; none where it holds what is left to the long way.
fn decoded(value: &str) -> Option<Cow<'_, str>> {
    if !value.bytes().any(|b| matches!(b, b'&' | 0)) {
        return Some(Cow::Borrowed(value));
    }
    let mut out = String::with_capacity(value.len());
    pieces(value, false, |piece| match piece {
        Piece::Plain(text) => out.push_str(text),
        Piece::Special(c) => out.push(c),
    })?;
    Some(Cow::Owned(out))
}

enum Piece<'a> {
    /// Text without a character that is written as an entity.
    Plain(&'a str),
    /// Such a character, or any other that an entity stood for.
    Special(char),
}

/// Goes over text with entities, up to a tag where one may follow; gives what is left. None where an entity or a
/// character is left to the long way.
fn pieces<'a>(text: &'a str, up_to_tag: bool, mut each: impl FnMut(Piece<'a>)) -> Option<&'a str> {
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (0, 0);
    loop {
        at += bytes[at..].iter().position(|b| SPECIAL[usize::from(*b)]).unwrap_or(bytes.len() - at);
        let (c, len) = match bytes.get(at) {
            None => break,
            Some(b'<') if up_to_tag => break,
            Some(b'&') => entity(&text[at..])?,
            Some(b'<') => ('<', 1),
            Some(b'>') => ('>', 1),
            Some(0) => return None,
            Some(_) if bytes.get(at + 1) == Some(&0xa0) => ('\u{a0}', 2),
            // Another character that begins like it.
            Some(_) => {
                at += 1;
                continue;
            }
        };
        each(Piece::Plain(&text[plain..at]));
        each(Piece::Special(c));
        at += len;
        plain = at;
    }
    each(Piece::Plain(&text[plain..at]));
    Some(&text[at..])
}

/// The bytes at which [`pieces`] stops: of what is written as an entity or begins one, and the one that is refused.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    special[0] = true;
    special[b'&' as usize] = true;
    special[b'<' as usize] = true;
    special[b'>' as usize] = true;
    // The first byte of a no-break space.
    special[0xc2] = true;
    special
};

/// The entity that a text begins with, and its length. The few that our writers and a serializer use.
fn entity(text: &str) -> Option<(char, usize)> {
    const KNOWN: [(&str, char); 7] = [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&quot;", '"'),
        ("&#39;", '\''),
        ("&#x27;", '\''),
        ("&nbsp;", '\u{a0}'),
    ];
    KNOWN.iter().find(|(written, _)| text.starts_with(written)).map(|(written, c)| (*c, written.len()))
}

/// Appends the value of an attribute as a serializer writes it.
fn escape(value: &str, out: &mut String) {
    if value.bytes().any(|b| SPECIAL[usize::from(b)] || b == b'"') {
        value.chars().for_each(|c| push(c, true, out));
    } else {
        out.push_str(value);
    }
}

/// Appends a character as a serializer writes it.
fn push(c: char, in_value: bool, out: &mut String) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '\u{a0}' => out.push_str("&nbsp;"),
        '"' if in_value => out.push_str("&quot;"),
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sanitize::{TAGS, repaired};
    use std::time::{Duration, Instant};

    #[test]
    fn what_needs_no_repair_is_written_as_the_long_way_writes_it() {
        for html in [
            "",
            "text &amp; &lt;b&gt; &quot;q&quot; &#39;a&#x27; > \u{a0}&nbsp;é\r\nx\ry",
            "<p>a <em>b <strong>c</strong></em> <code class=\"language-sql bad\"><span class=\"k z\">d</span></code></p>\n",
            "<h2 id=\"A-b\">x</h2>",
            "<h2 id=\"x\" data-x=\"1\" onclick=\"y\">x</h2><hr /><br><br />",
            "<p><a href=\"https://example.org/?a=1&amp;b=&lt;\" title=\"&quot;'\">x</a> <a href=\"#Ab c\">y</a></p>",
            "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n<ol start=\"3\">\n<li><p>x</p></li></ol>",
            "<table>\n<thead>\n<tr>\n<th align=\"center\">a</th>\n</tr>\n</thead>\n<tbody><tr><td colspan=\"2\"><table></table></td></tr></tbody></table>",
            "<section class=\"footnotes\" data-footnotes>\n<ol><li id=\"fn-1\"><p>x <sup class=\"footnote-ref\"><a href=\"#fnref-1\" data-footnote-ref>1</a></sup></p></li></ol></section>",
            "<pre class=\"code\" tabindex=\"0\"><code>\nx\n</code></pre><details open name=\"tabs-1\"><summary><p>x</p></summary><dl><dt>a</dt><dd>b</dd></dl></details>",
            "<img src=\"/x.png\" alt=\"a&gt;b\u{a0}\" loading=\"lazy\" width=\"3\">",
        ] {
            assert_eq!(clean(html).as_deref(), Some(repaired(html).as_str()), "{html}");
        }
    }

    #[test]
    fn whatever_would_be_repaired_or_dropped_takes_the_long_way() {
        for html in [
            "\u{feff}x",
            "a & b",
            "&copy;",
            "&#106;",
            "\0",
            "<script>x</script>",
            "<svg></svg>",
            "<math></math>",
            "<B>x</B>",
            "<p>x",
            "</p>",
            "<b><i>x</b></i>",
            "<p><div>x</div></p>",
            "<p><table></table></p>",
            "<em><p>x</p></em>",
            "<h1><h2>x</h2></h1>",
            "<a href=\"/a\"><a href=\"/b\">x</a></a>",
            "<b>a<b>b</b></b>",
            "<li>x</li>",
            "<ul><p>x</p></ul>",
            "<ul>x</ul>",
            "<dl><dd><dd>x</dd></dd></dl>",
            "<table>x</table>",
            "<table><tr><td>x</td></tr></table>",
            "<td>x</td>",
            "<pre>\nx</pre>",
            "<br></br>",
            "<p />x</p>",
            "<!-- x -->",
            "<p id='x'>y</p>",
            "<p id=x>y</p>",
            "<p id=\"x\"title=\"y\">z</p>",
            "<p  id=\"x\">y</p>",
            "<p id=\"x\" id=\"y\">z</p>",
            "<p id=\"\">x</p>",
            "<p title=\"&colon;\">x</p>",
            "<p title=\"x",
            "<p title=\"\0\">x</p>",
            "<a href=\"javascript:x\">y</a>",
            "<a href=\"java&#39;script:x\">y</a>",
            "<a href=\"x.md\">y</a>",
            "<a href=\"https://[\">y</a>",
            "<img src=\"https://example.org/x.png\">",
            "<img src=\"//example.org/x.png\">",
            "<",
            "<>",
            "< p>x</ p>",
        ] {
            assert_eq!(clean(html), None, "{html}");
        }
        let deep = |depth: usize| "<div>".repeat(depth) + &"</div>".repeat(depth);
        assert!(clean(&deep(MAX_OPEN)).is_some() && clean(&deep(MAX_OPEN + 1)).is_none());
    }

    #[test]
    fn no_element_is_known_here_that_the_list_does_not_allow() {
        // Named by hand: what the standard reads as something else than a tree of HTML.
        for name in [
            "script", "style", "svg", "math", "template", "noscript", "iframe", "title", "textarea", "select",
        ] {
            assert_eq!(model(name), None, "{name}");
        }
        let known = TAGS.iter().filter(|name| model(name).is_some()).count();
        // Every arm of the table is in the list: whoever adds one counts anew.
        assert_eq!(known, 62);
    }

    /// Attributes as they are written, right and wrong.
    const ATTRIBUTES: &[&str] = &[
        "",
        " id=\"a\"",
        " id=\"A b\"",
        " id=\"user-content-a\"",
        " class=\"k\"",
        " class=\"note  k x code\"",
        " class",
        " title=\"&quot;&lt;&amp;&#39;><'\u{a0}\"",
        " title='x'",
        " title",
        " lang=\"en\"",
        " style=\"color:red\"",
        " onclick=\"x\"",
        " href=\"https://example.org/?a&amp;b\"",
        " href=\"HTTP:x\"",
        " href=\"#x\"",
        " href=\"#\"",
        " href=\"/x\"",
        " href=\"//x\"",
        " href=\"javascript:x\"",
        " href=\" https://example.org\"",
        " href=\"mailto:a@example.org\"",
        " href=\"https://[x\"",
        " src=\"/x\"",
        " src=\"x\"",
        " alt=\"\"",
        " width=\"3\"",
        " width=\"x\"",
        " colspan=\"2\"",
        " colspan=\"0\"",
        " align=\"left\"",
        " open",
        " name=\"tabs-1\"",
        " name=\"x\"",
        " tabindex=\"0\"",
        " rel=\"x\"",
        " data-x=\"1\"",
        " aria-label=\"&\"",
        " /",
    ];

    const TEXTS: &[&str] = &[
        "x", " ", "\n", "\r\n", "\r", "\n\n", "a b", "&amp;", "&lt;", "&quot;", "&#39;", "&#x27;", "&nbsp;",
        "\u{a0}", "Â", "é", ">", "\"", "'", "&", "&copy;", "&ampx", "&lt", "&#0;", "\0", "\u{feff}",
        "<!--x-->", "<", "<!x>", "]]>", "\t", "\u{c}",
    ];

    struct Dice(u64);

    impl Dice {
        fn throw(&mut self, sides: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = self.0;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap_or_default()
        }

        fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
            of[self.throw(of.len())]
        }
    }

    /// An element with content: mostly one that may stand there, closed as it should be; at times anything.
    fn element(dice: &mut Dice, around: Content, depth: usize, out: &mut String) {
        const OTHERS: &[&str] =
            &["svg", "math", "script", "style", "form", "nobr", "image", "caption", "ruby", "rt", "x"];
        let name = match dice.throw(40) {
            0 => dice.one(OTHERS),
            1 => dice.one(&TAGS),
            _ => {
                let fits: Vec<_> = TAGS
                    .into_iter()
                    .filter(|name| model(name).is_some_and(|(kind, _)| around.holds(kind)))
                    .collect();
                dice.one(&fits)
            }
        };
        let holds = model(name).map_or(Content::Flow, |(_, holds)| holds);
        out.extend(["<", name]);
        for _ in 0..dice.throw(3) {
            let any = dice.throw(6) == 0;
            let fits: Vec<_> = ATTRIBUTES
                .iter()
                .copied()
                .filter(|written| any || clean(&format!("<{name}{written}></{name}>")).is_some())
                .collect();
            out.push_str(if fits.is_empty() { "" } else { dice.one(&fits) });
        }
        out.push('>');
        if holds != Content::Nothing {
            content(dice, holds, depth, out);
            if dice.throw(60) > 0 {
                out.extend(["</", name, ">"]);
            }
        }
    }

    fn content(dice: &mut Dice, around: Content, depth: usize, out: &mut String) {
        for _ in 0..dice.throw(4) {
            if depth > 0 && dice.throw(2) == 0 {
                element(dice, around, depth - 1, out);
            } else if around.holds_text() {
                let few = if dice.throw(30) == 0 { TEXTS.len() } else { 19 };
                out.push_str(TEXTS[dice.throw(few)]);
            } else {
                out.push_str(dice.one(&["", " ", "\n"]));
            }
        }
    }

    #[test]
    fn on_the_attack_collection_both_ways_give_the_same() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/attacks/payloads.json");
        let collection = std::fs::read_to_string(path).unwrap();
        let mut texts = Vec::new();
        texts_of(&serde_json::from_str(&collection).unwrap(), &mut texts);
        assert!(texts.len() > 50, "{} payloads", texts.len());
        for text in texts {
            if let Some(cleaned) = clean(&text) {
                assert_eq!(cleaned, repaired(&text), "{text:?}");
            }
            // As markdown makes it; the sanitizer compares in tests.
            crate::render::markdown(&text);
            crate::render::markdown(&format!("| {} |\n|---|\n", text.replace('\n', " ")));
        }
    }

    fn texts_of(value: &serde_json::Value, texts: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) => texts.push(text.clone()),
            serde_json::Value::Array(values) => values.iter().for_each(|value| texts_of(value, texts)),
            serde_json::Value::Object(values) => values.values().for_each(|value| texts_of(value, texts)),
            _ => {}
        }
    }

    #[test]
    fn on_random_html_both_ways_give_the_same() {
        let variable = |name| std::env::var(name).ok().and_then(|value| value.parse().ok());
        let seconds = variable("HUNTSHELF_FUZZ_SECONDS").unwrap_or(2);
        let first: u64 = variable("HUNTSHELF_FUZZ_SEED").unwrap_or(1);
        let end = Instant::now() + Duration::from_secs(seconds);
        let (mut runs, mut quick) = (0, 0);
        while Instant::now() < end {
            let mut html = String::new();
            let dice = &mut Dice(first + runs);
            content(dice, Content::Flow, 6, &mut html);
            if let Some(cleaned) = clean(&html) {
                assert_eq!(cleaned, repaired(&html), "{html:?}");
                assert_eq!(repaired(&cleaned), cleaned, "{html:?}");
                quick += u64::from(html.contains('<'));
            }
            runs += 1;
        }
        println!("sanitizer: {runs} texts in {seconds} s, {quick} the quick way, seeds from {first}");
        assert!(quick > runs / 10, "{quick} of {runs}");
    }
}
