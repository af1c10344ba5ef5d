//! Clocks that are off.

use std::time::Duration;

use aldaba_core::time::Clock as _;
use aldaba_protocol::error::ErrorCode;
use aldaba_server::testing::ANA;

use crate::support::{Machine, Server, activate, begin};

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_far_off_is_told_by_how_much_and_costs_no_sms() {
    // REQ-SIG-06
    let server = Server::start().await;
    let year = Duration::from_secs(365 * 24 * 3600);
    for (clock, offset) in [
        (server.test.clock.now().plus(Duration::from_secs(120)), -120),
        (server.test.clock.now().minus(Duration::from_secs(120)), 120),
        (server.test.clock.now().plus(year), -365 * 24 * 3600),
        (server.test.clock.now().minus(year), 365 * 24 * 3600),
    ] {
        let machine = Machine::new(&server);
        machine.clock.set(clock);
        let error = begin(&machine.start(&server), &ANA).await.unwrap_err();
        assert_eq!((error.code, error.clock_offset), (ErrorCode::ClockSkew, Some(offset)));
    }
    assert!(server.test.messages().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn up_to_ninety_seconds_are_corrected() {
    // REQ-SIG-06
    let server = Server::start().await;
    for off in [-90, 90] {
        let machine = Machine::new(&server);
        let now = server.test.clock.now().as_millis();
        machine
            .clock
            .set(aldaba_core::time::Timestamp::from_millis(now + off * 1000));
        let device = machine.start(&server);
        activate(&server, &device, &ANA).await;
        assert!(device.requests().await.unwrap().is_empty());
        let generated = device.self_generated_pin().await.unwrap();
        let on_time = Machine {
            clock: server.test.clock.clone(),
            ..machine
        };
        assert_eq!(
            generated.pin.expose(),
            on_time.start(&server).self_generated_pin().await.unwrap().pin.expose(),
            "the PIN is that of the server's moment"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_wrong_and_right_again_needs_no_restart() {
    // REQ-SIG-06
    let server = Server::start().await;
    let machine = Machine::new(&server);
    let device = machine.start(&server);
    activate(&server, &device, &ANA).await;
    let right = machine.clock.now();
    machine.clock.set(right.plus(Duration::from_secs(3600)));
    let error = device.requests().await.unwrap_err();
    assert_eq!((error.code, error.clock_offset), (ErrorCode::ClockSkew, Some(-3600)));
    assert_eq!(
        device.self_generated_pin().await.unwrap_err().code,
        ErrorCode::ClockSkew
    );
    machine.clock.set(right);
    assert!(device.self_generated_pin().await.is_ok());
    assert!(device.requests().await.unwrap().is_empty());
}
