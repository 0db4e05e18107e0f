//! "Did you mean …?": the nearest of the words that are known.
//!
//! One rule for every message: a suggestion that is far off is worse than none, and what is near in one place is near in
//! every other.

/// The nearest of some words, if one is near enough to be meant. Case makes no difference; of equally near ones it is the
/// first.
///
/// Near is: at most a third of the longer word changed, and one letter of short ones; words that begin alike may differ in
/// three letters.
pub(crate) fn nearest<'a>(given: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const SAME_START: usize = 3;
    let given = given.to_lowercase();
    let distance = |word: &str| strsim::damerau_levenshtein(&word.to_lowercase(), &given);
    let near = words.into_iter().min_by_key(|word| distance(word))?;
    let limit = (near.chars().count().max(given.chars().count()) / 3).max(1);
    let alike = near.to_lowercase().chars().zip(given.chars()).take_while(|(one, two)| one == two).count();
    (distance(near) <= limit || (alike >= SAME_START && distance(near) <= 3)).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_finger_is_near() {
        let words = ["flexportal", "flexprice", "maple"];
        assert_eq!(nearest("flexportl", words), Some("flexportal"));
        assert_eq!(nearest("mpale", words), Some("maple"), "two letters that changed places are one slip");
        assert_eq!(nearest("FlexPrice", words), Some("flexprice"));
    }

    #[test]
    fn what_begins_alike_may_differ_more() {
        assert_eq!(nearest("required", ["requires", "reads"]), Some("requires"));
        assert_eq!(nearest("enum", ["enumeral"]), None);
        assert_eq!(nearest("desc", ["descrip"]), Some("descrip"));
    }

    #[test]
    fn what_is_far_off_is_not_suggested() {
        assert_eq!(nearest("petstore", ["flexportal", "flexprice", "maple"]), None);
        assert_eq!(nearest("xml", ["human", "json", "junit"]), None);
        assert_eq!(nearest("anything", []), None);
    }

    #[test]
    fn of_equally_near_words_the_first_is_meant() {
        assert_eq!(nearest("cat", ["car", "bat"]), Some("car"));
    }
}
