//! The write-ahead log: entries are durable here before anybody is told so.
//!
//! A segment is a header, frames, and room for more: zeroes, so that a sync needn't write a new length of the file too.
//! A frame is one batch of entries, written and synced as one: after a crash
//! it is there as a whole or not at all. Only one frame is ever being written, and the next begins after its sync,
//! so everything before the last frame of the last segment was acknowledged.

mod frame;
mod replay;
mod segment;

pub use frame::{Frame, FrameError, parse_frame};
pub(crate) use replay::replay;
pub(crate) use segment::{DIRECTORY, ROOM, Segment, SegmentHeader, remove_spent};

#[cfg(test)]
mod tests;
