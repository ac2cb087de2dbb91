//! The RPCs that metrics know by name. Everything else a caller writes into a path is `unknown`.

use std::collections::BTreeMap;
use std::sync::Arc;

use prost::Message;
use prost_types::FileDescriptorSet;

const UNKNOWN: &str = "unknown";
/// Methods of the services that come with the gRPC library.
const LIBRARY: [(&str, &str); 5] = [
    ("grpc.health.v1.Health", "Check"),
    ("grpc.health.v1.Health", "Watch"),
    ("grpc.health.v1.Health", "List"),
    ("grpc.reflection.v1.ServerReflection", "ServerReflectionInfo"),
    ("grpc.reflection.v1alpha.ServerReflection", "ServerReflectionInfo"),
];

/// The known RPCs by path.
#[derive(Clone, Debug)]
pub(crate) struct Methods {
    by_path: Arc<BTreeMap<String, Named>>,
    unknown: Named,
}

/// Service and method, as labels.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) service: Arc<str>,
    pub(crate) method: Arc<str>,
}

impl Methods {
    /// The methods of the API's descriptors and of the library's services.
    pub(crate) fn new() -> Self {
        let set = FileDescriptorSet::decode(ppob_api::FILE_DESCRIPTOR_SET).unwrap_or_default();
        let ours = set.file.iter().flat_map(|file| {
            file.service.iter().flat_map(move |service| {
                let name = format!("{}.{}", file.package(), service.name());
                service.method.iter().map(move |method| (name.clone(), method.name().to_owned()))
            })
        });
        let library =
            LIBRARY.into_iter().map(|(service, method)| (service.to_owned(), method.to_owned()));
        let by_path = ours
            .chain(library)
            .map(|(service, method)| {
                (format!("/{service}/{method}"), Named::new(&service, &method))
            })
            .collect();
        Self { by_path: Arc::new(by_path), unknown: Named::new(UNKNOWN, UNKNOWN) }
    }

    /// The labels of a path.
    pub(crate) fn of(&self, path: &str) -> Named {
        self.by_path.get(path).unwrap_or(&self.unknown).clone()
    }

    /// How many there are, with the unknown one.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.by_path.len() + 1
    }
}

impl Named {
    fn new(service: &str, method: &str) -> Self {
        Self { service: service.into(), method: method.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_paths_have_names_and_all_others_one() {
        let methods = Methods::new();
        let pay = methods.of("/ppob.v1.PaymentService/CreatePayment");
        assert_eq!(&*pay.service, "ppob.v1.PaymentService");
        assert_eq!(&*pay.method, "CreatePayment");
        assert_eq!(&*methods.of("/grpc.health.v1.Health/Check").method, "Check");
        for hostile in ["", "/", "/ppob.v1.PaymentService/Pay%00", "/a/b/c"] {
            assert_eq!(&*methods.of(hostile).service, UNKNOWN, "{hostile}");
        }
        assert_eq!(methods.len(), 4 + 8 + 17 + LIBRARY.len() + 1);
    }
}
