//! Small objects that several parts of a request share.

use Rule::{Boolean, Integer, List, Object, Text};
use TextKind::{Address, Citation, Identifier, Label, Name};

use crate::TextKind;
use crate::shape::{Rule, Shape, plain};

pub(super) const CACHE: (&str, Rule) = ("cache_control", Object(&CACHE_CONTROL));
pub(super) const CALLER: (&str, Rule) = ("caller", Object(&CALLER_OF_TOOL));
pub(super) const CITATIONS: Rule = List(&Object(&TEXT_CITATION));
pub(super) const CITATIONS_CONFIG: (&str, Rule) = ("citations", Object(&CITATIONS_WANTED));

pub(super) static CACHE_CONTROL: Shape =
    plain("cache control", &[], &[("type", Text(Label)), ("ttl", Text(Label))]);

static CALLER_OF_TOOL: Shape = plain("caller", &[], &[("type", Text(Label)), ("tool_id", Text(Identifier))]);

static CITATIONS_WANTED: Shape = plain("citations config", &[], &[("enabled", Boolean)]);

/// Every member that one of the kinds of citation has.
pub(super) static TEXT_CITATION: Shape = plain(
    "citation",
    &[],
    &[
        ("type", Text(Label)),
        ("cited_text", Text(Citation)),
        ("title", Text(Citation)),
        ("url", Text(Address)),
        ("source", Text(Citation)),
        ("document_title", Text(Citation)),
        ("document_index", Integer),
        ("search_result_index", Integer),
        ("file_id", Text(Identifier)),
        ("encrypted_index", Text(Identifier)),
        ("start_char_index", Integer),
        ("end_char_index", Integer),
        ("start_page_number", Integer),
        ("end_page_number", Integer),
        ("start_block_index", Integer),
        ("end_block_index", Integer),
    ],
);

pub(super) static USER_LOCATION: Shape = plain(
    "user location",
    &[],
    &[
        ("type", Text(Label)),
        ("city", Text(Label)),
        ("country", Text(Label)),
        ("region", Text(Label)),
        ("timezone", Text(Label)),
    ],
);

pub(super) static SKILL: Shape =
    plain("skill", &[], &[("type", Text(Label)), ("skill_id", Text(Name)), ("version", Text(Label))]);
