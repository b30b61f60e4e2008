//! Bytes that are kept: little-endian numbers, and lengths before what has one.

/// Writes what a [`Reader`] reads.
#[derive(Clone, Debug, Default)]
pub struct Writer(Vec<u8>);

/// Reads what a [`Writer`] wrote.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(&'a [u8]);

/// Bytes that no [`Writer`] wrote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CodecError;

impl std::fmt::Display for CodecError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the bytes are not what was kept: restore them from a backup")
    }
}

impl std::error::Error for CodecError {}

impl Writer {
    /// A number.
    pub fn number(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    /// A large number.
    pub fn large(&mut self, number: u64) {
        self.0.extend(number.to_le_bytes());
    }

    /// How many of something follow. Nothing here has more than 2^32 of anything.
    pub fn length(&mut self, length: usize) {
        self.number(u32::try_from(length).unwrap_or(u32::MAX));
    }

    /// Bytes whose number is known.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.length(text.len());
        self.bytes(text.as_bytes());
    }

    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl<'a> Reader<'a> {
    /// Reads these bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// A number.
    ///
    /// # Errors
    /// There are too few bytes, as for all of these.
    pub fn number(&mut self) -> Result<u32, CodecError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// A large number.
    ///
    /// # Errors
    /// See [`Reader::number`].
    pub fn large(&mut self) -> Result<u64, CodecError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// How many of something follow.
    ///
    /// # Errors
    /// See [`Reader::number`].
    pub fn length(&mut self) -> Result<usize, CodecError> {
        usize::try_from(self.number()?).map_err(|_too_long| CodecError)
    }

    /// Bytes of a fixed number.
    ///
    /// # Errors
    /// See [`Reader::number`].
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let (array, rest) = self.0.split_first_chunk().ok_or(CodecError)?;
        self.0 = rest;
        Ok(*array)
    }

    /// A text.
    ///
    /// # Errors
    /// See [`Reader::number`]; or it is not UTF-8.
    pub fn text(&mut self) -> Result<String, CodecError> {
        let length = self.length()?;
        let (text, rest) = self.0.split_at_checked(length).ok_or(CodecError)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).map_err(|_not_text| CodecError)
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.0.len()
    }

    /// Whether everything has been read.
    ///
    /// # Errors
    /// Something is left.
    pub fn end(&self) -> Result<(), CodecError> {
        if self.0.is_empty() { Ok(()) } else { Err(CodecError) }
    }
}
