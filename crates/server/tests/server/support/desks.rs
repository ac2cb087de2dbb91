//! Callers that show who they are.

use ppob_server::{Access, Caller, Consumers, Credentials, Meter, Role, Unidentified};

/// Desks that show who they are by a key: `ani-key` is `desk-ani`. Without a key it is `local`.
#[derive(Debug)]
pub(crate) struct Desks;

impl Consumers for Desks {
    fn identify(&self, credentials: &Credentials<'_>) -> Result<Caller, Unidentified> {
        let name = match credentials.metadata.get("authorization").and_then(|key| key.to_str().ok())
        {
            None => "local".to_owned(),
            Some(key) => {
                let name = key.strip_prefix("Bearer ").and_then(|key| key.strip_suffix("-key"));
                format!("desk-{}", name.ok_or(Unidentified::Invalid)?)
            }
        };
        let consumer = ppob_types::ConsumerId::new(&name).map_err(|_| Unidentified::Invalid)?;
        let limits = ppob_engine::ConsumerLimits::default();
        let (roles, meter) = (Role::ALL.into(), Meter::default());
        Ok(Caller { consumer, roles, limits, meter, proven: true, access: Access::default() })
    }

    fn must_prove(&self) -> bool {
        false
    }
}

/// A request of a desk.
pub(crate) fn from_desk<T>(name: &str, message: T) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    let key = format!("Bearer {name}-key").parse().unwrap();
    request.metadata_mut().insert("authorization", key);
    request
}
