//! Certificates, a server and a client for the tests of TLS.
