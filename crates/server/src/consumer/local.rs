//! The one consumer of a machine without consumers.

use ppob_engine::ConsumerLimits;
use ppob_types::{ConsumerId, IdError};

use super::{Access, Caller, Consumers, Credentials, Meter, Role, Unidentified};

/// One consumer, `local`, who may do everything and shows nothing. For loopback addresses only.
#[derive(Clone, Debug)]
pub struct LocalConsumer(Caller);

impl LocalConsumer {
    /// The name of the one consumer.
    pub const NAME: &'static str = "local";

    /// The one consumer.
    ///
    /// # Errors
    /// Never, as long as [`LocalConsumer::NAME`] is a consumer id.
    pub fn new() -> Result<Self, IdError> {
        Ok(Self(Caller {
            consumer: ConsumerId::new(Self::NAME)?,
            roles: Role::ALL.into(),
            limits: ConsumerLimits::default(),
            meter: Meter::default(),
            proven: false,
            access: Access::default(),
        }))
    }

    pub(crate) fn caller(&self) -> Caller {
        self.0.clone()
    }

    pub(super) const fn access(&self) -> &Access {
        &self.0.access
    }
}

impl Consumers for LocalConsumer {
    fn identify(&self, _credentials: &Credentials<'_>) -> Result<Caller, Unidentified> {
        Ok(self.caller())
    }

    fn must_prove(&self) -> bool {
        false
    }
}
