//! Citizens: who may activate a device. They are added by the operator's command line, one by one or from a file, and may
//! renounce.

pub mod erase;
pub mod import;
pub mod mask;
pub mod record;
pub mod renounce;
pub mod sample;
