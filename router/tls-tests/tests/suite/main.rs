//! TLS over real sockets.
