//! The parameters of a request, each name once.

use std::collections::{BTreeMap, BTreeSet};

/// What was sent. A parameter without a value counts as left out (RFC 6749 section 3.1). No `Debug`: it may hold anything.
#[derive(Clone, Default)]
pub struct Parameters {
    values: BTreeMap<String, String>,
    repeated: BTreeSet<String>,
}

impl Parameters {
    /// From name and value, in the order in which they came.
    #[must_use]
    pub fn collect(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut found = Self::default();
        let mut seen = BTreeSet::new();
        for (name, value) in pairs {
            if !seen.insert(name.clone()) {
                found.values.remove(&name);
                found.repeated.insert(name);
            } else if !value.is_empty() {
                found.values.insert(name, value);
            }
        }
        found
    }

    /// The value of a parameter that came once and is not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Whether it came more than once, which none may (RFC 6749 section 3.1).
    #[must_use]
    pub fn is_repeated(&self, name: &str) -> bool {
        self.repeated.contains(name)
    }

    /// Whether any of those came more than once.
    #[must_use]
    pub fn repeats_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.is_repeated(name))
    }

    /// Every name and value that counts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // REQ-OIDC-03
    #[test]
    fn a_name_that_comes_twice_has_no_value() {
        let pairs = [("a", "1"), ("b", ""), ("c", "3"), ("a", "1"), ("d", ""), ("d", "4")];
        let found = Parameters::collect(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(
            (found.get("a"), found.get("b"), found.get("c"), found.get("d")),
            (None, None, Some("3"), None)
        );
        assert!(found.is_repeated("a") && found.is_repeated("d") && !found.is_repeated("b"));
        assert!(found.repeats_any(&["c", "a"]) && !found.repeats_any(&["c", "b"]));
        assert_eq!(found.iter().collect::<Vec<_>>(), [("c", "3")]);
    }
}
