//! One file of the send journal: frames, each sealed for its place.
//!
//! A frame holds the sends of one commit and is appended only after the one before is durable. So what is
//! not readable at the end was never finished, and nothing was sent for it; what is not readable before
//! something readable was changed.

use ppob_journal::JournalledSend;
use ppob_seal::{OVERHEAD, Place, SealError, Sealer};
use ppob_types::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Head;

/// What a segment begins with.
pub(super) const MAGIC: &[u8] = b"PPOBSND1";
const LENGTH: usize = 4;
const END: &str = ".sends";

/// The sends of one commit.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) at: Timestamp,
    pub(super) head: Option<Head>,
    pub(super) sends: Vec<JournalledSend>,
}

/// What a segment holds.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) frames: Vec<Frame>,
    /// Where something begins that was never finished.
    pub(super) torn_at: Option<usize>,
}

/// Something readable follows what is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) offset: usize,
}

/// The first line of a frame.
#[derive(Serialize, Deserialize)]
struct First {
    at: Timestamp,
    head: Option<String>,
}

pub(super) fn name(number: u64) -> String {
    format!("{number:020}{END}")
}

pub(super) fn number(name: &str) -> Option<u64> {
    name.strip_suffix(END).filter(|digits| digits.len() == 20)?.parse().ok()
}

/// What is sealed of the sends of one commit, each given as JSON, one per line.
pub(super) fn plain<'a>(
    at: Timestamp,
    head: Option<Head>,
    sends: impl Iterator<Item = &'a [u8]>,
) -> Zeroizing<Vec<u8>> {
    let first = First { at, head: head.map(|head| head.to_string()) };
    let mut plain = Zeroizing::new(serde_json::to_vec(&first).unwrap_or_default());
    for send in sends {
        plain.push(b'\n');
        plain.extend_from_slice(send);
    }
    plain
}

/// Length and sealed bytes.
pub(super) fn frame(
    sealer: &Sealer,
    segment: u64,
    frame: u64,
    plain: &[u8],
) -> Result<Vec<u8>, SealError> {
    let sealed = sealer.seal(&place(segment, frame), plain)?;
    let length = u32::try_from(sealed.len()).map_err(|_| SealError::TooLong)?;
    Ok([length.to_be_bytes().as_slice(), &sealed].concat())
}

/// Reads a whole segment.
pub(super) fn read(bytes: &[u8], sealer: &Sealer, segment: u64) -> Result<Read, Changed> {
    let mut read = Read { frames: Vec::new(), torn_at: None };
    let mut offset = MAGIC.len();
    if !bytes.starts_with(MAGIC) {
        return unfinished(bytes, 0, sealer, segment, read);
    }
    while offset < bytes.len() {
        let ordinal = ordinal(&read);
        let Some((frame, next)) = frame_at(bytes, offset, sealer, segment, ordinal) else {
            return unfinished(bytes, offset, sealer, segment, read);
        };
        read.frames.push(frame);
        offset = next;
    }
    Ok(read)
}

fn ordinal(read: &Read) -> u64 {
    u64::try_from(read.frames.len()).unwrap_or(u64::MAX)
}

/// What is not readable at `offset` was never finished, unless any later frame is readable.
fn unfinished(
    bytes: &[u8],
    offset: usize,
    sealer: &Sealer,
    segment: u64,
    read: Read,
) -> Result<Read, Changed> {
    let broken = ordinal(&read);
    let later = (offset.saturating_add(1)..bytes.len()).any(|start| {
        // The frame at `offset` is the one that cannot be read; if the header cannot, it is none.
        let ordinals = [broken, broken.saturating_add(1)];
        ordinals.iter().any(|one| frame_at(bytes, start, sealer, segment, *one).is_some())
    });
    if later { Err(Changed { offset }) } else { Ok(Read { torn_at: Some(offset), ..read }) }
}

/// The frame at `offset`, and where the next one begins.
fn frame_at(
    bytes: &[u8],
    offset: usize,
    sealer: &Sealer,
    segment: u64,
    ordinal: u64,
) -> Option<(Frame, usize)> {
    let rest = bytes.get(offset..)?;
    let (length, rest) = rest.split_first_chunk::<LENGTH>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let sealed = rest.get(..length).filter(|sealed| sealed.len() >= OVERHEAD)?;
    let plain = sealer.open(&place(segment, ordinal), sealed).ok()?;
    let frame = parse(&plain)?;
    Some((frame, offset.checked_add(LENGTH)?.checked_add(length)?))
}

fn parse(plain: &[u8]) -> Option<Frame> {
    let mut lines = plain.split(|byte| *byte == b'\n');
    let First { at, head } = serde_json::from_slice(lines.next()?).ok()?;
    let sends = lines.map(|line| serde_json::from_slice(line).ok()).collect::<Option<_>>()?;
    Some(Frame { at, head: head.and_then(|head| head.parse().ok()), sends })
}

fn place(segment: u64, frame: u64) -> Place {
    Place::new("send", &[&segment.to_string(), &frame.to_string()])
}
