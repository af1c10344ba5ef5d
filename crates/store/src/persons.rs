//! Citizens: found by the index of their document, everything that names them sealed.

use std::fmt;

use aldaba_core::contrast::Contrast;
use aldaba_core::document::Document;
use aldaba_core::ids::PersonId;
use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::phone::Phone;
use aldaba_core::time::Timestamp;
use sea_orm::Value;
use subtle::ConstantTimeEq;

use crate::error::StoreError;
use crate::keys::ServerKeys;
use crate::seal::{self, Place};
use crate::transaction::{Row, Transaction, bind};

const TABLE: &str = "persons";

/// A citizen to be written.
#[derive(Clone)]
pub struct NewPerson {
    /// A fresh id.
    pub id: PersonId,
    /// Sealed; indexed by HMAC.
    pub document: Document,
    /// Kept only as HMAC.
    pub contrast: Contrast,
    /// Name and surnames, as they are shown after signing in. Sealed.
    pub name: String,
    /// The given name alone, where it is known apart. Sealed.
    pub given_name: Option<String>,
    /// The surnames alone, where they are known apart. Sealed.
    pub family_name: Option<String>,
    /// Where SMS go. Sealed.
    pub phone: Option<Phone>,
    /// What their registration proved.
    pub level: Level,
    /// Language of their messages.
    pub language: Language,
    /// When they were registered.
    pub created_at: Timestamp,
}

/// A name in its two parts, as far as they are known apart.
#[derive(Clone, PartialEq, Eq)]
pub struct Names {
    /// The given name.
    pub given: Option<String>,
    /// The surnames.
    pub family: Option<String>,
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Names(…)")
    }
}

/// A citizen as stored.
#[derive(Clone)]
pub struct Person {
    /// Random; says nothing about the document.
    pub id: PersonId,
    /// Canonical.
    pub document: Document,
    /// Name and surnames.
    pub name: String,
    /// Where SMS go.
    pub phone: Option<Phone>,
    /// What their registration proved.
    pub level: Level,
    /// Language of their messages.
    pub language: Language,
    /// Until then, requests started by typing the document are quiet.
    pub muted_until: Option<Timestamp>,
    /// When they were registered.
    pub created_at: Timestamp,
    /// The methods that they want to see first, in their order.
    pub methods_order: Vec<Method>,
    /// The methods that they switched off for themselves.
    pub methods_off: Vec<Method>,
    contrast_mac: [u8; 32],
}

impl fmt::Debug for NewPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPerson")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("id", &self.id)
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}

impl Person {
    /// Whether this is the contrast datum that was registered. In constant time.
    pub fn contrast_matches(&self, keys: &ServerKeys, contrast: &Contrast) -> bool {
        self.contrast_mac.ct_eq(&contrast_mac(keys, &self.id, contrast)).into()
    }

    /// Whether they let anybody sign in as them by that method. The incoming PIN cannot be switched off: nobody can abuse it, and
    /// it is the way back to the rest.
    pub fn uses(&self, method: Method) -> bool {
        method == Method::Incoming || !self.methods_off.contains(&method)
    }

    /// Whether requests started by typing the document are muted.
    pub fn is_muted(&self, now: Timestamp) -> bool {
        self.muted_until.is_some_and(|until| now < until)
    }
}

/// The work of reading a person and of [`Person::contrast_matches`] for an unknown one, so that both answers take the same
/// time. Always false.
pub fn contrast_matches_nobody(keys: &ServerKeys, contrast: &Contrast) -> bool {
    let read = u8::from(read_nobody(keys));
    let nobody = contrast_mac(keys, &PersonId::from_bytes([0; 16]), contrast);
    // The other half comes from another label, so that no datum can ever match.
    let other = keys.mac("aldaba/contrast/nobody/v1", &[&nobody, &[read]]);
    nobody.ct_eq(&other).into()
}

