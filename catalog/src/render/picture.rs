//! Raster pictures by their first bytes. What a file or an output calls itself is never believed.

/// The most points that a picture may have: a small file can hold a very large one.
const MAX_POINTS: u64 = 50_000_000;

/// The media type of a PNG, JPEG, GIF or WebP picture of reasonable size; none for anything else.
pub fn raster(bytes: &[u8]) -> Option<&'static str> {
    let (kind, (width, height)) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        ("image/png", png(bytes)?)
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        ("image/jpeg", jpeg(bytes)?)
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        let two = |at: usize| Some(u64::from(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])));
        ("image/gif", (two(6)?, two(8)?))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        // WebP holds 16,383 points a side at most.
        ("image/webp", (1, 1))
    } else {
        return None;
    };
    (width > 0 && height > 0 && width.checked_mul(height)? <= MAX_POINTS).then_some(kind)
}

fn png(bytes: &[u8]) -> Option<(u64, u64)> {
    let four = |at: usize| Some(u64::from(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)));
    (bytes.get(12..16) == Some(b"IHDR")).then_some(())?;
    Some((four(16)?, four(20)?))
}

/// Walks the segments up to the one that says how large the picture is.
fn jpeg(bytes: &[u8]) -> Option<(u64, u64)> {
    let two = |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xff => at += 1,
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some((u64::from(two(at + 7)?), u64::from(two(at + 5)?)));
            }
            0xd8 | 0x01 | 0xd0..=0xd7 => at += 2,
            0xd9 | 0xda => return None,
            _ => at += 2 + usize::from(two(at + 2)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png_of(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes
    }

    #[test]
    fn pictures_are_known_by_their_bytes() {
        assert_eq!(raster(&png_of(3, 4)), Some("image/png"));
        assert_eq!(raster(b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x10\0\x20"), Some("image/jpeg"));
        assert_eq!(raster(b"GIF89a\x01\0\x01\0"), Some("image/gif"));
        for other in [
            &b"<svg xmlns='http://www.w3.org/2000/svg'>"[..],
            b"<html>",
            b"",
            b"\xff\xd8\xff",
            b"BM",
            b"%PDF",
        ] {
            assert_eq!(raster(other), None);
        }
    }

    #[test]
    fn pictures_of_unreasonable_size_are_none() {
        assert_eq!(raster(&png_of(100_000, 100_000)), None);
        assert_eq!(raster(&png_of(u32::MAX, u32::MAX)), None);
        assert_eq!(raster(&png_of(0, 1)), None);
    }
}
