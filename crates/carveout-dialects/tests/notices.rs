//! What callers are told, and where.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

use carveout_dialects::{
    CitedClause, Dialect, Endpoint, Limits, ModelListed, Notice, UnknownRoute, endpoint, model, models_list,
    provider_error,
};
use serde_json::{Value, json};

fn clause() -> CitedClause {
    CitedClause {
        agreement: "sample-logistics".to_owned(),
        clause: "4.2".to_owned(),
        heading: "Bulk-acquired \"data\"".to_owned(),
        sentence: "The model shall not be used on it.".to_owned(),
    }
}

fn body(notice: &Notice, dialect: Dialect) -> (u16, Value) {
    let (status, bytes) = notice.body(dialect);
    (status, serde_json::from_slice(&bytes).unwrap())
}

#[test]
fn a_denial_cites_its_clauses() {
    let notice = Notice::denied(vec![clause()]).with_request_id("req_1");
    let message =
        "denied by sample-logistics 4.2 (Bulk-acquired \"data\"): The model shall not be used on it.";
    let carveout = json!({
        "ruling": "deny",
        "clauses": [{
            "agreement": "sample-logistics",
            "clause": "4.2",
            "heading": "Bulk-acquired \"data\"",
            "sentence": "The model shall not be used on it.",
        }],
    });
    assert_eq!(
        body(&notice, Dialect::OpenAi),
        (
            403,
            json!({ "error": { "message": message, "type": "permission_error", "param": null,
                               "code": "carveout_denied", "carveout": carveout } })
        )
    );
    assert_eq!(
        body(&notice, Dialect::Anthropic),
        (
            403,
            json!({ "type": "error",
                    "error": { "type": "permission_error", "message": message, "carveout": carveout },
                    "request_id": "req_1" })
        )
    );
    let both = body(&Notice::denied(vec![clause(), clause()]), Dialect::OpenAi).1;
    let said = both["error"]["message"].as_str().unwrap();
    assert!(
        said.contains("shall not be used on it; sample-logistics 4.2") && said.ends_with("it."),
        "{said}"
    );
}

#[test]
fn a_hold_names_its_id_and_roles() {
    let notice = Notice::held("hold_1", vec!["customer/release-authority".to_owned()], vec![clause()]);
    let (status, document) = body(&notice, Dialect::OpenAi);
    let carveout = &document["error"]["carveout"];
    assert_eq!(status, 403);
    assert_eq!(document["error"]["code"], "carveout_held");
    assert_eq!(carveout["ruling"], "hold");
    assert_eq!(carveout["hold"], "hold_1");
    assert_eq!(carveout["roles"], json!(["customer/release-authority"]));
    assert_eq!(carveout["clauses"][0]["clause"], "4.2");
}

#[test]
fn a_denial_by_nothing_says_that_nothing_grants_it() {
    let notice = Notice::denied(Vec::new());
    assert_eq!(notice.message(), "denied: no agreement in force grants this use");
    assert_eq!(body(&notice, Dialect::OpenAi).1["error"]["carveout"]["clauses"], json!([]));
}

