//! The workspace's records of designations, and the limits that follow from them.

mod binding;
mod store;

pub(crate) use self::{
    binding::{Binding, bind},
    store::{Store, Stored, Trust, file_name, statement},
};
