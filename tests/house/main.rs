//! The house keeps its own rules: who may depend on whom, requirements that are tested, files that fit in a head.

mod dependencies;
mod files;
mod requirements;
