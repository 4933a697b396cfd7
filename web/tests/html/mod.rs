//! Enough of an HTML tokenizer to see what a browser would make of a page: elements, their attributes, and what they
//! stand in.

/// Elements that have no end tag.
const VOID: [&str; 8] = ["br", "hr", "img", "input", "link", "meta", "source", "wbr"];

/// One element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// Its name, lower case.
    pub(crate) name: String,
    /// Its attributes, values unescaped.
    pub(crate) attributes: Vec<(String, String)>,
    /// The elements that it stands in, the outermost first.
    pub(crate) within: Vec<String>,
}

impl Element {
    /// The value of an attribute.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Whether it is this element with this value of that attribute.
    pub(crate) fn is(&self, element: &str, attribute: &str, value: &str) -> bool {
        self.name == element && self.get(attribute) == Some(value)
    }
}

/// Every element of a page, in the order of their start tags.
pub(crate) fn elements(page: &str) -> Vec<Element> {
    let mut found = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(end) = rest.strip_prefix('/') {
            let name = name_of(end);
            if let Some(depth) = open.iter().rposition(|around| *around == name) {
                open.truncate(depth);
            }
            rest = end;
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let name = name_of(rest);
            rest = &rest[name.len()..];
            let attributes;
            (attributes, rest) = attributes_of(rest);
            found.push(Element { name: name.clone(), attributes, within: open.clone() });
            if !VOID.contains(&name.as_str()) {
                open.push(name);
            }
        }
    }
    found
}

fn name_of(text: &str) -> String {
    text.chars()
        .take_while(|c| !c.is_whitespace() && !matches!(c, '>' | '/'))
        .collect::<String>()
        .to_ascii_lowercase()
}

/// The attributes up to the end of the tag, and what comes after it.
fn attributes_of(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let Some(first) = rest.chars().next() else { return (attributes, rest) };
        if first == '>' {
            return (attributes, &rest[1..]);
        }
        let end =
            rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/')).unwrap_or(rest.len());
        let name = rest[..end.max(1)].to_ascii_lowercase();
        rest = &rest[end.max(1)..];
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (body, close) = match quote {
                Some(quote) => (&after[1..], after[1..].find(quote)),
                None => (after, after.find(|c: char| c.is_whitespace() || c == '>')),
            };
            let close = close.unwrap_or(body.len());
            value = unescape(&body[..close]);
            rest = &body[close..];
            if quote.is_some() {
                rest = rest.get(1..).unwrap_or_default();
            }
        }
        attributes.push((name, value));
    }
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
}
