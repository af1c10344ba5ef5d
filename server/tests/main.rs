//! Tests of the server through its real router.
