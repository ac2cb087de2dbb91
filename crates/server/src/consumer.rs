//! Who calls.
//!
//! [`Consumers`] turns credentials into a [`Caller`]; an interceptor puts that into the request, and
//! every RPC asks for it with the role it needs.

use std::fmt::Debug;
use std::sync::Arc;

use ppob_api::error::Reason;
use ppob_types::{ConsumerId, IdError};
use tonic::metadata::MetadataMap;
use tonic::service::Interceptor;
use tonic::{Request, Status};

use crate::errors::Problem;

/// The identity of a call. Part of every key and of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Whose payments it sees and makes.
    pub consumer: ConsumerId,
    /// What it may do.
    pub roles: Vec<Role>,
    /// Whether it showed who it is. Where nobody has to, one caller cannot stand for two persons.
    pub proven: bool,
}

/// What a consumer may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// See the catalogue and its own payments.
    Read,
    /// Ask for bills, pay and abandon.
    Pay,
    /// Use the operator's service.
    Operate,
}

/// Why nobody could be made out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unidentified {
    /// No credentials were given.
    #[error("no API key was given; send it as metadata `authorization: Bearer <key>`")]
    Missing,
    /// The credentials are not known.
    #[error("the API key is not known; copy it again or ask for a new one")]
    Invalid,
}

/// Who the consumers are, and how they show it.
pub trait Consumers: Debug + Send + Sync + 'static {
    /// The caller that these credentials name.
    ///
    /// # Errors
    /// [`Unidentified`]; nothing of the call is looked at then.
    fn identify(&self, metadata: &MetadataMap) -> Result<Caller, Unidentified>;
}

/// One consumer, `local`, who may do everything and shows nothing. For loopback addresses only.
#[derive(Clone, Debug)]
pub struct LocalConsumer(Caller);

/// Puts the [`Caller`] into every request.
#[derive(Clone, Debug)]
pub(crate) struct Gate(pub(crate) Arc<dyn Consumers>);

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
            roles: vec![Role::Read, Role::Pay, Role::Operate],
            proven: false,
        }))
    }
}

impl Consumers for LocalConsumer {
    fn identify(&self, _metadata: &MetadataMap) -> Result<Caller, Unidentified> {
        Ok(self.0.clone())
    }
}

impl Interceptor for Gate {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let caller = self.0.identify(request.metadata()).map_err(|error| {
            let reason = match error {
                Unidentified::Missing => Reason::CREDENTIALS_MISSING,
                Unidentified::Invalid => Reason::CREDENTIALS_INVALID,
            };
            Problem::nothing_done(reason, error.to_string()).status()
        })?;
        request.extensions_mut().insert(caller);
        Ok(request)
    }
}

/// Who calls, if it may do this.
pub(crate) fn caller<T>(request: &Request<T>, role: Role) -> Result<ConsumerId, Status> {
    let Some(caller) = request.extensions().get::<Caller>() else {
        let missing = Unidentified::Missing.to_string();
        return Err(Problem::nothing_done(Reason::CREDENTIALS_MISSING, missing).status());
    };
    if caller.roles.contains(&role) {
        return Ok(caller.consumer.clone());
    }
    let message = format!(
        "the consumer {} lacks the role `{}`; nothing was done",
        caller.consumer,
        role.as_str()
    );
    Err(Problem::nothing_done(Reason::ROLE_MISSING, message).with("role", role.as_str()).status())
}

impl Role {
    /// The name, as in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Pay => "pay",
            Self::Operate => "operate",
        }
    }
}

#[cfg(test)]
mod tests {
    use ppob_api::error::{reason, reason_of};
    use tonic::Code;

    use super::*;

    #[test]
    fn a_call_without_identity_or_role_does_nothing() {
        let mut request = Request::new(());
        let status = caller(&request, Role::Pay).unwrap_err();
        assert_eq!(status.code(), Code::Unauthenticated);
        request.extensions_mut().insert(Caller {
            consumer: ConsumerId::new("shop").unwrap(),
            roles: vec![Role::Read],
            proven: true,
        });
        let status = caller(&request, Role::Pay).unwrap_err();
        assert_eq!(reason_of(&status).as_deref(), Some(reason::ROLE_MISSING));
        assert!(!ppob_api::error::may_be_accepted(&status));
        assert_eq!(caller(&request, Role::Read).unwrap().as_str(), "shop");
    }

    #[test]
    fn the_local_consumer_may_do_everything() {
        let mut gate = Gate(Arc::new(LocalConsumer::new().unwrap()));
        let request = gate.call(Request::new(())).unwrap();
        for role in [Role::Read, Role::Pay, Role::Operate] {
            assert_eq!(caller(&request, role).unwrap().as_str(), "local");
        }
    }
}
