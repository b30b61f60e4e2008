//! Who belongs to whom: by percentage, and by the rules that are no percentages.

mod affiliates;
mod aggregate;
mod effective;
mod over_time;

pub use affiliates::{Affiliate, AffiliateRule, affiliates};
pub use aggregate::{Holding, Owned, Reading, owned};
pub use effective::{Effective, TooTangled, effective};
pub use over_time::{Period, over_time};
