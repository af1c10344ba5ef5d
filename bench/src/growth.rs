//! Whether a sign-in takes longer the more citizens there are.
//!
//! One server stands on a database of each size. Sign-ins go to them in turn, at a pace that leaves the machine half idle,
//! so that what slows the machine down slows every size alike. Each is of a citizen chosen at random, whose device and
//! browser come for the first time: what is looked up of them has not been looked up lately. Everybody agreed long ago to what
//! the site learns.

use std::collections::BTreeSet;
use std::time::Duration;

use aldaba_core::ids::{DeviceId, PersonId};
use aldaba_core::oidc::Claim;
use aldaba_core::random::{OsRandom, bytes};
use aldaba_core::time::{Clock as _, SystemClock};
use aldaba_protocol::keys::SigningKey;
use aldaba_store::{Store, consents};
use anyhow::{Context as _, Result};
use futures::future::try_join_all;
use futures::{StreamExt as _, TryStreamExt as _};
use reqwest::Client;
use sea_orm::ConnectionTrait as _;
use tokio::time::{Instant, sleep_until};

use crate::fixture::{Citizen, Fixture, Ground, Made, SITE, citizen, drop_database, write};
use crate::plan::Plan;
use crate::site::Site;
use crate::stats::{Runs, Table, percentile};
use crate::visit::{Visitor, client};

/// The smallest size; each other is ten times the one before.
const SMALLEST: usize = 1000;
/// Sign-ins a second, of all sizes together.
const A_SECOND: u32 = 60;
/// Of each size, in one run.
const VISITS: usize = 400;
/// Of each size, before the first run.
const WARM_UP: usize = 100;
/// Citizens of a size that may be chosen.
const CHOICE: usize = 20_000;
/// Citizens written in one transaction.
const CHUNK: usize = 4000;

/// A server with so many citizens.
struct Town {
    url: String,
    citizens: usize,
    fixture: Fixture,
    site: Site,
    /// Sign-ins so far. Citizens come in a random order, again when all have been here: never the same one twice at once.
    visits: usize,
}

/// Half and tail of sign-ins at each size up to `most`.
pub async fn sign_ins(plan: &Plan, most: usize, table: &mut Table) -> Result<()> {
    for (name, postgres) in plan.backends() {
        let client = client()?;
        let mut towns = Vec::new();
        let mut folders = Vec::new();
        let sizes = std::iter::successors(Some(SMALLEST), |size| size.checked_mul(10));
        for citizens in sizes.take_while(|size| *size <= most.max(SMALLEST)) {
            let (url, folder) = plan.database(postgres).await?;
            folders.push(folder);
            let begun = Instant::now();
            let fixture = town(&url, citizens).await?;
            eprintln!("  {citizens} citizens on {name} after {:.0?}", begun.elapsed());
            let site = Site::new(&client, &fixture.server.url, &fixture.secret)?;
            towns.push(Town {
                url,
                citizens,
                fixture,
                site,
                visits: 0,
            });
        }
        visit(&client, &mut towns, WARM_UP).await?;
        let mut halves = vec![Runs::default(); towns.len()];
        let mut tails = halves.clone();
        let mut ratios = halves.clone();
        let mut together = vec![Vec::new(); towns.len()];
        for _ in 0..plan.runs {
            let mut smallest = None;
            let places = halves.iter_mut().zip(&mut tails).zip(&mut ratios).zip(&mut together);
            for (took, (((halves, tails), ratios), together)) in
                visit(&client, &mut towns, VISITS).await?.into_iter().zip(places)
            {
                let tail = percentile(&took, 0.99);
                halves.push(percentile(&took, 0.5));
                tails.push(tail);
                ratios.push(tail / *smallest.get_or_insert(tail));
                together.extend(took);
            }
        }
        rows(name, &towns, &halves, &tails, &ratios, together, table);
        for town in towns {
            town.fixture.server.stop().await?;
            drop_database(&town.url).await?;
        }
    }
    Ok(())
}

fn rows(
    name: &str,
    towns: &[Town],
    halves: &[Runs],
    tails: &[Runs],
    ratios: &[Runs],
    mut together: Vec<Vec<f64>>,
    table: &mut Table,
) {
    let mut least: Option<(String, f64)> = None;
    let places = towns.iter().zip(halves).zip(tails).zip(ratios).zip(&mut together);
    for ((((town, half), tail), ratio), all) in places {
        all.sort_by(f64::total_cmp);
        let overall = percentile(all, 0.99);
        let measured = format!("p50 {} ms, p99 {} ms", half.show(1e3, 1), tail.show(1e3, 1));
        let (floor, least_overall) = least.get_or_insert_with(|| (measured.clone(), overall));
        table.row(
            &format!("OIDC sign-in of a random one of {} citizens, {name}", town.citizens),
            measured,
            floor.clone(),
            format!(
                "p99 {} ×; of all runs together {:.2} ×",
                ratio.show(1.0, 2),
                overall / *least_overall
            ),
            "p99 ≤ 1.3 ×",
        );
    }
}

