//! A small vocabulary, and short ways to write agreements and uses on it.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::{
    fmt::Write as _,
    sync::{Arc, LazyLock},
};

use carveout_terms::{
    Agreement, Attester, Decision, Facts, Known, Problems, RoleId, Severity, Stack, Use, Vocabulary,
};

pub(crate) const SCHEMA: &str = r#"
entity Program;
entity Purpose;
entity Volume enum ["targeted", "bulk", "unknown"];
entity Step enum ["query", "link", "profile", "unknown"];
entity Authority enum ["warrant", "contract", "unknown"];
entity Intent enum ["intentional", "unknown"];
entity Maker enum ["acme", "birch", "unknown"];
entity Host enum ["acme", "self", "unknown"];
entity Operator enum ["acme", "self", "unknown"];
entity Model;
action invoke appliesTo {
  principal: [Program],
  resource: [Model],
  context: {
    @attester("caller") @doc("what the use is for") purpose: Purpose,
    @attester("caller") @doc("how the data was selected") volume: Volume,
    @attester("caller") @doc("what is done") steps: Set<Step>,
    @attester("program") @doc("the authority") authority: Authority,
    @attester("none") @doc("whether it is meant") intent: Intent,
    @attester("gateway") @doc("the time") at: datetime,
    @attester("gateway") @doc("when the key ends") ends: datetime,
    @attester("gateway") @doc("who made it") maker: Maker,
    @attester("gateway") @doc("whose machines") host: Host,
    @attester("gateway") @doc("who operates it") operator: Operator,
    @attester("gateway") @doc("the line") model: Model,
    @attester("gateway") @doc("whether it is a retry") retry: Bool,
    @attester("gateway") @doc("unreadable parts") parts: Long,
    @attester("gateway") @doc("tools offered") tools: Long,
  }
};
"#;

pub(crate) const TAXONOMY: &str = r#"
vocabulary = "small"
version = "1"
[Purpose]
"logistics" = "Moving things."
"logistics.supply" = "Buying and storing."
"logistics.repair" = "Mending."
"intel" = "Intelligence."
"intel.foreign" = "Abroad."
"intel.home" = "At home."
"intel.home.mass" = "Everybody at home."
"intel.home.one" = "One person at home."
"translation" = "Translating."
"unknown" = "Not said."
[Model]
"line" = "A family."
"line.big" = "Big."
"line.small" = "Small."
"unknown" = "Not said."
"#;

pub(crate) const GATEWAY: &str = "at=\"2026-06-01T00:00:00Z\", ends=\"2027-01-01T00:00:00Z\", maker=acme, host=self, \
                           operator=self, model=line.big, retry=?0, parts=0, tools=0";

pub(crate) fn vocabulary() -> Arc<Vocabulary> {
    static SMALL: LazyLock<Arc<Vocabulary>> = LazyLock::new(|| {
        Arc::new(Vocabulary::parse(SCHEMA, TAXONOMY).unwrap_or_else(|problems| panic!("{problems}")))
    });
    SMALL.clone()
}

/// An agreement's text: `head` lines on top of plain ones, then numbered clauses of policies.
pub(crate) fn source(id: &str, head: &str, body: &str) -> String {
    let role = if head.contains("role =") { "" } else { "role = \"grant\"\n" };
    let effective = if head.contains("effective =") { "" } else { "effective = 2026-01-01\n" };
    let party = "party = [ { id = \"vendor\", name = \"Example Vendor\", roles = [\"duty-officer\"] }, \
                 { id = \"customer\", name = \"Example Agency\", roles = [\"release-authority\", \"counsel\"] } ]\n";
    format!(
        "+++\nagreement = \"{id}\"\nversion = \"1\"\nvocabulary = \"small\"\n{role}{effective}{party}{head}\n+++\n# Terms\n{body}"
    )
}

/// Clauses 1, 2, … each with one policy.
pub(crate) fn clauses<'p>(policies: impl IntoIterator<Item = &'p str>) -> String {
    policies.into_iter().enumerate().fold(String::new(), |mut text, (position, policy)| {
        let number = position + 1;
        let _ = write!(text, "\n## {number} Clause {number}\nSome prose.\n\n```cedar\n{policy}\n```\n");
        text
    })
}

/// A policy with its scope written out: `permit when { … }`.
pub(crate) fn policy(short: &str) -> String {
    short.replacen(" when", " (principal, action, resource) when", 1)
}

pub(crate) fn parse(text: &str) -> Result<Agreement, Problems> {
    Agreement::parse(text, &vocabulary())
}

pub(crate) fn errors(problems: &Problems) -> Vec<&carveout_terms::Problem> {
    problems.list().iter().filter(|problem| problem.severity == Severity::Error).collect()
}

/// An agreement of short policies.
pub(crate) fn agreement(id: &str, head: &str, policies: &[&str]) -> Arc<Agreement> {
    let policies: Vec<String> = policies.iter().map(|short| policy(short)).collect();
    let text = source(id, head, &clauses(policies.iter().map(String::as_str)));
    Arc::new(parse(&text).unwrap_or_else(|problems| panic!("{problems}\n{text}")))
}

pub(crate) fn stack(agreements: impl IntoIterator<Item = Arc<Agreement>>) -> Stack {
    stack_presuming(agreements, "")
}

pub(crate) fn stack_presuming(agreements: impl IntoIterator<Item = Arc<Agreement>>, presume: &str) -> Stack {
    let vocabulary = vocabulary();
    let presume = Facts::suppose(&vocabulary, presume).unwrap_or_else(|e| panic!("{e}"));
    Stack::new(vocabulary, agreements.into_iter().collect(), presume).unwrap_or_else(|e| panic!("{e}"))
}

/// What is said about a use; the gateway's facts come on top of plain ones.
#[derive(Default, Clone)]
pub(crate) struct Said<'a> {
    pub(crate) caller: &'a str,
    pub(crate) program: &'a str,
    pub(crate) gateway: &'a str,
    pub(crate) evidence: &'a [&'a str],
    pub(crate) approvals: &'a [&'a str],
}

impl Said<'_> {
    pub(crate) fn assemble(&self, vocabulary: &Vocabulary) -> Use {
        let read = |text, attester| {
            Facts::parse(vocabulary, text, attester).unwrap_or_else(|errors| panic!("{text}: {errors}"))
        };
        let plain = read(GATEWAY, Attester::Gateway);
        let known = Known {
            caller: read(self.caller, Attester::Caller),
            program: read(self.program, Attester::Program),
            gateway: plain.overridden_by(&read(self.gateway, Attester::Gateway)),
            evidence: self.evidence.iter().map(|text| read(text, Attester::Gateway)).collect(),
            approvals: self.approvals.iter().map(|role| RoleId::new(*role)).collect(),
        };
        known.assemble(vocabulary).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn decide(&self, stack: &Stack) -> Decision {
        stack.decide(&self.assemble(stack.vocabulary()))
    }
}

/// `permit`, `deny a 2` or `hold for role, role: a 1`.
pub(crate) fn told(decision: &Decision) -> String {
    let mut text = decision.ruling.to_string();
    if let carveout_terms::Ruling::Hold { roles } = &decision.ruling {
        let roles: Vec<&str> = roles.iter().map(RoleId::as_str).collect();
        let _ = write!(text, " for {}", roles.join(", "));
    }
    if !decision.grounds.is_empty() {
        let grounds: Vec<String> = decision.grounds.iter().map(ToString::to_string).collect();
        let _ = write!(text, ": {}", grounds.join(", "));
    }
    text
}
