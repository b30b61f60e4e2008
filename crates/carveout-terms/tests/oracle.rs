//! Cedar's own authorizer as the oracle: it decides the policies as they are written, with a real
//! hierarchy of entities, without our lowering, index, cells or memory.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it can't go on"
)]

mod common;

use std::{str::FromStr, sync::Arc};

use carveout_terms::{Agreement, RoleId, Ruling, Stack};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, Policy, PolicyId, PolicySet, Request,
    RestrictedExpression,
};
use common::{Said, clauses, parse, source, vocabulary};
use proptest::prelude::*;

const ROLES: [&str; 3] = ["customer/counsel", "customer/release-authority", "vendor/duty-officer"];
const PURPOSES: [&str; 7] = [
    "logistics.supply",
    "logistics.repair",
    "intel.foreign",
    "intel.home.mass",
    "intel.home.one",
    "translation",
    "unknown",
];
const GROUPS: [&str; 3] = ["logistics", "intel", "intel.home"];
const VOLUMES: [&str; 3] = ["targeted", "bulk", "unknown"];
const STEPS: [&str; 4] = ["query", "link", "profile", "unknown"];
const AUTHORITIES: [&str; 3] = ["warrant", "contract", "unknown"];
const MAKERS: [&str; 3] = ["acme", "birch", "unknown"];
const MODELS: [&str; 3] = ["line.big", "line.small", "unknown"];
const TIMES: [&str; 3] = ["2026-05-31T23:59:59.999Z", "2026-06-01T00:00:00Z", "2026-06-01T00:00:00.001Z"];

/// One generated policy, in Cedar's words.
#[derive(Clone, Debug)]
struct Written {
    permits: bool,
    hold: Option<&'static str>,
    condition: String,
}

impl Written {
    fn text(&self) -> String {
        let (effect, silent) =
            if self.permits { ("permit", "") } else { ("forbid", "@silent(\"generated\")\n") };
        let hold = self.hold.map(|role| format!("@hold(\"{role}\")\n")).unwrap_or_default();
        format!("{hold}{silent}{effect} (principal, action, resource) when {{ {} }};", self.condition)
    }

    /// The policy as Cedar's own authorizer reads it.
    fn cedar(&self, number: usize) -> Policy {
        Policy::parse(Some(PolicyId::new(number.to_string())), self.text()).unwrap()
    }
}

/// One generated agreement.
#[derive(Clone, Debug)]
struct Terms {
    limit: bool,
    governs: Option<&'static str>,
    presume: Option<&'static str>,
    policies: Vec<Written>,
}

impl Terms {
    fn parse(&self, id: &str) -> Arc<Agreement> {
        let role = if self.limit { "role = \"limit\"\n" } else { "" };
        let governs =
            self.governs.map(|maker| format!("governs = {{ maker = \"{maker}\" }}\n")).unwrap_or_default();
        let presume =
            self.presume.map(|volume| format!("presume = {{ volume = \"{volume}\" }}\n")).unwrap_or_default();
        let policies: Vec<String> = self.written().map(Written::text).collect();
        let text =
            source(id, &format!("{role}{governs}{presume}"), &clauses(policies.iter().map(String::as_str)));
        Arc::new(parse(&text).unwrap_or_else(|problems| panic!("{problems}\n{text}")))
    }

    /// A limit has no permits.
    fn written(&self) -> impl Iterator<Item = &Written> {
        self.policies.iter().filter(|policy| !(self.limit && policy.permits))
    }
}

/// One generated use: a member of every fact.
#[derive(Clone, Debug)]
struct Facts {
    purpose: &'static str,
    volume: &'static str,
    steps: Vec<&'static str>,
    authority: &'static str,
    maker: &'static str,
    model: &'static str,
    at: &'static str,
    retry: bool,
    parts: i64,
    tools: i64,
}

impl Facts {
    fn caller(&self) -> String {
        let Self { purpose, volume, steps, .. } = self;
        format!("purpose={purpose}, volume={volume}, steps=({})", steps.join(" "))
    }