/// Statuses decide which exception an SDK raises and whether it tries again.
#[test]
fn every_notice_has_its_status_types_and_retry() {
    let cases = [
        (Notice::denied(Vec::new()), 403, "permission_error", "permission_error", false),
        (Notice::held("h", Vec::new(), Vec::new()), 403, "permission_error", "permission_error", false),
        (Notice::forbidden("x"), 403, "permission_error", "permission_error", false),
        (Notice::bad_request("x", Some("/n")), 400, "invalid_request_error", "invalid_request_error", false),
        (Notice::unauthenticated(), 401, "authentication_error", "authentication_error", false),
        (Notice::not_found("x"), 404, "invalid_request_error", "not_found_error", false),
        (Notice::too_large(9), 413, "invalid_request_error", "request_too_large", false),
        (Notice::unsupported_media("x"), 415, "invalid_request_error", "invalid_request_error", false),
        (Notice::unavailable("x"), 503, "server_error", "api_error", true),
        (Notice::provider_failed("x"), 502, "server_error", "api_error", true),
        (Notice::provider_timed_out("x"), 504, "server_error", "timeout_error", true),
        (Notice::provider_refused(400, None), 400, "invalid_request_error", "invalid_request_error", false),
        (Notice::provider_refused(429, None), 429, "rate_limit_error", "rate_limit_error", true),
        (Notice::provider_refused(401, None), 502, "server_error", "api_error", true),
        (Notice::provider_refused(529, None), 502, "server_error", "api_error", true),
    ];
    for (notice, status, openai, anthropic, retry) in cases {
        let kind = notice.kind();
        let (openai_status, openai_body) = body(&notice, Dialect::OpenAi);
        let (anthropic_status, anthropic_body) = body(&notice, Dialect::Anthropic);
        assert_eq!((openai_status, anthropic_status), (status, status), "{kind:?}");
        assert_eq!(openai_body["error"]["type"], openai, "{kind:?}");
        assert_eq!(anthropic_body["error"]["type"], anthropic, "{kind:?}");
        assert_eq!(anthropic_body["type"], "error", "{kind:?}");
        assert_eq!(notice.is_worth_retrying(), retry, "{kind:?}");
        assert_eq!(openai_body["error"]["message"], notice.message(), "{kind:?}");
        assert_eq!(anthropic_body["error"]["message"], notice.message(), "{kind:?}");
    }
}

#[test]
fn only_what_the_caller_can_mend_is_quoted_from_a_provider() {
    assert!(Notice::provider_refused(400, Some("max_tokens is too large")).message().contains("too large"));
    assert!(!Notice::provider_refused(401, Some("key sk-12 is wrong")).message().contains("sk-12"));
}

#[test]
fn an_error_in_a_stream_is_one_event() {
    let notice = Notice::provider_failed("cut\noff");
    let openai = notice.event(Dialect::OpenAi);
    let anthropic = notice.event(Dialect::Anthropic);
    for (event, prefix) in [(openai, "data: "), (anthropic, "event: error\ndata: ")] {
        let text = std::str::from_utf8(&event).unwrap();
        let data = text.strip_prefix(prefix).unwrap().strip_suffix("\n\n").unwrap();
        assert!(!data.contains('\n'));
        assert!(serde_json::from_str::<Value>(data).unwrap()["error"].is_object());
    }
}

