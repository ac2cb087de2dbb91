//! The gRPC services, health, reflection and the metrics endpoint.
