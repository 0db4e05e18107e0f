//! See the explanation on [`CHECK`].

use std::sync::LazyLock;

use regex::Regex;

use super::{Blame, Ruling, Verdict, answers, plan_nothing};
use crate::contract::Operation;
use crate::contract::semantics::About;
use crate::finding::Level;
use crate::study::row::remove;
use crate::study::{Observation, Study};

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
    /// OWASP, improper error handling. `leaks` of the contract's root clause names fields that may hold the server's own
    /// words, and the level that this counts at.
    id: "leaked-internals", family: Answers, level: Deny,
    faults: ["error-shows-stack-trace", "error-shows-sql", "error-shows-server-path"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id).filter(|answer| answers::is_error(answer)) {
        let Some(text) = &answer.excerpt else { continue };
        ruling.evidence.answers += 1;
        let asked = format!("{} {}", answer.sent.url, answer.sent.body.as_deref().unwrap_or_default());
        if let Some(what) = leak(text).or_else(|| path(text, &asked)) {
            let about = about(study, answer, &asked);
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

/// The clause about fields that may hold the server's own words, if nothing but those shows internals.
fn about(study: &Study, answer: &Observation, asked: &str) -> About {
    let (Some(leaks), Some(body)) = (&study.contract.root.leaks, &answer.json) else { return About::default() };
    let mut rest = (**body).clone();
    leaks.fields.iter().for_each(|field| remove(&mut rest, field));
    let rest = rest.to_string();
    if leak(&rest).or_else(|| path(&rest, asked)).is_some() { About::default() } else { leaks.about.clone() }
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

/// Whether a text shows the path of a file of the server. What the request itself said may be said back.
fn path(text: &str, asked: &str) -> Option<&'static str> {
    static PATHS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let unix = r"/(?:var|usr|home|opt|srv|etc|app|root|private|mnt)(?:/[\w.@+-]+)+\.[a-z]{1,6}\b";
        let windows = r"\b[A-Z]:(?:\\{1,2}[\w. -]+)+\.[a-z]{1,6}\b";
        Regex::new(&format!("{unix}|{windows}")).ok()
    });
    // Some servers escape slashes in JSON.
    let text = text.replace("\\/", "/");
    let asked = percent_encoding::percent_decode_str(asked).decode_utf8_lossy();
    let mut paths = PATHS.as_ref()?.find_iter(&text);
    // An address on the web has such parts too.
    let in_address =
        |start: usize| text[..start].rsplit([' ', '"', '\'', '(']).next().is_some_and(|word| word.contains("://"));
    paths
        .any(|path| !asked.contains(path.as_str()) && !in_address(path.start()))
        .then_some("the path of a file of the server")
}

#[cfg(test)]
mod tests {
    use super::{leak, path};

    #[test]
    fn paths_of_the_server_are_told_from_what_was_asked() {
        let shown = Some("the path of a file of the server");
        assert_eq!(path("open /var/www/app/config/database.yml: permission denied", ""), shown);
        assert_eq!(path(r"cannot read C:\inetpub\wwwroot\web.config", ""), shown);
        assert_eq!(path(r#"{"message":"in \/srv\/api\/store.php on line 3"}"#, ""), shown);
        assert_eq!(path("no customer /etc/app/passwd.txt", "http://h/customers/%2Fetc%2Fapp%2Fpasswd.txt"), None);
        assert_eq!(path("see https://example.com/app/docs/errors.html", ""), None);
        assert_eq!(path("GET /v1/customers/17 is unknown", ""), None);
    }

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
