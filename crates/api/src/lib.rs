//! Generated gRPC code of package ppob.v1, and a small client.
