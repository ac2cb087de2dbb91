//! The API's own description, for tools.

use tonic_reflection::server::v1::{ServerReflection, ServerReflectionServer};
use tonic_reflection::server::v1alpha::{
    ServerReflection as AlphaReflection, ServerReflectionServer as AlphaReflectionServer,
};
use tonic_reflection::server::{Builder, Error};

/// Reflection of version 1, and of the version before for older tools.
pub(crate) fn services() -> Result<
    (
        ServerReflectionServer<impl ServerReflection>,
        AlphaReflectionServer<impl AlphaReflection>,
    ),
    Error,
> {
    Ok((builder().build_v1()?, builder().build_v1alpha()?))
}

fn builder() -> Builder<'static> {
    Builder::configure()
        .register_encoded_file_descriptor_set(ppob_api::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}
