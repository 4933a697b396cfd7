//! Lists of indicators as people paste them: defanged, repeated, and of all kinds at once.

use std::collections::HashSet;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The most that are read of one list.
const MOST: usize = 5_000;

/// What was pasted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Indicators {
    /// Each once, as it is written when it is not defanged, in order.
    pub values: Vec<String>,
    /// How many there are of each kind, in a fixed order.
    pub counts: Vec<(&'static str, usize)>,
    /// How many were there before.
    pub repeated: usize,
}

/// The kinds, as they are counted: one, and several.
const KINDS: [(&str, &str); 8] = [
    ("IPv4 address", "IPv4 addresses"),
    ("IPv6 address", "IPv6 addresses"),
    ("domain", "domains"),
    ("URL", "URLs"),
    ("mail address", "mail addresses"),
    ("hash", "hashes"),
    ("CVE", "CVEs"),
    ("other", "others"),
];

/// Reads what was pasted: one a line, or parted by blanks, commas or semicolons; also a list in JSON or Python.
pub fn read(text: &str) -> Indicators {
    let mut found = Indicators::default();
    let mut seen = HashSet::new();
    let mut counts = [0_usize; KINDS.len()];
    let pieces = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\'' | '`' | '|'));
    for piece in pieces {
        let value = refanged(piece);
        if value.is_empty() || found.values.len() >= MOST {
            continue;
        }
        let kind = kind(&value);
        // The path of a URL may tell cases apart; nothing else here does.
        let key = if kind == 3 { value.clone() } else { value.to_lowercase() };
        if !seen.insert(key) {
            found.repeated += 1;
            continue;
        }
        counts[kind] += 1;
        found.values.push(value);
    }
    found.counts = counts
        .into_iter()
        .zip(KINDS)
        .filter(|(count, _)| *count > 0)
        .map(|(count, (one, several))| (if count == 1 { one } else { several }, count))
        .collect();
    found
}

impl Indicators {
    /// How many of what: `3: 2 domains, 1 hash; 1 repeated`.
    pub fn told(&self) -> String {
        let kinds: Vec<String> = self.counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let repeated =
            if self.repeated > 0 { format!("; {} repeated", self.repeated) } else { String::new() };
        format!("{}: {}{repeated}", self.values.len(), kinds.join(", "))
    }
}

/// As it is written when it is not defanged: `hxxps[:]//evil[.]example` is `https://evil.example`.
fn refanged(piece: &str) -> String {
    let mut text = piece.to_owned();
    // What is taken off one layer may show another; each makes the text shorter.
    loop {
        let next = refanged_once(&text);
        if next == text {
            return text;
        }
        text = next;
    }
}

fn refanged_once(piece: &str) -> String {
    let mut text = piece.to_owned();
    for (defanged, meant) in [
        ("[://]", "://"),
        ("[:]", ":"),
        ("[.]", "."),
        ("(.)", "."),
        ("{.}", "."),
        ("[dot]", "."),
        ("(dot)", "."),
        ("[@]", "@"),
        ("[at]", "@"),
        ("(at)", "@"),
        ("[/]", "/"),
    ] {
        if text.contains(defanged) {
            text = text.replace(defanged, meant);
        }
    }
    let text = text.trim_matches(['[', ']', '(', ')', '<', '>', '{', '}']).trim_end_matches(['.', ':']);
    let lower = text.to_ascii_lowercase();
    for (defanged, meant) in [("hxxps", "https"), ("hxxp", "http"), ("fxp", "ftp")] {
        if lower.starts_with(&format!("{defanged}://")) {
            return format!("{meant}{}", &text[defanged.len()..]);
        }
    }
    text.to_owned()
}

/// The place of its kind in [`KINDS`].
fn kind(value: &str) -> usize {
    let host = |text: &str| {
        text.contains('.')
            && text.len() <= 253
            && text.split('.').all(|label| {
                !label.is_empty()
                    && label.len() <= 63
                    && label.chars().all(|c| c == '-' || c == '_' || c == '*' || c.is_alphanumeric())
            })
            && text
                .rsplit('.')
                .next()
                .is_some_and(|last| last.len() >= 2 && !last.bytes().all(|b| b.is_ascii_digit()))
    };
    let network = value.split_once('/').filter(|(_, bits)| bits.parse::<u8>().is_ok_and(|bits| bits <= 128));
    let address = network.map_or(value, |(address, _)| address);
    let hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if address.parse::<Ipv4Addr>().is_ok() {
        0
    } else if address.parse::<Ipv6Addr>().is_ok() {
        1
    } else if value.contains("://") {
        3
    } else if value.split_once('@').is_some_and(|(who, at)| !who.is_empty() && host(at)) {
        4
    } else if hex && matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128) {
        5
    } else if value.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("cve-")) {
        6
    } else if host(value) {
        2
    } else {
        7
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_pasted_is_refanged_counted_and_each_is_there_once() {
        let pasted = "hxxps[:]//evil[.]example/A, evil[.]example\nEVIL.example; 10.0.0[.]1\n\
                      2001:db8::1 ana[at]evil(dot)example\n[\"d41d8cd98f00b204e9800998ecf8427e\"]\n\
                      CVE-2026-1234 10.1.0.0/16 powershell.exe.";
        let found = read(pasted);
        assert_eq!(
            found.values,
            [
                "https://evil.example/A",
                "evil.example",
                "10.0.0.1",
                "2001:db8::1",
                "ana@evil.example",
                "d41d8cd98f00b204e9800998ecf8427e",
                "CVE-2026-1234",
                "10.1.0.0/16",
                "powershell.exe",
            ]
        );
        assert_eq!(
            found.told(),
            "9: 2 IPv4 addresses, 1 IPv6 address, 2 domains, 1 URL, 1 mail address, 1 hash, 1 CVE; 1 repeated"
        );
    }

    proptest! {
        #[test]
        fn what_is_read_is_read_again_as_it_is(text in "([a-z0-9.:/@\\[\\](){}, \n-]|hxxp|\\[dot\\]|é){0,40}") {
            let once = read(&text);
            let again = read(&once.values.join("\n"));
            prop_assert_eq!(&again.values, &once.values);
        }
    }
}
