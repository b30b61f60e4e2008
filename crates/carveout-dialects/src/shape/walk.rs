//! Holding a document against its dialect's tables.

use super::{Fault, Problem, Rule, Shape, Tagged, Visitor};
use crate::TextKind;
use crate::json::{Kind, View};

/// Walks one value by its rule. Depth is bounded by the tables, which don't nest without end.
pub(crate) fn walk<V: Visitor>(
    rule: &'static Rule,
    value: View<'_>,
    context: V::Context,
    visitor: &mut V,
) -> Result<(), Fault> {
    let kind = value.kind();
    if kind == Kind::Null {
        return Ok(());
    }
    if !rule.accepts(kind) {
        return Err(Fault::wrong_type(value, rule.expected()));
    }
    match rule {
        Rule::Text(kind) => visitor.text(context, value, *kind),
        Rule::Integer => {
            value.integer().map_err(|fault| Fault::new(value, Problem::Integer(fault)))?;
        }
        Rule::Word | Rule::Number | Rule::Boolean => {}
        Rule::Json(kind) => every_text(value, context, *kind, visitor),
        Rule::Opaque(media) => visitor.opaque(context, value, *media),
        Rule::Fetched(media) => {
            visitor.opaque(context, value, *media);
            if !is_data_url(value) {
                visitor.text(context, value, TextKind::Address);
            }
        }
        Rule::Reference(media) => {
            visitor.opaque(context, value, *media);
            visitor.text(context, value, TextKind::Identifier);
        }
        Rule::Object(shape) => walk_object(shape, value, context, visitor)?,
        Rule::List(rule) => {
            for element in value.elements() {
                walk(rule, element, context, visitor)?;
            }
        }
        Rule::Tagged(tagged) => walk_object(tagged.shape_of(value)?, value, context, visitor)?,
        Rule::Either(rules) => {
            if let Some(rule) = rules.iter().find(|rule| rule.accepts(kind)) {
                walk(rule, value, context, visitor)?;
            }
        }
        Rule::Says(speaker, rule) => {
            walk(rule, value, visitor.says(context, *speaker), visitor)?;
        }
        Rule::Feature(name, rule) => {
            let asks = kind != Kind::False && value.canonical() != "[]";
            if asks {
                visitor.feature(value, name);
            }
            walk(rule, value, context, visitor)?;
        }
    }
    Ok(())
}

/// Walks an object whose shape is known.
pub(crate) fn walk_object<V: Visitor>(
    shape: &'static Shape,
    object: View<'_>,
    context: V::Context,
    visitor: &mut V,
) -> Result<(), Fault> {
    if object.kind() != Kind::Object {
        return Err(Fault::wrong_type(object, "an object"));
    }
    for name in shape.required {
        if object.member(name).is_none_or(|value| value.kind() == Kind::Null) {
            return Err(Fault::new(object, Problem::Missing { name }));
        }
    }
    let context = visitor.enter(context, shape, object)?;
    for (key, value) in object.members() {
        if let Some(rule) = shape.rule(key.canonical()) {
            walk(rule, value, context, visitor)?;
        } else if let Some(known) = shape.case_variant(&key.characters()) {
            return Err(Fault::new(key, Problem::CaseVariant { known }));
        } else {
            visitor.unlisted(context, key);
            visitor.text(context, key, TextKind::Unlisted);
            every_text(value, context, TextKind::Unlisted, visitor);
        }
    }
    Ok(())
}

/// Numbers count too: a telephone number is one as easily as it is a string.
fn every_text<V: Visitor>(value: View<'_>, context: V::Context, kind: TextKind, visitor: &mut V) {
    for inside in value.subtree() {
        if matches!(inside.kind(), Kind::Key | Kind::String | Kind::Number) {
            visitor.text(context, inside, kind);
        }
    }
}

fn is_data_url(value: View<'_>) -> bool {
    value.canonical().get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
}

impl Rule {
    fn accepts(&self, kind: Kind) -> bool {
        match self {
            Self::Word | Self::Text(_) | Self::Fetched(_) | Self::Reference(_) => kind == Kind::String,
            Self::Integer | Self::Number => kind == Kind::Number,
            Self::Boolean => matches!(kind, Kind::True | Kind::False),
            Self::Json(_) => true,
            Self::Opaque(_) => matches!(kind, Kind::String | Kind::Object),
            Self::Object(_) | Self::Tagged(_) => kind == Kind::Object,
            Self::List(_) => kind == Kind::Array,
            Self::Either(rules) => rules.iter().any(|rule| rule.accepts(kind)),
            Self::Says(_, rule) | Self::Feature(_, rule) => rule.accepts(kind),
        }
    }

    fn expected(&self) -> &'static str {
        match self {
            Self::Word | Self::Text(_) | Self::Fetched(_) | Self::Reference(_) => "a string",
            Self::Integer | Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Json(_) => "JSON",
            Self::Opaque(_) => "a string or an object",
            Self::Object(_) | Self::Tagged(_) => "an object",
            Self::List(_) => "an array",
            Self::Either(_) => "one of the types the dialect documents",
            Self::Says(_, rule) | Self::Feature(_, rule) => rule.expected(),
        }
    }
}

impl Shape {
    fn rule(&self, name: &str) -> Option<&'static Rule> {
        // `members` is 'static, so the rule is too.
        let members: &'static [(&'static str, Rule)] = self.members;
        members.iter().find(|(known, _)| *known == name).map(|(_, rule)| rule)
    }

    fn case_variant(&self, name: &str) -> Option<&'static str> {
        self.members.iter().map(|(known, _)| *known).find(|known| same_letters(known, name))
    }
}

/// Equal under Unicode simple case folding, where `known` is lower-case ASCII. Readers that ignore case
/// (Go's, for one) also take the long s for an s and the Kelvin sign for a k.
fn same_letters(known: &str, name: &str) -> bool {
    let folded = name.chars().map(|character| match character {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    });
    known.chars().eq(folded)
}

impl Tagged {
    fn shape_of(&self, object: View<'_>) -> Result<&'static Shape, Fault> {
        match object.member(self.tag).filter(|tag| tag.kind() != Kind::Null) {
            None => {
                let missing = || Fault::new(object, Problem::Missing { name: self.tag });
                self.untagged.ok_or_else(missing)
            }
            Some(tag) if tag.kind() != Kind::String => Err(Fault::wrong_type(tag, "a string")),
            Some(tag) => self
                .variants
                .iter()
                .find(|(known, _)| *known == tag.canonical())
                .map(|(_, shape)| *shape)
                .ok_or_else(|| Fault::unknown_kind(object, self.name, tag)),
        }
    }
}
