//! What is known of a tool call, beside what is known of the request.

use carveout_terms::{Facts, Known, Tool};

use super::{Basis, Undecided};

impl Basis {
    /// What is known of the call of a tool. What is registered for it is evidence, and so is the silence about one that
    /// isn't registered. The approvals of what was asked are not approvals of what the model wants done.
    pub(in crate::guard) fn known_of_call(&self, known: &Known, name: &str) -> Result<Known, Undecided> {
        let vocabulary = &self.house.vocabulary;
        let mut called = Known { approvals: Vec::new(), ..known.clone() };
        let registered: Vec<&Tool> = self.tools_called(name).collect();
        let act = if registered.is_empty() { "call_tool.unregistered" } else { "call_tool.registered" };
        if vocabulary.fact("act").is_some() {
            called.gateway.set_member(vocabulary, "act", act)?;
        }
        if vocabulary.fact("tool_rows").is_some() {
            let rows = registered.iter().map(|tool| tool.rows()).max().unwrap_or_default();
            let rows = i64::try_from(rows).unwrap_or(i64::MAX);
            called.gateway.set_long(vocabulary, "tool_rows", rows)?;
        }
        self.state_effect(&mut called, &registered)?;
        called.evidence.retain(|facts| !facts.is_empty());
        Ok(called)
    }

    /// States what calling a tool brings about: as the fact of the tool, and as evidence about the effect of the use.
    fn state_effect(&self, called: &mut Known, registered: &[&Tool]) -> Result<(), Undecided> {
        let vocabulary = &self.house.vocabulary;
        let facts = ["effect", "tool_effect"].map(|fact| vocabulary.fact(fact).map(|id| (fact, id)));
        let [effect, of_the_tool] = facts;
        for tool in registered {
            let mut facts = tool.facts().clone();
            let value = effect.and_then(|(_, effect)| facts.get(effect)).cloned();
            if let (Some((_, fact)), Some(value)) = (of_the_tool, value) {
                called.gateway.state(vocabulary, fact, value.clone())?;
                facts.state(vocabulary, fact, value)?;
            }
            called.evidence.push(facts);
        }
        let states = |facts: &Facts| effect.is_none_or(|(_, effect)| facts.get(effect).is_some());
        if !registered.iter().any(|tool| states(tool.facts())) {
            let mut unknown = Facts::default();
            for (fact, _) in [effect, of_the_tool].into_iter().flatten() {
                unknown.set_member(vocabulary, fact, "unknown")?;
            }
            called.evidence.push(unknown);
        }
        Ok(())
    }
}
