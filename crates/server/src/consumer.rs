//! Who calls.
//!
//! [`Consumers`] turns credentials into a [`Caller`]; a gate puts that into the request, counts the
//! call, and every RPC asks for the caller with the role it needs.

mod access;
mod configured;
mod gate;
mod key;
mod local;
mod meter;

use std::fmt::Debug;
use std::str::FromStr;
use std::sync::Arc;

use ppob_api::error::Reason;
use ppob_engine::ConsumerLimits;
use ppob_types::ConsumerId;
use tonic::metadata::MetadataMap;
use tonic::{Request, Status};

pub use self::access::Access;
pub use self::configured::{ConfiguredConsumers, ConsumerSetup, ConsumersError, check_consumers};
pub(crate) use self::gate::Gate;
pub use self::key::{KEY_PREFIX, KeyHash, KeyHashError};
pub use self::local::LocalConsumer;
pub use self::meter::{Meter, Rate};
use crate::errors::Problem;

/// The identity of a call. Part of every key and of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Whose payments it sees and makes.
    pub consumer: ConsumerId,
    /// What it may do.
    pub roles: Arc<[Role]>,
    /// Which products, and how much.
    pub limits: ConsumerLimits,
    /// Counts its calls and streams.
    pub meter: Meter,
    /// Whether it showed who it is. Where nobody has to, one caller cannot stand for two persons.
    pub proven: bool,
    /// Ends when it may not do any more what it may do now; its streams end with it.
    pub access: Access,
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

/// What a call shows of its caller.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    /// The call's metadata; the API key is in it.
    pub metadata: &'a MetadataMap,
    /// The names in the client certificate of the connection, which was verified; empty without one.
    pub certificate_names: &'a [String],
}

/// Why nobody could be made out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unidentified {
    /// No credentials were given.
    #[error(
        "no API key was given; send it as metadata `authorization: Bearer <key>`. Nothing was done"
    )]
    Missing,
    /// The credentials are not known.
    #[error(
        "the API key is not known, or not on a connection with this client certificate; copy the key again or ask for a new one. Nothing was done"
    )]
    Invalid,
}

/// Who the consumers are, and how they show it.
pub trait Consumers: Debug + Send + Sync + 'static {
    /// The caller that these credentials name.
    ///
    /// # Errors
    /// [`Unidentified`]; nothing of the call is looked at then.
    fn identify(&self, credentials: &Credentials<'_>) -> Result<Caller, Unidentified>;

    /// Whether every caller has to show who it is. Without that only this machine may call.
    fn must_prove(&self) -> bool;
}

/// Who calls, if it may do this.
pub(crate) fn caller<T>(request: &Request<T>, role: Role) -> Result<ConsumerId, Status> {
    identity(request, role).map(|caller| caller.consumer.clone())
}

/// Everything about who calls, if it may do this.
pub(crate) fn identity<T>(request: &Request<T>, role: Role) -> Result<&Caller, Status> {
    let Some(caller) = request.extensions().get::<Caller>() else {
        return Err(unidentified(Unidentified::Missing));
    };
    if caller.roles.contains(&role) {
        return Ok(caller);
    }
    let message = format!(
        "the consumer {} lacks the role `{}`; nothing was done",
        caller.consumer,
        role.as_str()
    );
    Err(Problem::nothing_done(Reason::ROLE_MISSING, message).with("role", role.as_str()).status())
}

/// As a status.
fn unidentified(error: Unidentified) -> Status {
    let reason = match error {
        Unidentified::Missing => Reason::CREDENTIALS_MISSING,
        Unidentified::Invalid => Reason::CREDENTIALS_INVALID,
    };
    Problem::nothing_done(reason, error.to_string()).status()
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Read, Self::Pay, Self::Operate];

    /// The name, as in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Pay => "pay",
            Self::Operate => "operate",
        }
    }
}

/// There is no such role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the roles are read, pay and operate")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
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
            roles: [Role::Read].into(),
            limits: ConsumerLimits::default(),
            meter: Meter::default(),
            proven: true,
            access: Access::default(),
        });
        let status = caller(&request, Role::Pay).unwrap_err();
        assert_eq!(reason_of(&status).as_deref(), Some(reason::ROLE_MISSING));
        assert!(!ppob_api::error::may_be_accepted(&status));
        assert_eq!(caller(&request, Role::Read).unwrap().as_str(), "shop");
    }

    #[test]
    fn a_role_is_read_by_its_name() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert_eq!("admin".parse::<Role>(), Err(UnknownRole));
    }
}
