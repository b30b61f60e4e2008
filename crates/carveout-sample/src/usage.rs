//! The provider's own record of what it answered, as a bill would list it.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, SecondsFormat, Utc};

/// One request that was answered, wholly or in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// When the answer began.
    pub time: DateTime<Utc>,
    /// The id in the reply's body and header.
    pub request_id: String,
    /// The model that was asked for.
    pub model: String,
    /// Words of the request.
    pub input_tokens: usize,
    /// Words of the whole answer, whether or not all of it was delivered.
    pub output_tokens: usize,
}

/// All that was answered since the provider started.
#[derive(Debug, Default)]
pub(crate) struct Record(Mutex<Vec<Used>>);

impl Record {
    pub(crate) fn push(&self, used: Used) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(used);
    }

    pub(crate) fn all(&self) -> Vec<Used> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn csv(&self) -> String {
        let mut csv = String::from("time,request_id,model,input_tokens,output_tokens\n");
        for used in self.all() {
            let time = used.time.to_rfc3339_opts(SecondsFormat::Millis, true);
            let Used { request_id, model, input_tokens, output_tokens, .. } = used;
            let _ = writeln!(csv, "{time},{request_id},{model},{input_tokens},{output_tokens}");
        }
        csv
    }
}