/// The work of opening the three sealed columns of a person, for one who does not exist: sealing costs what opening costs. True.
fn read_nobody(keys: &ServerKeys) -> bool {
    let id = PersonId::from_bytes([0; 16]);
    let columns = ["document", "name", "phone"];
    columns.map(|column| seal::seal(keys, place(&id, column), NOBODY.as_bytes()).is_ok()) == [true; 3]
}

/// About as long as a name.
const NOBODY: &str = "Nadie Nadie Nadie";

/// Bound to the person: the same date of two people gives two values.
fn contrast_mac(keys: &ServerKeys, person: &PersonId, contrast: &Contrast) -> [u8; 32] {
    keys.mac(
        "aldaba/contrast/v1",
        &[person.as_bytes(), contrast.canonical().as_bytes()],
    )
}

fn place<'a>(row: &'a PersonId, column: &'a str) -> Place<'a> {
    Place {
        table: TABLE,
        row: row.as_bytes(),
        column,
    }
}

macro_rules! columns {
    () => {
        "id, document, contrast_mac, name, phone, level, language, muted_until, created_at, methods_order, methods_off"
    };
}

fn read(tx: &Transaction, row: &Row) -> Result<Person, StoreError> {
    let id: PersonId = row.id(0)?;
    let keys = tx.keys();
    let document = seal::open_text(keys, place(&id, "document"), &row.blob(1)?)?;
    let phone = match row.optional_blob(4)? {
        Some(sealed) => {
            let phone = seal::open_text(keys, place(&id, "phone"), &sealed)?;
            Some(Phone::parse(&phone).map_err(|_| StoreError::Corrupt("a stored phone"))?)
        }
        None => None,
    };
    Ok(Person {
        document: Document::parse(&document).map_err(|_| StoreError::Corrupt("a stored document"))?,
        contrast_mac: row.array(2)?,
        name: seal::open_text(keys, place(&id, "name"), &row.blob(3)?)?,
        phone,
        level: row.word(5)?,
        language: row.word(6)?,
        muted_until: row.optional_time(7)?,
        created_at: row.time(8)?,
        methods_order: methods(&row.text(9)?)?,
        methods_off: methods(&row.text(10)?)?,
        id,
    })
}

/// Methods as they are stored: their words, with a space between.
fn methods(words: &str) -> Result<Vec<Method>, StoreError> {
    words
        .split_whitespace()
        .map(|word| {
            word.parse()
                .map_err(|_| StoreError::Corrupt("a stored word is unknown"))
        })
        .collect()
}

fn words(methods: &[Method]) -> String {
    let words: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
    words.join(" ")
}

macro_rules! insert {
    () => {
        "INSERT INTO persons (id, document_index, document, contrast_mac, name, phone, level, language, created_at, given_name, \
         family_name)"
    };
}

/// Registers a citizen. `false`: their document is registered already, and nothing was changed.
pub async fn insert(tx: &Transaction, person: &NewPerson) -> Result<bool, StoreError> {
    const SQL: &str = concat!(
        insert!(),
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (document_index) DO NOTHING"
    );
    tx.wins(SQL, values(tx.keys(), person)?).await
}

/// Registers citizens of whom none is registered, many at once. Where one is, that is an error.
pub async fn insert_all(tx: &Transaction, persons: &[NewPerson]) -> Result<(), StoreError> {
    let rows = persons.iter().map(|person| values(tx.keys(), person));
    tx.insert_all(insert!(), rows.collect::<Result<_, _>>()?).await
}

