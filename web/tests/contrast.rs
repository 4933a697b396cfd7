//! The colours: text on its ground keeps WCAG AA in both themes.

#![cfg(feature = "ssr")]

use std::collections::HashMap;

/// Text and the grounds that it stands on, by their tokens.
const PAIRS: [(&str, &[&str]); 21] = [
    (
        "ink",
        &[
            "ground",
            "sheet",
            "sunk",
            "alarm-ground",
            "caution-ground",
            "gain-ground",
            "gain-word",
            "loss-word",
        ],
    ),
    ("faint", &["ground", "sheet", "sunk", "alarm-ground", "caution-ground", "gain-ground"]),
    ("link", &["ground", "sheet", "sunk", "alarm-ground", "caution-ground"]),
    ("on-accent", &["accent"]),
    ("on-mark", &["mark"]),
    ("alarm", &["ground", "sheet", "alarm-ground"]),
    ("caution", &["ground", "sheet", "caution-ground"]),
    ("violet", &["ground", "violet-ground"]),
    ("gain", &["ground", "gain-ground"]),
    ("tactic", &["ground", "sheet", "tactic-ground"]),
    ("code-keyword", &["ground", "sheet"]),
    ("code-string", &["ground", "sheet"]),
    ("code-number", &["ground", "sheet"]),
    ("code-comment", &["ground", "sheet"]),
    ("code-function", &["ground", "sheet"]),
    ("code-magic", &["ground", "sheet"]),
    ("code-type", &["ground", "sheet"]),
    ("code-variable", &["ground", "sheet"]),
    ("ink", &["tactic-ground", "violet-ground"]),
    ("faint", &["tactic-ground"]),
    ("tactic", &["sunk"]),
];

#[test]
fn text_can_be_read_on_its_ground_in_both_themes() {
    let tokens = tokens();
    for (text, grounds) in PAIRS {
        for ground in grounds {
            for (theme, side) in [("light", 0), ("dark", 1)] {
                let ratio = contrast(tokens[text][side], tokens[*ground][side]);
                assert!(ratio >= 4.5, "{text} on {ground} in {theme}: {ratio:.2}");
            }
        }
    }
}

#[test]
fn the_borders_of_fields_can_be_seen_in_both_themes() {
    let tokens = tokens();
    for ground in ["ground", "sheet"] {
        for side in [0, 1] {
            let ratio = contrast(tokens["line-strong"][side], tokens[ground][side]);
            assert!(ratio >= 3.0, "on {ground}, side {side}: {ratio:.2}");
        }
    }
}

/// `--name: light-dark(#rrggbb, #rrggbb);`
fn tokens() -> HashMap<&'static str, [[u8; 3]; 2]> {
    web::STYLE
        .lines()
        .filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("--")?.split_once(':')?;
            let (light, dark) =
                value.trim().strip_prefix("light-dark(")?.strip_suffix(");")?.split_once(", ")?;
            Some((name, [colour(light), colour(dark)]))
        })
        .collect()
}

fn colour(hex: &str) -> [u8; 3] {
    let number = u32::from_str_radix(hex.trim_start_matches('#'), 16).expect("a colour of six digits");
    let [_, red, green, blue] = number.to_be_bytes();
    [red, green, blue]
}

/// WCAG 2's contrast ratio.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}
