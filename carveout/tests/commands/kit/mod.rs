//! The binary, workspaces to run it on, and a few lines of HTTP.

mod process;
mod workspace;

pub(crate) use self::{
    process::{Ran, Running, Serving, command, ran, ran_to, run},
    workspace::{SUPPLY, Workspace, copy, post, provider},
};