fn values(keys: &ServerKeys, person: &NewPerson) -> Result<Vec<Value>, StoreError> {
    let id = &person.id;
    let phone = match &person.phone {
        Some(phone) => Some(seal::seal(keys, place(id, "phone"), phone.e164().as_bytes())?),
        None => None,
    };
    let [given_name, family_name] = sealed_names(keys, id, person)?;
    Ok(vec![
        bind::id(id),
        bind::blob(keys.document_index(&person.document)),
        bind::blob(seal::seal(
            keys,
            place(id, "document"),
            person.document.canonical().as_bytes(),
        )?),
        bind::blob(contrast_mac(keys, id, &person.contrast)),
        bind::blob(seal::seal(keys, place(id, "name"), person.name.as_bytes())?),
        bind::optional_blob(phone),
        bind::text(person.level.as_str()),
        bind::text(person.language.tag()),
        bind::time(person.created_at),
        bind::optional_blob(given_name),
        bind::optional_blob(family_name),
    ])
}

/// Replaces what is known of a registered citizen: contrast datum, names, phone, level and language.
/// `false`: there is no such person.
pub async fn update(tx: &Transaction, id: &PersonId, person: &NewPerson) -> Result<bool, StoreError> {
    let keys = tx.keys();
    let phone = match &person.phone {
        Some(phone) => Some(seal::seal(keys, place(id, "phone"), phone.e164().as_bytes())?),
        None => None,
    };
    let [given_name, family_name] = sealed_names(keys, id, person)?;
    tx.wins(
        "UPDATE persons SET contrast_mac = $2, name = $3, phone = $4, level = $5, language = $6, given_name = $7, \
         family_name = $8 WHERE id = $1",
        vec![
            bind::id(id),
            bind::blob(contrast_mac(keys, id, &person.contrast)),
            bind::blob(seal::seal(keys, place(id, "name"), person.name.as_bytes())?),
            bind::optional_blob(phone),
            bind::text(person.level.as_str()),
            bind::text(person.language.tag()),
            bind::optional_blob(given_name),
            bind::optional_blob(family_name),
        ],
    )
    .await
}

fn sealed_names(keys: &ServerKeys, id: &PersonId, person: &NewPerson) -> Result<[Option<Vec<u8>>; 2], StoreError> {
    let seal = |column, name: &Option<String>| match name {
        Some(name) => seal::seal(keys, place(id, column), name.as_bytes()).map(Some),
        None => Ok(None),
    };
    Ok([
        seal("given_name", &person.given_name)?,
        seal("family_name", &person.family_name)?,
    ])
}

/// The citizen of a document. Who renounced is nobody.
pub async fn find(tx: &Transaction, document: &Document) -> Result<Option<Person>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM persons WHERE document_index = $1 AND renounced_at IS NULL"
    );
    let index = bind::blob(tx.keys().document_index(document));
    tx.select_one(SQL, vec![index])
        .await?
        .map(|row| read(tx, &row))
        .transpose()
}

/// The citizen of a document, locked until the transaction ends: what is counted of theirs stays true meanwhile.
pub async fn find_locked(tx: &Transaction, document: &Document) -> Result<Option<Person>, StoreError> {
    const PLAIN: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM persons WHERE document_index = $1 AND renounced_at IS NULL"
    );
    const LOCKING: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM persons WHERE document_index = $1 AND renounced_at IS NULL FOR NO KEY UPDATE"
    );
    tx.open()?;
    let index = bind::blob(tx.keys().document_index(document));
    tx.select_one(tx.locking(PLAIN, LOCKING), vec![index])
        .await?
        .map(|row| read(tx, &row))
        .transpose()
}

/// Who has that document in the register, and whether they renounced.
pub async fn registered(tx: &Transaction, document: &Document) -> Result<Option<(PersonId, bool)>, StoreError> {
    let sql = "SELECT id, CAST(CASE WHEN renounced_at IS NULL THEN 0 ELSE 1 END AS BIGINT) FROM persons \
               WHERE document_index = $1";
    let index = bind::blob(tx.keys().document_index(document));
    match tx.select_one(sql, vec![index]).await? {
        Some(row) => Ok(Some((row.id(0)?, row.flag(1)?))),
        None => Ok(None),
    }
}

