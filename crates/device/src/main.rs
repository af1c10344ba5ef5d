//! The headless device: the app's use cases as a command line, for tests and as a reference for second
//! implementations. `--help` says what it does and what its exit codes mean.

mod arguments;
mod file_store;

use std::fs::File;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use aldaba_authenticator::marker::DataDir;
use aldaba_authenticator::picture;
use aldaba_authenticator::server_url::ServerUrl;
use aldaba_authenticator::user_verification::{Outcome, SettledUserVerification};
use aldaba_authenticator::{Authenticator, BroughtUp, Error, Parts, Result, Signal, StartRequest};
use aldaba_core::ids::RequestId;
use aldaba_core::random::OsRandom;
use aldaba_core::time::SystemClock;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::wire::RejectReason;
use clap::Parser as _;
use serde_json::json;
use tokio::sync::{Notify, mpsc};

use crate::arguments::{Arguments, Command, Reason};
use crate::file_store::FileStore;

const RELEASE_BUILD: u8 = 9;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Err(error) = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .try_init()
    {
        eprintln!("no log: {error}");
    }
    let Some(store) = FileStore::open(&arguments.home) else {
        eprintln!("aldaba-device keeps secrets in a plain file for tests; this release build refuses to do so");
        return ExitCode::from(RELEASE_BUILD);
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&Error::with_detail(ErrorCode::Internal, error.to_string())),
    };
    match runtime.block_on(run(arguments, store)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

async fn run(arguments: Arguments, store: FileStore) -> Result<()> {
    let folder = |error: std::io::Error| Error::with_detail(ErrorCode::Internal, format!("--home: {error}"));
    let data = DataDir::open(&arguments.home).map_err(folder)?;
    let alone = match arguments.command {
        // They only read: any number of them may run beside the one that writes.
        Command::Requests { .. } | Command::Watch | Command::Pin { .. } | Command::Device { .. } => None,
        _ => {
            let lock = File::create(arguments.home.join("lock")).map_err(folder)?;
            lock.lock().map_err(folder)?;
            Some(lock)
        }
    };
    let authenticator = Authenticator::new(Parts {
        store: Arc::new(store),
        store_deadline: Duration::from_secs(10),
        data,
        clock: Arc::new(SystemClock),
        random: Arc::new(OsRandom),
        verification: Arc::new(SettledUserVerification(if arguments.user_verified {
            Outcome::Verified
        } else {
            Outcome::Unavailable
        })),
        preset: arguments.server.as_deref().map(ServerUrl::parse).transpose()?,
        keep_activation: true,
    })?;
    let done = step(&authenticator, arguments.command).await;
    drop(alone);
    done
}

async fn step(device: &Authenticator, command: Command) -> Result<()> {
    match command {
        Command::Activate {
            document,
            contrast,
            name,
            language,
            json,
        } => {
            let started = device
                .start_activation(StartRequest {
                    document: &document,
                    contrast: &contrast,
                    device_name: &name,
                    platform: "headless",
                    language: &language,
                })
                .await?;
            if json {
                println!(
                    "{}",
                    json!({ "activation_id": started.id, "expires_in": started.expires_in })
                );
            } else {
                println!("{}", started.id);
            }
        }
        Command::Confirm { activation_id, code } => {
            device.resume_activation(&activation_id).await?;
            let summary = device.confirm_activation(&code).await?;
            println!("{}", json!({ "name": summary.name, "level": summary.level }));
        }
        Command::Resend => println!("{}", json!({ "expires_in": device.resend_code().await?.expires_in })),
        Command::Requests { json } => {
            let requests: Vec<_> = device.requests().await?.into_iter().map(|view| view.request).collect();
            if json {
                println!("{}", json!(requests));
            } else {
                for request in requests {
                    let site = &request.relying_party;
                    println!("{}  {}  {} ({})", request.id, request.phrase, site.name, site.domain);
                }
            }
        }
        Command::Reveal { id } => {
            if let Some(pin) = device.reveal(&request_id(&id)?).await?.pin {
                println!("{}", pin.expose());
            } else {
                return Err(Error::new(ErrorCode::RequestExpired));
            }
        }
        Command::Lookup { code } => println!("{}", json!(device.lookup(&code).await?.request)),
        Command::Reject { id, reason } => {
            let reason = match reason {
                Reason::NotMe => RejectReason::NotMe,
                Reason::ChangedMind => RejectReason::ChangedMind,
            };
            let muted_until = device.reject(&request_id(&id)?, reason).await?;
            println!("{}", json!({ "muted_until": muted_until }));
        }
        Command::Scan { text, picture } => {
            let text = if picture {
                let bytes = std::fs::read(&text).map_err(|_| Error::with_detail(ErrorCode::QrUnreadable, "file"))?;
                picture::read_file(&bytes)?
            } else {
                text
            };
            print_brought_up(device.scan(&text).await?);
        }
        Command::Open { link } => print_brought_up(device.open_link(&link).await?),
        Command::Approve { id, phrase } => {
            let request = device.approve(&request_id(&id)?, &phrase).await?.request;
            println!("{}", json!({ "approval_expires_at": request.pin_expires_at }));
        }
        Command::Pin { challenge: None } => println!("{}", device.self_generated_pin().await?.pin.expose()),
        Command::Pin {
            challenge: Some(challenge),
        } => println!("{}", device.page_bound_pin(&challenge).await?.expose()),
        Command::Device { json } => {
            let info = device.device_info().await?;
            if json {
                println!("{}", json!(info));
            } else {
                println!("{}  {}  {}", info.device_id, info.level.as_str(), info.name);
            }
        }
        Command::Watch => watch(device).await?,
        Command::Deactivate => device.deactivate().await?,
    }
    Ok(())
}

fn print_brought_up(found: BroughtUp) {
    match found {
        BroughtUp::Request(view) => println!("{}", json!(view.request)),
        BroughtUp::Challenge(challenge) => println!("{}", json!({ "challenge": challenge.grouped() })),
    }
}

async fn watch(device: &Authenticator) -> Result<()> {
    let (signals, mut heard) = mpsc::channel(64);
    let wake = Notify::new();
    let print = async move {
        while let Some(signal) = heard.recv().await {
            match signal {
                Signal::Connected => println!("{}", json!({ "event": "connected" })),
                Signal::Disconnected(error) => {
                    println!("{}", json!({ "event": "disconnected", "code": error.code.as_str() }));
                }
                Signal::Request(request) => {
                    println!(
                        "{}",
                        json!({ "event": "request", "id": request.id, "state": request.state })
                    );
                }
                Signal::OtherDeviceActivated => println!("{}", json!({ "event": "other_device_activated" })),
                Signal::Refused(refused) => println!("{}", json!({ "event": "refused", "state": refused })),
            }
        }
    };
    let watch = async move { device.watch(&signals, &wake).await };
    tokio::join!(watch, print).0
}

fn request_id(text: &str) -> Result<RequestId> {
    text.parse()
        .map_err(|_| Error::with_detail(ErrorCode::RequestUnknown, "shape"))
}

/// Says why on standard error, and chooses the exit code.
fn fail(error: &Error) -> ExitCode {
    let said = json!({
        "code": error.code.as_str(),
        "tries_left": error.tries_left,
        "retry_after": error.retry_after,
        "clock_offset": error.clock_offset,
        "detail": error.detail,
    });
    eprintln!("{said}");
    ExitCode::from(match error.code {
        ErrorCode::Network | ErrorCode::ServerUnsupported | ErrorCode::ServerInsecure | ErrorCode::Unavailable => 4,
        ErrorCode::NoSecureStore
        | ErrorCode::SecureStoreLocked
        | ErrorCode::SecureStoreCorrupted
        | ErrorCode::SecureStoreMissingEntry => 5,
        ErrorCode::NotActivated => 6,
        ErrorCode::DeviceFrozen | ErrorCode::DeviceRevoked | ErrorCode::DeviceUnknown => 7,
        ErrorCode::ClockSkew => 8,
        _ => 3,
    })
}
