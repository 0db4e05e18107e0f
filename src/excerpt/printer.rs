//! The lines of a body around one place in it.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::kept::Items;
use super::{HERE, MOST_LINES, start, word};

/// Members printed of one object.
const MOST_MEMBERS: usize = 14;

pub(super) fn print(body: &Value, items: Option<&Items>, pointer: Option<&str>, values: bool) -> String {
    let mut printer = Printer { items, values, lines: Vec::new() };
    let segments: Option<Vec<String>> =
        pointer.map(|pointer| pointer.split('/').skip(1).map(crate::document::unescape).collect());
    let spot = Spot { at: String::new(), open: 2, indent: 0 };
    printer.value(body, segments.as_deref(), &spot, "", "");
    if printer.lines.len() > MOST_LINES {
        printer.lines.truncate(MOST_LINES);
        printer.lines.push("…".to_owned());
    }
    printer.lines.join("\n")
}

/// Where the printer stands.
struct Spot {
    /// Pointer to the value.
    at: String,
    /// Levels that are unfolded although no fault is below them.
    open: usize,
    indent: usize,
}

impl Spot {
    fn below(&self, key: &str, open: usize) -> Self {
        let at = format!("{}/{}", self.at, crate::document::escape(key));
        Self { at, open, indent: self.indent + 1 }
    }
}

struct Printer<'a> {
    items: Option<&'a Items>,
    values: bool,
    lines: Vec<String>,
}

impl Printer<'_> {
    fn line(&mut self, indent: usize, text: &str) {
        self.lines.push(format!("{:width$}{text}", "", width = indent * 2));
    }

    /// Prints a value. `focus`: what is left of the way to the fault; `None` beside the way.
    fn value(&mut self, value: &Value, focus: Option<&[String]>, spot: &Spot, before: &str, behind: &str) {
        let here = if focus.is_some_and(<[String]>::is_empty) && !spot.at.is_empty() { HERE } else { "" };
        let unfold = focus.is_some() || spot.open > 0;
        match value {
            Value::Object(members) if unfold && !members.is_empty() => {
                self.line(spot.indent, &format!("{before}{{{here}"));
                self.members(members, focus, spot);
                self.line(spot.indent, &format!("}}{behind}"));
            }
            Value::Array(items) if unfold && !items.is_empty() => {
                self.line(spot.indent, &format!("{before}[{here}"));
                self.elements(items, focus, spot);
                self.line(spot.indent, &format!("]{behind}"));
            }
            _ => {
                let text = self.leaf(value, &spot.at);
                self.line(spot.indent, &format!("{before}{text}{behind}{here}"));
            }
        }
    }

    fn leaf(&self, value: &Value, at: &str) -> String {
        match value {
            Value::Array(_) if self.items.is_some_and(|items| items.pointer == at) => {
                format!("‹array {}›", self.items.map_or(0, |items| items.total))
            }
            Value::String(text) if self.values => Value::String(start(text)).to_string(),
            Value::Number(_) if self.values => value.to_string(),
            _ => word(value),
        }
    }

    fn members(&mut self, members: &Map<String, Value>, focus: Option<&[String]>, spot: &Spot) {
        let wanted = focus.and_then(<[String]>::first);
        let open = if focus.is_some_and(<[String]>::is_empty) { 1 } else { spot.open }.saturating_sub(1);
        let mut left_out = 0;
        let mut printed = 0;
        for (index, (name, member)) in members.iter().enumerate() {
            let on_the_way = wanted == Some(name);
            if printed >= MOST_MEMBERS && !on_the_way {
                left_out += 1;
                continue;
            }
            printed += 1;
            let rest = focus.filter(|_| on_the_way).map(|focus| &focus[1..]);
            // Beside the way to a fault nothing is unfolded.
            let open = if wanted.is_some() { 0 } else { open };
            let comma = if index + 1 < members.len() { "," } else { "" };
            let before = format!("{}: ", Value::String(name.clone()));
            self.value(member, rest, &spot.below(name, open), &before, comma);
        }
        if left_out > 0 {
            self.line(spot.indent + 1, &format!("… {left_out} more"));
        }
        if let Some(name) = wanted.filter(|name| !members.contains_key(*name)) {
            let name = Value::String(name.clone());
            self.line(spot.indent + 1, &format!("{name} is not there{HERE}"));
        }
    }

    fn elements(&mut self, elements: &[Value], focus: Option<&[String]>, spot: &Spot) {
        let page = self.items.filter(|items| items.pointer == spot.at);
        let total = page.map_or(elements.len(), |items| items.total);
        let place = |index: usize| match page {
            Some(items) => items.kept.iter().position(|kept| *kept == index),
            None => Some(index),
        };
        let wanted = focus.and_then(<[String]>::first).and_then(|segment| segment.parse::<usize>().ok());
        let index = wanted.unwrap_or(0);
        let Some(element) = place(index).and_then(|at| elements.get(at)) else {
            let what = if index < total { "not kept" } else { "not there" };
            let text = format!("… {total} records, the one at {index} is {what}");
            return self.line(spot.indent + 1, &text);
        };
        if index > 0 {
            self.line(spot.indent + 1, &format!("… {index} before"));
        }
        let rest = focus.filter(|_| wanted.is_some()).map(|focus| &focus[1..]);
        let open = if wanted.is_some() { 0 } else { spot.open.saturating_sub(1) };
        let behind = total - index - 1;
        let comma = if behind > 0 { "," } else { "" };
        let mut below = spot.below("", open);
        let _ = write!(below.at, "{index}");
        self.value(element, rest, &below, "", comma);
        if behind > 0 {
            self.line(spot.indent + 1, &format!("… {behind} more"));
        }
    }
}