    fn program(&self) -> String {
        format!("authority={}", self.authority)
    }

    fn gateway(&self) -> String {
        let Self { maker, model, at, retry, parts, tools, .. } = self;
        let retry = u8::from(*retry);
        format!("maker={maker}, model={model}, at=\"{at}\", retry=?{retry}, parts={parts}, tools={tools}")
    }

    fn decide(&self, stack: &Stack, approvals: &[&str]) -> carveout_terms::Decision {
        let (caller, program, gateway) = (self.caller(), self.program(), self.gateway());
        Said { caller: &caller, program: &program, gateway: &gateway, approvals, evidence: &[] }.decide(stack)
    }

    fn request(&self, presume: Option<&'static str>) -> Request {
        let volume = match (self.volume, presume) {
            ("unknown", Some(presumed)) => presumed,
            (volume, _) => volume,
        };
        let member = |ty: &str, id: &str| RestrictedExpression::new_entity_uid(uid(ty, id));
        let steps = RestrictedExpression::new_set(self.steps.iter().map(|step| member("Step", step)));
        let time = |text: &str| RestrictedExpression::from_str(&format!("datetime(\"{text}\")")).unwrap();
        let text = |at: &str| if at.contains('.') { at.to_owned() } else { at.replace('Z', ".000Z") };
        let pairs = [
            ("purpose", member("Purpose", self.purpose)),
            ("volume", member("Volume", volume)),
            ("steps", steps),
            ("authority", member("Authority", self.authority)),
            ("maker", member("Maker", self.maker)),
            ("model", member("Model", self.model)),
            ("at", time(&text(self.at))),
            ("ends", time("2027-01-01T00:00:00.000Z")),
            ("retry", RestrictedExpression::new_bool(self.retry)),
            ("parts", RestrictedExpression::new_long(self.parts)),
            ("tools", RestrictedExpression::new_long(self.tools)),
        ];
        let context = Context::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value))).unwrap();
        Request::new(uid("Program", "p"), uid("Action", "invoke"), uid("Model", "m"), context, None).unwrap()
    }
}

fn uid(ty: &str, id: &str) -> EntityUid {
    EntityUid::from_str(&format!("{ty}::\"{id}\"")).unwrap()
}

/// The trees, as Cedar wants them: every node with its parent.
fn entities() -> &'static Entities {
    static ENTITIES: std::sync::LazyLock<Entities> = std::sync::LazyLock::new(trees);
    &ENTITIES
}

fn trees() -> Entities {
    let nodes = PURPOSES.iter().chain(&GROUPS).map(|name| ("Purpose", *name));
    let nodes = nodes.chain(MODELS.iter().chain(&["line"]).map(|name| ("Model", *name)));
    let nodes = nodes.map(|(ty, name)| {
        let parents = name.rsplit_once('.').map(|(parent, _)| uid(ty, parent)).into_iter().collect();
        Entity::new(uid(ty, name), std::collections::HashMap::new(), parents).unwrap()
    });
    Entities::from_entities(nodes, None).unwrap()
}

/// Whether Cedar allows a request under these policies. No policy may fail.
fn allows<'p>(request: &Request, policies: impl Iterator<Item = (usize, &'p Written)>, limit: bool) -> bool {
    let mut set = PolicySet::from_policies(policies.map(|(number, policy)| policy.cedar(number))).unwrap();
    if limit {
        set.add(
            Policy::parse(Some(PolicyId::new("limit")), "permit (principal, action, resource);").unwrap(),
        )
        .unwrap();
    }
    let response = Authorizer::new().is_authorized(request, &set, entities());
    assert_eq!(response.diagnostics().errors().count(), 0, "a lowered policy never fails");
    response.decision() == Decision::Allow
}

