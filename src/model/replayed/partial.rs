//! What part of all that was recorded a result is of, in words.
//! Refuses to know what became of the rest.

/// Numbers that are told one by one.
const TOLD: usize = 10;

/// One clause for people and programs; none where nothing was left out.
pub(super) fn partial(chosen: &[String]) -> Option<String> {
    let chosen = (!chosen.is_empty()).then(|| chosen.join(", "));
    chosen.map(|chosen| format!("a part only, {chosen}: nothing is known of the rest"))
}

/// `shard 2`, or `exchanges 1, 3`; of very many the first and how many others there are.
pub(super) fn numbered(noun: &str, numbers: impl IntoIterator<Item = u64>) -> String {
    let numbers: Vec<String> = numbers.into_iter().map(|it| it.to_string()).collect();
    let plural = if numbers.len() == 1 { "" } else { "s" };
    let (told, rest) = numbers.split_at(numbers.len().min(TOLD));
    let others = match rest.len() {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    format!("{noun}{plural} {}{others}", told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_named_and_a_whole_is_not() {
        assert_eq!(partial(&[]), None);
        let chosen = [numbered("shard", [2]), numbered("line", [1, 3])];
        assert_eq!(
            partial(&chosen).as_deref(),
            Some("a part only, shard 2, lines 1, 3: nothing is known of the rest")
        );
        assert_eq!(
            numbered("exchange", 1..=12),
            "exchanges 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more"
        );
    }
}
