//! JSON read token by token, with lines, in bounded memory: bills of materials are larger than a tree of them
//! would fit in.

mod reader;
mod value;

pub(crate) use reader::{JsonError, Reader, Token};
pub(crate) use value::{skip, small};
