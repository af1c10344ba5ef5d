//! Personal data as staff see it unless they ask for more: enough to recognise, not to use.

/// `12345678Z` → `****5678*`, as the data protection agency recommends for publication (four digits).
#[must_use]
pub fn document(canonical: &str) -> String {
    let count = canonical.chars().count();
    canonical
        .chars()
        .enumerate()
        .map(|(place, c)| if place >= 4 && place + 1 < count { c } else { '*' })
        .collect()
}

/// `Ana García Ruiz` → `A. G. R.`
#[must_use]
pub fn name(name: &str) -> String {
    let initials: Vec<String> = name
        .split_whitespace()
        .filter_map(|word| word.chars().next())
        .map(|initial| format!("{initial}."))
        .collect();
    initials.join(" ")
}

/// `+34600000001` → `+34*******01`.
#[must_use]
pub fn phone(e164: &str) -> String {
    let count = e164.chars().count();
    if count < 6 {
        return e164.to_owned();
    }
    e164.chars()
        .enumerate()
        .map(|(place, c)| if place < 3 || place + 2 >= count { c } else { '*' })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn masks_keep_little() {
        assert_eq!(super::document("12345678Z"), "****5678*");
        assert_eq!(super::document("X1234567L"), "****4567*");
        assert_eq!(super::name("Ana María García Ruiz"), "A. M. G. R.");
        assert_eq!(super::phone("+34600000001"), "+34*******01");
        assert_eq!(super::phone("none"), "none");
    }
}
