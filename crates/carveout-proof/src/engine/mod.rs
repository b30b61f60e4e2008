//! Deciding Boolean questions about uses: a circuit over the facts, answered by a SAT solver.
//!
//! Nothing here knows about policies. [`Space`] has a wire for every cell of every fact, [`Circuit`]
//! combines wires, and [`Sat`] says whether a wire can be true.

mod circuit;
mod near;
mod sat;
mod space;

pub(crate) use self::{
    circuit::Circuit,
    near::Cone,
    sat::{Answer, Wire},
    space::{Atom, Fabric, Space},
};
