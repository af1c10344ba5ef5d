//! OpenID Connect sign-ins, from authorize to userinfo.

use std::time::Duration;

use anyhow::{Context as _, Result};
use futures::future::try_join_all;

use crate::figures::visitors;
use crate::fixture::{Fixture, drop_database};
use crate::floor;
use crate::ladder::{Ladder, MOST, drive};
use crate::plan::{Commits, Plan, bare, exchanges};
use crate::site::Site;
use crate::stats::Table;
use crate::visit::{Visitor, client};

/// Durable commits of a sign-in: the site's request, then ask, reveal, verify, then the code, then its tokens.
const SIGN_IN_COMMITS: f64 = 6.0;
/// Of somebody who is signed in: the site's request with the code, then its tokens.
const SIGN_ON_COMMITS: f64 = 2.0;

/// Sign-ins and sign-ons a second at 1, 16 and 64 clients, and the CPU of one.
pub async fn sign_ins(plan: &Plan, table: &mut Table) -> Result<()> {
    for (name, postgres) in plan.backends() {
        let mut commits = Commits::open(plan, postgres).await?;
        let (url, _folder) = plan.database(postgres).await?;
        let fixture = Fixture::start(postgres.then_some(url.as_str()), 2 * MOST).await?;
        let client = client()?;
        let site = Site::new(&client, &fixture.server.url, &fixture.secret)?;
        let sign_in = async |visitor: &mut Visitor| site.sign_in(visitor).await;
        let sign_on = async |visitor: &mut Visitor| site.sign_on(visitor).await;
        // Not the same people twice: who has two streams hears everything twice.
        let (some, others) = fixture.citizens.split_at(MOST);
        let mut strangers = visitors(&client, &fixture.server.url, some).await?;
        // The first time everybody is asked whether the site may learn something.
        drive(&mut strangers, &sign_in, Duration::from_secs(1)).await?;
        drive(&mut strangers, &sign_in, Duration::from_secs(1)).await?;
        let mut known = visitors(&client, &fixture.server.url, others).await?;
        try_join_all(known.iter_mut().map(|visitor| site.stay(visitor))).await?;
        drive(&mut known, &sign_on, Duration::from_secs(1)).await?;
        let sizes = |all: &[Visitor]| all.first().map(|one| one.sizes().to_vec()).context("no visitor");
        let (in_sizes, on_sizes) = (sizes(&strangers)?, sizes(&known)?);

        let (bare_url, _bare_folder) = plan.database(false).await?;
        let bare = bare(&bare_url).await?;
        let (mut ins, mut ons) = (Ladder::default(), Ladder::default());
        for _ in 0..plan.runs {
            // Floors and figures alternate, so that a machine that slows down slows both.
            let commit = commits.take(plan.during).await?;
            let (verified, signed) = (floor::verification()?, floor::signature()?);
            let floor =
                exchanges(&client, &bare, &in_sizes, plan.during).await? + verified + signed + SIGN_IN_COMMITS * commit;
            ins.climb(&fixture.server, &mut strangers, sign_in, plan.during, floor)
                .await?;
            let floor = exchanges(&client, &bare, &on_sizes, plan.during).await? + signed + SIGN_ON_COMMITS * commit;
            ons.climb(&fixture.server, &mut known, sign_on, plan.during, floor)
                .await?;
        }
        ins.rows("OIDC sign-in", name, SIGN_IN_COMMITS, &commits, table);
        ons.rows("OIDC sign-on", name, SIGN_ON_COMMITS, &commits, table);
        bare.stop().await?;
        fixture.server.stop().await?;
        drop_database(&url).await?;
    }
    Ok(())
}
