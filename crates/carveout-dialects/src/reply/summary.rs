//! What settlement needs to know about a reply.

use crate::json::View;

/// What a reply came to, so far or in the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplySummary {
    /// The provider's id of the reply, from its body. (The request id is in a header.)
    pub provider_request: Option<String>,
    /// The model that answered, as the provider names it.
    pub model: Option<String>,
    /// Tokens, as the provider counts them.
    pub usage: Usage,
    /// How many choices there were.
    pub choices: u32,
    /// Why each ended, in the order they ended.
    pub finish_reasons: Vec<String>,
    /// Times the provider ran a tool or called a server itself.
    pub server_actions: u32,
    /// Members that the dialect's list doesn't have; they were handed on, and their texts told.
    pub unlisted: u64,
    /// Parts that couldn't be read (audio, sealed content).
    pub opaque: u64,
    /// Whole events; 1 for a whole reply.
    pub events: u64,
    /// Bytes taken from the provider.
    pub bytes_in: u64,
    /// Bytes judged fit to be released.
    pub bytes_out: u64,
}

/// Tokens by the provider's own count; absent if it said nothing. OpenAI says it in a stream only if asked
/// (`stream_options.include_usage`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Read by the model. Anthropic's count leaves out what its cache held.
    pub input_tokens: Option<u64>,
    /// Written by the model.
    pub output_tokens: Option<u64>,
}

impl Usage {
    /// Takes over what `usage` says, under the dialect's two names.
    pub(super) fn update(&mut self, usage: Option<View<'_>>, input: &str, output: &str) {
        let count = |name| u64::try_from(usage?.member(name)?.integer().ok()?).ok();
        self.input_tokens = count(input).or(self.input_tokens);
        self.output_tokens = count(output).or(self.output_tokens);
    }
}

impl ReplySummary {
    pub(super) fn identify(&mut self, reply: View<'_>) {
        let given = |name| reply.member(name)?.string().filter(|value| !value.is_empty());
        if self.provider_request.is_none() {
            self.provider_request = given("id").map(std::borrow::Cow::into_owned);
        }
        if self.model.is_none() {
            self.model = given("model").map(std::borrow::Cow::into_owned);
        }
    }

    pub(super) fn finish_reason(&mut self, reason: Option<View<'_>>) {
        self.finish_reasons.extend(reason.and_then(View::string).map(std::borrow::Cow::into_owned));
    }
}