/// From now on nothing finds the person by their document, and none of their sessions is open. Their phone is forgotten.
/// `false`: there is no such person, or they had renounced.
pub async fn renounce(tx: &Transaction, id: &PersonId, now: Timestamp) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE persons SET renounced_at = $2, phone = NULL WHERE id = $1 AND renounced_at IS NULL",
        vec![bind::id(id), bind::time(now)],
    )
    .await
}

/// Takes a person who had renounced back, at their own wish. `false`: they had not.
pub async fn take_back(tx: &Transaction, id: &PersonId) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE persons SET renounced_at = NULL WHERE id = $1 AND renounced_at IS NOT NULL",
        vec![bind::id(id)],
    )
    .await
}

/// A citizen by id.
pub async fn get(tx: &Transaction, id: &PersonId) -> Result<Option<Person>, StoreError> {
    const SQL: &str = concat!("SELECT ", columns!(), " FROM persons WHERE id = $1");
    tx.select_one(SQL, vec![bind::id(id)])
        .await?
        .map(|row| read(tx, &row))
        .transpose()
}

/// A citizen by id, and the parts of their name: those few who tell a site of somebody want both.
pub async fn get_with_names(tx: &Transaction, id: &PersonId) -> Result<Option<(Person, Names)>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!(),
        ", given_name, family_name FROM persons WHERE id = $1"
    );
    let Some(row) = tx.select_one(SQL, vec![bind::id(id)]).await? else {
        return Ok(None);
    };
    let opened = |column: usize, name| {
        let sealed = row.optional_blob(column)?;
        sealed
            .map(|sealed| seal::open_text(tx.keys(), place(id, name), &sealed))
            .transpose()
    };
    let names = Names {
        given: opened(11, "given_name")?,
        family: opened(12, "family_name")?,
    };
    Ok(Some((read(tx, &row)?, names)))
}

/// What a citizen's registration proves; nothing is unsealed for it.
pub async fn level(tx: &Transaction, id: &PersonId) -> Result<Option<Level>, StoreError> {
    tx.select_one("SELECT level FROM persons WHERE id = $1", vec![bind::id(id)])
        .await?
        .map(|row| row.word(0))
        .transpose()
}

/// A citizen by id, locked until the transaction ends.
pub async fn lock(tx: &Transaction, id: &PersonId) -> Result<Option<Person>, StoreError> {
    const PLAIN: &str = concat!("SELECT ", columns!(), " FROM persons WHERE id = $1");
    const LOCKING: &str = concat!("SELECT ", columns!(), " FROM persons WHERE id = $1 FOR NO KEY UPDATE");
    tx.open()?;
    let row = tx.select_one(tx.locking(PLAIN, LOCKING), vec![bind::id(id)]).await?;
    match row {
        Some(row) => read(tx, &row).map(Some),
        None => {
            std::hint::black_box(read_nobody(tx.keys()));
            Ok(None)
        }
    }
}

/// Mutes requests started by typing the document. Never shortens a longer silence; `false` then.
pub async fn mute_until(tx: &Transaction, id: &PersonId, until: Timestamp) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE persons SET muted_until = $2 WHERE id = $1 AND (muted_until IS NULL OR muted_until < $2)",
        vec![bind::id(id), bind::time(until)],
    )
    .await
}

/// Replaces the methods that a person wants to see first and those that they switched off. `false`: there is no such person.
pub async fn choose_methods(
    tx: &Transaction,
    id: &PersonId,
    order: &[Method],
    off: &[Method],
) -> Result<bool, StoreError> {
    tx.wins(
        "UPDATE persons SET methods_order = $2, methods_off = $3 WHERE id = $1",
        vec![bind::id(id), bind::text(words(order)), bind::text(words(off))],
    )
    .await
}

/// How many citizens are registered.
pub async fn count(tx: &Transaction) -> Result<u64, StoreError> {
    let row = tx
        .select_one("SELECT COUNT(*) FROM persons WHERE renounced_at IS NULL", vec![])
        .await?;
    row.ok_or(StoreError::Corrupt("a count"))?.count(0)
}
