//! A responder that somebody else wrote: OpenSSL's reads our question, and we read its answer.

use std::process::Command;

use aldaba_core::time::{Clock, SystemClock};
use aldaba_server::certificates::{Certificates, Refusal};
use der::Encode;
use rcgen::date_time_ymd;

use super::pki::{Authority, Files, Issued, ask_at, judge_at};
use super::web::{Reply, Web};

fn openssl(files: &Files, question: &[u8], issued: &Issued, entry: &str) -> Vec<u8> {
    let path = |name: &str| files.path(name).display().to_string();
    files.write("question.der", question);
    files.write(
        "index.txt",
        format!("{entry}\t{}\tunknown\t/CN=x\n", hex::encode_upper(&issued.serial)).as_bytes(),
    );
    let output = Command::new("openssl")
        .args(["ocsp", "-index", &path("index.txt"), "-CA", &path("authorities.pem")])
        .args([
            "-rsigner",
            &path("authorities.pem"),
            "-rkey",
            &path("root.key"),
            "-ndays",
            "1",
        ])
        .args(["-reqin", &path("question.der"), "-respout", &path("answer.der")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(files.path("answer.der")).unwrap()
}

// REQ-CERT-04
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openssl_understands_us_and_we_understand_it() {
    for (entry, expected) in [
        ("V\t400101000000Z\t", Ok(())),
        ("R\t400101000000Z\t240101000000Z,keyCompromise", Err(Refusal::Revoked)),
        (
            "R\t400101000000Z\t240101000000Z,certificateHold",
            Err(Refusal::Suspended),
        ),
    ] {
        let root = Authority::root("AC");
        let web = Web::start().await;
        let url = web.url("/ocsp/openssl");
        let issued = root.person(|params| {
            // OpenSSL answers by the machine's clock, so that the certificate must be good by it.
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2040, 1, 1);
            ask_at(params, &url);
        });
        let files = Files::new(&[&root]);
        files.write("root.key", root.issuer.key().serialize_pem().as_bytes());
        let certificates = Certificates::open(&files.settings()).unwrap();
        let presented = issued.der.clone();
        web.answer("openssl", move |question| {
            Reply::Bytes(openssl(&files, &question.to_der().unwrap(), &issued, entry))
        });
        let found = judge_at(&certificates, &[&presented], SystemClock.now()).await;
        assert_eq!(found.map(|_| ()), expected, "{entry}");
    }
}
