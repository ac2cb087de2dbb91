//! How long a consumer may do what it may do.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

/// What a consumer may do, until its configuration takes that away. Clones are one.
///
/// A call is looked at once, when it comes, and most are over soon. A stream is not: whoever has lost a key or
/// a role must not go on listening for as long as the connection lives.
#[derive(Clone, Debug, Default)]
pub struct Access(Arc<CancellationToken>);

impl Access {
    /// Ends it, for good.
    pub(super) fn end(&self) {
        self.0.cancel();
    }

    /// Waits for its end.
    pub(crate) async fn ended(&self) {
        self.0.cancelled().await;
    }
}

impl PartialEq for Access {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Access {}
