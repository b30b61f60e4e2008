//! An agreement: Markdown that lawyers read and the gateway runs.

mod clauses;
mod compile;
mod edit;
mod examples;
mod front_matter;
mod markdown;
mod nesting;
mod policies;
mod possible;
mod red_lines;
mod ruling;
mod verdicts;

use std::{collections::BTreeSet, sync::Arc};

use self::{
    clauses::UNGROUNDED,
    compile::{Compiler, Silence},
};
pub use self::{
    clauses::{Clause, ClauseKind},
    edit::{Condition, Edit, EditError},
    examples::{Example, ExampleOutcome, ExampleRuling},
    policies::Policy,
    red_lines::RedLines,
};
pub(crate) use self::{
    front_matter::is_id,
    policies::Effect,
    possible::Possible,
    ruling::{Applies, Assignment, Local, presume},
};
use crate::{
    Digest, FactId, Facts, MemberSet, Problem, Problems, RoleId, Severity, Timestamp, Vocabulary,
    law::{self, Index},
};

/// Everything wrong with an agreement's text.
pub type AgreementErrors = Problems;

/// What an agreement does in a stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A contract: what it doesn't permit is denied.
    Grant,
    /// A law pack, an agency rule, a designation: it only forbids.
    Limit,
}

/// A party to an agreement.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Party {
    /// The id that keys are pinned under.
    pub id: String,
    /// The name that people know.
    pub name: String,
    /// The roles of this party that can lift holds, as `party/role`.
    #[serde(serialize_with = "role_names")]
    pub roles: Vec<RoleId>,
}

fn role_names<S: serde::Serializer>(roles: &[RoleId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(roles.iter().map(RoleId::as_str))
}

/// When an agreement is in force: from `effective`, up to but not including `until`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// The first moment.
    pub effective: Timestamp,
    /// The first moment after, if there is an end.
    pub until: Option<Timestamp>,
}

impl Window {
    /// Every moment that can be written down, from the year 0000.
    pub(crate) const ALWAYS: Self =
        Self { effective: Timestamp::from_millis(-62_167_219_200_000), until: None };

    /// Whether the agreement is in force at a time.
    #[must_use]
    pub fn covers(&self, at: Timestamp) -> bool {
        self.effective <= at && self.until.is_none_or(|until| at < until)
    }
}

/// Stands in every text that was compiled from the record of a designation.
pub(crate) const COMPILED: &str = "**Compiled from a record.**";

/// The kinds of files that hold clauses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Agreement,
    Draft,
    RedLines,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Agreement => "agreement",
            Self::Draft => "draft",
            Self::RedLines => "red lines",
        }
    }
}

/// An agreement, parsed, lowered, validated and ready to decide.
#[derive(Debug, Clone)]
pub struct Agreement {
    id: String,
    version: String,
    role: Role,
    window: Window,
    /// The fact `at`.
    at: FactId,
    title: String,
    governs: Vec<(FactId, MemberSet)>,
    parties: Vec<Party>,
    presume: Facts,
    clauses: Vec<Clause>,
    policies: Vec<Policy>,
    examples: Vec<Example>,
    warnings: Vec<Problem>,
    index: Index,
    tested: Vec<FactId>,
    digest: Digest,
    /// The digest of the vocabulary it was read with, whose fact and member positions it holds.
    vocabulary: Digest,
    source: Arc<str>,
}

impl Agreement {
    /// Reads an agreement.
    ///
    /// # Errors
    /// Reports every problem at once, each with a span into `source`.
    pub fn parse(source: &str, vocabulary: &Vocabulary) -> Result<Self, AgreementErrors> {
        Self::read(source, vocabulary, Kind::Agreement)
    }

