//! What may be taken up at a time, in all and for one client: connections, and the bytes of bodies; and how often one
//! address may ask before anybody knows who it is.
//! Refuses to queue: who finds no place is told so at once.

use super::limiter::quota;
use domain::failure::Code;
use domain::resilience::Rate;
use governor::RateLimiter;
use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Bytes of bodies are counted in units of this size, rounded up.
const UNIT: u64 = 1024;

/// Addresses that are remembered before those that have been quiet are forgotten (ours).
const REMEMBERED: usize = 10_000;

/// Who takes a place, as far as it is known before any token is judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum One {
    /// The thumbprint of its certificate.
    Certificate(String),
    Address(IpAddr),
}

#[derive(Debug, Default)]
struct Used {
    in_all: u32,
    of_one: BTreeMap<One, u32>,
}

/// Places of one kind.
#[derive(Debug)]
pub(crate) struct Places {
    most: u32,
    most_of_one: u32,
    used: Mutex<Used>,
}

impl Places {
    pub(crate) fn new(most: u32, most_of_one: u32) -> Arc<Self> {
        Arc::new(Self {
            most,
            most_of_one,
            used: Mutex::default(),
        })
    }

    /// So many places, given back when what is returned is dropped; nothing where there are not as many.
    pub(crate) fn take(self: &Arc<Self>, one: One, places: u32) -> Option<Taken> {
        self.with(|used| {
            let in_all = used.in_all.saturating_add(places);
            let present = used.of_one.get(&one).copied().unwrap_or_default();
            let of_one = present.saturating_add(places);
            if in_all > self.most || of_one > self.most_of_one {
                return None;
            }
            Some(self.taken(used, one, places))
        })
    }

    /// So many places for what has to be, whether or not there are as many.
    fn owe(self: &Arc<Self>, one: One, places: u32) -> Taken {
        self.with(|used| self.taken(used, one, places))
    }

    fn taken(self: &Arc<Self>, used: &mut Used, one: One, places: u32) -> Taken {
        used.in_all = used.in_all.saturating_add(places);
        let of_one = used.of_one.entry(one.clone()).or_default();
        *of_one = of_one.saturating_add(places);
        Taken {
            from: Arc::clone(self),
            one,
            places,
        }
    }

    /// How many are taken, and how many there are.
    pub(crate) fn told(&self) -> (u32, u32) {
        (self.with(|used| used.in_all), self.most)
    }

    fn give_back(&self, one: &One, places: u32) {
        self.with(|used| {
            used.in_all = used.in_all.saturating_sub(places);
            let left = used.of_one.get(one).copied().unwrap_or_default();
            match left.saturating_sub(places) {
                0 => used.of_one.remove(one),
                left => used.of_one.insert(one.clone(), left),
            };
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut Used) -> T) -> T {
        act(&mut self.used.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Places that are taken as long as it lives.
#[derive(Debug)]
pub(crate) struct Taken {
    from: Arc<Places>,
    one: One,
    places: u32,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.from.give_back(&self.one, self.places);
    }
}

/// What stands before every listener of a service.
pub(crate) struct Doorstep {
    addresses: RateLimiter<IpAddr, HashMapStateStore<IpAddr>, DefaultClock>,
    bodies: Arc<Places>,
}

impl Doorstep {
    /// For calls of one address at this rate, and so many bytes of bodies; nothing where the rate is none.
    pub(crate) fn new(rate: &Rate, bytes: u64) -> Option<Self> {
        let bodies = u32::try_from(bytes / UNIT).unwrap_or(u32::MAX);
        Some(Self {
            addresses: RateLimiter::hashmap(quota(rate)?),
            // What one client may take leaves as much to the others.
            bodies: Places::new(bodies, bodies / 2),
        })
    }

    /// Counts a call of an address.
    ///
    /// Errors: how long it has to wait
    pub(crate) fn knock(&self, address: IpAddr) -> Result<(), Duration> {
        if self.addresses.len() > REMEMBERED {
            self.addresses.retain_recent();
        }
        let counted = self.addresses.check_key(&whose(address));
        counted.map_err(|later| later.wait_time_from(self.addresses.clock().now()))
    }

    /// Room for a body of so many bytes; nothing where there is none now.
    pub(crate) fn room(&self, one: One, bytes: u64) -> Option<Taken> {
        self.bodies.take(one, units(bytes))
    }

    /// Room for an answer of so many bytes, before it is read.
    ///
    /// Errors: there is none now
    pub(crate) fn room_to_read(&self, one: &One, bytes: u64) -> Result<Taken, Code> {
        self.room(one.clone(), bytes).ok_or(Code::QueueFull)
    }

    /// Room for an answer that has to be given: what was asked for has been done. It is counted where there is none, too.
    pub(crate) fn owed(&self, one: One, bytes: u64) -> Taken {
        self.bodies.owe(one, units(bytes))
    }

    /// How much of the room for bodies is taken, and how much there is, in bytes.
    pub(crate) fn bodies(&self) -> (u64, u64) {
        let (used, most) = self.bodies.told();
        let bytes = |units| u64::from(units).saturating_mul(UNIT);
        (bytes(used), bytes(most))
    }
}

fn units(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

/// Whoever has an address of the sixth version has its whole network.
pub(crate) fn whose(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => match six.to_ipv4_mapped() {
            Some(four) => IpAddr::V4(four),
            None => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn one(name: &str) -> One {
        One::Certificate(name.to_owned())
    }

    #[test]
    fn one_client_leaves_places_to_the_others_and_gives_its_own_back() {
        let places = Places::new(3, 2);
        let first = places.take(one("a"), 1).unwrap();
        let second = places.take(one("a"), 1).unwrap();
        assert!(places.take(one("a"), 1).is_none(), "its own are used up");
        let other = places.take(one("b"), 1).unwrap();
        assert!(places.take(one("c"), 1).is_none(), "all are used up");
        assert_eq!(places.told(), (3, 3));
        drop((first, other));
        assert_eq!(places.told(), (1, 3));
        assert!(places.take(one("a"), 2).is_none());
        assert!(places.take(one("c"), 2).is_some());
        let owed = places.owe(one("c"), 3);
        assert_eq!(places.told(), (4, 3), "what has to be is counted");
        assert!(places.take(one("d"), 1).is_none());
        drop(owed);
        drop(second);
        assert_eq!(places.told(), (0, 3));
        assert!(
            places.with(|used| used.of_one.is_empty()),
            "nobody is remembered"
        );
    }

    #[test]
    fn a_network_of_the_sixth_version_is_one_address() {
        let same =
            |left: &str, right: &str| whose(left.parse().unwrap()) == whose(right.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("::ffff:192.0.2.1", "192.0.2.1"));
        assert!(!same("192.0.2.1", "192.0.2.2"));
    }
}
