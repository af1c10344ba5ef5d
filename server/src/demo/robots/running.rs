//! A test citizen at work: it watches its device's stream and answers what comes.

use std::time::Duration;

use aldaba_core::ids::RequestId;
use aldaba_core::request::RequestState;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::wire::DeviceRequest;
use futures::StreamExt;
use tokio::sync::mpsc;

use super::device::Device;
use super::{Answered, Behaviour, Did, Order, Robot};
use crate::app::App;

/// Between two tries to open the stream.
const WAIT: Duration = Duration::from_secs(1);

/// Runs until the server stops.
pub(super) async fn run(app: App, mut device: Device, robot: &'static Robot, mut orders: mpsc::Receiver<Order>) {
    let stopping = app.stopping().clone();
    let work = async {
        loop {
            if let Err(error) = watch(&app, &mut device, robot, &mut orders).await {
                tracing::warn!(citizen = robot.person.name, error = %format!("{error:#}"), "a test citizen's stream ended");
            }
            tokio::time::sleep(WAIT).await;
        }
    };
    tokio::select! {
        () = stopping.cancelled() => {}
        () = work => {}
    }
}

async fn watch(
    app: &App,
    device: &mut Device,
    robot: &'static Robot,
    orders: &mut mpsc::Receiver<Order>,
) -> anyhow::Result<()> {
    let mut stream = device.events().await?;
    loop {
        // Whatever the stream says, heartbeats included, means: look at the list.
        for request in device.requests().await? {
            // What began with a QR waits for whoever typed its code to say the phrase.
            if request.state != RequestState::Pending || request.choices.is_some() {
                continue;
            }
            if let Err(code) = answer(app, device, robot, &request, "").await {
                tracing::info!(citizen = robot.person.name, %code, "a test citizen could not answer a request");
            }
        }
        tokio::select! {
            told = stream.next() => match told {
                Some(told) => drop(told?),
                None => return Ok(()),
            },
            Some(order) = orders.recv() => {
                let found = device.lookup(&order.code).await;
                let answered = match found {
                    Ok(request) => answer(app, device, robot, &request, &order.phrase).await,
                    Err(code) => Err(code),
                };
                // Who asked may have gone away meanwhile.
                let _ = order.reply.send(answered);
            }
        }
    }
}

/// Does with a request what this one always does, once.
async fn answer(
    app: &App,
    device: &mut Device,
    robot: &Robot,
    request: &DeviceRequest,
    phrase: &str,
) -> Result<Answered, ErrorCode> {
    let id: RequestId = request.id.parse().map_err(|_| ErrorCode::Internal)?;
    if let Some(earlier) = app.robots().answer_to(robot, &id) {
        return Ok(earlier);
    }
    let choices = request.choices.as_deref().filter(|_| !phrase.is_empty());
    let (did, pin) = match robot.behaviour {
        Behaviour::Approves if choices.is_some() => {
            device.approve(&id, phrase).await?;
            (Did::Approved, None)
        }
        Behaviour::Mistypes if choices.is_some() => {
            let other = choices.and_then(|choices| choices.iter().find(|choice| *choice != phrase));
            match device.approve(&id, other.map_or("", String::as_str)).await {
                Ok(()) => (Did::Approved, None),
                Err(ErrorCode::PhraseWrong) => (Did::Rejected, None),
                Err(code) => return Err(code),
            }
        }
        Behaviour::Approves | Behaviour::Mistypes => {
            let pin = device.reveal(&id).await?;
            (Did::Revealed, Some(robot.as_typed(pin)))
        }
        Behaviour::Rejects => {
            device.reject(&id).await?;
            (Did::Rejected, None)
        }
        Behaviour::Silent => (Did::Ignored, None),
    };
    let answered = Answered {
        id,
        site: request.relying_party.id.clone(),
        procedure: request.procedure.clone(),
        phrase: request.phrase.clone(),
        did,
        pin,
    };
    app.robots().remember(robot, answered.clone());
    Ok(answered)
}
