//! Caps on connections that are open: in total, and from one address.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// The most connections that are open at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionCaps {
    /// In all.
    pub total: usize,
    /// From one address; an IPv6 network of 64 bits counts as one.
    pub per_address: usize,
}

/// The places of one listener.
#[derive(Clone, Debug)]
pub(super) struct Places(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    listener: &'static str,
    caps: ConnectionCaps,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    total: usize,
    by_address: BTreeMap<IpAddr, usize>,
}

/// One place; dropping it gives it back.
#[derive(Debug)]
pub(super) struct Place {
    shared: Arc<Shared>,
    address: IpAddr,
}

impl Places {
    pub(super) fn new(listener: &'static str, caps: ConnectionCaps) -> Self {
        Self(Arc::new(Shared { listener, caps, taken: Mutex::default() }))
    }

    /// A place for a connection from `address`, unless there are too many.
    pub(super) fn take(&self, address: IpAddr) -> Option<Place> {
        let address = group(address);
        let shared = &self.0;
        let mut taken = shared.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let from_there = taken.by_address.get(&address).copied().unwrap_or_default();
        if taken.total >= shared.caps.total || from_there >= shared.caps.per_address {
            metrics::counter!("ppob_grpc_connections_refused_total", "listener" => shared.listener)
                .increment(1);
            return None;
        }
        taken.total += 1;
        taken.by_address.insert(address, from_there + 1);
        metrics::gauge!("ppob_grpc_connections", "listener" => shared.listener).increment(1.0);
        Some(Place { shared: Arc::clone(shared), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let shared = &self.shared;
        let mut taken = shared.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.total = taken.total.saturating_sub(1);
        if let Some(count) = taken.by_address.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.by_address.remove(&self.address);
            }
        }
        metrics::gauge!("ppob_grpc_connections", "listener" => shared.listener).decrement(1.0);
    }
}

/// What counts as one address: whoever has an IPv6 address usually has 2^64 of them.
pub(super) fn group(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let network = u128::from(six) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        four @ IpAddr::V4(_) => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_cannot_take_the_places_of_others() {
        let places = Places::new("test", ConnectionCaps { total: 3, per_address: 2 });
        let first = places.take(address("192.0.2.1")).unwrap();
        let _second = places.take(address("192.0.2.1")).unwrap();
        assert!(places.take(address("192.0.2.1")).is_none());
        let _third = places.take(address("192.0.2.2")).unwrap();
        assert!(places.take(address("192.0.2.3")).is_none(), "the total is reached");
        drop(first);
        assert!(places.take(address("192.0.2.1")).is_some());
    }

    #[test]
    fn a_network_of_64_bits_counts_as_one_address() {
        assert_eq!(group(address("2001:db8::1")), group(address("2001:db8::ffff:1")));
        assert_ne!(group(address("2001:db8::1")), group(address("2001:db8:0:1::1")));
        assert_eq!(group(address("::ffff:192.0.2.1")), address("192.0.2.1"));
    }
}
