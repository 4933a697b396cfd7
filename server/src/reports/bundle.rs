//! A report of markdown with its pictures and its manifest, as one file.

use catalog::report::{File, Manifest};
use std::io::{Cursor, Write};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A zip of `STEM.md`, the pictures that it shows where it looks for them, and `STEM.manifest.json`.
///
/// # Errors
/// When a name is too long for a zip.
pub fn bundle(stem: &str, markdown: &[u8], files: &[File], manifest: &Manifest) -> ZipResult<Vec<u8>> {
    // The first time that a zip can say: the same report is the same bytes.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let manifest = serde_json::to_vec_pretty(manifest).map_err(std::io::Error::from)?;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let (text, said) = (format!("{stem}.md"), format!("{stem}.manifest.json"));
    let beside = files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice()));
    for (path, bytes) in
        [(text.as_str(), markdown)].into_iter().chain(beside).chain([(said.as_str(), &*manifest)])
    {
        zip.start_file(path, options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
