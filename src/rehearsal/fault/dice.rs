//! Numbers that look like chance and are the same for the same seed.
//! Refuses to know any other source of chance.

/// Source: Vigna, splitmix64
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 when there is none.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    /// The items in an order that is not the one they had; two items at least are needed for that.
    pub(super) fn disorder<T>(&mut self, items: &mut [T]) {
        let count = items.len();
        if count < 2 {
            return;
        }
        // Sattolo: one single cycle, so that no item stays where it was.
        for last in (1..count).rev() {
            items.swap(last, self.below(last));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disorder_leaves_nothing_in_its_place() {
        for seed in 0..200 {
            let mut items = [0, 1, 2, 3, 4];
            Dice::new(seed).disorder(&mut items);
            assert!(items.iter().enumerate().all(|(at, item)| at != *item));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let some = |seed| {
            let mut dice = Dice::new(seed);
            (0..9).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(some(7), some(7));
        assert_ne!(some(7), some(8));
    }
}
