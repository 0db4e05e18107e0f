//! The generated clients against the embedded servers.

use std::sync::Arc;

use contract_gate::client::{flexportal, flexprice, maple};
use contract_gate::contract::Contract;
use contract_gate::mock::{Options, Running, Variant, start, variants};

fn serve(name: &str, variant: Option<&'static Variant>) -> Running {
    let contract = Contract::shipped(name).expect("is shipped");
    start(Arc::new(contract), Options { variant, ..Options::default() }).expect("starts")
}

/// The lawful server as it is, and in each of the odd forms that fit the contract: but for those that lawfully refuse what
/// these walks ask for, since the client does not ask twice and sends every parameter.
fn forms(name: &str) -> Vec<Option<&'static Variant>> {
    let contract = Contract::shipped(name).expect("is shipped");
    let refuses = |id: &str| {
        let asks_more =
            ["unsupported-parameters-refused", "gone-records", "insists-on-size-and-order", "one-lost-connection"];
        id.starts_with("rate-limited-") || asks_more.contains(&id)
    };
    let fitting = variants().iter().copied().filter(|variant| (variant.contracts)(&contract) && !refuses(variant.id));
    std::iter::once(None).chain(fitting.map(Some)).collect()
}

/// What a client read, or which form of the server it could not read.
fn read<T, E: std::fmt::Debug>(answer: Result<T, E>, variant: Option<&Variant>) -> T {
    let form = variant.map_or("plain", |variant| variant.id);
    answer.unwrap_or_else(|error| panic!("cannot read the {form} server: {error:?}"))
}

#[tokio::test]
async fn flexportal_is_walked_by_cursor() {
    for variant in forms("flexportal") {
        let server = serve("flexportal", variant);
        let access = server.access();
        let client = flexportal::Client::connect(server.base_url(), &access.token, &access.tenants[0]).expect("lawful");
        let (mut customers, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let mut request = client.list_customers().limit(50).sort_by(flexportal::types::ListCustomersSortBy::Email);
            if let Some(cursor) = &cursor {
                request = request.start_after(cursor);
            }
            let page = read(request.send().await, variant).into_inner();
            customers.extend(page.customers);
            if !page.has_more {
                break;
            }
            cursor = page.next_cursor;
        }
        let Some(strange) = customers.iter().find(|customer| customer.customer_id.contains('/')) else {
            assert!(variant.is_some(), "the plain server has an id that needs encoding");
            continue;
        };
        let again = client.get_customer().customer_id(&strange.customer_id).send().await.expect("is there");
        assert_eq!(again.customer_id, strange.customer_id);
        assert!(client.get_customer().customer_id("nobody").send().await.is_err());
    }
}

#[tokio::test]
async fn flexprice_is_walked_by_offset() {
    for variant in forms("flexprice") {
        let server = serve("flexprice", variant);
        let client = flexprice::Client::connect(server.base_url(), &server.access().token).expect("lawful");
        let mut customers: Vec<flexprice::types::Customer> = Vec::new();
        loop {
            let skipped = i64::try_from(customers.len()).expect("few");
            let request = client.search_customers().body_map(|body| body.limit(100).offset(skipped));
            let page = read(request.send().await, variant).into_inner();
            if page.items.is_empty() {
                break;
            }
            customers.extend(page.items);
        }
        let Some(child) = customers.iter().find(|customer| customer.parent_customer_id.is_some()) else {
            assert!(variant.is_some(), "the plain server has a child");
            continue;
        };
        let expanded = client.get_customer().id(&child.id).expand("parent_customer").send().await.expect("is there");
        let parent = expanded.into_inner().parent_customer.expect("was asked for");
        assert_eq!(Some(&parent.id), child.parent_customer_id.as_ref());
    }
}

#[tokio::test]
async fn maple_is_walked_through_its_body() {
    use maple::types::{FindRequest, FindRequestPagination, FindRequestQuery, FindRequestQueryStatus};
    for variant in forms("maple") {
        let server = serve("maple", variant);
        let company = &server.access().tenants[0];
        let client = maple::Client::connect(server.base_url(), &server.access().token).expect("lawful");
        let (mut found, mut from_key) = (0, None::<String>);
        loop {
            let archived = FindRequestQuery { status: Some(FindRequestQueryStatus::Archived), ..Default::default() };
            let pagination = FindRequestPagination { from_key, limit: Some(100) };
            let body = FindRequest::builder().pagination(pagination).query(archived);
            let page = read(client.find_customers().company_id(company).body(body).send().await, variant);
            found += page.results.len();
            from_key = page.into_inner().pagination.from_key.filter(|key| !key.is_empty());
            if from_key.is_none() {
                break;
            }
        }
        assert!(variant.is_some() || found > 20, "{found} archived");
    }
}

#[tokio::test]
async fn refusal_is_typed() {
    let server = serve("flexportal", None);
    let client = flexportal::Client::connect(server.base_url(), "wrong", &server.access().tenants[0]).expect("lawful");
    match client.list_customers().send().await {
        Err(flexportal::Error::ErrorResponse(answer)) => {
            assert_eq!(answer.status(), 401);
            assert!(!answer.error.code.is_empty());
        }
        other => panic!("expected a typed refusal, actual: {other:?}"),
    }
}
