//! What must hold for any bytes where a segment of the send journal belongs.
#![expect(clippy::panic, reason = "a property that does not hold panics; no release compiles it")]

use std::iter::empty;
use std::sync::LazyLock;

use ppob_seal::Sealer;
use ppob_types::Timestamp;

use super::segment::{MAGIC, frame, plain, read};

/// Longer segments say nothing that shorter ones do not; each of their bytes may begin a frame.
const LONGEST: usize = 4 * 1024;
const SEGMENT: u64 = 7;
const FRAMES: u64 = 3;

/// A segment that was written, and where each of its frames ends.
static WRITTEN: LazyLock<(Sealer, Vec<u8>, Vec<usize>)> = LazyLock::new(|| {
    let Ok(sealer) = Sealer::generate() else { panic!("no random bytes") };
    let (mut bytes, mut ends) = (MAGIC.to_vec(), Vec::new());
    for number in 0..FRAMES {
        let plain = plain(Timestamp::from_seconds(1_800_000_000), None, empty());
        let Ok(frame) = frame(&sealer, SEGMENT, number, &plain) else { panic!("not sealed") };
        bytes.extend(frame);
        ends.push(bytes.len());
    }
    (sealer, bytes, ends)
});

/// See [`crate::properties::send_segments`].
pub(crate) fn segments(data: &[u8]) {
    if data.len() > LONGEST {
        return;
    }
    let (sealer, written, ends) = &*WRITTEN;
    for bytes in [data.to_vec(), [MAGIC, data].concat()] {
        let Ok(read) = read(&bytes, sealer, SEGMENT) else {
            panic!("something in it was readable")
        };
        assert!(read.frames.is_empty(), "a send that nobody wrote");
    }
    let Some((place, tail)) = data.split_first() else { return };
    let cut = usize::from(*place) % (written.len() + 1);
    let (kept, rest) = written.split_at(cut);
    if !tail.is_empty() && rest.starts_with(tail) {
        return;
    }
    let whole = ends.iter().filter(|end| **end <= cut).count();
    let Ok(read) = read(&[kept, tail].concat(), sealer, SEGMENT) else {
        panic!("no frame follows")
    };
    assert_eq!(read.frames.len(), whole, "cut at {cut}");
    let ends_there = ends.contains(&cut) || cut == MAGIC.len();
    assert_eq!(read.torn_at.is_none(), ends_there && tail.is_empty(), "cut at {cut}");
}
