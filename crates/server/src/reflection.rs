//! The API's own description, for tools.

use tonic_reflection::server::v1::{ServerReflection, ServerReflectionServer};
use tonic_reflection::server::v1alpha::{
    ServerReflection as AlphaReflection, ServerReflectionServer as AlphaReflectionServer,
};
use tonic_reflection::server::{Builder, Error};

/// Reflection of version 1, and of the version before for older tools.
/// Only the named services are listed: each listener tells what it has.
pub(crate) fn services(
    names: &[&str],
) -> Result<
    (ServerReflectionServer<impl ServerReflection>, AlphaReflectionServer<impl AlphaReflection>),
    Error,
> {
    Ok((builder(names).build_v1()?, builder(names).build_v1alpha()?))
}

fn builder(names: &[&str]) -> Builder<'static> {
    let builder = Builder::configure()
        .register_encoded_file_descriptor_set(ppob_api::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .with_service_name("grpc.health.v1.Health");
    names
        .iter()
        .filter(|name| !name.is_empty())
        .fold(builder, |builder, name| builder.with_service_name(*name))
}
