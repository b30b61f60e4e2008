//! The model: whole numbers only, so that every machine computes the same.

use super::{
    Family,
    features::{NO_WEIGHTS, SLOTS, Table},
    lexicon,
};

/// The first bytes of a model.
const MAGIC: &[u8; 8] = b"TRIPW\x01\n\0";
/// Steps of the calibration curve: scores from which the calibrated share is 5 %, 10 %, … 95 %.
pub const STEPS: usize = 19;
/// What is added to a weight, so that it can be summed without a sign.
pub(super) const LIFT: i32 = 128;

/// What was learnt for one family. Scores are in 1/1024 of a logit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The score of a window that shows nothing.
    pub bias: i32,
    /// What one unit of a weight is worth, in 1/256 of the score's unit.
    pub scale: i32,
    /// The score from which the wire is tripped.
    pub threshold: i32,
    /// What each feature of classes adds.
    pub classes: [i32; lexicon::FEATURES],
    /// Scores from which the calibrated share is 5 %, 10 %, … 95 %.
    pub curve: [i32; STEPS],
}

/// The whole model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// One for each family, in the order of [`Family::ALL`].
    pub heads: [Head; Family::ALL.len()],
    /// The weights of each family for every slot.
    pub weights: [Vec<i8>; Family::ALL.len()],
}

/// The bytes are no model of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoModel;

impl std::fmt::Display for NoModel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("these bytes are no tripwire model of this version; run `cargo xtask train`")
    }
}

impl std::error::Error for NoModel {}

impl Model {
    /// As bytes: little endian, the heads first.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for head in &self.heads {
            for number in
                [head.bias, head.scale, head.threshold].iter().chain(&head.classes).chain(&head.curve)
            {
                bytes.extend(number.to_le_bytes());
            }
        }
        for weights in &self.weights {
            bytes.extend(weights.iter().map(|weight| weight.cast_unsigned()));
        }
        bytes
    }

    /// Reads what [`Model::to_bytes`] wrote.
    ///
    /// # Errors
    /// If the bytes are anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoModel> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(NoModel)?;
        let mut heads = Vec::new();
        for _ in Family::ALL {
            heads.push(head(&mut rest)?);
        }
        let mut weights = Vec::new();
        for _ in Family::ALL {
            let (own, after) = rest.split_at_checked(SLOTS).ok_or(NoModel)?;
            weights.push(own.iter().map(|byte| byte.cast_signed()).collect());
            rest = after;
        }
        if !rest.is_empty() {
            return Err(NoModel);
        }
        Ok(Self {
            heads: heads.try_into().map_err(|_| NoModel)?,
            weights: weights.try_into().map_err(|_| NoModel)?,
        })
    }

    /// The weights of all families side by side, sixteen bits each.
    pub(super) fn table(&self) -> Box<Table> {
        let mut table = Box::new(NO_WEIGHTS);
        for (lane, weights) in self.weights.iter().enumerate() {
            for (entry, weight) in table.iter_mut().zip(weights) {
                *entry |= u64::from((i32::from(*weight) + LIFT).unsigned_abs()) << (16 * lane);
            }
        }
        table
    }
}

fn head(rest: &mut &[u8]) -> Result<Head, NoModel> {
    let mut number = || {
        let (first, after) = rest.split_first_chunk().ok_or(NoModel)?;
        *rest = after;
        Ok(i32::from_le_bytes(*first))
    };
    let (bias, scale, threshold) = (number()?, number()?, number()?);
    let mut classes = [0; lexicon::FEATURES];
    for class in &mut classes {
        *class = number()?;
    }
    let mut curve = [0; STEPS];
    for step in &mut curve {
        *step = number()?;
    }
    Ok(Head { bias, scale, threshold, classes, curve })
}
