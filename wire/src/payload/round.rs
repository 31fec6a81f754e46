//! Which things of many lead round in a circle.
//! Refuses to know what they are.

/// Whether each thing leads, by what each leads to, into a circle: stands in one or before one.
pub(super) fn leads_round(next: &[Vec<usize>]) -> Vec<bool> {
    // Takes away what leads nowhere further, until nothing does: what stays goes round.
    let mut waiting: Vec<usize> = next.iter().map(Vec::len).collect();
    let above = turned(next);
    let mut ends: Vec<usize> = (0..next.len())
        .filter(|id| waiting.get(*id) == Some(&0))
        .collect();
    let mut stays = vec![true; next.len()];
    while let Some(id) = ends.pop() {
        if let Some(stays) = stays.get_mut(id) {
            *stays = false;
        }
        for above in above.get(id).into_iter().flatten() {
            if let Some(waiting) = waiting.get_mut(*above) {
                *waiting -= 1;
                ends.extend((*waiting == 0).then_some(*above));
            }
        }
    }
    stays
}

/// The same the other way: what leads to each.
pub(super) fn turned(next: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut above = vec![Vec::new(); next.len()];
    for (id, next) in next.iter().enumerate() {
        for next in next {
            let above = above.get_mut(*next);
            above.into_iter().for_each(|above| above.push(id));
        }
    }
    above
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_circle_or_before_one_leads_round() {
        let next = [vec![1], vec![2, 3], vec![1], vec![4, 4], vec![], vec![5]];
        let round = [true, true, true, false, false, true];
        assert_eq!(leads_round(&next), round);
        let back = [false, true, true, true, true, true];
        assert_eq!(leads_round(&turned(&next)), back);
    }
}
