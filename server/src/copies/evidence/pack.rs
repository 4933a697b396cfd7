//! The zip: into a file, each entry with its hash, all of them with the same time.

use super::manifest::PackedFile;
use crate::entropy::sha256;
use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime as ZipTime, ZipWriter};

/// So many bytes go into one pack, before they are made smaller.
const MOST_BYTES: u64 = 1 << 30;

/// Why a pack could not be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum PackError {
    /// It would be too large.
    #[error("The pack would be larger than {} MiB.", MOST_BYTES >> 20)]
    Large,
    /// The zip could not be written.
    #[error("the zip: {0}")]
    Write(#[from] zip::result::ZipError),
    /// The file could not be.
    #[error("its file: {0}")]
    Io(#[from] std::io::Error),
}

/// A pack that is being written.
pub(super) struct Packer {
    zip: Box<ZipWriter<BufWriter<File>>>,
    files: Vec<PackedFile>,
    bytes: u64,
}

impl Packer {
    /// A new one, in a file at `place` that goes away with its last user.
    pub(super) fn create(place: &Path) -> Result<Self, PackError> {
        let file = File::options().read(true).write(true).create_new(true).open(place)?;
        // It has no name any more, whatever ends this program.
        std::fs::remove_file(place)?;
        Ok(Self { zip: Box::new(ZipWriter::new(BufWriter::new(file))), files: Vec::new(), bytes: 0 })
    }

    /// Adds a file.
    pub(super) fn add(&mut self, path: String, bytes: &[u8]) -> Result<(), PackError> {
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        if self.bytes > MOST_BYTES {
            return Err(PackError::Large);
        }
        // The first time that a zip can say: what the record says of time stands in the files.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(ZipTime::default())
            .unix_permissions(0o644);
        self.zip.start_file(path.as_str(), options)?;
        self.zip.write_all(bytes)?;
        self.files.push(PackedFile { path, sha256: sha256(bytes), size: bytes.len() as u64 });
        Ok(())
    }

    /// What is in it, in order.
    pub(super) fn files(&self) -> &[PackedFile] {
        &self.files
    }

    /// The whole file, from its beginning, and its size.
    pub(super) fn finish(self) -> Result<(File, u64), PackError> {
        let mut file = self.zip.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        let size = file.metadata()?.len();
        file.rewind()?;
        Ok((file, size))
    }
}
