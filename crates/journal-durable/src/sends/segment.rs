//! One file of the send journal: frames, each sealed for its place.
//!
//! A frame holds the sends of one commit and is appended only after the one before is durable. So what is
//! not readable at the end was never finished, and nothing was sent for it; what is not readable before
//! something readable was changed. Each frame tells its number, so that this is seen also where several
//! cannot be read.

use ppob_journal::JournalledSend;
use ppob_seal::{OVERHEAD, Place, SealError, Sealer};
use ppob_types::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::chain::Head;

/// What a segment begins with.
pub(super) const MAGIC: &[u8] = b"PPOBSND1";
/// Before what is sealed: its length (4 bytes) and the frame's number (8 bytes).
const LENGTH: usize = 4;
const NUMBER: usize = 8;
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

/// Length, number and sealed bytes.
pub(super) fn frame(
    sealer: &Sealer,
    segment: u64,
    frame: u64,
    plain: &[u8],
) -> Result<Vec<u8>, SealError> {
    let closed = sealer.seal(&place(segment, frame), plain)?;
    let length = u32::try_from(closed.len()).map_err(|_| SealError::TooLong)?;
    Ok([length.to_be_bytes().as_slice(), &frame.to_be_bytes(), &closed].concat())
}

/// Reads a whole segment.
pub(super) fn read(bytes: &[u8], sealer: &Sealer, segment: u64) -> Result<Read, Changed> {
    let mut read = Read { frames: Vec::new(), torn_at: None };
    let mut offset = MAGIC.len();
    if !bytes.starts_with(MAGIC) {
        return unfinished(bytes, 0, sealer, segment, read);
    }
    while offset < bytes.len() {
        let due = count(&read);
        match frame_at(bytes, offset, sealer, segment).filter(|found| found.number == due) {
            Some(found) => {
                read.frames.push(found.frame);
                offset = found.end;
            }
            None => return unfinished(bytes, offset, sealer, segment, read),
        }
    }
    Ok(read)
}

fn count(read: &Read) -> u64 {
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
    let later = (offset.saturating_add(1)..bytes.len())
        .any(|start| frame_at(bytes, start, sealer, segment).is_some());
    if later { Err(Changed { offset }) } else { Ok(Read { torn_at: Some(offset), ..read }) }
}

/// A frame in its place.
struct Found {
    frame: Frame,
    number: u64,
    /// Where the next one begins.
    end: usize,
}

/// The frame at `offset`.
fn frame_at(bytes: &[u8], offset: usize, sealer: &Sealer, segment: u64) -> Option<Found> {
    let rest = bytes.get(offset..)?;
    let (length, rest) = rest.split_first_chunk::<LENGTH>()?;
    let (number, rest) = rest.split_first_chunk::<NUMBER>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let number = u64::from_be_bytes(*number);
    let closed = rest.get(..length).filter(|closed| closed.len() >= OVERHEAD)?;
    let plain = sealer.open(&place(segment, number), closed).ok()?;
    let end = offset.checked_add(LENGTH + NUMBER)?.checked_add(length)?;
    Some(Found { frame: parse(&plain)?, number, end })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A segment of three frames, and where each of them ends.
    fn segment(sealer: &Sealer) -> (Vec<u8>, Vec<usize>) {
        let (mut bytes, mut ends) = (MAGIC.to_vec(), Vec::new());
        for number in 0..3 {
            let at = Timestamp::from_seconds(1_800_000_000 + number);
            let plain = plain(at, None, std::iter::empty());
            let number = u64::try_from(number).unwrap();
            bytes.extend(frame(sealer, 7, number, &plain).unwrap());
            ends.push(bytes.len());
        }
        (bytes, ends)
    }

    #[test]
    fn wherever_a_segment_is_cut_every_frame_that_is_whole_is_read() {
        let sealer = Sealer::generate().unwrap();
        let (bytes, ends) = segment(&sealer);
        for cut in 0..=bytes.len() {
            let read = read(&bytes[..cut], &sealer, 7).unwrap();
            let whole = ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(read.frames.len(), whole, "cut at {cut}");
            let between = cut == MAGIC.len() || ends.contains(&cut);
            assert_eq!(read.torn_at.is_none(), between, "cut at {cut}");
        }
    }

    #[test]
    fn a_changed_byte_ends_the_last_frame_and_is_told_before_it() {
        let sealer = Sealer::generate().unwrap();
        let (bytes, ends) = segment(&sealer);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x40;
            let read = read(&changed, &sealer, 7);
            if at >= ends[1] {
                assert_eq!(read.unwrap().frames.len(), 2, "byte {at}");
            } else {
                assert!(read.is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn what_was_changed_is_told_also_if_several_frames_were() {
        let sealer = Sealer::generate().unwrap();
        let (mut bytes, ends) = segment(&sealer);
        let from = MAGIC.len();
        bytes[from..ends[1]].fill(0);
        assert_eq!(read(&bytes, &sealer, 7).unwrap_err(), Changed { offset: from });
    }

    #[test]
    fn a_frame_is_read_in_its_own_segment_and_place_only() {
        let sealer = Sealer::generate().unwrap();
        let (bytes, ends) = segment(&sealer);
        assert_eq!(read(&bytes, &sealer, 8).unwrap().frames.len(), 0);
        let moved = [&bytes[..ends[0]], &bytes[ends[1]..], &bytes[ends[0]..ends[1]]].concat();
        assert!(read(&moved, &sealer, 7).is_err());
    }

    #[test]
    fn a_segment_is_found_by_its_name() {
        assert_eq!(number(&name(1_800_000_000_000_000)), Some(1_800_000_000_000_000));
        for other in ["keys", "keys.new", "1.sends", "00000000000000000001.send"] {
            assert_eq!(number(other), None, "{other}");
        }
    }
}
