//! What the parameters `claims` (OpenID Connect Core section 5.5) and `id_token_hint` say. Members that are not known are
//! left out of account, as the standard has it.

use aldaba_core::oidc::{AcrAsked, Asked, Claim, Parameters};
use aldaba_store::StoreError;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{keys, paths};
use crate::app::App;

/// What an earlier ID token of ours says.
#[derive(Deserialize)]
pub(super) struct Hint {
    pub iss: String,
    pub aud: String,
    pub sub: String,
    pub sid: String,
}

/// Reads an ID token of ours that was meant for that client, or for whichever one. However old: only as long as its key is published.
///
/// # Errors
/// The database.
pub(super) async fn hint(app: &App, token: &str, client: Option<&str>) -> Result<Option<Hint>, StoreError> {
    let hint: Option<Hint> = keys::verify(app, "JWT", token).await?;
    Ok(hint.filter(|hint| hint.iss == paths::issuer(app) && client.is_none_or(|client| client == hint.aud)))
}

/// What the request asks for. The inner error is for the client's developers.
///
/// # Errors
/// The database.
pub(super) async fn read(
    app: &App,
    client: &str,
    parameters: &Parameters,
) -> Result<Result<Asked, &'static str>, StoreError> {
    let mut asked = match parameters.get("claims").map(claims) {
        None => Asked::default(),
        Some(Ok(asked)) => asked,
        Some(Err(why)) => return Ok(Err(why)),
    };
    if let Some(token) = parameters.get("id_token_hint") {
        match hint(app, token, Some(client)).await? {
            Some(hint) if asked.subject.as_ref().is_none_or(|subject| *subject == hint.sub) => {
                asked.subject = Some(hint.sub);
            }
            Some(_) => return Ok(Err("id_token_hint and claims name different people")),
            None => return Ok(Err("id_token_hint is no ID token for this client")),
        }
    }
    Ok(Ok(asked))
}

/// What the parameter `claims` asks for.
pub(crate) fn claims(text: &str) -> Result<Asked, &'static str> {
    let Ok(Value::Object(all)) = serde_json::from_str(text) else {
        return Err("claims must be a JSON object");
    };
    let mut asked = Asked::default();
    for (place, is_id_token) in [("id_token", true), ("userinfo", false)] {
        let members = match all.get(place) {
            None | Some(Value::Null) => continue,
            Some(Value::Object(members)) => members,
            Some(_) => return Err("claims.id_token and claims.userinfo must be objects"),
        };
        let into = if is_id_token {
            &mut asked.id_token
        } else {
            &mut asked.userinfo
        };
        for (name, how) in members {
            let how = match how {
                Value::Null => &Map::new(),
                Value::Object(how) => how,
                _ => return Err("each claim is null or an object"),
            };
            match name.as_str() {
                "name" => into.extend([Claim::GivenName, Claim::FamilyName]),
                "acr" if is_id_token => asked.acr = Some(acr(how)?),
                "sub" => {
                    if let Some(subject) = how.get("value") {
                        asked.subject = Some(text_of(subject)?);
                    }
                }
                other => into.extend(other.parse::<Claim>().ok()),
            }
        }
    }
    Ok(asked)
}

fn acr(how: &Map<String, Value>) -> Result<AcrAsked, &'static str> {
    let essential = match how.get("essential") {
        None => false,
        Some(Value::Bool(essential)) => *essential,
        Some(_) => return Err("essential is true or false"),
    };
    let values = match (how.get("value"), how.get("values")) {
        (None, None) => Vec::new(),
        (Some(value), None) => vec![text_of(value)?],
        (None, Some(Value::Array(values))) => values.iter().map(text_of).collect::<Result<_, _>>()?,
        _ => return Err("acr has either value or a list of values"),
    };
    Ok(AcrAsked { essential, values })
}

fn text_of(value: &Value) -> Result<String, &'static str> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or("a value of a claim must be a text")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    // REQ-OIDC-19, REQ-OIDC-22
    #[test]
    fn claims_are_read_and_what_is_unknown_is_left_out() {
        let text = r#"{"userinfo":{"given_name":{"essential":true},"email":null,"document":null},
            "id_token":{"name":null,"auth_time":{"essential":true},"sub":{"value":"abc"},
            "acr":{"essential":true,"values":["http://eidas.europa.eu/LoA/high"]}},"other":1}"#;
        let asked = claims(text).unwrap();
        assert_eq!(asked.userinfo, BTreeSet::from([Claim::GivenName, Claim::Document]));
        assert_eq!(asked.id_token, BTreeSet::from([Claim::GivenName, Claim::FamilyName]));
        assert_eq!(asked.subject.as_deref(), Some("abc"));
        let acr = asked.acr.unwrap();
        assert_eq!((acr.essential, acr.values.len()), (true, 1));
        assert_eq!(claims("{}"), Ok(Asked::default()));
        for wrong in [
            "",
            "[]",
            "{",
            r#"{"userinfo":[]}"#,
            r#"{"userinfo":{"name":1}}"#,
            r#"{"id_token":{"acr":{"values":"x"}}}"#,
            r#"{"id_token":{"acr":{"essential":"yes"}}}"#,
            r#"{"id_token":{"sub":{"value":7}}}"#,
        ] {
            assert!(claims(wrong).is_err(), "{wrong}");
        }
    }
}
