use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// How often something may be asked, per identity: so many within a window.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    pub name: &'static str,
    pub limit: u32,
    /// Seconds.
    pub window: i64,
}

/// Where an identity stands with a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub limit: u32,
    pub remaining: u32,
    /// Seconds until the window ends.
    pub reset: i64,
    /// Whether this request is within the limit.
    pub allowed: bool,
}

/// Fixed windows, counted in memory by this instance.
pub struct Rates {
    multiplier: u32,
    windows: Mutex<Windows>,
}

#[derive(Default)]
struct Windows {
    known: HashMap<(&'static str, String), Window>,
    /// Not before this second: sweeping costs as much as there are windows.
    next_sweep: i64,
}

#[derive(Clone, Copy)]
struct Window {
    ends: i64,
    count: u32,
}

/// Beyond so many identities, those whose window ended are forgotten.
const SWEEP: usize = 20_000;

impl Rates {
    /// `multiplier` multiplies every limit.
    pub fn new(multiplier: u32) -> Self {
        Self { multiplier: multiplier.max(1), windows: Mutex::default() }
    }

    /// Counts one request of `identity`.
    pub fn count(&self, rate: Rate, identity: &str, now: Timestamp) -> Standing {
        self.count_within(rate.limit.saturating_mul(self.multiplier), rate, identity, now)
    }

    /// The same for a limit that protects a secret: configuration does not multiply it.
    pub fn count_strictly(&self, rate: Rate, identity: &str, now: Timestamp) -> Standing {
        self.count_within(rate.limit, rate, identity, now)
    }

    fn count_within(&self, limit: u32, rate: Rate, identity: &str, now: Timestamp) -> Standing {
        let now = now.as_second();
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.known.len() > SWEEP && windows.next_sweep <= now {
            windows.known.retain(|_, window| window.ends > now);
            windows.next_sweep = now + 10;
        }
        let window = windows
            .known
            .entry((rate.name, short(identity)))
            .or_insert(Window { ends: now + rate.window, count: 0 });
        if window.ends <= now {
            *window = Window { ends: now + rate.window, count: 0 };
        }
        window.count = window.count.saturating_add(1);
        Standing {
            limit,
            remaining: limit.saturating_sub(window.count),
            reset: window.ends - now,
            allowed: window.count <= limit,
        }
    }
}

/// An identity as it is remembered: what strangers send may be long.
fn short(identity: &str) -> String {
    if identity.len() <= 128 { identity.to_owned() } else { hex::encode(Sha256::digest(identity)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_and_the_count_starts_again() {
        let rates = Rates::new(2);
        let rate = Rate { name: "posts", limit: 2, window: 60 };
        let start: Timestamp = "2026-11-25T10:00:00Z".parse().expect("a date");
        let allowed: Vec<bool> = (0..5).map(|_| rates.count(rate, "a", start).allowed).collect();
        assert_eq!(allowed, [true, true, true, true, false], "2 a minute, doubled");
        assert!(rates.count(rate, "b", start).allowed, "another identity has its own window");
        let later = start + jiff::SignedDuration::from_secs(60);
        assert_eq!(
            rates.count(rate, "a", later),
            Standing { limit: 4, remaining: 3, reset: 60, allowed: true }
        );
    }
}
