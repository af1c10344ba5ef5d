//! ID tokens, from the server's own function, called in this process: what they cost on one core.

use std::collections::BTreeSet;
use std::sync::Arc;

use aldaba_core::ids::{AuthorizationId, PersonId};
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::oidc::{Bearer, Claim, Prompt, Request};
use aldaba_core::random::{OsRandom, bytes};
use aldaba_core::time::{Clock as _, SystemClock};
use aldaba_protocol::b64;
use aldaba_server::App;
use aldaba_server::app::Parts;
use aldaba_server::config::Config;
use aldaba_server::oidc::{id_token, keys};
use aldaba_store::authorizations::{Authorization, Grant};
use anyhow::Result;

use crate::fixture::{Ground, REDIRECT_URI, SITE};
use crate::floor;
use crate::plan::Plan;
use crate::process::cpu_seconds;
use crate::stats::{Runs, Table};

/// Tokens made in one run.
const TOKENS: u32 = 4000;

/// ID tokens a second on one core, beside bare signatures.
pub async fn signing(plan: &Plan, table: &mut Table) -> Result<()> {
    let ground = Ground::lay(None).await?;
    let app = App::new(Parts {
        config: Config::load(&ground.config)?,
        store: ground.store().await?,
        keys: Arc::clone(&ground.keys),
        clock: Arc::new(SystemClock),
        random: Arc::new(OsRandom),
        places: None,
        certificates: None,
    });
    keys::look_after(&app).await?;
    let (authorization, grant) = answered();
    let (mut rate, mut floor, mut fastest) = (Runs::default(), Runs::default(), Runs::default());
    let mut ratio = Runs::default();
    for _ in 0..plan.runs {
        let bare = 1.0 / floor::signature()?;
        fastest.push(1.0 / floor::aws_lc_signature()?);
        let before = cpu_seconds(std::process::id())?;
        for _ in 0..TOKENS {
            let token = Bearer::generate(&OsRandom);
            let made = id_token::make(&app, &authorization, &grant, &token, Vec::new(), app.now()).await?;
            std::hint::black_box(made);
        }
        let made = f64::from(TOKENS) / (cpu_seconds(std::process::id())? - before);
        rate.push(made);
        floor.push(bare);
        ratio.push(made / bare);
    }
    app.store().close().await?;
    table.row(
        "ID tokens a second on one core",
        rate.show(1.0, 0),
        format!(
            "{} bare ES256 signatures; with aws-lc {}",
            floor.show(1.0, 0),
            fastest.show(1.0, 0)
        ),
        format!("{} ×", ratio.show(1.0, 2)),
        "≥ 0.8 ×",
    );
    Ok(())
}

/// A sign-in with everything that most of them have.
fn answered() -> (Authorization, Grant) {
    let now = SystemClock.now();
    let claims = BTreeSet::from([Claim::GivenName, Claim::FamilyName, Claim::Document]);
    let grant = Grant {
        person: PersonId::generate(&OsRandom),
        session: bytes(&OsRandom),
        device: None,
        subject: b64::encode(&bytes::<32>(&OsRandom)),
        sid: b64::encode(&bytes::<32>(&OsRandom)),
        claims: claims.clone(),
        level: Level::Substantial,
        method: Method::Incoming,
        second_step: None,
        auth_time: now,
    };
    let request = Request {
        redirect_uri: REDIRECT_URI.to_owned(),
        state: None,
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        challenge: String::new(),
        procedure: None,
        level: Level::Low,
        wished: None,
        acr: Vec::new(),
        methods: Vec::new(),
        prompt: Prompt::default(),
        max_age: None,
        subject: None,
        id_token: BTreeSet::new(),
        userinfo: claims,
        scope: "openid profile document".to_owned(),
        language: None,
    };
    let authorization = Authorization {
        id: AuthorizationId::generate(&OsRandom),
        client_id: SITE.to_owned(),
        request,
        opened_at: now,
        session_before: None,
        expires_at: now,
        grant: Some(grant.clone()),
    };
    (authorization, grant)
}
