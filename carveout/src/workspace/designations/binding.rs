//! What binds every program while designations count: its agreements, and the limits that follow from the records.

use std::sync::Arc;

use carveout_gateway::{Monitoring, ProgramTerms};
use carveout_terms::{
    Program, Stack,
    designation::{EnforceError, Enforced, Enforcement, Register, Watched},
};

use super::super::Workspace;
use crate::config::{Announced, PendingWaivers};

/// A program with everything that binds it.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    pub(crate) program: Arc<Program>,
    /// The program's text.
    pub(crate) source: String,
    pub(crate) stack: Arc<Stack>,
    pub(crate) designations: Vec<Arc<Watched>>,
}

/// Why records can't bind programs.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BindError {
    /// An instrument can't be enforced.
    #[error(transparent)]
    Enforce(#[from] EnforceError),
    /// A program is bound by a text of the same name already.
    #[error(
        "the program `{program}` is bound by an agreement `{designation}`, and so is a designation called: take the agreement out of the program's list, since the gateway compiles the record itself"
    )]
    Named {
        /// The program.
        program: String,
        /// The instrument.
        designation: String,
    },
    /// The agreements and the limits don't go together.
    #[error("the program `{program}`: {error}")]
    Stack {
        /// The program.
        program: String,
        /// Why.
        error: carveout_terms::StackError,
    },
}

impl BindError {
    /// The instrument that can't be enforced, if it is one.
    pub(crate) fn designation(&self) -> Option<&str> {
        match self {
            Self::Enforce(
                EnforceError::Text { designation, .. } | EnforceError::Stack { designation, .. },
            )
            | Self::Named { designation, .. } => Some(designation),
            Self::Enforce(_) | Self::Stack { .. } => None,
        }
    }
}

/// Binds every program of a workspace by its agreements and by what is recorded.
pub(crate) fn bind(workspace: &Workspace, register: &Register) -> Result<Vec<Binding>, BindError> {
    let config = &workspace.config.designations;
    let how = Enforcement {
        announced: config.announced == Announced::Bar,
        hold: config.pending_waivers == PendingWaivers::Hold,
        party: "customer".to_owned(),
    };
    let programs = workspace.programs.iter();
    programs
        .map(|file| {
            let program = file.program.id();
            let enforced = register.enforce(&workspace.vocabulary, program, &how)?;
            Ok(Binding {
                program: Arc::clone(&file.program),
                source: file.source.clone(),
                stack: stack(workspace, program, &file.stack, &enforced)?,
                designations: enforced.watched,
            })
        })
        .collect()
}

fn stack(
    workspace: &Workspace,
    program: &str,
    agreed: &Arc<Stack>,
    enforced: &Enforced,
) -> Result<Arc<Stack>, BindError> {
    if enforced.limits.is_empty() {
        return Ok(Arc::clone(agreed));
    }
    let twice = enforced
        .limits
        .iter()
        .find(|limit| agreed.agreements().iter().any(|agreement| agreement.id() == limit.id()));
    if let Some(twice) = twice {
        return Err(BindError::Named { program: program.to_owned(), designation: twice.id().to_owned() });
    }
    let all = agreed.agreements().iter().chain(&enforced.limits).cloned().collect();
    let stack = Stack::new(Arc::clone(&workspace.vocabulary), all, agreed.presume().clone());
    stack.map(Arc::new).map_err(|error| BindError::Stack { program: program.to_owned(), error })
}

impl Binding {
    /// What the gateway is told.
    pub(crate) fn terms(&self, monitoring: Monitoring) -> ProgramTerms {
        ProgramTerms {
            program: self.program.id().to_owned(),
            stack: Arc::clone(&self.stack),
            designations: self.designations.clone(),
            monitoring,
        }
    }
}
