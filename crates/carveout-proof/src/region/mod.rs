//! Regions: all uses that a question is about, as cubes that people can read.

mod cube;
mod enumerate;
mod own;
mod witness;

pub use self::{
    cube::{Constraint, Cube, CubeWords},
    enumerate::Region,
    witness::{Plain, Witness},
};
