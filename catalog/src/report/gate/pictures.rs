//! What is written within the file of a picture: titles, authors, comments, which travel with it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The texts of a PNG or JPEG picture in base64, one a line; nothing where there is none.
pub(super) fn words(written: &str) -> String {
    let compact: Vec<u8> = written.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let Ok(bytes) = STANDARD.decode(compact) else { return String::new() };
    let found = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") { png(&bytes) } else { jpeg(&bytes) };
    let lines = found.iter().map(|text| {
        let text = String::from_utf8_lossy(text).into_owned();
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Chunks of text that are not compressed.
fn png(bytes: &[u8]) -> Vec<&[u8]> {
    let mut texts = Vec::new();
    let mut at = 8;
    while let Some(head) = bytes.get(at..at + 8) {
        let len = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(data) = len.checked_add(at + 8).and_then(|end| bytes.get(at + 8..end)) else { break };
        if matches!(&head[4..8], b"tEXt" | b"iTXt") {
            texts.push(data);
        }
        at += 12 + len;
    }
    texts
}

/// Comments, and what cameras and editors write.
fn jpeg(bytes: &[u8]) -> Vec<&[u8]> {
    let mut texts = Vec::new();
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        let len = usize::from(u16::from_be_bytes([high, low]));
        let Some(data) = bytes.get(at + 4..at + 2 + len) else { break };
        if matches!(marker, 0xfe | 0xe1 | 0xed) {
            texts.push(data);
        }
        if marker == 0xda || len < 2 {
            break;
        }
        at += 2 + len;
    }
    texts
}
