//! Tests of the tables themselves: every known member that may hold text is told, and the lists are pinned.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::json::{Document, Limits, View};
use crate::shape::{Fault, Rule, Shape, Tagged, Visitor, walk};
use crate::{Dialect, Media, Speaker, TextKind, anthropic, openai, read};

static OPENAI: [Rule; 3] =
    [Rule::Object(&openai::REQUEST), Rule::Object(&openai::COMPLETION), Rule::Object(&openai::CHUNK)];
static ANTHROPIC: [Rule; 4] = [
    Rule::Object(&anthropic::REQUEST),
    Rule::Object(&anthropic::MESSAGE),
    Rule::Object(&anthropic::ERROR),
    Rule::Tagged(&anthropic::EVENTS),
];

/// The longest list of variants in any table.
const ROUNDS: usize = 32;

/// Makes documents out of a rule: every member is there, every string a marker of its own, and where there is a
/// choice, each round takes the next.
struct Samples {
    round: usize,
    markers: usize,
}

impl Samples {
    fn marker(&mut self) -> String {
        self.markers += 1;
        format!("marker-{}-", self.markers)
    }

    fn of(&mut self, rule: &'static Rule) -> Value {
        match rule {
            Rule::Text(_) | Rule::Opaque(_) | Rule::Fetched(_) | Rule::Reference(_) => self.marker().into(),
            Rule::Word => "word".into(),
            Rule::Integer => 1.into(),
            Rule::Number => 0.5.into(),
            Rule::Boolean => true.into(),
            Rule::Json(_) => json!({ self.marker(): [self.marker(), { self.marker(): null }] }),
            Rule::Object(shape) => self.object(shape, None),
            Rule::List(Rule::Tagged(tagged)) => {
                let variants = tagged.variants.len() + usize::from(tagged.untagged.is_some());
                (0..variants).map(|position| self.tagged(tagged, position)).collect()
            }
            Rule::List(rule) => vec![self.of(rule)].into(),
            Rule::Tagged(tagged) => self.tagged(tagged, self.round),
            Rule::Either(rules) => self.of(&rules[self.round % rules.len()]),
            Rule::Says(_, rule) | Rule::Feature(_, rule) => self.of(rule),
        }
    }

    fn tagged(&mut self, tagged: &'static Tagged, position: usize) -> Value {
        let untagged = tagged.untagged.map(|shape| (None, shape));
        let tagged_variants = tagged.variants.iter().map(|(tag, shape)| (Some((tagged.tag, *tag)), *shape));
        let variants: Vec<_> = tagged_variants.chain(untagged).collect();
        let (tag, shape) = variants[position % variants.len()];
        self.object(shape, Some((tagged.tag, tag.map(|(_, value)| value))))
    }

    fn object(&mut self, shape: &'static Shape, tag: Option<(&str, Option<&str>)>) -> Value {
        let mut object = Map::new();
        for (name, rule) in shape.members {
            let value = match tag {
                Some((tag, value)) if tag == *name => value.map(Value::from).unwrap_or_default(),
                _ => self.of(rule),
            };
            object.insert((*name).to_owned(), value);
        }
        object.into()
    }
}

/// Remembers what it is told, as text.
#[derive(Default)]
struct Told(String);

impl Visitor for Told {
    type Context = ();

