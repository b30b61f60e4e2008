//! Notices as words and as JSON.

use std::fmt::Write as _;

use super::{CitedClause, Hold, Notice, NoticeKind};
use crate::Dialect;
use crate::json::write_string;

pub(super) fn denied_message(clauses: &[CitedClause]) -> String {
    if clauses.is_empty() {
        return "denied: no agreement in force grants this use".to_owned();
    }
    format!("denied by {}", citations(clauses))
}

pub(super) fn held_message(hold: &Hold, clauses: &[CitedClause]) -> String {
    let roles = hold.roles.join(", ");
    let mut message = format!("on hold as {} until approved by {roles}", hold.id);
    if !clauses.is_empty() {
        let _ = write!(message, ", required by {}", citations(clauses));
    }
    message
}

fn citations(clauses: &[CitedClause]) -> String {
    let mut said = String::new();
    for CitedClause { agreement, clause, heading, sentence } in clauses {
        if !said.is_empty() {
            said.truncate(said.trim_end_matches('.').len());
            said.push_str("; ");
        }
        let _ = write!(said, "{agreement} {clause} ({heading}): {sentence}");
    }
    said
}

/// The whole error document. Our own member sits inside `error`: that object is what both SDKs hand to the
/// program (OpenAI's drop everything around it).
pub(super) fn document(notice: &Notice, dialect: Dialect) -> String {
    let mut out = String::with_capacity(256 + notice.message.len());
    match dialect {
        Dialect::OpenAi => {
            out.push_str(r#"{"error":{"message":"#);
            write_string(&mut out, &notice.message);
            let _ = write!(out, r#","type":"{}","param":"#, openai_type(notice.kind));
            match &notice.param {
                Some(param) => write_string(&mut out, param),
                None => out.push_str("null"),
            }
            let _ = write!(out, r#","code":"{}""#, code(notice.kind));
            write_carveout(&mut out, notice);
            out.push_str("}}");
        }
        Dialect::Anthropic => {
            let _ = write!(
                out,
                r#"{{"type":"error","error":{{"type":"{}","message":"#,
                anthropic_type(notice.kind)
            );
            write_string(&mut out, &notice.message);
            write_carveout(&mut out, notice);
            out.push_str(r#"},"request_id":"#);
            match &notice.request_id {
                Some(id) => write_string(&mut out, id),
                None => out.push_str("null"),
            }
            out.push('}');
        }
    }
    out
}

/// The ruling for machines, on notices that are one.
fn write_carveout(out: &mut String, notice: &Notice) {
    let ruling = match notice.kind {
        NoticeKind::Denied => "deny",
        NoticeKind::Held => "hold",
        _ => return,
    };
    let _ = write!(out, r#","carveout":{{"ruling":"{ruling}","clauses":["#);
    for (position, cited) in notice.clauses.iter().enumerate() {
        out.push_str(if position > 0 { "," } else { "" });
        let CitedClause { agreement, clause, heading, sentence } = cited;
        let members =
            [("agreement", agreement), ("clause", clause), ("heading", heading), ("sentence", sentence)];
        for (position, (name, value)) in members.into_iter().enumerate() {
            let _ = write!(out, r#"{}"{name}":"#, if position > 0 { ',' } else { '{' });
            write_string(out, value);
        }
        out.push('}');
    }
    out.push(']');
    if let Some(Hold { id, roles }) = &notice.hold {
        out.push_str(r#","hold":"#);
        write_string(out, id);
        out.push_str(r#","roles":["#);
        for (position, role) in roles.iter().enumerate() {
            out.push_str(if position > 0 { "," } else { "" });
            write_string(out, role);
        }
        out.push(']');
    }
    out.push('}');
}

fn openai_type(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Denied | NoticeKind::Held | NoticeKind::Forbidden => "permission_error",
        NoticeKind::Unauthenticated => "authentication_error",
        NoticeKind::ProviderBusy => "rate_limit_error",
        NoticeKind::BadRequest
        | NoticeKind::NotFound
        | NoticeKind::TooLarge
        | NoticeKind::UnsupportedMedia
        | NoticeKind::ProviderRefused => "invalid_request_error",
        NoticeKind::Unavailable | NoticeKind::ProviderFailed | NoticeKind::ProviderTimedOut => "server_error",
    }
}

/// The names of Anthropic's own `error.type`.
fn anthropic_type(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Denied | NoticeKind::Held | NoticeKind::Forbidden => "permission_error",
        NoticeKind::Unauthenticated => "authentication_error",
        NoticeKind::NotFound => "not_found_error",
        NoticeKind::TooLarge => "request_too_large",
        NoticeKind::ProviderBusy => "rate_limit_error",
        NoticeKind::ProviderTimedOut => "timeout_error",
        NoticeKind::BadRequest | NoticeKind::UnsupportedMedia | NoticeKind::ProviderRefused => {
            "invalid_request_error"
        }
        NoticeKind::Unavailable | NoticeKind::ProviderFailed => "api_error",
    }
}

fn code(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Denied => "carveout_denied",
        NoticeKind::Held => "carveout_held",
        NoticeKind::BadRequest => "invalid_request",
        NoticeKind::Unauthenticated => "invalid_api_key",
        NoticeKind::Forbidden => "forbidden",
        NoticeKind::NotFound => "not_found",
        NoticeKind::TooLarge => "request_too_large",
        NoticeKind::UnsupportedMedia => "unsupported_media_type",
        NoticeKind::Unavailable => "unavailable",
        NoticeKind::ProviderFailed => "provider_failed",
        NoticeKind::ProviderTimedOut => "provider_timed_out",
        NoticeKind::ProviderBusy => "provider_busy",
        NoticeKind::ProviderRefused => "provider_refused",
    }
}