/// The ruling by the definition: permit on all P, hold on all N but not all P, deny otherwise.
fn defined(terms: &[Terms], facts: &Facts, approvals: &[&str]) -> Ruling {
    let governs =
        |terms: &&Terms| terms.governs.is_none_or(|maker| maker == facts.maker || facts.maker == "unknown");
    let surely = |terms: &Terms| !terms.limit && terms.governs.is_none_or(|maker| maker == facts.maker);
    let applicable: Vec<&Terms> = terms.iter().filter(governs).collect();
    let (mut permitted, mut liftable) = (true, true);
    let mut roles = Vec::new();
    for terms in &applicable {
        let request = facts.request(terms.presume);
        let standing = |policy: &Written| policy.hold.is_none_or(|role| !approvals.contains(&role));
        let numbered = || terms.written().enumerate();
        permitted &= allows(&request, numbered().filter(|(_, policy)| standing(policy)), terms.limit);
        liftable &= allows(&request, numbered().filter(|(_, policy)| policy.hold.is_none()), terms.limit);
        let holds = numbered().filter(|(_, policy)| policy.hold.is_some() && standing(policy));
        roles.extend(
            holds
                .filter(|one| !allows(&request, std::iter::once(*one), true))
                .filter_map(|(_, policy)| policy.hold),
        );
    }
    roles.sort_unstable();
    roles.dedup();
    if !applicable.iter().any(|terms| surely(terms)) || !liftable {
        Ruling::Deny
    } else if permitted {
        Ruling::Permit
    } else {
        Ruling::Hold { roles: roles.into_iter().map(RoleId::new).collect() }
    }
}

fn one_of(names: &'static [&'static str]) -> impl Strategy<Value = &'static str> + Clone {
    prop::sample::select(names)
}

fn list(ty: &'static str, names: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::subsequence(names, 1..=names.len()).prop_map(move |names| {
        let names: Vec<String> = names.into_iter().map(|name| format!("{ty}::\"{name}\"")).collect();
        format!("[{}]", names.join(", "))
    })
}

fn test() -> impl Strategy<Value = String> {
    let compare = || prop::sample::select(&["<", "<=", ">", ">=", "==", "!="][..]);
    prop_oneof![
        4 => (prop::sample::select(&["==", "!="][..]), one_of(&PURPOSES)).prop_map(|(op, name)| format!("context.purpose {op} Purpose::\"{name}\"")),
        4 => one_of(&GROUPS).prop_map(|name| format!("context.purpose in Purpose::\"{name}\"")),
        2 => list("Purpose", &GROUPS).prop_map(|list| format!("context.purpose in {list}")),
        2 => one_of(&PURPOSES).prop_map(|name| format!("context.purpose in Purpose::\"{name}\"")),
        3 => list("Purpose", &PURPOSES).prop_map(|list| format!("{list}.contains(context.purpose)")),
        3 => list("Volume", &VOLUMES).prop_map(|list| format!("{list}.contains(context.volume)")),
        2 => one_of(&VOLUMES).prop_map(|name| format!("Volume::\"{name}\" == context.volume")),
        2 => one_of(&AUTHORITIES).prop_map(|name| format!("context.authority == Authority::\"{name}\"")),
        1 => one_of(&MAKERS).prop_map(|name| format!("context.maker == Maker::\"{name}\"")),
        1 => Just("context.model in Model::\"line\"".to_owned()),
        2 => one_of(&STEPS).prop_map(|name| format!("context.steps.contains(Step::\"{name}\")")),
        2 => list("Step", &STEPS).prop_map(|list| format!("context.steps.containsAll({list})")),
        2 => list("Step", &STEPS).prop_map(|list| format!("context.steps.containsAny({list})")),
        1 => list("Step", &STEPS).prop_map(|list| format!("{list}.containsAll(context.steps)")),
        1 => list("Step", &STEPS).prop_map(|list| format!("{list}.containsAny(context.steps)")),
        1 => list("Step", &STEPS).prop_map(|list| format!("context.steps == {list}")),
        3 => (compare(), 0..4_i64).prop_map(|(op, number)| format!("context.parts {op} {number}")),
        2 => (compare(), 0..4_i64).prop_map(|(op, number)| format!("{number} {op} context.parts")),
        2 => compare().prop_map(|op| format!("context.parts {op} context.tools")),
        1 => (compare(), one_of(&TIMES)).prop_map(|(op, at)| {
            let at = if at.contains('.') { at.to_owned() } else { at.replace('Z', ".000Z") };
            format!("context.at {op} datetime(\"{at}\")")
        }),
        1 => compare().prop_map(|op| format!("context.at {op} context.ends")),
        1 => Just("context.retry".to_owned()),
        1 => any::<bool>().prop_map(|value| format!("context.retry == {value}")),
        1 => any::<bool>().prop_map(|value| value.to_string()),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    test().prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} && {right})")),
            3 => (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} || {right})")),
            2 => inner.clone().prop_map(|inner| format!("!({inner})")),
            1 => (inner.clone(), inner.clone(), inner).prop_map(|(test, then, other)| format!("(if {test} then {then} else {other})")),
        ]
    })
}

