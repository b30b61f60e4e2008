//! A report in the formats of others: tables, OSCAL, GraphViz, and a drawing for a page.

mod drawing;
mod graphviz;
mod oscal;
mod tables;

pub use drawing::{Drawing, Drawn, Line};
pub use graphviz::graphviz;
pub use oscal::oscal;
pub use tables::{no_formula, tables};
