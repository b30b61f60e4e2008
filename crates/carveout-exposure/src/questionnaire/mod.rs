//! What a supplier is asked, and answers: a TOML file that both can read, which becomes relations of the graph.
//!
//! An answer is a declaration: it says what somebody states, and under whose key, and never more. That a product uses no
//! model is no relation, but it was said, and is kept.

mod written;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;

pub use self::written::{Asking, Stated, links, template};
use crate::{
    dates::{End, day},
    identifier::Identifier,
};

/// The version of the file's shape.
pub const FORMAT: u32 = 1;

/// A questionnaire, answered or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Questionnaire {
    id: String,
    asked_by: String,
    supplier: Supplier,
    answered: Option<(NaiveDate, String)>,
    products: Vec<Product>,
    subcontractors: Vec<Supplier>,
    open: Vec<String>,
}

/// A company, as it names itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Supplier {
    name: String,
    identifiers: Vec<Identifier>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Product {
    name: String,
    used_by: Vec<String>,
    uses: Uses,
    models: Vec<Model>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Uses {
    Yes,
    No,
    NotKnown,
    Unanswered,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Model {
    maker: String,
    since: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

/// Why a file is no questionnaire: everything that is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the questionnaire can't be read: {}", .0.join("; "))]
pub struct QuestionnaireError(pub Vec<String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    questionnaire: String,
    asked_by: String,
    asked: toml::value::Datetime,
    #[serde(default)]
    about: Vec<String>,
    supplier: WrittenSupplier,
    answered: Option<toml::value::Datetime>,
    #[serde(default)]
    answered_by: String,
    #[serde(default)]
    product: Vec<WrittenProduct>,
    #[serde(default)]
    subcontractor: Vec<WrittenSupplier>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSupplier {
    name: String,
    #[serde(default)]
    identifiers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenProduct {
    name: String,
    #[serde(default)]
    used_by: Vec<String>,
    #[serde(default)]
    uses_models: String,
    #[serde(default)]
    model: Vec<WrittenModel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenModel {
    maker: String,
    since: Option<toml::value::Datetime>,
    until: Option<toml::value::Datetime>,
    /// For those who read the file: which models, where they run.
    #[serde(default, rename = "note")]
    _note: String,
}

impl Questionnaire {
    /// Reads a questionnaire, whether or not it is answered.
    ///
    /// # Errors
    /// If it is not TOML of this shape, or says what can't be; everything at once.
    pub fn parse(text: &str) -> Result<Self, QuestionnaireError> {
        let file: File = toml::from_str(text)
            .map_err(|error| QuestionnaireError(vec![error.to_string().trim().to_owned()]))?;
        let mut reading = Reading::default();
        let questionnaire = reading.read(file);
        if reading.wrong.is_empty() { Ok(questionnaire) } else { Err(QuestionnaireError(reading.wrong)) }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Who asked.
    #[must_use]
    pub fn asked_by(&self) -> &str {
        &self.asked_by
    }

    /// Who answers.
    #[must_use]
    pub fn supplier(&self) -> &str {
        &self.supplier.name
    }

    /// The day of the answer.
    #[must_use]
    pub fn answered(&self) -> Option<NaiveDate> {
        self.answered.as_ref().map(|(day, _)| *day)
    }

    /// Who gave it.
    #[must_use]
    pub fn answered_by(&self) -> Option<&str> {
        self.answered.as_ref().map(|(_, by)| by.as_str())
    }

    /// What is still to be answered, in sentences.
    #[must_use]
    pub fn open(&self) -> &[String] {
        &self.open
    }
}

#[derive(Default)]
struct Reading {
    wrong: Vec<String>,
}

impl Reading {
    fn read(&mut self, file: File) -> Questionnaire {
        if file.format != FORMAT {
            self.wrong.push(format!("it has format {}; this program reads format {FORMAT}", file.format));
        }
        let good = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if file.questionnaire.is_empty() || !file.questionnaire.chars().all(good) {
            self.wrong.push(format!(
                "`{}` can't be its id; use lowercase letters, digits and hyphens",
                file.questionnaire
            ));
        }
        let asked = self.date("asked", Some(file.asked));
        let answered = self.date("answered", file.answered);
        if let (Some(asked), Some(answered)) = (asked, answered)
            && answered < asked
        {
            self.wrong.push(format!("it was answered on {answered}, before it was asked on {asked}"));
        }
        let mut open = Vec::new();
        let by = file.answered_by.trim().to_owned();
        let answered = answered.zip((!by.is_empty()).then_some(by));
        if answered.is_none() {
            open.push("say when it was answered and by whom: `answered` and `answered_by`".to_owned());
        }
        let supplier = self.supplier(file.supplier);
        let mut names = BTreeSet::new();
        let products: Vec<Product> = file
            .product
            .into_iter()
            .map(|product| self.product(product, &file.about, &mut names, &mut open))
            .collect();
        if products.is_empty() {
            self.wrong.push("it asks about no product".to_owned());
        }
        let subcontractors = file.subcontractor.into_iter().map(|company| self.supplier(company)).collect();
        Questionnaire {
            id: file.questionnaire,
            asked_by: file.asked_by,
            supplier,
            answered,
            products,
            subcontractors,
            open,
        }
    }

    fn supplier(&mut self, written: WrittenSupplier) -> Supplier {
        if written.name.trim().is_empty() {
            self.wrong.push("a company has no name".to_owned());
        }
        let mut identifiers = Vec::new();
        for text in &written.identifiers {
            let read = text.split_once(':').map(|(scheme, value)| Identifier::of_scheme(scheme, value));
            match read {
                Some(Ok(identifier)) => identifiers.push(identifier),
                _ => self.wrong.push(format!("`{text}` is no identifier such as `uei:ABCDEFGHJK12`")),
            }
        }
        Supplier { name: written.name.trim().to_owned(), identifiers }
    }

    fn product(
        &mut self,
        written: WrittenProduct,
        about: &[String],
        names: &mut BTreeSet<String>,
        open: &mut Vec<String>,
    ) -> Product {
        let name = written.name.trim().to_owned();
        if name.is_empty() || !names.insert(name.clone()) {
            self.wrong.push(format!("the product `{name}` has no name of its own"));
        }
        let uses = match written.uses_models.as_str() {
            "yes" => Uses::Yes,
            "no" => Uses::No,
            "not_known" => Uses::NotKnown,
            "" => Uses::Unanswered,
            other => {
                self.wrong.push(format!("`{name}`: `{other}` is none of yes, no, not_known"));
                Uses::Unanswered
            }
        };
        let models: Vec<Model> = written.model.into_iter().map(|model| self.model(&name, model)).collect();
        let whose =
            if about.is_empty() { "models".to_owned() } else { format!("models of {}", about.join(" or ")) };
        match (uses, models.is_empty()) {
            (Uses::Unanswered, _) => open.push(format!("say whether `{name}` uses {whose}: `uses_models`")),
            (Uses::Yes, true) => open.push(format!("name whose models `{name}` uses: `[[product.model]]`")),
            (Uses::No, false) => {
                self.wrong.push(format!("`{name}` uses no models, and names some: which of both is it?"));
            }
            _ => {}
        }
        for end in &written.used_by {
            if !["program:", "award:"].iter().any(|scheme| end.starts_with(scheme)) {
                self.wrong.push(format!("`{name}`: `{end}` is neither `program:…` nor `award:…`"));
            }
        }
        Product { name, used_by: written.used_by, uses, models }
    }

    fn model(&mut self, product: &str, written: WrittenModel) -> Model {
        let maker = written.maker.trim().to_lowercase();
        if maker.is_empty() {
            self.wrong.push(format!("`{product}`: a model has no maker"));
        }
        let since = self.date("since", written.since);
        let until = self.date("until", written.until);
        if since.zip(until).is_some_and(|(since, until)| until < since) {
            self.wrong.push(format!("`{product}`: the use of {maker} ends before it begins"));
        }
        Model { maker, since, until }
    }

    fn date(&mut self, what: &str, written: Option<toml::value::Datetime>) -> Option<NaiveDate> {
        let text = written?.to_string();
        let read = day(&text, End::First).filter(|_| text.len() == 10);
        if read.is_none() {
            self.wrong.push(format!("`{what}`: `{text}` is no day such as 2026-11-23"));
        }
        read
    }
}