/// So many sign-ins in each town, in turn and evenly paced; the seconds of each, sorted, from the moment it was due.
async fn visit(client: &Client, towns: &mut [Town], each: usize) -> Result<Vec<Vec<f64>>> {
    let begun = Instant::now();
    let pause = Duration::from_secs(1) / A_SECOND;
    let mut due = (0u32..).map(|turn| begun + pause * turn);
    let mut all: Vec<Vec<_>> = towns.iter().map(|_| Vec::new()).collect();
    for _ in 0..each {
        for (town, visits) in towns.iter_mut().zip(&mut all) {
            let due = due.next().context("too many visits")?;
            let citizen = town.fixture.citizens.iter().cycle().nth(town.visits);
            let citizen = citizen.context("no citizen")?.clone();
            town.visits += 1;
            let (client, site, url) = (client.clone(), town.site.clone(), town.fixture.server.url.clone());
            visits.push(tokio::spawn(async move {
                sleep_until(due).await;
                let mut visitor = Visitor::arrive(&client, &url, &citizen).await?;
                site.sign_in(&mut visitor).await?;
                anyhow::Ok(due.elapsed().as_secs_f64())
            }));
        }
    }
    let mut seconds = Vec::new();
    for visits in all {
        let mut took = try_join_all(visits).await?.into_iter().collect::<Result<Vec<_>>>()?;
        took.sort_by(f64::total_cmp);
        seconds.push(took);
    }
    Ok(seconds)
}

/// A server on a new database with so many citizens. It knows some of them by their keys.
async fn town(url: &str, citizens: usize) -> Result<Fixture> {
    let ground = Ground::lay(Some(url)).await?;
    let store = ground.store().await?;
    // Whose key it is makes no difference to a database; making one for everybody would take longer than writing them.
    let key = SigningKey::generate(&OsRandom);
    let public = key.public();
    let step = (citizens / CHOICE).max(1);
    let chunks = (0..citizens).step_by(CHUNK).map(|first| {
        let (store, key) = (store.clone(), key.clone());
        async move {
            let made = (first..citizens.min(first + CHUNK))
                .map(|number| citizen(number, ids(number, citizens), key.clone(), public))
                .collect::<Result<Vec<Made>>>()?;
            let known = made.iter().zip(first..).filter(|(_, number)| number % step == 0);
            let known: Vec<Citizen> = known.map(|((citizen, ..), _)| citizen.clone()).collect();
            let people: Vec<PersonId> = made.iter().map(|(_, person, _)| person.id).collect();
            write(&store, made).await?;
            agree(&store, people).await?;
            anyhow::Ok(known)
        }
    });
    // SQLite writes one after the other anyway.
    let known: Vec<Vec<Citizen>> = futures::stream::iter(chunks).buffered(4).try_collect().await?;
    store.close().await?;
    settle(url).await?;
    let mut known: Vec<Citizen> = known.into_iter().flatten().collect();
    known.sort_by_cached_key(|_| bytes::<8>(&OsRandom));
    ground.serve(known).await
}

/// Random, but in ascending order, so that indexes are filled from one end to the other and not everywhere at once.
fn ids(number: usize, of: usize) -> (PersonId, DeviceId) {
    let ascending = || {
        let mut id = bytes::<16>(&OsRandom);
        let place = (number as u64) * (u64::MAX / of as u64);
        for (byte, high) in id.iter_mut().zip(place.to_be_bytes()) {
            *byte = high;
        }
        id
    };
    (PersonId::from_bytes(ascending()), DeviceId::from_bytes(ascending()))
}

async fn agree(store: &Store, people: Vec<PersonId>) -> Result<()> {
    let claims = BTreeSet::from([Claim::GivenName, Claim::FamilyName, Claim::Document]);
    let now = SystemClock.now();
    store
        .write(move |tx| Box::pin(async move { consents::give_all(tx, &people, SITE, &claims, now).await }))
        .await?;
    Ok(())
}

/// What a database puts off when many rows come at once is done before anything is measured.
async fn settle(url: &str) -> Result<()> {
    let connection = sea_orm::Database::connect(url).await?;
    let later = if url.starts_with("postgres") {
        ["VACUUM ANALYZE", "CHECKPOINT"].as_slice()
    } else {
        ["PRAGMA wal_checkpoint(TRUNCATE)"].as_slice()
    };
    for statement in later {
        connection.execute_unprepared(statement).await?;
    }
    connection.close().await?;
    Ok(())
}
