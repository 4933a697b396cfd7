//! Packs that lie about sizes and are right in all else, their checksum too.

use sha1::{Digest as _, Sha1};

/// What a pack says otherwise than it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    /// That it holds a thousand objects more.
    MoreObjects,
    /// That its first object has one byte less.
    Shorter,
    /// That its first object has a terabyte.
    Terabyte,
}

/// An answer of `git-upload-pack` with a lie in its pack.
pub(crate) fn lie(answer: &[u8], lie: Lie) -> Vec<u8> {
    let (mut told, mut pack) = (Vec::new(), Vec::new());
    let mut rest = answer;
    while let Some(size) = rest.get(..4).and_then(|size| std::str::from_utf8(size).ok()) {
        let size = usize::from_str_radix(size, 16).unwrap().max(4);
        let (packet, after) = rest.split_at(size);
        match packet.get(4) {
            Some(1) => pack.extend_from_slice(&packet[5..]),
            // Progress, and the end.
            Some(2) | None => {}
            Some(_) => told.extend_from_slice(packet),
        }
        rest = after;
    }
    for packet in with(&pack, lie).chunks(60_000) {
        told.extend_from_slice(format!("{:04x}\u{1}", packet.len() + 5).as_bytes());
        told.extend_from_slice(packet);
    }
    told.extend_from_slice(b"0000");
    told
}

fn with(pack: &[u8], lie: Lie) -> Vec<u8> {
    assert!(pack.starts_with(b"PACK"), "a pack comes through the side band");
    let count = u32::from_be_bytes(pack[8..12].try_into().unwrap());
    let count = if lie == Lie::MoreObjects { count + 1_000 } else { count };
    let mut made = [&pack[..8], &count.to_be_bytes()].concat();
    // Type and size of the first object, seven bits a byte after the first.
    let end = 12 + pack[12..].iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
    let head = &pack[12..end];
    let size = head[1..].iter().rev().fold(0_u64, |size, byte| size << 7 | u64::from(byte & 0x7f));
    let size = match lie {
        Lie::MoreObjects => size << 4 | u64::from(head[0] & 0x0f),
        Lie::Shorter => (size << 4 | u64::from(head[0] & 0x0f)) - 1,
        Lie::Terabyte => 1 << 40,
    };
    let low = |bits: u64, of: u64| u8::try_from(of & bits).unwrap();
    let mut left = size >> 4;
    made.push(head[0] & 0x70 | low(0x0f, size) | if left > 0 { 0x80 } else { 0 });
    while left > 0 {
        made.push(low(0x7f, left) | if left > 0x7f { 0x80 } else { 0 });
        left >>= 7;
    }
    made.extend_from_slice(&pack[end..pack.len() - 20]);
    let sum = Sha1::digest(&made);
    made.extend_from_slice(&sum);
    made
}
