export type AppState = "new" | "activating" | "active" | "no_secure_store" | "secure_store_locked" | "secure_store_corrupted" | "secure_store_missing_entry" | "device_frozen" | "device_revoked";