#[test]
fn a_provider_error_is_read_or_left_unsaid() {
    let limits = Limits::default();
    let read = |body: &str| provider_error(body.as_bytes(), &limits).map(|error| (error.kind, error.message));
    assert_eq!(
        read(r#"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#),
        Some((Some("overloaded_error".to_owned()), "busy".to_owned()))
    );
    assert_eq!(read(r#"{"error":{"message":"no"}}"#), Some((None, "no".to_owned())));
    assert_eq!(read(r#"{"error":"plain"}"#), Some((None, "plain".to_owned())));
    assert_eq!(read("<html>"), None);
    let long = format!(r#"{{"error":{{"message":"{}"}}}}"#, "x".repeat(5_000));
    assert_eq!(read(&long).unwrap().1.len(), 1_000);
}

#[test]
fn request_lines_lead_to_their_endpoint_or_nowhere() {
    let model = |id: &str| Ok(Endpoint::Model(id.to_owned()));
    for (method, path, query, expected) in [
        ("POST", "/v1/chat/completions", None, Ok(Endpoint::ChatCompletions)),
        ("POST", "/v1/messages", None, Ok(Endpoint::Messages)),
        ("POST", "/v1/messages", Some("beta=true"), Ok(Endpoint::Messages)),
        ("GET", "/v1/models", Some("limit=20&after_id=x"), Ok(Endpoint::Models)),
        ("GET", "/v1/models", Some(""), Ok(Endpoint::Models)),
        ("GET", "/v1/models/a-model", None, model("a-model")),
        ("GET", "/v1/models/org%2Fmodel%2D1", None, model("org/model-1")),
        ("GET", "/v1/models/", None, Err(UnknownRoute::Path)),
        ("GET", "/v1/models/a/b", None, Err(UnknownRoute::Path)),
        ("GET", "/v1/models/a%0Ab", None, Err(UnknownRoute::Path)),
        ("GET", "/v1/models/a%ff", None, Err(UnknownRoute::Path)),
        ("GET", "/v1/models/a%2", None, Err(UnknownRoute::Path)),
        ("GET", "/v1/models/a%+1", None, Err(UnknownRoute::Path)),
        ("POST", "/v1/chat/completions/", None, Err(UnknownRoute::Path)),
        ("POST", "//v1/chat/completions", None, Err(UnknownRoute::Path)),
        ("POST", "/v1/Messages", None, Err(UnknownRoute::Path)),
        ("POST", "/v1/messages/count_tokens", None, Err(UnknownRoute::Path)),
        ("POST", "/v1/responses", None, Err(UnknownRoute::Path)),
        ("POST", "/v1/embeddings", None, Err(UnknownRoute::Path)),
        ("GET", "/v1/messages", None, Err(UnknownRoute::Method { allowed: "POST" })),
        ("DELETE", "/v1/models/a-model", None, Err(UnknownRoute::Method { allowed: "GET" })),
        ("post", "/v1/messages", None, Err(UnknownRoute::Method { allowed: "POST" })),
        ("POST", "/v1/messages", Some("api_key=x"), Err(UnknownRoute::Query)),
        ("POST", "/v1/chat/completions", Some("beta=true"), Err(UnknownRoute::Query)),
        ("GET", "/v1/models", Some("key=x"), Err(UnknownRoute::Query)),
    ] {
        assert_eq!(endpoint(method, path, query), expected, "{method} {path} {query:?}");
    }
}

#[test]
fn the_model_lists_are_told_apart_by_a_header() {
    assert_eq!(Endpoint::Models.dialect(true), Dialect::Anthropic);
    assert_eq!(Endpoint::Models.dialect(false), Dialect::OpenAi);
    assert_eq!(Endpoint::ChatCompletions.dialect(true), Dialect::OpenAi);
    assert_eq!(Endpoint::Messages.dialect(false), Dialect::Anthropic);
}

#[test]
fn models_are_listed_in_both_forms() {
    let listed = [
        ModelListed { id: "logistics".to_owned(), created: 1_772_668_800 },
        ModelListed { id: "vision \"2\"".to_owned(), created: 951_782_399 },
    ];
    let parse = |bytes: bytes::Bytes| serde_json::from_slice::<Value>(&bytes).unwrap();
    assert_eq!(
        parse(models_list(Dialect::OpenAi, &listed)),
        json!({ "object": "list", "data": [
            { "id": "logistics", "object": "model", "created": 1_772_668_800, "owned_by": "carveout" },
            { "id": "vision \"2\"", "object": "model", "created": 951_782_399, "owned_by": "carveout" },
        ] })
    );
    assert_eq!(
        parse(models_list(Dialect::Anthropic, &listed)),
        json!({ "data": [
            { "type": "model", "id": "logistics", "display_name": "logistics", "created_at": "2026-03-05T00:00:00Z" },
            { "type": "model", "id": "vision \"2\"", "display_name": "vision \"2\"", "created_at": "2000-02-28T23:59:59Z" },
        ], "has_more": false, "first_id": "logistics", "last_id": "vision \"2\"" })
    );
    assert_eq!(
        parse(models_list(Dialect::Anthropic, &[])),
        json!({ "data": [], "has_more": false, "first_id": null, "last_id": null })
    );
    let leap = ModelListed { id: "m".to_owned(), created: 951_868_799 };
    assert_eq!(parse(model(Dialect::Anthropic, &leap))["created_at"], "2000-02-29T23:59:59Z");
    let before = ModelListed { id: "m".to_owned(), created: -1 };
    assert_eq!(parse(model(Dialect::Anthropic, &before))["created_at"], "1969-12-31T23:59:59Z");
}
