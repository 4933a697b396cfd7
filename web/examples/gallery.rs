//! Every page with rich sample data, as static files to look at:
//!
//! ```text
//! cargo run -p web --example gallery -- [FOLDER]
//! ```
//!
//! writes one folder a theme (`light`, `dark`) with one file a page into FOLDER (`gallery` by default).

#[path = "../tests/sample/mod.rs"]
#[allow(dead_code, reason = "the tests use what the gallery does not")]
mod sample;

use std::path::PathBuf;
use web::{Assets, STYLE, Theme};

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "gallery".to_owned()));
    for theme in [Theme::Light, Theme::Dark] {
        let sample = sample::Sample {
            before: "",
            assets: Assets { css: "style.css".to_owned(), boot: None },
            theme: Some(theme),
        };
        let folder = folder.join(theme.word());
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("style.css"), STYLE)?;
        for (name, html) in sample.pages() {
            std::fs::write(folder.join(format!("{name}.html")), html)?;
        }
    }
    Ok(())
}
