//! The server killed with -9, again and again, under load and at random moments: nothing that it acknowledged is lost, and
//! nothing is spent twice (REQ-STO-05).

mod ledger;
mod load;

use std::sync::Arc;
use std::time::Duration;

use aldaba_core::random::{Random, SeededRandom, below, bytes};
use aldaba_tests::operator;
use aldaba_tests::process::free_port;
use aldaba_tests::server::DemoServer;
use anyhow::{Context, Result, ensure};

use crate::load::{Person, Round};

/// The server is killed after one to three attempts have come to their end and so long more, at most: a random moment of the
/// attempts that follow, on a fast machine as on a slow one.
const LONGEST: Duration = Duration::from_millis(80);
const ATTEMPTS: u32 = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_loses_nothing_and_spends_nothing_twice_in_200_crashes() {
    crash(200, None, 0xA1DABA).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_loses_nothing_and_spends_nothing_twice_in_30_crashes() {
    let database = aldaba_tests::postgres::Database::create().await.unwrap();
    crash(30, Some(database.url()), 0xB0B).await.unwrap();
    database.remove().await.unwrap();
}

async fn crash(rounds: u32, database: Option<&str>, seed: u64) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("aldaba-").tempdir()?;
    let random = SeededRandom::new(seed);
    let settings: Vec<(&str, &str)> = database
        .map(|url| ("ALDABA_DATABASE", url))
        .into_iter()
        .chain([("ALDABA_LOG", "warn")])
        .collect();
    let port = free_port()?;
    let start = async || DemoServer::start_with(&folder.path().join("server"), port, &settings).await;
    let mut server = start().await?;

    let mut people = Vec::new();
    for citizen in server
        .citizens()
        .await?
        .into_iter()
        .filter(|citizen| citizen.phone.is_some())
        .take(4)
    {
        let person = Person::activate(
            &server,
            citizen,
            &folder.path().join(format!("device-{}", people.len())),
        )
        .await?;
        // Acknowledged a moment ago, and already the machine is gone.
        server.crash();
        server = start().await?;
        person
            .device
            .requests()
            .await
            .context("a confirmed activation was lost")?;
        people.push(person);
    }

    let (mut acknowledged, mut in_flight) = (0, 0);
    for round in 0..rounds {
        let moment = LONGEST.mul_f64(fraction(&random));
        let scene = Arc::new(Round::default());
        let load: Vec<_> = people
            .iter()
            .map(|person| tokio::spawn(person.clone().work(bytes::<8>(&random), scene.clone())))
            .collect();
        scene.wait_for(1 + below(ATTEMPTS, &random)).await?;
        tokio::time::sleep(moment).await;
        server.crash();
        scene.finish();
        // Devices whose call was not answered keep saying it, so some of these ends are reached on the new server.
        server = start()
            .await
            .with_context(|| format!("round {round}: the server does not start after a crash"))?;
        let mut entries = Vec::new();
        for worker in load {
            entries.extend(worker.await?.with_context(|| format!("round {round}, seed {seed}"))?);
        }
        for entry in entries {
            if entry.is_acknowledged() {
                acknowledged += 1
            } else {
                in_flight += 1
            }
            entry
                .check()
                .await
                .with_context(|| format!("round {round}, seed {seed}"))?;
        }
    }
    server.terminate()?;
    operator::verify_audit(&server, database).context("the audit chain")?;
    eprintln!("{rounds} crashes: {acknowledged} acknowledged steps found again, {in_flight} cut short");
    // A load that never gets anything done proves nothing.
    ensure!(
        acknowledged > rounds,
        "only {acknowledged} steps were acknowledged in {rounds} rounds"
    );
    Ok(())
}

/// Between 0 and 1.
fn fraction(random: &dyn Random) -> f64 {
    f64::from(u32::from_be_bytes(bytes::<4>(random))) / f64::from(u32::MAX)
}
