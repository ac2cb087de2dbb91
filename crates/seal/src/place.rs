//! Where something sealed belongs.

/// A column and a row. What was sealed for one place opens nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(Vec<u8>);

impl Place {
    /// The place `column` of the row with this key. Two different keys are never the same place,
    /// whatever stands in their parts.
    pub fn new(column: &str, row: &[&str]) -> Self {
        let mut place = Vec::new();
        for part in std::iter::once(&column).chain(row) {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            place.extend_from_slice(&length.to_be_bytes());
            place.extend_from_slice(part.as_bytes());
        }
        Self(place)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}
