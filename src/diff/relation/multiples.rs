//! `multipleOf`: steps, of which several may hold at once.

use super::{Engine, Sides};
use crate::diff::effective::Effective;
use crate::diff::rules;
use crate::diff::types::TypeSet;

impl<'a> Engine<'a> {
    pub(super) fn compare_multiples(&mut self, sides: &Sides<'a>) {
        let whole = |effective: &Effective<'_>| !effective.types.has(TypeSet::FRACTION);
        let steps = |effective: &Effective<'_>| -> Vec<f64> {
            let mut steps = effective.multiples.clone();
            steps.extend(common_step(&effective.multiples));
            if whole(effective) {
                steps.push(1.0);
            }
            steps
        };
        let divides = |step: f64, by: &[f64]| by.iter().any(|other| is_multiple(*other, step));
        let (old, new) = (steps(&sides.old), steps(&sides.new));
        let narrows = sides.new.multiples.iter().any(|step| !divides(*step, &old));
        let widens = sides.old.multiples.iter().any(|step| !divides(*step, &new));
        let rule = match (narrows, widens) {
            (false, false) => return,
            (true, false) => &rules::multiple_narrowed::RULE,
            (false, true) => &rules::multiple_widened::RULE,
            (true, true) => &rules::multiple_changed::RULE,
        };
        let text = |steps: &[f64]| {
            if steps.is_empty() { "any step".to_owned() } else { format!("multiples of {}", steps[0]) }
        };
        self.say(sides, rule, "multipleOf", text(&sides.old.multiples), text(&sides.new.multiples));
    }
}

/// Whether one step is a whole number of another; quotients of decimal fractions are seldom exact.
fn is_multiple(step: f64, of: f64) -> bool {
    let times = step / of;
    times.round() >= 1.0 && (times - times.round()).abs() < 1e-9 * times.max(1.0)
}

/// What all multiples of several whole steps are multiples of.
fn common_step(steps: &[f64]) -> Option<f64> {
    let small = |step: &f64| step.fract() == 0.0 && (1.0..1e6).contains(step);
    if steps.len() < 2 || !steps.iter().all(small) {
        return None;
    }
    let divisor = |mut one: f64, mut two: f64| {
        while two > 0.0 {
            (one, two) = (two, one % two);
        }
        one
    };
    Some(steps.iter().fold(1.0, |all, step| all / divisor(all, *step) * step))
}