    /// Reads a draft for analysis: what would keep it from being adopted only because a restriction
    /// is silent, or because an example no longer has a clause that could deny it, is a warning.
    ///
    /// # Errors
    /// As [`Agreement::parse`], for everything else.
    pub fn draft(source: &str, vocabulary: &Vocabulary) -> Result<Self, AgreementErrors> {
        Self::read(source, vocabulary, Kind::Draft)
    }

    fn read(source: &str, vocabulary: &Vocabulary, kind: Kind) -> Result<Self, AgreementErrors> {
        let mut problems = Vec::new();
        let failed = |problems| Problems::new(kind.as_str(), source, problems);
        let (head_text, body_start) =
            front_matter::locate(source).map_err(|problem| failed(vec![problem]))?;
        let head = match kind {
            Kind::Agreement | Kind::Draft => front_matter::read(source, head_text, vocabulary, &mut problems),
            Kind::RedLines => front_matter::read_red_lines(source, head_text, vocabulary, &mut problems),
        };
        let sections = markdown::sections(&blanked(source, body_start));
        let roles = head.as_ref().map(|head| {
            head.parties.iter().flat_map(|party| party.roles.iter().cloned()).collect::<Vec<RoleId>>()
        });
        let limit = head.as_ref().is_some_and(|head| head.role == Role::Limit);
        // A red line names what it means: silence about it is no loophole, and any role may lift it.
        let (roles, silence) = match kind {
            Kind::Agreement => (roles, Silence::Refused),
            Kind::Draft => (roles, Silence::Warned),
            Kind::RedLines => (None, Silence::Allowed),
        };
        let compiler = Compiler { vocabulary, source, roles: roles.as_deref(), limit, silence };
        let read = clauses::read(source, sections, vocabulary, &compiler, &mut problems);
        problems.extend(compiler.validate(&read.policies));
        if kind == Kind::Draft {
            let ungrounded = problems.iter_mut().filter(|problem| problem.code == UNGROUNDED);
            ungrounded.for_each(|problem| problem.severity = Severity::Warning);
        }
        let fatal = problems.iter().any(|problem| problem.severity == Severity::Error);
        let (Some(head), Some(at), false) = (head, vocabulary.fact("at"), fatal) else {
            return Err(failed(problems));
        };
        if kind != Kind::RedLines {
            problems.extend(verdicts::shared(&read.clauses, &read.policies, vocabulary));
        }
        let index = Index::new(vocabulary, read.policies.iter().map(Policy::condition));
        let tested: BTreeSet<FactId> =
            read.policies.iter().flat_map(|policy| policy.condition().facts()).collect();
        Ok(Self {
            title: read.title.unwrap_or_else(|| head.id.clone()),
            id: head.id,
            version: head.version,
            role: head.role,
            window: head.window,
            at,
            governs: head.governs,
            parties: head.parties,
            presume: head.presume,
            clauses: read.clauses,
            policies: read.policies,
            examples: read.examples,
            warnings: problems,
            index,
            tested: tested.into_iter().collect(),
            digest: Digest::of(source.as_bytes()),
            vocabulary: vocabulary.digest(),
            source: source.into(),
        })
    }

    /// The id of [`Agreement::everything`].
    pub const EVERY_USE: &'static str = "every-use";

    /// A grant of every use, of any target at any time: to look at limits by themselves, which grant
    /// nothing.
    ///
    /// # Errors
    /// None that the vocabulary doesn't have itself.
    pub fn everything(vocabulary: &Vocabulary) -> Result<Self, AgreementErrors> {
        let (id, name) = (Self::EVERY_USE, vocabulary.name());
        let source = format!(
            "+++\nagreement = \"{id}\"\nversion = \"1\"\nvocabulary = \"{name}\"\nrole = \"grant\"\n\
             effective = 2026-01-01\nparty = [ {{ id = \"nobody\", name = \"Nobody\" }} ]\n+++\n# Every use\n\
             ## 1 Every use\nEvery use is permitted.\n```cedar\npermit (principal, action, resource);\n```\n"
        );
        Self::parse(&source, vocabulary).map(|everything| everything.as_if_in_force())
    }

