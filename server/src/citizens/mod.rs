//! Citizens: who may activate a device. They are added by the operator's command line, one by one or from a file.

pub mod import;
pub mod mask;
pub mod record;
pub mod sample;