    fn enter(&mut self, (): (), _: &'static Shape, _: View<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn says(&mut self, (): (), _: Speaker) {}

    fn text(&mut self, (): (), value: View<'_>, _: TextKind) {
        self.0.push_str(&value.characters());
    }

    fn opaque(&mut self, (): (), value: View<'_>, _: Media) {
        self.0.push_str(&value.characters());
    }

    fn unlisted(&mut self, (): (), key: View<'_>) {
        panic!("a listed member is unlisted: {}", key.pointer());
    }

    fn feature(&mut self, _: View<'_>, _: &'static str) {}
}

#[test]
fn every_known_member_that_may_hold_text_is_told() {
    for rule in OPENAI.iter().chain(&ANTHROPIC) {
        for round in 0..ROUNDS {
            let mut samples = Samples { round, markers: 0 };
            let document = samples.of(rule).to_string();
            let document = Document::read(document.as_bytes(), &Limits::default()).unwrap();
            let mut told = Told::default();
            walk(rule, document.root(), (), &mut told)
                .map_err(|fault| fault.locate(document.root()))
                .unwrap();
            for marker in 1..=samples.markers {
                let marker = format!("marker-{marker}-");
                assert!(told.0.contains(&marker), "{marker} of {}", document.text());
            }
        }
    }
}

#[test]
fn a_request_with_every_known_member_is_read_without_anything_unlisted() {
    for (dialect, rule) in [(Dialect::OpenAi, &OPENAI[0]), (Dialect::Anthropic, &ANTHROPIC[0])] {
        for round in 0..ROUNDS {
            let mut samples = Samples { round, markers: 0 };
            let document = samples.of(rule).to_string();
            let asked = read(dialect, document.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(asked.unlisted().len(), 0);
            let opaque: String = asked.opaque().map(|opaque| opaque.place()).collect();
            let texts: String = asked.texts().map(|text| text.text).collect();
            let found = (1..=samples.markers).filter(|marker| texts.contains(&format!("marker-{marker}-")));
            // What isn't a text is opaque; addresses and references are both.
            assert!(found.count() + asked.opaque().len() >= samples.markers, "{opaque}");
        }
    }
}

#[test]
fn only_words_that_are_judged_go_unscanned() {
    for (name, shape) in shapes() {
        for (member, rule) in shape.members {
            let is_word = matches!(rule, Rule::Word);
            let is_judged = matches!(*member, "type" | "role" | "object" | "model");
            assert!(!is_word || is_judged, "`{member}` of {name} would pass unseen");
        }
        for required in shape.required {
            assert!(shape.members.iter().any(|(member, _)| member == required), "{name} {required}");
        }
    }
}

/// The lists of known members, pinned: a change is a change of the dialect's date, and is reviewed.
#[test]
fn the_lists_of_known_members_are_these() {
    let mut listed = String::new();
    for (name, shape) in shapes() {
        let members: Vec<&str> = shape.members.iter().map(|(member, _)| *member).collect();
        let _ = writeln!(listed, "{name}: {}", members.join(" "));
    }
    insta::assert_snapshot!(listed);
}

/// Every shape of both dialects, by name.
fn shapes() -> BTreeMap<String, &'static Shape> {
    let mut found = BTreeMap::new();
    let roots =
        OPENAI.iter().map(|rule| ("openai", rule)).chain(ANTHROPIC.iter().map(|rule| ("anthropic", rule)));
    for (dialect, rule) in roots {
        let is_request = matches!(rule, Rule::Object(shape) if shape.name.ends_with("request"));
        collect(&format!("{dialect} {}", if is_request { "request" } else { "reply" }), rule, &mut found);
    }
    found
}

fn collect(document: &str, rule: &'static Rule, found: &mut BTreeMap<String, &'static Shape>) {
    match rule {
        Rule::Object(shape) => collect_shape(document, shape.name, shape, found),
        Rule::List(rule) | Rule::Says(_, rule) | Rule::Feature(_, rule) => collect(document, rule, found),
        Rule::Either(rules) => rules.iter().for_each(|rule| collect(document, rule, found)),
        Rule::Tagged(tagged) => {
            let untagged = tagged.untagged.map(|shape| ("-", shape));
            for (tag, shape) in tagged.variants.iter().map(|(tag, shape)| (*tag, *shape)).chain(untagged) {
                collect_shape(document, &format!("{} {tag}", tagged.name), shape, found);
            }
        }
        _ => {}
    }
}

fn collect_shape(
    document: &str,
    name: &str,
    shape: &'static Shape,
    found: &mut BTreeMap<String, &'static Shape>,
) {
    match found.insert(format!("{document}: {name}"), shape) {
        // Blocks are reached from many places.
        Some(before) => assert!(std::ptr::eq(before, shape), "two shapes are called {name}"),
        None => shape.members.iter().for_each(|(_, rule)| collect(document, rule, found)),
    }
}