    /// The same terms, as if they were in force at any time: to compare what texts say, whatever
    /// their dates. It has another digest, because it rules otherwise.
    #[must_use]
    pub fn as_if_in_force(&self) -> Self {
        let digest = Digest::of_parts([self.digest.as_bytes().as_slice(), b"as if in force"]);
        Self { window: Window::ALWAYS, digest, ..self.clone() }
    }

    /// The same terms without what a clause enforces: what is decided by while the clause is only monitored. It has
    /// another digest, which follows from the text's and the clause's number.
    pub(crate) fn without_clause(&self, vocabulary: &Vocabulary, number: &str) -> Self {
        let parts = [self.digest.as_bytes().as_slice(), b"without clause", number.as_bytes()];
        let policies: Vec<Policy> =
            self.policies.iter().filter(|policy| policy.clause() != number).cloned().collect();
        let tested: BTreeSet<FactId> =
            policies.iter().flat_map(|policy| policy.condition().facts()).collect();
        Self {
            digest: Digest::of_parts(parts),
            index: Index::new(vocabulary, policies.iter().map(Policy::condition)),
            tested: tested.into_iter().collect(),
            policies,
            ..self.clone()
        }
    }

    /// Whether the text says that it was compiled from the record of a designation.
    #[must_use]
    pub fn is_compiled_from_a_designation(&self) -> bool {
        self.source.contains(COMPILED)
    }

    /// The id by which programs name the agreement.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version, as its parties count.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Grant or limit.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The title: the first heading that is no clause.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// When it is in force.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// The digest of the file's bytes, which signatures are made over.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The Markdown source.
    #[must_use]
    pub const fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// The parties, in the order of the file.
    #[must_use]
    pub fn parties(&self) -> &[Party] {
        &self.parties
    }

    /// The roles that any of its clauses can hold a use for.
    pub fn holding_roles(&self) -> impl Iterator<Item = &RoleId> {
        self.policies.iter().filter_map(Policy::hold)
    }

    /// What is assumed about a use where nothing is stated and no evidence speaks.
    #[must_use]
    pub const fn presume(&self) -> &Facts {
        &self.presume
    }

    /// What it governs: for each fact of the target, the members it is limited to.
    #[must_use]
    pub fn governs(&self) -> &[(FactId, MemberSet)] {
        &self.governs
    }

    /// The clauses, in the order of the file.
    #[must_use]
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// The clause with a number.
    #[must_use]
    pub fn clause(&self, number: &str) -> Option<&Clause> {
        self.clauses.iter().find(|clause| clause.number() == number)
    }

    /// The policies, in the order of the file.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// The policies of one clause.
    pub fn policies_of<'a>(&'a self, clause: &'a Clause) -> impl Iterator<Item = &'a Policy> {
        self.policies.iter().filter(|policy| policy.clause() == clause.number())
    }

    /// The agreed examples, in the order of the file.
    #[must_use]
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// What its author should look at, though the agreement can be used.
    #[must_use]
    pub fn warnings(&self) -> Problems {
        Problems::new("agreement", &self.source, self.warnings.clone())
    }

    /// The facts that some clause tests.
    #[must_use]
    pub fn tested_facts(&self) -> &[FactId] {
        &self.tested
    }

    /// The digest of the vocabulary that it was read with.
    pub(crate) const fn vocabulary(&self) -> Digest {
        self.vocabulary
    }

    pub(crate) fn policy_conditions(&self) -> impl Iterator<Item = &law::Condition> {
        self.policies.iter().map(Policy::condition)
    }
}

/// The source with its front matter blanked, so that offsets stay offsets into the file.
fn blanked(source: &str, until: usize) -> String {
    let (head, body) = source.split_at_checked(until).unwrap_or((source, ""));
    let mut blank: String = head.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    blank.push_str(body);
    blank
}
