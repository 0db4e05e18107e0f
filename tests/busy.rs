//! A server that bears one request at a time is asked one at a time, and judged like any other.

mod stub;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use contract_gate::contract::Contract;
use contract_gate::engine::{Options, check};
use contract_gate::finding::Level;
use contract_gate::mock::{self, Incoming, Server};
use contract_gate::target::{Identity, Limits, Target};

/// A lawful server behind something that lets one request in.
struct Busy {
    server: Server,
    inside: AtomicUsize,
    refused: AtomicUsize,
}

async fn handle(State(busy): State<Arc<Busy>>, request: Request) -> Response {
    if busy.inside.fetch_add(1, Ordering::SeqCst) > 0 {
        busy.inside.fetch_sub(1, Ordering::SeqCst);
        busy.refused.fetch_add(1, Ordering::SeqCst);
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "0")]).into_response();
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap_or_default();
    tokio::time::sleep(Duration::from_millis(2)).await;
    let answer = busy.server.answer(&Incoming {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    });
    busy.inside.fetch_sub(1, Ordering::SeqCst);
    let mut response = (StatusCode::from_u16(answer.status).expect("a status"), answer.body).into_response();
    response.headers_mut().clear();
    for (name, value) in &answer.headers {
        let name: HeaderName = name.parse().expect("a header name");
        response.headers_mut().append(name, value.parse().expect("a header value"));
    }
    response
}

#[tokio::test]
async fn whoever_bears_one_request_at_a_time_is_asked_one_at_a_time() {
    let contract = Arc::new(Contract::shipped("flexportal").expect("is shipped"));
    let plain = mock::start(Arc::clone(&contract), mock::Options::default()).expect("starts");
    let server = mock::server(&contract, &mock::Options::default()).expect("starts");
    let busy = Arc::new(Busy { server, inside: AtomicUsize::new(0), refused: AtomicUsize::new(0) });
    let url = stub::serve_router(Router::new().fallback(handle).with_state(Arc::clone(&busy)));
    let (own, second) = Identity::pair(plain.access());
    let target = Target::new(&url, own, second, Limits::default()).expect("a base URL");
    let checked = check(contract, Arc::new(target), &Options::default(), &mut |_| {}).await;
    assert!(checked.aborted.is_none(), "{:?}", checked.aborted);
    let denied: Vec<_> = checked.findings.iter().filter(|finding| finding.level == Level::Deny).collect();
    assert!(denied.is_empty(), "{denied:#?}");
    let refused = busy.refused.load(Ordering::SeqCst);
    assert!((1..60).contains(&refused), "{refused} of {} requests were refused", checked.requests);
}
