//! What people come to do here, and how sure the town hall wants to be of who they are.

use aldaba_core::level::Level;

/// A procedure.
pub(super) struct Procedure {
    /// Its id here and at the provider.
    pub id: &'static str,
    /// The level that it needs.
    pub level: Level,
}

/// All of them.
pub(super) const PROCEDURES: [Procedure; 4] = [
    Procedure {
        id: "padron",
        level: Level::Low,
    },
    Procedure {
        id: "tributos",
        level: Level::Low,
    },
    Procedure {
        id: "registro",
        level: Level::Substantial,
    },
    Procedure {
        id: "ayudas",
        level: Level::Substantial,
    },
];

/// The procedure of that id.
pub(super) fn find(id: &str) -> Option<&'static Procedure> {
    PROCEDURES.iter().find(|procedure| procedure.id == id)
}
