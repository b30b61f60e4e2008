//! The binary, workspaces to run it on, and a few lines of HTTP.

mod drafts;
mod process;
mod workspace;

pub(crate) use self::{
    drafts::{agreement, forbids, permits, policy},
    process::{Ran, Running, Serving, command, ran, ran_to, run},
    workspace::{SUPPLY, Workspace, copy, post, provider},
};
