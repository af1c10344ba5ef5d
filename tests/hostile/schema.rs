//! The interface as `/openapi.json` describes it, tried by schemathesis: what fits the description and what does not.

use std::process::Command;

use aldaba_tests::programs::repository;
use aldaba_tests::server::DemoServer;
use serde_json::Value;

use crate::number;

/// What is checked: every check of schemathesis (no 5xx; statuses, headers, types and bodies of answers as described; what does
/// not fit is refused; what needs a signature is refused without one) but this one. That a DNI's letter belongs to its number, or
/// that a key lies on the curve, no JSON schema says.
const BEYOND_A_SCHEMA: &str = "positive_data_acceptance";

// REQ-RAW-03
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_interface_is_as_it_is_described() {
    let examples = number("ALDABA_SCHEMA_EXAMPLES", 60);
    let seed = number("ALDABA_HOSTILE_SEED", 20_261_125);
    println!("{examples} examples an operation, of seed {seed}");
    let folder = tempfile::tempdir().unwrap();
    // All come from one address, whose limits would hide what comes after them.
    let unlimited = [
        ("ALDABA_LIMITS__STARTS_PER_MINUTE", "0"),
        ("ALDABA_LIMITS__CALLS_PER_MINUTE", "0"),
    ];
    let port = aldaba_tests::process::free_port().unwrap();
    let server = DemoServer::start_with(&folder.path().join("server"), port, &unlimited)
        .await
        .unwrap();
    let report = folder.path().join("report.json");
    let mut run = Command::new(repository().join("tests/hostile/schemathesis/.venv/bin/schemathesis"));
    run.current_dir(folder.path())
        .arg("run")
        .arg(format!("{}/openapi.json", server.url()))
        .args([
            "--phases",
            "coverage,fuzzing",
            "--checks",
            "all",
            "--exclude-checks",
            BEYOND_A_SCHEMA,
        ])
        .args(["--max-examples", &examples.to_string(), "--seed", &seed.to_string()])
        .args([
            "--workers",
            "1",
            "--generation-database",
            "none",
            "--request-timeout",
            "20",
        ])
        .args(["--suppress-health-check", "all", "--no-color", "--report-json-path"])
        .arg(&report);
    let output = tokio::task::spawn_blocking(move || run.output()).await.unwrap();
    let output = output.expect("schemathesis; `cargo xtask setup` installs it");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{told}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let report: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    let count = |pointer: &str| report.pointer(pointer).and_then(Value::as_u64).unwrap();
    let (operations, cases) = (count("/operations/tested"), count("/test_cases/generated"));
    println!("{cases} cases of {operations} operations");
    assert_eq!(operations, count("/operations/total"));
    // Those without parameters have few cases; the others make up for them.
    assert!(cases >= examples * operations / 2, "{cases} cases");
    assert!(!server.log().contains("panicked"), "a panic is in the log");
    server.citizen().await.unwrap();
}
