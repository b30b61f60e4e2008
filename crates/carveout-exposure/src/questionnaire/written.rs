//! A questionnaire to be answered, and an answer as relations.

use std::fmt::Write;

use chrono::NaiveDate;

use super::{FORMAT, Questionnaire, Supplier, Uses};

/// What is asked, and of whom.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The id.
    pub id: &'a str,
    /// Who asks.
    pub asked_by: &'a str,
    /// When.
    pub asked: NaiveDate,
    /// Of whom.
    pub supplier: &'a str,
    /// By which identifiers that one is known.
    pub identifiers: &'a [String],
    /// About which products.
    pub products: &'a [String],
    /// About whose models; all if there are none.
    pub about: &'a [String],
    /// In which programs and contracts the products are used.
    pub used_by: &'a [String],
}

/// A questionnaire with its answers left out.
#[must_use]
pub fn template(asking: &Asking<'_>) -> String {
    let list = |texts: &[String]| {
        let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
        quoted.join(", ")
    };
    let mut text = format!(
        "# What {} asks of a supplier. Answer below, sign with `carveout exposure questionnaire sign`, and send both files back.\n\
         format = {FORMAT}\nquestionnaire = {}\nasked_by = {}\nasked = {}\n",
        asking.asked_by.replace(['\n', '\r'], " "),
        quoted(asking.id),
        quoted(asking.asked_by),
        asking.asked
    );
    // Writing to a `String` can't fail.
    let _ = writeln!(text, "about = [{}]\n", list(asking.about));
    text.push_str(
        "# The day of your answer, and who gives it.\n# answered = 2026-01-31\nanswered_by = \"\"\n\n",
    );
    let identifiers = list(asking.identifiers);
    let _ = writeln!(text, "[supplier]\nname = {}\nidentifiers = [{identifiers}]", quoted(asking.supplier));
    for product in asking.products {
        let _ = writeln!(
            text,
            "\n[[product]]\nname = {}\nused_by = [{}]\n\
             # Does it use AI models, its own parts and what it calls included? \"yes\", \"no\" or \"not_known\"\n\
             uses_models = \"\"\n\
             # For each maker, with the days from and until which that is so, if you know them:\n\
             # [[product.model]]\n# maker = \"example-maker\"\n# since = 2026-01-01\n# until = 2026-12-31\n# note = \"which models, and where they run\"",
            quoted(product),
            list(asking.used_by)
        );
    }
    text.push_str("\n# Who works for you on these products:\n# [[subcontractor]]\n# name = \"\"\n# identifiers = [\"uei:\"]\n");
    text
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// What an answer says, as rows of a table of relations, and what it says that is none.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Stated {
    /// Rows of `from, relation, to, since, until, evidence`.
    pub rows: Vec<[String; 6]>,
    /// Products that are said to use no models.
    pub denied: Vec<String>,
    /// Products of which the supplier doesn't know.
    pub not_known: Vec<String>,
}

/// The relations that an answer declares. Nothing it says is graded higher, and a product of which the supplier doesn't
/// know gets no relation: it is told, so that somebody asks again.
#[must_use]
pub fn links(answer: &Questionnaire) -> Stated {
    let own = reference(&answer.supplier);
    let mut stated = Stated { rows: Vec::new(), denied: Vec::new(), not_known: Vec::new() };
    let date = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
    let mut row =
        |from: &str, relation: &str, to: &str, since: Option<NaiveDate>, until: Option<NaiveDate>| {
            let cells = [from, relation, to].map(str::to_owned);
            let [from, relation, to] = cells;
            stated.rows.push([from, relation, to, date(since), date(until), "declared".to_owned()]);
        };
    for product in &answer.products {
        let name = format!("product:{}", product.name);
        row(&own, "offers", &name, None, None);
        for model in &product.models {
            row(&format!("maker:{}", model.maker), "embedded_in", &name, model.since, model.until);
        }
        for end in &product.used_by {
            row(&name, "used_by", end, None, None);
        }
    }
    for company in &answer.subcontractors {
        row(&reference(company), "works_for", &own, None, None);
    }
    for product in &answer.products {
        match product.uses {
            Uses::No => stated.denied.push(product.name.clone()),
            Uses::NotKnown => stated.not_known.push(product.name.clone()),
            Uses::Yes | Uses::Unanswered => {}
        }
    }
    stated
}

/// How a table of relations names a company.
fn reference(company: &Supplier) -> String {
    let own = company.identifiers.iter().find(|identifier| !identifier.is_shared());
    own.map_or_else(|| company.name.clone(), ToString::to_string)
}
