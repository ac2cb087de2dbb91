//! What happened, in order, as text without anything that differs between two runs of a seed.

/// A running hash of everything that happened, and its lines if they are wanted.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    hash: u64,
    keep: bool,
    pub(crate) lines: Vec<String>,
}

impl Trace {
    pub(crate) fn new(keep: bool) -> Self {
        Self { keep, ..Self::default() }
    }

    pub(crate) fn add(&mut self, line: String) {
        // FNV-1a: any even spread will do.
        for byte in line.bytes().chain([b'\n']) {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            self.hash = self.hash.rotate_left(5);
        }
        if self.keep {
            self.lines.push(line);
        }
    }

    pub(crate) const fn hash(&self) -> u64 {
        self.hash
    }
}