fn written() -> impl Strategy<Value = Written> {
    let hold = prop::option::weighted(0.4, one_of(&ROLES));
    (prop::bool::weighted(0.45), hold, condition()).prop_map(|(permits, hold, condition)| Written {
        permits,
        hold: hold.filter(|_| !permits),
        condition,
    })
}

fn terms() -> impl Strategy<Value = Terms> {
    let everything = Written { permits: true, hold: None, condition: "true".into() };
    (
        prop::bool::weighted(0.25),
        prop::option::weighted(0.3, one_of(&["acme", "birch"])),
        prop::option::weighted(0.3, one_of(&["targeted", "bulk"])),
        prop::collection::vec(written(), 1..7),
        any::<bool>(),
    )
        .prop_map(move |(limit, governs, presume, mut policies, generous)| {
            policies.extend(generous.then(|| everything.clone()));
            Terms { limit, governs, presume, policies }
        })
}

fn facts() -> impl Strategy<Value = Facts> {
    let target = (one_of(&MAKERS), one_of(&MODELS), one_of(&TIMES), any::<bool>(), 0..4_i64, 0..4_i64);
    let claim = (
        one_of(&PURPOSES),
        one_of(&VOLUMES),
        prop::sample::subsequence(&STEPS[..], 1..=4),
        one_of(&AUTHORITIES),
    );
    (claim, target).prop_map(
        |((purpose, volume, steps, authority), (maker, model, at, retry, parts, tools))| Facts {
            purpose,
            volume,
            steps,
            authority,
            maker,
            model,
            at,
            retry,
            parts,
            tools,
        },
    )
}

fn approvals() -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![2 => Just(Vec::new()), 1 => prop::sample::subsequence(&ROLES[..], 0..=3)]
}

