//! TLS handshakes that are going on: bounded, and the oldest goes first.
//!
//! Somebody who begins handshakes and never ends them must not keep others out. An honest one takes a
//! moment; so when there are too many, the oldest one of whoever has the most is dropped.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::places::group;

/// Handshakes at a time, per listener.
pub(super) const MOST_HANDSHAKES: usize = 256;

/// The handshakes of one listener.
#[derive(Clone, Debug)]
pub(super) struct Handshakes {
    most: usize,
    book: Arc<Mutex<Book>>,
}

#[derive(Debug, Default)]
struct Book {
    last: u64,
    count: usize,
    /// By address, oldest first.
    by_address: BTreeMap<IpAddr, VecDeque<(u64, CancellationToken)>>,
}

/// One handshake that is going on.
#[derive(Debug)]
pub(super) struct Handshake {
    book: Arc<Mutex<Book>>,
    address: IpAddr,
    number: u64,
    /// Cancelled when it must make room.
    pub(super) dropped: CancellationToken,
}

impl Handshakes {
    pub(super) fn new(most: usize) -> Self {
        Self { most, book: Arc::default() }
    }

    /// Begins one; if there are too many then, an older one is told to end.
    pub(super) fn begin(&self, address: IpAddr) -> Handshake {
        let address = group(address);
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        if book.count >= self.most {
            book.drop_one();
        }
        book.last = book.last.wrapping_add(1);
        book.count += 1;
        let (number, dropped) = (book.last, CancellationToken::new());
        book.by_address.entry(address).or_default().push_back((number, dropped.clone()));
        Handshake { book: Arc::clone(&self.book), address, number, dropped }
    }
}

impl Book {
    fn drop_one(&mut self) {
        let most = self.by_address.iter().max_by_key(|(_, pending)| pending.len());
        let Some(address) = most.map(|(address, _)| *address) else { return };
        let oldest = self.by_address.get(&address).and_then(|pending| pending.front()).cloned();
        if let Some((number, dropped)) = oldest {
            dropped.cancel();
            self.remove(address, number);
        }
    }

    fn remove(&mut self, address: IpAddr, number: u64) {
        let Some(pending) = self.by_address.get_mut(&address) else { return };
        if let Some(place) = pending.iter().position(|(known, _)| *known == number) {
            pending.remove(place);
            self.count = self.count.saturating_sub(1);
        }
        if pending.is_empty() {
            self.by_address.remove(&address);
        }
    }
}

impl Drop for Handshake {
    fn drop(&mut self) {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.remove(self.address, self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_whoever_has_the_most_makes_room() {
        let handshakes = Handshakes::new(4);
        let many: IpAddr = "192.0.2.1".parse().unwrap();
        let few: IpAddr = "192.0.2.2".parse().unwrap();
        let honest = handshakes.begin(few);
        let flood: Vec<_> = (0..3).map(|_| handshakes.begin(many)).collect();
        let other = handshakes.begin(few);
        assert!(flood[0].dropped.is_cancelled());
        assert!(!flood[1].dropped.is_cancelled() && !flood[2].dropped.is_cancelled());
        assert!(!honest.dropped.is_cancelled() && !other.dropped.is_cancelled());
        // One that ended, or was dropped already, makes room by itself.
        drop(flood);
        let more: Vec<_> = (0..2).map(|_| handshakes.begin(few)).collect();
        assert!(!honest.dropped.is_cancelled());
        let _last = handshakes.begin(many);
        assert!(honest.dropped.is_cancelled());
        assert!(more.iter().all(|handshake| !handshake.dropped.is_cancelled()));
    }
}
