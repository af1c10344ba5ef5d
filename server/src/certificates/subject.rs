//! Who a certificate names, by the attributes' object identifiers.
//!
//! | attribute | holds | then |
//! |---|---|---|
//! | serialNumber 2.5.4.5 | `IDCES-12345678Z` (ETSI EN 319 412-1) | that person |
//! | | `12345678Z`, and the country is ES (DNIe) | that person |
//! | | `IDCFR-…` and the like | another country's |
//! | | `PASES-…`, `PNO…`, `TIN…` | numbers by which nobody is registered |
//! | | `VATES-…`, `NTRES-…`, a CIF | an organisation, never a person |
//! | organizationIdentifier 2.5.4.97 | `VATES-B12345674` | beside a person: their representative's certificate; the person signs in |
//!
//! Nothing is read from the common name, which authorities write as they like.

use aldaba_core::document::{Document, DocumentError};
use der::asn1::{Any, ObjectIdentifier};
use der::{Tag, Tagged};
use x509_cert::name::Name;

use super::Refusal;

const SERIAL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.5");
const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.97");

/// Whom a certificate names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The person.
    pub document: Document,
    /// Whether the certificate says that they represent an organisation. They sign in as themselves all the same.
    pub represents: bool,
}

impl Subject {
    /// Reads a subject.
    ///
    /// # Errors
    /// The [`Refusal`] says why it names nobody who could be registered here.
    pub fn read(name: &Name) -> Result<Self, Refusal> {
        let represents = !values(name, ORGANISATION).is_empty();
        let numbers = values(name, SERIAL_NUMBER);
        let number = match numbers.as_slice() {
            [] if represents => return Err(Refusal::Organisation),
            [] => return Err(Refusal::Nameless),
            [number] => text(number).ok_or(Refusal::NumberShape)?,
            _ => return Err(Refusal::Ambiguous),
        };
        let document = match Scheme::of(number) {
            Scheme::Card { country: "ES", number } => document(number)?,
            Scheme::Card { .. } => return Err(Refusal::Country),
            Scheme::Passport => return Err(Refusal::Passport),
            Scheme::Organisation => return Err(Refusal::Organisation),
            Scheme::Other => return Err(Refusal::OtherNumber),
            Scheme::Bare if is_company(number) => return Err(Refusal::Organisation),
            Scheme::Bare => {
                let found = document(number)?;
                // Without the prefix only the country says whose number it is.
                if !values(name, COUNTRY).iter().any(|value| text(value) == Some("ES")) {
                    return Err(Refusal::Country);
                }
                found
            }
        };
        Ok(Self { document, represents })
    }
}

/// What kind of number it is, by the semantics identifiers of ETSI EN 319 412-1 section 5.1.
#[derive(Debug, PartialEq, Eq)]
enum Scheme<'a> {
    /// A national identity card.
    Card { country: &'a str, number: &'a str },
    /// A passport.
    Passport,
    /// An organisation's tax or trade register number.
    Organisation,
    /// Another number.
    Other,
    /// No identifier: the number itself.
    Bare,
}

impl<'a> Scheme<'a> {
    fn of(text: &'a str) -> Self {
        let Some((prefix, number)) = text.split_once('-') else {
            return Self::Bare;
        };
        let (Some(kind), Some(country)) = (prefix.get(..3), prefix.get(3..)) else {
            return Self::Other;
        };
        let is_identifier = country.len() == 2 && prefix.bytes().all(|byte| byte.is_ascii_uppercase());
        match kind {
            "IDC" if is_identifier => Self::Card { country, number },
            "PAS" if is_identifier => Self::Passport,
            "VAT" | "NTR" if is_identifier => Self::Organisation,
            _ => Self::Other,
        }
    }
}

/// A document in its one spelling. What people may type in many ways, an authority writes in one.
fn document(number: &str) -> Result<Document, Refusal> {
    match Document::parse(number) {
        Ok(document) if document.canonical() == number => Ok(document),
        Ok(_) | Err(DocumentError::Empty | DocumentError::Shape) => Err(Refusal::NumberShape),
        Err(DocumentError::Letter) => Err(Refusal::NumberLetter),
    }
}

/// Whether it has the shape of a CIF.
fn is_company(number: &str) -> bool {
    match number.as_bytes() {
        [kind, digits @ .., control] => {
            b"ABCDEFGHJNPQRSUVW".contains(kind)
                && digits.len() == 7
                && digits.iter().all(u8::is_ascii_digit)
                && control.is_ascii_alphanumeric()
        }
        _ => false,
    }
}

fn values(name: &Name, attribute: ObjectIdentifier) -> Vec<&Any> {
    name.iter()
        .filter(|found| found.oid == attribute)
        .map(|found| &found.value)
        .collect()
}

