//! The workspace's records of designations, and the limits that follow from them.

mod binding;
mod officers;
mod store;

pub(crate) use self::{
    binding::{Binding, bind},
    officers::{configured, pin, replacing_path, same},
    store::{Store, Stored, Trust, file_name, statement},
};
