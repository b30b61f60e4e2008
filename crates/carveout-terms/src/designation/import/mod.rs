//! Lists of designations, as they are published.
