//! How long an answer may be kept, and by whom.

use axum::http::{HeaderName, HeaderValue, header};

/// A policy for one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// Named by its content, so it never changes: a year.
    Forever,
    /// Private, and asked again each time; an `ETag` spares the body.
    Revalidate,
    /// Kept nowhere.
    Never,
}

impl Cache {
    /// The header for it.
    pub fn header(self) -> (HeaderName, HeaderValue) {
        let value = match self {
            Self::Forever => "public, max-age=31536000, immutable",
            Self::Revalidate => "private, no-cache",
            Self::Never => "private, no-store",
        };
        (header::CACHE_CONTROL, HeaderValue::from_static(value))
    }
}

/// An `ETag` for bytes that a hash names.
pub fn etag(hash: &str) -> HeaderValue {
    // Hashes are hexadecimal; anything else becomes a tag that matches nothing.
    HeaderValue::from_str(&format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_its_name_pins_is_kept_by_everybody() {
        assert_eq!(Cache::Forever.header().1, "public, max-age=31536000, immutable");
        assert_eq!(Cache::Revalidate.header().1, "private, no-cache");
        assert_eq!(Cache::Never.header().1, "private, no-store");
    }
}
