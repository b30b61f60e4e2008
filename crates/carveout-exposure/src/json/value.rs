//! Small values, and values that nobody wants.

use std::io::BufRead;

use serde_json::{Map, Value};

use super::reader::{JsonError, Reader, Token};

/// The most members that a small value keeps; the rest is read and dropped.
const MOST_MEMBERS: usize = 4_096;

/// How deep a small value is kept.
const DEEPEST_KEPT: usize = 32;

/// Reads over the value that comes next.
pub(crate) fn skip(reader: &mut Reader<impl BufRead>) -> Result<(), JsonError> {
    let mut depth = 0_usize;
    loop {
        match reader.next()? {
            Token::BeginObject | Token::BeginArray => depth += 1,
            Token::EndObject | Token::EndArray => depth = depth.saturating_sub(1),
            Token::Key(_) => continue,
            _ => {}
        }
        if depth == 0 {
            return Ok(());
        }
    }
}

/// The value that starts with this token, or as much of it as is kept.
pub(crate) fn small(reader: &mut Reader<impl BufRead>, first: Token) -> Result<Value, JsonError> {
    let mut room = MOST_MEMBERS;
    kept(reader, first, DEEPEST_KEPT, &mut room)
}

fn kept(
    reader: &mut Reader<impl BufRead>,
    first: Token,
    depth: usize,
    room: &mut usize,
) -> Result<Value, JsonError> {
    match first {
        Token::String(text) => Ok(Value::String(text)),
        Token::Literal(text) => Ok(serde_json::from_str(&text).unwrap_or(Value::Null)),
        Token::BeginArray => {
            let mut array = Vec::new();
            loop {
                match reader.next()? {
                    Token::EndArray => return Ok(Value::Array(array)),
                    token => {
                        if let Some(value) = member(reader, token, depth, room)? {
                            array.push(value);
                        }
                    }
                }
            }
        }
        Token::BeginObject => {
            let mut object = Map::new();
            let mut key = String::new();
            loop {
                match reader.next()? {
                    Token::EndObject => return Ok(Value::Object(object)),
                    Token::Key(next) => key = next,
                    token => {
                        if let Some(value) = member(reader, token, depth, room)? {
                            object.insert(std::mem::take(&mut key), value);
                        }
                    }
                }
            }
        }
        _ => Ok(Value::Null),
    }
}

/// A member, if there is room for it.
fn member(
    reader: &mut Reader<impl BufRead>,
    token: Token,
    depth: usize,
    room: &mut usize,
) -> Result<Option<Value>, JsonError> {
    if *room == 0 || depth == 0 {
        if matches!(token, Token::BeginArray | Token::BeginObject) {
            rest(reader)?;
        }
        return Ok(None);
    }
    *room -= 1;
    kept(reader, token, depth - 1, room).map(Some)
}

/// Reads to the end of the array or object that has just begun.
fn rest(reader: &mut Reader<impl BufRead>) -> Result<(), JsonError> {
    let mut depth = 1_usize;
    while depth > 0 {
        match reader.next()? {
            Token::BeginObject | Token::BeginArray => depth += 1,
            Token::EndObject | Token::EndArray => depth -= 1,
            _ => {}
        }
    }
    Ok(())
}
