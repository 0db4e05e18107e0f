//! See the explanation on [`CHECK`].

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::{Blame, Ruling, Verdict, answers, plan_nothing};
use crate::contract::semantics::About;
use crate::contract::{Contract, Operation};
use crate::document::escape;
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
    /// OWASP, improper error handling. Texts are looked at, not the names of members; those that the document itself gives as
    /// examples or lists as values are no secret. `leaks` of the contract's root clause names fields that may hold the server's own
    /// words, and the level that this counts at.
    id: "leaked-internals", family: Answers, level: Deny, proof: Answer,
    faults: ["error-shows-stack-trace", "error-shows-sql", "error-shows-server-path"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let mut ruling = Ruling::default();
    for answer in study.all_answers(&operation.id).filter(|answer| answers::is_error(answer)) {
        let Some(text) = &answer.excerpt else { continue };
        ruling.evidence.answers += 1;
        let asked = format!("{} {}", answer.sent.url, answer.sent.body.as_deref().unwrap_or_default());
        let what = match &answer.json {
            Some(body) => {
                shows(body, &asked, &[]).and_then(|_| shows(body, &asked, &declared(study, operation, answer)))
            }
            None => leak(text).or_else(|| headline(text)).or_else(|| path(text, &asked)),
        };
        if let Some(what) = what {
            let about = about(study, operation, answer, &asked);
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
fn about(study: &Study, operation: &Operation, answer: &Observation, asked: &str) -> About {
    let (Some(leaks), Some(body)) = (&study.contract.root.leaks, &answer.json) else { return About::default() };
    let mut rest = (**body).clone();
    leaks.fields.iter().for_each(|field| remove(&mut rest, field));
    let shown = shows(&rest, asked, &declared(study, operation, answer));
    if shown.is_some() { About::default() } else { leaks.about.clone() }
}

/// What the texts of a body give away; a member's name gives nothing away by itself. Texts that the document itself shows
/// as examples or lists as values are no secret.
fn shows(body: &Value, asked: &str, declared: &[String]) -> Option<&'static str> {
    let mut texts = Vec::new();
    let frames = gather(body, &mut texts);
    texts.retain(|text| !declared.iter().any(|known| known == text));
    let text = texts.join("\n");
    leak(&text).or(frames.then_some(TRACE)).or_else(|| path(&text, asked))
}

/// Gathers the texts of a body; whether a member that is called a trace holds the frames of one.
fn gather<'a>(body: &'a Value, texts: &mut Vec<&'a str>) -> bool {
    match body {
        Value::String(text) => {
            texts.push(text);
            false
        }
        Value::Array(items) => {
            let mut frames = false;
            items.iter().for_each(|item| frames |= gather(item, texts));
            frames
        }
        Value::Object(members) => {
            let mut frames = false;
            for (name, value) in members {
                let held = match value {
                    Value::Array(items) => !items.is_empty(),
                    Value::String(text) => text.trim().lines().count() > 1,
                    _ => false,
                };
                frames |= gather(value, texts) || (held && is_trace(name));
            }
            frames
        }
        _ => false,
    }
}

/// Whether a member is called a trace of calls.
fn is_trace(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    ["stacktrace", "backtrace", "traceback"].iter().any(|word| name.contains(word))
}

/// The texts that the document gives the answer's response as examples, defaults and listed values.
fn declared(study: &Study, operation: &Operation, answer: &Observation) -> Vec<String> {
    let response = answer.status.and_then(|status| operation.response(status));
    let (mut told, mut visited) = (Vec::new(), HashSet::new());
    if let Some(response) = response {
        tell(&study.contract, &response.pointer, &mut visited, &mut told);
    }
    told
}

fn tell(contract: &Contract, pointer: &str, visited: &mut HashSet<String>, told: &mut Vec<String>) {
    let (pointer, node) = contract.resolve(pointer);
    if !visited.insert(pointer.clone()) {
        return;
    }
    let segments: Vec<(String, &Value)> = match node {
        Value::Object(members) => members.iter().map(|(name, child)| (escape(name), child)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, child)| (index.to_string(), child)).collect(),
        _ => return,
    };
    for (segment, child) in segments {
        if matches!(segment.as_str(), "example" | "examples" | "default" | "enum" | "const") {
            let mut texts = Vec::new();
            gather(child, &mut texts);
            told.extend(texts.into_iter().map(str::to_owned));
        }
        tell(contract, &format!("{pointer}/{segment}"), visited, told);
    }
}

const TRACE: &str = "a stack trace";

/// What a page that is no JSON calls itself.
fn headline(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    (lower.contains("stacktrace") || lower.contains("stack_trace")).then_some(TRACE)
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
    ];
    if any(&trace) {
        return Some(TRACE);
    }
    // Plain English selects things from lists too: only a statement in capitals, or with more of its shape, counts.
    let shouted = text.contains("SELECT ") && text.contains(" FROM ");
    let shaped = lower.contains("select ") && lower.contains(" from ") && lower.contains(" where ");
    let statement = shouted || shaped || lower.contains("select * from") || lower.contains("insert into ");
    if statement
        || has_sqlstate(&lower)
        || any(&[
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

/// Whether a text quotes a code of SQL: `SQLSTATE[42S02]`, `(SQLSTATE 42P01)`. The word alone says nothing.
fn has_sqlstate(lower: &str) -> bool {
    let codes = lower.split("sqlstate").skip(1).map(|rest| rest.trim_start_matches([' ', '[', '(', ':', '=', '"']));
    { codes }.any(|rest| {
        let code: Vec<char> = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        code.len() == 5 && code.iter().any(char::is_ascii_digit)
    })
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
    let in_address = |start: usize| {
        text[..start].rsplit([' ', '\n', '"', '\'', '(']).next().is_some_and(|word| word.contains("://"))
    };
    paths
        .any(|path| !asked.contains(path.as_str()) && !in_address(path.start()))
        .then_some("the path of a file of the server")
}

#[cfg(test)]
mod tests {
    use super::{leak, path, shows};
    use serde_json::json;

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
    fn names_of_members_give_nothing_away_by_themselves() {
        let sql = Some("a database query or its error");
        assert_eq!(shows(&json!({"sqlstate": "KAM00", "stack_trace": null}), "", &[]), None);
        assert_eq!(shows(&json!({"stacktrace": "", "trace": "7b1f"}), "", &[]), None);
        assert_eq!(shows(&json!({"message": "ERROR: no such relation (SQLSTATE 42P01)"}), "", &[]), sql);
        assert_eq!(shows(&json!({"m": "SQLSTATE[42S02]: Base table not found"}), "", &[]), sql);
        let frames = json!({"stackTrace": [{"className": "org.example.Store", "lineNumber": 12}]});
        assert_eq!(shows(&frames, "", &[]), Some("a stack trace"));
        let query = "SELECT * FROM customers WHERE id = 1";
        assert_eq!(shows(&json!({"message": query}), "", &[]), sql);
        assert_eq!(shows(&json!({"message": query}), "", &[query.to_owned()]), None);
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
