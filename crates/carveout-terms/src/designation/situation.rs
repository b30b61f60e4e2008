//! Situations that a question about force is asked for.

use super::{Agency, Component, SystemClass};

/// Who would use the target, and where. What isn't known is treated as reached.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Situation {
    /// What it is called.
    pub name: String,
    /// Whose work it is; `NonGovernment` for what a contractor does outside of any agency's contract.
    pub agency: Option<Agency>,
    /// On which class of system.
    pub system_class: Option<SystemClass>,
    /// In which part of the agency.
    pub component: Option<Component>,
    /// For which purpose.
    pub purpose: Option<String>,
    /// In which class of procurement.
    pub procurement_class: Option<String>,
    /// In which program.
    pub program: Option<String>,
}

impl Situation {
    /// The four questions that are asked of every designation of the defence department: a national security system,
    /// its other contracts, a civilian agency, and what a contractor does that has nothing to do with any of them.
    #[must_use]
    pub fn usual() -> [Self; 4] {
        let asked = |name: &str, agency, system_class| Self {
            name: name.to_owned(),
            agency: Some(agency),
            system_class: Some(system_class),
            ..Self::default()
        };
        [
            asked("national security system", Agency::Defense, SystemClass::NationalSecuritySystem),
            asked("other defense contract", Agency::Defense, SystemClass::Unclassified),
            asked("civilian agency", Agency::OtherFederal, SystemClass::Unclassified),
            asked("own business", Agency::NonGovernment, SystemClass::Unclassified),
        ]
    }
}
