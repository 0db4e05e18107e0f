//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, answers, plan_nothing};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// An error shows a stack trace, a query or a path of the server.
    ///
    /// ## Why it matters
    /// It tells attackers how the server is built, and consumers nothing.
    ///
    /// ## Example
    /// A 500 whose body begins with `Traceback (most recent call last)`.
    ///
    /// ## Source
    /// OWASP, improper error handling; level: `leaks` of the contract's root clause.
    id: "leaked-internals", family: Answers, level: Deny,
    faults: ["error-shows-stack-trace", "error-shows-sql"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id).filter(|answer| answers::is_error(answer)) {
        let Some(text) = &answer.excerpt else { continue };
        ruling.evidence.answers += 1;
        if let Some(what) = leak(text) {
            let about = study.contract.root.leaks.clone().unwrap_or_default().0;
            ruling.blames.push(
                Blame::of_answer(format!("the error shows {what}"), answer)
                    .compare("an error without internals", format!("{what} with status {}", answer.status.unwrap_or(0)))
                    .under(study, &about, Level::Deny)
                    .mark(what),
            );
        }
    }
    ruling
        .or_inconclusive("no error with a body was seen", "run without --skip access and records: they provoke errors")
}

/// What a text gives away, if anything.
fn leak(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let any = |needles: &[&str]| needles.iter().any(|needle| lower.contains(needle));
    let trace = [
        "traceback (most recent call last)",
        "stack backtrace",
        "goroutine ",
        "\n    at ",
        "\\n    at ",
        "\tat ",
        "\\tat ",
        "panicked at",
        "exception in thread",
        ".java:",
        ".py\", line",
        ".py\\\", line",
        "node_modules/",
        "stacktrace",
        "stack_trace",
    ];
    if any(&trace) {
        return Some("a stack trace");
    }
    // Plain English selects things from lists too: only a statement in capitals, or with more of its shape, counts.
    let shouted = text.contains("SELECT ") && text.contains(" FROM ");
    let shaped = lower.contains("select ") && lower.contains(" from ") && lower.contains(" where ");
    let statement = shouted || shaped || lower.contains("select * from") || lower.contains("insert into ");
    if statement
        || any(&[
            "sqlstate",
            "syntax error at or near",
            "ora-0",
            "psycopg",
            "pq: ",
            "sqlite3.",
            "mysql_",
            "unclosed quotation mark",
        ])
    {
        return Some("a database query or its error");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::leak;

    #[test]
    fn traces_and_queries_are_told_from_plain_errors() {
        assert_eq!(leak("Traceback (most recent call last): File x"), Some("a stack trace"));
        assert_eq!(
            leak(r#"{"message": "pq: syntax error at or near \"WHERE\""}"#),
            Some("a database query or its error")
        );
        assert_eq!(leak("SELECT * FROM customers WHERE id = 1"), Some("a database query or its error"));
        assert_eq!(
            leak(r#"{"error": {"code": "NOT_FOUND", "message": "no customer: select another from the list"}}"#),
            None
        );
    }
}