fn stack(terms: &[Terms]) -> Stack {
    common::stack(terms.iter().enumerate().map(|(number, terms)| terms.parse(&format!("t{number}"))))
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(48))]

    /// Indexed, remembered and decided twice: the ruling is what Cedar and the definition say.
    #[test]
    fn rulings_are_what_cedar_and_the_definition_say(
        terms in prop::collection::vec(terms(), 1..4),
        uses in prop::collection::vec((facts(), approvals()), 1..8),
    ) {
        let stack = stack(&terms);
        for (facts, approvals) in &uses {
            let expected = defined(&terms, facts, approvals);
            for _ in 0..2 {
                prop_assert_eq!(&facts.decide(&stack, approvals).ruling, &expected, "{:?} {:?}", facts, approvals);
            }
        }
    }

    /// What a stack remembers never changes an answer: a stack that has seen many uses says the same
    /// as one that has seen none, ground for ground.
    #[test]
    fn memory_never_changes_an_answer(terms in prop::collection::vec(terms(), 1..3), uses in prop::collection::vec(facts(), 2..60)) {
        let agreements: Vec<_> = terms.iter().enumerate().map(|(number, terms)| terms.parse(&format!("t{number}"))).collect();
        let (old, new) = (common::stack(agreements.clone()), || common::stack(agreements.clone()));
        for facts in &uses {
            facts.decide(&old, &[]);
        }
        for facts in uses.iter().rev() {
            prop_assert_eq!(facts.decide(&old, &[]), facts.decide(&new(), &[]));
        }
    }

    /// Evidence only tightens, however much of it there is, approvals or not.
    #[test]
    fn evidence_never_loosens(
        terms in prop::collection::vec(terms(), 1..3),
        facts in facts(),
        evidence in prop::collection::vec(prop_oneof![
            one_of(&PURPOSES).prop_map(|name| format!("purpose={name}")),
            one_of(&VOLUMES).prop_map(|name| format!("volume={name}")),
            one_of(&STEPS).prop_map(|name| format!("steps={name}")),
            one_of(&AUTHORITIES).prop_map(|name| format!("authority={name}")),
            one_of(&MAKERS).prop_map(|name| format!("maker={name}")),
            one_of(&MODELS).prop_map(|name| format!("model={name}")),
        ], 0..7),
        approvals in approvals(),
    ) {
        let stack = stack(&terms);
        let (caller, program, gateway) = (facts.caller(), facts.program(), facts.gateway());
        let evidence: Vec<&str> = evidence.iter().map(String::as_str).collect();
        let mut strictness = 0;
        for count in 0..=evidence.len() {
            let said = Said { caller: &caller, program: &program, gateway: &gateway, evidence: &evidence[..count], approvals: &approvals };
            let now = match said.decide(&stack).ruling {
                Ruling::Permit => 0,
                Ruling::Hold { .. } => 1,
                Ruling::Deny => 2,
            };
            prop_assert!(now >= strictness, "{:?} loosened {:?}", &evidence[..count], facts);
            strictness = now;
        }
    }

    /// An approval never tightens, and all the roles that a hold asks for are enough.
    #[test]
    fn the_roles_that_a_hold_names_lift_it(terms in prop::collection::vec(terms(), 1..3), facts in facts()) {
        let stack = stack(&terms);
        if let Ruling::Hold { roles } = facts.decide(&stack, &[]).ruling {
            let names: Vec<&str> = roles.iter().map(RoleId::as_str).collect();
            prop_assert_eq!(facts.decide(&stack, &names).ruling, Ruling::Permit);
            for missing in 0..names.len() {
                let mut fewer = names.clone();
                let role = fewer.remove(missing);
                prop_assert_eq!(facts.decide(&stack, &fewer).ruling, Ruling::Hold { roles: vec![RoleId::new(role)] });
            }
        }
    }

    /// A dictionary printed is the dictionary read.
    #[test]
    fn facts_are_read_back_as_they_are_printed(facts in facts()) {
        let vocabulary = vocabulary();
        let text = format!("{}, {}, {}", facts.caller(), facts.program(), facts.gateway());
        let read = carveout_terms::Facts::suppose(&vocabulary, &text).unwrap();
        let printed = read.display(&vocabulary).to_string();
        prop_assert_eq!(carveout_terms::Facts::suppose(&vocabulary, &printed).unwrap(), read);
    }
}

/// More cells than a stack remembers: what was forgotten is worked out again, to the same answer.
#[test]
fn forgetting_never_changes_an_answer() {
    let condition = "context.parts < context.tools || context.volume == Volume::\"bulk\"";
    let policies = vec![
        Written { permits: true, hold: None, condition: "true".into() },
        Written { permits: false, hold: None, condition: condition.into() },
    ];
    let stack = stack(&[Terms { limit: false, governs: None, presume: None, policies }]);
    let facts = |parts, tools| Facts {
        purpose: "translation",
        volume: "targeted",
        steps: vec!["query"],
        authority: "unknown",
        maker: "acme",
        model: "unknown",
        at: TIMES[0],
        retry: false,
        parts,
        tools,
    };
    for _ in 0..2 {
        for number in 0..5000 {
            let (parts, tools) = (number % 71, number / 71);
            let expected = if parts < tools { Ruling::Deny } else { Ruling::Permit };
            assert_eq!(facts(parts, tools).decide(&stack, &[]).ruling, expected);
        }
    }
}