/// The text of an attribute. None: it is no text that a document number or a country could be written in.
fn text(value: &Any) -> Option<&str> {
    let is_text = matches!(
        value.tag(),
        Tag::PrintableString | Tag::Utf8String | Tag::Ia5String | Tag::TeletexString
    );
    let text = std::str::from_utf8(value.value()).ok()?;
    (is_text && text.is_ascii() && text.len() <= 64).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use der::asn1::{PrintableString, SetOfVec, Utf8StringRef};
    use der::{Decode, Encode};
    use proptest::prelude::*;
    use x509_cert::attr::AttributeTypeAndValue;

    fn attribute(oid: &str, value: Any) -> AttributeTypeAndValue {
        AttributeTypeAndValue {
            oid: ObjectIdentifier::new_unwrap(oid),
            value,
        }
    }

    fn utf8(text: &str) -> Any {
        Any::encode_from(&Utf8StringRef::new(text).unwrap()).unwrap()
    }

    /// A name of those attributes, each in a set of its own; through its bytes, as a certificate brings it.
    fn name(attributes: Vec<AttributeTypeAndValue>) -> Name {
        let sets: Vec<SetOfVec<AttributeTypeAndValue>> = attributes
            .into_iter()
            .map(|attribute| SetOfVec::try_from(vec![attribute]).unwrap())
            .collect();
        Name::from_der(&sets.to_der().unwrap()).unwrap()
    }

    fn read(pairs: &[(&str, &str)]) -> Result<(String, bool), Refusal> {
        let attributes = pairs.iter().map(|(oid, text)| attribute(oid, utf8(text))).collect();
        Subject::read(&name(attributes)).map(|subject| (subject.document.canonical().to_owned(), subject.represents))
    }

    // REQ-CERT-05
    #[test]
    fn people_are_found_by_oid() {
        let person = Ok(("12345678Z".to_owned(), false));
        assert_eq!(read(&[("2.5.4.5", "IDCES-12345678Z")]), person);
        assert_eq!(read(&[("2.5.4.6", "ES"), ("2.5.4.5", "12345678Z")]), person);
        assert_eq!(read(&[("2.5.4.5", "IDCES-X1234567L")]).unwrap().0, "X1234567L");
        assert_eq!(
            read(&[
                ("2.5.4.3", "serialNumber=IDCES-87654321X"),
                ("2.5.4.5", "IDCES-12345678Z")
            ]),
            person,
            "what the common name says is nobody's business"
        );
        let printable = Any::encode_from(&PrintableString::new("IDCES-12345678Z").unwrap()).unwrap();
        assert!(Subject::read(&name(vec![attribute("2.5.4.5", printable)])).is_ok());
        let set = SetOfVec::try_from(vec![
            attribute("2.5.4.3", utf8("ANA")),
            attribute("2.5.4.5", utf8("IDCES-12345678Z")),
        ])
        .unwrap();
        let together = Name::from_der(&vec![set].to_der().unwrap()).unwrap();
        assert!(Subject::read(&together).is_ok(), "attributes of one set");
    }

    // REQ-CERT-06
    #[test]
    fn a_representative_signs_in_as_themselves_and_a_company_never() {
        assert_eq!(
            read(&[("2.5.4.97", "VATES-B12345674"), ("2.5.4.5", "IDCES-12345678Z")]),
            Ok(("12345678Z".to_owned(), true))
        );
        for company in [
            &[("2.5.4.97", "VATES-B12345674")][..],
            &[("2.5.4.5", "VATES-B12345674")],
            &[("2.5.4.5", "NTRES-12345678Z")],
            &[("2.5.4.6", "ES"), ("2.5.4.5", "B12345674")],
        ] {
            assert_eq!(read(company), Err(Refusal::Organisation), "{company:?}");
        }
    }

    // REQ-CERT-05
    #[test]
    fn each_fault_has_its_own_refusal() {
        for (number, refusal) in [
            ("IDCFR-12345678Z", Refusal::Country),
            ("IDCPT-123456789", Refusal::Country),
            ("12345678Z", Refusal::Country),
            ("PASES-AAA123456", Refusal::Passport),
            ("PASFR-12AB34567", Refusal::Passport),
            ("PNOES-12345678Z", Refusal::OtherNumber),
            ("TINES-12345678Z", Refusal::OtherNumber),
            ("EI:SE-200007292386", Refusal::OtherNumber),
            ("idces-12345678Z", Refusal::OtherNumber),
            ("IDCES-12345678A", Refusal::NumberLetter),
            ("IDCES-1234567", Refusal::NumberShape),
            ("IDCES-", Refusal::NumberShape),
            ("IDCES-12.345.678-Z", Refusal::NumberShape),
            ("IDCES-12345678z", Refusal::NumberShape),
            ("IDCES-0T", Refusal::NumberShape),
            ("", Refusal::NumberShape),
        ] {
            assert_eq!(read(&[("2.5.4.5", number)]), Err(refusal), "{number}");
        }
        assert_eq!(read(&[("2.5.4.3", "ANA")]), Err(Refusal::Nameless));
        assert_eq!(read(&[]), Err(Refusal::Nameless));
        let two = [("2.5.4.5", "IDCES-12345678Z"), ("2.5.4.5", "IDCES-87654321X")];
        assert_eq!(read(&two), Err(Refusal::Ambiguous));
        let number = attribute("2.5.4.5", Any::encode_from(&12_345_678_u32).unwrap());
        assert_eq!(Subject::read(&name(vec![number])), Err(Refusal::NumberShape), "no text");
    }

    proptest! {
        // REQ-CERT-11
        #[test]
        fn any_number_is_judged(number in "\\PC{0,80}", country in "[A-Z]{0,3}") {
            if let Ok((document, _)) = read(&[("2.5.4.6", country.as_str()), ("2.5.4.5", number.as_str())]) {
                prop_assert!(number.ends_with(&document));
            }
        }
    }
}
