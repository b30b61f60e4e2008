//! Writing entries as JSON.
//!
//! What is written is what `serde_json` writes, to the byte. An entry is nearly all text that needs no escapes, and this copies
//! such text in large pieces where `serde_json` asks a question about each byte: that was most of what an entry cost.

use serde::{
    Serialize, Serializer,
    ser::{Error as _, Impossible, SerializeSeq, SerializeStruct},
};
use serde_json::Error;

/// Text is copied in pieces of this many bytes, if none of a piece needs an escape.
const PIECE: usize = 32;

/// Appends a value's JSON.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, to: &mut Vec<u8>) -> Result<(), Error> {
    value.serialize(Writer(to))
}

struct Writer<'b>(&'b mut Vec<u8>);

/// Members or elements that are being written.
struct Members<'b> {
    to: &'b mut Vec<u8>,
    begun: bool,
    end: u8,
}

fn text(to: &mut Vec<u8>, text: &str) {
    to.push(b'"');
    let (pieces, rest) = text.as_bytes().as_chunks::<PIECE>();
    for piece in pieces {
        // Asked about all bytes of a piece together.
        if piece.iter().fold(false, |any, byte| any | needs_escape(*byte)) {
            piece.iter().for_each(|byte| one(to, *byte));
        } else {
            to.extend_from_slice(piece);
        }
    }
    if rest.iter().fold(false, |any, byte| any | needs_escape(*byte)) {
        rest.iter().for_each(|byte| one(to, *byte));
    } else {
        to.extend_from_slice(rest);
    }
    to.push(b'"');
}

const fn needs_escape(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

fn one(to: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        0..0x20 => {
            let mut digits = [0; 2];
            crate::digest::write_hex(&mut digits, &[byte]);
            to.extend_from_slice(b"\\u00");
            to.extend(digits);
            return;
        }
        _ => return to.push(byte),
    };
    to.extend([b'\\', short]);
}

fn number(to: &mut Vec<u8>, mut number: u64) {
    let mut digits = [b'0'; 20];
    let mut count = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        (number, count) = (number / 10, count + 1);
        if number == 0 {
            break;
        }
    }
    to.extend_from_slice(digits.get(20 - count..).unwrap_or_default());
}

/// Kinds of values that no entry has.
fn foreign<T>(what: &str) -> Result<T, Error> {
    Err(Error::custom(format!("an entry holds no {what}")))
}

impl<'b> Serializer for Writer<'b> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Members<'b>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Impossible<(), Error>;
    type SerializeStruct = Members<'b>;
    type SerializeStructVariant = Impossible<(), Error>;

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.0.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Error> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Error> {
        if value < 0 {
            self.0.push(b'-');
        }
        number(self.0, value.unsigned_abs());
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Error> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Error> {
        number(self.0, value);
        Ok(())
    }

    fn serialize_f32(self, _value: f32) -> Result<(), Error> {
        foreign("fractions")
    }

    fn serialize_f64(self, _value: f64) -> Result<(), Error> {
        foreign("fractions")
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        text(self.0, value);
        Ok(())
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<(), Error> {
        foreign("bytes")
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<(), Error> {
        foreign("variants with fields")
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Members<'b>, Error> {
        Ok(Members::begin(self.0, b"[]"))
    }

    fn serialize_tuple(self, _length: usize) -> Result<Self::SerializeTuple, Error> {
        foreign("tuples")
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleStruct, Error> {
        foreign("tuples")
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        foreign("variants with fields")
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Self::SerializeMap, Error> {
        foreign("maps")
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Members<'b>, Error> {
        Ok(Members::begin(self.0, b"{}"))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        foreign("variants with fields")
    }
}

impl<'b> Members<'b> {
    fn begin(to: &'b mut Vec<u8>, [begin, end]: &[u8; 2]) -> Self {
        to.push(*begin);
        Self { to, begun: false, end: *end }
    }

    fn next(&mut self) -> Writer<'_> {
        if std::mem::replace(&mut self.begun, true) {
            self.to.push(b',');
        }
        Writer(self.to)
    }

    fn finish(self) -> Result<(), Error> {
        self.to.push(self.end);
        Ok(())
    }
}

impl SerializeSeq for Members<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(self.next())
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}

impl SerializeStruct for Members<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        // Members of entries have names without anything that needs an escape: Rust's.
        let Writer(to) = self.next();
        to.push(b'"');
        to.extend_from_slice(name.as_bytes());
        to.extend_from_slice(b"\":");
        value.serialize(Writer(to))
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written<T: Serialize + ?Sized>(value: &T) -> String {
        let mut to = Vec::new();
        write(value, &mut to).unwrap();
        String::from_utf8(to).unwrap()
    }

    #[derive(Clone, Debug, Serialize)]
    struct All {
        texts: Vec<String>,
        signed: i64,
        unsigned: u64,
        truth: bool,
        letter: char,
        none: Option<u8>,
        some: Option<Box<All>>,
        kind: crate::Ruling,
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["\\PC{0,80}", "[ -~]{0,80}", "[\\x00-\\x7f]{0,80}", "[\"\\\\a]{0,80}"]
    }

    fn one() -> impl Strategy<Value = All> {
        let texts = prop::collection::vec(text(), 0..4);
        let plain = (texts, any::<i64>(), any::<u64>(), any::<bool>(), any::<char>());
        plain.prop_map(|(texts, signed, unsigned, truth, letter)| {
            let kind = if truth { crate::Ruling::Permit } else { crate::Ruling::Deny };
            All { texts, signed, unsigned, truth, letter, none: None, some: None, kind }
        })
    }

    fn all() -> impl Strategy<Value = All> {
        let inner = prop::option::of(one().prop_map(Box::new));
        (one(), inner).prop_map(|(outer, some)| All { some, ..outer })
    }

    proptest! {
        #[test]
        fn it_is_what_serde_json_writes(value in all()) {
            prop_assert_eq!(written(&value), serde_json::to_string(&value).unwrap());
        }
    }

    #[test]
    fn every_number_and_every_control_character_is_written_as_serde_json_does() {
        for number in [0, 9, 10, 99, 1_000, u64::MAX] {
            assert_eq!(written(&number), serde_json::to_string(&number).unwrap());
        }
        for number in [i64::MIN, -1, 0, i64::MAX] {
            assert_eq!(written(&number), serde_json::to_string(&number).unwrap());
        }
        for code in 0..0x80_u8 {
            let text = char::from(code).to_string();
            assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
        }
    }
}
